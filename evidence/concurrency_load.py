"""Clients that file overlapping intents all at once, and write down every request with when it was sent and answered.

A client knows of others' OVNs what USSs tell each other: what was acknowledged, at the moment it was. So it comes too
late now and then, and sometimes it does not care; the server has to notice. Called by concurrency.py.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Final

from evidence.crash_load import uuid7
from oracle.exchange_history import Event, Volume
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import NS_PER_S, format_instant

_INTENTS: Final = "/dss/v1/operational_intent_references"
_SUBSCRIPTIONS: Final = "/dss/v1/subscriptions"
_NONE: Final = "00000000-0000-4000-8000-000000000000"
_MOST: Final = 3  #: intents of a client at a time
_MIDDLE: Final = (48.0, 12.0)
_REACH_DEG: Final = 0.006
_TIMEOUT_S: Final = 60.0


class Clock:
    """UTC in nanoseconds that never goes back; one for all clients."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.perf_counter_ns()

    def now_ns(self) -> int:
        """The time."""
        return self._offset_ns + time.perf_counter_ns()


@dataclass
class World:
    """What clients share: the time, when they end, and the OVNs that USSs have told each other."""

    clock: Clock
    base_ns: int
    stop: threading.Event = field(default_factory=threading.Event)
    ovns: dict[str, str] = field(default_factory=dict)


@dataclass
class Own:
    """An intent of a client: its current OVN and version."""

    ident: str
    ovn: str


