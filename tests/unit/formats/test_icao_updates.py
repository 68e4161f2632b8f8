"""CHG, DLA, CNL, DEP and ARR: applied to their flight plan, or refused by name."""

from __future__ import annotations

from datetime import date

import pytest

from fpl_samples import fpl, only_plan, read
from sharedsky.airspace.time import NS_PER_MIN, format_instant, parse_instant
from sharedsky.formats.icao_fpl.book import MAX_FILINGS, MAX_NAMESAKES
from sharedsky.formats.reading import Reading
from sharedsky.plans.plan import Plan

DAY = date(2026, 3, 1)
FPL = fpl()


def ids(reading: Reading) -> list[str]:
    return [plan.id for plan in reading.plans]


def refusal(reading: Reading) -> str:
    assert len(reading.refusals) == 1, reading.refusals
    assert reading.refusals[0].kind == "message"
    assert reading.refusals[0].plan is not None
    return reading.refusals[0].reason


def ends(plan: Plan) -> tuple[str, str]:
    """Nominal departure and arrival."""
    times = plan.trajectories[0].time_ns
    return format_instant(int(times[0])), format_instant(int(times[-1]))


# CNL


def test_a_cancelled_plan_is_gone_and_it_is_noted() -> None:
    reading = read(FPL + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)")
    assert (reading.plans, reading.refusals) == ([], [])
    (note,) = reading.notes
    assert "cancelled by the CNL at 1.txt:6" in note.text
    assert (note.plan, note.source.line) == ("SWR123-LSZH-0800-LFPG-260301", 1)


def test_a_message_may_be_in_another_document_than_its_plan() -> None:
    assert ids(read(FPL, "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)")) == []


@pytest.mark.parametrize("field_18", ["-0", "", "-RMK/X"])
def test_a_message_without_a_date_is_about_the_only_flight_that_fits(field_18: str) -> None:
    assert ids(read(FPL, f"(CNL-SWR123-LSZH0800-LFPG{field_18})")) == []


@pytest.mark.parametrize(
    "message",
    [
        "(CNL-ABC123-LSZH0800-LFPG-DOF/260301)",
        "(CNL-SWR123-LSGG0800-LFPG-DOF/260301)",
        "(CNL-SWR123-LSZH0900-LFPG-DOF/260301)",
        "(CNL-SWR123-LSZH0800-LFPO-DOF/260301)",
        "(CNL-SWR123-LSZH0800-LFPG-DOF/260302)",
    ],
)
def test_a_cancellation_that_fits_no_plan_is_refused_by_name_and_cancels_nothing(message: str) -> None:
    reading = read(FPL + message)
    assert ids(reading) == ["SWR123-LSZH-0800-LFPG-260301"]
    reason = refusal(reading)
    callsign, departure, destination = message[5:11], message[12:16], message[21:25]
    assert f"CNL for {callsign} {departure}-{destination} names a plan that is not here" in reason


def test_a_refused_message_says_which_plan_came_near() -> None:
    reason = refusal(read(FPL + "(CNL-SWR123-LSZH0900-LFPG-DOF/260301)"))
    assert "SWR123-LSZH-0800-LFPG-260301 at 1.txt:1 does not match it" in reason


def test_a_message_before_its_plan_is_refused_and_the_plan_stands() -> None:
    reading = read("(CNL-SWR123-LSZH0800-LFPG-DOF/260301)", FPL)
    assert len(reading.plans) == 1
    assert "must follow its FPL" in refusal(reading)


def test_a_message_about_a_plan_that_was_refused_says_so() -> None:
    reading = read(fpl(aircraft="A320") + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)")
    assert [r.kind for r in reading.refusals] == ["format", "message"]
    assert "(an FPL of SWR123 at 1.txt:1 was refused)" in reading.refusals[1].reason


