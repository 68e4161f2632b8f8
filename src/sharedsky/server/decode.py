"""From the wire's types to the exchange's: extents in whole numbers, identifiers, URLs; what is wrong is a BadRequest.

Times and heights are rounded outward. Called by the routes.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec import UNSET

from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import MAX_NS, NS_PER_S, parse_instant
from sharedsky.errors import SharedskyError
from sharedsky.exchange.cover import Extent, area_m2, cover_of
from sharedsky.exchange.model import HIGHEST_MM, LOWEST_MM, Availability, Cover
from sharedsky.exchange.rules import OI_MAX_VERTICES
from sharedsky.server import wire
from sharedsky.server.body import BadRequest, TooLarge

_UUID4 = re.compile(
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
)  # fmt: skip
#: How far the time in a requested OVN suffix (a UUID of version 7) may be from now (InterUSS).
_OVN_SUFFIX_REACH_NS: Final = 5 * 60 * NS_PER_S


def entity_id(text: str, at: str = "the identifier in the path") -> str:
    """An identifier of a path or body, in lower case.

    Raises:
        BadRequest: it is no UUID of version 4.
    """
    if _UUID4.fullmatch(text) is None:
        raise BadRequest(f"{at} is not a UUID of version 4 in its usual form.")
    return text.lower()


def base_url(text: str, *, allow_http: bool, at: str = "uss_base_url") -> str:
    """A USS's base URL.

    Raises:
        BadRequest: not an https URL (or http where it is allowed), with a trailing slash or a fragment.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadRequest(f"{at} is not a URL.") from None
    if parts.scheme not in (("https", "http") if allow_http else ("https",)) or not host:
        raise BadRequest(f"{at} must be an https URL with a host.")
    if text.endswith("/") or "#" in text:
        raise BadRequest(f"{at} must not end in a slash, and must have no fragment.")
    if parts.username is not None or not text.isprintable() or " " in text:
        raise BadRequest(f"{at} must hold no user name and no blanks.")
    return text


def ovn_suffix(text: str | None, now_ns: int) -> str | None:
    """A requested OVN suffix: a UUID of version 7 whose time is near now.

    Raises:
        BadRequest: it is not.
    """
    if text is None:
        return None
    try:
        value = uuid.UUID(text)
    except ValueError:
        raise BadRequest("requested_ovn_suffix is not a UUID.") from None
    if value.version != 7 or str(value) != text.lower():
        raise BadRequest("requested_ovn_suffix is not a UUID of version 7.")
    made_ns = (value.int >> 80) * 1_000_000
    if abs(made_ns - now_ns) > _OVN_SUFFIX_REACH_NS:
        raise BadRequest("the time in requested_ovn_suffix is more than 5 minutes from now.")
    return text


def availability(text: str) -> Availability:
    """An availability, in capitals or not.

    Raises:
        BadRequest: there is no such.
    """
    for value in Availability:
        if value.value.lower() == text.lower():
            return value
    raise BadRequest("availability is none of Unknown, Normal and Down.")


def entity_extents(volumes: Sequence[wire.Volume4D]) -> tuple[tuple[Extent, ...], Cover]:
    """The extents of an intent or a constraint, in which every bound must be given, and their cover.

    Raises:
        BadRequest: a bound is missing, or a shape is none.
    """
    for k, item in enumerate(volumes):
        bounds = {
            "time_start": item.time_start,
            "time_end": item.time_end,
            "volume/altitude_lower": item.volume.altitude_lower,
            "volume/altitude_upper": item.volume.altitude_upper,
        }
        if missing := [name for name, bound in bounds.items() if bound is None]:
            raise BadRequest(f"extents/{k} lacks {', '.join(missing)}: both times and both altitudes are needed.")
    _check_size(volumes, "extents")
    extents = tuple(_extent(item, f"extents/{k}", 0, 0) for k, item in enumerate(volumes))
    return extents, _covered(extents, "extents/{}")


