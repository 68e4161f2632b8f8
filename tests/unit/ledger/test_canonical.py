"""Canonical bytes: one encoding for each value, one value for each encoding."""

from __future__ import annotations

import pytest

import ledger_oracle
from sharedsky.ledger.canonical import (
    MAX_DEPTH,
    as_bytes,
    as_integer,
    as_list,
    as_text,
    decode,
    encode,
    message,
    read_message,
    recode,
)
from sharedsky.ledger.canonical import digest as digest_of
from sharedsky.ledger.errors import LedgerFormatError, LedgerValueError

VALUE = (1, b"two", "drei é", (-4, ()), 2**63 - 1, -(2**63))


def test_a_value_is_encoded_as_the_document_says_and_comes_back() -> None:
    assert encode(VALUE) == ledger_oracle.item(VALUE)
    assert decode(encode(VALUE)) == VALUE
    assert recode(VALUE) == encode(VALUE)


@pytest.mark.parametrize("value", [True, None, 1.5, bytearray(b"x"), {}, 2**63, -(2**63) - 1])
def test_a_value_without_canonical_bytes_is_refused(value: object) -> None:
    with pytest.raises(LedgerValueError):
        encode(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["e\u0301", "a\nb", "\x00", "\x7f", "\x85", "\ud800", "\U000e0fff"])
def test_text_that_is_not_nfc_or_has_control_or_unassigned_characters_is_refused(text: str) -> None:
    with pytest.raises(LedgerValueError):
        encode(text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01\x00",
        b"\x02\x00\x00\x00\x05abc",
        b"\x02\xff\xff\xff\xff",
        b"\x03\x00\x00\x00\x01\xff",
        b"\x03\x00\x00\x00\x01\n",
        b"\x03\x00\x00\x00\x03e\xcc\x81",
        b"\x03\x00\x00\x00\x02\xc2\x85",
        b"\x04\x00\x00\x00\x02" + encode(1),
        b"\x04\xff\xff\xff\xff",
        b"\x05\x00\x00\x00\x00",
        encode(1) + b"\x00",
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    with pytest.raises(LedgerFormatError):
        decode(data)


def test_lists_too_deep_in_lists_are_refused_before_the_stack_ends() -> None:
    assert decode(b"\x04\x00\x00\x00\x01" * MAX_DEPTH + encode(1))
    with pytest.raises(LedgerFormatError):
        decode(b"\x04\x00\x00\x00\x01" * 100_000 + encode(1))


def test_a_message_bears_its_type_and_version_and_is_read_as_no_other() -> None:
    data = message("promise", (1, b"x"))
    assert data == b"sharedsky/promise/1\x00" + encode((1, b"x"))
    assert read_message(data, "promise") == (1, b"x")
    for kind, version in (("promis", 1), ("promise", 2), ("bundle", 1)):
        with pytest.raises(LedgerFormatError):
            read_message(data, kind, version)
    with pytest.raises(LedgerFormatError):
        read_message(b"sharedsky/promise/1\x00" + encode(1), "promise")
    assert digest_of("promise", (1, b"x")) == ledger_oracle.sha(data)


def test_what_was_decoded_is_taken_only_as_what_it_is() -> None:
    for take in (
        lambda: as_integer("1"),
        lambda: as_integer(5, 6, 7),
        lambda: as_bytes("x"),
        lambda: as_bytes(b"x", 2, 3),
        lambda: as_text(b"x"),
        lambda: as_list(b"x"),
        lambda: as_list((1,), 0, 2),
    ):
        with pytest.raises(LedgerFormatError):
            take()
