"""The fields of a flight plan, one by one."""

from __future__ import annotations

from datetime import date

import pytest

from fpl_samples import everything_shown, fpl, only_plan, only_refusal, read
from sharedsky.airspace.altitude import Datum, Unit
from sharedsky.formats.icao_fpl import fields
from sharedsky.formats.icao_fpl.cruise import Climb, Cruise, Level, Speed, parse_climb, parse_cruise
from sharedsky.formats.icao_fpl.item18 import Other, parse_other
from sharedsky.formats.icao_fpl.refusals import PlanError
from sharedsky.formats.icao_fpl.route import BearingDistance, Coordinates, Named


def test_each_field_is_read() -> None:
    assert fields.parse_callsign("SWR123") == "SWR123"
    assert fields.parse_callsign("HBABC/A2317") == "HBABC"
    assert fields.parse_rules("IS") == "I"
    assert fields.parse_rules("V") == "V"
    assert fields.parse_aircraft("A320/M") == 1
    assert fields.parse_aircraft("2FK3/M") == 2
    assert fields.parse_aircraft("12C172/L") == 12
    assert fields.parse_equipment("SDE2E3FGHIJ1RWXY/LB1") is True
    assert fields.parse_equipment("SDFGRY/S") is False
    assert fields.parse_equipment("N") is False
    assert fields.parse_departure("LSZH0800") == fields.PlaceTime("LSZH", 480)
    assert fields.parse_destination("LFPG0110 LFPO LFPB") == fields.PlaceTime("LFPG", 70)
    assert fields.parse_destination("KJFK1230") == fields.PlaceTime("KJFK", 750)
    assert fields.parse_landing("ZZZZ1430 DEN HELDER") == fields.PlaceTime("ZZZZ", 870)


@pytest.mark.parametrize(
    ("field", "value", "kind", "says"),
    [
        ("callsign", "TOOLONG1", "format", "item 7: 'TOOLONG1' is not an aircraft identification"),
        ("callsign", "", "format", "item 7"),
        ("rules", "QS", "format", "item 8: 'QS'"),
        ("rules", "IQ", "format", "item 8"),
        ("aircraft", "A320", "format", "item 9: 'A320'"),
        ("aircraft", "A320/Q", "format", "item 9"),
        ("aircraft", "0A320/M", "format", "item 9"),
        ("equipment", "S+/C", "format", "item 10"),
        ("departure", "LSZH", "format", "item 13 has no time"),
        ("departure", "LSZ0800", "format", "item 13: 'LSZ0800'"),
        ("departure", "LSZH2400", "time", "item 13: 2400 is no time of day"),
        ("departure", "LSZH0860", "time", "item 13: 0860 is no time of day"),
        ("destination", "LFPG", "format", "item 16 has no time"),
        ("destination", "LFPG0160", "time", "item 16: 0160 is no elapsed time"),
        ("destination", "LFPG0000", "time", "item 16: the total elapsed time is zero"),
        ("destination", "LFPG110", "format", "item 16: 'LFPG110'"),
        ("destination", "LFPG0110 LFPO LFPB LFPT", "format", "item 16"),
        ("cruise", "N450F350", "format", "'N450F350' is not a speed followed by a level"),
        ("cruise", "N0000F350", "format", "a cruising speed of zero"),
        ("cruise", "F350", "format", "not a speed followed by a level"),
        ("other", "DOF/261301", "time", "item 18: DOF/ is not one date"),
        ("other", "DOF/20260301", "time", "DOF/ is not one date"),
        ("other", "DOF/", "time", "DOF/ is not one date"),
        ("other", "DOF/260301 DOF/260302", "time", "DOF/ is not one date"),
        ("other", "DOF/260301 DLE/X", "format", "DLE/ is not a point and a delay"),
        ("other", "DOF/260301 DLE/BRAVO0099", "time", "0099 is no elapsed time"),
    ],
)
def test_a_wrong_field_is_refused_by_item(field: str, value: str, kind: str, says: str) -> None:
    found_kind, reason = only_refusal(fpl(**{field: value}))
    assert found_kind == kind
    assert says in reason


def test_a_missing_field_is_refused() -> None:
    assert "the FPL has 5 of the fields" in only_refusal("(FPL-SWR123-IS-A320/M-S/S-LSZH0800)")[1]
    assert only_refusal("(FPL-)")[0] == "format"


