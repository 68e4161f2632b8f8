"""Strict JSON from untrusted bytes: what is refused, with its place, and what is let through."""

from __future__ import annotations

import contextlib
import gc
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.errors import LimitError, SharedskyError
from sharedsky.formats import json_scan
from sharedsky.formats.json_text import JsonError, RepeatedNames, decode, line_of, paused_collector
from sharedsky.formats.limits import Limits

LIMITS = Limits()

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def refused(data: bytes, limits: Limits = LIMITS) -> SharedskyError:
    with pytest.raises(SharedskyError) as caught:
        decode(data, limits)
    return caught.value


@given(json_values, st.sampled_from([None, 1]))
def test_what_json_writes_is_decoded_as_it_was(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=bool(indent))
    try:
        data = text.encode()
    except UnicodeEncodeError:  # lone surrogates are no Unicode
        return
    assert decode(data, LIMITS).value == value


@given(json_values)
def test_all_names_anywhere_are_reported(value: object) -> None:
    text = json.dumps({"outer": [value, {"inner": value}]})
    assert decode(text.encode(), LIMITS).names == _names(json.loads(text))


def _names(value: object) -> frozenset[str]:
    if isinstance(value, dict):
        return frozenset(value).union(*map(_names, value.values()))
    return frozenset().union(*map(_names, value)) if isinstance(value, list) else frozenset()


def test_a_byte_order_mark_is_tolerated() -> None:
    assert decode(b"\xef\xbb\xbf[1]", LIMITS).value == [1]


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "[-Infinity]", '{"a": nan}', "[1e999]", "[-1e999]", "[" + "9" * 5000 + "]"]
)
def test_a_number_that_no_double_holds_is_refused(text: str) -> None:
    assert isinstance(refused(text.encode()), JsonError)


def test_a_very_large_whole_number_is_kept_exactly_and_described_shortly() -> None:
    value = decode(b"[" + b"9" * 4000 + b"]", LIMITS).value
    assert value == [10**4000 - 1]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"a": 1,\n "b": x}', 2),
        (b"[1,\n2,\n]", 3),
        (b'{"a": 1}\n\n{', 3),
        (b"[1,\n 2", 2),
        (b'["a\n"]', 1),
        (b"[1] // a remark", 1),
    ],
)
def test_text_that_is_no_json_is_refused_with_its_line(data: bytes, line: int) -> None:
    error = refused(data)
    assert isinstance(error, JsonError)
    assert error.line == line


@pytest.mark.parametrize("data", [b"", b"   ", b"\xef\xbb\xbf"])
def test_an_empty_text_is_refused(data: bytes) -> None:
    assert isinstance(refused(data), JsonError)


@pytest.mark.parametrize("data", [b'\n{"a": "\xff"}', b'\n["\xed\xa0\x80"]', b'\n["\xc0\xaf"]'])
def test_bytes_that_are_not_utf_8_are_refused_with_their_line(data: bytes) -> None:
    error = refused(data)
    assert "UTF-8" in str(error)
    assert isinstance(error, JsonError)
    assert error.line == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    assert isinstance(refused('{"a": 1}'.encode(encoding)), JsonError)


def test_half_a_surrogate_pair_is_refused() -> None:
    assert isinstance(refused(b'["\\ud800"]'), JsonError)


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert decode(b'["\\ud83d\\ude00"]', LIMITS).value == ["\U0001f600"]


def test_depth_beyond_the_limit_is_refused_by_the_name_of_the_limit() -> None:
    error = refused(b"[" * 65 + b"]" * 65)
    assert isinstance(error, LimitError)
    assert "max-depth" in str(error)
    assert decode(b"[" * 64 + b"]" * 64, LIMITS).value


def test_depth_is_refused_before_anything_is_built() -> None:
    assert isinstance(refused(b"[" * 2_000_000), LimitError)
    assert isinstance(refused(b'{"a":' * 2_000_000), LimitError)


@pytest.mark.parametrize("depth", range(900, 1100, 3))
def test_no_depth_overflows_the_stack_even_with_repeats(depth: int) -> None:
    text = b'{"a":1,"a":' * depth + b"1" + b"}" * depth
    with contextlib.suppress(SharedskyError):
        assert decode(text, Limits(max_depth=10**9)).value


def test_a_raised_depth_limit_still_never_overflows_the_stack() -> None:
    assert isinstance(refused(b"[" * 200_000, Limits(max_depth=10**9)), JsonError)


def test_more_values_than_the_limit_are_refused_by_the_name_of_the_limit() -> None:
    error = refused(b"[" + b"[]," * 500 + b"[]]", Limits(max_values=1000))
    assert isinstance(error, LimitError)
    assert "max-values" in str(error)
    assert decode(b"[" + b"1," * 500 + b"1]", Limits(max_values=1000)).value


def test_brackets_quotes_and_escapes_inside_strings_are_no_structure() -> None:
    value = {"[[[{{{": "]]]}}}:::", 'a"b\\': ["\\", '\\"', "\\\\", "[" * 200]}
    assert decode(json.dumps(value).encode(), LIMITS).value == value


@given(st.lists(st.sampled_from(["\\", '"', "[", "a", ":", "é"]), max_size=12), st.integers(1, 9))
def test_the_scan_sees_the_same_wherever_its_pieces_end(characters: list[str], size: int) -> None:
    value = {"".join(characters): ["".join(characters), {"x": 1}]}
    data = json.dumps(value, ensure_ascii=False).encode()
    whole = json_scan.count_members(data, LIMITS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_scan, "_CHUNK", size)
        assert json_scan.count_members(data, LIMITS) == whole == 2


@pytest.mark.parametrize("data", [b'{"a": 1, "a": 2}', b'{"a": 1, "\\u0061": 2}', b'[{"x": {"a": 1, "b": 2, "a": 1}}]'])
def test_an_object_with_a_repeated_member_is_kept_apart_with_all_its_members(data: bytes) -> None:
    decoded = decode(data, LIMITS)
    found = decoded.value
    while not isinstance(found, RepeatedNames):
        found = found[0] if isinstance(found, list) else found["x"]  # type: ignore[index]
    assert found.name == "a"
    assert 1 in found.values()
    assert "a" in decoded.names


def test_names_hidden_behind_a_repeated_member_are_still_reported() -> None:
    assert "targets" in decode(b'{"a": {"targets": 1}, "a": 2}', LIMITS).names


def test_many_repeats_take_no_time() -> None:
    decoded = decode(b"{" + b'"a":1,' * 100_000 + b'"a":1}', LIMITS)
    assert isinstance(decoded.value, RepeatedNames)
    assert len(decoded.value) == 100_001


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_our_own_error(data: bytes) -> None:
    with contextlib.suppress(SharedskyError):
        decode(data, LIMITS)


def test_lines_count_from_one() -> None:
    assert [line_of(b"a\nb\nc", offset) for offset in (0, 1, 2, 4)] == [1, 1, 2, 3]


def test_the_collector_runs_again_after_a_pause_even_when_something_was_wrong() -> None:
    assert gc.isenabled()
    with contextlib.suppress(ValueError), paused_collector():
        assert not gc.isenabled()
        raise ValueError
    assert gc.isenabled()
