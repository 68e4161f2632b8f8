"""What the verifier says of a bundle: one of a closed set, each with its exit status (trust.md, "Verdicts")."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from ledger_oracle import inclusion_path, tree_root
from ledger_samples import (
    LOG_KEY,
    NO_WITNESS,
    ORIGIN,
    OTHER_WITNESS,
    POLICY,
    WITNESS,
    Store,
    consistency_bundle,
    entry,
    logged_bundle,
    signed,
    some_bytes,
)
from sharedsky.ledger.bundle import (
    MAX_BUNDLE_BYTES,
    ConsistencyBundle,
    HeadProof,
    LoggedBundle,
    UnknownBundle,
    head_proof_of,
    parse_bundle,
)
from sharedsky.ledger.canonical import Item, decode, encode, message
from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.errors import LedgerFormatError, ProofError
from sharedsky.ledger.heads import prove
from sharedsky.ledger.host_leaves import OriginLeaf
from sharedsky.ledger.keys import SigningKey
from sharedsky.ledger.tree import inclusion_proof
from sharedsky.verify import Finding, Policy, Verdict, verify_bundle
from sharedsky.verify.__main__ import USAGE, main
from sharedsky.verify.verdict import Witnessed

STORE = Store()
for close in range(5):
    STORE.append([entry(secret=f"{close} {k}", channel="A to B" if k % 2 else "A to C") for k in range(9)])
    STORE.close()
ONE = STORE.logged[17]
LOGGED = logged_bundle(STORE, ONE, ["channel", "counter", "previous", "plan_tags", "kind", "view", "time"])
CONSISTENT = consistency_bundle(STORE)
LAST = STORE.closes[-1].checkpoint


def resealed(items: tuple[Item, ...]) -> bytes:
    body = message("bundle", items)
    return body + sha256(body).digest()


def policy_text() -> str:
    return f"log {LOG_KEY.verifier}\nwitness north {WITNESS.verifier}\nquorum north\n"


def test_a_leaf_in_the_log_is_logged_and_no_more() -> None:
    verdict = verify_bundle(bytes(LOGGED), POLICY)
    assert (verdict.finding, verdict.status) == (Finding.LOGGED_ONLY, 4)
    assert verdict.checkpoint == LAST
    assert verdict.witnesses == (Witnessed("north", 1_790_000_010),)
    assert verdict.opened is not None
    assert verdict.opened.names == {"channel", "counter", "previous", "plan_tags", "kind", "view", "time"}
    assert verdict.opened.counter == ONE.pending.counter
    assert verdict.index == STORE.index[ONE.leaf.value]


def test_every_entry_of_the_log_can_be_shown() -> None:
    for one in STORE.logged:
        verdict = verify_bundle(bytes(logged_bundle(STORE, one)), POLICY)
        assert verdict.finding is Finding.LOGGED_ONLY
        assert verdict.opened == one.leaf.opened()


def test_a_heads_leaf_and_the_origin_leaf_can_be_shown() -> None:
    subtree = STORE.subtrees().subtree
    origin = OriginLeaf(ORIGIN, 1_790_000_000 * 10**9, some_bytes("origin"))
    for index, leaf in ((LAST.size - 1, STORE.closes[-1].heads_leaf), (0, origin)):
        bundle = LoggedBundle(signed(LAST), index, leaf, inclusion_proof(subtree, index, LAST.size))
        assert parse_bundle(bytes(bundle)) == bundle
        assert verify_bundle(bytes(bundle), POLICY).finding is Finding.LOGGED_ONLY


def test_without_the_policys_witnesses_nothing_is_decided() -> None:
    bare = LoggedBundle(bytes(LAST.unsigned().signed_by(LOG_KEY)), LOGGED.index, LOGGED.leaf, LOGGED.proof)
    verdict = verify_bundle(bytes(bare), POLICY)
    assert (verdict.finding, verdict.status) == (Finding.UNDECIDED, 7)
    assert "no witness" in "\n".join(verdict.words())
    assert verify_bundle(bytes(bare), NO_WITNESS).finding is Finding.LOGGED_ONLY
    other = LAST.unsigned().signed_by(LOG_KEY).signed_by(OTHER_WITNESS, 7)
    bundle = LoggedBundle(bytes(other), LOGGED.index, LOGGED.leaf, LOGGED.proof)
    assert verify_bundle(bytes(bundle), POLICY).finding is Finding.UNDECIDED


def test_a_log_that_grew_is_consistent() -> None:
    for older in range(5):
        for newer in range(older, 5):
            verdict = verify_bundle(bytes(consistency_bundle(STORE, older, newer)), POLICY)
            assert (verdict.finding, verdict.status) == (Finding.CONSISTENT, 5)
            assert verdict.checkpoint == STORE.closes[newer].checkpoint


def test_a_newer_checkpoint_without_the_policys_witnesses_is_undecided() -> None:
    bare = bytes(LAST.unsigned().signed_by(LOG_KEY))
    bundle = ConsistencyBundle(CONSISTENT.older, bare, CONSISTENT.proof)
    assert verify_bundle(bytes(bundle), POLICY).finding is Finding.UNDECIDED


def test_two_signed_logs_of_one_size_are_the_hosts_fault() -> None:
    fork = Checkpoint(ORIGIN, LAST.size, some_bytes("another root"))
    verdict = verify_bundle(bytes(ConsistencyBundle(signed(LAST), signed(fork), ())), POLICY)
    assert (verdict.finding, verdict.status) == (Finding.HOST_AT_FAULT, 8)
    unsigned = bytes(fork.unsigned().signed_by(SigningKey.from_seed(ORIGIN, b"\x09" * 32)))
    assert verify_bundle(bytes(ConsistencyBundle(signed(LAST), unsigned, ())), POLICY).finding is Finding.INVALID


def test_checkpoints_of_two_logs_or_in_the_wrong_order_show_nothing() -> None:
    other_key = SigningKey.from_seed("other.example/log", b"\x07" * 32)
    other = bytes(Checkpoint("other.example/log", 500, bytes(32)).unsigned().signed_by(other_key))
    both = Policy((LOG_KEY.verifier, other_key.verifier), {}, quorum=None)
    for bundle in (
        ConsistencyBundle(CONSISTENT.older, other, ()),
        ConsistencyBundle(CONSISTENT.newer, CONSISTENT.older, CONSISTENT.proof),
        ConsistencyBundle(CONSISTENT.older, CONSISTENT.newer, ()),
    ):
        assert verify_bundle(bytes(bundle), both).finding is Finding.INVALID


def test_a_checkpoint_with_extension_lines_shows_nothing() -> None:
    extended = Checkpoint(ORIGIN, LAST.size, LAST.root, ("time 5",))
    bundle = LoggedBundle(signed(extended), LOGGED.index, LOGGED.leaf, LOGGED.proof)
    verdict = verify_bundle(bytes(bundle), POLICY)
    assert verdict.finding is Finding.INVALID
    assert "extension" in verdict.why


def test_a_leaf_elsewhere_or_of_another_log_is_invalid() -> None:
    other = Store()
    other.append([entry(secret="elsewhere")])
    other.close()
    for bundle in (
        LoggedBundle(LOGGED.note, LOGGED.index + 1, LOGGED.leaf, LOGGED.proof),
        LoggedBundle(LOGGED.note, LOGGED.index, ONE.leaf.open(["kind"]), LOGGED.proof[:-1]),
        LoggedBundle(LOGGED.note, LOGGED.index, other.logged[0].leaf.open(["kind"]), LOGGED.proof),
        LoggedBundle(signed(other.closes[0].checkpoint), LOGGED.index, LOGGED.leaf, LOGGED.proof),
    ):
        assert verify_bundle(bytes(bundle), POLICY).finding is Finding.INVALID


def test_a_bundle_of_a_later_claim_or_version_is_undecided_and_not_taken_for_another() -> None:
    later = resealed((4, b"anything"))
    assert parse_bundle(later) == UnknownBundle("of claim 4")
    assert verify_bundle(later, POLICY).finding is Finding.UNDECIDED
    body = message("bundle", (1, b"x"), 2)
    assert verify_bundle(body + sha256(body).digest(), POLICY).finding is Finding.UNDECIDED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 100,
        bytes(LOGGED)[:-1],
        bytes(LOGGED) + b"x",
        resealed(()),
        resealed((0,)),
        resealed((b"x",)),
        resealed((1,)),
        resealed((1, b"note", 0, (1, ()), ())),
        resealed((1, b"note", 0, (4, ()), ())),
        resealed((1, b"note", -1, (1, ()), ())),
        resealed((2, b"a", b"b", (b"short",))),
        resealed((2, b"a", b"b", ())),
        bytes(MAX_BUNDLE_BYTES + 1),
    ],
)
def test_bytes_that_are_no_bundle_are_a_verdict_and_no_exception(data: bytes) -> None:
    verdict = verify_bundle(data, POLICY)
    assert (verdict.finding, verdict.status) == (Finding.INVALID, 10)


def test_a_policy_without_a_log_verifies_nothing() -> None:
    assert verify_bundle(bytes(LOGGED), Policy((), {}, quorum=None)).finding is Finding.INVALID


def test_the_head_of_a_channel_is_shown_to_its_two_parties() -> None:
    proof = inclusion_proof(STORE.subtrees().subtree, LAST.size - 1, LAST.size)
    heads_leaf = STORE.closes[-1].heads_leaf
    for name in ("A to B", "A to C", "C to A"):
        channel = some_bytes(name)
        one = HeadProof(heads_leaf, proof, prove(STORE.nodes, heads_leaf.root, channel))
        assert head_proof_of(decode(encode(one.item()))) == one
        assert one.check(LAST.size, LAST.root, channel) == STORE.heads.get(channel)
        with pytest.raises(ProofError):
            one.check(LAST.size, bytes(32), channel)
    earlier = HeadProof(STORE.closes[0].heads_leaf, proof, one.map_proof)
    with pytest.raises(ProofError):
        earlier.check(LAST.size, LAST.root, channel)
    with pytest.raises(LedgerFormatError):
        head_proof_of((1, 2))


def test_the_words_of_a_verdict_name_everything_that_was_opened() -> None:
    words = "\n".join(verify_bundle(bytes(logged_bundle(STORE, ONE)), POLICY).words())
    for part in ("logged only", "disclosure", "envelope", "rule 9", "operations", "cosigned by north at 2026-09-21T"):
        assert part in words
    silent = "\n".join(verify_bundle(bytes(logged_bundle(STORE, ONE, [])), POLICY).words())
    assert "no field" in silent


def test_words_cannot_break_a_terminal() -> None:
    made = entry(secret="hostile", to_desk="\u202e\u2028 desk", kind=0xEE, view=type(ONE.leaf.opened().view)(9))
    store = Store()
    (one,) = store.append([made])
    store.close()
    words = verify_bundle(bytes(logged_bundle(store, one)), POLICY).words()
    assert all(line.isprintable() for line in words)
    assert any("reserved kind" in line for line in words)


def test_a_cosignature_of_the_far_future_is_shown_and_breaks_nothing() -> None:
    late = bytes(LAST.unsigned().signed_by(LOG_KEY).signed_by(WITNESS, 2**63 - 1))
    bundle = LoggedBundle(late, LOGGED.index, LOGGED.leaf, LOGGED.proof)
    assert any("ns after 1970" in line for line in verify_bundle(bytes(bundle), POLICY).words())


def test_an_origin_leaf_counts_for_its_own_origin_alone() -> None:
    store = Store()
    other = OriginLeaf("other.example/log", 0, bytes(32))
    root = tree_root([other.value(), *store.close().values[1:]])
    checkpoint = Checkpoint(ORIGIN, 64, root)
    proof = tuple(inclusion_path(0, [other.value(), *store.values[1:]]))
    verdict = verify_bundle(bytes(LoggedBundle(signed(checkpoint), 0, other, proof)), POLICY)
    assert verdict.finding is Finding.INVALID
    assert "origin leaf" in verdict.why


def test_findings_have_different_statuses_that_no_crash_has_and_one_table_lists_them() -> None:
    statuses = [finding.status for finding in Finding]
    assert len(set(statuses)) == len(statuses)
    assert {1, 2, 64, 70, 130}.isdisjoint(statuses)
    page = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| \*\*([a-z ]+)\*\* \|", page, re.MULTILINE)
    assert rows == [(str(finding.status), finding.value) for finding in Finding]


def test_a_verdict_can_be_made_for_each_finding() -> None:
    assert [Verdict(finding, "why").words() for finding in Finding] == [[f"{finding.value}: why"] for finding in Finding]


def test_the_command_prints_the_verdict_and_exits_with_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy").write_text(policy_text())
    (tmp_path / "good").write_bytes(bytes(LOGGED))
    (tmp_path / "bad").write_bytes(bytes(LOGGED)[:-5])
    assert main([str(tmp_path / "good"), "--policy", str(tmp_path / "policy")]) == 4
    assert capsys.readouterr().out.startswith("logged only: ")
    assert main([str(tmp_path / "bad"), "--policy", str(tmp_path / "policy")]) == 10
    assert capsys.readouterr().out.startswith("invalid: ")
    assert main([str(tmp_path / "missing"), "--policy", str(tmp_path / "policy")]) == USAGE
    assert main([str(tmp_path / "good"), "--policy", str(tmp_path / "bad")]) == USAGE
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == USAGE
