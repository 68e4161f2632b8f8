"""Promises and receipts: signed bytes that are nothing else (trust.md, "Promise", "Grades of told")."""

from __future__ import annotations

import pytest

import ledger_oracle
from ledger_samples import LOG_KEY, ORIGIN, WITNESS, some_bytes
from sharedsky.ledger.canonical import message
from sharedsky.ledger.errors import LedgerFormatError, ProofError
from sharedsky.ledger.promise import HeadReceipt, Promise, SignedPromise, parse_head_receipt, parse_promise

PROMISE = Promise(ORIGIN, some_bytes("A to B"), 7, some_bytes("leaf"), 1_790_000_010 * 10**9)
RECEIPT = HeadReceipt(some_bytes("A to B"), 7, some_bytes("leaf"))


def test_a_promise_is_signed_as_the_document_says_and_verified() -> None:
    one = PROMISE.signed(LOG_KEY.private)
    items = [ORIGIN, some_bytes("A to B"), 7, some_bytes("leaf"), 1_790_000_010 * 10**9]
    assert one.body == b"sharedsky/promise/1\x00" + ledger_oracle.item(items)
    assert one.verify(LOG_KEY.verifier.public) == PROMISE


def test_a_promise_of_another_key_or_text_is_none() -> None:
    one = PROMISE.signed(LOG_KEY.private)
    for bad, public in (
        (one, WITNESS.verifier.public),
        (one, b"no key"),
        (SignedPromise(one.body + b"x", one.signature), LOG_KEY.verifier.public),
        (SignedPromise(one.body, one.signature[:-1]), LOG_KEY.verifier.public),
        (SignedPromise(one.body, bytes(64)), LOG_KEY.verifier.public),
    ):
        with pytest.raises(ProofError):
            bad.verify(public)


def test_a_signature_over_something_else_is_no_promise() -> None:
    body = bytes(RECEIPT)
    with pytest.raises(LedgerFormatError):
        SignedPromise(body, LOG_KEY.private.sign(body)).verify(LOG_KEY.verifier.public)


@pytest.mark.parametrize(
    "items",
    [(), (1,), ("o", bytes(32), 0, bytes(32), 1), ("o", b"short", 1, bytes(32), 1), (b"o", bytes(32), 1, bytes(32), 1), ("o", bytes(32), 1, bytes(32), "1")],
)
def test_what_is_no_promise_is_refused(items: tuple[object, ...]) -> None:
    with pytest.raises(LedgerFormatError):
        parse_promise(message("promise", items))  # type: ignore[arg-type]


def test_a_receipt_covers_channel_counter_and_head() -> None:
    assert bytes(RECEIPT) == b"sharedsky/head-receipt/1\x00" + ledger_oracle.item([some_bytes("A to B"), 7, some_bytes("leaf")])
    assert parse_head_receipt(bytes(RECEIPT)) == RECEIPT
    with pytest.raises(LedgerFormatError):
        parse_head_receipt(bytes(PROMISE))
