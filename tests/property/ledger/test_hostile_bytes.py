"""Hostile bytes for every parser: no exception but ours, and no changed bundle that is taken for the true one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_samples import LOG_KEY, POLICY, WITNESS, Store, consistency_bundle, entry, logged_bundle, signed
from sharedsky.ledger.bundle import HeadProof, LoggedBundle, head_proof_of, parse_bundle
from sharedsky.ledger.canonical import Item, decode, encode, message, prefix
from sharedsky.ledger.checkpoint import parse_checkpoint, verify_checkpoint
from sharedsky.ledger.errors import LedgerError
from sharedsky.ledger.heads import map_proof_of, prove
from sharedsky.ledger.host_leaves import heads_leaf_of, origin_leaf_of
from sharedsky.ledger.keys import VerifierKey
from sharedsky.ledger.leaf import FIELDS, GROUPS, Leaf, openings_of
from sharedsky.ledger.note import parse_note
from sharedsky.ledger.promise import parse_head_receipt, parse_promise
from sharedsky.ledger.tiles import parse_tile_path
from sharedsky.ledger.tree import inclusion_proof
from sharedsky.verify import Finding, parse_policy, verify_bundle

STORE = Store()
for number in range(3):
    STORE.append([entry(secret=f"{number} {k}") for k in range(5)])
    STORE.close()
ONE = STORE.logged[7]
LAST = STORE.closes[-1]
SIZE = LAST.checkpoint.size
END = inclusion_proof(STORE.subtrees().subtree, SIZE - 1, SIZE)
MAP = prove(STORE.nodes, LAST.heads_leaf.root, ONE.pending.channel)
PROMISE = ONE.promise
BUNDLES = {
    "an entry in part": bytes(logged_bundle(STORE, ONE, [*GROUPS[0], "kind", "time"])),
    "an entry in full": bytes(logged_bundle(STORE, ONE)),
    "a heads leaf": bytes(LoggedBundle(signed(LAST.checkpoint), SIZE - 1, LAST.heads_leaf, END)),
    "growth": bytes(consistency_bundle(STORE)),
}
POLICY_FILE = f"log {LOG_KEY.verifier}\nwitness n {WITNESS.verifier}\ngroup g any n\nquorum g\n".encode()
OPENINGS = encode(ONE.leaf.open([*GROUPS[0], "kind"]).item())

PARSERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "item": (decode, OPENINGS),
    "openings": (lambda data: openings_of(decode(data)).opened(), OPENINGS),
    "leaf": (lambda data: Leaf.load(bytes(32), data), ONE.leaf.content),
    "note": (parse_note, signed(LAST.checkpoint)),
    "checkpoint": (lambda data: parse_checkpoint(data.decode("utf-8", "replace")), LAST.checkpoint.body.encode()),
    "signed checkpoint": (
        lambda data: verify_checkpoint(data, [LOG_KEY.verifier], [WITNESS.verifier]),
        signed(LAST.checkpoint),
    ),
    "key": (lambda data: VerifierKey.parse(data.decode("utf-8", "replace")), str(LOG_KEY.verifier).encode()),
    "bundle": (parse_bundle, BUNDLES["an entry in part"]),
    "policy": (parse_policy, POLICY_FILE),
    "path": (lambda data: parse_tile_path(data.decode("utf-8", "replace")), b"0/x001/234.p/7"),
    "promise": (parse_promise, bytes(PROMISE)),
    "receipt": (parse_head_receipt, message("head-receipt", (bytes(32), 1, bytes(32)))),
    "head proof": (lambda data: head_proof_of(decode(data)), encode(HeadProof(LAST.heads_leaf, END, MAP).item())),
    "map proof": (lambda data: map_proof_of(decode(data)), encode(MAP.item())),
    "heads leaf": (lambda data: heads_leaf_of(decode(data)), encode(LAST.heads_leaf.item())),
    "origin leaf": (lambda data: origin_leaf_of(decode(data)), encode(("o", 1, bytes(32), b"", 0, 0))),
}


@st.composite
def spoiled(draw: st.DrawFn, good: bytes) -> bytes:
    """Good bytes with a few places changed, cut, doubled or filled in; or any bytes at all."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.binary(max_size=200))
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 6)))
        data[at:end] = draw(st.binary(max_size=6) | st.sampled_from([b"", b"\n\n", b"\xff" * 5, b"\x04\x00\x00\x00\x02"]))
    return bytes(data)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=80)
