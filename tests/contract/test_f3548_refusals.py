"""Requests that are wrong, over HTTP: each is refused with the right status, says what is wrong and where, and stores nothing.

Every answer is held against the served OpenAPI (dss_world.py), so none is a 5xx or of another form.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dss_world import (
    AVAILABILITY,
    CONSTRAINTS,
    DAY_NS,
    INTENTS,
    MINUTE_NS,
    NOW_NS,
    REPORT,
    REPORTS,
    SUBSCRIPTIONS,
    Answer,
    World,
    altitude,
    area,
    bearer,
    circle,
    constraint_body,
    ident,
    intent_body,
    memory_world,
    subscription_body,
    time,
    volume,
)

PATH = f"{INTENTS}/{ident(1)}"
GOOD = [("authorization", bearer()), ("content-type", "application/json")]


@pytest.fixture(scope="module")
def shared_world() -> Generator[World]:
    made = memory_world()
    yield made
    made.close()


@pytest.fixture
def world(shared_world: World) -> Generator[World]:
    """A world in which nothing is stored, before and after."""
    before = shared_world.everything()
    yield shared_world
    assert shared_world.everything() == before


def at(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A body with another value at a path; `...` takes the member away."""
    changed = copy.deepcopy(body)
    *parents, last = path.split("/")
    holder: Any = changed
    for name in parents:
        holder = holder[int(name)] if isinstance(holder, list) else holder[name]
    key = int(last) if isinstance(holder, list) else last
    if value is ...:
        del holder[key]
    else:
        holder[key] = value
    return changed


