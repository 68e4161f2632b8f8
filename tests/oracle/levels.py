"""Whether two bands of levels breach a vertical minimum: possibly, certainly, or not told by the rules.

Written from docs/conflicts.md ("Vertical table", "Certainty") alone, in exact fractions of a micrometre. Every answer
has three values: True and False where the rules leave no choice, None where they leave room (the geoid within some
metres, ground that nobody stated), so that either answer of the search is good.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.altitude import UM_PER_FT, UM_PER_M, Altitude, Datum, Unit
from sharedsky.conflicts.profile import Profile

Number = Fraction | float  #: micrometres; a float only where it is infinite

#: "QNH unknown +-50 hPa at 30 ft each", and "ISA +-30 C, 4 % of height for each 10 C".
QNH_UNKNOWN_UM: Final = 50 * 30 * UM_PER_FT
#: "A known QNH: its rounding, half a hectopascal either way", at the same 30 ft for each.
QNH_ROUNDED_UM: Final = 15 * UM_PER_FT
TEMPERATURE: Final = Fraction(12, 100)
#: What a bilinear reading of the 15' grid may miss, and the model's own error with some room [um].
GEOID_SLACK_UM: Final = 3 * UM_PER_M
#: Ground that can be anywhere on this Earth, above mean sea level [um].
GROUND_UM: Final = (-450 * UM_PER_M, 8_900 * UM_PER_M)


class Verdict(NamedTuple):
    """Possible and certain breach; None where the rules leave it open."""

    possible: bool | None
    certain: bool | None


def both(*answers: bool | None) -> bool | None:
    """Three-valued and."""
    return False if False in answers else (None if None in answers else True)


def either(*answers: bool | None) -> bool | None:
    """Three-valued or."""
    return True if True in answers else (None if None in answers else False)


@dataclass(frozen=True, slots=True)
class Level:
    """One bound: value_um above its datum, give or take spread_um; elevation_um for QFE."""

    value_um: Fraction
    spread_um: Fraction
    datum: Datum
    setting_hpa: float | None = None
    elevation_um: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Band:
    """From a floor (None: the ground and all below) to a ceiling (None: unlimited)."""

    lower: Level | None
    upper: Level | None


def level_of(altitude: Altitude) -> Level:
    """An altitude as the decimal that its source wrote, exactly."""
    per = UM_PER_M if altitude.unit is Unit.M else UM_PER_FT
    elevation = Fraction(0) if altitude.elevation_m is None else Fraction(repr(altitude.elevation_m)) * UM_PER_M
    return Level(
        Fraction(repr(float(altitude.value))) * per,
        Fraction(repr(float(altitude.uncertainty))) * per,
        altitude.datum, altitude.setting_hpa, elevation,
    )


def band_of(lower: Altitude | None, upper: Altitude | None) -> Band:
    """A volume's levels."""
    return Band(*(None if bound is None else level_of(bound) for bound in (lower, upper)))


def grounded(band: Band) -> Band:
    """A floor of 0 AGL or below is the ground."""
    low = band.lower
    return Band(None, band.upper) if low is not None and low.datum is Datum.AGL and low.value_um <= 0 else band


def shows_pressure(level: Level) -> bool:
    """Whether a level is a pressure altitude, by its datum or by its setting."""
    return level.datum is Datum.PRESSURE or (level.datum is Datum.QNH and level.setting_hpa == 1013.25)


def compare_directly(a: Level, b: Level) -> bool:
    """Whether two levels count from the same surface at the same place; QNH 1013.25 hPa is pressure altitude."""
    if shows_pressure(a) and shows_pressure(b):
        return True
    if a.datum is not b.datum:
        return False
    match a.datum:
        case Datum.PRESSURE | Datum.WGS84 | Datum.AMSL | Datum.AGL:
            return True
        case Datum.QNH:
            return a.setting_hpa is not None and a.setting_hpa == b.setting_hpa
        case Datum.QFE:
            return False


Interval = tuple[Fraction, Fraction]
Intervals = tuple[Interval, Interval]


