"""A million stored intents: how soon they are served, in how much memory, and how long a query of fifty takes.

Called by exchange.py.
"""

from __future__ import annotations

import http.client
import statistics
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.serving import Served, rss_mb, uss_name
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import NS_PER_S
from sharedsky.exchange.cover import Extent, cover_of
from sharedsky.exchange.model import Box, Intent, State
from sharedsky.store.sqlite.bulk import load

#: Each spot has SPOT intents, all at the same hour and level, and is two cells from the next.
SPOT: Final = 50
_SIDE: Final = 142  # spots along a side of the country
_STEP_DEG: Final = 0.06
_SOUTH_WEST: Final = (45.0, 5.0)
_LOW_MM, _HIGH_MM = 60_000, 90_000


@dataclass(frozen=True, slots=True)
class Million:
    """start_s: until it serves; rss_mb: after the queries; p50_ms, p99_ms: of one query after another."""

    stored: int
    load_s: float
    file_mb: float
    start_s: float
    rss_mb: float | None
    queries: int
    found: int
    p50_ms: float
    p99_ms: float


def measure(folder: Path, stored: int = 1_000_000, queries: int = 1_000) -> Million:
    """All figures."""
    server = Served(folder)
    now_ns = time.time_ns() // NS_PER_S * NS_PER_S
    begin = time.perf_counter()
    load(server.database, _intents(stored, now_ns))
    load_s = time.perf_counter() - begin
    server.add_clients([uss_name(0)])
    start_s = server.start()
    try:
        server.get_tokens()
        took, found = _queries(server, stored, queries, now_ns)
        memory = rss_mb(server.process.pid)
    finally:
        server.stop()
    p99 = statistics.quantiles(took, n=100)[98]
    file_mb = server.database.stat().st_size / 1e6
    return Million(stored, load_s, file_mb, start_s, memory, queries, found, statistics.median(took), p99)


def _spots(stored: int) -> int:
    return -(-stored // SPOT)


def _place(spot: int) -> tuple[float, float]:
    row, column = divmod(spot % (_SIDE * _SIDE), _SIDE)
    return _SOUTH_WEST[0] + row * _STEP_DEG, _SOUTH_WEST[1] + column * _STEP_DEG * 1.4


def _hour(spot: int) -> int:
    return spot // (_SIDE * _SIDE)


def _window(spot: int, now_ns: int) -> tuple[int, int]:
    start_ns = now_ns + (1 + 2 * _hour(spot)) * 3_600 * NS_PER_S
    return start_ns, start_ns + 3_600 * NS_PER_S


def _intents(stored: int, now_ns: int) -> Iterator[Intent]:
    for spot in range(_spots(stored)):
        start_ns, end_ns = _window(spot, now_ns)
        cover = cover_of([Extent(Circle(*_place(spot), 150.0), _LOW_MM, _HIGH_MM, start_ns, end_ns)])
        for k in range(min(SPOT, stored - spot * SPOT)):
            ident = str(uuid.uuid4())
            mine = tuple(Box(*box) for box in cover)  # as if it had come by itself
            yield Intent(
                ident, uss_name(k % 5), State.ACCEPTED, 1, f"{ident}_{uuid.uuid4()}",
                f"https://{uss_name(k % 5)}.example.com/utm", start_ns, end_ns, None, mine,
            )  # fmt: skip


def _queries(server: Served, stored: int, queries: int, now_ns: int) -> tuple[list[float], int]:
    """How long each took [ms], and how many each found."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {server.tokens[uss_name(0)]}", "Content-Type": "application/json"}
    took, counts = [], set()
    for k in range(queries):
        body = _body(k * 7_919 % (stored // SPOT), now_ns)
        begin = time.perf_counter()
        connection.request("POST", "/dss/v1/operational_intent_references/query", body, headers)
        response = connection.getresponse()
        text = response.read()
        took.append((time.perf_counter() - begin) * 1e3)
        if response.status != 200:
            raise RuntimeError(f"a query was answered {response.status}: {text[:500]!r}")
        counts.add(text.count(b'"uss_availability"'))
    connection.close()
    if len(counts) != 1:
        raise RuntimeError(f"queries found {sorted(counts)} intents, each {SPOT} were expected")
    return took, counts.pop()


def _body(spot: int, now_ns: int) -> str:
    lat, lng = _place(spot)
    times = [
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ns // NS_PER_S)) for ns in _window(spot, now_ns)
    ]  # fmt: skip
    bounds = [f'{{"value":{mm / 1e3},"reference":"W84","units":"M"}}' for mm in (_LOW_MM, _HIGH_MM)]
    when = [f'{{"value":"{text}","format":"RFC3339"}}' for text in times]
    return (
        f'{{"area_of_interest":{{"volume":{{"outline_circle":{{"center":{{"lat":{lat},"lng":{lng}}},'
        f'"radius":{{"value":200,"units":"M"}}}},"altitude_lower":{bounds[0]},"altitude_upper":{bounds[1]}}},'
        f'"time_start":{when[0]},"time_end":{when[1]}}}}}'
    )
