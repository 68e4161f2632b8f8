"""Times and windows ("Time" of docs/conflicts.md): UTC, whole nanoseconds, rounded outward; a zone is never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sharedsky.airspace.time import (
    ALWAYS,
    MAX_NS,
    MIN_NS,
    NS_PER_DAY,
    NS_PER_MIN,
    NS_PER_S,
    Instant,
    TimeWindow,
    format_instant,
    instant_on,
    parse_instant,
)
from sharedsky.errors import TimeError

T0 = 1_772_359_200 * NS_PER_S  # 2026-03-01T10:00:00Z
held = st.integers(MIN_NS + 1, MAX_NS - 1)


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-03-01T10:00:00Z", T0),
        ("2026-03-01t10:00:00z", T0),
        ("2026-03-01T10:00:00.5Z", T0 + NS_PER_S // 2),
        ("2026-03-01T10:00:00.000000001Z", T0 + 1),
        ("2026-03-01T10:00:00+00:00", T0),
        ("2026-03-01T10:00:00-00:00", T0),
        ("2026-03-01T11:00:00+01:00", T0),
        ("2026-03-01T15:45:00+05:45", T0),
        ("2026-02-28T22:00:00-12:00", T0),
        ("2026-03-02T09:59:00+23:59", T0),
        ("2026-02-28T10:01:00-23:59", T0),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("2024-02-29T00:00:00Z", 1_709_164_800 * NS_PER_S),
    ],
)
def test_an_rfc_3339_time_is_read_to_the_nanosecond(text: str, ns: int) -> None:
    assert parse_instant(text) == Instant(ns)
    assert parse_instant(text, "up") == Instant(ns)


def test_digits_finer_than_a_nanosecond_go_outward() -> None:
    text = "2026-03-01T10:00:00.1234567891Z"
    assert parse_instant(text, "down").ns == T0 + 123_456_789
    assert parse_instant(text, "up").ns == T0 + 123_456_790


def test_zeros_finer_than_a_nanosecond_move_nothing() -> None:
    assert parse_instant("2026-03-01T10:00:00.1234567890000Z", "up").ns == T0 + 123_456_789


def test_digits_before_1970_go_outward_too() -> None:
    assert parse_instant("1969-12-31T23:59:59.0000000005Z", "down").ns == -NS_PER_S
    assert parse_instant("1969-12-31T23:59:59.0000000005Z", "up").ns == -NS_PER_S + 1


@pytest.mark.parametrize(
    "text", ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.9Z", "2017-01-01T00:59:60+01:00", "2016-12-31T20:29:60-03:30"]
)
def test_a_leap_second_is_read_as_the_next_second_and_said_so(text: str) -> None:
    assert parse_instant(text) == Instant(parse_instant("2017-01-01T00:00:00Z").ns, leap_second=True)


def test_an_ordinary_second_is_not_said_to_be_a_leap_second() -> None:
    assert not parse_instant("2016-12-31T23:59:59Z").leap_second


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00",  # no zone
        "2026-03-01T10:00:00.5",
        "2026-03-01 10:00:00Z",
        "2026-03-01T10:00Z",
        "2026-03-01",
        "2026-03-01T10:00:00.Z",
        "2026-03-01T10:00:00,5Z",
        "2026-3-01T10:00:00Z",
        "26-03-01T10:00:00Z",
        "2026-03-01T10:00:00+0100",
        "2026-03-01T10:00:00+01",
        "2026-03-01T10:00:00 Z",
        " 2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00Z\n",
        "2026-03-01T10:00:00UTC",
        "20260301T100000Z",
        "1772359200",
        "now",
        "",
        "２026-03-01T10:00:00Z",
        "2026-03-01T10:00:00Z" * 1_000,
    ],
)
def test_what_is_no_rfc_3339_time_with_a_zone_is_refused(text: str) -> None:
    with pytest.raises(TimeError, match="not an RFC 3339 time with a zone") as refusal:
        parse_instant(text)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-00-01T10:00:00Z",
        "2026-03-00T10:00:00Z",
        "2026-04-31T10:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T10:60:00Z",
        "2026-03-01T10:00:61Z",
        "2026-03-01T25:00:60Z",
        "0000-03-01T10:00:00Z",
    ],
)
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(TimeError, match="no time that exists"):
        parse_instant(text)


@pytest.mark.parametrize("offset", ["+24:00", "-24:00", "+01:60", "-99:99"])
def test_an_offset_that_does_not_exist_is_refused(offset: str) -> None:
    with pytest.raises(TimeError, match="no such zone offset"):
        parse_instant(f"2026-03-01T10:00:00{offset}")


@pytest.mark.parametrize(
    "text",
    [
        "1686-01-01T00:00:00Z",
        "2254-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_a_time_that_cannot_be_held_is_refused(text: str) -> None:
    with pytest.raises(TimeError, match="outside the years"):
        parse_instant(text)


@given(held)
def test_an_instant_written_and_read_again_is_the_same(ns: int) -> None:
    assert parse_instant(format_instant(ns)).ns == ns


@given(held, st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_an_offset_says_the_same_instant_in_another_zone(ns: int, offset_min: int) -> None:
    there = ns + offset_min * NS_PER_MIN
    assume(MIN_NS < there < MAX_NS)
    hours, minutes = divmod(abs(offset_min), 60)
    sign = "-" if offset_min < 0 else "+"
    assert parse_instant(f"{format_instant(there)[:-1]}{sign}{hours:02d}:{minutes:02d}").ns == ns


@given(st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1)))  # noqa: DTZ001 (bounds are naive)
def test_microseconds_are_read_as_the_standard_library_counts_them(moment: datetime) -> None:
    since = moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    assert parse_instant(moment.isoformat() + "Z").ns == since // timedelta(microseconds=1) * 1_000


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_instant(text)
    except TimeError:
        return


@given(held, st.integers(0, 9))
def test_an_instant_written_with_fixed_places_is_rounded_down(ns: int, places: int) -> None:
    step = 10 ** (9 - places)
    assume(ns // step * step > MIN_NS)
    assert parse_instant(format_instant(ns, places)).ns == ns // step * step


def test_an_instant_is_written_with_the_digits_it_needs() -> None:
    assert format_instant(T0) == "2026-03-01T10:00:00Z"
    assert format_instant(T0 + 120_000_000) == "2026-03-01T10:00:00.12Z"
    assert format_instant(T0 + 120_000_000, 0) == "2026-03-01T10:00:00Z"
    assert format_instant(T0, 3) == "2026-03-01T10:00:00.000Z"
    assert format_instant(-1) == "1969-12-31T23:59:59.999999999Z"


def test_open_ends_can_be_written() -> None:
    assert format_instant(MIN_NS) < format_instant(0) < format_instant(MAX_NS)


def test_a_window_is_closed_and_may_be_an_instant() -> None:
    window, instant = TimeWindow(T0, T0 + 10), TimeWindow(T0 + 10, T0 + 10)
    assert window.meets(instant)
    assert instant.meets(window)
    assert not window.meets(TimeWindow(T0 + 11, T0 + 11))
    assert instant.meets(instant)


@given(held, held, held, held)
def test_windows_meet_where_they_share_an_instant(a: int, b: int, c: int, d: int) -> None:
    one, other = TimeWindow(min(a, b), max(a, b)), TimeWindow(min(c, d), max(c, d))
    shared = max(one.start_ns, other.start_ns) <= min(one.end_ns, other.end_ns)
    assert one.meets(other) == other.meets(one) == shared
    assert one.meets(ALWAYS)


def test_a_window_that_ends_before_it_starts_is_refused_with_both_times() -> None:
    with pytest.raises(TimeError, match=r"end 2026-03-01T10:00:00Z lies before the start 2026-03-01T10:00:01Z"):
        TimeWindow(T0 + NS_PER_S, T0)


@pytest.mark.parametrize(
    ("start", "end"), [(MIN_NS - 1, 0), (0, MAX_NS + 1), (-(10**40), 0), (0, 10**40), (0, -(10**40)), (10**40, 0)]
)
def test_a_window_out_of_range_is_refused_whatever_its_order(start: int, end: int) -> None:
    with pytest.raises(TimeError, match="outside the years"):
        TimeWindow(start, end)


def test_a_buffer_widens_both_ends_and_leaves_open_ends_open() -> None:
    assert TimeWindow(T0, T0).widened(5) == TimeWindow(T0 - 5, T0 + 5)
    assert ALWAYS.widened(366 * NS_PER_DAY) == ALWAYS
    assert TimeWindow(MIN_NS, T0).widened(5) == TimeWindow(MIN_NS, T0 + 5)


def test_the_largest_buffers_of_two_open_windows_stay_inside_int64() -> None:
    assert MAX_NS + 2 * 366 * NS_PER_DAY < 2**63
    assert MIN_NS - 2 * 366 * NS_PER_DAY >= -(2**63)


def test_windows_are_in_order_of_their_start() -> None:
    assert sorted([TimeWindow(3, 4), TimeWindow(1, 9), TimeWindow(1, 2)])[0] == TimeWindow(1, 2)


def test_a_day_ends_at_24_00() -> None:
    day = date(2026, 3, 1)
    assert instant_on(day, 24, 0) == instant_on(date(2026, 3, 2), 0, 0) == instant_on(day, 0, 0) + NS_PER_DAY
    assert instant_on(day, 10, 0) == T0
    assert instant_on(day, 10, 0, 1) == T0 + NS_PER_S


@pytest.mark.parametrize(
    ("hour", "minute", "second"),
    [(24, 1, 0), (24, 0, 1), (25, 0, 0), (-1, 0, 0), (0, 60, 0), (0, -1, 0), (0, 0, 60), (0, 0, -1)],
)
def test_a_time_of_day_that_does_not_exist_is_refused(hour: int, minute: int, second: int) -> None:
    with pytest.raises(TimeError, match="no time of day"):
        instant_on(date(2026, 3, 1), hour, minute, second)


@pytest.mark.parametrize("day", [date(1600, 1, 1), date(2300, 1, 1), date.min, date.max])
def test_a_day_that_cannot_be_held_is_refused(day: date) -> None:
    with pytest.raises(TimeError, match="outside the years"):
        instant_on(day, 24, 0)