@given(data=st.data())
def test_a_parser_raises_nothing_but_our_errors(name: str, data: st.DataObject) -> None:
    parse, good = PARSERS[name]
    parse(good)
    with contextlib.suppress(LedgerError):
        parse(data.draw(spoiled(good)))


ITEMS: st.SearchStrategy[Item] = st.recursive(
    st.integers(-1, 9) | st.sampled_from([b"", bytes(32), b"x" * 32, signed(LAST.checkpoint)]) | st.just("text"),
    lambda inner: st.lists(inner, max_size=6).map(tuple),
    max_leaves=25,
)


@settings(max_examples=300)
@given(st.integers(0, 5), st.lists(ITEMS, max_size=5))
def test_a_whole_bundle_of_any_structure_is_a_verdict(claim: int, items: list[Item]) -> None:
    body = message("bundle", (claim, *items))
    verdict = verify_bundle(body + sha256(body).digest(), POLICY)
    assert verdict.finding in (Finding.INVALID, Finding.UNDECIDED)
    assert verdict.words()


@settings(max_examples=300)
@given(st.data())
def test_any_bytes_are_a_verdict(data: st.DataObject) -> None:
    good = BUNDLES[data.draw(st.sampled_from(sorted(BUNDLES)))]
    changed = data.draw(spoiled(good))
    if changed not in BUNDLES.values():
        assert verify_bundle(changed, POLICY).finding is Finding.INVALID


@pytest.mark.parametrize("name", BUNDLES)
def test_every_change_of_one_byte_is_found(name: str) -> None:
    good = BUNDLES[name]
    assert verify_bundle(good, POLICY).finding in (Finding.LOGGED_ONLY, Finding.CONSISTENT)
    for at in range(len(good)):
        for flip in (0x01, 0x80):
            changed = good[:at] + bytes([good[at] ^ flip]) + good[at + 1 :]
            assert verify_bundle(changed, POLICY).finding is Finding.INVALID, at


@pytest.mark.parametrize("name", BUNDLES)
def test_no_byte_can_be_changed_even_by_one_who_makes_the_digest_anew(name: str) -> None:
    """Some changes make a witness or a claim unknown, and the verdict says less; none leaves it as it was."""
    good = BUNDLES[name][:-32]
    true = verify_bundle(BUNDLES[name], POLICY)
    less = 0
    for at in range(len(prefix("bundle")), len(good)):
        for flip in (0x01, 0x20, 0x80):
            body = good[:at] + bytes([good[at] ^ flip]) + good[at + 1 :]
            verdict = verify_bundle(body + sha256(body).digest(), POLICY)
            if verdict.finding is not Finding.INVALID:
                assert verdict != true, at
                assert not {*verdict.witnesses, *verdict.older_witnesses} - {*true.witnesses}, at
                assert verdict.finding is Finding.UNDECIDED or verdict.older_witnesses == (), at
                less += 1
    names_and_ids = 2 * 3 * (len(WITNESS.name) + 6) + 24
    assert less <= names_and_ids


def test_the_fields_of_one_leaf_do_not_fit_another() -> None:
    other = STORE.logged[8].leaf
    for name in FIELDS:
        for a, b in ((ONE.leaf, other), (other, ONE.leaf)):
            mixed = type(a.open([name]))(tuple(x if x != y else y for x, y in zip(a.open([name]).groups, b.open(FIELDS).groups)))
            assert mixed.value() == a.value
            swapped = type(mixed)((a.open([name]).groups[0], b.open([name]).groups[1], a.open([name]).groups[2]))
            assert swapped.value() not in (a.value, b.value)