class Gap(NamedTuple):
    """Floor of one less ceiling of the other [um]: its least and its largest value, each within two bounds.

    The least gap lies in [least_may, least_must], the largest in [most_may, most_must].
    """

    least_may: Number
    least_must: Number
    most_may: Number
    most_must: Number
    over_ground: bool = False


NO_GAP: Final = Gap(-math.inf, -math.inf, -math.inf, -math.inf)


@dataclass(frozen=True)
class Place:
    """Where two things are: the vertices [deg] of both and a margin [deg] around them.

    reach_m: how far from each other they still count as together; beyond 0, the ground below them may differ.
    ground_um: between which elevations above mean sea level the ground there lies.
    """

    lat_deg: tuple[float, ...]
    lng_deg: tuple[float, ...]
    margin_deg: float = 0.5
    reach_m: float = 0.0
    ground_um: tuple[int, int] = GROUND_UM

    @cached_property
    def geoid_um(self) -> tuple[int, int]:
        """From where to where the geoid may lie above the ellipsoid [um]; looked up where datums differ only."""
        return geoid_range_um(self.lat_deg, self.lng_deg, self.margin_deg)


def gap(floor: Level | None, ceiling: Level | None, minimum_um: int, tolerance_um: int, place: Place) -> Gap:
    """How far a floor lies above a ceiling (negative: they overlap)."""
    if floor is None or ceiling is None:
        return NO_GAP
    if compare_directly(floor, ceiling):
        between, spread = floor.value_um - ceiling.value_um, floor.spread_um + ceiling.spread_um
        if floor.datum is Datum.AGL and place.reach_m > 0:
            return Gap(-math.inf, between - spread, between + spread, math.inf, True)
        if not (shows_pressure(floor) and shows_pressure(ceiling)):
            return Gap(between - spread, between - spread, between + spread, between + spread)
        inside = min(tolerance_um, minimum_um)
        excess = max(Fraction(0), spread - inside)
        # Whether the tolerance is meant for a volume's levels as for two aircraft is not said.
        return Gap(between - spread, between - excess, between + spread, between + excess + inside)
    ground = Datum.AGL in (floor.datum, ceiling.datum)
    over = _apart(ellipsoidal(floor, place), ellipsoidal(ceiling, place), ground)
    if not {floor.datum, ceiling.datum} <= BAROMETRIC:
        return over
    by = _apart(pressure_altitude(floor), pressure_altitude(ceiling), ground)
    return Gap(
        min(over.least_may, by.least_may), max(over.least_must, by.least_must),
        min(over.most_may, by.most_may), max(over.most_must, by.most_must),
    )


#: Levels that an altimeter shows: two of them differ by their settings alone, whatever the temperature. The rules name
#: only the way over the ellipsoid; both ways are good, and where they differ the oracle leaves the answer open.
BAROMETRIC: Final = frozenset({Datum.PRESSURE, Datum.QNH, Datum.QFE})


def _apart(floor: Intervals, ceiling: Intervals, ground: bool) -> Gap:
    (f_may, f_must), (c_may, c_must) = floor, ceiling
    return Gap(f_may[0] - c_may[1], f_must[0] - c_must[1], f_must[1] - c_must[0], f_may[1] - c_may[0], ground)


def pressure_altitude(level: Level) -> Intervals:
    """What an altimeter set to 1013.25 hPa shows at a barometric level [um]: widest and narrowest interval.

    Turning the subscale to a setting moves every reading by the pressure altitude of that setting (ICAO standard
    atmosphere, Doc 7488): 145,366.45 ft x (1 - (setting / 1013.25) ^ 0.190263), some 27 to 28 ft for each hPa.
    """
    low, high = level.value_um - level.spread_um, level.value_um + level.spread_um
    if level.datum is Datum.PRESSURE:
        return (low, high), (low, high)
    if level.setting_hpa is None:
        field = level.elevation_um
        unset = low + field - QNH_UNKNOWN_UM, high + field + QNH_UNKNOWN_UM
        return unset, unset
    shift_ft = 145_366.45 * (1 - (level.setting_hpa / 1013.25) ** 0.190263)
    rough_ft = 30 * (1013.25 - level.setting_hpa)
    shift, slack = Fraction(round(shift_ft * UM_PER_FT)), 2 * UM_PER_FT
    widest = Fraction(round((abs(rough_ft - shift_ft) + 30) * UM_PER_FT))
    return (low + shift - widest, high + shift + widest), (low + shift + slack, high + shift - slack)


