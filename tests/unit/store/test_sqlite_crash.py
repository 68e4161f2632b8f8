"""The file as it lies on the disk after each commit, with its WAL: whatever was answered is in it, and nothing is half."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from sharedsky.exchange.answers import Changed
from sharedsky.store.sqlite.fsck import fsck
from store_worlds import NOW_NS, Faults, extent, fresh, open_store, put_intent, put_subscription, uuid_of


def copy_as_it_lies(path: Path, number: int) -> Path:
    """The file and its WAL, as a machine that lost its power at this moment has them."""
    target = path.with_name(f"crash-{number}.db")
    shutil.copy(path, target)
    shutil.copy(path.with_name(path.name + "-wal"), target.with_name(target.name + "-wal"))
    return target


def test_after_each_commit_the_file_holds_a_whole_prefix_of_what_was_decided(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    faults = Faults()
    copies: list[Path] = []
    answered: list[int] = []  # how many were answered when each copy was taken
    done: set[int] = set()

    def committed() -> None:
        answered.append(len(done))
        copies.append(copy_as_it_lies(path, len(copies)))

    async def one(number: int) -> None:
        key = frozenset(f"ovn-{n}" for n in range(100))
        answer = await store.write(NOW_NS, put_intent(number, extent(), fresh(number), key=key, implicit=True))
        assert isinstance(answer, Changed)
        done.add(number)

    async def run() -> None:
        await store.write(NOW_NS, put_subscription(99, extent(size_deg=0.2, low_mm=-1, minutes=60), fresh(99)))
        for begin in range(1, 40, 8):
            await asyncio.gather(*(one(number) for number in range(begin, begin + 8)))
        await store.close()

    store = open_store(path, faults=faults)
    faults.committed = committed
    asyncio.run(run())
    assert len(copies) >= 6
    for copy, least in zip(copies, answered, strict=True):
        holds_a_prefix(copy, least)


def holds_a_prefix(copy: Path, least: int) -> None:
    """The first so many intents, each with its subscription, and the notifications that they caused."""

    async def run() -> None:
        store = open_store(copy)
        intents = await store.read(NOW_NS, lambda snapshot: dict(snapshot.intents))  # type: ignore[attr-defined]
        assert sorted(intents) == [uuid_of(number) for number in range(1, len(intents) + 1)]
        assert len(intents) >= least
        told = await store.read(NOW_NS, lambda snapshot: snapshot.subscription(uuid_of(99)))
        assert told is not None
        assert told.index == len(intents)
        for intent in intents.values():
            named = intent.subscription_id
            assert await store.read(NOW_NS, lambda s, named=named: s.subscription(named)) is not None  # type: ignore[misc]
        await store.close()

    asyncio.run(run())
    assert fsck(copy, NOW_NS).wrong == []


def test_a_wal_cut_short_loses_the_last_commits_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.db"

    async def fill() -> list[Path]:
        store = open_store(path)
        for number in range(1, 13):
            key = frozenset(f"ovn-{n}" for n in range(100))
            await store.write(NOW_NS, put_intent(number, extent(), fresh(number), key=key, implicit=True))
        wal = path.with_name(path.name + "-wal").stat().st_size
        cut = [copy_as_it_lies(path, number) for number in range(10)]
        for number, copy in enumerate(cut):
            with copy.with_name(copy.name + "-wal").open("rb+") as file:
                file.truncate(max(wal - number * 7_001, 0))
        await store.close()
        return cut

    async def intents(copy: Path) -> list[str]:
        store = open_store(copy)
        found = await store.read(NOW_NS, lambda snapshot: sorted(snapshot.intents))  # type: ignore[attr-defined]
        await store.close()
        return list(found)

    counts = []
    for copy in asyncio.run(fill()):
        found = asyncio.run(intents(copy))
        assert found == [uuid_of(number) for number in range(1, len(found) + 1)]
        assert fsck(copy, NOW_NS).wrong == []
        counts.append(len(found))
    assert counts[0] == 12
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < 12
