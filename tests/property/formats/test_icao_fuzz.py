"""Flight plans made by chance: valid ones parse into what made them; anything else is refused, and never raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fpl_samples import FIXES, fpl, read
from sharedsky.airspace.earth import M_PER_NM, distance_m
from sharedsky.formats import icao_fpl
from sharedsky.formats.icao_fpl.cruise import Climb, Cruise, Level, Speed
from sharedsky.formats.icao_fpl.flight import Filing, decode
from sharedsky.formats.icao_fpl.messages import split_document
from sharedsky.formats.icao_fpl.route import (
    BearingDistance,
    ChangeAt,
    ClimbFrom,
    Coordinates,
    Direct,
    Element,
    Named,
    Stay,
    ToRules,
    Traffic,
    parse_route,
    written,
)
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, ForecastOptions, Reading, ReadOptions
from sharedsky.plans.plan import Plan

UPDATES = (
    "(CHG-SWR123-LSZH0800-LFPG-DOF/260301-8/I-15/N0430F310 DCT C/LN/N0430F310PLUS DCT-18/EET/LN0020 OPR/ALPINE AIR)\n"
    "(DLA-SWR123-LSZH0930-LFPG-DOF/260301)\n(DEP-SWR123-LSZH0935-LFPG-DOF/260301)\n(ARR-SWR123-LSZH0930-LFPG1050)\n"
    "(CNL-AAA1-LSZH2330-LSZH-0)\n"
)
SAMPLE = (
    "ZCZC LBA0123\nFF LSAZZQZX EDDFZQZX\n151158 LSZHZPZX\n"
    + fpl(
        route="ALPHA1A ALPHA/N0440F330 UN123 DELTA STAY1/0010 LN180020 DCT 4620N00805E VFR OAT DCT",
        destination="LFPG0300 LFPO",
        other="PBN/A1 STS/NONRVSM DOF/260301 EET/DELTA0130 LFFF0030 DLE/ALPHA0005 OPR/SWISS RMK/X -E/0430 P/2",
    )
    + "\nNNNN\n"
    + fpl("AAA1", "VG", "ZZZZ/L", "N/N", "ZZZZ2330", "K0200M0150", "MAY VFR", "LSZH0100", "DEP/LN090010 DOF/260301")
    + UPDATES
)

names = st.sampled_from(["ALPHA", "BRAVO", "CHARL", "DELTA", "LN", "MAY", "LFSB"])
levels = st.one_of(
    st.builds(Level, st.sampled_from(["F", "A"]), st.integers(0, 999)),
    st.builds(Level, st.sampled_from(["S", "M"]), st.integers(0, 9_999)),
)
speeds = st.one_of(
    st.builds(Speed, st.sampled_from(["N", "K"]), st.integers(1, 9_999)),
    st.builds(Speed, st.just("M"), st.integers(1, 999)),
)
cruises = st.builds(Cruise, speeds, st.none() | levels)


@st.composite
def coordinates(draw: st.DrawFn) -> Coordinates:
    north, east = draw(st.booleans()), draw(st.booleans())
    lat, lng = draw(st.integers(0, 89)), draw(st.integers(0, 179))
    name = f"{lat:02d}{'N' if north else 'S'}{lng:03d}{'E' if east else 'W'}"
    lat_min = lng_min = 0
    if draw(st.booleans()):
        lat_min, lng_min = draw(st.integers(0, 59)), draw(st.integers(0, 59))
        name = f"{lat:02d}{lat_min:02d}{'N' if north else 'S'}{lng:03d}{lng_min:02d}{'E' if east else 'W'}"
    lat_deg, lng_deg = lat + lat_min / 60, lng + lng_min / 60
    return Coordinates(name, lat_deg if north else -lat_deg, lng_deg if east else -lng_deg)


@st.composite
def bearings(draw: st.DrawFn) -> BearingDistance:
    base = draw(st.builds(Named, names) | coordinates())
    bearing_deg, distance_nm = draw(st.integers(0, 360)), draw(st.integers(0, 999))
    return BearingDistance(f"{base.name}{bearing_deg:03d}{distance_nm:03d}", base, bearing_deg, distance_nm)


@st.composite
def climbs(draw: st.DrawFn) -> Climb:
    lower = draw(levels)
    top = 999 if lower.unit in "FA" else 9_999
    upper = draw(st.none() | st.builds(Level, st.just(lower.unit), st.integers(lower.value, top)))
    return Climb(draw(speeds), lower, upper)


points = st.builds(Named, names) | coordinates() | bearings()
elements: st.SearchStrategy[Element] = st.one_of(
    points,
    st.builds(ChangeAt, points, cruises),
    st.builds(ClimbFrom, points, climbs()),
    st.just(Direct()),
    st.builds(ToRules, st.booleans()),
    st.builds(Traffic, st.sampled_from(["OAT", "GAT", "IFPSTOP", "IFPSTART"])),
    st.builds(Stay, st.integers(0, 9), st.integers(1, 5_999)),
)


@dataclass(frozen=True)
class Made:
    """A valid plan over near points, and what it should become."""

    text: str
    callsign: str
    off_block: datetime
    total_min: int
    cruise: Cruise
    route: tuple[Element, ...]


@st.composite
def valid_plans(draw: st.DrawFn) -> Made:
    callsign = draw(st.from_regex(r"[A-Z0-9]{1,7}", fullmatch=True))
    day = draw(st.dates(date(2015, 1, 1), date(2029, 12, 31)))
    minute = draw(st.integers(0, 24 * 60 - 1))
    total = draw(st.integers(2 * 60, 10 * 60))
    cruise = Cruise(draw(st.builds(Speed, st.just("N"), st.integers(300, 600))), draw(st.none() | levels))
    point = st.builds(Named, names)
    near = st.one_of(
        point,
        st.builds(ChangeAt, point, st.builds(Cruise, st.just(cruise.speed), st.none() | levels)),
        st.builds(ClimbFrom, point, climbs().map(lambda c: Climb(cruise.speed, c.lower, c.upper))),
        st.just(Direct()),
        st.builds(ToRules, st.booleans()),
        st.builds(Stay, st.integers(1, 9), st.integers(1, 50)),
        st.just(Traffic("OAT")),
    )
    route = tuple(draw(st.lists(near, max_size=6)))
    off_block = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    level = "VFR" if cruise.level is None else str(cruise.level)
    text = fpl(
        callsign=callsign,
        departure=f"LSZH{off_block:%H%M}",
        cruise=f"{cruise.speed}{level}",
        route=" ".join(written(element) for element in route),
        destination=f"LFPG{total // 60:02d}{total % 60:02d}",
        other=f"DOF/{off_block:%y%m%d} RMK/{draw(st.text('ABC XYZ.', max_size=20))}",
    )
    return Made(text, callsign, off_block, total, cruise, route)


@given(st.lists(elements, max_size=12))
def test_a_route_that_was_written_is_read_as_it_was(route: list[Element]) -> None:
    assert parse_route(" ".join(written(element) for element in route)) == tuple(route)


@given(valid_plans())
def test_a_valid_plan_parses_into_what_made_it(made: Made) -> None:
    (raw,) = split_document(Document("f.txt", made.text.encode()), 1, Reading())
    message = decode(raw)
    assert isinstance(message, Filing)
    assert (message.plan.callsign, message.plan.cruise, message.plan.route) == (made.callsign, made.cruise, made.route)
    assert message.plan.other.dof == made.off_block.date()
    minute = made.off_block.hour * 60 + made.off_block.minute
    assert (message.plan.departure.minutes, message.plan.destination.minutes) == (minute, made.total_min)


@settings(max_examples=150)
@given(valid_plans())
def test_every_valid_plan_becomes_a_trajectory_that_keeps_the_rules(made: Made) -> None:
    reading = read(made.text)
    assert reading.refusals == []
    (plan,) = reading.plans
    found = plan.trajectories[0]
    taken_off = int(made.off_block.timestamp()) * 10**9 + 10 * 60 * 10**9
    assert int(found.time_ns[0]) == taken_off
    stays = sum(e.minutes for e in made.route if isinstance(e, Stay))
    assert abs(int(found.time_ns[-1]) - taken_off - (made.total_min + stays) * 60 * 10**9) <= 1
    legs = distance_m(found.lat_deg[:-1], found.lng_deg[:-1], found.lat_deg[1:], found.lng_deg[1:])
    assert legs.max() <= 20_000.01
    assert found.lateral_m.min() >= 5 * M_PER_NM
    _keeps_the_span_rule(found.early_ns, found.time_ns, found.late_ns, taken_off)


def _keeps_the_span_rule(early: np.ndarray, time: np.ndarray, late: np.ndarray, taken_off: int) -> None:
    flown = (time - taken_off) / 6e10
    assert ((time - early) / 6e10 >= 5 + 0.03 * flown - 1e-6).all()
    assert np.allclose((late - time) / 6e10, 15 + 0.03 * flown, atol=1e-6)


@settings(max_examples=60)
@given(
    valid_plans(),
    st.sampled_from(
        [
            ForecastOptions(early_min=10, late_min=30),
            ForecastOptions(lateral_nm=9),
            ForecastOptions(growth=0.2),
            ForecastOptions(level_min=45),
        ]
    ),
)
def test_larger_uncertainty_gives_a_trajectory_that_holds_the_smaller_one(made: Made, wider: ForecastOptions) -> None:
    small, large = (read(made.text, forecast=f).plans[0].trajectories[0] for f in (ForecastOptions(), wider))
    within = np.clip(np.searchsorted(large.time_ns, small.time_ns[:-1], side="right") - 1, 0, len(large.lateral_m) - 1)
    assert (large.lateral_m[within] >= small.lateral_m).all()
    below = (large.lower_um[within] <= small.lower_um)[:, 0] | (large.lower_datum[within] != small.lower_datum)
    above = (large.upper_um[within] >= small.upper_um)[:, 0] | (large.upper_datum[within] != small.upper_datum)
    moving = np.diff(small.time_ns) > 10**6
    assert (below & above)[moving].all()
    for earliest, latest in ((0, 0), (-1, -1)):
        assert large.early_ns[earliest] <= small.early_ns[earliest]
        assert large.late_ns[latest] >= small.late_ns[latest]


def _is_sound(reading: Reading) -> None:
    """Everything is in its place; a plan has passed the trajectory's own checks."""
    for refusal in reading.refusals:
        assert refusal.reason
        assert refusal.source.file
    for plan in reading.plans:
        assert isinstance(plan, Plan)
        assert len(plan.trajectories) == 1


