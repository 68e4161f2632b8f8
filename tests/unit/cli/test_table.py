"""The table: everything of a report in it, within 80 columns, rounded outward."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from report_samples import T0_NS, a_conflict, a_report, a_side, full_report, reports
from sharedsky.airspace.time import MAX_NS, MIN_NS, NS_PER_S, TimeWindow
from sharedsky.cli.table import table_text
from sharedsky.cli.wording import (
    apart_text,
    band_text,
    inner_window_text,
    place_text,
    ratio_text,
    side_text,
    summary_text,
    unchecked_text,
    window_text,
)
from sharedsky.conflicts.report import ClosestApproach, LevelBand, Rejected, Report
from sharedsky.plans.plan import Source


@settings(max_examples=40)
@given(reports(), st.booleans())
def test_every_line_fits_80_columns_and_holds_no_control_character(report: Report, ascii_only: bool) -> None:
    for line in table_text(report, ascii_only=ascii_only).split("\n"):
        assert cell_len(line) <= 80
        assert {unicodedata.category(c) for c in line}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


@settings(max_examples=40)
@given(reports())
def test_every_conflict_and_every_refusal_has_its_place(report: Report) -> None:
    text = table_text(report, width=200)
    numbers = [int(n) for n in re.findall(r"^ *(\d+) +(?:certain|possible)", text, re.MULTILINE)]
    assert numbers == list(range(1, len(report.conflicts) + 1))
    for heading, doubtful in (("Not checked", False), ("Checked, but in doubt", True)):
        count = sum((item.kind == "duplicate") == doubtful for item in report.rejected)
        assert (f"{heading}: {count}" in text) == bool(count)
    assert (f"Undetermined: {len(report.undetermined)}" in text) == bool(report.undetermined)


def test_terminal_conflicts_and_those_that_need_terrain_stand_apart() -> None:
    text = table_text(full_report())
    parts = [text.index(words) for words in ("Conflicts: 2", "(terminal): 1", "(--terrain): 1", "Not checked: 2")]
    assert parts == sorted(parts)


def test_everything_that_matters_of_a_conflict_is_shown() -> None:
    text = table_text(full_report(), width=100)
    for words in (
        "certain", "possible", "2026-03-01", "10:00:00Z-10:05:01Z", "47.0000N 8.5000W", "AAA1 (Alpha)",
        "BBB2 (owner unknown)", "zone Z1 North range", "FL100-FL110", "1.00 NM, 400 ft", "0.40 of 5 NM, 1,000 ft", "always",
        "- approval unknown", "- certain 10:01:00Z-10:02:00Z",
    ):  # fmt: skip
        assert words in text, words


def test_what_was_not_checked_names_file_place_plan_and_reason() -> None:
    text = table_text(full_report())
    assert "c.json#/operational_intents/0, plan OI-9 (geometry)" in text
    assert "d.txt:17 (unknown-point)" in text
    assert "point 'XYZZY' is unknown. Add it to --fixes." in text


def test_what_is_checked_twice_is_not_called_unchecked() -> None:
    twice = Rejected(Source("b.json", pointer="/0"), "AAA1", "duplicate", "the same owner and id as in a.json.")
    text = table_text(a_report(rejected=(twice,)))
    assert "Checked, but in doubt: 1" in text
    assert "Not checked" not in text


def test_sides_of_one_identity_in_several_files_are_told_apart() -> None:
    once, twice = a_side("A", file="one.json"), a_side("A", file="two.json")
    text = table_text(a_report((a_conflict(a=once), a_conflict(a=twice))), width=120)
    assert "A (Alpha) in one.json" in text
    assert "A (Alpha) in two.json" in text
    assert "BBB2 (owner unknown) in" not in text


def test_quiet_keeps_conflicts_and_what_was_not_checked() -> None:
    text = table_text(full_report(), quiet=True)
    assert "Conflicts: 2" in text
    assert "Not checked: 2" in text
    assert "assumes" not in text


def test_notes_beyond_a_number_are_counted_and_refusals_never_are() -> None:
    report = full_report()
    many = replace(report, notes=tuple(f"note {k}" for k in range(100)), rejected=tuple(report.rejected) * 100)
    text = table_text(many)
    assert "and 80 lines more: --format json has all of them" in text
    assert text.count("XYZZY") == 100


def test_colours_come_only_where_they_are_asked_for() -> None:
    assert "\x1b[" not in table_text(full_report())
    assert "\x1b[" in table_text(full_report(), colour=True)


def test_a_terminal_without_unicode_gets_ascii() -> None:
    report = a_report((a_conflict(a=a_side("x" * 500)),))
    assert table_text(report, ascii_only=True).isascii()


SECONDS = st.integers(-10_000_000_000, 10_000_000_000)
SHOWN = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\dZ")


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**14))
def test_a_window_is_rounded_outward_to_what_is_shown(start_ns: int, length_ns: int) -> None:
    window = TimeWindow(start_ns, start_ns + length_ns)
    outward = TimeWindow(start_ns // NS_PER_S * NS_PER_S, -(-window.end_ns // NS_PER_S) * NS_PER_S)
    assert window_text(window) == window_text(outward)
    assert outward.start_ns <= window.start_ns <= window.end_ns <= outward.end_ns


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "text"),
    [
        (T0_NS, T0_NS, "2026-03-01\nat 10:00:00Z"),
        (T0_NS + 1, T0_NS + 1, "2026-03-01\n10:00:00Z-10:00:01Z"),
        (T0_NS, T0_NS + 86_400 * NS_PER_S, "2026-03-01 10:00:00Z -\n2026-03-02 10:00:00Z"),
        (MIN_NS, T0_NS, "no start -\n2026-03-01 10:00:00Z"),
        (T0_NS, MAX_NS, "2026-03-01 10:00:00Z -\nno end"),
        (MIN_NS, MAX_NS, "always"),
    ],
)
def test_a_window_is_written_in_utc(start_ns: int, end_ns: int, text: str) -> None:
    assert window_text(TimeWindow(start_ns, end_ns)) == text


def test_a_certain_window_is_rounded_inward() -> None:
    window = TimeWindow(T0_NS + 1, T0_NS + 10 * NS_PER_S - 1)
    assert inner_window_text(window) == "10:00:01Z-10:00:09Z"
    assert inner_window_text(TimeWindow(T0_NS + 1, T0_NS + 2)) == "at 10:00:00Z"
    assert inner_window_text(TimeWindow(T0_NS, MAX_NS)) == "2026-03-01 10:00:00Z to no end"


@pytest.mark.parametrize(
    ("band", "text"),
    [
        (LevelBand(3048.0, 3352.8, "STD"), "FL100-FL110"),
        (LevelBand(3048.1, 3048.2, "STD"), "FL100-FL101"),
        (LevelBand(3048.0, 3048.0, "STD"), "FL100"),
        (LevelBand(-50.0, 0.0, "STD"), "-FL002-FL000"),
        (LevelBand(None, 120.2, "AMSL"), "ground-121 m AMSL"),
        (LevelBand(99.9, None, "W84"), "99-unlimited m W84"),
        (LevelBand(304.8, 609.6, "QNH"), "1,000-2,000 ft QNH"),
        (LevelBand(None, None, "AGL"), "all levels"),
    ],
)
def test_a_level_band_is_rounded_outward(band: LevelBand, text: str) -> None:
    assert band_text(band) == text


@pytest.mark.parametrize(
    ("horizontal_m", "vertical_m", "nominal", "text"),
    [
        (9_259.99, 304.7999, False, "4.99 NM, 999 ft"),
        (9_260.0, 304.8, False, "5.00 NM, 1,000 ft"),
        (35.9, 0.0, False, "35 m, 0 ft"),
        (1_852.0, None, True, "1.00 NM as planned"),
    ],
)
def test_a_separation_never_looks_larger_than_it_is(
    horizontal_m: float, vertical_m: float | None, nominal: bool, text: str
) -> None:
    assert apart_text(ClosestApproach(T0_NS, horizontal_m, vertical_m, 0.0, 0.0, nominal)) == text


def test_places_name_their_hemispheres() -> None:
    assert place_text((-33.9, -70.25)) == "33.9000S 70.2500W"
    assert place_text((47.0, 180.0)) == "47.0000N 180.0000E"


def test_a_side_without_id_or_owner_says_so() -> None:
    assert side_text(a_side("", None)) == "(no id) (owner unknown)"


def test_a_flight_that_is_its_own_owner_is_named_once() -> None:
    assert side_text(a_side("3003ae-DLH8JW", "3003ae-DLH8JW")) == "3003ae-DLH8JW"


def test_a_ratio_below_the_minimum_never_looks_like_the_minimum() -> None:
    breaks = full_report().conflicts[0].breaks
    assert ratio_text(0.9999, breaks).startswith("0.99 of ")


def test_the_summary_never_says_clear_where_something_was_not_checked() -> None:
    report = a_report()
    assert summary_text(report).startswith("Clear: no conflict")
    for unclear in (
        replace(report, rejected=full_report().rejected),
        replace(report, undetermined=full_report().undetermined),
        replace(report, summary=replace(report.summary, plans=0)),
    ):
        assert "lear" not in summary_text(unclear)


def test_what_was_not_checked_is_counted_in_words() -> None:
    assert unchecked_text(a_report(), "see rejected") is None
    text = unchecked_text(full_report(), "see rejected")
    assert text == "2 items were refused and 1 pair is undetermined: see rejected"