def test_the_same_date_written_twice_is_one_date() -> None:
    assert parse_other("DOF/260301 RMK/X DOF/260301").dof == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "cruise"),
    [
        ("N0450F350", Cruise(Speed("N", 450), Level("F", 350))),
        ("K0830S1130", Cruise(Speed("K", 830), Level("S", 1130))),
        ("M082F330", Cruise(Speed("M", 82), Level("F", 330))),
        ("M082M0840", Cruise(Speed("M", 82), Level("M", 840))),
        ("N0120A045", Cruise(Speed("N", 120), Level("A", 45))),
        ("K0200M0150", Cruise(Speed("K", 200), Level("M", 150))),
        ("N0090VFR", Cruise(Speed("N", 90), None)),
    ],
)
def test_speeds_and_levels_are_read_in_all_their_units(text: str, cruise: Cruise) -> None:
    assert parse_cruise(text) == cruise
    assert f"{cruise.speed}{cruise.level or 'VFR'}" == text


def test_each_level_has_its_datum_and_unit() -> None:
    flight, metric, feet, metres = (Level(u, 100).altitude() for u in ("F", "S", "A", "M"))
    assert (flight.datum, flight.value, flight.unit) == (Datum.PRESSURE, 10_000, Unit.FT)
    assert (metric.datum, metric.value, metric.unit) == (Datum.PRESSURE, 1_000, Unit.M)
    assert (feet.datum, feet.value, feet.unit, feet.setting_hpa) == (Datum.QNH, 10_000, Unit.FT, None)
    assert (metres.datum, metres.value, metres.unit, metres.setting_hpa) == (Datum.QNH, 1_000, Unit.M, None)


def test_each_speed_has_its_unit() -> None:
    assert Speed("N", 450).fastest_mps == pytest.approx(231.5, abs=0.01)
    assert Speed("K", 900).fastest_mps == pytest.approx(250.0)
    assert Speed("M", 100).fastest_mps == pytest.approx(340.3, abs=0.1)


def test_cruise_climbs_are_read() -> None:
    assert parse_climb("M082F290F350") == Climb(Speed("M", 82), Level("F", 290), Level("F", 350))
    assert parse_climb("N0450F290PLUS") == Climb(Speed("N", 450), Level("F", 290), None)


@pytest.mark.parametrize("text", ["M082F350F290", "M082F290S1130", "M082F290", "M082F290VFR", "F290F350", "M082PLUS"])
def test_a_cruise_climb_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        parse_climb(text)


def test_other_information_is_read_where_the_check_needs_it() -> None:
    other = parse_other(
        "PBN/A1B1 STS/MEDEVAC NONRVSM DOF/260301 EET/BRAVO0020 46N010W0130 LFFF0030 TYP/2F18 F16 DLE/BRAVO0030 "
        "OPR/SWISS AIR RESCUE RIF/DCT LSGG RMK/TARGET TOWING"
    )
    assert other == Other(
        dof=date(2026, 3, 1),
        elapsed=(("BRAVO", 20), ("46N010W", 90), ("LFFF", 30)),
        operator="SWISS AIR RESCUE",
        delays=(("BRAVO", 30),),
        nonrvsm=True,
        aircraft=3,
        rerouting=True,
    )
    assert parse_other("0") == parse_other("") == Other()


def test_the_places_of_dep_and_dest_are_read_in_every_form() -> None:
    def departure(text: str) -> object:
        return parse_other(f"DEP/{text} DOF/260301").departure

    assert departure("4620N00805E") == Coordinates("4620N00805E", 46 + 20 / 60, 8 + 5 / 60)
    assert departure("ALP MEADOW 462030N0080515E") == Coordinates("462030N0080515E", 46.341666666666669, 8.0875)
    assert departure("46N008E") == Coordinates("46N008E", 46.0, 8.0)
    assert departure("4620N 00805E HEATH") == Coordinates("4620N00805E", 46 + 20 / 60, 8 + 5 / 60)
    assert departure("DUB180040") == BearingDistance("DUB180040", Named("DUB"), 180, 40)
    assert departure("HEATH DUB180040") == BearingDistance("DUB180040", Named("DUB"), 180, 40)
    assert departure("ALPHA") == Named("ALPHA")
    assert departure("FARM OF SMITH") is None