def ellipsoidal(level: Level, place: Place) -> Intervals:
    """Height above the ellipsoid [um]: the widest interval that the rules allow, and the narrowest that they demand."""
    low, high = level.value_um - level.spread_um, level.value_um + level.spread_um
    undulation = place.geoid_um
    match level.datum:
        case Datum.WGS84:
            return (low, high), (low, high)
        case Datum.AMSL:
            return _lifted((low, high), (low, high), undulation)
        case Datum.PRESSURE:
            unset = _warmed(low - QNH_UNKNOWN_UM, high + QNH_UNKNOWN_UM)
            return _lifted(unset, unset, undulation)
        case Datum.QNH:
            widening = QNH_ROUNDED_UM if level.setting_hpa is not None else QNH_UNKNOWN_UM
            known = _warmed(low - widening, high + widening)
            return _lifted(known, known, undulation)
        case Datum.QFE:
            field = level.elevation_um
            widest = _warmed(low + field - QNH_UNKNOWN_UM, high + field + QNH_UNKNOWN_UM)
            least = _warmed(low, high)
            return _lifted(widest, (least[0] + field, least[1] + field), undulation)
        case Datum.AGL:
            down, up = place.ground_um
            widest, least = (low + down, high + up), (low + up, high + down)
            return _lifted(widest, least, undulation)


def _warmed(low: Fraction, high: Fraction) -> Interval:
    return low - TEMPERATURE * abs(low), high + TEMPERATURE * abs(high)


def _lifted(widest: Interval, least: Interval, undulation: tuple[int, int]) -> Intervals:
    down, up = undulation
    return (widest[0] + down, widest[1] + up), (least[0] + up, least[1] + down)


def below(value: Number, minimum_um: int) -> bool:
    """Whether a gap breaches a minimum: closed at 0, else strictly."""
    return value < minimum_um if minimum_um > 0 else value <= 0


def fixed_verdict(
    a: Band, b: Band, minimum_um: int, tolerance_um: int, place: Place, *, flies: tuple[bool, bool] = (False, False)
) -> Verdict:
    """Two bands against one vertical minimum [um].

    flies: whether each is an aircraft, which is at one level somewhere in its band, or a volume, which fills it.
    """
    a, b = grounded(a), grounded(b)

    def gaps(b_low: Level | None, a_high: Level | None, a_low: Level | None, b_high: Level | None) -> list[Gap]:
        return [gap(f, c, minimum_um, tolerance_um, place) for f, c in ((b_low, a_high), (a_low, b_high))]

    verdict = _fixed(a, b, minimum_um, flies, gaps)
    if any(maybe_upside_down(band, place) for band in (a, b)):
        return Verdict(verdict.possible or None, verdict.certain and None)
    return verdict


Gaps = Callable[[Level | None, Level | None, Level | None, Level | None], list[Gap]]


def maybe_upside_down(band: Band, place: Place) -> bool:
    """Whether a floor may lie above its ceiling, in another datum: what the source meant is then not known."""
    low, high = band.lower, band.upper
    if low is None or high is None:
        return False
    if shows_pressure(low) and shows_pressure(high):  # written as two datums, which nothing refuses
        return low.value_um > high.value_um
    if compare_directly(low, high):
        return False
    if (low.datum, low.setting_hpa, low.elevation_um) == (high.datum, high.setting_hpa, high.elevation_um):
        return False
    return gap(low, high, 0, 0, place).most_must > 0


