"""Reports to write out in tests: one with everything in it, and a strategy for any."""

from __future__ import annotations

from typing import Any, Literal

from hypothesis import strategies as st

from sharedsky.airspace.time import MAX_NS, MIN_NS, NS_PER_S, TimeWindow
from sharedsky.conflicts.report import (
    Breaks,
    ClosestApproach,
    Conflict,
    LevelBand,
    Rejected,
    Report,
    Side,
    Summary,
    Undetermined,
)
from sharedsky.plans.plan import Source

#: 2026-03-01T10:00:00Z
T0_NS = 1_772_359_200 * NS_PER_S

#: Strings that try to leave the place they are shown in.
HOSTILE = (
    "\x1b[2J\x1b[31mred", "[bold red]markup[/]", "=HYPERLINK(\"http://x\")", "@SUM(1)", "-1+1", "\t=1", "\u202egnp.exe",
    "<script>alert(1)</script>", "a\r\nb", "\x9b31m", "\u200b", "x" * 500, ":boom:", "\x7f", "[link=file:///]x[/link]",
)  # fmt: skip

BREAKS = Breaks("sharedsky-default", "1", "ICAO Doc 4444", "trajectory-trajectory", 9_260.0, 304_800_000)


def a_side(
    ident: str = "FL1",
    owner: str | None = "Alpha",
    *,
    role: Literal["plan", "zone"] = "plan",
    file: str = "a.json",
    label: str = "",
) -> Side:
    return Side(role, ident, owner, file, label)


def a_conflict(**changes: Any) -> Conflict:
    values: dict[str, Any] = {
        "kind": "plan-plan",
        "certainty": "certain",
        "cls": "en-route",
        "a": a_side("AAA1", "Alpha"),
        "b": a_side("BBB2", None, file="b.txt", label="BBB2"),
        "window": TimeWindow(T0_NS + 1, T0_NS + 300 * NS_PER_S + 1),
        "certain_windows": (TimeWindow(T0_NS + 60 * NS_PER_S, T0_NS + 120 * NS_PER_S),),
        "band": LevelBand(3048.0, 3352.8, "STD"),
        "closest": ClosestApproach(T0_NS + 90 * NS_PER_S, 1852.0, 121.92, 47.0, -8.5),
        "ratio": 0.4,
        "place": (47.0, -8.5),
        "breaks": BREAKS,
        "notes": ("approval unknown",),
    }
    return Conflict(**{**values, **changes})


def a_report(conflicts: tuple[Conflict, ...] = (), **changes: Any) -> Report:
    certain = sum(conflict.certainty == "certain" for conflict in conflicts)
    summary = Summary(7, 2, 9, 120, len(conflicts), certain, len(conflicts) - certain, 3)
    values: dict[str, Any] = {"summary": summary, "conflicts": conflicts, "assumptions": ("Minima: the default.",)}
    return Report(**{**values, **changes})


def full_report() -> Report:
    """Every kind of entry, open windows, open bands, no closest approach, unknown owners."""
    zone = a_side("Z1", "Authority", role="zone", file="z.json", label="North range")
    always = TimeWindow(MIN_NS, MAX_NS)
    conflicts = (
        a_conflict(),
        a_conflict(kind="plan-zone", b=zone, window=always, certain_windows=(always,), closest=None, ratio=0.0),
        a_conflict(certainty="possible", certain_windows=(), band=LevelBand(None, None, "W84"), needs_terrain=True),
        a_conflict(certainty="possible", cls="terminal", certain_windows=(), ratio=None, notes=()),
    )
    return a_report(
        conflicts,
        rejected=(
            Rejected(Source("c.json", pointer="/operational_intents/0"), "OI-9", "geometry", "the ring is no area."),
            Rejected(Source("d.txt", line=17), None, "unknown-point", "point 'XYZZY' is unknown. Add it to --fixes."),
        ),
        undetermined=(Undetermined(a_side("A"), a_side("B", None), "the ground is not known."),),
        notes=("a.json: a leap second was read as the next second.",),
        gaps=(("3003ae-DLH8JW", T0_NS, T0_NS + 90 * NS_PER_S),),
    )


_texts = st.text(max_size=12) | st.sampled_from(HOSTILE)
_times = st.integers(MIN_NS, MAX_NS)
_finite = st.floats(-1e6, 1e6)
_some = st.none() | _finite


@st.composite
def windows(draw: st.DrawFn) -> TimeWindow:
    start, end = sorted((draw(_times), draw(_times)))
    return TimeWindow(start, end)


_sides = st.builds(Side, st.sampled_from(["plan", "zone"]), _texts, st.none() | _texts, _texts, _texts)
_closest = st.builds(
    ClosestApproach, st.integers(MIN_NS + 1, MAX_NS - 1), st.floats(0, 1e6), _some, st.floats(-90, 90),
    st.floats(-180, 180), st.booleans(),
)  # fmt: skip
_breaks = st.builds(
    Breaks, _texts, _texts, _texts, st.sampled_from(["volume-volume", "trajectory-trajectory", "zone"]),
    st.floats(0, 2e5), st.integers(0, 10**11),
)  # fmt: skip
_conflicts = st.builds(
    Conflict,
    st.sampled_from(["plan-plan", "plan-zone"]),
    st.sampled_from(["certain", "possible"]),
    st.sampled_from(["en-route", "terminal"]),
    _sides,
    _sides,
    windows(),
    st.lists(windows(), max_size=2).map(tuple),
    st.builds(LevelBand, _some, _some, st.sampled_from(["W84", "AMSL", "STD", "QNH", "QFE", "AGL"])),
    st.none() | _closest,
    st.none() | st.floats(0, 10),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    _breaks,
    st.booleans(),
    st.lists(_texts, max_size=2).map(tuple),
)
_sources = st.builds(Source, _texts, st.none() | _texts, st.none() | st.integers(1, 10**9))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report, with hostile strings wherever input may put one."""
    return a_report(
        tuple(draw(st.lists(_conflicts, max_size=4))),
        rejected=tuple(draw(st.lists(st.builds(Rejected, _sources, st.none() | _texts, _texts, _texts), max_size=3))),
        undetermined=tuple(draw(st.lists(st.builds(Undetermined, _sides, _sides, _texts), max_size=2))),
        notes=tuple(draw(st.lists(_texts, max_size=2))),
        assumptions=tuple(draw(st.lists(_texts, max_size=2))),
        gaps=tuple(draw(st.lists(st.tuples(_texts, _times, _times), max_size=2))),
    )
