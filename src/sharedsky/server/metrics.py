"""Figures of a running server in Prometheus' text format; docs/operation.md lists them (a test holds the two together).

Served by the admin listener alone (admin.py): how much is stored and asked is nobody's business but the operator's. No
label holds what a client chose. Counting a request takes about a microsecond. Called by run.py, watch.py, app.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sharedsky import __version__
from sharedsky.server.clock import ClockWatch, SteadyClock
from sharedsky.store.sqlite.store import SqliteStore
from sharedsky.store.sqlite.writer import Outcome
from sharedsky.tokens.gate import Gate

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_COMMIT_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0)
_BATCH: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, slots=True)
class Sources:
    """What is looked at when the figures are asked for. connections, lines_dropped: how many."""

    store: SqliteStore
    gate: Gate
    clock: SteadyClock
    watch: ClockWatch
    connections: Callable[[], int]
    lines_dropped: Callable[[], int]


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        prometheus_client.ProcessCollector(registry=self.registry)
        prometheus_client.GCCollector(registry=self.registry)
        self.under_way = 0
        self._requests = Counter(
            "sharedsky_requests", "Requests answered; status 0: whoever asked went away.",
            ["method", "route", "status"], registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "sharedsky_request_seconds", "Time from a request's head to the end of its answer.", ["route"],
            registry=self.registry, buckets=_SECONDS,
        )  # fmt: skip
        self._unauthorized = Counter(
            "sharedsky_tokens_refused", "Requests whose token, or request for one, was refused.", ["kind"],
            registry=self.registry,
        )
        self._limited = Counter(
            "sharedsky_requests_limited", "Requests refused for their rate, by limit.", ["limit"],
            registry=self.registry,
        )  # fmt: skip
        self._batch = Histogram(
            "sharedsky_commit_writes", "Writes that shared one commit.", registry=self.registry, buckets=_BATCH
        )
        self._commit = Histogram(
            "sharedsky_commit_seconds", "Time of a commit, its sync included.", registry=self.registry,
            buckets=_COMMIT_SECONDS,
        )  # fmt: skip
        self._failed = Counter("sharedsky_commits_failed", "Commits that failed.", registry=self.registry)
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def request(self, method: str, route: str, status: int, took_s: float) -> None:
        """Count an answer; method and route are from sets of the server's own."""
        key = (method, route, status)
        found = self._children.get(key)
        if found is None:
            found = self._requests.labels(method, route, str(status)), self._seconds.labels(route)
            self._children[key] = found
        found[0].inc()
        found[1].observe(took_s)

    def refused(self, kind: str, *, limited: bool) -> None:
        """Count a 401, a 403 or a refused token request by its kind; a 429 by its limit."""
        (self._limited if limited else self._unauthorized).labels(kind).inc()

    def batch(self, outcome: Outcome) -> None:
        """Count a commit."""
        if outcome.error is not None:
            self._failed.inc()
            return
        self._batch.observe(outcome.count)
        self._commit.observe(outcome.took_s)

    def watch(self, sources: Sources) -> None:
        """Tell these figures too, as they are whenever someone asks."""
        self.registry.register(_Now(self, sources))

    def text(self) -> bytes:
        """All figures; takes a few milliseconds, and may be called on any thread."""
        return prometheus_client.generate_latest(self.registry)


class _Now(Collector):
    """Figures that are read when asked for."""

    def __init__(self, metrics: Metrics, sources: Sources) -> None:
        self._metrics, self._sources = metrics, sources

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        yield from self._server()
        yield from self._stored()
        yield from self._keys()
        yield from self._clock()

    def _server(self) -> Iterator[Metric]:
        yield _gauge("sharedsky_info", "Always 1; the version is the label.", {(__version__,): 1}, "version")
        yield _gauge("sharedsky_requests_under_way", "Requests that have no answer yet.", self._metrics.under_way)
        yield _gauge("sharedsky_connections", "Open connections.", self._sources.connections())
        dropped = CounterMetricFamily("sharedsky_log_lines_dropped", "Lines of the log that nobody read in time.")
        dropped.add_metric([], self._sources.lines_dropped())
        yield dropped

    def _stored(self) -> Iterator[Metric]:
        store, picture = self._sources.store, self._sources.store.picture
        counts = {
            ("operational_intent",): len(picture.intents), ("constraint",): len(picture.constraints),
            ("subscription",): len(picture.subscriptions), ("uss_status",): len(picture.statuses),
        }  # fmt: skip
        yield _gauge("sharedsky_entities", "What is held, and for a day what has ended.", counts, "kind")
        yield _gauge("sharedsky_writes_waiting", "Writes that wait for a commit.", store.waiting)
        yield _gauge("sharedsky_ready", "1 where changes are taken, else 0.",
                     store.ready and not self._sources.clock.suspect)  # fmt: skip

    def _keys(self) -> Iterator[Metric]:
        now_s = time.time()
        gate = self._sources.gate
        current = gate.keys.ring.current
        age_s = now_s - (current.signs_from_s or current.created_s)
        yield _gauge("sharedsky_signing_key_age_seconds", "How long the current key has signed.", age_s)
        found = [source.status for source in gate.sources]
        ages = {(s.url,): now_s - s.read_s for s in found if s.read_s is not None}
        failing = {(s.url,): 0.0 if s.failing_since_s is None else now_s - s.failing_since_s for s in found}
        yield _gauge("sharedsky_jwks_keys", "Keys held of an issuer's set.", {(s.url,): s.keys for s in found}, "url")
        yield _gauge("sharedsky_jwks_age_seconds", "Since the set was last read.", ages, "url")
        yield _gauge("sharedsky_jwks_failing_seconds", "Since when its source has failed; 0: it does not.", failing,
                     "url")  # fmt: skip

    def _clock(self) -> Iterator[Metric]:
        watch, clock = self._sources.watch, self._sources.clock
        sync = watch.sync
        looks = CounterMetricFamily(
            "sharedsky_clock_looks", "Looks at the system's clock, by what it said (F3548-21: within 5 s).",
            labels=["verdict"],
        )  # fmt: skip
        for verdict, count in watch.looks.items():
            looks.add_metric([verdict], count)
        yield looks
        yield _gauge("sharedsky_clock_within_share", "Share of the last day within 5 s; 0.99 is asked for.",
                     watch.share)  # fmt: skip
        yield _gauge("sharedsky_clock_offset_seconds", "What the system is correcting.", sync.offset_s)
        yield _gauge("sharedsky_clock_error_seconds", "Its estimated error.", sync.estimated_error_s)
        yield _gauge("sharedsky_clock_max_error_seconds", "The clock is off by no more.", sync.max_error_s)
        yield _gauge("sharedsky_clock_ahead_seconds", "The exchange's time, which never steps back, before the clock.",
                     clock.ahead_s)  # fmt: skip
        yield _gauge("sharedsky_clock_suspect", "1 while the clock has jumped ahead and changes are refused.",
                     clock.suspect)  # fmt: skip
        steps = CounterMetricFamily("sharedsky_clock_steps_back", "Times that the clock was set back by more than 5 s.")
        steps.add_metric([], clock.steps_back)
        yield steps


def _gauge(
    name: str, text: str, value: float | dict[tuple[str], int] | dict[tuple[str], float] | None, label: str = ""
) -> GaugeMetricFamily:
    """A gauge; without a value it is told as unknown: there is no sample."""
    family = GaugeMetricFamily(name, text, labels=[label] if label else [])
    if isinstance(value, dict):
        for labels, number in value.items():
            family.add_metric(list(labels), number)
    elif value is not None:
        family.add_metric([], float(value))
    return family