@settings(max_examples=300)
@given(st.data())
def test_mutated_messages_become_plans_or_refusals_and_nothing_else(data: st.DataObject) -> None:
    text = list(SAMPLE)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text) - 1))
        match data.draw(st.sampled_from(["delete", "insert", "replace", "cut", "double"])):
            case "delete":
                del text[at]
            case "insert":
                text.insert(at, data.draw(st.sampled_from("()-/ \n0129AFNSTZ\x00")))
            case "replace":
                text[at] = data.draw(st.characters(max_codepoint=0x2FF))
            case "cut":
                del text[at : at + data.draw(st.integers(0, 60))]
            case "double":
                text[at:at] = text[at : at + data.draw(st.integers(0, 60))]
        text = text or [" "]
    _is_sound(read("".join(text), day=data.draw(st.sampled_from([None, date(2026, 3, 1)]))))


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_exception(data: bytes) -> None:
    for document in (Document("a", data), Document("b", b"(FPL-" + data + b")")):
        icao_fpl.sniff(document)
        _is_sound(icao_fpl.read([document], ReadOptions()))


words = st.sampled_from(
    """DCT T IFR VFR OAT GAT STAY1/0030 STAY2/9959 ALPHA BRAVO LN UN123 UL9 ALPHA1A DELTA2B NOWHE LFSB 46N008E 90N000E
    00N180W 4620N07805W DUB180040 LN361001 LN000999 LN/N0284A045 C/LN/N0450F290F350 C/MAY/M082F290PLUS LN/N9999VFR
    LN/M999M9999 ALPHA/K0001S9999""".split()  # noqa: SIM905
)
others = st.lists(
    st.sampled_from(
        """DOF/260301 EET/ALPHA0010 EET/BRAVO0300 LN0001 DLE/LN0100 DLE/X DEP/46N008E DEP/LN DEST/UN123 DEST/LN090001
        STS/NONRVSM TYP/99F18 OPR/X RIF/DCT RMK/A - -E/0100 -P/1""".split()  # noqa: SIM905
    ),
    max_size=6,
)


