"""The picture against a plain model of it: whatever is put, dropped, notified, taken back, and as time passes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from exchange_world import DAY, HOUR, MIN, T0, URL
from extents import relevant
from property.strategies import examples
from sharedsky.exchange.changes import Change, Drop, Notified, Put
from sharedsky.exchange.model import (
    Availability,
    Box,
    Constraint,
    Cover,
    Intent,
    Kind,
    Report,
    State,
    Subscription,
    UssStatus,
)
from sharedsky.exchange.picture import KEPT_AFTER_END_NS, Picture, Placed

IDS = ("a", "b", "c")
USSES = ("uss1", "uss2")
KINDS: tuple[Kind, ...] = ("intent", "constraint", "subscription")
#: Where questions are asked.
WHOLE: Cover = tuple(
    Box(face, 0, 0, 8191, 8191, -(2**50), 2**50, T0 - 100 * DAY, T0 + 200 * DAY) for face in range(6)
)
AREAS = [(0, 10), (8, 20), (30, 31), (0, 8191)]


def _box(area: tuple[int, int], start_ns: int, end_ns: int) -> Box:
    return Box(0, area[0], 5, area[1], 6, 0, 100, start_ns, end_ns)


@dataclass
class Model:
    """What a picture is, written as plainly as possible."""

    now_ns: int = -(2**62)
    tables: dict[Kind, dict[str, Placed]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    statuses: dict[str, UssStatus] = field(default_factory=dict)

    def apply(self, changes: Sequence[Change]) -> None:
        for change in changes:
            match change:
                case Put(UssStatus() as status):
                    self.statuses[status.uss] = status
                case Put(Report()):
                    pass
                case Put(Intent() | Constraint() | Subscription() as value):
                    self.tables[_kind_of(value)][value.id] = value
                case Drop(kind, ident):
                    self.tables[kind].pop(ident, None)
                case Notified(ids):
                    for ident in ids:
                        known = self.tables["subscription"][ident]
                        assert isinstance(known, Subscription)
                        self.tables["subscription"][ident] = replace(known, index=known.index + 1)

    def near(self, kind: Kind, cover: Cover) -> list[Placed]:
        table = self.tables[kind]
        return [v for _, v in sorted(table.items()) if v.end_ns >= self.now_ns and relevant(v.cover, cover)]

    def dependents(self, ident: str) -> list[str]:
        intents = self.tables["intent"].values()
        return sorted(v.id for v in intents if isinstance(v, Intent) and v.subscription_id == ident)

    def due(self) -> list[tuple[Kind, str]]:
        return sorted((k, v.id) for k in KINDS for v in self.tables[k].values() if _until(v) < self.now_ns)


def _kind_of(value: Placed) -> Kind:
    if isinstance(value, Intent):
        return "intent"
    return "constraint" if isinstance(value, Constraint) else "subscription"


def _until(value: Placed) -> int:
    return value.end_ns + (0 if isinstance(value, Subscription) else KEPT_AFTER_END_NS)


@st.composite
def values(draw: st.DrawFn) -> Placed:
    """Few ids, few places, ends near each other."""
    ident = draw(st.sampled_from(IDS))
    start = T0 + draw(st.integers(-2, 4)) * HOUR
    end = start + draw(st.sampled_from([0, 1, MIN, HOUR, HOUR + 1, DAY, 3 * DAY]))
    cover = tuple(_box(area, start, end) for area in draw(st.lists(st.sampled_from(AREAS), max_size=2)))
    match draw(st.sampled_from(KINDS)):
        case "intent":
            depends = draw(st.sampled_from([None, *IDS]))
            state = draw(st.sampled_from(list(State)))
            return Intent(ident, "uss1", state, 1, draw(st.sampled_from("xyz")), URL, start, end, depends, cover)
        case "constraint":
            return Constraint(ident, "uss1", 1, draw(st.sampled_from("xyz")), URL, start, end, cover)
        case _:
            index = draw(st.integers(0, 3))
            return Subscription(ident, "uss1", "v", URL, start, end, True, False, draw(st.booleans()), index, cover)


@st.composite
def change_lists(draw: st.DrawFn, known: Sequence[str]) -> list[Change]:
    """Changes as a decision makes them; only subscriptions that are there are notified."""
    there = set(known)
    out: list[Change] = []
    for _ in range(draw(st.integers(1, 5))):
        what = draw(st.integers(0, 6))
        if what <= 2:
            value = draw(values())
            there |= {value.id} if isinstance(value, Subscription) else set()
            out.append(Put(value))
        elif what == 3:
            drop = Drop(draw(st.sampled_from(KINDS)), draw(st.sampled_from(IDS)))
            there -= {drop.id} if drop.kind == "subscription" else set()
            out.append(drop)
        elif what == 4 and there:
            out.append(Notified(tuple(draw(st.lists(st.sampled_from(sorted(there)), unique=True)))))
        elif what == 5:
            uss, said = draw(st.sampled_from(USSES)), draw(st.sampled_from(list(Availability)))
            out.append(Put(UssStatus(uss, said, draw(st.sampled_from("123")))))
        else:
            out.append(Put(Report("r", "uss1", b"{}")))
    return out


class PictureMachine(RuleBasedStateMachine):
    """Changes that stay, changes that are taken back, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = Picture(T0)
        self.model = Model()

    @initialize(stored=st.lists(values(), max_size=6, unique_by=lambda value: (_kind_of(value), value.id)))
    def load(self, stored: list[Placed]) -> None:
        self.picture.load(stored)
        self.model.apply([Put(value) for value in stored])

    def _draw(self, data: st.DataObject) -> list[Change]:
        return data.draw(change_lists(list(self.picture.subscriptions)))

    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        changes = self._draw(data)
        self.picture.apply(changes)
        self.model.apply(changes)

    @rule(data=st.data(), step_ns=st.sampled_from([0, 0, 1, HOUR, 2 * DAY]))
    def change_and_take_back(self, data: st.DataObject, step_ns: int) -> None:
        """Two decisions of one commit that fails, which are taken back the last one first; time may pass between."""
        model = deepcopy(self.model)
        undo = [self.picture.apply(self._draw(data)), self.picture.apply(self._draw(data))]
        model.now_ns = max(model.now_ns, model.now_ns + step_ns)
        self.picture.advance(model.now_ns)
        for changes in reversed(undo):
            self.picture.apply(changes)
        self.model = model

    @rule(data=st.data())
    def take_back_and_do_again(self, data: st.DataObject) -> None:
        changes = self._draw(data)
        redo = self.picture.apply(self.picture.apply(changes))
        self.picture.apply(redo)
        self.model.apply(changes)

    @rule(step_ns=st.sampled_from([0, 1, MIN, HOUR, HOUR, DAY, 10 * DAY]), apply=st.booleans())
    def advance(self, step_ns: int, apply: bool) -> None:
        """A store may apply what is due later, and is told again."""
        self.model.now_ns = max(self.model.now_ns, T0 - 3 * HOUR) + step_ns
        drops = self.picture.advance(self.model.now_ns)
        assert sorted((drop.kind, drop.id) for drop in drops) == self.model.due()
        if apply:
            self.picture.apply(drops)
            self.model.apply(drops)

    @rule(back_ns=st.sampled_from([1, HOUR, 5 * DAY]))
    def a_clock_that_steps_back_changes_nothing(self, back_ns: int) -> None:
        self.picture.advance(self.model.now_ns - back_ns)

    @invariant()
    def it_holds_what_the_model_holds(self) -> None:
        assert self.picture.intents == self.model.tables["intent"]
        assert self.picture.constraints == self.model.tables["constraint"]
        assert self.picture.subscriptions == self.model.tables["subscription"]
        for ident in IDS:
            assert self.picture.intent(ident) == self.model.tables["intent"].get(ident)
            assert self.picture.constraint(ident) == self.model.tables["constraint"].get(ident)
            assert self.picture.subscription(ident) == self.model.tables["subscription"].get(ident)
            assert list(self.picture.dependents(ident)) == self.model.dependents(ident)
        for uss in USSES:
            unknown = UssStatus(uss, Availability.UNKNOWN, "")
            assert self.picture.status(uss) == self.model.statuses.get(uss, unknown)

    @invariant()
    def it_finds_what_the_model_finds(self) -> None:
        here = (_box((9, 9), T0, T0 + HOUR),)
        for cover in (WHOLE, here, (_box((25, 40), T0 - DAY, T0 + DAY),)):
            assert list(self.picture.intents_near(cover)) == self.model.near("intent", cover)
            assert list(self.picture.constraints_near(cover)) == self.model.near("constraint", cover)
            assert list(self.picture.subscriptions_near(cover)) == self.model.near("subscription", cover)


TestPicture = PictureMachine.TestCase
TestPicture.settings = settings(examples(60), stateful_step_count=25)