VERTEX = "extents/0/volume/outline_polygon/vertices/1"
POLYGON = "extents/0/volume/outline_polygon"
WRONG: dict[str, tuple[str, object, str]] = {
    "no extents": ("extents", ..., "lacks the member extents"),
    "extents empty": ("extents", [], "extents must have at least 1 items"),
    "extents no array": ("extents", {}, "extents must be an array, and is an object"),
    "a number as a string": (f"{VERTEX}/lat", "46.0", f"{VERTEX}/lat must be a number, and is a string"),
    "a boolean as a number": (f"{VERTEX}/lat", True, f"{VERTEX}/lat must be a number, and is true or false"),
    "null as a number": (f"{VERTEX}/lat", None, f"{VERTEX}/lat must be a number, and is null"),
    "off the globe": (f"{VERTEX}/lat", 90.1, f"{VERTEX}/lat must be at most 90.0"),
    "beyond the antimeridian": (f"{VERTEX}/lng", -180.5, f"{VERTEX}/lng must be at least -180.0"),
    "two vertices": (f"{POLYGON}/vertices", [{"lat": 1, "lng": 1}, {"lat": 2, "lng": 2}], "vertices must have at least 3"),
    "closed": (f"{POLYGON}/vertices", [{"lat": a, "lng": b} for a, b in ((46, 8), (46, 8.1), (46.1, 8), (46, 8))], f"{POLYGON} is not a simple area"),
    "crossing itself": (f"{POLYGON}/vertices", [{"lat": a, "lng": b} for a, b in ((46, 8), (46.1, 8.1), (46, 8.1), (46.1, 8))], f"{POLYGON} is not a simple area"),
    "on one line": (f"{POLYGON}/vertices", [{"lat": 0, "lng": b} for b in (8, 8.1, 8.2)], f"{POLYGON} is not a simple area"),
    "one place": (f"{POLYGON}/vertices", [{"lat": 46, "lng": 8}] * 3, f"{POLYGON} is not a simple area"),
    "no outline": (POLYGON, ..., "extents/0/volume must have one outline"),
    "two outlines": ("extents/0/volume/outline_circle", circle(), "extents/0/volume must have one outline"),
    "no floor": ("extents/0/volume/altitude_lower", ..., "extents/0 lacks volume/altitude_lower"),
    "no end": ("extents/0/time_end", ..., "extents/0 lacks time_end"),
    "floor above ceiling": ("extents/0/volume/altitude_lower", altitude(5_000), "ceiling at or below its floor"),
    "another datum": ("extents/0/volume/altitude_lower/reference", "SFC", "altitude_lower/reference is none of the values"),
    "feet": ("extents/0/volume/altitude_lower/units", "FT", "altitude_lower/units is none of the values"),
    "too high": ("extents/0/volume/altitude_upper/value", 100_001, "altitude_upper/value must be at most 100000.0"),
    "a time without a zone": ("extents/0/time_start/value", "2026-09-21T14:00:00", "extents/0/time_start/value"),
    "a time that is none": ("extents/0/time_start/value", "yesterday", "extents/0/time_start/value"),
    "a day that is none": ("extents/0/time_end/value", "2026-02-30T00:00:00Z", "extents/0/time_end/value"),
    "a time beyond what is held": ("extents/0/time_end/value", "2999-01-01T00:00:00Z", "extents/0/time_end/value"),
    "another form of time": ("extents/0/time_start/format", "ISO8601", "time_start/format is none of the values"),
    "a number for a time": ("extents/0/time_start/value", 1_790_000_000, "time_start/value must be a string"),
    "ended": ("extents/0", volume(start_ns=NOW_NS - DAY_NS), "ends in the past"),
    "ends before it begins": ("extents/0", volume(minutes=-5), "ends before or when it begins"),
    "beyond the horizon": ("extents/0", volume(start_ns=NOW_NS + 30 * DAY_NS), "OiMaxPlanHorizon"),
    "no such state": ("state", "Ended", "state is none of the values"),
    "not a first state": ("state", "Activated", "created as Accepted"),
    "no URL": ("uss_base_url", "", "uss_base_url must have at least 1 characters"),
    "a plain URL": ("uss_base_url", "http://uss1.example.com", "uss_base_url must be an https URL"),
    "a URL that is none": ("uss_base_url", "https://[::1", "uss_base_url is not a URL"),
    "a URL with a name": ("uss_base_url", "https://a:b@uss1.example.com", "no user name"),
    "a URL with a NUL": ("uss_base_url", "https://uss1.example.com/\0", "no blanks"),
    "a URL with a fragment": ("uss_base_url", "https://uss1.example.com#x", "no fragment"),
    "a URL too long": ("uss_base_url", "https://uss1.example.com/" + "a" * 2_000, "uss_base_url must have at most 2000 characters"),
    "a key of numbers": ("key", [1], "key/0 must be a string"),
    "an OVN too short": ("key", ["short"], "key/0 must have at least 16 characters"),
    "a subscription that is no id": ("subscription_id", "1", "subscription_id must be a UUID of version 4"),
    "a subscription that is not there": ("subscription_id", ident(9), "subscription_id"),
    "a new subscription's URL": ("new_subscription", {"uss_base_url": "ftp://x"}, "new_subscription/uss_base_url"),
    "a suffix that is no UUID": ("requested_ovn_suffix", "x", "requested_ovn_suffix is not a UUID"),
    "a suffix of another version": ("requested_ovn_suffix", ident(1), "UUID of version 7"),
    "a suffix of another time": ("requested_ovn_suffix", "01890a5d-ac96-774b-bcce-b302099a8057", "5 minutes"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_member_is_refused_by_its_name(world: World, what: str) -> None:
    path, value, message = WRONG[what]
    answer = world.call("PUT", PATH, at(intent_body(), path, value))
    assert answer.status == 400
    assert message in answer.message


def with_circle(radius: object) -> dict[str, Any]:
    return at(at(intent_body(), POLYGON, ...), "extents/0/volume/outline_circle", circle() | {"radius": {"value": radius, "units": "M"}})


@pytest.mark.parametrize("radius", [0, -1, -1e-9, 3e7, 1e300])
def test_a_circle_must_be_one(world: World, radius: float) -> None:
    answer = world.call("PUT", PATH, with_circle(radius))
    assert answer.status == 400
    assert "extents/0/volume/outline_circle" in answer.message


def text(old: str, new: str) -> bytes:
    """The text of a good body with something else at one place."""
    good = json.dumps(intent_body())
    assert old in good
    return good.replace(old, new, 1).encode()


BODIES: dict[str, tuple[bytes, str]] = {
    "none": (b"", "empty"),
    "blanks": (b" \n", "empty"),
    "cut short": (json.dumps(intent_body()).encode()[:-20], "ends too early"),
    "two values": (json.dumps(intent_body()).encode() * 2, "not JSON"),
    "an array": (b"[]", "the body must be an object, and is an array"),
    "a string": (b'"x"', "the body must be an object, and is a string"),
    "no JSON": (b"extents=1", "not JSON"),
    "a form": (b"\x00\x01\x02", "not JSON"),
    "NaN": (text("46.0", "NaN"), "not JSON"),
    "infinity": (text("46.0", "Infinity"), "not JSON"),
    "minus infinity": (text("46.0", "-Infinity"), "not JSON"),
    "beyond a double": (text("46.0", "1e999"), "lat cannot be read: number out of range"),
    "hexadecimal": (text("46.0", "0x2e"), "not JSON"),
    "400 digits": (text("46.0", "9" * 400), "lat cannot be read: number out of range"),
    "5,000 digits where nobody looks": (text('"state"', f'"x": {"9" * 5_000}, "state"'), "cannot be read"),
    "deep": (b'{"extents":' + b"[" * 40_000, "extents/0 must be an object"),
    "deep where nobody looks": (b'{"x":' + b"[" * 40_000 + b"]" * 40_000 + b"}", "nested too deeply"),
    "deep objects": (b'{"x":' + b'{"x":' * 10_000, "nested too deeply"),
    "not UTF-8": (text("Accepted", "QQ").replace(b"QQ", b"\xff\xfe"), "UTF-8"),
    "not UTF-8 where nobody looks": (text('"state"', '"x": "QQ", "state"').replace(b"QQ", b"\xff"), "cannot be read"),
    "half a character": (text("Accepted", "\\ud800"), "not JSON"),
    "a byte order mark": (b"\xef\xbb\xbf" + json.dumps(intent_body()).encode(), "not JSON"),
    "UTF-16": (json.dumps(intent_body()).encode("utf-16"), "not JSON"),
    "a member twice": (text('"state"', '"state": "Activated", "state"'), "state is given twice"),
    "a member twice, deep down": (text('{"lat": 46.0', '{"lat": 1.0, "lat": 46.0'), "extents/0/volume/outline_polygon/vertices/0/lat is given twice"),
    "a member twice, escaped": (text('"state"', '"st\\u0061te": "Activated", "state"'), "state is given twice"),
    "a member twice where nobody looks": (text('"state"', '"x": [{"y": 1, "y": 1}], "state"'), "x/0/y is given twice"),
}  # fmt: skip


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_not_plain_json_is_refused(world: World, what: str) -> None:
    body, message = BODIES[what]
    answer = world.send("PUT", PATH, body)
    assert answer.status == 400
    assert message in answer.message
    assert len(answer.body) < 500


def test_a_body_that_is_too_large_is_413_by_its_length_and_by_its_bytes(world: World) -> None:
    large = json.dumps(intent_body(x="a" * 100_000)).encode()
    assert world.send("PUT", PATH, large, [*GOOD, ("content-length", str(len(large)))]).status == 413
    assert world.send("PUT", PATH, large).status == 413
    assert world.send("PUT", PATH, b"{}", [*GOOD, ("content-length", "1000000000000")]).status == 413


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "", "application/jsonp"],
)
def test_a_body_said_to_be_something_else_is_415(world: World, kind: str) -> None:
    body = json.dumps(intent_body()).encode()
    answer = world.send("PUT", PATH, body, [GOOD[0], ("content-type", kind)])
    assert answer.status == 415
    assert "application/json" in answer.message
    assert world.send("PUT", PATH, body, [*GOOD, ("content-encoding", "gzip")]).status == 415
    assert world.send("PUT", PATH, body, [*GOOD, ("content-type", "text/plain")]).status == 400


