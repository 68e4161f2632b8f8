"""The index of covers: what is found, large and long boxes, far times, and nothing left behind."""

from __future__ import annotations

import pytest

from sharedsky.airspace.time import MAX_NS, MIN_NS, NS_PER_DAY
from sharedsky.exchange.cover import CELLS
from sharedsky.exchange.model import HIGHEST_MM, LOWEST_MM, Box
from sharedsky.exchange.near import Near

T0 = 1_772_359_200_000_000_000
HERE = Box(0, 4000, 4000, 4001, 4001, 0, 100, T0, T0 + 3_600_000_000_000)
EVERYWHERE = Box(0, 0, 0, CELLS - 1, CELLS - 1, LOWEST_MM, HIGHEST_MM, MIN_NS, MAX_NS)


def _near(**covers: Box | tuple[Box, ...]) -> Near:
    near = Near(T0)
    for key, cover in covers.items():
        near.insert(key, cover if isinstance(cover, tuple) and not isinstance(cover, Box) else (cover,))  # type: ignore[arg-type]
    return near


def test_nothing_is_near_in_an_empty_index() -> None:
    assert Near(T0).query((EVERYWHERE,)) == set()


def test_an_empty_cover_is_there_and_near_nothing() -> None:
    near = _near(a=())
    assert "a" in near
    assert len(near) == 1
    assert near.query((EVERYWHERE,)) == set()
    assert _near(a=EVERYWHERE).query(()) == set()
    near.remove("a")
    assert "a" not in near


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (HERE, True),
        (HERE._replace(u0=4001, u1=4001), True),
        (HERE._replace(u0=4002, u1=4002), False),
        (HERE._replace(u0=3999, u1=3999), False),
        (HERE._replace(v0=4001, v1=9000), True),
        (HERE._replace(v0=4002, v1=4002), False),
        (HERE._replace(v0=3990, v1=3999), False),
        (HERE._replace(face=1), False),
        (HERE._replace(low_mm=100, high_mm=200), True),
        (HERE._replace(low_mm=101, high_mm=200), False),
        (HERE._replace(low_mm=-50, high_mm=-1), False),
        (HERE._replace(low_mm=-50, high_mm=0), True),
        (HERE._replace(start_ns=HERE.end_ns, end_ns=HERE.end_ns), True),
        (HERE._replace(start_ns=HERE.end_ns + 1, end_ns=HERE.end_ns + 1), False),
        (HERE._replace(start_ns=HERE.start_ns - 5, end_ns=HERE.start_ns - 1), False),
        (HERE._replace(start_ns=HERE.start_ns - 5, end_ns=HERE.start_ns), True),
    ],
)
def test_boxes_are_closed_on_every_side_and_end_there(other: Box, found: bool) -> None:
    assert _near(a=HERE).query((other,)) == ({"a"} if found else set())
    assert _near(a=other).query((HERE,)) == ({"a"} if found else set())


@pytest.mark.parametrize(
    "large",
    [
        EVERYWHERE,
        HERE._replace(start_ns=MIN_NS, end_ns=MAX_NS),
        HERE._replace(u0=0, u1=CELLS - 1),
        HERE._replace(v0=0, v1=CELLS - 1, start_ns=MIN_NS),
        HERE._replace(u0=0, v0=0, u1=CELLS - 1, v1=CELLS - 1),
        HERE._replace(low_mm=LOWEST_MM, high_mm=HIGHEST_MM),
        HERE._replace(end_ns=T0 + 30 * NS_PER_DAY),
    ],
)
def test_large_and_long_boxes_find_and_are_found(large: Box) -> None:
    assert _near(a=HERE, b=HERE._replace(face=3)).query((large,)) == {"a"}
    assert _near(a=large).query((HERE,)) == {"a"}
    assert _near(a=large).query((large,)) == {"a"}
    near = _near(a=large, b=large, c=HERE)
    near.remove("a")
    assert near.query((HERE,)) == {"b", "c"}


@pytest.mark.parametrize("at_ns", [MIN_NS, -1, 0, 1, T0 - 1, T0, MAX_NS - 1])
def test_an_instant_far_away_in_time_is_found_there_alone(at_ns: int) -> None:
    near = _near(a=HERE._replace(start_ns=at_ns, end_ns=at_ns))
    for ask_ns, found in ((at_ns - 1, set()), (at_ns, {"a"}), (at_ns + 1, set())):
        assert near.query((HERE._replace(start_ns=ask_ns, end_ns=ask_ns),)) == found


@pytest.mark.parametrize(("u", "v"), [(0, 0), (0, CELLS - 1), (CELLS - 1, 0), (CELLS - 1, CELLS - 1)])
@pytest.mark.parametrize("face", range(6))
def test_the_corner_cells_of_each_face_are_cells_like_others(face: int, u: int, v: int) -> None:
    corner = HERE._replace(face=face, u0=u, u1=u, v0=v, v1=v)
    near = _near(a=corner)
    assert near.query((corner,)) == {"a"}
    assert near.query((corner._replace(face=(face + 1) % 6),)) == set()
    assert near.query((EVERYWHERE._replace(face=face),)) == {"a"}


def test_a_key_is_found_by_any_of_its_boxes_and_gone_with_all_of_them() -> None:
    near = _near(a=(HERE, HERE._replace(face=1), HERE._replace(u0=0, u1=3)))
    for box in (HERE, HERE._replace(face=1), HERE._replace(u0=2, u1=9)):
        assert near.query((box,)) == {"a"}
    near.remove("a")
    for box in (HERE, HERE._replace(face=1), HERE._replace(u0=2, u1=9)):
        assert near.query((box,)) == set()


def test_removing_what_is_not_there_is_an_error_and_changes_nothing() -> None:
    near = _near(a=HERE)
    with pytest.raises(KeyError):
        near.remove("b")
    near.remove("a")
    with pytest.raises(KeyError):
        near.remove("a")
    assert len(near) == 0


def test_boxes_that_are_the_same_are_kept_apart() -> None:
    near = _near(a=(HERE, HERE), b=HERE)
    near.remove("a")
    assert near.query((HERE,)) == {"b"}


def test_more_boxes_than_there_is_room_for_at_first_are_all_found() -> None:
    near = _near(**{f"k{k}": HERE._replace(u0=k, u1=k) for k in range(5_000)})
    assert near.query((HERE._replace(u0=1_000, u1=1_004),)) == {f"k{k}" for k in range(1_000, 1_005)}
    assert len(near.query((EVERYWHERE,))) == 5_000


def test_what_is_removed_makes_room_for_what_comes() -> None:
    near = Near(T0)
    for k in range(3_000):
        near.insert("a", (HERE._replace(u0=k, u1=k), HERE._replace(face=k % 6)))
        near.insert("b", (HERE,))
        near.remove("a")
        near.remove("b")
    assert len(near._keys) <= 3
    assert not near._cells._levels
    near.insert("c", (HERE,))
    assert near.query((EVERYWHERE,)) == {"c"}
