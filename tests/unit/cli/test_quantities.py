"""Values of options have bounds, beyond which they are usage errors that say so."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from sharedsky.cli.quantities import forecast


@pytest.mark.parametrize(("text", "value"), [("lateral-nm=0", 0), ("lateral-nm=200", 200), ("late-min=10000", 10_000)])
def test_an_uncertainty_up_to_its_bound_is_taken(text: str, value: float) -> None:
    assert forecast(text) == (text.split("=")[0].replace("-", "_"), value)


@pytest.mark.parametrize(
    ("text", "bound"), [("lateral-nm=200.1", "200"), ("lateral-nm=1e308", "200"), ("late-min=10001", "10000")]
)
def test_an_uncertainty_beyond_its_bound_is_refused_and_the_bound_is_named(text: str, bound: str) -> None:
    with pytest.raises(ArgumentTypeError, match=f"give a number from 0 to {bound}, as in"):
        forecast(text)


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "true", "1_0", ""])
def test_what_is_no_number_of_zero_or_more_is_no_uncertainty(value: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no uncertainty"):
        forecast(f"lateral-nm={value}")
