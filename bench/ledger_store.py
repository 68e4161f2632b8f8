"""`python -m bench.ledger_store`: leaves per second under group commit, what a leaf adds to a write, and proofs.

Writers wait for their answers, as requests do; each write is one row and one leaf, made durable together, with a
checkpoint each second in the same queue. The same writes without a ledger stand beside them, and the median of this
machine's fdatasync, which both wait for. CPU is that of the whole process: event loop and writer's thread.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.store import NOW_NS, fdatasync_ms, intents
from sharedsky.exchange.changes import Put
from sharedsky.exchange.model import Intent
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.exchange.record import record_of
from sharedsky.ledger.keys import SigningKey
from sharedsky.store.book import LedgerKeys
from sharedsky.store.sqlite import SqliteStore
from sharedsky.verify import Finding, Policy, verify_bundle

ORIGIN = "exchange.example/bench"
KEYS = LedgerKeys(ORIGIN, bytes(32), SigningKey.from_seed(ORIGIN, bytes(32)))
ISSUER = "https://issuer.example"


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling a store took: writes per second, CPU of each, and the times of its checkpoints."""

    per_second: float
    cpu_us: float
    checkpoints_ms: list[float]


def write_of(value: Intent) -> Callable[[Snapshot], Decided[None]]:
    """A decision that puts a value, with its record where it is asked for by a party."""

    def decide(snapshot: Snapshot) -> Decided[None]:
        changes = (Put(value),)
        return Decided(None, changes, None, record_of(changes, ISSUER, value.manager, snapshot))

    return decide


def bare_write_of(value: Intent) -> Callable[[Snapshot], Decided[None]]:
    """The same, without a record."""
    return lambda snapshot: Decided(None, (Put(value),))


async def fill(store: SqliteStore, values: list[Intent], writers: int, *, logged: bool) -> Filled:
    """Write values, so many at a time."""
    make = write_of if logged else bare_write_of
    waiting: Iterator[Intent] = iter(values)
    closes: list[float] = []

    async def writer() -> None:
        for value in waiting:
            await store.write(NOW_NS, make(value))

    async def checkpoints() -> None:
        while True:
            begin_s = time.perf_counter()
            await store.checkpoint(NOW_NS + time.perf_counter_ns())
            closes.append((time.perf_counter() - begin_s) * 1e3)
            await asyncio.sleep(1)

    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    chore = asyncio.create_task(checkpoints())
    await asyncio.gather(*(writer() for _ in range(writers)))
    took_s, cpu_s = time.perf_counter() - begin_s, time.process_time() - begin_cpu_s
    chore.cancel()
    await store.checkpoint(NOW_NS + time.perf_counter_ns())
    return Filled(len(values) / took_s, cpu_s / len(values) * 1e6, closes)


def spread(taken_ms: list[float]) -> str:
    """Median and 99th percentile."""
    return f"median {statistics.median(taken_ms):.3f} ms, p99 {statistics.quantiles(taken_ms, n=100)[98]:.3f} ms"


def proofs(store: SqliteStore, entries: int) -> Iterator[tuple[str, str]]:
    """What it takes to prove entries of a party, each read from the file."""
    desk = store.desk
    assert desk is not None
    taken, bundles = [], []
    for k in range(500):
        begin_s = time.perf_counter()
        bundle = desk.logged(ISSUER, f"uss{k % 40}", 1 + k * 7_919 % (entries // 40))
        taken.append((time.perf_counter() - begin_s) * 1e3)
        bundles.append(bundle)
    yield f"inclusion proof as a bundle, {desk.size:,} leaves", spread(taken)
    policy = Policy((KEYS.signing.verifier,), {})
    assert all(verify_bundle(bundle, policy).finding is Finding.LOGGED_ONLY for bundle in bundles)


def figures(count: int) -> Iterator[tuple[str, str]]:
    """All figures."""
    values = list(intents(count))
    with tempfile.TemporaryDirectory() as folder:
        yield "fdatasync", f"median {fdatasync_ms(Path(folder)):.3f} ms"
        for writers in (64, 512):
            bare = SqliteStore.open(Path(folder) / f"bare-{writers}.db", NOW_NS)
            without = asyncio.run(ended(bare, values, writers, logged=False))
            store = SqliteStore.open(Path(folder) / f"ledger-{writers}.db", NOW_NS, ledger=KEYS)
            found = asyncio.run(ended(store, values, writers, logged=True, keep=writers == 512))
            yield f"{writers} writers, without a ledger", f"{without.per_second:,.0f} writes/s"
            yield f"{writers} writers, each write one leaf", f"{found.per_second:,.0f} leaves/s"
            added = found.cpu_us - without.cpu_us
            yield "CPU of a write, with the ledger", f"{found.cpu_us:.0f} us, of which the ledger {added:.0f} us"
            yield "a checkpoint meanwhile", f"worst {max(found.checkpoints_ms):.0f} ms"
        yield from proofs(store, count)
        begin_s = time.perf_counter()
        store_ended(store)
        store = SqliteStore.open(Path(folder) / "ledger-512.db", NOW_NS, ledger=KEYS)
        yield f"opening the file, {count:,} entries", f"{time.perf_counter() - begin_s:.2f} s"
        store_ended(store)


async def ended(store: SqliteStore, values: list[Intent], writers: int, *, logged: bool, keep: bool = False) -> Filled:
    """Fill a store, and close it unless it is kept."""
    found = await fill(store, values, writers, logged=logged)
    if not keep:
        await store.close()
    return found


def store_ended(store: SqliteStore) -> None:
    """Close a store."""

    async def end() -> None:
        await store.close()

    asyncio.run(end())


def main() -> int:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40_000, help="writes of each run")
    for what, figure in figures(parser.parse_args().count):
        print(f"{what:<50} {figure}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
