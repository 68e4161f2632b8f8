"""Flight declarations, read: whose flight, which parts, at what level, and everything that is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from format_samples import (
    END,
    SQUARE,
    START,
    bare,
    changed,
    document,
    envelope,
    feature,
    intent,
    only_refusal,
    part,
    read,
)
from sharedsky.airspace.altitude import Altitude, Datum, Unit, agl_m
from sharedsky.airspace.footprint import Circle, Corridor
from sharedsky.airspace.time import parse_instant
from sharedsky.formats import geojson_declaration as declaration
from sharedsky.formats.detect import read_documents
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import ReadOptions

LINE = {"type": "LineString", "coordinates": [[6.0, 45.0], [6.2, 45.1]]}
POINT = {"type": "Point", "coordinates": [6.0, 45.0]}


def message(*features: Any, **members: Any) -> Any:
    """A flight declaration as the protocol exchanges it."""
    return {
        "exchange_type": "flight_declaration",
        "flight_id": "5a7f3377-b991-4cc8-af2d-379d57f786d1",
        "time_stamp": "2026-02-28T14:29:08.842Z",
        "flight_declaration": {"parts": bare(*features), "originating_party": "Example UTM", "operation_mode": "vlos"},
        **members,
    }


def test_a_feature_becomes_a_plan_with_its_window_and_levels() -> None:
    kept = read(declaration, bare(part())).plans[0].volumes[0]
    assert (kept.lower, kept.upper) == (agl_m(20.0), agl_m(120.5))
    assert kept.window.start_ns == parse_instant(START).ns
    assert kept.window.end_ns == parse_instant(END).ns


def test_in_a_bare_collection_each_feature_is_a_plan_unless_features_share_an_id() -> None:
    features = [part(), part(id="a"), part(id="b"), part(id="a"), part()]
    plans = read(declaration, bare(*features)).plans
    assert [(plan.id, len(plan.volumes)) for plan in plans] == [
        ("file.json#0", 1), ("a", 2), ("b", 1), ("file.json#4", 1),
    ]  # fmt: skip
    assert {plan.owner for plan in plans} == {None}


@pytest.mark.parametrize("name", ["owner", "originating_party"])
def test_features_of_different_owners_are_different_plans(name: str) -> None:
    plans = read(declaration, bare(part(id="a", **{name: "one"}), part(id="a", **{name: "two"}))).plans
    assert [(plan.owner, plan.id) for plan in plans] == [("one", "a"), ("two", "a")]


def test_in_an_envelope_all_features_are_parts_of_one_flight_whatever_their_own_ids() -> None:
    plan = read(declaration, envelope(part(id="0"), part(id="1"))).plans[0]
    assert (plan.id, plan.owner, len(plan.volumes)) == ("file.json", "Example Drones", 2)


def test_an_envelope_gives_the_times_that_its_features_leave_out() -> None:
    late = envelope(part(start_time=..., end_time=...), end_datetime="2026-03-01T12:00:00+01:00")
    window = read(declaration, late).plans[0].volumes[0].window
    assert (window.start_ns, window.end_ns) == (parse_instant(START).ns, parse_instant(END).ns)


def test_a_message_of_the_protocol_has_its_flight_id_party_and_time_stamp() -> None:
    plan = read(declaration, message(part(), part())).plans[0]
    assert (plan.id, plan.owner, len(plan.volumes)) == ("5a7f3377-b991-4cc8-af2d-379d57f786d1", "Example UTM", 2)
    assert plan.version == parse_instant("2026-02-28T14:29:08.842Z").ns
    assert read(declaration, message(part(), sequence_number=4)).plans[0].version == 4


def test_an_id_or_owner_beside_the_features_makes_a_bare_collection_one_flight() -> None:
    for members in ({"id": "f1"}, {"owner": "one"}, {"originating_party": "one"}):
        plans = read(declaration, bare(part(), part(), **members)).plans
        assert len(plans) == 1
        assert (plans[0].id, plans[0].owner) == (members.get("id", "file.json"), "one" if "id" not in members else None)


@pytest.mark.parametrize("wrap", [lambda value: [value, value], lambda value: {"results": [value, value], "total": 2}])
def test_lists_and_pages_of_declarations_are_read(wrap: Any) -> None:
    value = wrap(envelope(part(), id="f"))
    reading = read(declaration, value)
    assert [plan.id for plan in reading.plans] == ["f", "f"]
    assert declaration.sniff(document(value))


def test_a_collection_kept_as_a_string_is_read() -> None:
    value = envelope(flight_declaration_geo_json=json.dumps(bare(part())))
    assert len(read(declaration, value).plans[0].volumes) == 1


@pytest.mark.parametrize(
    ("given", "datum"),
    [
        ("agl", Datum.AGL), ("AGL", Datum.AGL), ("SFC", Datum.AGL), ("amsl", Datum.AMSL), ("MSL", Datum.AMSL),
        ("W84", Datum.WGS84), ("wgs84", Datum.WGS84), ("sps", Datum.PRESSURE), ("STD", Datum.PRESSURE),
    ],
)  # fmt: skip
def test_each_datum_is_kept(given: str, datum: Datum) -> None:
    value = bare(part(min_altitude=..., max_altitude={"meters": 120, "datum": given}))
    assert read(declaration, value).plans[0].volumes[0].upper == Altitude(120.0, Unit.M, datum)


def test_metres_may_be_spelt_as_the_protocol_spells_them() -> None:
    value = bare(part(max_altitude={"metres": 99.5, "datum": "agl"}))
    assert read(declaration, value).plans[0].volumes[0].upper == agl_m(99.5)


def test_a_missing_min_altitude_is_the_ground_and_is_noted() -> None:
    reading = read(declaration, bare(part(min_altitude=...)))
    assert reading.plans[0].volumes[0].lower is None
    assert "min_altitude" in reading.notes[0].text


@pytest.mark.parametrize(
    "properties", [{"radius_m": 80}, {"radius": {"meters": 80}}, {"radius": {"metres": 80}}, {"radius": 80}]
)
def test_a_point_with_a_radius_is_a_circle(properties: Any) -> None:
    reading = read(declaration, bare(part(POINT, **properties)))
    assert reading.plans[0].volumes[0].footprint == Circle(45.0, 6.0, 80.0)
    assert bool(reading.notes) == (properties == {"radius": 80})


@pytest.mark.parametrize(
    "properties", [{"width_m": 80}, {"half_width_m": 40}, {"width": {"meters": 80}}, {"width": 80}]
)
def test_a_line_with_a_width_is_a_corridor(properties: Any) -> None:
    reading = read(declaration, bare(part(LINE, **properties)))
    shape = reading.plans[0].volumes[0].footprint
    assert isinstance(shape, Corridor)
    assert shape.half_width_m == 40.0
    assert bool(reading.notes) == (properties == {"width": 80})


def test_a_multipolygon_is_several_volumes() -> None:
    shape = {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[7, 45], [7.1, 45], [7, 45.1]]]]}
    assert len(read(declaration, bare(part(shape))).plans[0].volumes) == 2


@pytest.mark.parametrize(
    ("pointer", "new", "kind", "says"),
    [
        ("/geometry", LINE, "geometry", 'Add "width_m"'),
        ("/geometry", POINT, "geometry", 'Add "radius_m"'),
        ("/geometry", None, "format", "an object is expected"),
        ("/properties/start_time", ..., "time", "start_time is missing"),
        ("/properties/end_time", ..., "time", "end_time is missing"),
        ("/properties/start_time", "2026-03-01T10:00:00", "time", "with a zone"),
        ("/properties/start_time", 5, "format", "a string is expected"),
        ("/properties/end_time", "2026-03-01T09:00:00Z", "time", "before the start"),
        ("/properties/max_altitude", ..., "level", "max_altitude is missing"),
        ("/properties/max_altitude", 120, "format", "an object is expected"),
        (
            "/properties/max_altitude/meters",
            "120",
            "format",
            "max_altitude/meters: a number is expected, found the string '120'",
        ),
        ("/properties/max_altitude/meters", True, "format", "found true"),
        ("/properties/max_altitude/meters", ..., "format", "'meters' is missing"),
        ("/properties/max_altitude/datum", ..., "level", "has no datum"),
        ("/properties/max_altitude/datum", "NAP", "level", "'NAP'"),
        ("/properties/max_altitude/meters", 5, "level", "above the ceiling"),
        ("/properties/min_altitude/datum", 5, "format", "a string is expected"),
        ("/type", "Thing", "format", '"Feature" is expected'),
        ("/crs", {"type": "name", "properties": {"name": "EPSG:2056"}}, "format", "epsg:2056"),
    ],
)
def test_a_part_that_cannot_be_read_is_refused_with_its_place_and_the_rest_goes_on(
    pointer: str, new: Any, kind: str, says: str
) -> None:
    reading = read(declaration, changed(bare(part(id="bad"), part(id="good")), f"/features/0{pointer}", new))
    refusal = only_refusal(reading)
    assert (refusal.kind, (refusal.source.pointer or "")[:11]) == (kind, "/features/0")
    assert says in refusal.reason
    assert [plan.id for plan in reading.plans] == ["good"]


def test_a_part_that_cannot_be_read_leaves_the_others_of_its_flight_to_be_checked() -> None:
    reading = read(declaration, envelope(part(), part(LINE), "x"))
    assert [len(plan.volumes) for plan in reading.plans] == [1]
    assert [refusal.source.pointer for refusal in reading.refusals] == [
        "/flight_declaration_geo_json/features/1", "/flight_declaration_geo_json/features/2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (envelope(flight_declaration_geo_json=None), "removed"),
        (message(flight_declaration=None), "removed"),
        (envelope(flight_declaration_geo_json="{"), "ends too early"),
        (envelope(flight_declaration_geo_json=5), "an object is expected"),
        (envelope(flight_declaration_geo_json={"type": "Polygon"}), "'Polygon'"),
        (envelope(originating_party=5), "a string is expected"),
        (message(time_stamp="yesterday"), "RFC 3339"),
        (envelope(), "has no volumes"),
        ([5], "an object is expected"),
        ("x", "an object is expected"),
        (bare(part(), crs={"type": "name", "properties": {"name": "EPSG:2056"}}), "epsg:2056"),
        ({"type": "FeatureCollection"}, "'features' is missing"),
        (b"[", "ends too early"),
    ],
)
def test_what_is_no_declaration_is_refused_clearly(value: Any, says: str) -> None:
    reading = read(declaration, value)
    assert says in only_refusal(reading).reason
    assert not reading.plans


def test_a_flight_with_members_outside_the_scope_is_refused_and_the_rest_goes_on() -> None:
    reading = read(declaration, [envelope(part(aim_point=[1, 2]), id="bad"), envelope(part(), id="good")])
    refusal = only_refusal(reading)
    assert (refusal.kind, refusal.plan) == ("scope", "bad")
    assert [plan.id for plan in reading.plans] == ["good"]


def test_in_a_bare_collection_only_the_plan_outside_the_scope_is_refused() -> None:
    reading = read(declaration, bare(part(id="a"), part(id="a", weapons=1), part(id="a"), part(id="b")))
    assert only_refusal(reading).plan == "a"
    assert [plan.id for plan in reading.plans] == ["b"]


def test_members_outside_the_scope_beside_the_features_are_refused_by_themselves() -> None:
    reading = read(declaration, bare(part(), strike_package=1))
    assert only_refusal(reading).kind == "scope"
    assert len(reading.plans) == 1


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(max_ring_vertices=4), "max-ring-vertices"),
        (Limits(max_volumes_per_plan=0), "max-volumes-per-plan"),
        (Limits(max_string=4), "max-string"),
        (Limits(max_plans=0), "max-plans"),
    ],
)
def test_each_limit_is_named_in_the_refusal_that_it_causes(limits: Limits, name: str) -> None:
    for value in (bare(part()), envelope(part())):
        refusal = only_refusal(read(declaration, value, ReadOptions(limits=limits)))
        assert refusal.kind == "limit"
        assert name in refusal.reason


@pytest.mark.parametrize(
    ("value", "ours"),
    [
        (bare(part()), True),
        (part(), True),
        (envelope(part()), True),
        (message(part()), True),
        (b'{"type": "FeatureCollection", "features": []}', False),
        ({**bare(part()), "sharedsky": "1"}, False),
        (bare(feature()), False),
        (b"{", False),
        (b"(FPL-", False),
        ({"results": []}, False),
    ],
)
def test_declarations_are_known_by_their_envelope_or_their_properties(value: Any, ours: bool) -> None:
    assert declaration.sniff(document(value)) is ours


def test_a_collection_kept_as_a_string_is_held_to_the_scope_too() -> None:
    value = envelope(flight_declaration_geo_json=json.dumps(bare(part(weapons=[1]))))
    reading = read(declaration, value)
    assert not reading.plans
    assert [refusal.kind for refusal in reading.refusals] == ["scope"]


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({**envelope(part()), "features": [part()]}, "/features"),
        ({"results": [envelope(part())], "features": [part()]}, "/features"),
        ({"results": [envelope(part())], "count": 12, "next": "https://example.org/?page=2"}, "/next"),
    ],
)
def test_what_stands_beside_a_declaration_or_on_another_page_is_refused_by_name(value: Any, pointer: str) -> None:
    reading = read(declaration, value)
    assert len(reading.plans) == 1
    assert [refusal.source.pointer for refusal in reading.refusals] == [pointer]


def test_the_last_page_of_declarations_is_whole() -> None:
    assert not read(declaration, {"results": [envelope(part())], "next": None, "features": []}).refusals


def test_an_operational_intent_that_a_declaration_carries_of_itself_is_noted_and_the_parts_are_read() -> None:
    value = envelope(part(), operational_intent={"volumes": [], "priority": 0, "state": "Accepted"})
    reading = read_documents([document(value), document([value])], ReadOptions())
    assert len(reading.plans) == 2
    assert reading.refusals == []
    assert all("operational_intent says the same" in note.text for note in reading.notes)


def test_an_operational_intent_of_its_own_beside_a_declaration_is_refused() -> None:
    value = envelope(part(), operational_intent=intent())
    reading = read(declaration, value)
    assert len(reading.plans) == 1
    assert only_refusal(reading).source.pointer == "/operational_intent"


def test_bare_features_of_one_id_without_an_owner_are_said_to_be_one_plan() -> None:
    reading = read(declaration, bare(part(id="a"), part(id="a"), part(id="b"), part(id="b", owner="x")))
    assert [note.plan for note in reading.notes if "not checked against each other" in note.text] == ["a"]


def test_a_collection_without_features_is_said_to_hold_nothing() -> None:
    reading = read(declaration, bare())
    assert [note.text for note in reading.notes] == ["the file holds no plan and no zone."]
