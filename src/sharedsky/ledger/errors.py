"""What goes wrong in the ledger on purpose: bytes that cannot be read, values that cannot be logged, proofs that fail.

Every parser of this package raises `LedgerFormatError` and nothing else, whatever the bytes; `sharedsky.verify` turns
each into a verdict.
"""

from __future__ import annotations

from sharedsky.errors import SharedskyError


class LedgerError(SharedskyError):
    """The base of all that the ledger raises."""


class LedgerFormatError(LedgerError):
    """Bytes that are not what they should be: truncated, too long, not canonical, of an unknown version."""


class LedgerValueError(LedgerError):
    """A value that cannot be logged: a tag of the wrong length, text that is not NFC, too many plan tags."""


class ProofError(LedgerError):
    """A proof, an opening or a signature that is well formed and does not hold."""


class StateError(LedgerError):
    """A store that does not hold what the log needs, or holds something else than it was given."""