def open_extent(item: wire.Volume4D, at: str, start_ns: int, end_ns: int) -> tuple[Extent, Cover]:
    """An extent whose bounds may be open, and its cover.

    Args:
        start_ns, end_ns: where its times are not given.
    Raises:
        BadRequest: a shape is none.
    """
    _check_size((item,), at)
    extent = _extent(item, at, start_ns, end_ns)
    return extent, _covered((extent,), at)


def searched(item: wire.Volume4D, now_ns: int, max_area_m2: float) -> Cover:
    """The cover of an area of interest; where its times are not given, from now on.

    Raises:
        BadRequest: a shape is none, or it ends before it begins. TooLarge: it is larger than may be searched at once.
    """
    extent, cover = open_extent(item, "area_of_interest", now_ns, MAX_NS)
    if extent.end_ns <= extent.start_ns or extent.high_mm <= extent.low_mm:
        raise BadRequest("area_of_interest ends before it begins, in time or in height.")
    if area_m2(extent) > max_area_m2:
        raise TooLarge(f"area_of_interest is larger than {max_area_m2 / 1e6:,.0f} km2: ask for parts of it.")
    return cover


def _check_size(volumes: Sequence[wire.Volume4D], at: str) -> None:
    """Nothing may have more vertices than the largest may: to draw them first would take long."""
    outlines = (item.volume.outline_polygon for item in volumes)
    if sum(len(outline.vertices) for outline in outlines if outline is not None) > OI_MAX_VERTICES:
        raise BadRequest(f"{at} has more than {OI_MAX_VERTICES:,} vertices.")


def _covered(extents: tuple[Extent, ...], at: str) -> Cover:
    """The cover; at: the member, with a place for the number of the extent."""
    try:
        return cover_of(extents)
    except SharedskyError:
        for k, extent in enumerate(extents):
            try:
                cover_of((extent,))
            except SharedskyError as error:
                outline = "outline_circle" if isinstance(extent.shape, Circle) else "outline_polygon"
                raise BadRequest(f"{at.format(k)}/volume/{outline} is not a simple area: {error}") from None
        raise


def _extent(item: wire.Volume4D, at: str, start_ns: int, end_ns: int) -> Extent:
    volume = item.volume
    low, high = volume.altitude_lower, volume.altitude_upper
    return Extent(
        _shape(volume, at),
        LOWEST_MM if low is None else math.floor(low.value * 1_000),
        HIGHEST_MM if high is None else math.ceil(high.value * 1_000),
        start_ns if item.time_start is None else _instant(item.time_start, f"{at}/time_start/value", up=False),
        end_ns if item.time_end is None else _instant(item.time_end, f"{at}/time_end/value", up=True),
    )


def _shape(volume: wire.Volume3D, at: str) -> Circle | tuple[tuple[float, float], ...]:
    if (volume.outline_circle is None) == (volume.outline_polygon is None):
        raise BadRequest(f"{at}/volume must have one outline: outline_circle or outline_polygon.")
    if volume.outline_polygon is not None:
        return tuple((vertex.lat, vertex.lng) for vertex in volume.outline_polygon.vertices)
    circle = volume.outline_circle
    assert circle is not None
    try:
        return Circle(circle.center.lat, circle.center.lng, circle.radius.value)
    except SharedskyError as error:
        raise BadRequest(f"{at}/volume/outline_circle: {error}") from None


def check_record(record: wire.ExchangeRecord, at: str) -> None:
    """See to it that the times of a record are times.

    Raises:
        BadRequest: one is none.
    """
    _instant(record.request_time, f"{at}/request_time/value", up=False)
    if record.response_time is not UNSET:
        _instant(record.response_time, f"{at}/response_time/value", up=False)


def _instant(time: wire.RequestTime, at: str, *, up: bool) -> int:
    try:
        return parse_instant(time.value, "up" if up else "down").ns
    except SharedskyError as error:
        raise BadRequest(f"{at}: {error}") from None
