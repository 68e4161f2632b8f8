"""Checkpoints: origin, size and root of the log, signed (C2SP tlog-checkpoint). docs/ledger.md, section 6.

A log's own checkpoints have no extension lines: nothing that a verdict needs lies outside what witnesses attest. They
are read all the same, so that a witness can serve other logs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sharedsky.ledger.canonical import HASH_SIZE
from sharedsky.ledger.errors import LedgerFormatError, LedgerValueError, ProofError
from sharedsky.ledger.keys import COSIGNATURE_V1, VerifierKey, decode_base64, encode_base64
from sharedsky.ledger.note import Note, Signed, parse_note
from sharedsky.ledger.tree import MAX_SIZE

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its identity, its number of leaves and its root.

    Raises:
        LedgerValueError: no origin, an impossible size, a root that is not 32 bytes, a line break where none may be.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if any(not line or any(c < " " for c in line) for line in lines):
            raise LedgerValueError("a line of a checkpoint is empty or has control characters.")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise LedgerValueError("the size or the root of a checkpoint is impossible.")

    @property
    def body(self) -> str:
        """The text that is signed."""
        return "\n".join((self.origin, str(self.size), encode_base64(self.root), *self.extensions)) + "\n"

    def unsigned(self) -> Note:
        """The note that is to be signed (Note.signed_by)."""
        return Note(self.body, ())


def parse_checkpoint(body: str) -> Checkpoint:
    """A checkpoint from the text of its note.

    Raises:
        LedgerFormatError: not a checkpoint.
    """
    lines = body.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise LedgerFormatError("a checkpoint has three lines or more, none of them empty.")
    origin, size, root, *extensions = lines[:-1]
    if _SIZE.fullmatch(size) is None or int(size) > MAX_SIZE:
        raise LedgerFormatError("the second line of the checkpoint is no size.")
    data = decode_base64(root)
    if len(data) != HASH_SIZE:
        raise LedgerFormatError("the third line of the checkpoint is no root of 32 bytes.")
    try:
        return Checkpoint(origin, int(size), data, tuple(extensions))
    except LedgerValueError as error:
        raise LedgerFormatError(error.message) from error


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint that its log signed, and who cosigned it and when."""

    checkpoint: Checkpoint
    witnesses: tuple[Signed, ...]


def verify_checkpoint(data: bytes, logs: Sequence[VerifierKey], witnesses: Sequence[VerifierKey]) -> VerifiedCheckpoint:
    """Read a signed checkpoint and check every signature of a known key.

    Args:
        data: the note.
        logs: keys of the accepted logs; the signing one must bear the checkpoint's origin as its name.
        witnesses: keys of the known witnesses.

    Raises:
        LedgerFormatError: not a checkpoint.
        ProofError: not signed by one of the logs, or a known key's signature does not hold.
    """
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    signed = note.verify([*logs, *witnesses])
    logs_that_signed = [one for one in signed if one.key in logs and one.key.name == checkpoint.origin]
    if not logs_that_signed:
        raise ProofError("the checkpoint is not signed by a known log of its origin.")
    cosigned = tuple(one for one in signed if one.key in witnesses and one.key.kind == COSIGNATURE_V1)
    return VerifiedCheckpoint(checkpoint, cosigned)
