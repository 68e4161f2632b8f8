"""Aircraft on trajectories against volumes and zones: where, when and at what level they are inside."""

from __future__ import annotations

from flights import area, flight, reserved, spans_s, track
from sharedsky.airspace.altitude import Datum, agl_m
from sharedsky.airspace.footprint import Circle
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.search import find_conflicts


def test_heights_above_ground_of_an_aircraft_and_a_volume_beside_it_do_not_compare_directly() -> None:
    # 500 m beside the volume and 22 m above it, each over its own ground
    drone = flight("a", track([(0, 0.005), (0, 0.005)], (0, 60), 400, Datum.AGL))
    volume = reserved("v", area(Circle(0, 0, 100), agl_m(0), agl_m(100)))
    report = find_conflicts([drone, volume], profile=Profile(mixed_horizontal_m=1_000.0))
    assert spans_s(report) == [("possible", 0.0, 60.0)]
    assert report.conflicts[0].needs_terrain


def test_heights_above_ground_of_an_aircraft_inside_a_volume_compare_directly() -> None:
    volume = reserved("v", area(Circle(0, 0, 100), agl_m(0), agl_m(100)))
    over = flight("a", track([(0, 0), (0, 0)], (0, 60), 400, Datum.AGL))
    within = flight("a", track([(0, 0), (0, 0)], (0, 60), 300, Datum.AGL))
    assert spans_s(find_conflicts([over, volume])) == []
    assert spans_s(find_conflicts([within, volume])) == [("certain", 0.0, 60.0)]
