"""A disk that fails: what was not kept is taken back, those who wait hear of it, reads go on, and so do writes later."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sharedsky.exchange.answers import Changed
from sharedsky.exchange.changes import Notified, Put
from sharedsky.exchange.protocol import Decided, StoredReply, StoreUnavailable
from sharedsky.store.sqlite import SqliteStore, Unstorable
from store_worlds import (
    NOW_NS,
    Decide,
    Faults,
    bare_intent,
    everything,
    extent,
    fresh,
    open_store,
    put_intent,
    put_subscription,
    uuid_of,
)


async def reopened(store: SqliteStore) -> SqliteStore:
    """The same file, as a new process finds it."""
    await store.close()
    return open_store(store.path)


@pytest.mark.parametrize("prefix", ["BEGIN", "INSERT INTO intent", "UPDATE state", "COMMIT"])
@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR])
def test_a_write_that_cannot_be_kept_says_so_and_leaves_nothing(tmp_path: Path, prefix: str, code: int) -> None:
    async def run() -> None:
        faults = Faults()
        store = open_store(tmp_path / "x.db", faults=faults)
        await store.write(NOW_NS, put_subscription(5, extent(size_deg=0.1, low_mm=-1), fresh(5)))
        before = await store.read(NOW_NS, everything)
        faults.fail(prefix=prefix, code=code)
        with pytest.raises(StoreUnavailable):
            await store.write(NOW_NS, put_intent(1, extent(), fresh(1)))
        assert not store.ready
        assert await store.read(NOW_NS, everything) == before
        store = await reopened(store)
        assert await store.read(NOW_NS, everything) == before
        await store.close()

    asyncio.run(run())


def test_writes_are_accepted_again_when_the_disk_recovers(tmp_path: Path) -> None:
    async def run() -> None:
        faults = Faults()
        store = open_store(tmp_path / "x.db", faults=faults)
        faults.fail(times=3)
        for number in (1, 2):  # the first itself fails, the second at its probe
            with pytest.raises(StoreUnavailable, match="Make room"):
                await store.write(NOW_NS, put_intent(number, extent(), fresh(number)))
        with pytest.raises(StoreUnavailable):
            await store.probe()
        await store.probe()
        assert store.ready
        assert isinstance(await store.write(NOW_NS, put_intent(3, extent(), fresh(3))), Changed)
        store = await reopened(store)
        assert await store.read(NOW_NS, lambda s: [i.id for i in s.intents.values()]) == [uuid_of(3)]  # type: ignore[attr-defined]
        await store.close()

    asyncio.run(run())


def test_all_who_built_on_what_was_not_kept_hear_of_it(tmp_path: Path) -> None:
    async def run() -> None:
        faults = Faults()
        store = open_store(tmp_path / "x.db", faults=faults)
        faults.fail()
        key = bytes(32)

        def with_reply(decide: Decide) -> Decide:
            def decided(snapshot: Any) -> Decided[Any]:
                made = decide(snapshot)
                return Decided(made.answer, made.changes, StoredReply(key, 201, b"", NOW_NS))

            return decided

        first = store.write(NOW_NS, with_reply(put_intent(1, extent(), fresh(1))))
        conflicting = store.write(NOW_NS, put_intent(2, extent(), fresh(2)))  # refused, because of the first
        seen = store.read(NOW_NS, lambda snapshot: snapshot.intent(uuid_of(1)))
        reply = store.recent_reply(key, NOW_NS)
        answers = await asyncio.gather(first, conflicting, seen, reply, return_exceptions=True)
        assert isinstance(answers[0], StoreUnavailable)
        # the second was either drawn from the first and failed with it, or decided afterwards on what was left
        assert isinstance(answers[1], StoreUnavailable | Changed)
        assert answers[2:] == [None, None]
        await store.close()

    asyncio.run(run())


def test_a_read_waits_for_what_it_saw_to_be_durable(tmp_path: Path) -> None:
    async def run() -> None:
        faults = Faults()
        store = open_store(tmp_path / "x.db", faults=faults)
        order: list[str] = []
        faults.committed = lambda: order.append("commit")
        write = asyncio.ensure_future(store.write(NOW_NS, put_intent(1, extent(), fresh(1))))
        await asyncio.sleep(0)
        assert await store.read(NOW_NS, lambda snapshot: snapshot.intent(uuid_of(1))) is not None
        assert order == ["commit"]
        await write
        await store.read(NOW_NS, everything)
        assert order == ["commit"]  # where nothing waits, a read waits for nothing
        await store.close()

    asyncio.run(run())


def test_a_caller_that_goes_away_leaves_its_write_and_the_others_alone(tmp_path: Path) -> None:
    async def run() -> None:
        store = open_store(tmp_path / "x.db")
        gone = asyncio.ensure_future(store.write(NOW_NS, put_intent(1, extent(), fresh(1))))
        stays = asyncio.ensure_future(store.write(NOW_NS, put_intent(2, extent(3), fresh(2))))
        await asyncio.sleep(0)
        gone.cancel()
        assert isinstance(await stays, Changed)
        store = await reopened(store)
        assert len(await store.read(NOW_NS, lambda s: list(s.intents))) == 2  # type: ignore[attr-defined]
        await store.close()

    asyncio.run(run())


def test_a_commit_that_was_done_although_it_told_an_error_counts(tmp_path: Path) -> None:
    async def run() -> None:
        faults = Faults()
        store = open_store(tmp_path / "x.db", faults=faults)
        faults.after_commit = True
        faults.fail(code=sqlite3.SQLITE_IOERR)
        assert isinstance(await store.write(NOW_NS, put_intent(1, extent(), fresh(1))), Changed)
        store = await reopened(store)
        assert await store.read(NOW_NS, lambda snapshot: snapshot.intent(uuid_of(1))) is not None
        await store.close()

    asyncio.run(run())


def test_a_connection_that_is_lost_is_opened_anew(tmp_path: Path) -> None:
    async def run() -> None:
        faults = Faults()
        store = open_store(tmp_path / "x.db", faults=faults)
        faults.fail(times=2, prefix="COMMIT")
        faults.prefix = ("COMMIT", "ROLLBACK")  # type: ignore[assignment]
        with pytest.raises(StoreUnavailable):
            await store.write(NOW_NS, put_intent(1, extent(), fresh(1)))
        assert isinstance(await store.write(NOW_NS, put_intent(2, extent(), fresh(2))), Changed)
        store = await reopened(store)
        assert await store.read(NOW_NS, lambda s: list(s.intents)) == [uuid_of(2)]  # type: ignore[attr-defined]
        await store.close()

    asyncio.run(run())


def test_a_full_disk_stops_writes_and_not_reads_until_there_is_room(tmp_path: Path) -> None:
    async def run() -> None:
        connections: list[sqlite3.Connection] = []

        def connect(path: Path) -> sqlite3.Connection:
            connections.append(Faults().connect(path))
            return connections[-1]

        store = open_store(tmp_path / "x.db", connect=connect)
        pages = connections[0].execute("PRAGMA page_count").fetchone()[0]
        connections[0].execute(f"PRAGMA max_page_count = {pages + 5}").fetchone()

        async def fill() -> tuple[int, str]:
            for kept in range(1_000):
                try:
                    await store.write(NOW_NS, lambda _, kept=kept: Decided(None, (Put(bare_intent(kept)),)))  # type: ignore[misc]
                except StoreUnavailable as error:
                    return kept, str(error)
            raise AssertionError("the disk never filled")

        kept, said = await fill()
        assert kept > 0
        assert "Make room" in said
        assert await store.read(NOW_NS, lambda s: len(s.intents)) == kept  # type: ignore[attr-defined]
        connections[0].execute(f"PRAGMA max_page_count = {pages + 1_000}").fetchone()
        await store.write(NOW_NS, lambda _: Decided(None, (Put(bare_intent(kept)),)))
        store = await reopened(store)
        assert await store.read(NOW_NS, lambda s: len(s.intents)) == kept + 1  # type: ignore[attr-defined]
        await store.close()

    asyncio.run(run())


def test_a_file_that_turns_read_only_stops_writes_and_not_reads(tmp_path: Path) -> None:
    async def run() -> None:
        connections: list[sqlite3.Connection] = []

        def connect(path: Path) -> sqlite3.Connection:
            connections.append(Faults().connect(path))
            return connections[-1]

        store = open_store(tmp_path / "x.db", connect=connect)
        await store.write(NOW_NS, put_intent(1, extent(), fresh(1)))
        connections[0].execute("PRAGMA query_only = ON")
        with pytest.raises(StoreUnavailable, match="account"):
            await store.write(NOW_NS, put_intent(2, extent(3), fresh(2)))
        assert await store.read(NOW_NS, lambda s: list(s.intents)) == [uuid_of(1)]  # type: ignore[attr-defined]
        connections[0].execute("PRAGMA query_only = OFF")
        assert isinstance(await store.write(NOW_NS, put_intent(2, extent(3), fresh(2))), Changed)
        await store.close()

    asyncio.run(run())


def test_what_the_file_cannot_hold_is_refused_to_its_sender_alone(tmp_path: Path) -> None:
    async def run() -> None:
        store = open_store(tmp_path / "x.db")
        value = bare_intent(1)
        wrong = [
            bare_intent(1, end_ns=2**63),
            bare_intent(1, start_ns=-(2**63) - 1),
            type(value)(*[getattr(value, name) if name != "ovn" else "\ud800" for name in value.__slots__]),
            type(value)(*[getattr(value, name) if name != "id" else "\ud800" for name in value.__slots__]),
        ]
        for bad in wrong:
            with pytest.raises(Unstorable):
                await store.write(NOW_NS, lambda _, bad=bad: Decided(None, (Put(value), Put(bad))))  # type: ignore[misc]
        with pytest.raises(Unstorable):
            await store.write(NOW_NS, lambda _: Decided(None, (), StoredReply(b"short", 200, b"", NOW_NS)))
        with pytest.raises(KeyError):  # no such subscription: a decision that is wrong in itself
            await store.write(NOW_NS, lambda _: Decided(None, (Put(value), Notified((uuid_of(9),)))))
        assert store.ready
        assert await store.read(NOW_NS, lambda snapshot: snapshot.intent(value.id)) is None
        await store.close()

    asyncio.run(run())


def test_a_closed_store_takes_no_writes(tmp_path: Path) -> None:
    async def run() -> None:
        store = open_store(tmp_path / "x.db")
        last = asyncio.ensure_future(store.write(NOW_NS, put_intent(1, extent(), fresh(1))))
        await asyncio.sleep(0)
        await store.close()
        assert isinstance(await last, Changed)  # what was accepted is finished
        for late in (store.write(NOW_NS, put_intent(2, extent(), fresh(2))), store.probe(), store.tidy(NOW_NS)):
            with pytest.raises(StoreUnavailable):
                await late
        await store.close()

    asyncio.run(run())


def test_a_store_can_be_used_from_one_event_loop_after_another(tmp_path: Path) -> None:
    store = open_store(tmp_path / "x.db")

    async def abandoned() -> None:
        begun.append(asyncio.ensure_future(store.write(NOW_NS, put_intent(1, extent(), fresh(1)))))
        await asyncio.sleep(0)

    begun: list[asyncio.Future[Any]] = []
    asyncio.run(abandoned())
    found = asyncio.run(store.read(NOW_NS, lambda snapshot: snapshot.intent(uuid_of(1))))
    assert found is not None
    asyncio.run(store.close())
