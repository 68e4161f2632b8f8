"""Clients that change things all the time, and know for each what the server may hold: what was acknowledged last, and
what was asked since and never answered.

Each client changes entities of its own, far from all others, so that no request is refused. Called by crash.py.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from sharedsky.airspace.time import NS_PER_S
from sharedsky.exchange.model import Constraint, Intent
from sharedsky.exchange.picture import Picture
from sharedsky.server import decode, wire

Kind = Literal["intent", "constraint"]
_PATHS: Final[dict[Kind, str]] = {
    "intent": "/dss/v1/operational_intent_references", "constraint": "/dss/v1/constraint_references"
}  # fmt: skip
_HOLDERS: Final[dict[Kind, str]] = {"intent": "operational_intent_reference", "constraint": "constraint_reference"}
_STEP_DEG: Final = 0.06  #: between entities: several cells
_MOST: Final = 150  #: entities of a client at a time
_TIMEOUT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Request:
    """One change. body: empty for a deletion. ovn: of what it makes, where it was asked for. version: likewise."""

    kind: Kind
    ident: str
    method: Literal["PUT", "DELETE"]
    path: str
    body: bytes
    ovn: str | None = None
    version: int = 1


@dataclass(slots=True)
class Thing:
    """An entity: the last acknowledged change, with the OVN that it made, and one that was never answered."""

    kind: Kind
    ident: str
    row: int
    column: int
    acknowledged: Request | None = None
    ovn: str | None = None
    unanswered: Request | None = None


@dataclass
class Client:
    """A USS with one connection; `work` is its thread. findings: what the server answered and should not have."""

    name: str
    row: int
    port: int
    token: str
    rng: random.Random
    things: list[Thing] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    count: int = 0
    repeated: int = 0
    _made: int = 0

    def work(self, stop: threading.Event) -> None:
        """Change things until told to stop, or until the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT_S)
        try:
            self._repeat(connection)
            while not stop.is_set():
                thing, request = self._next()
                thing.unanswered = request
                self._send(connection, thing, request)
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def _repeat(self, connection: http.client.HTTPConnection) -> None:
        """What was never answered is sent again, as it was: whether or not it was kept, it must be answered well."""
        for thing in self.things:
            if thing.unanswered is not None:
                self.repeated += 1
                self._send(connection, thing, thing.unanswered)

    def _next(self) -> tuple[Thing, Request]:
        present = [thing for thing in self.things if thing.acknowledged and thing.acknowledged.method == "PUT"]
        drawn = self.rng.random()
        if not present or (drawn < 0.45 and len(present) < _MOST):
            kind: Kind = "constraint" if self.rng.random() < 0.15 else "intent"
            ident = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
            thing = Thing(kind, ident, self.row, self._made % (2 * _MOST))
            self._made += 1
            self.things.append(thing)
            return thing, self._put(thing)
        thing = self.rng.choice(present)
        if drawn < 0.8:
            return thing, self._put(thing)
        path = f"{_PATHS[thing.kind]}/{thing.ident}/{thing.ovn}"
        return thing, Request(thing.kind, thing.ident, "DELETE", path, b"")

    def _put(self, thing: Thing) -> Request:
        before = thing.acknowledged
        body: dict[str, Any] = {"extents": self._extents(thing), "uss_base_url": f"https://{self.name}.example.com/utm"}
        ovn = None
        if thing.kind == "intent":
            suffix = uuid7(self.rng)
            ovn = f"{thing.ident}_{suffix}"
            body |= {"state": "Accepted", "key": [], "requested_ovn_suffix": suffix}
            if self.rng.random() < 0.6:
                body["new_subscription"] = {"uss_base_url": body["uss_base_url"], "notify_for_constraints": False}
                body["state"] = "Accepted" if before is None else self.rng.choice(["Accepted", "Activated"])
        path = f"{_PATHS[thing.kind]}/{thing.ident}" + ("" if before is None else f"/{thing.ovn}")
        version = 1 if before is None else before.version + 1
        return Request(thing.kind, thing.ident, "PUT", path, json.dumps(body).encode(), ovn, version)

    def _extents(self, thing: Thing) -> list[dict[str, Any]]:
        start_s = time.time() + self.rng.uniform(600, 36_000)
        low_m = self.rng.uniform(0, 500)
        lat, lng = 46.0 + thing.row * _STEP_DEG, 5.0 + thing.column * _STEP_DEG
        return [
            {
                "volume": {
                    "outline_circle": {
                        "center": {"lat": lat, "lng": lng},
                        "radius": {"value": round(self.rng.uniform(50, 200), 1), "units": "M"},
                    },
                    "altitude_lower": _altitude(low_m + 20 * k),
                    "altitude_upper": _altitude(low_m + 20 * k + self.rng.uniform(20, 100)),
                },
                "time_start": _time(start_s + 300 * k),
                "time_end": _time(start_s + 300 * k + self.rng.uniform(300, 3_600)),
            }
            for k in range(self.rng.randint(1, 3))
        ]

    def _send(self, connection: http.client.HTTPConnection, thing: Thing, request: Request) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(request.method, request.path, request.body or None, headers)
        response = connection.getresponse()
        text = response.read()
        thing.unanswered = None
        if response.status not in (200, 201):
            self.findings.append(f"{request.method} {request.path} was answered {response.status}: {text[:300]!r}")
            self.things.remove(thing)  # nothing is known of it any more
            return
        self.count += 1
        thing.acknowledged = request
        thing.ovn = json.loads(text)[_HOLDERS[thing.kind]]["ovn"]
        if request.ovn is not None and thing.ovn != request.ovn:
            self.findings.append(f"{request.path}: asked for {request.ovn}, got {thing.ovn}")


