"""What the reader of flight plans gives: identity, owner, approval, dates, assumptions, refusals."""

from __future__ import annotations

from datetime import date

import pytest

from fpl_samples import fpl, only_plan, only_refusal, read
from sharedsky.formats import icao_fpl
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import ForecastOptions, Reading

DAY = date(2026, 3, 1)


def test_a_plan_has_its_identity_source_label_and_aerodromes() -> None:
    plan = only_plan("\n" + fpl())
    assert plan.id == "SWR123-LSZH-0800-LFPG-260301"
    assert str(plan.source) == "1.txt:2"
    assert (plan.format, plan.label, plan.forecast) == (icao_fpl.NAME, "SWR123", True) == ("fpl", "SWR123", True)
    assert [a.ident for a in plan.aerodromes] == ["LSZH", "LFPG"]
    assert plan.volumes == ()
    assert plan.version is None


@pytest.mark.parametrize(
    ("callsign", "other", "owner"),
    [
        ("SWR123", "DOF/260301 OPR/ALPINE AIR RMK/X", "ALPINE AIR"),
        ("SWR123", "DOF/260301", "SWR"),
        ("RCH4A", "DOF/260301", "RCH"),
        ("HBABC", "DOF/260301", "HBABC"),
        ("N123AB", "DOF/260301", "N123AB"),
        ("VIPER1", "DOF/260301", "VIPER1"),
        ("SWR123", "DOF/260301 OPR/", "SWR"),
    ],
)
def test_the_owner_is_the_operator_or_its_designator_or_the_call_sign(callsign: str, other: str, owner: str) -> None:
    assert only_plan(fpl(callsign=callsign, other=other)).owner == owner


@pytest.mark.parametrize(
    ("fields", "approved"),
    [
        ({"equipment": "SDFGRWY/S"}, True),
        ({"equipment": "SDFGRY/S"}, False),
        ({"equipment": "SDFGRWY/S", "other": "STS/NONRVSM DOF/260301"}, False),
        ({"equipment": "SDFGRWY/S", "other": "STS/MEDEVAC NONRVSM DOF/260301"}, False),
        ({"equipment": "SDFGRWY/S", "aircraft": "2F18/M"}, False),
        ({"equipment": "SDFGRWY/S", "aircraft": "1A320/M"}, True),
        ({"equipment": "SDFGRWY/S", "aircraft": "ZZZZ/M", "other": "TYP/2F18 DOF/260301"}, False),
        ({"equipment": "SDFGRY/SW"}, False),
    ],
)
def test_approval_for_reduced_separation_is_item_10_w_less_what_forbids_it(
    fields: dict[str, str], approved: bool
) -> None:
    assert only_plan(fpl(**fields)).rvsm is approved


def test_a_plan_without_a_date_is_refused_and_says_what_to_do() -> None:
    kind, reason = only_refusal(fpl(other="0"))
    assert kind == "no-date"
    assert "--date" in reason
    assert "DOF/" in reason


def test_a_plan_without_a_date_takes_the_one_given_and_the_result_says_so() -> None:
    reading = read(fpl(other="RMK/X"), day=DAY)
    assert reading.plans[0].id == "SWR123-LSZH-0800-LFPG-260301"
    assert "Flight plans without DOF/ are taken to be of 2026-03-01 (UTC)." in reading.assumptions


def test_a_date_of_flight_is_stronger_than_the_date_given() -> None:
    reading = read(fpl(), day=date(2027, 1, 1))
    assert reading.plans[0].id.endswith("-260301")
    assert not any("without DOF" in text for text in reading.assumptions)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_date_beyond_what_can_be_held_is_refused(day: date) -> None:
    assert only_refusal(fpl(other="0"), day=day)[0] == "time"


def test_the_assumptions_name_every_value_that_was_used() -> None:
    options = ForecastOptions(taxi_min=7, early_min=3, late_min=11, growth=0.05, lateral_nm=4, level_min=13)
    text = " ".join(read(fpl(), forecast=options).assumptions)
    for value in ("7 min after off-block", "3 min earlier", "11 min later", "5 % of elapsed", "4 NM beside", "13 min"):
        assert value in text


def test_magnetic_bearings_are_an_assumption_that_names_the_model() -> None:
    reading = read(fpl(route="DCT LN180020 DCT"))
    assert "Bearings in flight plans are magnetic (WMM2025)." in reading.assumptions


def test_without_plans_nothing_is_assumed() -> None:
    assert read("").assumptions == []
    assert read(fpl(other="0")).assumptions == []


def test_what_is_wrong_with_one_plan_leaves_the_others() -> None:
    reading = read(fpl("AAA1"), fpl("BBB2", route="DCT NOWHE DCT"), fpl("CCC3", departure="LSZH2500"), fpl("DDD4"))
    assert [plan.label for plan in reading.plans] == ["AAA1", "DDD4"]
    assert [(r.kind, r.plan, str(r.source)) for r in reading.refusals] == [
        ("time", "CCC3", "3.txt:1"),
        ("unknown-point", "BBB2-LSZH-0800-LFPG-260301", "2.txt:1"),
    ]


def test_a_wrong_table_is_refused_by_its_own_file_and_line() -> None:
    reading = read(fpl(route="DCT LFSB DCT"), fixes="ident,lat,lng\nALPHA,x,2\n")
    assert len(reading.plans) == 1
    assert [str(r.source) for r in reading.refusals] == ["fixes.csv:2"]


def test_too_many_plans_are_refused_and_the_limit_is_named() -> None:
    reading = read(fpl("AAA1") + fpl("AAA2"), limits=Limits(max_plans=1))
    assert len(reading.plans) == 1
    assert (reading.refusals[0].kind, "max-plans = 1" in reading.refusals[0].reason) == ("limit", True)


def test_too_long_an_operator_is_refused_and_the_limit_is_named() -> None:
    reading = read(fpl(other="DOF/260301 OPR/" + "A" * 50), limits=Limits(max_string=40))
    assert (reading.refusals[0].kind, "max-string = 40" in reading.refusals[0].reason) == ("limit", True)


def test_no_documents_give_an_empty_reading() -> None:
    assert read() == Reading()


def test_how_to_supply_points_speaks_of_one_or_of_several() -> None:
    assert "route or procedure. Supply it with --fixes" in only_refusal(fpl(route="DCT NOWHE DCT"))[1]
    _, several = only_refusal(fpl(route="DCT NOWHE DCT NEVER DCT"))
    assert "NOWHE, NEVER are not known. Supply them with --fixes" in several
