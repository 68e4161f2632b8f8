"""JSON and base64url without tolerance: depth, repeated names, numbers beyond what can be held."""

from __future__ import annotations

import json

import pytest

from sharedsky.tokens.encoding import MAX_DEPTH, read_object, write_object
from sharedsky.tokens.errors import EncodingError


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_nesting_is_read_up_to_the_limit_and_no_deeper() -> None:
    assert "a" in read_object(nested(MAX_DEPTH))
    for depth in (MAX_DEPTH + 1, 1_000, 100_000):
        with pytest.raises(EncodingError, match="deeply"):
            read_object(nested(depth))


@pytest.mark.parametrize("text", ["[" * 100, '"' + "{" * 100, "\\\"" + "[" * 100, "]" * 50 + "[" * 100, "\\" * 3])
def test_brackets_in_a_string_are_no_nesting(text: str) -> None:
    value = {text: [text, {"b": text}]}
    assert read_object(json.dumps(value).encode()) == value


@pytest.mark.parametrize("data", [b'"' + b'\\"' * 100_000, b'{"' + b"\\" * 100_001, b'{"' + b'"[' * 100_000, b"]" * 200_000])
def test_strings_that_do_not_end_are_looked_at_once(data: bytes) -> None:
    with pytest.raises(EncodingError):
        read_object(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff", "UTF-8"), (b"", "not JSON"), (b"{]}", "not JSON"), (b"[]", "no object"), (b'{"a":1,"a":1}', "twice"),
        (b'{"a":{"b":1,"b":1}}', "twice"), (b'{"a":NaN}', "NaN"), (b'{"a":-Infinity}', "NaN"), (b'{"a":1e999}', "beyond"),
        (b'{"a":' + b"9" * 21 + b"}", "beyond"), (b'{"a":' + b"9" * 10_000 + b".0}", "beyond"), (b'{"a":01}', "not JSON"), (b'{"a":1}x', "not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_strict_json_object_is_refused_and_why(data: bytes, why: str) -> None:
    with pytest.raises(EncodingError, match=why):
        read_object(data)


def test_what_is_written_can_be_read() -> None:
    value = {"é": [1, 2.5, None, True, "\n"], "a": {}}
    assert read_object(write_object(value)) == value
