"""Spans of requests for OpenTelemetry, where `--otel` asks for them and `sharedsky[otel]` is installed.

A span has the method, the route's template and the status, and joins the trace that a `traceparent` header names. The
framework's own plug-in is not used: its spans hold the path as it was sent, and with it OVNs. Where they are sent is
said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT and others). Called by operation.py and watch.py.
"""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any

from sharedsky import __version__
from sharedsky.errors import UsageError


class Spans:
    """Makes spans; tracer and propagator are OpenTelemetry's."""

    def __init__(self, provider: Any, propagator: Any, server: Any, error: Any) -> None:
        """server: the kind of span of a server. error: makes the status of one that failed."""
        self._provider, self._propagator, self._server, self._error = provider, propagator, server, error
        self._tracer = provider.get_tracer("sharedsky", __version__)

    def __call__(self, scope: MutableMapping[str, Any], name: str, route: str, status: int, took_s: float) -> None:
        """A span of a request that has just ended."""
        end_ns = time.time_ns()
        given = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"] if key in _HEADERS}
        attributes = {"http.request.method": scope["method"], "http.route": route, "http.response.status_code": status}
        span = self._tracer.start_span(
            name, context=self._propagator.extract(given), kind=self._server, attributes=attributes,
            start_time=end_ns - round(took_s * 1e9),
        )  # fmt: skip
        if status >= 500:
            span.set_status(self._error())
        span.end(end_ns)

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()


_HEADERS = (b"traceparent", b"tracestate")


def exporting() -> Spans:
    """Spans that are sent by OTLP over HTTP, in batches, from a thread of their own.

    Raises:
        UsageError: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    except ImportError:
        raise UsageError("--otel needs OpenTelemetry, which is not installed.", "Install sharedsky[otel].") from None
    provider = TracerProvider(resource=Resource.create({"service.name": "sharedsky"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider, TraceContextTextMapPropagator(), SpanKind.SERVER, lambda: Status(StatusCode.ERROR))
