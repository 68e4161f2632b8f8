"""What every store with a ledger must do: each change is one entry, kept with it, and shown so that a stranger believes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger_worlds import ISSUER, asked, desk_of, ledger_store, memory_store, settled, shown, value_of
from sharedsky.exchange.changes import Put
from sharedsky.exchange.model import Availability, Report
from sharedsky.exchange.protocol import Decided
from sharedsky.exchange.record import content_digest
from sharedsky.ledger.checkpoint import parse_checkpoint
from sharedsky.ledger.fields import HostActor, TokenActor, plan_tag, token_subject
from sharedsky.ledger.kinds import kind_name
from sharedsky.ledger.note import parse_note
from sharedsky.store.desk import NotThere, NotYet
from sharedsky.store.memory import MemoryStore
from sharedsky.store.sqlite import SqliteStore
from sharedsky.verify import Finding
from store_worlds import (
    NOW_NS,
    delete_constraint,
    delete_intent,
    delete_subscription,
    extent,
    fresh,
    put_constraint,
    put_intent,
    put_subscription,
    set_status,
    uuid_of,
)

S = 10**9
Make = Callable[[], MemoryStore | SqliteStore]


@pytest.fixture(params=["memory", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a store of each kind."""
    return memory_store if request.param == "memory" else (lambda: ledger_store(tmp_path / "x.db"))


def test_each_change_is_one_entry_of_who_asked_for_it(make: Make) -> None:
    async def run() -> None:
        store = make()
        requests = [
            asked(put_intent(1, extent(), fresh(1), implicit=True)),
            asked(delete_intent(1, "ovn-1")),
            asked(put_constraint(2, extent(), fresh(2))),
            asked(delete_constraint(2, "ovn-2")),
            asked(put_subscription(5, extent(), fresh(3), manager="uss1")),
            asked(delete_subscription(5, "version-3", manager="uss1")),
            asked(set_status("uss9", "", Availability.DOWN, fresh(4))),
            asked(lambda _: Decided(None, (Put(Report(uuid_of(3), "uss1", b"{}")),))),
        ]
        for request in requests:
            await store.write(NOW_NS, request)
        await store.checkpoint(NOW_NS + S)
        entries = [shown(desk_of(store), counter) for counter in range(1, len(requests) + 1)]
        assert [kind_name(one.kind or 0) for one in entries] == [
            "operational intent written", "operational intent removed", "constraint written", "constraint removed",
            "subscription written", "subscription removed", "availability set", "error report made",
        ]  # fmt: skip
        assert {one.actor for one in entries} == {TokenActor(token_subject(ISSUER, "uss1"))}
        assert [one.subjects[0].id for one in entries if one.subjects] == [
            uuid_of(1), uuid_of(1), uuid_of(2), uuid_of(2), uuid_of(5), uuid_of(5), "uss9", uuid_of(3),
        ]  # fmt: skip
        with pytest.raises(NotThere):
            desk_of(store).logged(ISSUER, "uss1", len(requests) + 1)
        await store.close()

    asyncio.run(run())


def test_an_entry_binds_what_is_there_after_it_and_a_removal_nothing(make: Make) -> None:
    async def run() -> None:
        store = make()
        made = await store.write(NOW_NS, asked(put_intent(1, extent(), fresh(1), implicit=True)))
        implicit = await store.read(NOW_NS, lambda s: s.subscription(made.entity.subscription_id))
        assert implicit is not None
        await store.write(NOW_NS, asked(delete_intent(1, "ovn-1")))
        await store.checkpoint(NOW_NS)
        first, second = shown(desk_of(store), 1), shown(desk_of(store), 2)
        assert first.subjects is not None
        assert second.subjects is not None
        assert [one.item() for one in first.subjects] == [
            (uuid_of(1), 1, content_digest(made.entity)), (implicit.id, 0, content_digest(implicit)),
        ]  # fmt: skip
        assert [one.item() for one in second.subjects] == [(uuid_of(1), 1, b""), (implicit.id, 0, b"")]
        for one in (first, second):
            assert plan_tag(one.channel or b"", uuid_of(1)) in (one.plan_tags or ())
        await store.close()

    asyncio.run(run())


def test_a_refusal_is_no_entry(make: Make) -> None:
    async def run() -> None:
        store = make()
        await store.write(NOW_NS, asked(put_intent(1, extent(), fresh(1))))
        await store.write(NOW_NS, asked(put_intent(2, extent(), fresh(2))))  # the key lacks the first's OVN
        await store.write(NOW_NS, asked(delete_intent(1, "not its OVN")))
        await store.write(NOW_NS, asked(put_constraint(3, extent(), fresh(3))))
        await store.checkpoint(NOW_NS)
        assert kind_name(shown(desk_of(store), 2).kind or 0) == "constraint written"
        with pytest.raises(NotThere):
            desk_of(store).logged(ISSUER, "uss1", 3)
        await store.close()

    asyncio.run(run())


