"""The exchange in this process, spoken to as ASGI: exact paths, headers and bodies, a clock that tests drive.

Every answer is held against the OpenAPI document that the same application serves.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema

import token_samples
from sharedsky.airspace.time import format_instant
from sharedsky.exchange.protocol import Store
from sharedsky.server.app import make_app
from sharedsky.server.context import Context, Settings
from sharedsky.store.memory import MemoryStore
from store_worlds import open_store

NOW_NS = int(token_samples.NOW_S) * 10**9
MINUTE_NS = 60 * 10**9
DAY_NS = 24 * 60 * MINUTE_NS

SC, CM, CP = "utm.strategic_coordination", "utm.constraint_management", "utm.constraint_processing"
CMSA, AA = "utm.conformance_monitoring_sa", "utm.availability_arbitration"
EVERY_SCOPE = f"{SC} {CM} {CP} {CMSA} {AA}"

INTENTS = "/dss/v1/operational_intent_references"
CONSTRAINTS = "/dss/v1/constraint_references"
SUBSCRIPTIONS = "/dss/v1/subscriptions"
AVAILABILITY = "/dss/v1/uss_availability"
REPORTS = "/dss/v1/reports"

Json = dict[str, Any]
Headers = Sequence[tuple[str, str]]


@dataclass
class Answer:
    """What came back; operation: its id, where the path and method are one's."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    operation: str | None = None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """What a refusal says, in either form."""
        told = self.json
        return str(told["message"] if "message" in told else told["detail"])


def ident(number: int) -> str:
    """An identifier by number."""
    return f"0000000a-0000-4000-8000-{number:012x}"


def time(ns: int) -> Json:
    return {"value": format_instant(ns), "format": "RFC3339"}


def volume(
    place: int = 0, start_ns: int = NOW_NS + MINUTE_NS, minutes: int = 30, low_m: float = 50.0, size_deg: float = 0.01
) -> Json:
    """A square some 20 km from the next place's, as a Volume4D."""
    south, west = 46.0 + 0.2 * place, 8.0
    ring = [(south, west), (south, west + size_deg), (south + size_deg, west + size_deg), (south + size_deg, west)]
    return {
        "volume": {
            "outline_polygon": {"vertices": [{"lat": lat, "lng": lng} for lat, lng in ring]},
            "altitude_lower": altitude(low_m),
            "altitude_upper": altitude(low_m + 100),
        },
        "time_start": time(start_ns),
        "time_end": time(start_ns + minutes * MINUTE_NS),
    }


def altitude(value_m: float) -> Json:
    return {"value": value_m, "reference": "W84", "units": "M"}


def circle(lat: float = 46.0, lng: float = 8.0, radius_m: float = 500.0) -> Json:
    return {"center": {"lat": lat, "lng": lng}, "radius": {"value": radius_m, "units": "M"}}


def intent_body(**more: Any) -> Json:
    return {"extents": [volume()], "state": "Accepted", "uss_base_url": "https://uss1.example.com/utm", "key": []} | more


def constraint_body(**more: Any) -> Json:
    return {"extents": [volume()], "uss_base_url": "https://uss1.example.com/utm"} | more


def subscription_body(**more: Any) -> Json:
    body = {"extents": volume(size_deg=0.05, minutes=60), "uss_base_url": "https://uss1.example.com/utm"}
    return body | {"notify_for_operational_intents": True} | more


def area(place: int = 0, **more: Any) -> Json:
    return {"area_of_interest": volume(place, minutes=60) | more}


REPORT: Json = {
    "exchange": {
        "url": "https://dss.example.com/dss/v1/subscriptions", "method": "GET", "recorder_role": "Client",
        "request_time": time(NOW_NS), "request_source": "uss1", "problem": "no answer",
    }
}  # fmt: skip


@cache
def _token(sub: str, scope: str, audience: str) -> str:
    return token_samples.token(sub=sub, scope=scope, aud=audience, exp=token_samples.NOW_S + 3600)


def bearer(sub: str = "uss1", scope: str = EVERY_SCOPE, audience: str = token_samples.AUDIENCE) -> str:
    """An Authorization header's value."""
    return f"Bearer {_token(sub, scope, audience)}"