def test_a_body_of_no_stated_type_is_read_as_json() -> None:
    world = memory_world()
    body = json.dumps(intent_body()).encode()
    assert world.send("PUT", PATH, body, [GOOD[0]]).status == 201
    other = [GOOD[0], ("content-type", "Application/JSON; charset=UTF-8")]
    assert world.send("PUT", f"{CONSTRAINTS}/{ident(1)}", json.dumps(constraint_body()).encode(), other).status == 201
    world.close()


PATHS: dict[str, tuple[str, str, int]] = {
    "no UUID": ("GET", f"{INTENTS}/1", 400),
    "a UUID of version 1": ("GET", f"{INTENTS}/0000000a-0000-1000-8000-000000000001", 400),
    "a UUID in braces": ("GET", f"{INTENTS}/%7B{ident(1)}%7D", 400),
    "a UUID without hyphens": ("GET", f"{INTENTS}/{ident(1).replace('-', '')}", 400),
    "a line break after it": ("GET", f"{PATH}%0A", 400),
    "a NUL after it": ("GET", f"{PATH}%00", 400),
    "digits of another script": ("GET", f"{INTENTS}/%D9%A0{ident(1)[1:]}", 400),
    "a slash after it": ("GET", f"{PATH}/", 400),
    "a slash after it, to be put": ("PUT", f"{PATH}/", 400),
    "a slash after it, to be deleted": ("DELETE", f"{PATH}/", 400),
    "no version": ("DELETE", PATH, 400),
    "a slash too many": ("GET", f"{INTENTS}//{ident(1)}", 400),
    "a slash before": ("GET", f"/{PATH}", 400),
    "an encoded slash": ("GET", f"{INTENTS}%2F{ident(1)}", 400),
    "an encoded slash before an OVN": ("PUT", f"{PATH}%2fsome-ovn-or-other", 400),
    "an encoded backslash": ("GET", f"{INTENTS}/..%5C{ident(1)}", 400),
    "dots": ("GET", f"/dss/v1/../v1/operational_intent_references/{ident(1)}", 404),
    "a dot for an id": ("GET", f"{INTENTS}/.", 400),
    "dots for an id": ("GET", f"{INTENTS}/%2e%2e", 400),
    "not UTF-8": ("GET", f"{AVAILABILITY}/%ff", 400),
    "a name too long": ("GET", f"{AVAILABILITY}/{'a' * 256}", 400),
    "nothing there": ("GET", "/dss/v1/nothing", 404),
    "another case": ("GET", f"/DSS/v1/operational_intent_references/{ident(1)}", 404),
    "the root": ("GET", "/", 404),
    "the root of the standard": ("GET", "/dss/", 404),
    "something else": ("GET", "/etc/passwd", 404),
    "no id": ("GET", INTENTS, 404),
    "another method": ("PATCH", PATH, 405),
    "a method that there is not": ("BREW", PATH, 405),
    "HEAD": ("HEAD", PATH, 405),
    "OPTIONS": ("OPTIONS", PATH, 405),
    "TRACE": ("TRACE", PATH, 405),
    "a query by GET": ("GET", f"{SUBSCRIPTIONS}/query", 405),
    "another method beside": ("POST", "/healthy", 405),
    "a slash after what is beside": ("GET", "/healthy/", 400),
}  # fmt: skip


