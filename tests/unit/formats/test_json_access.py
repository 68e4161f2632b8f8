"""Typed access to decoded JSON: the right type, or an error that names the place and what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharedsky.errors import LimitError
from sharedsky.formats import json_access
from sharedsky.formats.json_text import JsonError, decode
from sharedsky.formats.limits import Limits

WRONG: dict[str, list[Any]] = {
    "object": [1, 1.5, "x", True, []],
    "list": [1, "x", False, {}],
    "number": ["5", True, False, [], {}, "NaN"],
    "text": [5, 5.0, True, [], {}],
    "integer": [1.0, "1", True, 2**63, -(2**63) - 1, []],
    "flag": [0, 1, "true", []],
}
RIGHT: dict[str, list[Any]] = {
    "object": [{}, {"a": 1}],
    "list": [[], [1]],
    "number": [0, -3, 1.5, 10**15],
    "text": ["", "x"],
    "integer": [0, -(2**63), 2**63 - 1],
    "flag": [True, False],
}
GETTERS = [name for name in RIGHT if hasattr(json_access, f"get_{name}")]


def accessor(kind: str, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(json_access, f"{kind}_{name}")
    return found


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_type_comes_back(name: str) -> None:
    for value in RIGHT[name]:
        assert accessor("find", name)({"m": value}, "m", "/at") == value
        if name in GETTERS:
            assert accessor("get", name)({"m": value}, "m", "/at") == value


@pytest.mark.parametrize("name", WRONG)
def test_the_wrong_type_is_an_error_that_names_the_place(name: str) -> None:
    for value in WRONG[name]:
        for kind in ("get", "find") if name in GETTERS else ("find",):
            with pytest.raises(JsonError) as caught:
                accessor(kind, name)({"m/n": value}, "m/n", "/at/3")
            assert caught.value.pointer == "/at/3/m~1n"
            assert "/at/3/m~1n" in caught.value.message


@pytest.mark.parametrize("name", GETTERS)
def test_a_missing_member_is_named_with_its_object(name: str) -> None:
    with pytest.raises(JsonError) as caught:
        accessor("get", name)({}, "m", "/at")
    assert caught.value.pointer == "/at"
    assert "'m' is missing" in caught.value.message


@pytest.mark.parametrize("name", GETTERS)
def test_null_is_no_value_where_one_is_needed(name: str) -> None:
    with pytest.raises(JsonError, match="found null"):
        accessor("get", name)({"m": None}, "m", "/at")


@pytest.mark.parametrize("name", RIGHT)
def test_null_and_absent_are_alike_where_a_member_is_optional(name: str) -> None:
    nothing = [] if name == "list" else None
    assert accessor("find", name)({}, "m", "/at") == accessor("find", name)({"m": None}, "m", "/at") == nothing


def test_the_message_says_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(JsonError) as caught:
        json_access.get_number({"meters": "5"}, "meters", "/features/3/properties/max_altitude")
    assert caught.value.message == (
        "at /features/3/properties/max_altitude/meters: a number is expected, found the string '5'."
    )


def test_a_whole_number_beyond_a_double_is_no_number() -> None:
    with pytest.raises(JsonError, match="out of range"):
        json_access.get_number({"m": 10**400}, "m", "")


def test_an_object_with_a_repeated_member_is_refused_wherever_it_is_needed() -> None:
    value = decode(b'{"m": {"a": 1, "a": 2}}', Limits()).value
    assert isinstance(value, dict)
    for access in (json_access.get_object, json_access.find_object):
        with pytest.raises(JsonError, match="'a' more than once") as caught:
            access(value, "m", "")
        assert caught.value.pointer == "/m"


def test_a_kept_string_is_held_to_its_limit() -> None:
    limits = Limits(max_string=3)
    assert json_access.kept_text("abc", limits, "/m") == "abc"
    with pytest.raises(LimitError, match="max-string"):
        json_access.kept_text("abcd", limits, "/m")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (10**4000, "the number 1000"),
        ("\x1b[31m", r"the string '\x1b[31m'"),
        ("\u202e", r"the string '\u202e'"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_values_are_described_in_short_printable_words(value: object, words: str) -> None:
    described = json_access.describe(value)
    assert described.startswith(words)
    assert described.isprintable()
    assert len(described) < 300
