"""What is drawn, what is left out, and that the page says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from page_theatre import clear_day, many, minutes, plan, report, side, theatre, volume
from sharedsky.airspace.footprint import Circle
from sharedsky.page import choice as module
from sharedsky.page.choice import choose
from sharedsky.plans.plan import Source


def test_everything_is_drawn_and_nothing_said_where_there_is_room() -> None:
    case = theatre()
    chosen = choose(case.report, case.plans, case.zones, 2_000)
    assert len(chosen.plans) == 7
    assert len(chosen.zones) == 3
    assert chosen.left_out == []


@given(st.integers(0, 30), st.integers(0, 10))
def test_plans_in_conflict_are_drawn_before_others(max_plans: int, pairs: int) -> None:
    case = many(25, pairs)
    chosen = choose(case.report, case.plans, (), max_plans)
    urgent = [side.id for c in case.report.conflicts for side in (c.a, c.b)]
    drawn = [p.id for p in chosen.plans]
    assert len(drawn) == min(max_plans, 25)
    assert drawn[: len(urgent)] == urgent[:max_plans]


def test_what_is_not_drawn_is_counted_in_a_sentence() -> None:
    case = many(25, 2)
    sentence = choose(case.report, case.plans, (), 10).left_out[0]
    assert sentence.startswith("10 of 25 plans are drawn here (those in conflicts first); 15 plans are not.")
    assert "All were checked" in sentence


def test_conflicts_beyond_the_list_are_counted_and_keep_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CONFLICTS", 3)
    case = theatre()
    chosen = choose(case.report, case.plans, case.zones, 2_000)
    assert chosen.numbers == [1, 2, 3]
    assert chosen.left_out[0].startswith("3 of 7 conflicts are listed here (those most urgent); 4 conflicts are not.")


def test_conflicts_are_numbered_through_their_lists_in_order() -> None:
    case = theatre()
    terminal_first = [case.report.conflicts[5], *case.report.conflicts[:5], case.report.conflicts[6]]
    chosen = choose(replace(case.report, conflicts=terminal_first), case.plans, case.zones, 2_000)
    assert [c.cls for c in chosen.conflicts] == ["en-route"] * 5 + ["terminal", "en-route"]
    assert chosen.conflicts[-1].needs_terrain
    assert chosen.numbers == [1, 2, 3, 4, 5, 6, 7]


def test_zones_beyond_the_limit_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ZONES", 1)
    case = theatre()
    chosen = choose(case.report, case.plans, case.zones, 2_000)
    assert [zone.id for zone in chosen.zones] == ["LS-D7"]
    assert any(text.startswith("1 of 3 zones is drawn") for text in chosen.left_out)


def test_of_very_many_volumes_those_at_the_time_of_a_conflict_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_VOLUMES_EACH", 2)
    case = theatre()
    late = [volume(Circle(47, 8, 100 + k), None, None, minutes(300 + k, 301 + k)) for k in range(5)]
    busy = replace(case.plans[3], volumes=(*late, *case.plans[3].volumes))
    chosen = choose(case.report, (busy, *case.plans[:3], *case.plans[4:]), case.zones, 2_000)
    drawn = chosen.volumes[[p.id for p in chosen.plans].index(busy.id)]
    assert len(drawn) == 2
    assert case.plans[3].volumes[0] in drawn
    assert chosen.left_out == [
        "4 volumes of plans or zones with very many are not drawn (at most 2 of each and 20,000 in all, those at the "
        "time of a conflict first). All were checked."
    ]


def test_a_side_refers_to_the_plan_of_its_own_file_where_an_identity_is_given_twice() -> None:
    one = plan("x", "A", volume(Circle(47, 8, 100), None, None))
    two = replace(one, source=Source("other.json"))
    chosen = choose(report([], (one, two)), (one, two), (), 2_000)
    assert chosen.references(side(one)) == [0]
    assert chosen.references(side(two)) == [1]
    assert chosen.references(replace(side(one), file="third.json")) == [0, 1]


def test_a_side_that_is_not_drawn_refers_to_nothing() -> None:
    case = clear_day()
    chosen = choose(case.report, case.plans, (), 1)
    assert chosen.references(side(case.plans[5])) == []
    assert chosen.references(replace(side(case.plans[0]), role="zone")) == []