def test_a_plan_filed_again_after_its_cancellation_is_a_plan() -> None:
    assert len(read(FPL + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)" + FPL).plans) == 1


def test_a_second_cancellation_is_refused_and_says_where_the_first_was() -> None:
    cancel = "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)"
    assert "was cancelled at 1.txt:6" in refusal(read(FPL + cancel + cancel))


def test_a_cancelled_plan_is_not_refused_for_a_point_that_nobody_knows() -> None:
    assert read(fpl(route="DCT NOWHE DCT") + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)").refusals == []


def test_without_a_date_a_message_that_fits_several_days_is_refused() -> None:
    both = FPL + fpl(other="DOF/260302")
    reading = read(both + "(CNL-SWR123-LSZH0800-LFPG-0)")
    assert len(reading.plans) == 2
    both_ids = "SWR123-LSZH-0800-LFPG-260301, SWR123-LSZH-0800-LFPG-260302"
    assert f"may be about several flights ({both_ids})" in refusal(reading)
    assert ids(read(both + "(CNL-SWR123-LSZH0800-LFPG-DOF/260302)")) == ["SWR123-LSZH-0800-LFPG-260301"]


def test_with_a_default_date_a_message_without_one_is_about_that_day() -> None:
    reading = read(fpl(other="0") + "(CNL-SWR123-LSZH0800-LFPG-0)", day=DAY)
    assert (reading.plans, reading.refusals) == ([], [])
    other_day = read(FPL + "(CNL-SWR123-LSZH0800-LFPG-0)", day=date(2026, 3, 2))
    assert len(other_day.plans) == 1
    assert "is not here" in refusal(other_day)


def test_a_cancellation_takes_every_copy_of_its_plan() -> None:
    assert read(FPL + fpl(route="DCT LN DCT") + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)").plans == []


def test_the_same_plan_twice_with_different_content_is_two_plans_of_one_identity() -> None:
    reading = read(FPL + fpl(route="DCT LN DCT"))
    assert ids(reading) == ["SWR123-LSZH-0800-LFPG-260301"] * 2
    assert reading.plans[0].digest != reading.plans[1].digest
    same = [read(FPL).plans[0].digest for _ in range(2)]
    assert same[0] == same[1] != ""


# DLA


def test_a_delay_moves_the_flight_and_its_identity() -> None:
    plan = only_plan(FPL + "(DLA-SWR123-LSZH0930-LFPG-DOF/260301)")
    assert plan.id == "SWR123-LSZH-0930-LFPG-260301"
    assert ends(plan) == ("2026-03-01T09:40:00Z", "2026-03-01T10:50:00Z")


def test_after_a_delay_messages_name_the_new_time() -> None:
    delayed = FPL + "(DLA-SWR123-LSZH0930-LFPG-DOF/260301)"
    assert ids(read(delayed + "(CNL-SWR123-LSZH0930-LFPG-DOF/260301)")) == []
    assert len(read(delayed + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)").plans) == 1
    twice = read(delayed + "(DLA-SWR123-LSZH1000-LFPG-DOF/260301)")
    assert ids(twice) == ["SWR123-LSZH-1000-LFPG-260301"]


@pytest.mark.parametrize("dof", ["260301", "260302"])
def test_a_delay_past_midnight_is_on_the_next_day(dof: str) -> None:
    late = fpl(departure="LSZH2330")
    plan = only_plan(late + f"(DLA-SWR123-LSZH0045-LFPG-DOF/{dof})")
    assert plan.id == "SWR123-LSZH-0045-LFPG-260302"
    assert ends(plan)[0] == "2026-03-02T00:55:00Z"


@pytest.mark.parametrize("dof", ["260301", "260302"])
def test_after_a_delay_past_midnight_both_days_are_its_date_of_flight(dof: str) -> None:
    delayed = fpl(departure="LSZH2330") + "(DLA-SWR123-LSZH0045-LFPG-DOF/260301)"
    assert ids(read(delayed + f"(CNL-SWR123-LSZH0045-LFPG-DOF/{dof})")) == []


def test_a_delay_to_an_earlier_time_is_refused() -> None:
    reading = read(FPL + "(DLA-SWR123-LSZH0700-LFPG-DOF/260301)")
    assert "off-block time before the one that the flight had" in refusal(reading)
    assert ids(reading) == ["SWR123-LSZH-0800-LFPG-260301"]


# DEP


def test_a_departure_fixes_the_time_and_the_span_grows_from_there() -> None:
    plan = only_plan(FPL + "(DEP-SWR123-LSZH0817-LFPG-DOF/260301)")
    found = plan.trajectories[0]
    left = parse_instant("2026-03-01T08:17:00Z").ns
    assert int(found.time_ns[0]) == left
    assert int(found.early_ns[0]) == left - NS_PER_MIN
    assert int(found.late_ns[0]) == left + NS_PER_MIN
    assert int(found.late_ns[-1] - found.time_ns[-1]) == round((1 + 0.03 * 70) * NS_PER_MIN)
    assert plan.id == "SWR123-LSZH-0800-LFPG-260301"


def test_a_departure_after_midnight_is_on_the_next_day() -> None:
    plan = only_plan(fpl(departure="LSZH2350") + "(DEP-SWR123-LSZH0010-LFPG-DOF/260301)")
    assert ends(plan)[0] == "2026-03-02T00:10:00Z"


def test_a_departure_before_its_time_is_on_the_day_before_where_that_is_near() -> None:
    plan = only_plan(fpl(departure="LSZH0010") + "(DEP-SWR123-LSZH2355-LFPG-DOF/260301)")
    assert ends(plan)[0] == "2026-02-28T23:55:00Z"


@pytest.mark.parametrize("time", ["0650", "2100"])
def test_a_departure_far_from_its_time_is_refused(time: str) -> None:
    reading = read(FPL + f"(DEP-SWR123-LSZH{time}-LFPG-DOF/260301)")
    assert "gives a departure more than an hour before" in refusal(reading)
    assert ends(reading.plans[0])[0] == "2026-03-01T08:10:00Z"


@pytest.mark.parametrize("message", ["CNL-SWR123-LSZH0800", "DLA-SWR123-LSZH0900", "DEP-SWR123-LSZH0820"])
def test_what_comes_too_late_after_a_departure_is_refused(message: str) -> None:
    reading = read(FPL + "(DEP-SWR123-LSZH0817-LFPG-DOF/260301)" + f"({message}-LFPG-DOF/260301)")
    assert "has departed already" in refusal(reading)
    assert ends(reading.plans[0])[0] == "2026-03-01T08:17:00Z"


# ARR


def test_an_arrival_closes_the_flight_at_its_time() -> None:
    plan = only_plan(FPL + "(DEP-SWR123-LSZH0817-LFPG-DOF/260301)(ARR-SWR123-LSZH0800-LFPG0925)")
    found = plan.trajectories[0]
    assert ends(plan) == ("2026-03-01T08:17:00Z", "2026-03-01T09:25:00Z")
    assert int(found.late_ns[-1] - found.time_ns[-1]) == NS_PER_MIN
    assert int(found.time_ns[-1] - found.early_ns[-1]) == NS_PER_MIN


@pytest.mark.parametrize("form", ["(ARR-SWR123-LSZH-LFPG0925)", "(ARR-SWR123-LSZH0800-LFPG0925-DOF/260301)"])
def test_an_arrival_may_leave_out_the_departure_time_or_add_the_date(form: str) -> None:
    assert ends(only_plan(FPL + form))[1] == "2026-03-01T09:25:00Z"


def test_an_arrival_alone_chooses_the_departure_within_its_span() -> None:
    plan = only_plan(FPL + "(ARR-SWR123-LSZH-LFPG0927)")
    assert ends(plan) == ("2026-03-01T08:17:00Z", "2026-03-01T09:27:00Z")
    assert ends(only_plan(FPL + "(ARR-SWR123-LSZH-LFPG0955)"))[0] == "2026-03-01T08:25:00Z"


def test_an_arrival_after_midnight_is_on_the_next_day() -> None:
    plan = only_plan(fpl(departure="LSZH2330") + "(ARR-SWR123-LSZH-LFPG0051)")
    assert ends(plan)[1] == "2026-03-02T00:51:00Z"


@pytest.mark.parametrize("message", ["(ARR-SWR123-LSZH-LFPO0925)", "(ARR-SWR123-LSZH0800-LFPG-LFPO0925)"])
def test_an_arrival_elsewhere_is_refused_since_the_way_there_is_not_known(message: str) -> None:
    reading = read(FPL + message)
    assert "landed at LFPO" in refusal(reading)
    assert len(reading.plans) == 1


@pytest.mark.parametrize("time", ["0804", "1700"])
def test_an_arrival_far_from_the_forecast_is_refused(time: str) -> None:
    assert "far from the forecast" in refusal(read(FPL + f"(ARR-SWR123-LSZH-LFPG{time})"))


def test_a_second_arrival_is_refused() -> None:
    assert "has landed already" in refusal(read(FPL + "(ARR-SWR123-LSZH-LFPG0925)" * 2))


# CHG


@pytest.mark.parametrize(
    ("amendment", "changed"),
    [
        ("-7/SWR124", fpl(callsign="SWR124")),
        ("-8/V", fpl(rules="V")),
        ("-9/2A320/M", fpl(aircraft="2A320/M")),
        ("-10/SDE2FGHIRY/LB1", fpl(equipment="SDE2FGHIRY/LB1")),
        ("-13/LSZH0930", fpl(departure="LSZH0930")),
        ("-13/LSGG0930", fpl(departure="LSGG0930")),
        ("-15/N0430F310 DCT LN DCT", fpl(cruise="N0430F310", route="DCT LN DCT")),
        ("-16/LFPO0115 LFPB", fpl(destination="LFPO0115 LFPB")),
        ("-18/STS/NONRVSM DOF/260302", fpl(other="STS/NONRVSM DOF/260302")),
        ("-18/OPR/ALPINE AIR", fpl(other="OPR/ALPINE AIR DOF/260301")),
        ("-18/RMK/NON-STOP OPR/ALPINE AIR", fpl(other="OPR/ALPINE AIR DOF/260301")),
        ("-8/V-15/N0430F310 DCT LN DCT", fpl(rules="V", cruise="N0430F310", route="DCT LN DCT")),
    ],
)
def test_a_change_gives_the_plan_that_would_have_been_filed(amendment: str, changed: str) -> None:
    plan, expected = only_plan(FPL + f"(CHG-SWR123-LSZH0800-LFPG-DOF/260301{amendment})"), only_plan(changed)
    assert (plan.id, plan.owner, plan.rvsm) == (expected.id, expected.owner, expected.rvsm)
    assert plan.digest == expected.digest


def test_a_change_without_a_date_field_is_read() -> None:
    plan = only_plan(FPL + "(CHG-SWR123-LSZH0800-LFPG-16/LFPG0120)")
    assert plan.digest == only_plan(fpl(destination="LFPG0120")).digest


def test_messages_after_a_change_of_call_sign_name_the_new_one() -> None:
    changed = FPL + "(CHG-SWR123-LSZH0800-LFPG-DOF/260301-7/SWR124)"
    assert read(changed + "(CNL-SWR124-LSZH0800-LFPG-DOF/260301)").plans == []
    assert len(read(changed + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)").plans) == 1


@pytest.mark.parametrize(
    ("amendment", "kind", "says"),
    [
        ("-15/N0430F310 DCT L!N DCT", "format", "is not an element of a route"),
        ("-13/LSZH2500", "time", "2500 is no time of day"),
        ("-13/LSZH", "format", "item 13 has no time"),
        ("-14/ENO/0145F290A090F", "format", "the CHG amends item 14"),
        ("-18/DOF/991399", "time", "DOF/ is not one date"),
        ("-13/LSZH2330", "message", "does not say to which day"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused_and_the_plan_stands(amendment: str, kind: str, says: str) -> None:
    reading = read(FPL + f"(CHG-SWR123-LSZH0800-LFPG-DOF/260301-8/V{amendment})")
    assert [(r.kind, r.plan) for r in reading.refusals] == [(kind, "SWR123")]
    assert says in reading.refusals[0].reason
    assert "CHG for SWR123 LSZH-LFPG" in reading.refusals[0].reason
    assert "the plan stands" in reading.refusals[0].reason
    assert reading.plans[0].digest == only_plan(FPL).digest


def test_a_change_over_midnight_with_its_day_is_applied() -> None:
    late = fpl(departure="LSZH2330")
    plan = only_plan(late + "(CHG-SWR123-LSZH2330-LFPG-DOF/260301-13/LSZH0030-18/DOF/260302)")
    assert plan.id == "SWR123-LSZH-0030-LFPG-260302"


@pytest.mark.parametrize(
    "message",
    [
        "(CHG-SWR123)", "(CHG-SWR123-LSZH0800-LFPG-DOF/260301)", "(CHG-SWR123-LSZH0800-LFPG-DOF/260301-15/X-Y)",
        "(DLA-SWR123-LSZH-LFPG-0)", "(CNL-SWR123-LSZH0800)", "(DEP-SWR123)", "(ARR-SWR123-LSZH)",
        "(ARR-SWR123-LSZH-LFPG)", "(ARR-SWR123-LSZH-A-B-C-LFPG0900)", "(CNL-)", "(CNL-SWR123-LSZH0860-LFPG-0)",
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_refused_and_changes_nothing(message: str) -> None:
    reading = read(FPL + message)
    assert len(reading.refusals) == 1
    assert reading.refusals[0].source.line == 6
    assert [plan.digest for plan in reading.plans] == [only_plan(FPL).digest]


def test_a_plan_without_any_date_is_refused_once_though_messages_apply_to_it() -> None:
    updates = "(DLA-SWR123-LSZH0930-LFPG-0)(DEP-SWR123-LSZH0940-LFPG-0)(ARR-SWR123-LSZH-LFPG1050)"
    reading = read(fpl(other="0") + updates)
    assert [r.kind for r in reading.refusals] == ["no-date"]


# Many of one name


def test_the_same_plan_again_counts_once_and_a_message_still_finds_it() -> None:
    reading = read(FPL + FPL + "(DLA-SWR123-LSZH0900-LFPG-DOF/260301)" + FPL)
    assert ids(reading) == ["SWR123-LSZH-0900-LFPG-260301", "SWR123-LSZH-0800-LFPG-260301"]
    assert [note.text for note in reading.notes] == ["this plan is the same as in 1.txt:1; it counts once."]


def test_a_plan_that_was_cancelled_and_is_filed_again_counts() -> None:
    reading = read(FPL + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)" + FPL)
    assert ids(reading) == ["SWR123-LSZH-0800-LFPG-260301"]
    assert reading.refusals == []


def test_a_flight_filed_too_often_with_other_contents_is_refused_from_there_on() -> None:
    plans = [fpl(cruise=f"N0450F{level}") for level in range(200, 200 + MAX_FILINGS + 1)]
    reading = read("".join(plans))
    assert f"was filed {MAX_FILINGS} times before" in refusal(reading)
    assert len(reading.plans) == MAX_FILINGS


def test_a_message_among_too_many_flights_of_one_call_sign_is_refused_and_changes_nothing() -> None:
    times = [f"{k // 60:02d}{k % 60:02d}" for k in range(MAX_NAMESAKES + 1)]
    reading = read("".join(fpl(departure=f"LSZH{time}") for time in times) + "(CNL-SWR123-LSZH0000-LFPG-DOF/260301)")
    assert f"any of {MAX_NAMESAKES + 1} flights of this call sign from LSZH" in refusal(reading)
    assert len(reading.plans) == MAX_NAMESAKES + 1


def test_a_message_finds_a_flight_whose_call_sign_was_changed_and_not_the_old_one() -> None:
    change = "(CHG-SWR123-LSZH0800-LFPG-DOF/260301-7/SWR456)"
    reading = read(FPL + change + "(CNL-SWR456-LSZH0800-LFPG-DOF/260301)")
    assert (ids(reading), reading.refusals) == ([], [])
    reading = read(FPL + change + "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)")
    assert ids(reading) == ["SWR456-LSZH-0800-LFPG-260301"]
    assert "names a plan that is not here" in refusal(reading)