def test_a_channel_has_no_gap_and_each_entry_names_the_one_before(make: Make) -> None:
    async def run() -> None:
        store = make()
        for number in range(1, 10):
            sub = ("uss1", "uss2", "uss3")[number % 3]
            await store.write(NOW_NS + number, asked(put_constraint(number, extent(), fresh(number), manager=sub), sub))
            if number % 4 == 0:
                await store.checkpoint(NOW_NS + number)
        await store.checkpoint(NOW_NS + 10)
        desk = desk_of(store)
        tags = set()
        for sub in ("uss1", "uss2", "uss3"):
            entries = [shown(desk, counter, sub) for counter in (1, 2, 3)]
            assert [one.counter for one in entries] == [1, 2, 3]
            values = [bytes(32), *(value_of(desk, counter, sub) for counter in (1, 2))]
            assert [one.previous for one in entries] == values
            tags |= {one.channel for one in entries}
        assert len(tags) == 3
        await store.close()

    asyncio.run(run())


def test_a_change_that_nobody_asked_for_is_the_exchanges_own(make: Make) -> None:
    async def run() -> None:
        store = make()
        await store.write(NOW_NS, put_constraint(1, extent(), fresh(1)))
        await store.checkpoint(NOW_NS)
        assert shown(desk_of(store), 1, "", "").actor == HostActor()
        await store.close()

    asyncio.run(run())


def test_an_entry_is_shown_to_its_own_party_alone_and_not_before_its_checkpoint(make: Make) -> None:
    async def run() -> None:
        store = make()
        await store.checkpoint(NOW_NS)
        await store.write(NOW_NS, asked(put_constraint(1, extent(), fresh(1))))
        desk = desk_of(store)
        with pytest.raises(NotYet):
            desk.logged(ISSUER, "uss1", 1)
        await store.checkpoint(NOW_NS)
        shown(desk, 1)
        for issuer, sub in ((ISSUER, "uss2"), ("https://other.example", "uss1"), ("", "")):
            with pytest.raises(NotThere):
                desk.logged(issuer, sub, 1)
            assert desk.counters(issuer, sub, uuid_of(1), None, 10) == []
        assert desk.counters(ISSUER, "uss1", uuid_of(1), None, 10) == [1]
        assert desk.counters(ISSUER, "uss1", uuid_of(1), "1", 10) == [1]
        assert desk.counters(ISSUER, "uss1", uuid_of(1), "2", 10) == []
        await store.close()

    asyncio.run(run())


def test_each_checkpoint_grows_from_the_one_before_though_nothing_happened(make: Make) -> None:
    async def run() -> None:
        store = make()
        desk = desk_of(store)
        assert desk.note is None
        sizes = []
        for number in range(6):
            if number in (2, 3):
                for k in range(5 * number):
                    await store.write(NOW_NS, asked(put_constraint(10 * number + k, extent(), fresh(k))))
            await store.checkpoint(NOW_NS + number * S)
            assert desk.note is not None
            sizes.append(parse_checkpoint(parse_note(desk.note).text).size)
        assert sizes == [4, 8, 24, 40, 56, 72]  # on the higher rung once it was needed
        for older in sizes:
            for newer in sizes:
                if older <= newer:
                    assert settled(desk.consistency(older, newer)).finding is Finding.CONSISTENT
        for none in (0, 5, 73, 10**6):
            with pytest.raises(NotThere):
                desk.consistency(none, None)
        with pytest.raises(NotThere):
            desk.consistency(24, 8)
        await store.close()

    asyncio.run(run())


def test_time_in_the_ledger_does_not_step_back_with_the_clock(make: Make) -> None:
    async def run() -> None:
        store = make()
        for number, now_ns in enumerate((NOW_NS + S, NOW_NS, NOW_NS + S // 2), start=1):
            await store.write(now_ns, asked(put_constraint(number, extent(), fresh(number))))
        await store.checkpoint(NOW_NS)
        assert [shown(desk_of(store), counter).time for counter in (1, 2, 3)] == [NOW_NS + S] * 3
        await store.close()

    asyncio.run(run())


def test_tiles_are_shown_as_far_as_the_checkpoint_goes(make: Make) -> None:
    async def run() -> None:
        store = make()
        desk = desk_of(store)
        with pytest.raises(NotThere):
            desk.tile(0, 0, 1)
        await store.checkpoint(NOW_NS)
        assert len(desk.tile(0, 0, 4)) == 4 * 32
        assert desk.tile(0, 0, 3) == desk.tile(0, 0, 4)[:96]
        for level, index, width in ((0, 0, 5), (0, 1, 1), (1, 0, 1), (0, 0, 256)):
            with pytest.raises(NotThere):
                desk.tile(level, index, width)
        await store.close()

    asyncio.run(run())


def test_names_that_the_ledger_cannot_hold_as_they_are_stand_as_digests(make: Make) -> None:
    async def run() -> None:
        store = make()
        for number, uss in enumerate(("u\N{COMBINING DIAERESIS}ss", "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 255), start=1):
            await store.write(NOW_NS, asked(set_status(uss, "", Availability.DOWN, fresh(number))))
        await store.checkpoint(NOW_NS)
        for counter in (1, 2):
            (subject,) = shown(desk_of(store), counter).subjects or ()
            assert subject.id.startswith("sha256:")
        await store.close()

    asyncio.run(run())
