"""The real morning of recorded tracks (docs/adr/0003-track-data.md): what is known of it is what the check finds."""

from __future__ import annotations

import pytest

import sharedsky
from shared_data import require_shared
from sharedsky.airspace.altitude import M_PER_FT
from sharedsky.formats.reading import Reading

MORNING = "data/tracks/switzerland-2018-08-01-morning.json.gz"


@pytest.fixture(scope="module")
def morning() -> Reading:
    return sharedsky.read(require_shared(MORNING))


@pytest.mark.shared
def test_with_approval_assumed_only_shallow_crossings_are_possible_and_none_is_certain(morning: Reading) -> None:
    report = sharedsky.check(morning, assume_rvsm=True)
    assert (report.summary.plans, report.summary.certain, report.summary.possible) == (396, 0, 35)
    assert not report.rejected
    for conflict in report.conflicts:
        assert conflict.closest is not None
        assert conflict.closest.vertical_m is not None
        # Deeper than the tolerance of 100 ft would be certain. A window may end, nearest, where 1,000 ft are reached.
        assert 900 * M_PER_FT - 1e-6 <= conflict.closest.vertical_m <= 1_000 * M_PER_FT + 1e-6
        assert conflict.ratio is not None
        assert conflict.ratio < 1.0
        assert conflict.closest.horizontal_m < conflict.breaks.horizontal_m


@pytest.mark.shared
def test_without_it_some_two_hundred_are_possible_for_want_of_approval(morning: Reading) -> None:
    report = sharedsky.check(morning)
    assert (report.summary.certain, report.summary.possible) == (0, 203)
    assumed = {(c.a.id, c.b.id) for c in sharedsky.check(morning, assume_rvsm=True).conflicts}
    assert assumed <= {(c.a.id, c.b.id) for c in report.conflicts}
