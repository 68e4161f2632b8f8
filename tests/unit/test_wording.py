"""Counts agree with their nouns; a rounded number never says more than is there, nor less by a binary fraction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.wording import counted, rounded_down, whole


def test_counts_agree_with_their_nouns() -> None:
    assert [counted(k, "plan") for k in (0, 1, 2_000)] == ["0 plans", "1 plan", "2,000 plans"]
    assert counted(2, "identity", "identities") == "2 identities"
    assert [counted(k, "pair is open", "pairs are open") for k in (1, 2)] == ["1 pair is open", "2 pairs are open"]


@given(st.floats(-1e6, 1e6))
def test_whole_numbers_enclose_what_they_stand_for(value: float) -> None:
    assert value - 1 < whole(value, "down") <= value + 2e-6
    assert value - 2e-6 <= whole(value, "up") < value + 1


@given(st.integers(-100_000, 100_000))
def test_feet_that_were_written_as_metres_stay_whole(feet: int) -> None:
    assert whole(feet * 0.3048 / 0.3048, "down") == whole(feet * 0.3048 / 0.3048, "up") == feet


@pytest.mark.parametrize(("value", "places", "rounded"), [(4.999, 2, 4.99), (0.29, 2, 0.29), (850.9, 0, 850.0)])
def test_decimals_are_rounded_down(value: float, places: int, rounded: float) -> None:
    assert rounded_down(value, places) == rounded
