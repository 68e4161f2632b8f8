"""The checker of histories finds what is planted in them, and nothing in a history that can be right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oracle.exchange_history import FOREVER, Event, Volume, findings, overlap
from sharedsky.airspace.footprint import Circle

T0 = 1_772_359_200_000_000_000
END = T0 + 10**15
HERE = Volume(Circle(48.0, 12.0, 100.0), 0, 100, T0, END)
BESIDE = Volume(Circle(48.001, 12.0, 100.0), 50, 150, T0, END)
AWAY = Volume(Circle(50.0, 12.0, 100.0), 0, 100, T0, END)


def put(at: int, ident: str, ovn: str, volume: Volume = HERE, **fields: Any) -> Event:
    """An intent put from at to at + 5."""
    defaults: dict[str, Any] = {
        "client": f"uss-{ident}", "kind": "intent", "status": 200, "state": "Accepted", "version": 1, "told": {},
        "done_ns": T0 + at + 5,
    }  # fmt: skip
    return Event(sent_ns=T0 + at, op="put", id=ident, ovn=ovn, volumes=(volume,), **(defaults | fields))


def drop(at: int, ident: str, given: str, **fields: Any) -> Event:
    """An intent deleted from at to at + 5."""
    return replace(put(at, ident, given, **fields), op="delete", given=given, volumes=())


def listen(at: int, ident: str, version: str, volume: Volume = HERE, **fields: Any) -> Event:
    """A subscription put."""
    return put(at, ident, version, volume, kind="subscription", version=None, told=None, **({"listens": frozenset({"intent"})} | fields))


GOOD: dict[str, list[Event]] = {
    "nothing": [],
    "one": [put(0, "a", "A1")],
    "known": [put(0, "a", "A1"), put(10, "b", "B1", BESIDE, key=frozenset({"A1"}))],
    "at once, the one knew": [put(0, "a", "A1", key=frozenset({"B1"})), put(3, "b", "B1", BESIDE)],
    "apart": [put(0, "a", "A1"), put(10, "b", "B1", AWAY)],
    "gone before": [put(0, "a", "A1"), drop(10, "a", "A1"), put(20, "b", "B1")],
    "going at that moment": [put(0, "a", "A1"), drop(10, "a", "A1"), put(12, "b", "B1")],
    "in trouble": [put(0, "a", "A1"), put(10, "b", "B1", state="Nonconforming")],
    "down": [
        put(0, "a", "A1"),
        Event(T0 + 10, T0 + 12, "arb", "availability", None, "uss-a", 200, availability="Down"),
        put(20, "b", "B1"),
    ],
    "perhaps down": [
        put(0, "a", "A1"),
        Event(T0 + 10, T0 + 22, "arb", "availability", None, "uss-a", 200, availability="Down"),
        put(20, "b", "B1"),
    ],
    "told": [listen(0, "s", "V1"), put(10, "a", "A1", told={"s": 1}), put(20, "a", "A2", AWAY, told={"s": 2}, given="A1", version=2)],
    "at once with a subscription": [listen(0, "s", "V1"), put(3, "a", "A1")],
    "versions": [put(0, "a", "A1"), put(10, "a", "A2", given="A1", version=2), drop(20, "a", "A2"), put(30, "a", "A3")],
    "versions that overlap in time": [put(0, "a", "A1"), put(11, "a", "A2", given="A1", version=2, done_ns=T0 + 40), put(10, "a", "A3", given="A2", version=3, done_ns=T0 + 41)],
    "lost": [put(0, "a", "A1"), put(10, "a", "", given="A1", status=None, done_ns=None), put(20, "b", "B1")],
    "conflict": [put(0, "a", "A1"), put(10, "b", "", status=409, missing=("a",), told=None)],
    "query": [put(0, "a", "A1"), Event(T0 + 10, T0 + 15, "x", "query", "intent", "", 200, (BESIDE,), found=("a",))],
    "get": [put(0, "a", "A1"), Event(T0 + 10, T0 + 15, "x", "get", "intent", "a", 200, version=1)],
}


@pytest.mark.parametrize("events", GOOD.values(), ids=GOOD.keys())
def test_a_history_that_can_be_right_has_no_findings(events: list[Event]) -> None:
    assert findings(events) == []


BAD: dict[str, tuple[list[Event], str]] = {
    "not known": ([put(0, "a", "A1"), put(10, "b", "B1", BESIDE)], "did not show"),
    "activated": ([put(0, "a", "A1"), put(10, "b", "B1", state="Activated")], "did not show"),
    "at once": ([put(0, "a", "A1"), put(3, "b", "B1")], "did not show"),
    "known the wrong way round": ([put(0, "a", "A1", key=frozenset({"B1"})), put(10, "b", "B1")], "did not show"),
    "known as it was": (
        [put(0, "a", "A1"), put(10, "a", "A2", given="A1", version=2), put(20, "b", "B1", key=frozenset({"A1"}))],
        "did not show",
    ),
    "over one in trouble": ([put(0, "a", "A1", state="Contingent"), put(10, "b", "B1")], "did not show"),
    "down and activated": (
        [
            put(0, "a", "A1", state="Activated"),
            Event(T0 + 10, T0 + 12, "arb", "availability", None, "uss-a", 200, availability="Down"),
            put(20, "b", "B1"),
        ],
        "did not show",
    ),
    "down no more": (
        [
            put(0, "a", "A1"),
            Event(T0 + 10, T0 + 12, "arb", "availability", None, "uss-a", 200, availability="Down"),
            Event(T0 + 14, T0 + 16, "arb", "availability", None, "uss-a", 200, availability="Normal"),
            put(20, "b", "B1"),
        ],
        "did not show",
    ),
    "moved there": (
        [put(0, "a", "A1"), put(10, "b", "B1", AWAY), put(20, "b", "B2", given="B1", version=2)],
        "did not show",
    ),
    "not told": ([listen(0, "s", "V1"), put(10, "a", "A1")], "was not told"),
    "not told where it was": (
        [listen(0, "s", "V1"), put(10, "a", "A1", told={"s": 1}), put(20, "a", "A2", AWAY, given="A1", version=2)],
        "was not told",
    ),
    "deletion not told": ([listen(0, "s", "V1"), put(10, "a", "A1", told={"s": 1}), drop(20, "a", "A1")], "was not told"),
    "own not told": ([put(0, "a", "A1", subscription_id="s")], "own subscription"),
    "told what it does not listen to": (
        [listen(0, "s", "V1", listens=frozenset({"constraint"})), put(10, "a", "A1", told={"s": 1})],
        "does not listen",
    ),
    "told when gone": (
        [listen(0, "s", "V1"), replace(listen(10, "s", "V1"), op="delete", given="V1"), put(20, "a", "A1", told={"s": 1})],
        "was not there",
    ),
    "an index skipped": ([put(0, "a", "A1", told={"s": 2})], "do not count"),
    "an index twice": (
        [put(0, "a", "A1", told={"s": 1}), put(10, "b", "B1", AWAY, told={"s": 1})],
        "told twice",
    ),
    "indices back in time": (
        [put(0, "a", "A1", told={"s": 2}), put(10, "b", "B1", AWAY, told={"s": 1})],
        "back in time",
    ),
    "two changes of one version": (
        [put(0, "a", "A1"), put(10, "a", "A2", given="A1", version=2), put(12, "a", "A3", given="A1", version=2)],
        "made to one version",
    ),
    "two creations": ([put(0, "a", "A1"), put(10, "a", "A2")], "was current"),
    "changed without being": ([put(0, "a", "A2", given="A1", version=2)], "there was none"),
    "a version skipped": ([put(0, "a", "A1"), put(10, "a", "A2", given="A1", version=3)], "follows version"),
    "begins late": ([put(0, "a", "A1", version=2)], "begins as version"),
    "an OVN twice": ([put(0, "a", "A1"), put(10, "b", "A1", AWAY)], "was given before"),
    "another OVN than asked for": ([put(0, "a", "A1", suffix_ovn="A9")], "asked for the OVN"),
    "conflict with nothing": ([put(10, "b", "", status=409, missing=("a",), told=None)], "was not there"),
    "conflict with what was shown": (
        [put(0, "a", "A1"), put(10, "b", "", status=409, missing=("a",), key=frozenset({"A1"}), told=None)],
        "OVN was shown",
    ),
    "conflict with itself": (
        [put(0, "a", "A1"), put(10, "a", "", status=409, missing=("a",), given="A1", told=None)],
        "its own OVN",
    ),
    "not found by a query": (
        [put(0, "a", "A1"), Event(T0 + 10, T0 + 15, "x", "query", "intent", "", 200, (BESIDE,), found=())],
        "did not find",
    ),
    "found what is gone": (
        [put(0, "a", "A1"), drop(10, "a", "A1"), Event(T0 + 20, T0 + 25, "x", "query", "intent", "", 200, (HERE,), found=("a",))],
        "which was not there",
    ),
    "lost a change": (
        [put(0, "a", "A1"), put(10, "a", "A2", given="A1", version=2), Event(T0 + 20, T0 + 25, "x", "get", "intent", "a", 200, version=1)],
        "could not be current",
    ),
    "lost it all": ([put(0, "a", "A1"), Event(T0 + 20, T0 + 25, "x", "get", "intent", "a", 404)], "was not found"),
}


@pytest.mark.parametrize(("events", "what"), BAD.values(), ids=BAD.keys())
def test_what_is_planted_is_found(events: list[Event], what: str) -> None:
    told = findings(events)
    assert any(what in finding for finding in told), told


def test_what_ends_by_itself_is_not_held_against_anybody_within_the_clocks_offset() -> None:
    brief = Volume(HERE.shape, 0, 100, T0, T0 + 12)
    events = [put(0, "a", "A1", brief), put(10, "b", "B1", Volume(HERE.shape, 0, 100, T0 + 5, END), done_ns=T0 + 11)]
    assert findings(events)
    assert findings(events, clock_ns=5) == []


def test_overlap_needs_a_place_a_level_and_an_instant_in_common() -> None:
    assert overlap([HERE], [AWAY, BESIDE])
    assert not overlap([HERE], [AWAY])
    assert not overlap([HERE], [replace(BESIDE, low_mm=101, high_mm=102)])
    assert overlap([HERE], [replace(BESIDE, low_mm=100, high_mm=102)])
    assert not overlap([HERE], [replace(BESIDE, start_ns=END + 1, end_ns=FOREVER)])
    assert not overlap([], [HERE])
