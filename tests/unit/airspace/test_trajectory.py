"""Trajectories: what is a path through air and time, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sharedsky.airspace.altitude import Datum
from sharedsky.airspace.time import MAX_NS, MIN_NS
from sharedsky.airspace.trajectory import DATUM_CODE, DATUMS, Trajectory, known_trajectory
from sharedsky.errors import GeometryError, LevelError, SharedskyError, TimeError

NAN = float("nan")


def _path() -> Trajectory:
    times = np.array([0, 10, 20], np.int64)
    levels, codes = np.full((2, 2), 5, np.int64), np.zeros(2, np.int8)
    return Trajectory(
        np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), times - 1, times, times + 1, levels, levels + 7, codes, codes,
        np.zeros(2),
    )  # fmt: skip


def test_datums_and_their_codes_are_inverse() -> None:
    assert [DATUMS[DATUM_CODE[datum]] for datum in Datum] == list(Datum)


def test_a_path_of_two_equal_points_at_one_instant_is_a_path() -> None:
    one = np.zeros(2)
    path = known_trajectory(one, one, np.zeros(2, np.int64), np.zeros(2, np.int64), Datum.AMSL)
    assert len(path.lateral_m) == 1


def test_a_known_trajectory_has_one_time_and_one_level_for_each_point() -> None:
    lat, time = np.array([0.0, 1.0, 2.0]), np.array([0, 5, 9])
    path = known_trajectory(lat, lat, time, np.array([1, 2, 3]), Datum.QNH, lateral_m=7.0, setting_hpa=1_020.0)
    assert path.lower_um.tolist() == path.upper_um.tolist() == [[1, 2], [2, 3]]
    assert path.early_ns.tolist() == path.late_ns.tolist() == [0, 5, 9]
    assert path.lower_datum.tolist() == [DATUM_CODE[Datum.QNH]] * 2
    assert path.lateral_m.tolist() == [7.0, 7.0]


_BAD: dict[str, tuple[dict[str, Any], type[SharedskyError], str]] = {
    "one point": ({"lat_deg": np.array([1.0]), "lng_deg": np.array([1.0])}, GeometryError, "at least two points"),
    "no longitude": ({"lng_deg": np.array([1.0, 2.0])}, GeometryError, "at least two points"),
    "beyond a pole": ({"lat_deg": np.array([1.0, 90.1, 3.0])}, GeometryError, "point 1 is not on the globe"),
    "beyond 180": ({"lng_deg": np.array([1.0, 2.0, -180.1])}, GeometryError, "point 2 is not on the globe"),
    "NaN": ({"lat_deg": np.array([NAN, 2.0, 3.0])}, GeometryError, "point 0 is not on the globe"),
    "backwards": ({"time_ns": np.array([0, 11, 10])}, TimeError, "must not run backwards"),
    "early backwards": ({"early_ns": np.array([0, -1, 0])}, TimeError, "must not run backwards"),
    "few times": ({"late_ns": np.array([50, 60])}, TimeError, "must not run backwards"),
    "early after nominal": ({"early_ns": np.array([1, 10, 20])}, TimeError, "must not follow"),
    "late before nominal": ({"late_ns": np.array([0, 9, 20])}, TimeError, "must not follow"),
    "too early": ({"early_ns": np.array([MIN_NS - 1, 0, 0])}, TimeError, "outside the years"),
    "too late": ({"late_ns": np.array([1, 11, MAX_NS + 1])}, TimeError, "outside the years"),
    "too long": ({"early_ns": np.array([MIN_NS, 0, 0]), "late_ns": np.array([1, 11, MAX_NS])}, TimeError, "250 years"),
    "few levels": ({"lower_um": np.zeros((3, 2), np.int64)}, LevelError, "floor and a ceiling"),
    "flat levels": ({"upper_um": np.zeros(2, np.int64)}, LevelError, "floor and a ceiling"),
    "upside down": ({"lower_um": np.full((2, 2), 13, np.int64)}, LevelError, "floor is above its ceiling"),
    "beyond all levels": ({"upper_um": np.full((2, 2), 10**13, np.int64)}, LevelError, "not plausible"),
    "below all levels": ({"lower_um": np.full((2, 2), -(10**13), np.int64)}, LevelError, "not plausible"),
    "QFE": ({"lower_datum": np.full(2, DATUM_CODE[Datum.QFE], np.int8)}, LevelError, "cannot be QFE"),
    "no width": ({"lateral_m": np.array([0.0, NAN])}, GeometryError, "lateral uncertainty"),
    "negative width": ({"lateral_m": np.array([0.0, -1.0])}, GeometryError, "lateral uncertainty"),
    "infinite width": ({"lateral_m": np.array([0.0, np.inf])}, GeometryError, "lateral uncertainty"),
    "one width": ({"lateral_m": np.array([0.0])}, GeometryError, "lateral uncertainty"),
    "negative spread": ({"level_uncertainty_um": -1}, LevelError, "uncertainty"),
    "endless spread": ({"level_uncertainty_um": 10**13}, LevelError, "uncertainty"),
    "no setting": ({"setting_hpa": NAN}, LevelError, "setting"),
    "no such setting": ({"setting_hpa": 29.92}, LevelError, "setting"),
}


@pytest.mark.parametrize("name", _BAD)
def test_what_is_no_path_is_refused_with_the_reason(name: str) -> None:
    change, error, message = _BAD[name]
    with pytest.raises(error, match=message):
        replace(_path(), **change)


def test_floors_and_ceilings_of_different_datums_are_not_compared_as_numbers() -> None:
    path = replace(
        _path(), lower_um=np.full((2, 2), 99, np.int64), lower_datum=np.full(2, DATUM_CODE[Datum.AGL], np.int8)
    )
    assert path.lower_um[0, 0] == 99
