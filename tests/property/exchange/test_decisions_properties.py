"""Several managers ask for anything in any order: what is decided keeps the promises of F3548-21 over the whole history.

The history is checked by oracle.exchange_history, which shares no code with the exchange; shapes overlap exactly or by
their cells alone, in levels and times that touch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from exchange_world import DAY, HOUR, MIN, T0, URL, World, square
from extents import footprint, relevant
from oracle.exchange_history import Event, Kind, Op, Volume, findings
from property.strategies import examples
from sharedsky.airspace.footprint import Circle, Footprint
from sharedsky.exchange.answers import Changed, MissingKeys, Refused, Subscribed
from sharedsky.exchange.constraints import PutConstraint, delete_constraint, put_constraint
from sharedsky.exchange.cover import Extent, ahead, cover_of, within
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.intents import NewSubscription, PutIntent, delete_intent, put_intent
from sharedsky.exchange.model import Availability, State
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.exchange.statuses import set_status
from sharedsky.exchange.subscriptions import PutSubscription, delete_subscription, put_subscription
from zoo import north_deg

MANAGERS = ("uss1", "uss2", "uss3")
INTENTS = ("a", "b", "c", "d")
CONSTRAINTS = ("x", "y")
SUBSCRIPTIONS = ("s", "t", "u")
_LAT: Final = 48.0
#: Overlapping, near enough to share a cell, and apart; one lies in them all.
SHAPES: Final[list[Circle | tuple[tuple[float, float], ...]]] = [
    square(half_m=300.0).shape,
    square(250.0, half_m=300.0).shape,
    square(800.0, half_m=150.0).shape,
    square(9_000.0, half_m=300.0).shape,
    Circle(_LAT, 12.0, 400.0),
    Circle(_LAT + north_deg(_LAT, 9_300.0), 12.0, 500.0),
    square(half_m=15_000.0).shape,
]
FOOTPRINTS: Final[dict[int, Footprint]] = {k: footprint(shape) for k, shape in enumerate(SHAPES)}
LEVELS = [(0, 100), (100, 200), (101, 200), (0, 300)]


STATES = [State.ACCEPTED, State.ACCEPTED, State.ACTIVATED, State.NONCONFORMING, State.CONTINGENT]
KNOWS = st.sampled_from(["all", "all", "all", "all", "some", "nothing"])
SUBSCRIBES = st.sampled_from(["none", "new", "new", "new constraints", "same", "same", "implicit", *SUBSCRIPTIONS])


@st.composite
def areas(draw: st.DrawFn, many: int = 2) -> list[tuple[int, int, int, int, int]]:
    """(shape, low, high, start, end), times from now [ns]."""
    out = []
    for _ in range(draw(st.integers(1, many))):
        low, high = draw(st.sampled_from(LEVELS))
        start = draw(st.sampled_from([-HOUR, 0, 0, HOUR]))
        end = draw(st.sampled_from([MIN, HOUR, 2 * HOUR, 3 * HOUR, 3 * HOUR]))
        out.append((draw(st.sampled_from([*range(len(SHAPES)), 0, 1, 4])), low, high, start, max(end, start + MIN)))
    return out


class Exchange(RuleBasedStateMachine):
    """Requests, each decided twice to the same effect; a history of them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(now_ns=T0)
        self.events: list[Event] = []
        self.counted: Counter[str] = Counter()

    # What a request is made of

    def _extents(self, drawn: list[tuple[int, int, int, int, int]]) -> tuple[tuple[Extent, ...], tuple[Volume, ...]]:
        now = self.world.now_ns
        extents = tuple(Extent(SHAPES[k], low, high, now + start, now + end) for k, low, high, start, end in drawn)
        volumes = tuple(
            Volume(FOOTPRINTS[k], low, high, now + start, now + end) for k, low, high, start, end in drawn
        )
        return extents, volumes

    def _decide(self, decide: Callable[[Snapshot, Fresh], Decided[Any]]) -> Any:
        """Decide twice, on the same state with the same names; keep the changes, none where it refuses."""
        world = self.world
        world.advance(10)
        fresh = world.fresh()
        decided, again = decide(world.picture, fresh), decide(world.picture, fresh)
        assert decided == again
        if isinstance(decided.answer, Refused | MissingKeys):
            assert decided.changes == ()
        else:
            assert decided.changes != ()
        before = (dict(world.picture.intents), dict(world.picture.constraints), dict(world.picture.subscriptions))
        undo = world.picture.apply(decided.changes)
        world.picture.apply(undo)
        assert before == (world.picture.intents, world.picture.constraints, world.picture.subscriptions)
        world.picture.apply(decided.changes)
        return decided.answer

    def _record(self, op: Op, kind: Kind | None, ident: str, by: str, answer: Any, **fields: Any) -> None:
        now = self.world.now_ns
        match answer:
            case Refused():
                fields["status"] = 400
            case MissingKeys():
                fields["status"] = 409
                fields["missing"] = tuple(entity.id for entity in (*answer.intents, *answer.constraints))
            case Changed():
                fields["status"] = 200
                told = {subscription.id: subscription.index for subscription in answer.subscribers}
                assert len(told) == len(answer.subscribers)
                self.counted.update(told.keys())
                fields |= {"told": told, "ovn": answer.entity.ovn, "version": answer.entity.version}
                if kind == "intent":
                    fields["subscription_id"] = answer.entity.subscription_id
            case Subscribed():
                fields |= {"status": 200, "ovn": answer.subscription.version}
        self.events.append(Event(now, now + 1, by, op, kind, ident, **fields))

    # Intents

    @precondition(lambda self: len(self.world.picture.intents) < len(INTENTS))
    @rule(data=st.data(), by=st.sampled_from(MANAGERS), drawn=areas(), knows=KNOWS, subscription=SUBSCRIBES, suffix=st.booleans())
    def plan(self, data: st.DataObject, by: str, drawn: Any, knows: str, subscription: str, suffix: bool) -> None:
        ident = data.draw(st.sampled_from([i for i in INTENTS if i not in self.world.picture.intents]))
        self._put(ident, by, None, drawn, State.ACCEPTED, knows, subscription, suffix)

    @precondition(lambda self: self.world.picture.intents)
    @rule(data=st.data(), drawn=areas(), state=st.sampled_from(STATES), knows=KNOWS, subscription=SUBSCRIBES, suffix=st.booleans())
    def replan(
        self, data: st.DataObject, drawn: Any, state: State, knows: str, subscription: str, suffix: bool
    ) -> None:
        known = self.world.intent(data.draw(st.sampled_from(sorted(self.world.picture.intents))))
        self._put(known.id, known.manager, known.ovn, drawn, state, knows, subscription, suffix)

    @precondition(lambda self: self.world.picture.intents)
    @rule(data=st.data(), by=st.sampled_from(MANAGERS), drawn=areas(), state=st.sampled_from(STATES), old=st.booleans())
    def meddle(self, data: st.DataObject, by: str, drawn: Any, state: State, old: bool) -> None:
        """Anybody puts anything, with an OVN that may have been current."""
        ident = data.draw(st.sampled_from(INTENTS))
        was = [e.ovn for e in self.events if e.kind == "intent" and e.id == ident and e.ovn is not None]
        given = data.draw(st.sampled_from(was)) if old and was else None
        self._put(ident, by, given, drawn, state, "all", "new", False)

    def _put(
        self, ident: str, by: str, ovn: str | None, drawn: Any, state: State, knows: str, subscription: str, suffix: bool
    ) -> None:
        known = self.world.picture.intent(ident)
        sub = subscription if subscription in SUBSCRIPTIONS else None
        if subscription == "same" and known is not None:
            sub = known.subscription_id
        if subscription == "implicit":
            own = [s for s in self.world.picture.subscriptions.values() if s.implicit and s.manager == by]
            sub = own[0].id if own else None
        new = NewSubscription(URL, subscription == "new constraints") if subscription.startswith("new") else None
        extents, volumes = self._extents(drawn)
        ovns = [i.ovn for i in self.world.picture.intents.values()]
        ovns += [c.ovn for c in self.world.picture.constraints.values()]
        key = frozenset({"all": ovns, "some": ovns[::2], "nothing": []}[knows])
        asked = f"suffix-{self.world.count}" if suffix else None
        request = PutIntent(ident, by, ovn, extents, key, state, URL, sub, new, asked)
        cover = cover_of(extents)
        answer = self._decide(lambda snapshot, fresh: put_intent(request, cover, snapshot, fresh))
        self._record(
            "put", "intent", ident, by, answer, volumes=volumes, given=ovn, key=key, state=state.value,
            suffix_ovn=None if asked is None else f"{ident}_{asked}",
        )  # fmt: skip
        if isinstance(answer, Changed):
            self._covered(answer.entity.subscription_id, cover)

    @precondition(lambda self: self.world.picture.intents)
    @rule(data=st.data(), by=st.sampled_from(MANAGERS), honest=st.integers(0, 5))
    def delete_intent(self, data: st.DataObject, by: str, honest: int) -> None:
        known = self.world.intent(data.draw(st.sampled_from(sorted(self.world.picture.intents))))
        by = known.manager if honest else by
        ovn = known.ovn if honest != 1 else "no-such-ovn-there"
        answer = self._decide(lambda snapshot, fresh: delete_intent(known.id, ovn, by, snapshot))
        self._record("delete", "intent", known.id, by, answer, given=ovn)

    # Constraints

    @rule(ident=st.sampled_from(CONSTRAINTS), by=st.sampled_from(MANAGERS), drawn=areas(), honest=st.integers(0, 4))
    def put_constraint(self, ident: str, by: str, drawn: Any, honest: int) -> None:
        known = self.world.picture.constraint(ident)
        by = known.manager if known is not None and honest else by
        ovn = known.ovn if known is not None and honest != 1 else None
        extents, volumes = self._extents(drawn)
        request, cover = PutConstraint(ident, by, ovn, extents, URL), cover_of(extents)
        answer = self._decide(lambda snapshot, fresh: put_constraint(request, cover, snapshot, fresh))
        self._record("put", "constraint", ident, by, answer, volumes=volumes, given=ovn)

    @precondition(lambda self: self.world.picture.constraints)
    @rule(ident=st.sampled_from(CONSTRAINTS), by=st.sampled_from(MANAGERS))
    def delete_constraint(self, ident: str, by: str) -> None:
        known = self.world.picture.constraint(ident)
        by, ovn = (by, "no-such-ovn-there") if known is None else (known.manager, known.ovn)
        answer = self._decide(lambda snapshot, fresh: delete_constraint(ident, ovn, by, snapshot))
        self._record("delete", "constraint", ident, by, answer, given=ovn)

    # Subscriptions

    @rule(
        ident=st.sampled_from(SUBSCRIPTIONS),
        by=st.sampled_from(MANAGERS),
        drawn=areas(many=1),
        intents=st.booleans(),
        constraints=st.booleans(),
        honest=st.integers(0, 4),
    )
    def put_subscription(
        self, ident: str, by: str, drawn: Any, intents: bool, constraints: bool, honest: int
    ) -> None:
        known = self.world.picture.subscription(ident)
        by = known.manager if known is not None and honest else by
        version = known.version if known is not None and honest != 1 else None
        (extent,), volumes = self._extents(drawn)
        request = PutSubscription(ident, by, version, extent, URL, intents, constraints)
        cover = cover_of((extent,))
        answer = self._decide(lambda snapshot, fresh: put_subscription(request, cover, snapshot, fresh))
        listens = frozenset([*(["intent"] if intents else []), *(["constraint"] if constraints else [])])
        self._record("put", "subscription", ident, by, answer, volumes=volumes, given=version, listens=listens)
        if isinstance(answer, Subscribed):
            if known is None:
                self.counted.pop(ident, None)
            found = [*answer.intents, *answer.constraints]
            near = [i for i in self.world.picture.intents.values() if intents and self._is_near(i, cover)]
            near += [c for c in self.world.picture.constraints.values() if constraints and self._is_near(c, cover)]
            assert {e.ovn for e in found} == {e.ovn for e in near}
            for dependent in answer.dependents:
                intent = self.world.intent(dependent)
                if intent.end_ns > self.world.now_ns:
                    assert within(ahead(intent.cover, self.world.now_ns), cover)
                    assert intents

    @precondition(lambda self: set(SUBSCRIPTIONS) & set(self.world.picture.subscriptions))
    @rule(ident=st.sampled_from(SUBSCRIPTIONS), by=st.sampled_from(MANAGERS))
    def delete_subscription(self, ident: str, by: str) -> None:
        known = self.world.picture.subscription(ident)
        by, version = (by, "no-such-version") if known is None else (known.manager, known.version)
        answer = self._decide(lambda snapshot, fresh: delete_subscription(ident, version, by, snapshot))
        self._record("delete", "subscription", ident, by, answer, given=version)

    # The rest

    @precondition(lambda self: self.world.count % 6 == 0)
    @rule(uss=st.sampled_from(MANAGERS), availability=st.sampled_from([*Availability, Availability.NORMAL, Availability.NORMAL]))
    def declare(self, uss: str, availability: Availability) -> None:
        version = self.world.picture.status(uss).version
        self._decide(lambda snapshot, fresh: set_status(uss, version, availability, snapshot, fresh))
        now = self.world.now_ns
        self.events.append(
            Event(now, now + 1, "arbitrator", "availability", None, uss, 200, availability=availability.value)
        )

    @precondition(lambda self: self.world.count % 4 == 0)
    @rule(step_ns=st.sampled_from([MIN, MIN, HOUR, HOUR, DAY]))
    def wait(self, step_ns: int) -> None:
        self.world.advance(step_ns)

    # What always holds

    def _is_near(self, entity: Any, cover: Any) -> bool:
        return entity.end_ns >= self.world.now_ns and relevant(entity.cover, cover)

    def _covered(self, subscription_id: str | None, cover: Any) -> None:
        """What an intent depends on is there, is its manager's, and covers it from now on."""
        if subscription_id is not None:
            subscription = self.world.sub(subscription_id)
            assert subscription.for_intents
            assert within(ahead(cover, self.world.now_ns), subscription.cover)

    @invariant()
    def every_intent_that_goes_on_is_covered_by_its_subscription(self) -> None:
        for intent in self.world.picture.intents.values():
            if intent.end_ns > self.world.now_ns:
                self._covered(intent.subscription_id, intent.cover)

    @invariant()
    def an_implicit_subscription_is_just_its_intents(self) -> None:
        for subscription in self.world.picture.subscriptions.values():
            if subscription.implicit:
                dependents = [self.world.intent(i) for i in self.world.picture.dependents(subscription.id)]
                assert dependents
                assert {i.manager for i in dependents} == {subscription.manager}
                assert set(subscription.cover) == {box for i in dependents for box in i.cover}

    @invariant()
    def indices_count_the_notifications(self) -> None:
        for subscription in self.world.picture.subscriptions.values():
            assert subscription.index == self.counted[subscription.id], subscription.id

    def teardown(self) -> None:
        assert findings(self.events) == []


TestExchange = Exchange.TestCase
TestExchange.settings = settings(examples(100), stateful_step_count=50)