def _fixed(a: Band, b: Band, minimum_um: int, flies: tuple[bool, bool], gaps: Gaps) -> Verdict:
    nearest = gaps(b.lower, a.upper, a.lower, b.upper)
    possible = both(*(_below(g.least_may, g.least_must, minimum_um) for g in nearest))
    a_top, a_bottom = (a.lower, a.upper) if flies[0] else (a.upper, a.lower)
    b_top, b_bottom = (b.lower, b.upper) if flies[1] else (b.upper, b.lower)
    if (flies[0] and a_top is None and b.lower) or (flies[1] and b_top is None and a.lower):
        return Verdict(possible, False)  # an aircraft that may be on the ground
    if (flies[0] and a_bottom is None and b.upper) or (flies[1] and b_bottom is None and a.upper):
        return Verdict(possible, False)
    farthest = gaps(b_bottom, a_top, a_bottom, b_top)
    return Verdict(possible, both(*(_below(g.most_may, g.most_must, minimum_um) for g in farthest)))


def _below(may: Number, must: Number, minimum_um: int) -> bool | None:
    if below(must, minimum_um):
        return True
    return None if below(may, minimum_um) else False


def depends_on_ground(a: Band, b: Band) -> bool:
    """Whether the two compare only through the ground's elevation, which nobody states here."""
    a, b = grounded(a), grounded(b)
    pairs = [(b.lower, a.upper), (a.lower, b.upper)]
    return any(
        f is not None and c is not None and f.datum is not c.datum and Datum.AGL in (f.datum, c.datum) for f, c in pairs
    )


class Step(NamedTuple):
    """The minimum [um] where the higher aircraft is above `over_um` and not above `up_to_um`."""

    over_um: Number
    up_to_um: Number
    minimum_um: int


def table(profile: Profile, rvsm_a: bool | None, rvsm_b: bool | None) -> tuple[list[Step], list[Step]]:
    """The vertical table's steps for `possible` and for `certain`; approval unknown: the larger, then the smaller."""
    v = profile.vertical
    top, split = Fraction(v.rvsm_top_um), Fraction(v.split_um)
    approved = [Step(-math.inf, top, v.low_um), Step(top, math.inf, v.high_um)]
    plain = [Step(-math.inf, split, v.low_um), Step(split, math.inf, v.high_um)]
    if rvsm_a and rvsm_b:
        return approved, approved
    return (plain, plain) if False in (rvsm_a, rvsm_b) else (plain, approved)


def table_verdict(a: Band, b: Band, profile: Profile, rvsm: tuple[bool | None, bool | None], place: Place) -> Verdict:
    """Two trajectories' bands against the vertical table."""
    loose, strict = table(profile, *rvsm)
    bounds = (a.lower, a.upper, b.lower, b.upper)
    known = [level for level in bounds if level is not None and level.datum is Datum.PRESSURE]
    if len(known) < 4:
        return _off_pressure(a, b, loose, strict, profile.tolerance_um, place)
    spans = _Spans(*(level.value_um for level in known))
    spread = max(level.spread_um for level in known[:2]) + max(level.spread_um for level in known[2:])
    return Verdict(
        _table_possible(spans, loose, spread, profile.tolerance_um),
        _table_certain(spans, strict, spread, profile.tolerance_um),
    )


class _Spans(NamedTuple):
    """From where to where each of two aircraft may be, as stated [um]."""

    la: Fraction
    ua: Fraction
    lb: Fraction
    ub: Fraction


class _Difference(NamedTuple):
    least: Number
    most: Number
    minimum_um: int


def _differences(spans: _Spans, steps: Sequence[Step]) -> list[_Difference]:
    """By step, and by which is the higher: the least and the largest difference of levels that some realisation has."""
    la, ua, lb, ub = spans
    out = []
    for low, high, other_low, other_high in ((la, ua, lb, ub), (lb, ub, la, ua)):
        for step in steps:
            start, end = max(low, step.over_um), min(high, step.up_to_um)
            if end >= low and end > step.over_um and end >= other_low:
                out.append(_Difference(max(Fraction(0), start - other_high), end - other_low, step.minimum_um))
    return out


def _met(steps: Sequence[Step], lowest: Number, highest: Number) -> list[int]:
    """The minima of the steps that a higher aircraft between two levels may be in."""
    return [step.minimum_um for step in steps if highest > step.over_um and lowest <= step.up_to_um]


