"""What is over leaves the file a little at a time, and nothing that is current ever does."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from sharedsky.exchange.changes import Put
from sharedsky.exchange.protocol import REPLY_KEPT_NS, Decided, StoredReply
from sharedsky.store.sqlite import bulk
from sharedsky.store.sqlite.fsck import fsck
from sharedsky.store.sqlite.retention import ROWS_AT_ONCE
from store_worlds import DAY_NS, MINUTE_NS, NOW_NS, bare_intent, open_store


def rows(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return int(count)


def test_what_is_past_its_retention_leaves_in_small_steps(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    old = [bare_intent(n, NOW_NS - 40 * DAY_NS, NOW_NS - 31 * DAY_NS + n) for n in range(3 * ROWS_AT_ONCE)]
    young = [bare_intent(10_000 + n, NOW_NS - 40 * DAY_NS, NOW_NS - 29 * DAY_NS) for n in range(5)]
    bulk.load(path, [*old, *young, bare_intent(99_999)])

    async def run() -> list[int]:
        store = open_store(path)
        left, more = [], True
        while more:
            more = await store.tidy(NOW_NS)
            left.append(rows(path, "intent"))
        await store.close()
        return left

    left = asyncio.run(run())
    assert left == [2 * ROWS_AT_ONCE + 6, ROWS_AT_ONCE + 6, 6, 6]
    assert fsck(path, NOW_NS).wrong == []


def test_writes_let_go_of_the_past_by_themselves(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    bulk.load(path, [bare_intent(n, NOW_NS - 9 * DAY_NS, NOW_NS - 3 * DAY_NS) for n in range(500)])

    async def run() -> None:
        store = open_store(path, retention_ns=2 * DAY_NS)
        for second in range(4):
            value = bare_intent(1_000 + second)
            await store.write(NOW_NS + second * 10**9, lambda _, value=value: Decided(None, (Put(value),)))  # type: ignore[misc]
        await store.close()

    asyncio.run(run())
    assert rows(path, "intent") == 4


def test_the_room_of_what_left_is_given_back_to_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    many = bare_intent(1, NOW_NS - 9 * DAY_NS, NOW_NS - 3 * DAY_NS).cover * 90
    values = [bare_intent(n, NOW_NS - 9 * DAY_NS, NOW_NS - 3 * DAY_NS) for n in range(2_000)]
    wide = [type(v)(v.id, v.manager, v.state, 1, v.ovn, v.uss_base_url, v.start_ns, v.end_ns, None, many) for v in values]
    bulk.load(path, wide)
    before = path.stat().st_size

    async def run() -> None:
        store = open_store(path, retention_ns=DAY_NS)
        for _ in range(20):
            await store.tidy(NOW_NS)
        await store.close()

    asyncio.run(run())
    assert rows(path, "intent") == 0
    assert path.stat().st_size < before * 0.7


def test_old_replies_leave_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.db"

    async def run() -> None:
        store = open_store(path)
        for number in range(20):
            at_ns = NOW_NS + number * MINUTE_NS
            reply = StoredReply(number.to_bytes(32, "big"), 200, b"", at_ns)
            await store.write(at_ns, lambda _, kept=reply: Decided(None, (), kept))  # type: ignore[misc]
        await store.close()
        end_ns = NOW_NS + 19 * MINUTE_NS
        store = open_store(path, end_ns)
        assert await store.recent_reply((19).to_bytes(32, "big"), end_ns + REPLY_KEPT_NS) is not None
        assert await store.recent_reply((3).to_bytes(32, "big"), end_ns) is None
        await store.close()

    asyncio.run(run())
    assert rows(path, "reply") == 2