@settings(max_examples=300)
@given(
    st.sampled_from(["LSZH0800", "ZZZZ2359", "AFIL0000", "LFPG1200"]),
    st.sampled_from(["N0450F350", "M082S1130", "K0001M9999", "N9999VFR", "N0001A000"]),
    st.lists(words, max_size=10),
    st.sampled_from(["LFPG0110", "ZZZZ0001", "LSZH9959", "KJFK0730"]),
    others,
    st.sampled_from(["", UPDATES, "(ARR-SWR123-LSZH-LFPG0925)", "(DEP-SWR123-AFIL0030-LFPG-0)"]),
)
def test_messages_of_valid_parts_in_any_order_become_plans_or_refusals(
    departure: str, cruise: str, route: list[str], destination: str, other: list[str], updates: str
) -> None:
    text = fpl(
        departure=departure, cruise=cruise, route=" ".join(route), destination=destination, other=" ".join(other) or "0"
    )
    _is_sound(read(text + updates, day=date(2026, 3, 1)))


@settings(max_examples=40)
@given(st.permutations(SAMPLE.split("(")[1:]))
def test_messages_in_any_order_become_plans_or_refusals(parts: list[str]) -> None:
    _is_sound(read(*["(" + part for part in parts]))


def test_a_file_of_nothing_but_brackets_is_read_in_one_pass() -> None:
    for text in ("(" * 200_000, ")" * 20_000, "(FPL-" * 20_000, "(FPL-A)" * 5_000, "()" * 100_000):
        _is_sound(read(text, fixes=None))


def test_a_long_line_of_hyphens_or_strokes_is_read_in_one_pass() -> None:
    for filling in ("-", "/", " ", "A/", "A ", "0", "EET/ ", "RMK/A-"):
        text = "(FPL-SWR123-IS-A320/M-S/S-LSZH0800-N0450F350 " + filling * 5_000 + "-LFPG0110-" + filling * 3_000 + ")"
        _is_sound(read(text, fixes=FIXES, limits=Limits(max_message_chars=100_000), day=date(2026, 3, 1)))
