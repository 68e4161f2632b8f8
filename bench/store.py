"""`python -m bench.store`: the store's writes per second beside bare SQLite's, and what a million intents cost.

64 writers at a time, each waiting for its answer. The floor is SQLite alone: the same rows, 64 in each transaction, by
one thread that does nothing else. Beside them the median of this machine's fdatasync, which both wait for.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from sharedsky.exchange.changes import Put
from sharedsky.exchange.cover import Extent, cover_of
from sharedsky.exchange.fresh import fresh
from sharedsky.exchange.intents import PutIntent, put_intent
from sharedsky.exchange.model import Box, Intent, State
from sharedsky.exchange.protocol import Decided
from sharedsky.store.sqlite import SqliteStore, bulk
from sharedsky.store.sqlite.connections import connect_writer

NOW_NS = 1_790_000_000 * 10**9
WRITERS = 64
CELLS = 8_192


def intents(count: int, seed: int = 1) -> Iterator[Intent]:
    """Intents of one small box each, over the globe and a week."""
    chance = random.Random(seed)
    for number in range(count):
        u, v = chance.randrange(CELLS - 2), chance.randrange(CELLS - 2)
        start_ns = NOW_NS + chance.randrange(7 * 86_400) * 10**9
        end_ns = start_ns + chance.randrange(600, 5_400) * 10**9
        low_mm = chance.randrange(3_000_000)
        box = Box(chance.randrange(6), u, v, u + number % 2, v + 1, low_mm, low_mm + 120_000, start_ns, end_ns)
        ident = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        uss = f"uss{number % 40}"
        ovn = f"{chance.getrandbits(192):032x}"
        yield Intent(ident, uss, State.ACCEPTED, 1, ovn, f"https://{uss}.example.com", start_ns, end_ns, None, (box,))


def fdatasync_ms(folder: Path) -> float:
    """The median of 200 synced writes of a page."""
    took = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            begin_s = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begin_s)
    return statistics.median(took) * 1e3


def bare(folder: Path, values: list[Intent]) -> float:
    """Rows per second of SQLite alone."""
    connection = connect_writer(folder / "bare.db")
    connection.execute("CREATE TABLE bare (id BLOB PRIMARY KEY, ovn TEXT, url TEXT, end_ns INTEGER, cover BLOB) STRICT")
    rows = [(uuid.UUID(value.id).bytes, value.ovn, value.uss_base_url, value.end_ns, bytes(46)) for value in values]
    begin_s = time.perf_counter()
    for at in range(0, len(rows), WRITERS):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?)", rows[at : at + WRITERS])
        connection.execute("COMMIT")
    rate = len(rows) / (time.perf_counter() - begin_s)
    connection.close()
    return rate


async def ours(path: Path, jobs: list[object], seconds: list[float]) -> float:
    """Writes per second of the store; jobs: intents to keep, or extents to decide on."""
    store = SqliteStore.open(path, NOW_NS)
    waiting = iter(jobs)

    async def writer() -> None:
        for job in waiting:
            begin_s = time.perf_counter()
            if isinstance(job, Intent):
                await store.write(NOW_NS, lambda _, job=job: Decided(None, (Put(job),)))  # type: ignore[misc]
            else:
                assert isinstance(job, Extent)
                await decide(store, job)
            seconds.append(time.perf_counter() - begin_s)

    begin_s = time.perf_counter()
    await asyncio.gather(*(writer() for _ in range(WRITERS)))
    rate = len(jobs) / (time.perf_counter() - begin_s)
    await store.close()
    return rate


async def decide(store: SqliteStore, extent: Extent) -> None:
    """A whole decision: cover, what is near, key, changes."""
    new = fresh(NOW_NS)
    request = PutIntent(
        new.id, "uss1", None, (extent,), frozenset(), State.ACCEPTED, "https://uss1.example.com", None, None
    )
    cover = cover_of(request.extents)
    await store.write(NOW_NS, lambda snapshot: put_intent(request, cover, snapshot, new))


def extents(count: int) -> list[object]:
    """Squares far from one another."""
    found: list[object] = []
    for number in range(count):
        south, west = -60.0 + 0.1 * (number % 1_200), -170.0 + 0.1 * (number // 1_200)
        ring = ((south, west), (south, west + 0.01), (south + 0.01, west + 0.01), (south + 0.01, west))
        found.append(Extent(ring, 0, 120_000, NOW_NS, NOW_NS + 1_800 * 10**9))
    return found


def line(what: str, rate: float, floor: float, seconds: list[float]) -> str:
    """A row of the table."""
    ordered = sorted(seconds)
    late = f"median {ordered[len(ordered) // 2] * 1e3:.1f} ms, p99 {ordered[len(ordered) * 99 // 100] * 1e3:.1f} ms"
    return f"| {what} | {rate:,.0f} per second; {late} | {rate / floor:.2f} of bare SQLite |"


def million(folder: Path, count: int) -> str:
    """Start with many intents, in a process of its own."""
    path = folder / "million.db"
    begin_s = time.perf_counter()
    bulk.load(path, intents(count))
    loaded_s = time.perf_counter() - begin_s
    command = [sys.executable, "-m", "bench.store", "--open", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    size = path.stat().st_size / 1e6
    return f"| {count:,} intents: start | {done.stdout.strip()} | file {size:,.0f} MB, made in {loaded_s:.0f} s |"


async def opened(path: Path) -> str:
    """Open a file and ask it a thousand times for what is near."""
    begin_s = time.perf_counter()
    store = SqliteStore.open(path, NOW_NS)
    start_s = time.perf_counter() - begin_s
    gc.collect()
    gc.freeze()  # as the server does
    took, found = [], 0
    for one in intents(1_000, seed=7):
        face, u0, v0, *_ = one.cover[0]
        u1, v1 = min(u0 + 140, CELLS - 1), min(v0 + 140, CELLS - 1)  # some 150 km, the whole week
        wide = (Box(face, u0, v0, u1, v1, 0, 4_000_000, NOW_NS, NOW_NS + 7 * 86_400 * 10**9),)
        begin_s = time.perf_counter()
        found += len(await store.read(NOW_NS, lambda snapshot, wide=wide: snapshot.intents_near(wide)))  # type: ignore[misc]
        took.append(time.perf_counter() - begin_s)
    await store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    queries = f"1,000 queries of {found / 1_000:.0f} each, p99 {sorted(took)[990] * 1e3:.1f} ms"
    return f"{start_s:.1f} s, peak {peak:.2f} GB after {queries}"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=20_000)
    parser.add_argument("--intents", type=int, default=1_000_000, help="0 leaves the start out")
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; by default the system's for files")
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.open is not None:
        print(asyncio.run(opened(arguments.open)))
        return 0
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        values = list(intents(arguments.writes))
        print(f"fdatasync: median {fdatasync_ms(folder):.2f} ms; SQLite {sqlite3.sqlite_version}; {WRITERS} writers\n")
        floor = bare(folder, values)
        kept_s: list[float] = []
        kept = asyncio.run(ours(folder / "kept.db", list(values), kept_s))
        decided_s: list[float] = []
        decided = asyncio.run(ours(folder / "decided.db", extents(arguments.writes), decided_s))
        print("| what | figure | ratio |\n|---|---|---|")
        print(f"| bare SQLite, {WRITERS} rows in a transaction | {floor:,.0f} rows per second | 1 |")
        print(line("the store, changes ready", kept, floor, kept_s))
        print(line("the store, whole decisions", decided, floor, decided_s))
        if arguments.intents:
            print(million(folder, arguments.intents))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
