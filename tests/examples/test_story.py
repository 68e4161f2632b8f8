"""What examples/README.md tells of the theatre: decided by hand before the check was first run on it.

CONFLICTS is the whole list, and CLEAR what looks like a conflict and is none. Each what-if changes one thing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import example_theatre as theatre
import sharedsky
from example_theatre import EXAMPLES, FIXES, only, pair, pairs
from sharedsky.airspace.time import NS_PER_MIN, NS_PER_S
from sharedsky.conflicts.profile import DEFAULT_PROFILE
from sharedsky.conflicts.report import Report
from sharedsky.formats.reading import Reading

CERTAIN, POSSIBLE = "certain", "possible"
EN_ROUTE, TERMINAL = "en-route", "terminal"
PLANS, ZONE = "plan-plan", "plan-zone"

#: Each conflict: its two sides, kind, certainty, class, whether it is listed apart for want of the ground's elevation.
CONFLICTS = [
    ("QHA21", "QKO7", PLANS, CERTAIN, EN_ROUTE, False),
    ("QHA44", "QLE302", PLANS, POSSIBLE, EN_ROUTE, False),
    ("QHA90", "QKO33", PLANS, POSSIBLE, EN_ROUTE, False),
    ("QHA12", "QLE71", PLANS, CERTAIN, TERMINAL, False),
    ("KC-T5", "QLE302", ZONE, CERTAIN, EN_ROUTE, False),
    ("QAD101", "QMC21", PLANS, POSSIBLE, TERMINAL, False),
    ("PEL-6", "QAD103", PLANS, POSSIBLE, EN_ROUTE, False),
    ("MER-LIFT-1", "TAF-NORTH-1", PLANS, POSSIBLE, EN_ROUTE, False),
    ("MER-TRACK-2", "TAF-AREA-2", PLANS, CERTAIN, EN_ROUTE, False),
    ("MER-RELAY-3", "TAF-EAST-3", PLANS, POSSIBLE, EN_ROUTE, False),
    ("KC-B8", "TAF-COAST-6", ZONE, POSSIBLE, EN_ROUTE, False),
    ("KC-D6", "TAF-COAST-6", ZONE, CERTAIN, EN_ROUTE, False),
    ("KC-P1", "PEL-1", ZONE, CERTAIN, EN_ROUTE, False),
    ("LAB-ROOF-4", "PEL-2", PLANS, CERTAIN, EN_ROUTE, False),
    ("LAB-WALL-6", "PEL-4", PLANS, CERTAIN, EN_ROUTE, False),
    ("DIKTE-1", "PEL-7", PLANS, POSSIBLE, EN_ROUTE, False),
    ("KC-R2", "PEL-7", ZONE, CERTAIN, EN_ROUTE, False),
    ("KC-C4", "LAB-MESSARA-1", ZONE, CERTAIN, EN_ROUTE, False),
    ("DIKTE-4", "LAB-IDA-2", PLANS, POSSIBLE, EN_ROUTE, False),
    ("LAB-SAMARIA-3", "TAF-WEST-4", PLANS, POSSIBLE, EN_ROUTE, True),
    ("DIKTE-3", "LAB-SAMARIA-3", PLANS, CERTAIN, EN_ROUTE, False),
    ("DIKTE-3", "KC-R7", ZONE, POSSIBLE, EN_ROUTE, True),
    ("QMC40", "TAF-NORTH-5", PLANS, POSSIBLE, EN_ROUTE, False),
    ("DIKTE-5", "MER-LINK-5", PLANS, POSSIBLE, EN_ROUTE, False),
    ("MER-LINK-5", "QDR3", PLANS, POSSIBLE, EN_ROUTE, False),
]
CLEAR = [
    ("QKO19", "QLE55"),  # exactly 1,000 ft, and not above FL290
    ("LAB-COAST-7", "PEL-5"),  # the one begins two minutes after the other's end
    ("LAB-ROOF-5", "PEL-3"),  # 100 m above the sea is 124 m above the ellipsoid, beyond 110 m
    ("DIKTE-2", "MER-LINK-4"),  # 3,000 ft and 2,500 ft on one known QNH
    ("DIKTE-2", "LAB-MESSARA-1"),  # the plain is known to be low
    ("DIKTE-2", "KC-C4"),
    ("KC-R7", "LAB-SAMARIA-3"),  # in the zone's hole
    ("QAD105", "QTF11"),  # DEP and ARR say when
    ("QAD103", "QKC1"),  # delayed by DLA
    ("KC-D6", "QAD104"),  # led around by CHG
    ("DIKTE-5", "QDR3"),  # one party, in two formats
]
CTR = {"QLE71", "QHA12", "PEL-6", "QAD101", "QMC21", "QKC1", "QAD103", "QAD105", "QTF11"}
RMZ = {"QMC21", "DIKTE-5", "MER-LINK-5", "QDR3"}


@pytest.fixture(scope="module")
def reading() -> Reading:
    return theatre.read_plans()


@pytest.fixture(scope="module")
def report(reading: Reading) -> Report:
    return sharedsky.check(reading, terrain=theatre.terrain())


def test_the_conflicts_are_those_that_were_decided_by_hand(report: Report) -> None:
    found = {(pair(c), c.kind, c.certainty, c.cls, c.needs_terrain) for c in report.conflicts}
    assert found == {(frozenset(row[:2]), *row[2:]) for row in CONFLICTS}
    assert len(report.conflicts) == len(CONFLICTS)


@pytest.mark.parametrize("names", CLEAR, ids="-".join)
def test_what_only_looks_like_a_conflict_is_clear(names: tuple[str, str], reading: Reading, report: Report) -> None:
    known = {theatre.short(plan.id) for plan in reading.plans} | {theatre.short(zone.id) for zone in reading.zones}
    assert set(names) <= known
    assert frozenset(names) not in pairs(report)


def test_everything_was_read_and_decided(report: Report) -> None:
    assert (report.summary.plans, report.summary.zones, report.summary.files) == (49, 10, 15)
    assert report.rejected == ()
    assert list(report.undetermined) == []


def test_seven_parties_and_all_formats_are_there(reading: Reading) -> None:
    parties = {plan.owner for plan in reading.plans if plan.format != "tracks"}
    assert parties | {zone.owner for zone in reading.zones} == {
        "DIKTE RESCUE", "HALCYON AID", "KALLISTE CONTROL", "LABYRINTH SURVEY", "MERIDIAN AIR", "PELICAN DELIVERY",
        "TETHYS AF",
    }  # fmt: skip
    assert {plan.format for plan in reading.plans} == {"f3548", "flight-declaration", "geojson", "fpl", "tracks"}
    assert {zone.format for zone in reading.zones} == {"f3548", "geojson"}


def test_everything_happens_within_one_day(reading: Reading) -> None:
    start = round(datetime(2027, 3, 14, tzinfo=UTC).timestamp()) * NS_PER_S
    end = start + 24 * 60 * NS_PER_MIN
    for plan in reading.plans:
        times = [ns for v in plan.volumes for ns in (v.window.start_ns, v.window.end_ns)]
        times += [int(ns) for t in plan.trajectories for ns in (t.early_ns[0], t.late_ns[-1])]
        assert all(start <= ns <= end for ns in times), plan.id


def test_touching_is_one_instant_or_one_level_and_certain(report: Report) -> None:
    in_time = only(report, "LAB-WALL-6", "PEL-4")
    assert in_time.window.start_ns == in_time.window.end_ns
    assert in_time.certain_windows == (in_time.window,)
    in_level = only(report, "MER-TRACK-2", "TAF-AREA-2")
    assert in_level.band.lower_m == in_level.band.upper_m == 22_000 * 0.3048


def test_rvsm_approval_clears_what_is_1000_ft_apart(reading: Reading, report: Report) -> None:
    approved = sharedsky.check(reading, terrain=theatre.terrain(), assume_rvsm=True)
    gone = pairs(report) - pairs(approved)
    assert gone == {frozenset({"QHA44", "QLE302"}), frozenset({"MER-LIFT-1", "TAF-NORTH-1"})}
    assert pairs(approved) < pairs(report)


def test_one_minute_of_buffer_makes_a_conflict_of_the_near_miss(reading: Reading, report: Report) -> None:
    buffered = sharedsky.check(reading, profile=replace(DEFAULT_PROFILE, time_ns=NS_PER_MIN), terrain=theatre.terrain())
    assert pairs(buffered) - pairs(report) == {frozenset({"LAB-COAST-7", "PEL-5"})}
    assert pairs(report) <= pairs(buffered)
    less = replace(DEFAULT_PROFILE, time_ns=NS_PER_MIN - 1)
    assert pairs(sharedsky.check(reading, profile=less, terrain=theatre.terrain())) == pairs(report)


def test_airspace_classes_and_rmz_are_shown_only_when_all_zones_are_asked_for(reading: Reading, report: Report) -> None:
    everything = sharedsky.check(reading, terrain=theatre.terrain(), all_zones=True)
    added = pairs(everything) - pairs(report)
    assert {next(iter(p - {"KC-CTR9"})) for p in added if "KC-CTR9" in p} == CTR
    assert {next(iter(p - {"KC-RMZ10"})) for p in added if "KC-RMZ10" in p} == RMZ
    assert len(added) == len(CTR) + len(RMZ)


def test_without_the_terrain_table_more_is_possible_and_listed_apart(reading: Reading, report: Report) -> None:
    blind = sharedsky.check(reading)
    assert pairs(blind) - pairs(report) == {frozenset({"DIKTE-2", "LAB-MESSARA-1"}), frozenset({"DIKTE-2", "KC-C4"})}
    apart = {pair(c) for c in blind.conflicts if c.needs_terrain}
    assert apart == {
        frozenset(names)
        for names in (
            ("DIKTE-2", "LAB-MESSARA-1"), ("DIKTE-2", "KC-C4"), ("DIKTE-1", "PEL-7"), ("DIKTE-4", "LAB-IDA-2"),
            ("LAB-SAMARIA-3", "TAF-WEST-4"), ("DIKTE-3", "KC-R7"),
        )
    }  # fmt: skip
    assert pairs(report) <= pairs(blind)


def test_one_partys_own_plans_meet_only_when_asked_for_and_across_formats(reading: Reading, report: Report) -> None:
    own = sharedsky.check(reading, terrain=theatre.terrain(), same_owner=True)
    assert pairs(own) - pairs(report) == {frozenset({"DIKTE-5", "QDR3"})}


@pytest.mark.parametrize(
    ("messages", "added", "gone"),
    [
        ("CNL", {("QAD102", "QKC1")}, set()),
        ("DLA", {("QAD103", "QKC1")}, {("QAD103", "PEL-6")}),
        ("CHG", {("QAD104", "KC-D6"), ("QAD104", "KC-R7")}, set()),
        ("DEP|ARR", {("QAD105", "QTF11")}, set()),
    ],
)
def test_each_message_about_a_plan_counts(
    messages: str, added: set[tuple[str, str]], gone: set[tuple[str, str]], report: Report, tmp_path: Path
) -> None:
    text = (EXAMPLES / "plans" / "halcyon" / "messages.txt").read_text(encoding="utf-8")
    without = re.sub(rf"\((?:{messages})-[^)]*\)", "", text)
    assert without != text
    (tmp_path / "messages.txt").write_text(without, encoding="utf-8")
    others = theatre.read_plans(ignore=("halcyon",))
    others.extend(sharedsky.read(tmp_path / "messages.txt", fixes=FIXES))
    found = pairs(sharedsky.check(others, terrain=theatre.terrain()))
    assert found - pairs(report) == {frozenset(names) for names in added}
    assert pairs(report) - found == {frozenset(names) for names in gone}
