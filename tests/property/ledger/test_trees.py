"""Canonical bytes, the tree and the heads map against their definitions, for any content and any growth."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import ledger_oracle
from ledger_samples import some_bytes
from sharedsky.ledger import heads
from sharedsky.ledger.canonical import Item, decode, encode, recode
from sharedsky.ledger.errors import LedgerFormatError, ProofError
from sharedsky.ledger.tiles import Edge, TileSubtrees, parse_tile_path, tile_path
from sharedsky.ledger.tree import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
)

TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=8).map(
    lambda text: __import__("unicodedata").normalize("NFC", text)
)
ITEMS: st.SearchStrategy[Item] = st.recursive(
    st.integers(-(2**63), 2**63 - 1) | st.binary(max_size=40) | TEXTS,
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


@given(ITEMS)
def test_every_value_has_the_bytes_of_the_document_and_comes_back(value: Item) -> None:
    assert encode(value) == ledger_oracle.item(value)
    assert decode(encode(value)) == value
    assert recode(decode(encode(value))) == encode(value)


@given(ITEMS, ITEMS)
def test_two_values_never_share_bytes(one: Item, other: Item) -> None:
    assume(one != other)
    assert encode(one) != encode(other)


@given(ITEMS, st.data())
def test_what_is_decoded_from_any_bytes_has_those_bytes(value: Item, data: st.DataObject) -> None:
    changed = bytearray(encode(value))
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = decode(bytes(changed))
    except LedgerFormatError:
        return
    assert recode(found) == bytes(changed)


@st.composite
def grown(draw: st.DrawFn) -> tuple[list[bytes], TileSubtrees]:
    """Leaves, and the tree of them as tiles, grown in parts of any size."""
    size = draw(st.sampled_from([*range(1, 20), 31, 64, 255, 256, 257, 300, 511, 513, 700]))
    leaves = [some_bytes(f"{k}") for k in range(size)]
    edge, tiles = Edge(), {}
    at = 0
    while at < size:
        step = draw(st.sampled_from([1, 2, 63, 64, 200, 256, 700])) if size < 300 else 150
        part = edge.append([leaf_hash(leaf) for leaf in leaves[at : at + step]])
        tiles.update({(tile.level, tile.index): tile.data for tile in part})
        edge = Edge.load(edge.size, lambda level, index, width: tiles.get((level, index)))
        at += step
    assert edge.root() == ledger_oracle.tree_root(leaves)
    return leaves, TileSubtrees(lambda level, index, width: tiles.get((level, index)), size)


@settings(max_examples=60)
@given(grown(), st.data())
def test_proofs_from_tiles_are_those_of_the_definition_at_any_size_and_hold(
    tree: tuple[list[bytes], TileSubtrees], data: st.DataObject
) -> None:
    leaves, subtrees = tree
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    root = ledger_oracle.tree_root(leaves[:size])
    proof = inclusion_proof(subtrees.subtree, index, size)
    assert list(proof) == ledger_oracle.inclusion_path(index, leaves[:size])
    check_inclusion(leaf_hash(leaves[index]), index, size, proof, root)
    old = data.draw(st.integers(1, size))
    growth = consistency_proof(subtrees.subtree, old, size)
    assert list(growth) == ledger_oracle.consistency_path(old, leaves[:size])
    check_consistency(old, size, growth, ledger_oracle.tree_root(leaves[:old]), root)


@settings(max_examples=60)
@given(grown(), st.data())
def test_no_changed_proof_holds(tree: tuple[list[bytes], TileSubtrees], data: st.DataObject) -> None:
    leaves, subtrees = tree
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    root, old_root = ledger_oracle.tree_root(leaves), ledger_oracle.tree_root(leaves[:old])
    for proof, check in (
        (inclusion_proof(subtrees.subtree, index, size), lambda p: check_inclusion(leaf_hash(leaves[index]), index, size, p, root)),
        (consistency_proof(subtrees.subtree, old, size), lambda p: check_consistency(old, size, p, old_root, root)),
    ):
        for changed in changes(proof, data):
            with pytest.raises(ProofError):
                check(changed)


def changes(proof: tuple[bytes, ...], data: st.DataObject) -> Iterator[tuple[bytes, ...]]:
    """The proof with one bit, one hash, one length or the order changed."""
    yield (*proof, some_bytes("more"))
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        byte = data.draw(st.integers(0, 31))
        one = bytearray(proof[at])
        one[byte] ^= 1 << data.draw(st.integers(0, 7))
        yield (*proof[:at], bytes(one), *proof[at + 1 :])
        yield proof[:at] + proof[at + 1 :]
        yield (*proof[:at], proof[at], *proof[at:])
        if at:
            yield (*proof[: at - 1], proof[at], proof[at - 1], *proof[at + 1 :])


@given(st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_every_tile_has_one_path(level: int, index: int, width: int) -> None:
    assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)


def test_the_hash_of_a_node_is_no_hash_of_a_leaf() -> None:
    assert node_hash(bytes(32), bytes(32)) != leaf_hash(bytes(64))


# -- The heads map ------------------------------------------------------------------------------------------------

BATCHES = st.lists(st.dictionaries(st.integers(0, 15), st.integers(0, 3), max_size=6), min_size=1, max_size=6)


def small_key(place: int, spread: int) -> bytes:
    """A key of a space of 16: its four bits lie at the beginning, at the end, or far apart."""
    bits = [(place >> k) & 1 for k in range(4)]
    at = {0: (0, 1, 2, 3), 1: (252, 253, 254, 255), 2: (0, 100, 200, 255)}[spread]
    number = sum(bit << (255 - where) for bit, where in zip(bits, at))
    return number.to_bytes(32, "big")


@settings(max_examples=60)
@given(BATCHES, st.integers(0, 2))
def test_the_map_is_that_of_the_definition_in_a_small_space_of_keys(batches: list[dict[int, int]], spread: int) -> None:
    keys = {some_bytes(f"tag {k}"): small_key(k, spread) for k in range(16)}
    tags = list(keys)
    real = ledger_oracle.sha

    def sha(data: bytes) -> bytes:
        start = b"sharedsky/map-key/1\x00"
        return keys[data[len(start) :]] if data.startswith(start) else real(data)

    with patch.object(heads, "map_key", keys.__getitem__), patch.object(ledger_oracle, "sha", sha):
        nodes, root = heads.MemoryNodes(), heads.EMPTY
        plain: dict[bytes, tuple[int, bytes, bytes]] = {}
        for batch in batches:
            rows = {tags[k]: (counter, some_bytes(f"{counter}"), some_bytes(f"b{counter}")) for k, counter in batch.items()}
            plain.update(rows)
            changed = heads.update(nodes, root, {tag: blinded(row) for tag, row in rows.items()})
            for node in changed.stale:
                del nodes.nodes[node]
            root = changed.root
            assert root == ledger_oracle.map_root(plain)
        for tag in tags:
            proof = heads.prove(nodes, root, tag)
            found = heads.check_map(proof, root, tag)
            assert found == (blinded(plain[tag]).head if tag in plain else None)
            assert forged(proof, root, tag, found) == []


def blinded(row: tuple[int, bytes, bytes]) -> heads.BlindedHead:
    return heads.BlindedHead(heads.Head(row[0], row[1]), row[2])


def forged(proof: heads.MapProof, root: bytes, tag: bytes, found: heads.Head | None) -> list[heads.MapProof]:
    """Changed proofs that are accepted although they say something else: none should be."""
    other = heads.BlindedHead(heads.Head(9, some_bytes("9")), some_bytes("b"))
    cut = proof.siblings[:-1]
    tries = [
        heads.MapProof(proof.siblings, other),
        heads.MapProof(cut, other),
        heads.MapProof(proof.siblings),
        heads.MapProof(cut),
        heads.MapProof(cut, None, proof.other),
        heads.MapProof((*proof.siblings, heads.EMPTY), proof.present, proof.other),
    ]
    accepted = []
    for one in tries:
        try:
            if heads.check_map(one, root, tag) != found:
                accepted.append(one)
        except ProofError:
            pass
    return accepted


@settings(max_examples=40)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.integers(1, 7))
def test_the_root_depends_on_what_the_map_holds_and_not_on_how_it_came(places: list[int], step: int) -> None:
    rows = {some_bytes(f"tag {k}"): (k, some_bytes(f"{k}"), some_bytes(f"b{k}")) for k in places}
    nodes, root = heads.MemoryNodes(), heads.EMPTY
    tags = list(rows)
    for at in range(0, len(tags), step):
        root = heads.update(nodes, root, {tag: blinded(rows[tag]) for tag in tags[at : at + step]}).root
    assert root == ledger_oracle.map_root(rows)
    assert root == heads.update(heads.MemoryNodes(), heads.EMPTY, {tag: blinded(rows[tag]) for tag in reversed(tags)}).root
