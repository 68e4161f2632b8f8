"""What every store must do (exchange/protocol.py, Store), held against each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from sharedsky.exchange.answers import Changed, MissingKeys, Refused, Subscribed
from sharedsky.exchange.changes import Drop, Put
from sharedsky.exchange.model import Availability, Report
from sharedsky.exchange.protocol import REPLY_KEPT_NS, Decided, Store, StoredReply
from sharedsky.store.memory import MemoryStore
from store_worlds import (
    DAY_NS,
    MINUTE_NS,
    NOW_NS,
    bare_intent,
    delete_intent,
    everything,
    extent,
    fresh,
    open_store,
    put_constraint,
    put_intent,
    put_subscription,
    set_status,
    uuid_of,
)

Make = Callable[[], Store]


@pytest.fixture(params=["memory", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a store of each kind."""
    return (lambda: MemoryStore(NOW_NS)) if request.param == "memory" else (lambda: open_store(tmp_path / "x.db"))


def test_what_was_written_is_read(make: Make) -> None:
    async def run() -> None:
        store = make()
        answer = await store.write(NOW_NS, put_intent(1, extent(), fresh(1)))
        assert isinstance(answer, Changed)
        assert answer.created
        assert await store.read(NOW_NS, lambda snapshot: snapshot.intent(uuid_of(1))) == answer.entity
        assert await store.read(NOW_NS, lambda snapshot: snapshot.intents_near(answer.entity.cover)) == [answer.entity]
        await store.close()

    asyncio.run(run())


def test_a_refusal_changes_nothing(make: Make) -> None:
    async def run() -> None:
        store = make()
        await store.write(NOW_NS, put_intent(1, extent(), fresh(1)))
        before = await store.read(NOW_NS, everything)
        assert isinstance(await store.write(NOW_NS, put_intent(2, extent(), fresh(2))), MissingKeys)
        assert isinstance(await store.write(NOW_NS, delete_intent(1, "not its OVN")), Refused)
        assert await store.read(NOW_NS, everything) == before
        await store.close()

    asyncio.run(run())


def test_a_notification_index_goes_up_with_each_change_nearby(make: Make) -> None:
    async def run() -> None:
        store = make()
        await store.write(NOW_NS, put_subscription(5, extent(size_deg=0.1, low_mm=-1, minutes=60), fresh(5)))
        for number in (1, 2, 3):
            key = frozenset(f"ovn-{n}" for n in range(number))
            await store.write(NOW_NS, put_intent(number, extent(), fresh(number), key=key))
        known = await store.read(NOW_NS, lambda snapshot: snapshot.subscription(uuid_of(5)))
        assert known is not None
        assert known.index == 3
        await store.close()

    asyncio.run(run())


def test_what_has_ended_is_near_nothing_and_after_a_day_it_is_gone(make: Make) -> None:
    async def run() -> None:
        store = make()
        answer = await store.write(NOW_NS, put_intent(1, extent(minutes=30), fresh(1)))
        ended = NOW_NS + 31 * MINUTE_NS
        assert await store.read(ended, lambda snapshot: snapshot.intents_near(answer.entity.cover)) == []
        assert await store.read(ended, lambda snapshot: snapshot.intent(uuid_of(1))) == answer.entity
        assert await store.read(ended + DAY_NS, lambda snapshot: snapshot.intent(uuid_of(1))) is None
        again = await store.write(ended + DAY_NS, put_intent(1, extent(start_ns=ended + DAY_NS), fresh(2)))
        assert again.created
        await store.close()

    asyncio.run(run())


def test_constraints_statuses_and_reports_are_kept(make: Make) -> None:
    async def run() -> None:
        store = make()
        await store.write(NOW_NS, put_constraint(1, extent(), fresh(1)))
        await store.write(NOW_NS, set_status("uss9", "", Availability.DOWN, fresh(2)))
        await store.write(NOW_NS, lambda _: Decided(None, (Put(Report(uuid_of(3), "uss1", b"{}")),)))
        constraint = await store.read(NOW_NS, lambda snapshot: snapshot.constraint(uuid_of(1)))
        assert constraint is not None
        assert (await store.read(NOW_NS, lambda s: s.status("uss9"))).availability is Availability.DOWN
        assert (await store.read(NOW_NS, lambda s: s.status("uss8"))).availability is Availability.UNKNOWN
        await store.close()

    asyncio.run(run())


def test_a_reply_is_kept_for_a_minute_and_the_later_one_counts(make: Make) -> None:
    async def run() -> None:
        store = make()
        key = bytes(32)
        assert await store.recent_reply(key, NOW_NS) is None
        for status in (200, 201):
            reply = StoredReply(key, status, b"body", NOW_NS)
            await store.write(NOW_NS, lambda _, kept=reply: Decided(None, (), kept))  # type: ignore[misc]
        assert await store.recent_reply(key, NOW_NS) == StoredReply(key, 201, b"body", NOW_NS)
        assert await store.recent_reply(key, NOW_NS + REPLY_KEPT_NS) is not None
        assert await store.recent_reply(key, NOW_NS + REPLY_KEPT_NS + 1) is None
        assert await store.recent_reply(bytes(31) + b"x", NOW_NS) is None
        await store.close()

    asyncio.run(run())


def test_a_dependent_keeps_its_subscription_and_the_last_one_takes_it_along(make: Make) -> None:
    async def run() -> None:
        store = make()
        made = await store.write(NOW_NS, put_intent(1, extent(), fresh(1), implicit=True))
        subscription = made.entity.subscription_id
        assert await store.read(NOW_NS, lambda s: s.dependents(subscription)) == [uuid_of(1)]
        await store.write(NOW_NS, delete_intent(1, "ovn-1"))
        assert await store.read(NOW_NS, lambda s: s.subscription(subscription)) is None
        await store.close()

    asyncio.run(run())


def test_many_writers_at_once_are_decided_one_after_the_other(make: Make) -> None:
    async def run() -> None:
        store = make()
        writes = [store.write(NOW_NS, put_intent(n, extent(), fresh(n), key=frozenset())) for n in range(40)]
        answers = await asyncio.gather(*writes)
        assert [isinstance(answer, Changed) for answer in answers] == [True] + [False] * 39
        await store.close()

    asyncio.run(run())


def test_a_drop_and_a_value_in_one_decision_leave_the_value(make: Make) -> None:
    async def run() -> None:
        store = make()
        first, second = bare_intent(1), bare_intent(2)
        await store.write(NOW_NS, lambda _: Decided(None, (Put(first), Put(second))))
        changes = (Drop("intent", first.id), Put(first), Put(second), Drop("intent", second.id))
        await store.write(NOW_NS, lambda _: Decided(None, changes))
        assert await store.read(NOW_NS, lambda s: (s.intent(first.id), s.intent(second.id))) == (first, None)
        await store.close()

    asyncio.run(run())


def test_a_decision_that_raises_changes_nothing(make: Make) -> None:
    async def run() -> None:
        store = make()
        with pytest.raises(ZeroDivisionError):
            await store.write(NOW_NS, lambda _: Decided(1 // 0))
        assert isinstance(await store.write(NOW_NS, put_subscription(5, extent(), fresh(5))), Subscribed)
        await store.close()

    asyncio.run(run())
