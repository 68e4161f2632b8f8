"""Availability and reports."""

from __future__ import annotations

import pytest

from exchange_world import World, refusal
from sharedsky.exchange.answers import StatusSet
from sharedsky.exchange.model import Availability, UssStatus
from sharedsky.exchange.statuses import add_report, set_status


def test_a_uss_of_which_nothing_was_said_is_unknown_with_an_empty_version() -> None:
    assert World().picture.status("uss1") == UssStatus("uss1", Availability.UNKNOWN, "")


@pytest.mark.parametrize("availability", list(Availability))
def test_the_first_word_has_an_empty_old_version(availability: Availability) -> None:
    world = World()
    answer = world.keep(set_status("uss1", "", availability, world.picture, world.fresh()))
    assert isinstance(answer, StatusSet)
    assert answer.status == world.picture.status("uss1") == UssStatus("uss1", availability, "version-1")


def test_an_old_version_that_is_not_current_is_stale() -> None:
    world = World()
    world.declare("uss1", Availability.DOWN)
    before = world.picture.status("uss1")
    for old in ("", "version-0", "VERSION-1"):
        assert refusal(world.keep(set_status("uss1", old, Availability.NORMAL, world.picture, world.fresh()))) == "stale"
    assert world.picture.status("uss1") == before


def test_a_version_for_a_uss_of_which_nothing_was_said_is_stale() -> None:
    world = World()
    assert refusal(world.keep(set_status("uss1", "x", Availability.DOWN, world.picture, world.fresh()))) == "stale"


def test_saying_the_same_again_makes_a_new_version() -> None:
    world = World()
    world.declare("uss1", Availability.DOWN)
    world.declare("uss1", Availability.DOWN)
    assert world.picture.status("uss1").version == "version-2"


def test_one_uss_does_not_change_another() -> None:
    world = World()
    world.declare("uss1", Availability.DOWN)
    assert world.picture.status("uss2").availability is Availability.UNKNOWN
    assert world.picture.status("USS1").availability is Availability.UNKNOWN


def test_a_report_is_kept_as_it_came_under_a_new_id() -> None:
    world = World()
    report = world.keep(add_report("uss1", b'{"exchange": 1}', world.fresh()))
    assert (report.id, report.reporter, report.body) == ("id-1", "uss1", b'{"exchange": 1}')
