"""The first line of the page: "clear" is said only where nothing collides and everything was read and decided."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from page_theatre import antimeridian, clear_day, nothing, theatre
from report_samples import reports
from sharedsky.conflicts.report import Rejected, Report, Summary
from sharedsky.page.verdict import verdict
from sharedsky.plans.plan import Source

REFUSED = Rejected(Source("a.json"), None, "format", "no.")
TWICE = replace(REFUSED, kind="duplicate")


def test_conflicts_are_counted_by_certainty_and_refusals_stand_beside_them() -> None:
    found = verdict(theatre().report)
    assert found.headline == (
        "7 conflicts: 2 certain, 5 possible; 1 refusal: not everything was checked; 1 pair could not be decided"
    )
    assert found.tone == "certain"


def test_one_conflict_is_one() -> None:
    assert verdict(antimeridian().report).headline == "1 conflict: 1 certain"


def test_possible_conflicts_alone_have_the_tone_of_possible() -> None:
    report = theatre().report
    possible = [c for c in report.conflicts if c.certainty == "possible"]
    assert verdict(replace(report, conflicts=possible)).tone == "possible"


def test_a_clear_day_is_clear_and_says_among_how_many() -> None:
    found = verdict(clear_day().report)
    assert (found.tone, found.headline) == ("clear", "Clear: 40 plans, everything read")


def test_without_a_plan_nothing_was_checked() -> None:
    found = verdict(nothing().report)
    assert (found.tone, found.headline) == ("incomplete", "Nothing was checked: 1 refusal")
    empty = verdict(Report(Summary(0, 0, 0, 0, 0, 0, 0), ()))
    assert (empty.tone, empty.headline) == ("incomplete", "Nothing was checked")


def test_no_conflict_with_a_refusal_is_not_clear() -> None:
    found = verdict(replace(clear_day().report, rejected=(REFUSED, REFUSED)))
    assert found.tone == "incomplete"
    assert found.headline == "No conflict found, but 2 refusals: not everything was checked"


def test_no_conflict_with_a_pair_left_open_is_not_clear() -> None:
    found = verdict(replace(clear_day().report, undetermined=theatre().report.undetermined))
    assert found.headline == "No conflict found, but 1 pair could not be decided"


def test_an_identity_given_twice_is_not_clear_and_not_a_refusal() -> None:
    found = verdict(replace(clear_day().report, rejected=(TWICE,)))
    assert found.tone == "incomplete"
    assert found.headline == "No conflict found, but 1 identity given twice with different content"


def test_gaps_are_said_even_where_the_rest_is_clear() -> None:
    found = verdict(replace(clear_day().report, gaps=(("A", 0, 1), ("B", 0, 1))))
    assert found.remarks == ("2 gaps in flights not bridged: nothing was checked in them.",)


@given(reports())
def test_no_report_is_called_clear_that_is_not(report: Report) -> None:
    found = verdict(report)
    assert (found.tone == "clear") == report.clear
    assert found.headline.startswith("Clear") == report.clear
    if any(conflict.certainty == "certain" for conflict in report.conflicts):
        assert found.tone == "certain"
