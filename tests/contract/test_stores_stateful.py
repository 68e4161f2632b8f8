"""Random decisions, restarts, bursts and failing commits: the file's store answers as the one in memory, always.

Only what a store said that it kept is told to the reference, in the same order; so what was refused for want of a disk
must have left nothing behind.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sharedsky.exchange.model import Availability, State
from sharedsky.exchange.protocol import Decided, StoredReply, StoreUnavailable
from sharedsky.store.memory import MemoryStore
from sharedsky.store.sqlite.fsck import fsck
from store_worlds import (
    DAY_NS,
    MINUTE_NS,
    NOW_NS,
    Decide,
    Faults,
    delete_constraint,
    delete_intent,
    delete_subscription,
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

NUMBERS = st.integers(1, 4)
PLACES = st.integers(0, 1)
CODES = st.sampled_from([sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT])


class Stores(RuleBasedStateMachine):
    """The reference and the file, side by side."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "x.db"
        self.loop = asyncio.new_event_loop()
        self.faults = Faults()
        self.now_ns = NOW_NS
        self.count = 0
        self.memory = MemoryStore(NOW_NS)
        self.store = open_store(self.path, faults=self.faults)

    def new(self) -> int:
        self.count += 1
        return self.count

    def intent(self, number: int, place: int, kind: str, minutes: int, state: State) -> Decide:
        """A decision that knows the current OVNs, as a client that keeps up does."""
        picture = self.memory.picture
        known = picture.intent(uuid_of(number))
        key = frozenset(other.ovn for other in [*picture.intents.values(), *picture.constraints.values()])
        named = uuid_of(20) if kind == "named" else None
        if kind == "shared":
            ids = [sub.id for sub in picture.subscriptions.values() if sub.implicit]
            named = min(ids) if ids else None
        return put_intent(
            number, extent(place, self.now_ns, minutes), fresh(self.new(), self.now_ns), state=state, key=key,
            ovn=None if known is None else known.ovn, subscription_id=named, implicit=kind == "implicit",
        )  # fmt: skip

    def do(self, decide: Decide) -> None:
        self.do_all([decide])

    def do_all(self, decides: list[Decide]) -> None:
        async def run() -> list[Any]:
            return await asyncio.gather(
                *(self.store.write(self.now_ns, decide) for decide in decides), return_exceptions=True
            )

        for decide, answer in zip(decides, self.loop.run_until_complete(run()), strict=True):
            if isinstance(answer, BaseException):
                assert isinstance(answer, StoreUnavailable), answer
            else:
                assert self.loop.run_until_complete(self.memory.write(self.now_ns, decide)) == answer

    @rule(
        number=NUMBERS, place=PLACES, kind=st.sampled_from(["none", "named", "implicit", "shared"]),
        minutes=st.integers(1, 90), state=st.sampled_from(State),
    )  # fmt: skip
    def file_intent(self, number: int, place: int, kind: str, minutes: int, state: State) -> None:
        self.do(self.intent(number, place, kind, minutes, state))

    @rule(number=NUMBERS)
    def end_intent(self, number: int) -> None:
        known = self.memory.picture.intent(uuid_of(number))
        self.do(delete_intent(number, "" if known is None else known.ovn))

    @rule(number=NUMBERS, place=PLACES, minutes=st.integers(1, 90))
    def file_constraint(self, number: int, place: int, minutes: int) -> None:
        known = self.memory.picture.constraint(uuid_of(number))
        ovn = None if known is None else known.ovn
        self.do(put_constraint(number, extent(place, self.now_ns, minutes), fresh(self.new(), self.now_ns), ovn=ovn))

    @rule(number=NUMBERS)
    def end_constraint(self, number: int) -> None:
        known = self.memory.picture.constraint(uuid_of(number))
        self.do(delete_constraint(number, "" if known is None else known.ovn))

    @rule(place=PLACES, minutes=st.integers(1, 300))
    def subscribe(self, place: int, minutes: int) -> None:
        known = self.memory.picture.subscription(uuid_of(20))
        at = extent(place, self.now_ns, minutes, low_mm=-10, size_deg=0.3)
        version = None if known is None else known.version
        self.do(put_subscription(20, at, fresh(self.new(), self.now_ns), version=version, manager="uss1"))

    @rule()
    def unsubscribe(self) -> None:
        known = self.memory.picture.subscription(uuid_of(20))
        self.do(delete_subscription(20, "" if known is None else known.version, manager="uss1"))

    @rule(availability=st.sampled_from(Availability))
    def say(self, availability: Availability) -> None:
        known = self.memory.picture.status("uss1")
        self.do(set_status("uss1", known.version, availability, fresh(self.new(), self.now_ns)))

    @rule(places=st.lists(PLACES, min_size=2, max_size=6))
    def burst(self, places: list[int]) -> None:
        self.do_all([self.intent(n + 1, place, "implicit", 40, State.ACCEPTED) for n, place in enumerate(places)])

    @rule(
        places=st.lists(PLACES, min_size=1, max_size=4), code=CODES,
        prefix=st.sampled_from(["COMMIT", "BEGIN", "UPDATE state", "INSERT INTO intent"]), times=st.integers(1, 2),
    )  # fmt: skip
    def burst_on_a_bad_disk(self, places: list[int], code: int, prefix: str, times: int) -> None:
        self.faults.fail(times, prefix, code)
        self.burst(places)
        self.faults.times = 0

    @rule()
    def reply(self) -> None:
        reply = StoredReply(self.new().to_bytes(32, "big"), 200, b"body", self.now_ns)
        self.do(lambda _: Decided(None, (), reply))

    @rule(step_ns=st.sampled_from([MINUTE_NS, 30 * MINUTE_NS, 5 * 60 * MINUTE_NS, DAY_NS]))
    def wait(self, step_ns: int) -> None:
        self.now_ns += step_ns

    @rule()
    def restart(self) -> None:
        self.loop.run_until_complete(self.store.close())
        self.store = open_store(self.path, self.now_ns, self.faults)

    @invariant()
    def they_hold_the_same(self) -> None:
        ours = self.loop.run_until_complete(self.store.read(self.now_ns, everything))
        theirs = self.loop.run_until_complete(self.memory.read(self.now_ns, everything))
        assert ours == theirs
        for number in range(max(1, self.count - 5), self.count + 1):
            key = number.to_bytes(32, "big")
            kept = self.loop.run_until_complete(self.memory.recent_reply(key, self.now_ns))
            assert self.loop.run_until_complete(self.store.recent_reply(key, self.now_ns)) == kept

    def teardown(self) -> None:
        self.loop.run_until_complete(self.store.close())
        self.loop.close()
        found = fsck(self.path, self.now_ns)
        shutil.rmtree(self.folder)
        assert found.wrong == []


Stores.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestStores = Stores.TestCase