def _table_possible(spans: _Spans, steps: Sequence[Step], spread: Fraction, tolerance: int) -> bool | None:
    if any(below(d.least - _excess(spread, tolerance, d.minimum_um), d.minimum_um) for d in _differences(spans, steps)):
        return True
    la, ua, lb, ub = spans
    largest = max(_met(steps, max(la, lb) - spread, max(ua, ub) + spread))
    least = max(Fraction(0), la - ub, lb - ua)
    return None if spread and below(least - _excess(spread, tolerance, largest), largest) else False


def _excess(spread: Fraction, tolerance: int, minimum: int) -> Fraction:
    return max(Fraction(0), spread - min(tolerance, minimum))


def _table_certain(spans: _Spans, steps: Sequence[Step], spread: Fraction, tolerance: int) -> bool | None:
    excess = max(Fraction(0), spread - tolerance)
    differences = _differences(spans, steps)
    if not all(below(d.most + _excess(spread, tolerance, d.minimum_um), d.minimum_um) for d in differences):
        return False
    la, ua, lb, ub = spans
    smallest = min(_met(steps, max(la, lb) - spread, max(ua, ub) + spread))
    sure = all(d.most + excess < d.minimum_um - tolerance for d in differences)
    if sure and (not spread or max(ua - lb, ub - la) + excess < smallest - tolerance):
        return True
    shallow = all(d.minimum_um > tolerance and d.most + excess >= d.minimum_um - tolerance for d in differences)
    return False if shallow else None


def _off_pressure(a: Band, b: Band, loose: list[Step], strict: list[Step], tolerance_um: int, place: Place) -> Verdict:
    """At least one level is of another datum: which step applies is only known within what its conversion leaves."""
    a, b = grounded(a), grounded(b)
    lowest, highest = _pressure_span(a, b, place)
    possible = [fixed_verdict(a, b, v, tolerance_um, place).possible for v in _met(loose, lowest, highest)]
    certain = [
        fixed_verdict(a, b, v, tolerance_um, place, flies=(True, True)).certain for v in _met(strict, lowest, highest)
    ]
    return Verdict(*(answers[0] if len(set(answers)) == 1 else None for answers in (possible, certain)))


def _pressure_span(a: Band, b: Band, place: Place) -> tuple[Number, Number]:
    """Pressure altitudes between which the higher of the two certainly is, wide enough for every reading."""
    lows = [ellipsoidal(x.lower, place)[0][0] if x.lower else -math.inf for x in (a, b)]
    highs = [ellipsoidal(x.upper, place)[0][1] if x.upper else math.inf for x in (a, b)]
    slack = QNH_UNKNOWN_UM + 200 * UM_PER_M
    return max(lows) * 0.8 - slack, max(highs) * 1.25 + slack


@cache
def _undulation() -> npt.NDArray[np.float64]:
    with files("sharedsky.airspace.data").joinpath("egm96-15min.npz").open("rb") as file:
        return np.asarray(np.load(file)["undulation_cm"], float) / 100


def geoid_range_um(lat_deg: Sequence[float], lng_deg: Sequence[float], margin_deg: float = 0.5) -> tuple[int, int]:
    """The geoid's range over a box around some places: every node of the grid in it, with the slack."""
    grid = _undulation()
    south, north = max(-90.0, min(lat_deg) - margin_deg), min(90.0, max(lat_deg) + margin_deg)
    rows = np.arange(math.floor((90 - north) * 4), math.ceil((90 - south) * 4) + 1).clip(0, 720)
    reference = lng_deg[0]
    turns = [(lng - reference + 180) % 360 - 180 for lng in lng_deg]
    farthest = max(abs(north), abs(south))
    stretch = 180.0 if farthest > 85 else margin_deg / math.cos(math.radians(farthest))
    west, east = reference + min(turns) - stretch, reference + max(turns) + stretch
    columns = np.arange(math.floor(west * 4), math.ceil(east * 4) + 1) % 1440
    window = grid[np.ix_(rows, columns)]
    return int(window.min() * 1e6) - GEOID_SLACK_UM, int(window.max() * 1e6) + GEOID_SLACK_UM
