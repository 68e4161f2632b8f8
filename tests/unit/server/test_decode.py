"""From the wire to the exchange: what is refused by name, and outward rounding."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss_world import NOW_NS, circle, volume
from sharedsky.airspace.footprint import Circle
from sharedsky.exchange.model import HIGHEST_MM, LOWEST_MM, Availability
from sharedsky.server import decode, wire
from sharedsky.server.body import BadRequest, TooLarge


def a_volume(**more: object) -> wire.Volume4D:
    return msgspec.convert(volume() | more, wire.Volume4D)


@pytest.mark.parametrize(
    "text", ["", "x", "0000000a-0000-1000-8000-000000000001", "0000000a-0000-4000-c000-000000000001", "0000000a00004000800000000000000a",
             "0000000a-0000-4000-8000-000000000001\n", "{0000000a-0000-4000-8000-000000000001}", " 0000000a-0000-4000-8000-000000000001"]
)  # fmt: skip
def test_what_is_no_uuid_of_version_4_is_no_id(text: str) -> None:
    with pytest.raises(BadRequest, match="subscription_id is not a UUID of version 4"):
        decode.entity_id(text, "subscription_id")


@given(st.uuids(version=4))
def test_an_id_is_taken_in_any_case_and_kept_in_lower_case(value: object) -> None:
    assert decode.entity_id(str(value).upper()) == str(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("http://uss.example", "must be an https URL"),
        ("ftp://uss.example", "must be an https URL"),
        ("uss.example", "must be an https URL"),
        ("https://", "must be an https URL"),
        ("https://[::1", "is not a URL"),
        ("https://uss.example:port", "is not a URL"),
        ("https://uss.example:99999", "is not a URL"),
        ("https://uss.example/", "must not end in a slash"),
        ("https://uss.example#x", "no fragment"),
        ("https://name:word@uss.example", "no user name"),
        ("https://@uss.example", "no user name"),
        ("https://uss.example/a b", "no blanks"),
        ("https://uss.example/\r\nX: y", "no blanks"),
        ("https://uss.example/\u202e", "no blanks"),
    ],
)
def test_what_is_no_base_url_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        decode.base_url(text, allow_http=False)


def test_a_base_url_of_plain_http_is_taken_where_the_operator_allows_it() -> None:
    assert decode.base_url("http://127.0.0.1:80/x", allow_http=True) == "http://127.0.0.1:80/x"
    assert decode.base_url("https://uss.example/utm", allow_http=False) == "https://uss.example/utm"
    with pytest.raises(BadRequest, match="new_subscription/uss_base_url"):
        decode.base_url("x", allow_http=True, at="new_subscription/uss_base_url")


def suffix(ns: int) -> str:
    millis = ns // 10**6
    return f"{millis >> 16:08x}-{millis & 0xFFFF:04x}-7000-8000-000000000001"


@given(st.integers(-600, 600))
def test_a_suffix_is_taken_whose_time_is_within_five_minutes(off_s: int) -> None:
    text = suffix(NOW_NS + off_s * 10**9)
    if abs(off_s) <= 300:
        assert decode.ovn_suffix(text, NOW_NS) == text
    else:
        with pytest.raises(BadRequest, match="5 minutes"):
            decode.ovn_suffix(text, NOW_NS)


@pytest.mark.parametrize("text", ["", "x", "00000000-0000-4000-8000-000000000000", "{" + suffix(NOW_NS) + "}", suffix(NOW_NS).replace("-", "")])
def test_what_is_no_uuid_of_version_7_is_no_suffix(text: str) -> None:
    with pytest.raises(BadRequest, match="requested_ovn_suffix"):
        decode.ovn_suffix(text, NOW_NS)


def test_availability_is_taken_in_any_case_and_nothing_else_is() -> None:
    assert [decode.availability(text) for text in ("Down", "down", "NORMAL")] == [Availability.DOWN, Availability.DOWN, Availability.NORMAL]
    with pytest.raises(BadRequest, match="Unknown, Normal and Down"):
        decode.availability("gone")


@pytest.mark.parametrize("name", ["time_start", "time_end"])
def test_an_entity_needs_both_times(name: str) -> None:
    with pytest.raises(BadRequest, match=f"extents/1 lacks {name}"):
        decode.entity_extents([a_volume(), a_volume(**{name: None})])


@pytest.mark.parametrize("name", ["altitude_lower", "altitude_upper"])
def test_an_entity_needs_both_altitudes(name: str) -> None:
    with pytest.raises(BadRequest, match=f"extents/0 lacks volume/{name}"):
        decode.entity_extents([a_volume(volume=volume()["volume"] | {name: None})])


def test_an_outline_that_is_none_is_refused_by_its_place() -> None:
    crossing = [{"lat": a, "lng": b} for a, b in ((46, 8), (46.1, 8.1), (46, 8.1), (46.1, 8))]
    shape = volume()["volume"] | {"outline_polygon": {"vertices": crossing}}
    with pytest.raises(BadRequest, match="extents/2/volume/outline_polygon is not a simple area"):
        decode.entity_extents([a_volume(), a_volume(), a_volume(volume=shape)])
    both = volume()["volume"] | {"outline_circle": circle()}
    with pytest.raises(BadRequest, match="extents/0/volume must have one outline"):
        decode.entity_extents([a_volume(volume=both)])
    huge = volume()["volume"] | {"outline_polygon": None, "outline_circle": circle(radius_m=3e7)}
    with pytest.raises(BadRequest, match="extents/0/volume/outline_circle"):
        decode.entity_extents([a_volume(volume=huge)])


@pytest.mark.parametrize("text", ["2026-09-21T14:00:00", "2026-09-21", "14:00Z", "2026-13-01T00:00:00Z", "2500-01-01T00:00:00Z", "now", ""])
def test_what_is_no_time_with_a_zone_is_refused_by_its_place(text: str) -> None:
    wrong = a_volume(time_start={"value": text, "format": "RFC3339"})
    with pytest.raises(BadRequest, match="extents/0/time_start/value"):
        decode.entity_extents([wrong])


@given(st.floats(-8_000, 99_000, allow_nan=False), st.floats(0.001, 1_000))
def test_heights_are_rounded_outward_to_millimetres(low_m: float, thick_m: float) -> None:
    shape = volume()["volume"]
    shape["altitude_lower"]["value"], shape["altitude_upper"]["value"] = low_m, low_m + thick_m
    (extent,), _ = decode.entity_extents([a_volume(volume=shape)])
    assert extent.low_mm <= low_m * 1_000 < extent.low_mm + 1 + 1e-6
    assert extent.high_mm - 1 - 1e-6 < (low_m + thick_m) * 1_000 <= extent.high_mm
    assert extent.low_mm == math.floor(low_m * 1_000)


def test_times_are_rounded_outward_to_nanoseconds() -> None:
    fine = {"format": "RFC3339", "value": "2026-09-21T14:13:20.0000000005Z"}
    (extent,), _ = decode.entity_extents([a_volume(time_start=fine, time_end=fine)])
    assert (extent.start_ns, extent.end_ns) == (NOW_NS, NOW_NS + 1)


def test_bounds_that_are_open_are_as_far_as_can_be() -> None:
    open_volume = msgspec.convert({"volume": {"outline_circle": circle()}}, wire.Volume4D)
    extent, cover = decode.open_extent(open_volume, "extents", 5, 7)
    assert (extent.low_mm, extent.high_mm, extent.start_ns, extent.end_ns) == (LOWEST_MM, HIGHEST_MM, 5, 7)
    assert isinstance(extent.shape, Circle)
    assert all((box.low_mm, box.high_mm) == (LOWEST_MM, HIGHEST_MM) for box in cover)


def test_a_search_has_a_largest_area_to_the_square_metre() -> None:
    item = msgspec.convert({"volume": {"outline_circle": circle(radius_m=1_000)}}, wire.Volume4D)
    area_m2 = math.pi * 1e6
    assert decode.searched(item, NOW_NS, area_m2 + 1)
    with pytest.raises(TooLarge, match="3 km2"):
        decode.searched(item, NOW_NS, area_m2 - 1)
    with pytest.raises(BadRequest, match="ends before it begins"):
        decode.searched(a_volume(time_end=volume()["time_start"]), NOW_NS, 1e12)
