"""Candidates are decided in blocks; a block's size changes no answer."""

from __future__ import annotations

import numpy as np
import pytest

from sharedsky.airspace.footprint import polygon
from sharedsky.airspace.time import ALWAYS, NS_PER_MIN
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts import candidates
from sharedsky.conflicts.boxes import Boxes
from sharedsky.conflicts.broad import Pairs
from sharedsky.conflicts.search import find_conflicts
from sharedsky.plans.plan import Plan, Source, Zone, ZoneKind

AREA = Volume4D(polygon([(45, 1), (45, 14), (49, 14), (49, 1)]), None, None, ALWAYS)
ZONES = [Zone(f"Z{k}", "x", ZoneKind.PROHIBITED, "x", Source("z"), (AREA,)) for k in range(2)]


def a_forecast(name: str, lat_deg: float) -> Plan:
    n = 9
    time = np.arange(n) * 10 * NS_PER_MIN
    level, datum = np.full((n - 1, 2), 10_000_000_000), np.full(n - 1, 2, np.int8)
    path = Trajectory(
        np.full(n, lat_deg), np.linspace(0, 16, n), time - 5 * NS_PER_MIN, time, time + 15 * NS_PER_MIN,
        level, level, datum, datum, np.full(n - 1, 9_260.0),
    )  # fmt: skip
    return Plan(name, name, "fpl", Source(name), trajectories=(path,), forecast=True)


def test_a_small_block_gives_the_same_conflicts_and_certain_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [a_forecast(f"F{k}", 46.8 + 0.1 * k) for k in range(4)]
    whole = find_conflicts(plans, ZONES).conflicts
    assert sum(c.certainty == "certain" for c in whole) == 8
    monkeypatch.setattr(candidates, "_BLOCK", 20)
    assert list(find_conflicts(plans, ZONES).conflicts) == list(whole)


def test_flights_looked_at_some_after_others_give_the_same_conflicts(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [a_forecast(f"F{k}", 46.8 + 0.1 * k) for k in range(5)]
    whole = find_conflicts(plans, ZONES).conflicts
    asked = []
    held = candidates._held

    def counted(pieces: Boxes, volumes: Boxes, limited: bool) -> list[Pairs] | None:
        found = held(pieces, volumes, limited)
        asked.append(found is None)
        return found

    monkeypatch.setattr(candidates, "_held", counted)
    monkeypatch.setattr(candidates, "_HELD", 10)
    assert list(find_conflicts(plans, ZONES).conflicts) == list(whole)
    assert asked.count(True) == 4  # five flights, one after another
