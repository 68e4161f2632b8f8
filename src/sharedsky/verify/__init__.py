"""Settles bundles offline: the standard library, cryptography and sharedsky.ledger are all that it imports.

    >>> from sharedsky.verify import parse_policy, verify_bundle
    >>> verdict = verify_bundle(bundle, parse_policy(policy))   # doctest: +SKIP
    >>> verdict.finding, verdict.status                         # doctest: +SKIP

docs/ledger.md, sections 8 and 9, has the formats, the verdicts and their exit statuses.
"""

from __future__ import annotations

from sharedsky.verify.check import verify_bundle
from sharedsky.verify.policy import Policy, PolicyError, parse_policy
from sharedsky.verify.verdict import Finding, Verdict

__all__ = ["Finding", "Policy", "PolicyError", "Verdict", "parse_policy", "verify_bundle"]
