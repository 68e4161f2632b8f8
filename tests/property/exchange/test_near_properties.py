"""The index of covers answers as all pairs of boxes do, whatever comes and goes."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from extents import relevant
from property.strategies import examples
from sharedsky.airspace.time import MAX_NS, MIN_NS
from sharedsky.exchange.cover import CELLS
from sharedsky.exchange.model import HIGHEST_MM, LOWEST_MM, Box, Cover
from sharedsky.exchange.near import Near

T0 = 1_772_359_200_000_000_000
_CELL = st.one_of(st.sampled_from([0, 1, 2, 3, 4095, 4096, CELLS - 2, CELLS - 1]), st.integers(0, CELLS - 1))
_LEVEL = st.sampled_from([LOWEST_MM, -1, 0, 1, 2, 100, 101, HIGHEST_MM])
_TIME = st.one_of(
    st.sampled_from([MIN_NS, 0, T0 - 1, T0, T0 + 1, T0 + 2**36, T0 + 2**40, MAX_NS]),
    st.integers(T0 - 2**50, T0 + 2**52),
)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Cells, levels and times from a few values that often coincide, or anywhere."""
    (u0, u1), (v0, v1), (low, high), (start, end) = (
        sorted(draw(st.tuples(kind, kind))) for kind in (_CELL, _CELL, _LEVEL, _TIME)
    )
    if draw(st.booleans()):
        u1, v1 = min(u1, u0 + 2), min(v1, v0 + 2)
    return Box(draw(st.integers(0, 5).filter(lambda face: face < 2 or draw(st.booleans()))), u0, v0, u1, v1, low, high, start, end)


COVERS: st.SearchStrategy[Cover] = st.lists(boxes(), max_size=4).map(tuple)


class NearMachine(RuleBasedStateMachine):
    """Keys come, go and come back; each question is answered as by all pairs."""

    keys = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.near = Near(T0)
        self.covers: dict[str, Cover] = {}
        self.count = 0
        self.most = 0
        self.free = 0

    @rule(target=keys, cover=COVERS)
    def insert(self, cover: Cover) -> str:
        self.count += 1
        key = f"key{self.count}"
        self.near.insert(key, cover)
        self.covers[key] = cover
        self.most = max(self.most, sum(map(len, self.covers.values())))
        return key

    @rule(target=keys, covers=st.lists(COVERS, max_size=5))
    def insert_many(self, covers: list[Cover]) -> object:
        names = [f"key{self.count + k + 1}" for k in range(len(covers))]
        self.count += len(covers)
        # boxes that come together take no place that is free
        self.free += sum(map(len, covers))
        self.near.insert_many(zip(names, covers, strict=True))
        self.covers |= dict(zip(names, covers, strict=True))
        return multiple(*names)

    @rule(key=consumes(keys))
    def remove(self, key: str) -> None:
        self.near.remove(key)
        del self.covers[key]

    @rule(target=keys, key=consumes(keys), cover=COVERS)
    def move(self, key: str, cover: Cover) -> object:
        self.near.remove(key)
        del self.covers[key]
        self.near.insert(key, cover)
        self.covers[key] = cover
        self.most = max(self.most, sum(map(len, self.covers.values())))
        return multiple(key)

    @rule(cover=COVERS)
    def query(self, cover: Cover) -> None:
        assert self.near.query(cover) == {key for key, other in self.covers.items() if relevant(cover, other)}

    @invariant()
    def every_key_is_there_and_finds_itself(self) -> None:
        assert len(self.near) == len(self.covers)
        for key, cover in self.covers.items():
            assert key in self.near
            assert not cover or key in self.near.query(cover)

    @invariant()
    def there_are_no_more_handles_than_boxes_at_the_most(self) -> None:
        assert len(self.near._keys) <= self.most + self.free


TestNear = NearMachine.TestCase
TestNear.settings = settings(examples(25), stateful_step_count=30)
