"""Profiles: minima with name, version and source; every quantity with its unit, and every mistake refused (R29)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.airspace.altitude import UM_PER_FT, UM_PER_M
from sharedsky.airspace.time import NS_PER_S
from sharedsky.conflicts.profile import (
    DEFAULT_PROFILE,
    MAX_REACH_M,
    PROFILE_KEYS,
    Profile,
    Terminal,
    VerticalTable,
    load_profile,
    parse_duration_ns,
    parse_length_m,
    parse_level_um,
)
from sharedsky.errors import ProfileError

HEAD = 'name = "n"\nversion = "2"\n'
NAN, INF = float("nan"), float("inf")


def _load(text: str) -> Profile:
    return load_profile(text.encode(), "mine.toml")


def test_the_default_is_5_nm_and_the_table_of_doc_4444() -> None:
    table = DEFAULT_PROFILE.vertical
    assert DEFAULT_PROFILE.horizontal_m == 9_260.0
    assert [v / UM_PER_FT for v in (table.low_um, table.high_um, table.split_um, table.rvsm_top_um)] == [
        1_000, 2_000, 29_000, 41_000,
    ]  # fmt: skip
    assert DEFAULT_PROFILE.tolerance_um == 100 * UM_PER_FT
    zero = ("volume_horizontal_m", "volume_vertical_um", "mixed_horizontal_m", "mixed_vertical_um", "zone_horizontal_m",
            "zone_vertical_um", "time_ns")  # fmt: skip
    assert [getattr(DEFAULT_PROFILE, name) for name in zero] == [0] * 7


def test_a_name_and_a_version_alone_are_the_default_under_another_name() -> None:
    assert _load(HEAD) == replace(DEFAULT_PROFILE, name="n", version="2", source="mine.toml")


def test_every_key_is_read_with_its_unit() -> None:
    profile = _load(
        HEAD
        + """source = "letter"
        [trajectory-trajectory]
        horizontal = "3NM"
        [vertical]
        low = "500ft"
        high = "300 m"
        split = "195FL"
        rvsm-top = "410fl"
        [volume-volume]
        horizontal = "50m"
        vertical = "15m"
        [trajectory-volume]
        horizontal = "1km"
        vertical = "100ft"
        [zone]
        horizontal = "1000ft"
        vertical = "0ft"
        [time]
        buffer = "1.5min"
        [certainty]
        tolerance = "50ft"
        [terminal]
        radius = "5NM"
        height = "3000ft"
        """
    )
    table = VerticalTable(500 * UM_PER_FT, 300 * UM_PER_M, 19_500 * UM_PER_FT, 41_000 * UM_PER_FT)
    assert profile == Profile(
        "n", "2", "letter", 5_556.0, table, 50.0, 15 * UM_PER_M, 1_000.0, 100 * UM_PER_FT, 304.8, 0,
        90 * NS_PER_S, 50 * UM_PER_FT, Terminal(9_260.0, 3_000 * UM_PER_FT),
    )  # fmt: skip


def test_every_key_of_the_file_sets_what_it_names() -> None:
    texts = {"length": "7m", "level": "35000ft", "time": "7s"}
    for section, keys in PROFILE_KEYS.items():
        for key, (kind, attribute) in keys.items():
            other = 'high = "35000ft"' if (section, key) == ("vertical", "low") else ""
            other = 'rvsm-top = "99000ft"' if key == "split" else other
            profile = _load(f'{HEAD}[{section}]\n{key} = "{texts[kind]}"\n{other}')
            holder: Any = {"vertical": profile.vertical, "terminal": profile.terminal}.get(section, profile)
            expected = {"length": 7.0, "level": 35_000 * UM_PER_FT, "time": 7 * NS_PER_S}[kind]
            assert getattr(holder, attribute) == expected, (section, key)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not TOML"),
        ('name = "n"', "needs a name and a version"),
        ('version = "1"', "needs a name and a version"),
        ("", "needs a name and a version"),
        ('name = ""\nversion = "1"', "'name' is no key|needs a name"),
        ('name = 5\nversion = "1"', "'name'"),
        (HEAD + 'colour = "red"', "'colour' is no key of a profile"),
        (HEAD + "zone = 5", "'zone' is no key of a profile"),
        (HEAD + "[[zone]]\nhorizontal = '1m'", "'zone' is no key of a profile"),
        (HEAD + "[zones]", "'zones' is no key of a profile"),
        (HEAD + '[zone]\ncolour = "red"', r"\[zone\] has no key 'colour'.*horizontal, vertical"),
        (HEAD + "[zone]\nhorizontal = 5", r"\[zone\] horizontal has no unit"),
        (HEAD + "[zone]\nhorizontal = true", "has no unit"),
        (HEAD + "[zone]\nhorizontal = nan", "has no unit"),
        (HEAD + "[zone]\nhorizontal = 2026-03-01", "has no unit"),
        (HEAD + '[zone]\nhorizontal = ["5NM"]', "has no unit"),
        (HEAD + '[zone]\nhorizontal = "5"', r"\[zone\] horizontal: '5' has no unit"),
        (HEAD + '[zone]\nhorizontal = "5 furlongs"', "no known unit"),
        (HEAD + '[zone]\nhorizontal = "5s"', "no known unit.*NM, km, m, ft"),
        (HEAD + '[zone]\nvertical = "5NM"', "no known unit.*ft, m, FL"),
        (HEAD + '[time]\nbuffer = "5ft"', "no known unit.*s, min, h"),
        (HEAD + '[zone]\nhorizontal = "NM"', "no number with a unit"),
        (HEAD + '[zone]\nhorizontal = "1,5NM"', "no number with a unit"),
        (HEAD + '[zone]\nhorizontal = "1_5NM"', "no number with a unit"),
        (HEAD + '[zone]\nhorizontal = "５NM"', "no number with a unit"),
        (HEAD + '[zone]\nhorizontal = "-5NM"', "zero or more"),
        (HEAD + '[zone]\nhorizontal = "inf m"', "no known unit|no number"),
        (HEAD + '[zone]\nhorizontal = "nanm"', "no known unit|no number"),
        (HEAD + '[zone]\nhorizontal = "1e999m"', "out of range|zero or more"),
        (HEAD + '[zone]\nhorizontal = "300km"', "zone_horizontal_m = 300000.0 is out of range. Give 0 to 200 km"),
        (HEAD + '[zone]\nvertical = "101km"', "no known unit"),
        (HEAD + '[zone]\nvertical = "101000m"', "zone_vertical_um is out of range"),
        (HEAD + '[zone]\nvertical = "1e308ft"', "out of range"),
        (HEAD + '[vertical]\nlow = "1e308ft"', "out of range"),
        (HEAD + '[vertical]\nlow = "1e8ft"\nhigh = "1e9ft"', "out of range"),
        (HEAD + '[vertical]\nlow = "3000ft"', "must not shrink with height"),
        (HEAD + '[vertical]\nsplit = "42000ft"', "must not shrink with height"),
        (HEAD + '[vertical]\nrvsm-top = "28000ft"', "must not shrink with height"),
        (HEAD + '[terminal]\nradius = "1e9NM"', "out of range"),
        (HEAD + '[terminal]\nheight = "1e9ft"', "out of range"),
        (HEAD + '[time]\nbuffer = "367000h"', "time buffer is out of range"),
        (HEAD + "[a" * 3_000, "not TOML|no key"),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        _load(text)


def test_bytes_that_are_not_text_are_refused() -> None:
    with pytest.raises(ProfileError, match=r"mine\.toml is not TOML"):
        load_profile(b"\xff\xfe\x00name", "mine.toml")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_profile_or_refused(data: bytes) -> None:
    try:
        load_profile(data)
    except ProfileError:
        return


@given(st.sampled_from([(s, k) for s, keys in PROFILE_KEYS.items() for k in keys]), st.text(max_size=20))
def test_any_text_for_a_quantity_is_read_or_refused(key: tuple[str, str], text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    try:
        _load(f'{HEAD}[{key[0]}]\n{key[1]} = "{quoted}"')
    except ProfileError:
        return


@given(st.floats(0, 1e300), st.sampled_from(["ft", "m", "fl", "nm", "km", "s", "min", "h"]))
def test_any_number_with_any_unit_is_read_or_refused(number: float, unit: str) -> None:
    for parse in (parse_length_m, parse_level_um, parse_duration_ns):
        try:
            value = parse(f"{number!r}{unit}")
        except ProfileError:
            continue
        assert 0 <= value < 2**80


@pytest.mark.parametrize(
    ("text", "metres"), [("5NM", 9_260.0), ("5 nm", 9_260.0), (" 1.5 km ", 1_500.0), ("0m", 0.0), ("1e3ft", 304.8)]
)
def test_a_length_is_read_in_metres(text: str, metres: float) -> None:
    assert parse_length_m(text) == pytest.approx(metres)


@pytest.mark.parametrize(
    ("text", "um"),
    [("1000ft", 1_000 * UM_PER_FT), ("0.5ft", UM_PER_FT // 2), ("300m", 300 * UM_PER_M), ("290FL", 29_000 * UM_PER_FT)],
)
def test_a_level_is_read_in_whole_micrometres(text: str, um: int) -> None:
    assert parse_level_um(text) == um


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30.0), ("0.5min", 30.0), ("2 h", 7_200.0), ("0.000000001s", 1e-9)]
)
def test_a_duration_is_read_in_whole_nanoseconds(text: str, seconds: float) -> None:
    assert parse_duration_ns(text) == round(seconds * NS_PER_S)


@pytest.mark.parametrize("value", [NAN, INF, -1.0, MAX_REACH_M * 1.001])
@pytest.mark.parametrize("name", ["horizontal_m", "volume_horizontal_m", "mixed_horizontal_m", "zone_horizontal_m"])
def test_a_horizontal_minimum_out_of_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(ProfileError, match=name):
        replace(DEFAULT_PROFILE, **{name: value})


@pytest.mark.parametrize("value", [-1, 100_001 * UM_PER_M])
@pytest.mark.parametrize("name", ["volume_vertical_um", "mixed_vertical_um", "zone_vertical_um", "tolerance_um"])
def test_a_vertical_minimum_out_of_range_is_refused(name: str, value: int) -> None:
    with pytest.raises(ProfileError, match=name):
        replace(DEFAULT_PROFILE, **{name: value})


@pytest.mark.parametrize("value", [-1, 367 * 86_400 * NS_PER_S])
def test_a_time_buffer_out_of_range_is_refused(value: int) -> None:
    with pytest.raises(ProfileError, match="time buffer"):
        Profile(time_ns=value)


@pytest.mark.parametrize("low", [-1, 10**40])
def test_a_vertical_table_out_of_range_is_refused(low: int) -> None:
    with pytest.raises(ProfileError, match=r"out of range"):
        DEFAULT_PROFILE.with_vertical(low)
    with pytest.raises(ProfileError, match=r"out of range"):
        VerticalTable(split_um=low * 10**30, rvsm_top_um=10**80)


@pytest.mark.parametrize(("radius_m", "height_um"), [(NAN, 0), (INF, 0), (-1.0, 0), (1.0, -1), (1.0, 10**40)])
def test_a_terminal_out_of_range_is_refused(radius_m: float, height_um: int) -> None:
    with pytest.raises(ProfileError, match="terminal"):
        Terminal(radius_m, height_um)


def test_one_vertical_minimum_replaces_the_whole_table_and_nothing_else() -> None:
    profile = DEFAULT_PROFILE.with_vertical(500 * UM_PER_FT)
    assert (profile.vertical.low_um, profile.vertical.high_um) == (500 * UM_PER_FT, 500 * UM_PER_FT)
    assert replace(profile, vertical=DEFAULT_PROFILE.vertical) == DEFAULT_PROFILE