def held_against(clients: list[Client], picture: Picture) -> list[str]:
    """What a database holds and should not, or lacks, by what clients were told."""
    findings = []
    expected = {(thing.kind, thing.ident) for client in clients for thing in client.things}
    for client in clients:
        for thing in client.things:
            table = picture.intents if thing.kind == "intent" else picture.constraints
            kept = table.get(thing.ident)
            choices = [thing.acknowledged, *([thing.unanswered] if thing.unanswered else [])]
            if not any(_agrees(kept, choice, client.name, picture) for choice in choices):
                what = "is not there" if kept is None else f"is kept as {kept.ovn}, version {kept.version}"
                asked = [None if choice is None else (choice.method, choice.path) for choice in choices]
                findings.append(f"{thing.kind} {thing.ident} {what}; possible: {asked}")
    kept_ids = {("intent", ident) for ident in picture.intents} | {("constraint", i) for i in picture.constraints}
    findings += [f"{kind} {ident} is kept, but was never asked for" for kind, ident in sorted(kept_ids - expected)]
    needed = {intent.subscription_id for intent in picture.intents.values()}
    alone = sorted(ident for ident in picture.subscriptions if ident not in needed)
    findings += [f"subscription {ident} is kept without its intent" for ident in alone]
    return findings


def _agrees(kept: object, request: Request | None, manager: str, picture: Picture) -> bool:
    """Whether what is kept is exactly what a request asked for, whole."""
    if request is None or request.method == "DELETE":
        return kept is None
    if request.kind == "constraint":
        wanted = msgspec.json.decode(request.body, type=wire.PutConstraintReferenceParameters)
        _, cover = decode.entity_extents(wanted.extents)
        return (
            isinstance(kept, Constraint)
            and (kept.manager, kept.version, kept.cover) == (manager, request.version, cover)
            and kept.uss_base_url == wanted.uss_base_url
        )
    asked = msgspec.json.decode(request.body, type=wire.PutOperationalIntentReferenceParameters)
    _, cover = decode.entity_extents(asked.extents)
    if not isinstance(kept, Intent):
        return False
    if (kept.manager, kept.version, kept.ovn) != (manager, request.version, request.ovn):
        return False
    if (kept.state, kept.uss_base_url, kept.cover) != (asked.state, asked.uss_base_url, cover):
        return False
    if asked.new_subscription is None:
        return kept.subscription_id is None
    subscription = picture.subscription(kept.subscription_id or "")
    return subscription is not None and subscription.implicit and subscription.cover == cover


def _altitude(value_m: float) -> dict[str, Any]:
    return {"value": round(value_m, 2), "reference": "W84", "units": "M"}


def _time(at_s: float) -> dict[str, str]:
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_s))
    return {"value": f"{text}.{int(at_s % 1 * 1e3):03d}Z", "format": "RFC3339"}


def uuid7(rng: random.Random) -> str:
    """A UUID of version 7, of now."""
    ms = time.time_ns() // (NS_PER_S // 1_000)
    bits = ms << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return str(uuid.UUID(int=bits))