@pytest.mark.parametrize("what", PATHS)
def test_a_path_or_method_that_is_not_plain_is_refused(world: World, what: str) -> None:
    method, path, status = PATHS[what]
    answer = world.send(method, path, json.dumps(intent_body()).encode() if method == "PUT" else b"")
    assert answer.status == status
    if status == 405:
        assert {"GET", "POST"} & set(answer.headers["allow"].split(", "))
        assert "OPTIONS" not in answer.headers["allow"]
    if method != "HEAD":
        assert answer.message


def test_what_is_missing_in_a_query_is_said(world: World) -> None:
    cases: list[tuple[Any, int, str]] = [
        ({}, 400, "lacks the member area_of_interest"),
        ({"area_of_interest": {}}, 400, "area_of_interest lacks the member volume"),
        ({"area_of_interest": {"volume": {}}}, 400, "area_of_interest/volume must have one outline"),
        ({"area_of_interest": volume(minutes=-1)}, 400, "ends before it begins"),
        ({"area_of_interest": volume(size_deg=1)}, 413, "2,500 km2"),
        ({"area_of_interest": {"volume": {"outline_circle": circle(radius_m=50_000)}}}, 413, "2,500 km2"),
        ({"area_of_interest": {"volume": {"outline_circle": {"center": {"lat": 1, "lng": 1}}}}}, 400, "radius"),
    ]
    for path in (INTENTS, CONSTRAINTS, SUBSCRIPTIONS):
        for body, status, message in cases:
            answer = world.call("POST", f"{path}/query", body)
            assert (answer.status, message in answer.message) == (status, True), (body, answer)


