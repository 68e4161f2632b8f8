"""Bodies: JSON, whole, each member once; messages that name the member in words."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss_world import intent_body
from sharedsky.server import wire
from sharedsky.server.body import BadRequest, WrongType, check_json, read_body

WANTED = wire.PutOperationalIntentReferenceParameters


def said(body: bytes) -> str:
    with pytest.raises(BadRequest) as raised:
        read_body(body, WANTED)
    return str(raised.value)


def refusal(body: bytes) -> str:
    """Why a body is refused; empty where it is not."""
    try:
        read_body(body, WANTED)
    except BadRequest as error:
        return str(error)
    return ""


def test_a_good_body_is_read_and_members_that_are_not_known_are_ignored() -> None:
    value = read_body(json.dumps(intent_body(new_thing={"a": [1, {"b": None}]})).encode(), WANTED)
    assert value.uss_base_url == "https://uss1.example.com/utm"
    assert value.subscription_id is None


@given(st.text(), st.text(max_size=3))
def test_a_member_twice_is_found_however_it_is_written(name: str, beside: str) -> None:
    once = json.dumps({"x": {name: 1, name + "+": 2}})[1:-1]
    escaped = "".join(f"\\u{unit:04x}" for unit in _units(name))
    twice = '"x": {' + f'{json.dumps(name)}: 1, "{escaped}": 2' + "}"
    good = json.dumps(intent_body())[:-1]
    assert read_body(f"{good}, {once}}}".encode(), WANTED)
    assert "is given twice" in said(f"{good}, {twice}}}".encode())


def _units(text: str) -> list[int]:
    data = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[k : k + 2], "big") for k in range(0, len(data), 2)]


@given(st.binary(max_size=60))
def test_no_bytes_bring_anything_but_a_refusal(data: bytes) -> None:
    assert said(data)


@pytest.mark.parametrize("depth", [100, 900, 990, 1_000, 1_010, 5_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"x":', "}")])
def test_a_body_of_any_depth_is_read_or_refused(depth: int, opening: str, closing: str) -> None:
    good = json.dumps(intent_body())[:-1]
    text = f'{good}, "x": {opening * depth}1{closing * depth}}}'
    message = refusal(text.encode())
    assert message == "" or (depth > 500 and "nested too deeply" in message)
    twice = f'{good}, "x": {opening * depth}1{closing * depth}, "x": 1}}'
    message = said(twice.encode())
    assert "twice" in message or "nested too deeply" in message


def test_what_a_request_says_is_not_sent_back_at_any_length() -> None:
    assert len(said(json.dumps(intent_body(state="x" * 100_000)).encode())) < 400
    name = "y" * 100_000
    assert len(said(f'{json.dumps(intent_body())[:-1]}, "{name}": 1, "{name}": 2}}'.encode())) < 400


@pytest.mark.parametrize("given_", [[b"text/json"], [b""], [b"application/json2"], [b"application/octet-stream"]])
def test_another_type_is_refused(given_: list[bytes]) -> None:
    with pytest.raises(WrongType):
        check_json(_scope([(b"content-type", value) for value in given_]))


def test_the_type_may_be_missing_or_have_parameters_and_be_there_once() -> None:
    check_json(_scope([]))
    check_json(_scope([(b"content-type", b"application/json; charset=utf-8")]))
    check_json(_scope([(b"content-encoding", b"identity")]))
    with pytest.raises(BadRequest, match="twice"):
        check_json(_scope([(b"content-type", b"application/json")] * 2))
    with pytest.raises(WrongType, match="Content-Encoding"):
        check_json(_scope([(b"content-encoding", b"br")]))


def _scope(headers: list[tuple[bytes, bytes]]) -> Any:
    return {"headers": headers}


def test_every_kind_of_what_msgspec_says_is_put_in_words() -> None:
    """A new version may say things in another way: then these messages are to be looked at again."""
    for body in (
        intent_body(state=1), intent_body(key="x"), intent_body(key=["x"]), intent_body(extents=None), intent_body(uss_base_url=""),
        intent_body(subscription_id="x"), intent_body(new_subscription=[]), intent_body(state="x"),
    ):  # fmt: skip
        message = said(msgspec.json.encode(body))
        assert "`" not in message
        assert "$" not in message
        assert "cannot be read" not in message