@dataclass
class Client:
    """A client of a USS, with a connection and a thread; events: what it asked and was answered."""

    world: World
    uss: str
    port: int
    token: str
    rng: random.Random
    events: list[Event] = field(default_factory=list)
    own: list[Own] = field(default_factory=list)
    subscription: Own | None = None

    def work(self) -> None:
        """File, change, delete, read and listen until told to stop."""
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT_S)
        while not self.world.stop.is_set():
            drawn = self.rng.random()
            if not self.own or (drawn < 0.35 and len(self.own) < _MOST):
                self._file(None)
            elif drawn < 0.65:
                self._file(self.rng.choice(self.own))
            elif drawn < 0.8:
                self._delete(self.rng.choice(self.own))
            elif drawn < 0.95:
                self._read(self.rng.choice(list(self.world.ovns) or [str(uuid.uuid4())]))
            else:
                self._listen()
        self._connection.close()

    def _file(self, own: Own | None) -> None:
        volume = self._volume()
        found = self._query(volume)
        again = self._put(own, volume, {self.world.ovns[i] for i in found if i in self.world.ovns})
        if again:  # once more, with what was missing
            self._put(own, volume, {self.world.ovns[i] for i in (*found, *again) if i in self.world.ovns})

    def _put(self, own: Own | None, volume: Volume, key: set[str]) -> tuple[str, ...]:
        """File or change; what was missing from the key."""
        ident = str(uuid.UUID(int=self.rng.getrandbits(128), version=4)) if own is None else own.ident
        if self.rng.random() < 0.05:
            key = set()
        state = "Accepted" if own is None else self.rng.choice(["Accepted", "Activated", "Activated", "Nonconforming"])
        body: dict[str, Any] = {
            "extents": [_wire(volume)], "state": state, "key": sorted(key), "uss_base_url": self._url()
        }  # fmt: skip
        if state != "Accepted" or self.rng.random() < 0.3:
            body["new_subscription"] = {"uss_base_url": self._url(), "notify_for_constraints": False}
        asked = None
        if self.rng.random() < 0.5:
            body["requested_ovn_suffix"] = uuid7(self.rng)
            asked = f"{ident}_{body['requested_ovn_suffix']}"
        given = None if own is None else own.ovn
        event = Event(
            0, None, self.uss, "put", "intent", ident, None, (volume,), given, frozenset(key), state, asked
        )  # fmt: skip
        if own is not None and self.rng.random() < 0.01:
            self._lose("PUT", f"{_INTENTS}/{ident}/{given}", body, event, own)
            return ()
        event, answer = self._ask("PUT", f"{_INTENTS}/{ident}" + (f"/{given}" if given else ""), body, event)
        if event.made:
            reference = answer["operational_intent_reference"]
            told = reference["subscription_id"]
            event = replace(
                event, ovn=reference["ovn"], version=reference["version"], told=_told(answer),
                subscription_id=None if told == _NONE else told,
            )  # fmt: skip
            if own is None:
                own = Own(ident, "")
                self.own.append(own)
            own.ovn = reference["ovn"]
            self.world.ovns[ident] = own.ovn
        missing = tuple(item["id"] for item in answer.get("missing_operational_intents", ()))
        self.events.append(replace(event, missing=missing))
        return missing

    def _delete(self, own: Own) -> None:
        event = Event(0, None, self.uss, "delete", "intent", own.ident, None, given=own.ovn)
        event, answer = self._ask("DELETE", f"{_INTENTS}/{own.ident}/{own.ovn}", None, event)
        if event.made:
            event = replace(event, told=_told(answer))
            self.own.remove(own)
            self.world.ovns.pop(own.ident, None)
        self.events.append(event)

    def _lose(self, method: str, path: str, body: dict[str, Any], event: Event, own: Own) -> None:
        """Send a change and never hear of it; the client is done with the intent."""
        sent_ns = self.world.clock.now_ns()
        self._connection.request(method, path, json.dumps(body), self._headers())
        self._connection.close()
        self.own.remove(own)
        self.events.append(replace(event, sent_ns=sent_ns))

    def _read(self, ident: str) -> None:
        event = Event(0, None, self.uss, "get", "intent", ident, None)
        event, answer = self._ask("GET", f"{_INTENTS}/{ident}", None, event)
        if event.status == 200:
            event = replace(event, version=answer["operational_intent_reference"]["version"])
        self.events.append(event)

    def _query(self, volume: Volume) -> list[str]:
        event = Event(0, None, self.uss, "query", "intent", "", None, (volume,))
        event, answer = self._ask("POST", f"{_INTENTS}/query", {"area_of_interest": _wire(volume)}, event)
        found = [item["id"] for item in answer.get("operational_intent_references", ())]
        self.events.append(replace(event, found=tuple(found)))
        return found

    def _listen(self) -> None:
        known, volume = self.subscription, self._volume()
        ident = str(uuid.UUID(int=self.rng.getrandbits(128), version=4)) if known is None else known.ident
        given = None if known is None else known.ovn
        event = Event(
            0, None, self.uss, "put", "subscription", ident, None, (volume,), given, listens=frozenset({"intent"})
        )  # fmt: skip
        body = {"extents": _wire(volume), "uss_base_url": self._url(), "notify_for_operational_intents": True}
        event, answer = self._ask("PUT", f"{_SUBSCRIPTIONS}/{ident}" + (f"/{given}" if given else ""), body, event)
        if event.made:
            version = answer["subscription"]["version"]
            self.subscription = Own(ident, version)
            event = replace(event, ovn=version)
        self.events.append(event)

    def _ask(self, method: str, path: str, body: object, event: Event) -> tuple[Event, dict[str, Any]]:
        data = None if body is None else json.dumps(body)
        sent_ns = self.world.clock.now_ns()
        self._connection.request(method, path, data, self._headers())
        response = self._connection.getresponse()
        text = response.read()
        done_ns = self.world.clock.now_ns()
        answer: dict[str, Any] = json.loads(text)
        return replace(event, sent_ns=sent_ns, done_ns=done_ns, status=response.status), answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    def _url(self) -> str:
        return f"https://{self.uss}.example.com/utm"

    def _volume(self) -> Volume:
        lat = round(_MIDDLE[0] + self.rng.uniform(-_REACH_DEG, _REACH_DEG), 7)
        lng = round(_MIDDLE[1] + self.rng.uniform(-_REACH_DEG, _REACH_DEG) * 1.5, 7)
        low_m, start_min = self.rng.randrange(0, 400, 10), self.rng.randrange(0, 600, 5)
        start_ns = self.world.base_ns + (60 + start_min) * 60 * NS_PER_S
        end_ns = start_ns + self.rng.randrange(10, 90) * 60 * NS_PER_S
        circle = Circle(lat, lng, float(self.rng.randrange(80, 250)))
        return Volume(circle, low_m * 1_000, (low_m + self.rng.randrange(20, 80)) * 1_000, start_ns, end_ns)


def _wire(volume: Volume) -> dict[str, Any]:
    circle = volume.shape
    assert isinstance(circle, Circle)
    center = {"lat": circle.lat_deg, "lng": circle.lng_deg}
    heights = [{"value": mm / 1e3, "reference": "W84", "units": "M"} for mm in (volume.low_mm, volume.high_mm)]
    times = [{"value": format_instant(ns), "format": "RFC3339"} for ns in (volume.start_ns, volume.end_ns)]
    return {
        "volume": {
            "outline_circle": {"center": center, "radius": {"value": circle.radius_m, "units": "M"}},
            "altitude_lower": heights[0],
            "altitude_upper": heights[1],
        },
        "time_start": times[0],
        "time_end": times[1],
    }


def _told(answer: dict[str, Any]) -> dict[str, int]:
    states = (state for subscriber in answer["subscribers"] for state in subscriber["subscriptions"])
    return {state["subscription_id"]: state["notification_index"] for state in states}
