"""Settles a bundle: every signature, proof and opening in it is checked, and the answer is one of a closed set.

docs/ledger.md, sections 8 and 9. `verify_bundle` raises nothing for bad bytes: they are a verdict too.
"""

from __future__ import annotations

from sharedsky.ledger.bundle import ConsistencyBundle, LoggedBundle, UnknownBundle, parse_bundle
from sharedsky.ledger.checkpoint import VerifiedCheckpoint, verify_checkpoint
from sharedsky.ledger.errors import LedgerError, ProofError
from sharedsky.ledger.host_leaves import OriginLeaf
from sharedsky.ledger.leaf import Openings
from sharedsky.ledger.tree import check_consistency, check_inclusion, leaf_hash
from sharedsky.verify.policy import Policy
from sharedsky.verify.verdict import Finding, Verdict, Witnessed


def verify_bundle(data: bytes, policy: Policy) -> Verdict:
    """What a bundle shows under a policy.

    Args:
        data: the bundle's bytes, from anywhere.
        policy: what is trusted.
    """
    try:
        bundle = parse_bundle(data)
        match bundle:
            case UnknownBundle(claim):
                return Verdict(Finding.UNDECIDED, f"the bundle is {claim}, which this verifier does not know.")
            case LoggedBundle():
                return _logged(bundle, policy)
            case ConsistencyBundle():
                return _consistent(bundle, policy)
    except LedgerError as error:
        return Verdict(Finding.INVALID, error.message)


def _checkpoint(note: bytes, policy: Policy) -> VerifiedCheckpoint:
    verified = verify_checkpoint(note, policy.logs, list(policy.witnesses.values()))
    if verified.checkpoint.extensions:
        raise ProofError("the checkpoint has extension lines, which no witness attests.")
    return verified


def _witnesses(verified: VerifiedCheckpoint, policy: Policy) -> tuple[Witnessed, ...]:
    rows = {(one.time_s or 0, policy.witness_name(one.key)) for one in verified.witnesses}
    return tuple(Witnessed(name, time_s) for time_s, name in sorted(rows))


def _logged(bundle: LoggedBundle, policy: Policy) -> Verdict:
    verified = _checkpoint(bundle.note, policy)
    checkpoint = verified.checkpoint
    value = bundle.leaf.value()
    check_inclusion(leaf_hash(value), bundle.index, checkpoint.size, bundle.proof, checkpoint.root)
    if isinstance(bundle.leaf, OriginLeaf) and (bundle.index, bundle.leaf.origin) != (0, checkpoint.origin):
        raise ProofError("an origin leaf is the first of its own log, and this is another.")
    opened = bundle.leaf.opened() if isinstance(bundle.leaf, Openings) else None
    witnesses = _witnesses(verified, policy)
    if not policy.quorum_met({one.key for one in verified.witnesses}):
        why = "the leaf is in the log, but the witnesses that the policy asks for have not cosigned the checkpoint."
        return Verdict(Finding.UNDECIDED, why, checkpoint, witnesses, bundle.index, opened)
    why = "the leaf with these fields is in the log; nothing here shows that it is in its channel's chain, or was told."
    return Verdict(Finding.LOGGED_ONLY, why, checkpoint, witnesses, bundle.index, opened)


def _consistent(bundle: ConsistencyBundle, policy: Policy) -> Verdict:
    older, newer = _checkpoint(bundle.older, policy), _checkpoint(bundle.newer, policy)
    old, new = older.checkpoint, newer.checkpoint
    if old.origin != new.origin:
        raise ProofError("the two checkpoints are of two logs.")
    if old.size == new.size and old.root != new.root:
        finding, why = Finding.HOST_AT_FAULT, f"the host signed two different logs of {old.size} leaves."
    else:
        check_consistency(old.size, new.size, bundle.proof, old.root, new.root)
        finding = Finding.CONSISTENT
        why = f"the log of {new.size} leaves begins with the {old.size} leaves of the older checkpoint, unchanged."
        if not policy.quorum_met({one.key for one in newer.witnesses}):
            finding = Finding.UNDECIDED
            why = "the log grew from the older checkpoint, but the policy's witnesses have not cosigned the newer."
    return Verdict(
        finding, why, new, _witnesses(newer, policy), older=old, older_witnesses=_witnesses(older, policy)
    )  # fmt: skip
