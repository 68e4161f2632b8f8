"""F3548-21 operational intents and constraints, read: what counts, what is refused, and that the rest goes on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from format_samples import (
    Json,
    altitude,
    changed,
    circle_outline,
    constraint,
    document,
    intent,
    only_refusal,
    polygon_outline,
    read,
    time,
    volume,
)
from sharedsky.airspace.altitude import wgs84_m
from sharedsky.airspace.footprint import Circle, Polygon
from sharedsky.airspace.time import MAX_NS, MIN_NS, parse_instant
from sharedsky.formats import f3548
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import ReadOptions
from sharedsky.plans.plan import ZoneKind

VOLUME = "/operational_intents/0/details/volumes/0"


def listed(*intents: Any, constraints: tuple[Any, ...] = ()) -> Json:
    return {"operational_intents": list(intents), "constraints": list(constraints)}


def test_an_intent_becomes_a_plan_with_its_reference_as_identity() -> None:
    plan = read(f3548, intent()).plans[0]
    assert (plan.id, plan.owner, plan.version) == ("00000001-6482-4d1b-a474-16847e01af1e", "uss1", 1)
    assert (plan.state, plan.format, plan.rvsm, plan.forecast) == ("Accepted", "f3548", None, False)
    assert (plan.source.file, plan.source.pointer) == ("file.json", "")


def test_a_volume_keeps_its_outline_levels_and_times() -> None:
    kept = read(f3548, intent()).plans[0].volumes[0]
    assert isinstance(kept.footprint, Polygon)
    assert np.array_equal(kept.footprint.exterior, [[45.0, 6.0], [45.0, 6.1], [45.1, 6.1], [45.1, 6.0]])
    assert (kept.lower, kept.upper) == (wgs84_m(100.0), wgs84_m(200.5))
    assert kept.window.start_ns == parse_instant("2026-03-01T10:00:00Z").ns
    assert kept.window.end_ns == parse_instant("2026-03-01T11:00:00Z").ns


def test_a_circle_keeps_its_centre_and_radius() -> None:
    kept = read(f3548, intent(volumes=[volume(circle_outline(300.183))])).plans[0].volumes[0]
    assert kept.footprint == Circle(45.0, 6.0, 300.183)


@pytest.mark.parametrize(
    ("value", "pointers"),
    [
        (intent(), [""]),
        ({"operational_intent": intent()}, ["/operational_intent"]),
        ([intent(1), intent(2)], ["/0", "/1"]),
        ([{"operational_intent": intent()}], ["/0/operational_intent"]),
        ({"operational_intents": [intent(1), intent(2)]}, ["/operational_intents/0", "/operational_intents/1"]),
        ({"operational_intents": [{"operational_intent": intent()}]}, ["/operational_intents/0/operational_intent"]),
        ({"operational_intent_id": "x", "operational_intent": intent(), "subscriptions": []}, ["/operational_intent"]),
    ],
)
def test_every_form_that_holds_intents_is_read(value: Any, pointers: list[str]) -> None:
    reading = read(f3548, value)
    assert [plan.source.pointer for plan in reading.plans] == pointers
    assert not reading.refusals
    assert f3548.sniff(document(value))


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"constraint": constraint()}, "/constraint"),
        ({"constraints": [constraint()]}, "/constraints/0"),
        ([constraint(type="com.example.crane")], "/0"),
        ({"constraint_id": "x", "constraint": constraint()}, "/constraint"),
    ],
)
def test_every_form_that_holds_constraints_is_read(value: Any, pointer: str) -> None:
    reading = read(f3548, value)
    assert not reading.plans
    assert not reading.refusals
    assert [zone.source.pointer for zone in reading.zones] == [pointer]
    assert f3548.sniff(document(value))


def test_intents_and_constraints_of_one_file_are_read_together() -> None:
    reading = read(f3548, listed(intent(1), constraints=(constraint(2),)))
    assert (len(reading.plans), len(reading.zones)) == (1, 1)


def test_off_nominal_volumes_count_like_the_others_and_none_are_merged() -> None:
    plan = read(f3548, intent(volumes=[volume(), volume()], off_nominal_volumes=[volume(circle_outline())])).plans[0]
    assert len(plan.volumes) == 3
    assert plan.off_nominal == 1
    assert isinstance(plan.volumes[-1].footprint, Circle)


@pytest.mark.parametrize("absent", [..., None])
def test_a_missing_floor_is_the_ground_and_a_missing_ceiling_unlimited_and_both_are_noted(absent: Any) -> None:
    value = changed(listed(intent()), f"{VOLUME}/volume/altitude_lower", absent)
    reading = read(f3548, changed(value, f"{VOLUME}/volume/altitude_upper", absent))
    kept = reading.plans[0].volumes[0]
    assert (kept.lower, kept.upper) == (None, None)
    assert {"altitude_lower" in note.text for note in reading.notes} == {True, False}
    assert len(reading.notes) == 2


@pytest.mark.parametrize("absent", [..., None])
def test_missing_times_are_open_and_noted(absent: Any) -> None:
    value = changed(listed(intent()), f"{VOLUME}/time_start", absent)
    reading = read(f3548, changed(value, f"{VOLUME}/time_end", absent))
    window = reading.plans[0].volumes[0].window
    assert (window.start_ns, window.end_ns) == (MIN_NS, MAX_NS)
    assert len(reading.notes) == 2


def test_times_finer_than_a_nanosecond_round_outward() -> None:
    value = changed(listed(intent()), f"{VOLUME}/time_start", time("2026-03-01T10:00:00.1234567891Z"))
    value = changed(value, f"{VOLUME}/time_end", time("2026-03-01T11:00:00.1234567891Z"))
    window = read(f3548, value).plans[0].volumes[0].window
    assert (window.start_ns % 10**9, window.end_ns % 10**9) == (123456789, 123456790)


def test_a_leap_second_is_the_next_second_and_is_noted() -> None:
    reading = read(f3548, changed(listed(intent()), f"{VOLUME}/time_end", time("2026-03-01T23:59:60Z")))
    assert reading.plans[0].volumes[0].window.end_ns == parse_instant("2026-03-02T00:00:00Z").ns
    assert ":60" in reading.notes[0].text


@pytest.mark.parametrize(
    ("details", "kind"),
    [
        ({}, ZoneKind.RESERVED),
        ({"type": "com.example.non_utm_aircraft_operations"}, ZoneKind.RESERVED),
        ({"type": "sharedsky.danger"}, ZoneKind.DANGER),
        ({"type": "sharedsky.nonsense"}, ZoneKind.RESERVED),
        ({"geozone": {"restriction": "PROHIBITED"}}, ZoneKind.PROHIBITED),
        ({"geozone": {"restriction": "REQ_AUTHORISATION"}}, ZoneKind.RESTRICTED),
        ({"geozone": {"restriction": "CONDITIONAL"}}, ZoneKind.RESTRICTED),
        ({"geozone": {"restriction": "NO_RESTRICTION"}}, ZoneKind.NO_RESTRICTION),
        ({"geozone": {"restriction": "SOMETHING", "type": "PROHIBITED"}}, ZoneKind.PROHIBITED),
        ({"geozone": {"restriction": "NO_RESTRICTION", "type": "CONDITIONAL"}}, ZoneKind.RESTRICTED),
        ({"geozone": {"restriction": "NO_RESTRICTION"}, "type": "sharedsky.protected"}, ZoneKind.PROTECTED),
    ],
)
def test_the_kind_of_a_zone_is_the_strictest_that_the_constraint_says(details: Json, kind: ZoneKind) -> None:
    assert read(f3548, {"constraint": constraint(**details)}).zones[0].kind is kind


def test_a_zone_is_called_as_its_geo_zone_is() -> None:
    named = {"geozone": {"name": "Old Harbour", "country": "CHE", "identifier": "ZRH01"}}
    assert read(f3548, {"constraint": constraint(**named)}).zones[0].name == "Old Harbour"
    del named["geozone"]["name"]
    assert read(f3548, {"constraint": constraint(**named)}).zones[0].name == "CHE ZRH01"


def test_something_that_could_be_either_is_read_as_an_intent_and_says_so() -> None:
    reading = read(f3548, [constraint()])
    assert len(reading.plans) == 1
    assert "intent or a constraint" in reading.notes[0].text


def test_a_missing_manager_is_an_unknown_owner_and_is_noted() -> None:
    for manager in (..., None, ""):
        reading = read(f3548, changed(intent(), "/reference/manager", manager))
        assert reading.plans[0].owner is None
        assert "owner is unknown" in reading.notes[0].text


def test_a_state_of_another_standard_is_kept_and_noted() -> None:
    reading = read(f3548, changed(intent(), "/reference/state", "Ended"))
    assert reading.plans[0].state == "Ended"
    assert "'Ended'" in reading.notes[0].text


def test_members_that_are_not_known_are_ignored() -> None:
    value = changed(listed(intent()), f"{VOLUME}/volume/remark", {"anything": [1, {"at": "all"}]})
    reading = read(f3548, {**value, "more": 1})
    assert len(reading.plans) == 1
    assert not reading.refusals


@pytest.mark.parametrize(
    ("pointer", "new", "kind", "says"),
    [
        (
            "/volume/outline_polygon/vertices/1/lat",
            "45.1",
            "format",
            "vertices/1/lat: a number is expected, found the string",
        ),
        ("/volume/outline_polygon/vertices/1/lat", True, "format", "found true"),
        ("/volume/outline_polygon/vertices/1/lng", None, "format", "found null"),
        ("/volume/outline_polygon/vertices/1/lng", ..., "format", "'lng' is missing"),
        ("/volume/outline_polygon/vertices/1", [45, 6], "format", "an object is expected"),
        ("/volume/outline_polygon/vertices/1/lat", 91, "geometry", "not on the globe"),
        ("/volume/outline_polygon/vertices/1/lng", -180.5, "geometry", "not on the globe"),
        ("/volume/outline_polygon/vertices/1/lat", 10**400, "format", "out of range"),
        ("/volume/outline_polygon/vertices/2", {"lat": 45.0, "lng": 6.05}, "geometry", "not a simple area"),
        ("/volume/outline_polygon/vertices", [{"lat": 45, "lng": 6}], "geometry", "at least three"),
        ("/volume/outline_polygon/vertices", {}, "format", "a list is expected"),
        ("/volume/outline_polygon", ..., "geometry", "no outline"),
        ("/volume/outline_polygon", None, "geometry", "no outline"),
        ("/volume/outline_circle", circle_outline()["outline_circle"], "geometry", "exactly one outline"),
        ("/volume/altitude_lower/reference", "SFC", "level", "'SFC'"),
        ("/volume/altitude_lower/reference", ..., "format", "'reference' is missing"),
        ("/volume/altitude_lower/units", "FT", "level", "'FT'"),
        ("/volume/altitude_lower/units", ..., "format", "'units' is missing"),
        ("/volume/altitude_lower/value", "100", "format", "found the string '100'"),
        ("/volume/altitude_lower/value", False, "format", "found false"),
        ("/volume/altitude_lower/value", ..., "format", "a number is expected"),
        ("/volume/altitude_lower/value", -8000.5, "level", "bounds"),
        ("/volume/altitude_upper/value", 100_001, "level", "bounds"),
        ("/volume/altitude_upper/value", 99, "level", "above the ceiling"),
        ("/volume", ..., "format", "'volume' is missing"),
        ("/volume", [], "format", "an object is expected"),
        ("/time_start/value", "2026-03-01T10:00:00", "time", "not an RFC 3339 time with a zone"),
        ("/time_start/value", "2026-02-30T10:00:00Z", "time", "no time that exists"),
        ("/time_start/value", 1772359200, "format", "a string is expected"),
        ("/time_start/format", "ISO8601", "time", "'ISO8601'"),
        ("/time_start", "2026-03-01T10:00:00Z", "format", "an object is expected"),
        ("/time_end/value", "2026-03-01T09:00:00Z", "time", "before the start"),
        ("/time_end/value", "2300-03-01T09:00:00Z", "time", "outside the years"),
    ],
)
def test_a_volume_that_cannot_be_read_is_refused_by_name_and_the_others_of_its_plan_are_checked(
    pointer: str, new: Any, kind: str, says: str
) -> None:
    value = changed(listed(intent(1, volumes=[volume(), volume()]), intent(2)), VOLUME + pointer, new)
    reading = read(f3548, value)
    refusal = only_refusal(reading)
    assert (refusal.kind, refusal.plan) == (kind, "00000001-6482-4d1b-a474-16847e01af1e")
    assert says in refusal.reason
    assert "This volume is not checked; the other 1 of the plan is." in refusal.reason
    assert (refusal.source.pointer or "").startswith(VOLUME)
    assert [len(plan.volumes) for plan in reading.plans] == [1, 1]


@pytest.mark.parametrize(
    ("pointer", "new", "says"),
    [
        ("/radius/units", "FT", "'FT'"),
        ("/radius/units", ..., "'units' is missing"),
        ("/radius/value", 0, "out of range"),
        ("/radius/value", -1, "out of range"),
        ("/radius/value", 6_000_000, "out of range"),
        ("/radius/value", "300", "found the string"),
        ("/radius", ..., "'radius' is missing"),
        ("/center", ..., "'center' is missing"),
        ("/center/lat", 90.5, "not on the globe"),
        ("/center/lat", "45", "found the string"),
    ],
)
def test_a_circle_that_is_none_is_refused(pointer: str, new: Any, says: str) -> None:
    value = changed(listed(intent(volumes=[volume(circle_outline())])), f"{VOLUME}/volume/outline_circle{pointer}", new)
    reading = read(f3548, value)
    assert says in only_refusal(reading).reason
    assert not reading.plans


def test_a_plan_of_which_no_volume_can_be_read_is_not_a_plan_and_says_so() -> None:
    reading = read(f3548, changed(listed(intent()), f"{VOLUME}/volume", ...))
    assert not reading.plans
    assert "nor is the plan" in only_refusal(reading).reason


def test_a_plan_without_volumes_is_refused() -> None:
    reading = read(f3548, intent(volumes=[]))
    assert not reading.plans
    assert "has no volumes" in only_refusal(reading).reason


@pytest.mark.parametrize(
    ("pointer", "new", "says"),
    [
        ("/reference/id", ..., "'id' is missing"),
        ("/reference/id", "", "the id is empty"),
        ("/reference/id", 5, "a string is expected"),
        ("/reference/manager", 5, "a string is expected"),
        ("/reference/version", "1", "a whole number"),
        ("/reference/version", 1.0, "a whole number"),
        ("/reference/state", 2, "a string is expected"),
        ("/reference", [], "an object is expected"),
        ("/reference", ..., "reference is missing"),
        ("/details", ..., "'details' is missing"),
        ("/details", "x", "an object is expected"),
        ("/details/volumes", {}, "a list is expected"),
        ("/details/priority", 1.5, "a whole number"),
        ("", "x", "an object is expected"),
    ],
)
def test_an_intent_that_cannot_be_read_is_refused_and_the_rest_goes_on(pointer: str, new: Any, says: str) -> None:
    at = "/operational_intents/0"
    reading = read(f3548, changed(listed(intent(1), intent(2)), at + pointer, new))
    refusal = only_refusal(reading)
    assert says in refusal.reason
    assert (refusal.source.pointer or "").startswith(at)
    assert [plan.id[:8] for plan in reading.plans] == ["00000002"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (intent()["details"], "the reference is missing"),
        ({"details": intent()["details"]}, "the reference is missing"),
        ({"operational_intent_reference": intent()["reference"]}, "the reference is missing"),
        ({"extents": [volume()], "state": "Accepted"}, "the reference is missing"),
        ({"operational_intent_id": "x", "subscriptions": []}, "removed"),
        ({"operational_intents": {}}, "a list is expected"),
        (["x"], "an object is expected"),
        ({}, "neither an operational intent nor a constraint"),
        ("x", "an object is expected"),
        (b"{", "ends too early"),
    ],
)
def test_what_is_no_intent_is_refused_clearly(value: Any, says: str) -> None:
    reading = read(f3548, value)
    assert says in only_refusal(reading).reason
    assert not reading.plans


def test_a_list_that_is_none_leaves_the_other_list_readable() -> None:
    reading = read(f3548, {"operational_intents": 5, "constraints": [constraint()]})
    assert len(reading.zones) == 1
    assert only_refusal(reading).source.pointer == "/operational_intents"


def test_a_repeated_member_refuses_the_plan_that_needs_it_alone() -> None:
    text = b'{"operational_intents": [%s, %s]}'
    good = document(intent(1)).data
    twice = document(intent(2)).data.replace(b'"details": {', b'"details": {"volumes": [], ')
    reading = read(f3548, text % (twice, good))
    assert "'volumes' more than once" in only_refusal(reading).reason
    assert [plan.id[:8] for plan in reading.plans] == ["00000001"]


@pytest.mark.parametrize(
    "pointer", ["/targets", "/reference/Aim-Point", "/details/weapons", "/details/volumes/0/volume/air_defence_sites"]
)
def test_a_plan_with_members_outside_the_scope_is_refused_and_the_rest_goes_on(pointer: str) -> None:
    reading = read(f3548, changed(listed(intent(1), intent(2)), f"/operational_intents/0{pointer}", ["x"]))
    refusal = only_refusal(reading)
    assert (refusal.kind, refusal.plan) == ("scope", "00000001-6482-4d1b-a474-16847e01af1e")
    assert "safety of flight" in refusal.reason
    assert [plan.id[:8] for plan in reading.plans] == ["00000002"]


def test_a_zone_with_members_outside_the_scope_is_refused() -> None:
    reading = read(f3548, {"constraint": constraint(radar_site={"lat": 1})})
    assert only_refusal(reading).kind == "scope"
    assert not reading.zones


def test_members_outside_the_scope_beside_the_plans_are_refused_by_themselves() -> None:
    reading = read(f3548, {**listed(intent()), "strikes": []})
    assert only_refusal(reading).kind == "scope"
    assert len(reading.plans) == 1


def test_words_outside_the_scope_in_values_are_legitimate() -> None:
    reading = read(f3548, changed(intent(), "/reference/manager", "Target Towing Ltd"))
    assert not reading.refusals


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(max_ring_vertices=3), "max-ring-vertices"),
        (Limits(max_volumes_per_plan=0), "max-volumes-per-plan"),
        (Limits(max_string=10), "max-string"),
        (Limits(max_plans=0), "max-plans"),
        (Limits(max_depth=3), "max-depth"),
        (Limits(max_values=10), "max-values"),
    ],
)
def test_each_limit_is_named_in_the_refusal_that_it_causes(limits: Limits, name: str) -> None:
    refusal = only_refusal(read(f3548, intent(), ReadOptions(limits=limits)))
    assert refusal.kind == "limit"
    assert name in refusal.reason


def test_plans_beyond_the_limit_are_each_refused_by_name() -> None:
    reading = read(f3548, listed(*(intent(k) for k in range(5))), ReadOptions(limits=Limits(max_plans=3)))
    assert len(reading.plans) == 3
    assert [refusal.plan for refusal in reading.refusals] == [intent(k)["reference"]["id"] for k in (3, 4)]


def test_a_document_that_is_no_json_leaves_the_others_readable() -> None:
    reading = f3548.read([document(b"[1,\n", "a"), document(intent(), "b")], ReadOptions())
    assert str(only_refusal(reading).source) == "a:2"
    assert len(reading.plans) == 1


def test_the_digest_tells_what_is_said_and_not_how() -> None:
    def digest(value: Json) -> str:
        return read(f3548, value).plans[0].digest

    first = digest(intent())
    assert first == digest({"operational_intent": changed(intent(2), "/reference/ovn", "x" * 16)})
    assert first != digest(intent(volumes=[volume(), volume(circle_outline())]))
    assert first != digest(changed(intent(), "/details/volumes/0/volume/altitude_upper", altitude(200.6)))
    two = [volume(polygon_outline()), volume(circle_outline())]
    assert digest(intent(volumes=two)) == digest(intent(volumes=two[::-1]))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b'{"a": 1}', b"\xff", b"(FPL-ABC", b'{"type": "FeatureCollection"}']
)
def test_what_is_something_else_is_not_taken_for_f3548(data: bytes) -> None:
    assert not f3548.sniff(document(data))


def test_an_intent_beside_a_wrapped_one_is_read_as_well() -> None:
    both = {**intent(), "operational_intent": intent()}
    for value, at in ((both, ""), ([both], "/0")):
        reading = read(f3548, value)
        assert [plan.source.pointer for plan in reading.plans] == [f"{at}/operational_intent", at]
        assert not reading.refusals


@pytest.mark.parametrize("name", ["features", "volumes", "extents", "operational_intent_reference", "details"])
@pytest.mark.parametrize("around", [listed(intent()), {"operational_intent": intent()}])
def test_flights_in_another_form_beside_those_that_are_read_are_refused(name: str, around: Json) -> None:
    reading = read(f3548, {**around, name: [{"id": "more"}]})
    assert len(reading.plans) == 1
    assert [refusal.source.pointer for refusal in reading.refusals] == [f"/{name}"]
    assert not read(f3548, {**around, name: []}).refusals
