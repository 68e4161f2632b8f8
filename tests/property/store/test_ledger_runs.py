"""Random decisions of several parties, bad disks, restarts and checkpoints: ledger and rows agree, and bundles hold.

After each run the file is checked by code of its own (fsck), every checkpoint that was ever shown grows into the last,
every change that was acknowledged is one entry of its party, and a stranger believes what is shown of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_worlds import ISSUER, KEYS, asked, desk_of, ledger_store, settled, shown, value_of
from sharedsky.exchange.answers import Changed, StatusSet, Subscribed
from sharedsky.exchange.model import Availability
from sharedsky.exchange.protocol import StoreUnavailable
from sharedsky.ledger.checkpoint import verify_checkpoint
from sharedsky.store.sqlite import SqliteStore
from sharedsky.store.sqlite.fsck import fsck
from sharedsky.verify import Finding
from store_worlds import (
    NOW_NS,
    Decide,
    Faults,
    delete_constraint,
    delete_intent,
    extent,
    fresh,
    put_constraint,
    put_intent,
    set_status,
    uuid_of,
)

S = 10**9
CODES = st.sampled_from([sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY])
SUBS = ("uss1", "uss2")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(1, 3)), min_size=1, max_size=5)),
        st.tuples(st.just("checkpoint"), st.integers(-2, 3)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(
            st.just("fault"), st.tuples(st.sampled_from(["COMMIT", "BEGIN", "INSERT INTO ledger_entry", "UPDATE state"]), CODES)
        ),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


class Run:
    """A store under random use, and what it acknowledged."""

    def __init__(self, path: Path) -> None:
        self.path, self.faults = path, Faults()
        self.store: SqliteStore = ledger_store(path, faults=self.faults)
        self.count, self.now_ns = 0, NOW_NS
        self.kept = dict.fromkeys(SUBS, 0)  # acknowledged changes by party
        self.sizes: dict[int, bytes] = {}  # checkpoints that were shown: the root by size

    def request(self, what: int, sub: str, number: int) -> Decide:
        """A decision on what the store holds at present."""
        self.count += 1
        picture, new = self.store.picture, fresh(self.count, self.now_ns)
        ident = 10 * number + SUBS.index(sub)
        key = frozenset(other.ovn for other in [*picture.intents.values(), *picture.constraints.values()])
        intent, constraint = picture.intent(uuid_of(ident)), picture.constraint(uuid_of(ident))
        match what:
            case 0:
                ovn = None if intent is None else intent.ovn
                made = put_intent(ident, extent(number), new, ovn=ovn, key=key, implicit=True, manager=sub)
            case 1:
                made = delete_intent(ident, "" if intent is None else intent.ovn, sub)
            case 2:
                ovn = None if constraint is None else constraint.ovn
                made = put_constraint(ident, extent(number), new, ovn=ovn, manager=sub)
            case 3:
                made = delete_constraint(ident, "" if constraint is None else constraint.ovn, sub)
            case _:
                made = set_status("uss9", picture.status("uss9").version, Availability.NORMAL, new)
        return asked(made, sub)

    async def ask(self, requests: list[tuple[int, int, int]]) -> None:
        """Several at once."""
        subs = [SUBS[sub] for _, sub, _ in requests]
        decides = [self.request(what, sub, number) for (what, _, number), sub in zip(requests, subs, strict=True)]
        writes = [self.store.write(self.now_ns, decide) for decide in decides]
        for sub, answer in zip(subs, await asyncio.gather(*writes, return_exceptions=True), strict=True):
            if isinstance(answer, Changed | Subscribed | StatusSet):
                self.kept[sub] += 1
            elif isinstance(answer, BaseException):
                assert isinstance(answer, StoreUnavailable), answer

    async def checkpoint(self, step_s: int) -> None:
        self.now_ns += step_s * S
        with contextlib.suppress(StoreUnavailable):
            await self.store.checkpoint(self.now_ns)
        self.see()

    def see(self) -> None:
        """Remember what is shown."""
        note = desk_of(self.store).note
        if note is not None:
            one = verify_checkpoint(note, [KEYS.signing.verifier], []).checkpoint
            assert self.sizes.setdefault(one.size, one.root) == one.root
            assert one.size == max(self.sizes)

    async def step(self, what: str, value: Any) -> None:
        match what:
            case "ask":
                await self.ask(value)
            case "checkpoint":
                await self.checkpoint(value)
            case "fault":
                self.faults.fail(1, *value)
            case "restart":
                self.faults.times = 0
                await self.store.close()
                self.store = ledger_store(self.path, self.now_ns, self.faults)
                self.see()


async def use(path: Path, steps: list[tuple[str, Any]]) -> None:
    run = Run(path)
    for what, value in steps:
        await run.step(what, value)
    run.faults.times = 0
    await run.checkpoint(1)
    await run.checkpoint(1)  # where the first found a disk that had failed
    desk = desk_of(run.store)
    for size in run.sizes:
        assert settled(desk.consistency(size, None)).finding is Finding.CONSISTENT
    for sub in SUBS:
        previous = bytes(32)
        for counter in range(1, run.kept[sub] + 1):
            one = shown(desk, counter, sub)
            assert (one.counter, one.previous) == (counter, previous)
            previous = value_of(desk, counter, sub)
        assert desk_count(run.store, sub) == run.kept[sub]
    await run.store.close()


def desk_count(store: SqliteStore, sub: str) -> int:
    """How many entries a party's channel has."""
    connection = sqlite3.connect(store.path)
    sql = "SELECT count(*) FROM ledger_entry AS e JOIN ledger_channel AS c ON c.number = e.channel WHERE c.sub = ?"
    count = connection.execute(f"{sql} AND c.issuer = ?", (sub, ISSUER)).fetchone()[0]
    connection.close()
    return int(count)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_ledger_and_rows_agree_whatever_happens(steps: list[tuple[str, Any]]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        asyncio.run(use(folder / "x.db", steps))
        assert fsck(folder / "x.db", NOW_NS).wrong == []
    finally:
        shutil.rmtree(folder)
