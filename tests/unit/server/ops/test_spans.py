"""Spans: method, route template and status, in the caller's trace; never a path as it was sent, or a header."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace
from typing import Any

import pytest

from dss_world import INTENTS, bearer, ident
from server_around import around
from sharedsky.errors import UsageError
from sharedsky.server.spans import Spans, exporting
from sharedsky.server.watch import Watch


class Provider:
    """OpenTelemetry's provider, as far as it is used."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.failed = 0
        self.ended: list[int] = []

    def get_tracer(self, *_: str) -> Any:
        return SimpleNamespace(start_span=self._start)

    def _start(self, name: str, **more: Any) -> Any:
        self.told.append({"name": name, **more})
        return SimpleNamespace(set_status=self._fail, end=self.ended.append)

    def _fail(self, _: object) -> None:
        self.failed += 1


def test_a_request_is_a_span_that_names_its_route_alone() -> None:
    provider = Provider()
    spans = Spans(provider, SimpleNamespace(extract=dict), "SERVER", lambda: "ERROR")
    with around() as made:
        made.world.app = Watch(made.world.app, None, "none", None, spans)  # type: ignore[assignment,arg-type]
        headers = [("authorization", bearer()), ("traceparent", "00-1-2-01"), ("cookie", "x")]
        made.world.send("GET", f"{INTENTS}/{ident(1)}", headers=headers)
    (told,) = provider.told
    assert told["name"] == f"GET {INTENTS}/{{entityid}}"
    assert told["context"] == {"traceparent": "00-1-2-01"}
    assert told["attributes"] == {
        "http.request.method": "GET", "http.route": f"{INTENTS}/{{entityid}}", "http.response.status_code": 404,
    }  # fmt: skip
    assert told["start_time"] <= provider.ended[0]
    assert provider.failed == 0
    assert ident(1) not in repr(provider.told)


def test_a_request_that_failed_is_a_span_that_did() -> None:
    provider = Provider()
    spans = Spans(provider, SimpleNamespace(extract=dict), "SERVER", lambda: "ERROR")
    spans({"headers": [], "method": "GET"}, "GET /x", "/x", 500, 0.001)
    assert provider.failed == 1


@pytest.mark.skipif(importlib.util.find_spec("opentelemetry") is not None, reason="OpenTelemetry is installed here")
def test_without_opentelemetry_the_setting_is_refused_and_says_what_to_install() -> None:
    with pytest.raises(UsageError, match=r"sharedsky\[otel\]"):
        exporting()