def test_limits_of_constraints_and_subscriptions_are_exact(world: World) -> None:
    def constraint(**more: Any) -> Answer:
        return world.call("PUT", f"{CONSTRAINTS}/{ident(1)}", constraint_body(extents=[volume(**more)]))

    def subscription(**more: Any) -> Answer:
        return world.call("PUT", f"{SUBSCRIPTIONS}/{ident(1)}", subscription_body(**more))

    late = world.call("PUT", f"{CONSTRAINTS}/{ident(1)}", constraint_body(extents=[volume(start_ns=NOW_NS + 56 * DAY_NS)]))
    assert (late.status, "CstrMaxPlanHorizon" in late.message) == (400, True)
    long = constraint(minutes=24 * 60 + 1)
    assert (long.status, "CstrMaxDuration" in long.message) == (400, True)
    large = constraint(size_deg=1.2)
    assert (large.status, "CstrMaxArea" in large.message) == (413, True)
    lasting = subscription(extents=volume(minutes=24 * 60 + 1))
    assert (lasting.status, "DSSMaxSubscriptionDuration" in lasting.message) == (400, True)
    deaf = subscription(notify_for_operational_intents=False)
    assert (deaf.status, "notifies for" in deaf.message) == (400, True)
    far = subscription(extents={"volume": {"outline_circle": circle()}, "time_start": time(NOW_NS), "time_end": time(NOW_NS - 1)})
    assert (far.status, "ends before" in far.message) == (400, True)


def test_an_outline_of_too_many_vertices_is_refused_before_it_is_drawn() -> None:
    world = memory_world(max_body_bytes=8_000_000)
    many = [{"lat": 46 + k * 1e-6, "lng": 8 + k * k * 1e-12} for k in range(10_001)]
    body = at(intent_body(), f"{POLYGON}/vertices", many)
    answer = world.call("PUT", PATH, body)
    assert (answer.status, "more than 10,000 vertices" in answer.message) == (400, True)
    answer = world.call("POST", f"{INTENTS}/query", {"area_of_interest": body["extents"][0]})
    assert (answer.status, "more than 10,000 vertices" in answer.message) == (400, True)
    world.close()


def test_an_availability_that_there_is_not_is_refused(world: World) -> None:
    for body in ({"old_version": "", "availability": "Gone"}, {"availability": "Down"}, {"old_version": 1, "availability": "Down"}):
        assert world.call("PUT", f"{AVAILABILITY}/uss1", body).status == 400


def test_a_report_that_is_none_is_refused(world: World) -> None:
    no_time = {"value": "yesterday", "format": "RFC3339"}
    for path, value in (
        ("exchange", ...), ("exchange/recorder_role", "Both"), ("exchange/request_time/format", "x"),
        ("exchange/request_time/value", "2026-02-30T10:00:00Z"), ("exchange/response_time", no_time), ("report_id", "x" * 129),
    ):  # fmt: skip
        assert world.call("POST", REPORTS, at(REPORT, path, value)).status == 400


def test_more_than_an_answer_may_hold_is_refused_and_never_cut_short() -> None:
    world = memory_world(max_found=2)
    for number in range(3):
        world.put_constraint(number, extents=[volume(low_m=number * 10.0)])
        world.put_intent(number, extents=[volume(low_m=number * 1_000.0)])
        world.put_subscription(number)
    everything = at(area(), "area_of_interest/volume/altitude_upper", altitude(10_000))
    for path in (INTENTS, CONSTRAINTS, SUBSCRIPTIONS):
        answer = world.call("POST", f"{path}/query", everything)
        assert (answer.status, "more than 2" in answer.message) == (413, True)
    world.close()


def test_a_search_that_begins_long_ago_or_ends_in_the_far_future_is_answered(world: World) -> None:
    for start, end in (("1700-01-01T00:00:00Z", "2252-01-01T00:00:00Z"), ("2252-01-01T00:00:00Z", None)):
        asked = area(time_start={"value": start, "format": "RFC3339"})
        asked["area_of_interest"]["time_end"] = None if end is None else {"value": end, "format": "RFC3339"}
        assert world.call("POST", f"{INTENTS}/query", asked).status == 200


