"""Item 15: its grammar, and the points that a route passes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from fpl_samples import FIXES, fpl, only_refusal, only_trajectory, read
from sharedsky.airspace.earth import M_PER_NM, distance_m, inverse
from sharedsky.airspace.magnetic import declination
from sharedsky.formats.fixes import read_fixes
from sharedsky.formats.icao_fpl.cruise import Climb, Cruise, Level, Speed
from sharedsky.formats.icao_fpl.flight import Filing, decode
from sharedsky.formats.icao_fpl.messages import split_document
from sharedsky.formats.icao_fpl.refusals import PlanError
from sharedsky.formats.icao_fpl.resolve import Path, resolve
from sharedsky.formats.icao_fpl.route import (
    BearingDistance,
    ChangeAt,
    ClimbFrom,
    Coordinates,
    Direct,
    Named,
    Stay,
    ToRules,
    Traffic,
    Truncated,
    parse_route,
    written,
)
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Reading

DAY = date(2026, 3, 1)


def path(text: str, fixes: str = FIXES, limits: Limits | None = None) -> Path:
    table = read_fixes([Document("fixes.csv", fixes.encode())], Reading())
    message = decode(split_document(Document("f.txt", text.encode()), 10, Reading())[0])
    assert isinstance(message, Filing)
    return resolve(message.plan, DAY, table, limits or Limits())


def names(route: str, fixes: str = FIXES, **fields: str) -> list[str]:
    return [place.name for place in path(fpl(route=route, **fields), fixes).places]


ELEMENTS = [
    ("DCT", Direct()),
    ("LN", Named("LN")),
    ("UN123", Named("UN123")),
    ("ALPHA1A", Named("ALPHA1A")),
    ("46N078W", Coordinates("46N078W", 46.0, -78.0)),
    ("4620N07805W", Coordinates("4620N07805W", 46 + 20 / 60, -(78 + 5 / 60))),
    ("33S000E", Coordinates("33S000E", -33.0, 0.0)),
    ("90N180W", Coordinates("90N180W", 90.0, -180.0)),
    ("DUB180040", BearingDistance("DUB180040", Named("DUB"), 180, 40)),
    ("LN000360", BearingDistance("LN000360", Named("LN"), 0, 360)),
    ("ALPHA360001", BearingDistance("ALPHA360001", Named("ALPHA"), 360, 1)),
    ("46N078W090015", BearingDistance("46N078W090015", Coordinates("46N078W", 46.0, -78.0), 90, 15)),
    (
        "4620N07805W090015",
        BearingDistance("4620N07805W090015", Coordinates("4620N07805W", 46 + 20 / 60, -(78 + 5 / 60)), 90, 15),
    ),
    ("LN/N0284A045", ChangeAt(Named("LN"), Cruise(Speed("N", 284), Level("A", 45)))),
    ("MAY/N0305F180", ChangeAt(Named("MAY"), Cruise(Speed("N", 305), Level("F", 180)))),
    ("46N078W/M082F330", ChangeAt(Coordinates("46N078W", 46.0, -78.0), Cruise(Speed("M", 82), Level("F", 330)))),
    ("LN/N0090VFR", ChangeAt(Named("LN"), Cruise(Speed("N", 90), None))),
    (
        "DUB180040/K0830S1130",
        ChangeAt(BearingDistance("DUB180040", Named("DUB"), 180, 40), Cruise(Speed("K", 830), Level("S", 1130))),
    ),
    (
        "C/48N050W/M082F290F350",
        ClimbFrom(Coordinates("48N050W", 48.0, -50.0), Climb(Speed("M", 82), Level("F", 290), Level("F", 350))),
    ),
    ("C/LN/N0450F290PLUS", ClimbFrom(Named("LN"), Climb(Speed("N", 450), Level("F", 290), None))),
    ("IFR", ToRules(True)),
    ("VFR", ToRules(False)),
    ("OAT", Traffic("OAT")),
    ("GAT", Traffic("GAT")),
    ("IFPSTOP", Traffic("IFPSTOP")),
    ("STAY1/0030", Stay(1, 30)),
    ("STAY9/1005", Stay(9, 605)),
    ("T", Truncated()),
]


@pytest.mark.parametrize(("word", "element"), ELEMENTS)
def test_each_element_is_read_and_written_again(word: str, element: object) -> None:
    (found,) = parse_route(word)
    assert found == element
    assert written(found) == word


@pytest.mark.parametrize(
    "word",
    [
        "A", "1", "123", "12345", "ABCDEFGH", "A-B", "LN/", "/N0450F350", "LN/F350", "LN/N0450", "LN/N450F350",
        "LN/N0450F35", "C/LN", "C/LN/N0450F290", "D/LN/N0450F290F350", "LN/N0450F350/X",
        "STAY/0030", "STAYX/0030", "STAY1/30", "STAY10/0030", "46N07W8", "DUB18004", "4620N078W",
        "462030N0780500W", "LN//N0450F350", "C//N0450F290F350",
    ],
)  # fmt: skip
def test_a_word_that_is_no_element_is_refused_and_named(word: str) -> None:
    kind, reason = only_refusal(fpl(route=f"DCT {word} DCT"))
    assert kind in ("format", "unknown-point")
    assert word in reason or "this is not" in reason or word.split("/")[-1] in reason


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("91N008E", "geometry"), ("46N181E", "geometry"), ("4660N00800E", "geometry"), ("4620N00860E", "geometry"),
        ("9001N00000E", "geometry"), ("DUB361040", "geometry"), ("STAY1/0060", "time"), ("STAY1/0000", "time"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(word: str, kind: str) -> None:
    found, reason = only_refusal(fpl(route=f"DCT {word} DCT"))
    assert found == kind
    assert word in reason


def test_a_truncated_route_is_refused_and_says_after_which_point() -> None:
    kind, reason = only_refusal(fpl(route="DCT ALPHA T"))
    assert kind == "format"
    assert "truncated after ALPHA (T)" in reason
    with pytest.raises(PlanError, match="not the last word"):
        parse_route("ALPHA T BRAVO")


def test_direct_routes_go_from_point_to_point() -> None:
    assert names("DCT ALPHA DCT BRAVO DCT") == ["LSZH", "ALPHA", "BRAVO", "LFPG"]
    assert names("") == ["LSZH", "LFPG"]
    assert names("DCT") == ["LSZH", "LFPG"]
    assert names("4700N00800E 48N005E") == ["LSZH", "4700N00800E", "48N005E", "LFPG"]


def test_an_aerodrome_may_be_a_point_of_the_route() -> None:
    assert names("DCT LFSB DCT") == ["LSZH", "LFSB", "LFPG"]


def test_airways_are_expanded_in_both_directions() -> None:
    assert names("ALPHA UN123 DELTA DCT") == ["LSZH", "ALPHA", "BRAVO", "CHARL", "DELTA", "LFPG"]
    assert names("DELTA UN123 BRAVO DCT") == ["LSZH", "DELTA", "CHARL", "BRAVO", "LFPG"]
    assert names("ALPHA UN123 CHARL UL9 LN DCT") == ["LSZH", "ALPHA", "BRAVO", "CHARL", "LN", "LFPG"]


def test_changes_at_the_ends_of_an_airway_keep_it() -> None:
    found = path(fpl(route="ALPHA/N0440F330 UN123 DELTA/N0430F310 DCT"))
    assert [p.name for p in found.places] == ["LSZH", "ALPHA", "BRAVO", "CHARL", "DELTA", "LFPG"]
    assert [mark.index for mark in found.marks] == [1, 4]
    assert found.named == [0, 1, 4, 5]


def test_procedures_are_flown_in_their_order_at_both_ends() -> None:
    assert names("ALPHA1A ALPHA UN123 DELTA DELTA2B") == [
        "LSZH", "MAY", "ALPHA", "BRAVO", "CHARL", "DELTA", "LN", "LFPG",
    ]  # fmt: skip
    assert names("ALPHA1A UN123 DELTA DCT") == ["LSZH", "MAY", "ALPHA", "BRAVO", "CHARL", "DELTA", "LFPG"]
    assert names("ALPHA1A DCT CHARL DELTA2B") == ["LSZH", "MAY", "ALPHA", "CHARL", "DELTA", "LN", "LFPG"]


def test_an_airway_may_begin_or_end_a_route_where_its_end_is_near_the_aerodrome() -> None:
    fixes = FIXES + "ident,lat,lng\nNEAR,47.5,8.6\nNORD,49.0,2.7\nairway,seq,ident\nUZ1,1,NEAR\nUZ1,2,ALPHA\n"
    assert names("UZ1 ALPHA DCT", fixes) == ["LSZH", "NEAR", "ALPHA", "LFPG"]
    assert names("ALPHA UZ2", fixes + "UZ2,1,ALPHA\nUZ2,2,BRAVO\nUZ2,3,NORD\n") == [
        "LSZH", "ALPHA", "BRAVO", "NORD", "LFPG",
    ]  # fmt: skip


def test_an_airway_may_begin_or_end_at_an_aerodrome_of_its_own() -> None:
    fixes = FIXES + "UZ3,1,LSZH\n".join(["airway,seq,ident\n", "UZ3,2,ALPHA\nUZ3,3,LFPG\n"])
    assert names("UZ3", fixes) == ["LSZH", "ALPHA", "LFPG"]
    assert names("UZ3 ALPHA DCT", fixes) == ["LSZH", "ALPHA", "LFPG"]


@pytest.mark.parametrize(
    ("route", "says"),
    [
        ("DCT NOWHE DCT", "NOWHE is not a known point, ATS route or procedure."),
        ("ALPHA UX999 DELTA DCT", "UX999 is not a known"),
        ("NOSID1A ALPHA DCT", "NOSID1A is not a known"),
        ("DCT NOWHE180040 DCT", "NOWHE is not a known"),
        ("DCT NOWHE/N0450F330 DCT", "NOWHE is not a known"),
        ("ALPHA UN123 LN DCT", "LN is not a point of UN123"),
        ("LN UN123 DELTA DCT", "LN is not a point of UN123"),
        ("4700N00800E UN123 DELTA DCT", "4700N00800E is not a point of UN123"),
        ("UL9 CHARL DCT", "neither of its ends is within 50 NM of LSZH"),
        ("ALPHA UN123", "neither of its ends is within 50 NM of LFPG"),
    ],
)
def test_what_the_table_does_not_know_is_refused_named_and_says_how_to_supply_it(route: str, says: str) -> None:
    kind, reason = only_refusal(fpl(route=route))
    assert kind == "unknown-point"
    assert says in reason
    assert "--fixes" in reason


def test_all_unknown_names_are_told_at_once() -> None:
    _, reason = only_refusal(fpl(route="DCT NOWHE DCT NEVER UQ1 ALPHA DCT"))
    assert "NOWHE, NEVER, UQ1 are not known" in reason


def test_without_a_table_only_aerodromes_and_coordinates_are_known() -> None:
    assert only_refusal(fpl(), fixes=None)[0] == "unknown-point"
    only_trajectory(fpl(route="DCT LFSB 48N005E"), fixes=None)


def test_an_unknown_aerodrome_is_refused_unless_the_table_has_it() -> None:
    assert "QQQQ is not a known aerodrome" in only_refusal(fpl(departure="QQQQ0800"))[1]
    assert "QQQQ is not a known aerodrome" in only_refusal(fpl(destination="QQQQ0110"))[1]
    only_trajectory(fpl(departure="QQQQ0800"), fixes=FIXES + "ident,lat,lng,elevation_ft\nQQQQ,47,8,1500\n")


def test_four_characters_with_a_figure_are_never_taken_for_an_aerodrome() -> None:
    """airportsdata has landing strips such as TS98; UN12 or L607 in a route must not become one of them."""
    assert only_refusal(fpl(route="DCT TS98 DCT"))[0] == "unknown-point"


@pytest.mark.parametrize("route", ["ALPHA UN123 DCT", "ALPHA UN123 UL9 LN"])
def test_an_airway_that_is_not_left_at_a_point_is_refused(route: str) -> None:
    kind, reason = only_refusal(fpl(route=route))
    assert kind == "format"
    assert "between UN123 and" in reason


def test_a_row_refused_in_the_table_does_not_shorten_an_airway() -> None:
    reading = read(fpl(), fixes=FIXES.replace("UN123,20,BRAVO", "UN123,x,BRAVO"))
    assert reading.plans == []
    assert [r.kind for r in reading.refusals] == ["format", "unknown-point"]
    assert str(reading.refusals[0].source).startswith("fixes.csv:")


def test_of_two_points_of_one_name_the_nearer_one_is_flown_to() -> None:
    found = path(fpl(route="DCT ECHOO DCT"))
    assert found.places[1].lat_deg == 47.0


def test_two_points_of_one_name_about_as_far_are_refused() -> None:
    kind, reason = only_refusal(fpl(route="DCT TWIN DCT"), fixes=FIXES + "ident,lat,lng\nTWIN,49,8\nTWIN,46,8\n")
    assert kind == "unknown-point"
    assert "TWIN is the name of 2 points" in reason


def test_a_name_of_both_a_point_and_an_airway_is_read_by_its_neighbours() -> None:
    fixes = FIXES + "ident,lat,lng\nUN123,48.2,7.2\n"
    assert names("ALPHA UN123 CHARL DCT", fixes) == ["LSZH", "ALPHA", "BRAVO", "CHARL", "LFPG"]
    assert names("LN UN123 DELTA DCT", fixes) == ["LSZH", "LN", "UN123", "DELTA", "LFPG"]


def test_bearings_are_magnetic_by_the_day_of_the_flight() -> None:
    found = path(fpl(route="DCT DUB180040 DCT", departure="EIDW0800", destination="EGLL0200"))
    azimuth, apart = inverse(53.4, -6.3, found.places[1].lat_deg, found.places[1].lng_deg)
    east = declination(53.4, -6.3, DAY).east_deg
    assert abs(east) > 0.5
    assert float(azimuth[0]) % 360 == pytest.approx(180 + east, abs=1e-6)
    assert float(apart[0]) == pytest.approx(40 * M_PER_NM, abs=0.01)
    assert found.places[1].spread_m > 0
    assert found.magnetic_model == "WMM2025"


def test_the_error_of_a_bearing_widens_the_route_beside_it() -> None:
    plain = only_trajectory(fpl(route="DCT DUB DCT", departure="EIDW0800", destination="EGLL0200"))
    turned = only_trajectory(fpl(route="DCT DUB180100 DCT", departure="EIDW0800", destination="EGLL0200"))
    assert plain.lateral_m.max() == 5 * M_PER_NM
    assert turned.lateral_m.max() > 5 * M_PER_NM + 1_000


def test_a_bearing_on_a_day_without_a_model_is_refused() -> None:
    kind, reason = only_refusal(fpl(route="DCT DUB180040 DCT", other="DOF/350301"))
    assert kind == "time"
    assert "no World Magnetic Model" in reason


def test_a_bearing_near_the_magnetic_pole_is_refused() -> None:
    assert only_refusal(fpl(route="DCT 86N140E090040 DCT", destination="LFPG4500"))[0] == "geometry"


def test_zzzz_is_where_item_18_says() -> None:
    found = path(fpl(departure="ZZZZ0800", other="DOF/260301 DEP/ALP 4620N00805E", route="DCT"))
    assert (found.places[0].lat_deg, found.places[0].lng_deg) == (46 + 20 / 60, 8 + 5 / 60)
    found = path(fpl(destination="ZZZZ0100", other="DOF/260301 DEST/MAY180010", route="DCT MAY DCT"))
    assert float(distance_m(47.0, 9.0, found.places[-1].lat_deg, found.places[-1].lng_deg)[0]) == pytest.approx(18_520)
    assert path(fpl(destination="ZZZZ0100", other="DOF/260301 DEST/MAY")).places[-1].lat_deg == 47.0


@pytest.mark.parametrize(
    ("place", "reach_nm"),
    [("46N008E", 42.4), ("4620N00805E", 0.7), ("462030N0080515E", 0.01), ("MAY180100", 0.5 + 0.9 + 1.9), ("MAY", 0.0)],
)
def test_an_aerodrome_may_be_off_its_stated_place_by_the_rounding_of_the_figures(place: str, reach_nm: float) -> None:
    found = path(fpl(departure="ZZZZ0800", other=f"DOF/260301 DEP/{place}", route="DCT"))
    assert found.places[0].spread_m / M_PER_NM == pytest.approx(reach_nm, abs=0.3)
    assert path(fpl(route="DCT 46N008E DCT")).places[1].spread_m == 0.0


def test_two_flights_from_different_fields_without_indicators_share_no_aerodrome() -> None:
    first = read(fpl(departure="ZZZZ0800", other="DOF/260301 DEP/4620N00805E")).plans[0]
    second = read(fpl(departure="ZZZZ0800", other="DOF/260301 DEP/4720N00805E")).plans[0]
    assert first.aerodromes[0].ident != second.aerodromes[0].ident


@pytest.mark.parametrize("other", ["DOF/260301", "DOF/260301 DEP/FARM OF SMITH", "DOF/260301 DEP/"])
def test_zzzz_without_a_place_is_refused_and_says_what_to_write(other: str) -> None:
    kind, reason = only_refusal(fpl(departure="ZZZZ0800", other=other))
    assert kind == "unknown-point"
    assert "DEP/ in item 18 gives no place" in reason
    assert "SMITH" not in reason


def test_zzzz_at_an_unknown_point_is_refused() -> None:
    assert "NOWHE is not a known" in only_refusal(fpl(departure="ZZZZ0800", other="DOF/260301 DEP/NOWHE"))[1]


def test_a_plan_filed_in_the_air_begins_at_the_first_point() -> None:
    text = fpl(departure="AFIL0900", route="ALPHA UN123 DELTA DCT", other="DOF/260301 DEP/LSZH")
    assert [p.name for p in path(text).places] == ["ALPHA", "BRAVO", "CHARL", "DELTA", "LFPG"]
    found = read(text).plans[0]
    assert [a.ident for a in found.aerodromes] == ["LFPG"]
    assert found.id == "SWR123-AFIL-0900-LFPG-260301"


@pytest.mark.parametrize("route", ["", "DCT", "UN123 DELTA DCT", "VFR ALPHA"])
def test_a_plan_filed_in_the_air_without_a_first_point_is_refused(route: str) -> None:
    assert only_refusal(fpl(departure="AFIL0900", route=route))[0] in ("format", "unknown-point")


def test_too_many_points_are_refused_and_the_limit_is_named() -> None:
    reading = read(fpl(route="DCT " + "ALPHA " * 50), limits=Limits(max_route_points=20))
    assert reading.refusals[0].kind == "limit"
    assert "max-route-points = 20" in reading.refusals[0].reason


def test_routes_over_the_antimeridian_and_the_pole_are_ordinary() -> None:
    over = only_trajectory(
        fpl(departure="RJTT0800", destination="KSEA0900", route="40N170E 45N170W 48N140W", cruise="M084F350")
    )
    assert distance_m(over.lat_deg[:-1], over.lng_deg[:-1], over.lat_deg[1:], over.lng_deg[1:]).max() <= 20_001
    pole = only_trajectory(fpl(departure="ENGM0800", destination="PANC0930", route="90N000E", cruise="M084F350"))
    assert pole.lat_deg.max() == 90.0
    assert np.isfinite(pole.lng_deg).all()
