"""The heads map: presence and absence, and what cannot be passed off as either (trust.md, "Heads")."""

from __future__ import annotations

import pytest

import ledger_oracle
from ledger_samples import some_bytes
from sharedsky.ledger.canonical import decode, encode
from sharedsky.ledger.errors import LedgerFormatError, LedgerValueError, ProofError, StateError
from sharedsky.ledger.heads import (
    EMPTY,
    KEY_BITS,
    BlindedHead,
    Head,
    MapProof,
    MemoryNodes,
    check_map,
    lookup,
    map_proof_of,
    prove,
    update,
)

CHANNELS = [some_bytes(f"channel {k}") for k in range(12)]


def head(counter: int) -> BlindedHead:
    return BlindedHead(Head(counter, some_bytes(f"entry {counter}")), some_bytes(f"blind {counter}"))


NODES = MemoryNodes()
ROOT = update(NODES, EMPTY, {tag: head(k) for k, tag in enumerate(CHANNELS)}).root
ABSENT = [some_bytes(f"another channel {k}") for k in range(40)]


def test_the_root_is_that_of_the_definition() -> None:
    rows = {tag: (k, some_bytes(f"entry {k}"), some_bytes(f"blind {k}")) for k, tag in enumerate(CHANNELS)}
    assert ledger_oracle.map_root(rows) == ROOT
    assert ledger_oracle.map_root({}) == EMPTY


def test_every_channel_is_proved_with_its_head_and_every_other_absent() -> None:
    for k, tag in enumerate(CHANNELS):
        assert check_map(prove(NODES, ROOT, tag), ROOT, tag) == head(k).head
        assert lookup(NODES, ROOT, tag) == head(k)
    for tag in ABSENT:
        assert check_map(prove(NODES, ROOT, tag), ROOT, tag) is None
        assert lookup(NODES, ROOT, tag) is None
    assert check_map(prove(NODES, EMPTY, ABSENT[0]), EMPTY, ABSENT[0]) is None


def test_absence_ends_at_nothing_or_at_another_channel_and_both_occur() -> None:
    ends = {prove(NODES, ROOT, tag).other is None for tag in ABSENT}
    assert ends == {True, False}


def test_a_proof_for_one_channel_shows_nothing_of_another() -> None:
    for tag in CHANNELS:
        for other in CHANNELS:
            if other != tag:
                with pytest.raises(ProofError):
                    check_map(prove(NODES, ROOT, tag), ROOT, other)


def test_a_present_channel_cannot_be_shown_absent() -> None:
    for tag in CHANNELS:
        proof = prove(NODES, ROOT, tag)
        assert proof.present is not None
        key = ledger_oracle.sha(b"sharedsky/map-key/1\x00" + tag)
        forged = [
            MapProof(proof.siblings),
            MapProof(proof.siblings, None, (key, proof.present.digest())),
            MapProof(proof.siblings[:-1], None, (some_bytes("x"), some_bytes("y"))),
            MapProof(()),
            MapProof(proof.siblings, None, (bytes([key[0] ^ 0x80]) + key[1:], proof.present.digest())),
        ]
        for one in forged:
            with pytest.raises(ProofError):
                check_map(one, ROOT, tag)


def test_another_head_cannot_be_shown() -> None:
    for tag in CHANNELS:
        proof = prove(NODES, ROOT, tag)
        for other in (head(99), BlindedHead(Head(5, some_bytes("entry 5")), some_bytes("x"))):
            with pytest.raises(ProofError):
                check_map(MapProof(proof.siblings, other), ROOT, tag)


def test_a_proof_longer_than_a_key_is_refused() -> None:
    with pytest.raises(ProofError, match="longer"):
        check_map(MapProof((EMPTY,) * (KEY_BITS + 1)), ROOT, CHANNELS[0])


def test_an_old_root_stays_provable_and_what_is_stale_serves_it_alone() -> None:
    nodes = MemoryNodes()
    first = update(nodes, EMPTY, {tag: head(1) for tag in CHANNELS}).root
    second = update(nodes, first, {CHANNELS[3]: head(2), some_bytes("new"): head(1)})
    assert check_map(prove(nodes, first, CHANNELS[3]), first, CHANNELS[3]) == head(1).head
    assert check_map(prove(nodes, second.root, CHANNELS[3]), second.root, CHANNELS[3]) == head(2).head
    for node in second.stale:
        del nodes.nodes[node]
    for k, tag in enumerate(CHANNELS):
        assert check_map(prove(nodes, second.root, tag), second.root, tag) == head(2 if k == 3 else 1).head
    with pytest.raises(StateError):
        prove(nodes, first, CHANNELS[3])


def test_setting_what_is_already_so_changes_nothing_and_makes_nothing_stale() -> None:
    same = update(NODES, ROOT, {CHANNELS[0]: head(0)})
    assert (same.root, same.stale) == (ROOT, [])
    assert update(NODES, ROOT, {}).root == ROOT


def test_few_nodes_are_written_for_a_change() -> None:
    nodes = MemoryNodes()
    root = update(nodes, EMPTY, {some_bytes(str(k)): head(1) for k in range(2_000)}).root
    before = len(nodes.nodes)
    assert before < 5_000
    update(nodes, root, {some_bytes("7"): head(2)})
    assert len(nodes.nodes) - before < 30


def test_a_fresh_blind_alone_changes_every_hash_on_the_way() -> None:
    nodes = MemoryNodes()
    root = update(nodes, EMPTY, {tag: head(1) for tag in CHANNELS}).root
    blinded = {tag: BlindedHead(head(1).head, some_bytes(tag.hex())) for tag in CHANNELS}
    again = update(nodes, root, blinded).root
    for tag in CHANNELS:
        old, new = prove(nodes, root, tag).siblings, prove(nodes, again, tag).siblings
        assert all(a != b for a, b in zip(old, new) if a != EMPTY)


def test_a_damaged_or_missing_node_is_said() -> None:
    for data in (None, b"", b"\x02" + bytes(64), b"\x00" + bytes(64), b"\x01" + bytes(104)):
        nodes = MemoryNodes(dict(NODES.nodes))
        if data is None:
            del nodes.nodes[ROOT]
        else:
            nodes.nodes[ROOT] = data
        with pytest.raises(StateError):
            prove(nodes, ROOT, CHANNELS[0])


def test_tags_and_hashes_of_another_length_are_refused() -> None:
    for tag, value in (
        (b"short", head(1)),
        (bytes(32), BlindedHead(Head(1, b"short"), bytes(32))),
        (bytes(32), BlindedHead(Head(1, bytes(32)), b"short")),
    ):
        with pytest.raises(LedgerValueError):
            update(MemoryNodes(), EMPTY, {tag: value})


def test_map_proofs_travel_as_bytes_in_one_form() -> None:
    for tag in (*CHANNELS, *ABSENT):
        proof = prove(NODES, ROOT, tag)
        assert map_proof_of(decode(encode(proof.item()))) == proof


@pytest.mark.parametrize("item", [(), ((), (1,)), ((b"short",), ()), ((), (-1, bytes(32), bytes(32))), ((), (bytes(32), b""))])
def test_what_is_no_map_proof_is_refused(item: object) -> None:
    with pytest.raises(LedgerFormatError):
        map_proof_of(item)  # type: ignore[arg-type]
