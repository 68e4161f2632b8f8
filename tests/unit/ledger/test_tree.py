"""The tree against published roots, and against what proofs must refuse (RFC 6962, RFC 9162)."""

from __future__ import annotations

import hashlib

import pytest

import ledger_oracle
from sharedsky.ledger.errors import ProofError
from sharedsky.ledger.tree import (
    EMPTY_ROOT,
    MAX_SIZE,
    check_consistency,
    check_inclusion,
    consistency_proof,
    find_leaf,
    inclusion_proof,
    leaf_hash,
    root_hash,
)

#: The eight leaves of the Certificate Transparency reference tests, and the roots of their trees.
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Subtrees:
    """Hashes of complete subtrees, by the definition."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves

    def __call__(self, level: int, index: int) -> bytes:
        start, end = index << level, (index + 1) << level
        assert end <= len(self.leaves)
        return ledger_oracle.tree_root(self.leaves[start:end])


SUBTREE = Subtrees(LEAVES)


def test_roots_are_the_published_ones() -> None:
    assert hashlib.sha256().digest() == EMPTY_ROOT == root_hash(SUBTREE, 0)
    assert [root_hash(SUBTREE, size).hex() for size in range(1, 9)] == ROOTS


def test_every_inclusion_proof_is_that_of_the_definition_and_holds() -> None:
    for size in range(1, 9):
        for index in range(size):
            proof = inclusion_proof(SUBTREE, index, size)
            assert list(proof) == ledger_oracle.inclusion_path(index, LEAVES[:size])
            check_inclusion(leaf_hash(LEAVES[index]), index, size, proof, bytes.fromhex(ROOTS[size - 1]))


def test_every_consistency_proof_is_that_of_the_definition_and_holds() -> None:
    for new in range(1, 9):
        for old in range(1, new + 1):
            proof = consistency_proof(SUBTREE, old, new)
            assert list(proof) == ledger_oracle.consistency_path(old, LEAVES[:new])
            check_consistency(old, new, proof, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]))
        check_consistency(0, new, consistency_proof(SUBTREE, 0, new), EMPTY_ROOT, bytes.fromhex(ROOTS[new - 1]))


def test_an_inclusion_proof_holds_for_its_leaf_place_size_and_root_alone() -> None:
    for size in range(1, 9):
        root = bytes.fromhex(ROOTS[size - 1])
        for index in range(size):
            proof = inclusion_proof(SUBTREE, index, size)
            leaf = leaf_hash(LEAVES[index])
            wrong = [
                (leaf_hash(b"another"), index, size, proof, root),
                (leaf, index, size, (*proof, bytes(32)), root),
                (leaf, index, size, proof[:-1], root) if proof else (leaf, 1, 1, proof, root),
                (leaf, index, size, proof, bytes(32)),
                (leaf, size, size, proof, root),
                (leaf, -1, size, proof, root),
                (leaf, index, MAX_SIZE + 1, proof, root),
                (leaf, index, size, (*proof[:-1], b"short"), root),
            ]
            wrong += [(leaf, other, size, proof, root) for other in range(size) if other != index]
            for case in wrong:
                with pytest.raises(ProofError):
                    check_inclusion(*case)


def test_a_consistency_proof_holds_for_its_sizes_and_roots_alone() -> None:
    for new in range(2, 9):
        for old in range(1, new):
            a, b = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
            proof = consistency_proof(SUBTREE, old, new)
            for case in [
                (old, new, proof, bytes(32), b),
                (old, new, proof, a, bytes(32)),
                (old, new, (*proof, bytes(32)), a, b),
                (old, new, proof[:-1], a, b),
                (old, new, (), a, b),
                (new, old, proof, b, a),
                (old, new, (*proof[:-1], b"short"), a, b),
                (0, new, proof, EMPTY_ROOT, b),
                (0, new, (), a, b),
                (new, new, proof, b, b),
                (new, new, (), a, b),
            ]:
                with pytest.raises(ProofError):
                    check_consistency(*case)


def test_what_lies_outside_the_tree_has_no_proof() -> None:
    for make in (
        lambda: inclusion_proof(SUBTREE, 8, 8),
        lambda: inclusion_proof(SUBTREE, 0, 0),
        lambda: inclusion_proof(SUBTREE, -1, 8),
        lambda: consistency_proof(SUBTREE, 5, 4),
        lambda: consistency_proof(SUBTREE, -1, 4),
    ):
        with pytest.raises(ProofError):
            make()


def test_a_leaf_is_found_among_sorted_ones_and_what_is_not_there_is_not() -> None:
    rows = sorted(LEAVES, key=leaf_hash)
    subtree = Subtrees(rows)
    assert [find_leaf(subtree, leaf_hash(leaf), 0, 8) for leaf in rows] == list(range(8))
    assert find_leaf(subtree, leaf_hash(b"another"), 0, 8) is None
    assert find_leaf(subtree, leaf_hash(rows[7]), 0, 7) is None
    assert find_leaf(subtree, bytes(32), 3, 3) is None