def test_an_unreadable_eet_entry_is_counted_and_noted() -> None:
    assert parse_other("EET/BRAVO 0020 LFFF0099").unreadable_elapsed == 3
    reading = read(fpl(other="DOF/260301 EET/BRAVO0020 XX"))
    assert len(reading.plans) == 1
    assert any("could not be read" in note.text for note in reading.notes)


PERSONAL = ("SMITH", "JOHNSON", "41791234567", "791234567", "MUELLER", "EXAMPLE.ORG", "HBXYZ", "YELLOW", "SECRETARY")


@pytest.mark.parametrize(
    "text",
    [
        fpl(other="REG/HBXYZ DOF/260301 RMK/PIC JOHN SMITH TEL +41791234567"),
        fpl(other="DOF/260301 OPR/ALPINE AIR TEL 0041 79 123 45 67 MUELLER RMK/X"),
        fpl(other="DOF/260301 OPR/ALPINE AIR +41791234567 SECRETARY"),
        fpl(other="DOF/260301 OPR/ALPINE AIR CTC MUELLER"),
        fpl(other="DOF/260301 OPR/ALPINE AIR OPS@EXAMPLE.ORG"),
        fpl(other="DOF/260301 OPR/ALPINE AIR PIC/JOHN SMITH"),
        fpl(other="DOF/260301 OPR/ALPINE AIR -E/0430 P/002 R/VE S/M J/L D/2 8 C YELLOW A/YELLOW N/MUELLER C/SMITH"),
        fpl(other="DOF/260301 OPR/ALPINE AIR E/0430 P/002 R/VE C/SMITH"),
        fpl(other="DOF/260301 OPR/ALPINE AIR N/MUELLER C/SMITH"),
        fpl(other="DOF/260301 RMK/NON-STOP SMITH-JOHNSON"),
        fpl(other="DOF/260301 ORGN/EXAMPLE.ORG SMITH PER/C DEP/FARM OF SMITH"),
        fpl(other="DOF/260301\n-C/SMITH"),
        fpl(other="C/SMITH", destination="RMK/PIC SMITH"),
        fpl(other="DOF/260301", destination="C/SMITH"),
        fpl(other="DOF/260301", route="C/SMITH DCT"),
        fpl(other="DOF/260301", cruise="RMK/SMITH"),
        fpl(other="DOF/260301", equipment="OPR/SMITH"),
        fpl(other="DOF/2603 01 RMK/SMITH"),
        fpl(other="DOF/260301 DLE/SMITH 41791234567"),
        fpl(other="RMK/SMITH)")[:-1],
        fpl() + "\nCALL JOHN SMITH +41791234567\n",
        "(SPL-SWR123-LSZH0800-LFPG0110-REG/HBXYZ-E/0430 P/6 C/SMITH)",
        "(ALR-INCERFA/SMITH)",
        fpl() + "(CHG-SWR123-LSZH0800-LFPG-DOF/260301-18/OPR/ALPINE AIR RMK/SMITH-19/C/SMITH)",
        fpl() + "(CHG-SWR123-LSZH0800-LFPG-DOF/260301-18/DOF/SMITH)",
        fpl() + "(CNL-SWR123-LSZH0800-LFPG-DOF/260302 RMK/SMITH)",
        fpl() + "(ARR-SWR123-LSZH0800-ZZZZ0912 FARM OF SMITH)",
    ],
)
def test_personal_data_reaches_no_output_even_where_the_message_is_wrong(text: str) -> None:
    shown = everything_shown(read(text)).upper()
    assert [word for word in PERSONAL if word in shown] == []


def test_an_operator_is_kept_without_its_telephone_number() -> None:
    plan = only_plan(fpl(other="DOF/260301 OPR/ALPINE AIR TEL +41791234567 RMK/X"))
    assert plan.owner == "ALPINE AIR"


@pytest.mark.parametrize(
    "words", ["PRIVATE", "private", "PVT", "PRIVATE OWNER", "(OWNER)", "PRIVATE TEL 0791234567", "N/A"]
)
def test_an_operator_that_names_no_party_does_not_make_strangers_one_owner(words: str) -> None:
    plans = read(*(fpl(callsign=name, other=f"DOF/260301 OPR/{words}") for name in ("HBABC", "DEXYZ"))).plans
    assert [plan.owner for plan in plans] == ["HBABC", "DEXYZ"]


def test_a_date_after_supplementary_information_is_still_read() -> None:
    assert only_plan(fpl(other="RMK/NEW -A/C OLD DOF/260301")).id.endswith("-260301")
