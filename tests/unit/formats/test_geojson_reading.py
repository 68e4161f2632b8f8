"""Our own GeoJSON, read: plans and zones with every datum, and a refusal with its place for whatever is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from format_samples import (
    END,
    SQUARE,
    START,
    changed,
    collection,
    document,
    feature,
    level,
    only_refusal,
    path,
    read,
)
from sharedsky.airspace.altitude import Altitude, Datum, Unit, flight_level
from sharedsky.airspace.footprint import Circle, Corridor, Polygon
from sharedsky.airspace.time import MAX_NS, MIN_NS, parse_instant
from sharedsky.formats import geojson
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import ReadOptions
from sharedsky.plans.plan import Aerodrome, ZoneKind

HOLE = [[6.02, 45.02], [6.04, 45.02], [6.04, 45.04], [6.02, 45.02]]
LINE = {"type": "LineString", "coordinates": [[6.0, 45.0], [6.2, 45.1]]}
POINT = {"type": "Point", "coordinates": [6.0, 45.0]}


def one(**properties: Any) -> Any:
    return read(geojson, collection(feature(**properties))).plans[0]


def test_a_feature_becomes_a_plan_with_its_volume() -> None:
    reading = read(geojson, collection(feature()))
    plan = reading.plans[0]
    assert (plan.id, plan.owner, plan.format, plan.version) == ("p1", "alpha", "geojson", None)
    assert str(plan.source) == "file.json#/features/0"
    kept = plan.volumes[0]
    assert isinstance(kept.footprint, Polygon)
    assert np.array_equal(kept.footprint.exterior, [[45.0, 6.0], [45.0, 6.1], [45.1, 6.1], [45.1, 6.0]])
    assert kept.lower == Altitude(100.0, Unit.M, Datum.WGS84)
    assert kept.window.start_ns == parse_instant(START).ns
    assert kept.window.end_ns == parse_instant(END).ns
    assert not reading.refusals
    assert not reading.notes


def test_the_reading_says_that_edges_are_geodesics() -> None:
    assert "geodesics" in read(geojson, collection(feature())).assumptions[0]


def test_features_of_one_identity_are_volumes_of_one_plan_and_others_are_other_plans() -> None:
    features = [feature(), feature(id="p2"), feature(owner="bravo"), feature(), feature(version=2)]
    plans = read(geojson, collection(*features)).plans
    assert [(plan.owner, plan.id, plan.version, len(plan.volumes)) for plan in plans] == [
        ("alpha", "p1", None, 2),
        ("alpha", "p2", None, 1),
        ("bravo", "p1", None, 1),
        ("alpha", "p1", 2, 1),
    ]


def test_features_without_an_id_are_plans_of_their_own_named_by_file_and_index() -> None:
    plans = read(geojson, collection(feature(id=...), feature(id=...))).plans
    assert [plan.id for plan in plans] == ["file.json#0", "file.json#1"]


def test_the_id_may_stand_beside_the_properties_and_be_a_whole_number() -> None:
    value = {**feature(id=...), "id": 7}
    assert read(geojson, collection(value)).plans[0].id == "7"


@pytest.mark.parametrize("owner", [..., None, ""])
def test_a_missing_owner_is_unknown(owner: Any) -> None:
    assert one(owner=owner).owner is None


def test_polygons_may_have_holes() -> None:
    plan = read(geojson, collection(feature({"type": "Polygon", "coordinates": [SQUARE, HOLE]}))).plans[0]
    shape = plan.volumes[0].footprint
    assert isinstance(shape, Polygon)
    assert [len(hole) for hole in shape.holes] == [3]


def test_a_multipolygon_is_several_volumes_as_split_at_the_antimeridian() -> None:
    west = [[[-180.0, 10], [-179, 10], [-179, 11], [-180, 11], [-180, 10]]]
    east = [[[179.0, 10], [180, 10], [180, 11], [179, 11], [179, 10]]]
    plan = read(geojson, collection(feature({"type": "MultiPolygon", "coordinates": [west, east]}))).plans[0]
    assert len(plan.volumes) == 2


def test_a_ring_may_cross_the_antimeridian_unsplit() -> None:
    ring = [[179.0, 10], [-179, 10], [-179, 11], [179, 11], [179, 10]]
    plan = read(geojson, collection(feature({"type": "Polygon", "coordinates": [ring]}))).plans[0]
    assert len(plan.volumes) == 1


def test_a_point_with_a_radius_is_a_circle() -> None:
    plan = read(geojson, collection(feature(POINT, radius_m=250.5))).plans[0]
    assert plan.volumes[0].footprint == Circle(45.0, 6.0, 250.5)


def test_a_line_with_half_a_width_is_a_corridor() -> None:
    shape = read(geojson, collection(feature(LINE, half_width_m=500))).plans[0].volumes[0].footprint
    assert isinstance(shape, Corridor)
    assert shape.half_width_m == 500
    assert shape.path.tolist() == [[45.0, 6.0], [45.1, 6.2]]


def test_multiple_points_and_lines_are_several_volumes() -> None:
    points = feature({"type": "MultiPoint", "coordinates": [[6.0, 45.0], [7.0, 45.0]]}, radius_m=10)
    lines = feature({"type": "MultiLineString", "coordinates": [LINE["coordinates"]] * 2}, half_width_m=10)
    assert len(read(geojson, collection(points, lines)).plans[0].volumes) == 4


def test_a_ring_need_not_be_closed() -> None:
    open_ring = {"type": "Polygon", "coordinates": [SQUARE[:-1]]}
    closed, unclosed = (read(geojson, collection(feature(shape))).plans[0] for shape in (None, open_ring))
    assert closed.digest == unclosed.digest


def test_heights_in_positions_are_ignored_and_noted() -> None:
    high = {"type": "Polygon", "coordinates": [[[*position, 500.0] for position in SQUARE]]}
    reading = read(geojson, collection(feature(high), feature(id="p2")))
    assert reading.plans[0].digest == read(geojson, collection(feature())).plans[0].digest
    assert [(note.plan, "heights" in note.text) for note in reading.notes] == [("p1", True)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (level(10.5, "M", "W84"), Altitude(10.5, Unit.M, Datum.WGS84)),
        (level(3000, "FT", "AMSL", uncertainty=50), Altitude(3000, Unit.FT, Datum.AMSL, 50)),
        (level(3000, "FT", "STD"), Altitude(3000, Unit.FT, Datum.PRESSURE)),
        ({"value": 95, "unit": "FL"}, flight_level(95)),
        (level(95, "FL", "STD", uncertainty=1), flight_level(95, 100)),
        (level(3000, "FT", "QNH", qnh_hpa=1003), Altitude(3000, Unit.FT, Datum.QNH, setting_hpa=1003)),
        (level(3000, "FT", "QNH"), Altitude(3000, Unit.FT, Datum.QNH)),
        (level(500, "FT", "QFE", elevation_m=432), Altitude(500, Unit.FT, Datum.QFE, elevation_m=432)),
        (level(120, "M", "AGL"), Altitude(120, Unit.M, Datum.AGL)),
        ("UNL", None),
    ],
)
def test_a_level_keeps_its_value_unit_datum_and_uncertainty(given: Any, kept: Altitude | None) -> None:
    assert one(lower="SFC", upper=given).volumes[0].upper == kept


@pytest.mark.parametrize("ground", ["SFC", "GND", "sfc"])
def test_the_ground_has_its_words(ground: str) -> None:
    assert one(lower=ground).volumes[0].lower is None


def test_null_times_are_open_where_they_are_said_to_be() -> None:
    window = one(start=None, end=None).volumes[0].window
    assert (window.start_ns, window.end_ns) == (MIN_NS, MAX_NS)


def test_what_a_plan_says_of_itself_is_kept() -> None:
    aerodromes = [{"ident": "LSGG", "lat_deg": 46.2, "lng_deg": 6.1, "elevation_ft": 1411}]
    gaps = [["2026-03-01T10:00:00Z", "2026-03-01T10:05:00Z"]]
    plan = one(
        rvsm=True,
        forecast=True,
        label="ABC12",
        state="Activated",
        priority=50,
        version=3,
        aerodromes=aerodromes,
        gaps=gaps,
    )
    assert (plan.rvsm, plan.forecast, plan.label, plan.state, plan.priority, plan.version) == (
        True, True, "ABC12", "Activated", 50, 3,
    )  # fmt: skip
    assert plan.aerodromes == (Aerodrome("LSGG", 46.2, 6.1, 1411.0),)
    assert plan.gaps == ((parse_instant(gaps[0][0]).ns, parse_instant(gaps[0][1]).ns),)


def test_features_that_disagree_about_rvsm_make_a_plan_that_is_not_approved() -> None:
    reading = read(geojson, collection(feature(rvsm=True), feature(rvsm=False), feature(rvsm=True), feature()))
    assert reading.plans[0].rvsm is False
    assert len(reading.plans[0].volumes) == 4
    assert "disagree about rvsm" in reading.notes[0].text


@pytest.mark.parametrize("kind", list(ZoneKind))
def test_a_zone_has_its_kind(kind: ZoneKind) -> None:
    reading = read(geojson, collection(feature(type="zone", kind=kind.value, name="Lake", start=..., end=...)))
    zone = reading.zones[0]
    assert (zone.kind, zone.name, zone.volumes[0].window.start_ns) == (kind, "Lake", MIN_NS)
    assert not reading.plans


@pytest.mark.parametrize(("word", "kind"), [("hazard", ZoneKind.DANGER), ("no_restriction", ZoneKind.NO_RESTRICTION)])
def test_a_zone_kind_may_be_written_in_other_words(word: str, kind: ZoneKind) -> None:
    assert read(geojson, collection(feature(type=..., kind=word))).zones[0].kind is kind


def test_without_a_type_a_feature_is_a_plan() -> None:
    assert len(read(geojson, collection(feature(type=...))).plans) == 1


def test_a_single_feature_is_read_too() -> None:
    reading = read(geojson, {**feature(), "sharedsky": "1"})
    assert str(reading.plans[0].source) == "file.json#"
    assert not reading.notes


def test_a_collection_without_our_mark_is_read_as_version_1_and_says_so() -> None:
    reading = read(geojson, collection(feature(), sharedsky=...))
    assert len(reading.plans) == 1
    assert '"sharedsky"' in reading.notes[0].text


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]
)
def test_the_old_names_of_wgs_84_are_known(name: str) -> None:
    reading = read(geojson, collection(feature(), crs={"type": "name", "properties": {"name": name}}))
    assert len(reading.plans) == 1
    assert bool(reading.notes) == ("EPSG" in name)


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2056"}},
        {"type": "link", "properties": {"href": "http://example.com/crs"}},
        {"type": "name"},
        {},
        "EPSG:4326",
    ],
)
def test_any_other_coordinate_system_is_refused(crs: Any) -> None:
    for value in (collection(feature(), crs=crs), collection({**feature(), "crs": crs})):
        reading = read(geojson, value)
        assert not reading.plans
        assert only_refusal(reading).kind == "format"


@pytest.mark.parametrize(
    ("pointer", "new", "kind", "says"),
    [
        ("/geometry", None, "format", "geometry: an object is expected, found null"),
        ("/geometry", ..., "format", "'geometry' is missing"),
        ("/geometry/type", "Circle", "geometry", "'Circle' is no geometry"),
        ("/geometry/type", ..., "format", "'type' is missing"),
        ("/geometry", {"type": "GeometryCollection", "geometries": []}, "geometry", "GeometryCollection"),
        ("/geometry", POINT, "geometry", 'Add "radius_m"'),
        ("/geometry", LINE, "geometry", 'Add "half_width_m"'),
        ("/geometry/coordinates", ..., "format", "'coordinates' is missing"),
        ("/geometry/coordinates", [], "geometry", "no rings"),
        ("/geometry", {"type": "MultiPolygon", "coordinates": []}, "geometry", "no parts"),
        ("/geometry/coordinates/0", [], "geometry", ""),
        ("/geometry/coordinates/0", [[6, 45], [7, 45]], "geometry", "fewer than three"),
        ("/geometry/coordinates/0/1", [6.0], "geometry", "fewer than two numbers"),
        ("/geometry/coordinates/0/1", "6,45", "format", "a list is expected"),
        (
            "/geometry/coordinates/0/1/0",
            "6.1",
            "format",
            "coordinates/0/1/0: a number is expected, found the string '6.1'",
        ),
        ("/geometry/coordinates/0/1/1", True, "format", "found true"),
        ("/geometry/coordinates/0/1/1", None, "format", "found null"),
        ("/geometry/coordinates/0/1/0", 10**400, "format", "out of range"),
        ("/geometry/coordinates/0/1/0", 190.0, "geometry", "not on the globe"),
        ("/geometry/coordinates/0/1/1", -91, "geometry", "not on the globe"),
        ("/geometry/coordinates/0/2", [6.05, 44.9], "geometry", "not a simple area"),
        ("/properties", None, "format", "is missing"),
        ("/properties", "x", "format", "an object is expected"),
        ("/type", "Polygon", "format", '"Feature" is expected'),
        ("/properties/owner", 5, "format", "a string is expected"),
        ("/properties/id", [], "format", "a string is expected"),
        ("/properties/type", "flight", "format", "neither plan nor zone"),
        ("/properties/version", "2", "format", "a whole number"),
        ("/properties/rvsm", "yes", "format", "true or false"),
        ("/properties/lower", ..., "format", "'lower' is missing"),
        ("/properties/upper", None, "format", "'upper' is missing"),
        ("/properties/lower", 100, "format", "an object is expected, found the number 100"),
        ("/properties/lower", "UNL", "level", "'UNL'"),
        ("/properties/upper", "SFC", "level", "'SFC'"),
        ("/properties/upper", "FL095", "level", "'FL095'"),
        ("/properties/lower/value", "100", "format", "found the string '100'"),
        ("/properties/lower/value", ..., "format", "'value' is missing"),
        ("/properties/lower/unit", ..., "format", "'unit' is missing"),
        ("/properties/lower/unit", "m", "level", "'m' is no unit"),
        ("/properties/lower/unit", "FL", "level", "a flight level over 'W84'"),
        ("/properties/lower/datum", ..., "level", "no datum"),
        ("/properties/lower/datum", "NN", "level", "'NN' is no datum"),
        ("/properties/lower/uncertainty", -1, "level", "zero or more"),
        ("/properties/lower/qnh_hpa", 1013, "level", "does not go with"),
        ("/properties/upper", level(500, "FT", "QFE"), "level", "aerodrome's elevation"),
        ("/properties/lower/value", 500, "level", "above the ceiling"),
        ("/properties/lower/value", 1e9, "level", "not plausible"),
        ("/properties/start", ..., "format", "'start' is missing"),
        ("/properties/end", ..., "format", "'end' is missing"),
        ("/properties/start", "2026-03-01 10:00", "time", "not an RFC 3339 time"),
        ("/properties/end", "2026-03-01T09:00:00Z", "time", "before the start"),
        ("/properties/end", 5, "format", "a string is expected"),
        (
            "/properties/aerodromes",
            [{"ident": "X", "lat_deg": 95, "lng_deg": 0, "elevation_ft": 0}],
            "geometry",
            "globe",
        ),
        ("/properties/aerodromes", ["LSGG"], "format", "an object is expected"),
        ("/properties/gaps", [["2026-03-01T10:00:00Z"]], "format", "a start and an end"),
        ("/properties/times", [START, END], "geometry", "belong to the LineString"),
    ],
)
def test_a_feature_that_cannot_be_read_is_refused_with_its_place_and_the_rest_goes_on(
    pointer: str, new: Any, kind: str, says: str
) -> None:
    value = changed(collection(feature(id="bad"), feature(id="good")), f"/features/0{pointer}", new)
    reading = read(geojson, value)
    refusal = only_refusal(reading)
    assert refusal.kind == kind
    assert says in refusal.reason
    assert (refusal.source.pointer or "").startswith("/features/0")
    assert [plan.id for plan in reading.plans] == ["good"]


@pytest.mark.parametrize(
    ("properties", "says"), [({"type": "zone"}, "has no kind"), ({"kind": "nice"}, "'nice' is no kind")]
)
def test_a_zone_without_a_known_kind_is_refused(properties: Any, says: str) -> None:
    reading = read(geojson, collection(feature(**{"type": "zone", **properties})))
    assert says in only_refusal(reading).reason
    assert not reading.zones


def test_a_volume_that_cannot_be_read_leaves_the_others_of_its_plan_to_be_checked() -> None:
    reading = read(geojson, collection(feature(), feature(lower=...), feature()))
    assert [len(plan.volumes) for plan in reading.plans] == [2]
    assert "the other 2 of the plan are" in only_refusal(reading).reason


def test_a_plan_with_one_feature_outside_the_scope_is_refused_as_a_whole() -> None:
    reading = read(geojson, collection(feature(), feature(target_list=[]), feature(), feature(id="p2")))
    refusal = only_refusal(reading)
    assert (refusal.kind, refusal.plan) == ("scope", "p1")
    assert [plan.id for plan in reading.plans] == ["p2"]


def test_members_outside_the_scope_beside_the_features_are_refused_by_themselves() -> None:
    reading = read(geojson, collection(feature(), weapons=1))
    assert only_refusal(reading).kind == "scope"
    assert len(reading.plans) == 1


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "an object is expected"),
        ({"type": "FeatureCollection", "sharedsky": "1"}, "'features' is missing"),
        ({"type": "FeatureCollection", "sharedsky": "1", "features": {}}, "a list is expected"),
        ({"type": "Topology", "sharedsky": "1"}, "'Topology'"),
        ({"sharedsky": "1"}, "'type' is missing"),
        (collection(feature(), sharedsky="2"), "'2'"),
        (collection(feature(), sharedsky=1), "is the number 1"),
        (collection(feature(), sharedsky={"summary": {}}), "the result of a check"),
        (b"{", "ends too early"),
    ],
)
def test_what_is_no_collection_of_ours_is_refused_clearly(value: Any, says: str) -> None:
    reading = read(geojson, value)
    assert says in only_refusal(reading).reason
    assert not reading.plans


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
    refusal = only_refusal(read(geojson, collection(feature()), ReadOptions(limits=limits)))
    assert refusal.kind == "limit"
    assert name in refusal.reason


def test_a_polygon_of_too_many_holes_is_refused_and_names_the_limit() -> None:
    holes = [[[6 + x, 45.05 + y] for x, y in ((d, 0), (d + 0.001, 0), (d, 0.001), (d, 0))] for d in (0.01, 0.02)]
    value = collection(feature({"type": "Polygon", "coordinates": [SQUARE, *holes]}))
    assert read(geojson, value, ReadOptions(limits=Limits(max_holes=2))).refusals == []
    assert "max-holes = 1" in only_refusal(read(geojson, value, ReadOptions(limits=Limits(max_holes=1)))).reason


def test_a_path_with_times_and_levels_is_a_trajectory() -> None:
    flown = read(geojson, collection(path(lateral_m=50))).plans[0].trajectories[0]
    assert flown.lat_deg.tolist() == [45.0, 45.5, 45.5]
    assert flown.lng_deg.tolist() == [6.0, 6.5, 7.0]
    assert flown.time_ns[1] == parse_instant("2026-03-01T10:05:00.25Z").ns
    assert flown.lower_um.tolist() == [[35_000 * 304_800, 35_500 * 304_800], [35_500 * 304_800, 36_000 * 304_800]]
    assert flown.lateral_m.tolist() == [50.0, 50.0]
    assert (flown.early_ns == flown.late_ns).all()


def test_the_levels_of_a_path_may_be_written_one_by_one() -> None:
    one_by_one = [{"value": value, "unit": "FL"} for value in (350, 355, 360)]
    plans = read(geojson, collection(path(), path(id="p2", levels=one_by_one))).plans
    assert plans[0].digest == plans[1].digest


def test_a_path_may_have_a_reach_for_each_leg_and_an_uncertain_level_over_a_known_setting() -> None:
    levels = {"values": [1000, 1000, 2000], "unit": "FT", "datum": "QNH", "qnh_hpa": 1003.5, "uncertainty": 100}
    flown = read(geojson, collection(path(lateral_m=[10, 20.5], levels=levels))).plans[0].trajectories[0]
    assert flown.lateral_m.tolist() == [10.0, 20.5]
    assert (flown.level_uncertainty_um, flown.setting_hpa) == (100 * 304_800, 1003.5)


def test_a_plan_may_have_a_path_and_volumes() -> None:
    plan = read(geojson, collection(path(), feature())).plans[0]
    assert (len(plan.trajectories), len(plan.volumes)) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"times": [START, END]}, "format", "3 points and 2 times"),
        ({"levels": {"values": [1], "unit": "FL"}}, "format", "3 points and 1 levels"),
        ({"levels": ...}, "format", "has no levels"),
        ({"levels": {"unit": "FL"}}, "format", "a list is expected"),
        ({"levels": {"values": [1, "2", 3], "unit": "FL"}}, "format", "levels/values/1: a number is expected"),
        ({"levels": [level(1), level(2, datum="AMSL"), level(3)]}, "level", "differ"),
        ({"levels": []}, "level", "differ"),
        ({"levels": {"values": [1, 2, 3], "unit": "M", "datum": "QFE", "elevation_m": 1}}, "level", "QFE"),
        ({"times": [END, START, END]}, "time", "backwards"),
        ({"times": [START, "10:05", END]}, "time", "RFC 3339"),
        ({"times": [START, 5, END]}, "format", "times/1: a string is expected"),
        ({"times": START}, "format", "a list is expected"),
        ({"lateral_m": -1}, "geometry", "zero or more"),
        ({"lateral_m": "5"}, "format", "a number is expected"),
        ({"lateral_m": [1, 2, 3]}, "format", "2 legs and 3 lateral_m"),
        ({"type": "zone", "kind": "danger"}, "geometry", "belong to the LineString of a plan"),
    ],
)
def test_a_path_that_does_not_fit_together_is_refused(changes: Any, kind: str, says: str) -> None:
    reading = read(geojson, collection(path(**changes)))
    refusal = only_refusal(reading)
    assert says in refusal.reason
    assert refusal.kind == kind
    assert not reading.plans


@pytest.mark.parametrize(
    ("coordinates", "says"), [([[6.0, 45.0]], "at least two points"), ([[6.0, 95.0]] * 3, "not on the globe")]
)
def test_a_path_needs_two_points_on_the_globe(coordinates: Any, says: str) -> None:
    value = changed(collection(path()), "/features/0/geometry/coordinates", coordinates)
    assert says in only_refusal(read(geojson, value)).reason


@pytest.mark.parametrize(
    ("value", "ours"),
    [
        (collection(feature()), True),
        (collection(feature(), sharedsky=...), True),
        (feature(), True),
        ({"sharedsky": "1"}, True),
        (b"{", False),
        ([], False),
        ({"operational_intents": []}, False),
        (b"callsign,latitude", False),
    ],
)
def test_geojson_is_known_by_its_type_or_our_mark(value: Any, ours: bool) -> None:
    assert geojson.sniff(document(value)) is ours


@pytest.mark.parametrize("owner", [" ", "\u200b"])
def test_a_blank_owner_is_unknown(owner: str) -> None:
    assert one(owner=owner).owner is None