def test_a_subscription_that_begins_at_the_end_of_time_is_kept_or_refused() -> None:
    world = memory_world()
    extents = {"volume": {"outline_circle": circle()}, "time_start": {"value": "2252-12-31T00:00:00Z", "format": "RFC3339"}}
    assert world.call("PUT", f"{SUBSCRIPTIONS}/{ident(1)}", subscription_body(extents=extents)).status in (200, 400)
    old = volume() | {"time_start": {"value": "1700-01-01T00:00:00Z", "format": "RFC3339"}}
    assert world.call("PUT", PATH, intent_body(extents=[old])).status == 201
    assert len(world.call("POST", f"{INTENTS}/query", area()).json["operational_intent_references"]) == 1
    world.close()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def paths_of(value: object, at_path: str = "") -> list[str]:
    """The paths of all members."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for name, inner in items for path in (f"{at_path}{name}", *paths_of(inner, f"{at_path}{name}/"))]


TARGETS: dict[str, tuple[str, str, Callable[[], dict[str, Any]]]] = {
    "intent": ("PUT", PATH, intent_body),
    "constraint": ("PUT", f"{CONSTRAINTS}/{ident(1)}", constraint_body),
    "subscription": ("PUT", f"{SUBSCRIPTIONS}/{ident(1)}", subscription_body),
    "query": ("POST", f"{INTENTS}/query", area),
    "availability": ("PUT", f"{AVAILABILITY}/uss1", lambda: {"old_version": "", "availability": "Normal"}),
    "report": ("POST", REPORTS, lambda: copy.deepcopy(REPORT)),
}


@settings(max_examples=150)
@given(st.data())
def test_no_member_whatever_its_value_brings_the_server_down(shared_world_for_fuzz: World, data: st.DataObject) -> None:
    method, path, make = TARGETS[data.draw(st.sampled_from(sorted(TARGETS)))]
    body = make()
    place = data.draw(st.sampled_from(paths_of(body)))
    changed = at(body, place, data.draw(JSON_VALUES))
    answer = shared_world_for_fuzz.call(method, path, changed)
    assert answer.status < 500


@settings(max_examples=150)
@given(st.data())
def test_no_bytes_bring_the_server_down(shared_world_for_fuzz: World, data: st.DataObject) -> None:
    method, path, make = TARGETS[data.draw(st.sampled_from(sorted(TARGETS)))]
    body = bytearray(json.dumps(make()).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    answer = shared_world_for_fuzz.send(method, path, bytes(body[: data.draw(st.integers(0, len(body)))]))
    assert answer.status < 500


@pytest.fixture(scope="module")
def shared_world_for_fuzz() -> Generator[World]:
    made = memory_world()
    yield made
    made.close()


def test_what_ends_while_it_is_asked_for_is_no_fault_of_the_server(world: World) -> None:
    """A client that goes away in the middle of its body."""
    import asyncio

    async def cut() -> int:
        told: list[Any] = []
        parts = [{"type": "http.request", "body": b'{"ext', "more_body": True}, {"type": "http.disconnect"}]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PUT", "scheme": "http",
            "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "", "state": {},
            "headers": [(name.encode(), value.encode()) for name, value in GOOD], "client": None, "server": None,
        }  # fmt: skip

        async def receive() -> Any:
            await asyncio.sleep(0)
            return parts.pop(0)

        async def send(message: Any) -> None:
            told.append(message)

        await world.app(scope, receive, send)  # type: ignore[arg-type]
        return int(told[0]["status"])

    assert world.runner.run(cut()) == 400


def test_the_time_of_a_suffix_may_be_five_minutes_off_and_no_more(world: World) -> None:
    def suffix(ns: int) -> str:
        millis = ns // 10**6
        return f"{millis >> 16:08x}-{millis & 0xFFFF:04x}-7000-8000-000000000001"

    late = world.call("PUT", PATH, intent_body(requested_ovn_suffix=suffix(NOW_NS + 5 * MINUTE_NS + 10**6)))
    early = world.call("PUT", PATH, intent_body(requested_ovn_suffix=suffix(NOW_NS - 5 * MINUTE_NS - 10**6)))
    assert (late.status, early.status) == (400, 400)