@dataclass
class World:
    """An application over a store."""

    store: Store
    settings: Settings = field(default_factory=lambda: Settings(max_body_bytes=100_000))
    now_ns: int = NOW_NS

    def __post_init__(self) -> None:
        self.runner = asyncio.Runner()
        clock = token_samples.Clock()
        validator = token_samples.a_validator(clock=clock)
        self.app = make_app(Context(self.store, validator, lambda: self.now_ns, self.settings), "pool")
        self.document: Json = self.send("GET", "/openapi.json", headers=(), check=False).json

    def close(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()

    def call(self, method: str, path: str, body: object = None, *, sub: str = "uss1", scope: str = EVERY_SCOPE) -> Answer:
        """A request as a good client sends it."""
        data = b"" if body is None else json.dumps(body).encode()
        headers = [("authorization", bearer(sub, scope))]
        return self.send(method, path, data, [*headers, ("content-type", "application/json")] if data else headers)

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Headers | None = None, check: bool = True
    ) -> Answer:
        """A request, byte for byte; without headers, with those of a good client."""
        return self.runner.run(self.asend(method, path, body, headers, check))

    async def asend(
        self, method: str, path: str, body: bytes = b"", headers: Headers | None = None, check: bool = True
    ) -> Answer:
        """The same, for those who send several at once."""
        if headers is None:
            headers = [("authorization", bearer()), ("content-type", "application/json")]
        raw, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": unquote(raw), "raw_path": raw.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
            "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        told: list[Any] = []
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Json:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            told.append(message)

        await self.app(scope, receive, send)  # type: ignore[arg-type]
        start = told[0]
        found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        data = b"".join(message.get("body", b"") for message in told[1:])
        answer = Answer(start["status"], found, data)
        if check:
            self.check(method, unquote(raw), answer)
        return answer

    def check(self, method: str, path: str, answer: Answer) -> None:
        """Hold an answer against the served OpenAPI; one that belongs to no operation must be a refusal."""
        kind = answer.headers.get("content-type", "").partition(";")[0]
        described = self._described(method, path)
        if described is None or answer.status == 405:
            assert 400 <= answer.status < 500, (method, path, answer)
            standard = re.sub("/+", "/", path).startswith(("/dss/", "/aux/"))
            assert kind == ("application/json" if standard else "application/problem+json"), (method, path, answer)
            if method != "HEAD":
                self.validate(f"#/components/schemas/{'ErrorResponse' if standard else 'Problem'}", answer.json)
            return
        answer.operation = described["operationId"]
        assert answer.status < 500 or answer.status == 503, (method, path, answer)
        assert str(answer.status) in described["responses"], (method, path, answer)
        said = described["responses"][str(answer.status)]
        self.validate(said["content"][kind]["schema"], answer.json)
        if answer.status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer ")

    def validate(self, schema: Json | str, value: object) -> None:
        wrapped = {"allOf": [{"$ref": schema} if isinstance(schema, str) else schema]}
        whole = wrapped | {"components": self.document["components"]}
        jsonschema.validate(value, whole, cls=jsonschema.Draft202012Validator)

    def _described(self, method: str, path: str) -> Any:
        path = path.rstrip("/") if len(path) > 1 else path
        for template, methods in sorted(self.document["paths"].items()):
            pattern = re.sub(r"\{\w+\}", "[^/]+", template)
            literal = "{" not in template or not any(path == other for other in self.document["paths"])
            if literal and re.fullmatch(pattern, path) and method.lower() in methods:
                return methods[method.lower()]
        return None

    def everything(self) -> object:
        """All that the store holds, to be compared."""
        from store_worlds import everything

        return self.runner.run(self.store.read(self.now_ns, everything))

    # What a USS does

    def put_intent(self, number: int = 1, ovn: str = "", sub: str = "uss1", **more: Any) -> Json:
        """An intent reference, created or (with its OVN) changed."""
        answer = self.call("PUT", f"{INTENTS}/{ident(number)}{'/' + ovn if ovn else ''}", intent_body(**more), sub=sub)
        assert answer.status == (200 if ovn else 201), answer
        return dict(answer.json["operational_intent_reference"])

    def put_constraint(self, number: int = 1, sub: str = "uss1", **more: Any) -> Json:
        answer = self.call("PUT", f"{CONSTRAINTS}/{ident(number)}", constraint_body(**more), sub=sub)
        assert answer.status == 201, answer
        return dict(answer.json["constraint_reference"])

    def put_subscription(self, number: int = 1, sub: str = "uss1", **more: Any) -> Json:
        answer = self.call("PUT", f"{SUBSCRIPTIONS}/{ident(number)}", subscription_body(**more), sub=sub)
        assert answer.status == 200, answer
        return dict(answer.json["subscription"])


def memory_world(**settings: Any) -> World:
    """A world in memory."""
    return World(MemoryStore(NOW_NS), Settings(**({"max_body_bytes": 100_000} | settings)))


def sqlite_world(folder: Path) -> World:
    """A world on a file."""
    return World(open_store(folder / "x.db", NOW_NS))
