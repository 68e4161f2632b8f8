"""Signed notes: a text and the lines that sign it (C2SP signed-note). docs/ledger.md, section 6.

Read strictly, written in one way. What is known of a note before `verify` has been called is its form alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sharedsky.ledger.errors import LedgerFormatError, ProofError
from sharedsky.ledger.keys import SigningKey, VerifierKey, check_name, decode_base64, encode_base64

#: The longest note and the most signature lines that are read; the specification asks for 16 of up to 5 kB.
MAX_NOTE_BYTES: Final = 256 * 1024
MAX_SIGNATURES: Final = 64

_DASH: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line: the name of a key, its 4-byte id, and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was checked: by which key, and at what time [s since 1970] where it is a cosignature."""

    key: VerifierKey
    time_s: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and its signature lines."""

    text: str
    lines: tuple[SignatureLine, ...]

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(map(str, self.lines))).encode()

    def verify(self, keys: Sequence[VerifierKey]) -> tuple[Signed, ...]:
        """Check every line of a known key; lines of others are passed over.

        Raises:
            ProofError: a line of a known key does not hold, or no line is of a known key.
        """
        known = {(key.name, key.id): key for key in keys}
        signed = []
        for line in self.lines:
            key = known.get((line.name, line.key_id))
            if key is not None:
                signed.append(Signed(key, key.verify(self.text, line.signature)))
        if not signed:
            raise ProofError("no signature of the note is by a known key.")
        return tuple(signed)

    def signed_by(self, key: SigningKey, time_s: int = 0) -> Note:
        """The same note with one line more."""
        line = SignatureLine(key.name, key.verifier.id, key.sign(self.text, time_s))
        return Note(self.text, (*self.lines, line))


def parse_note(data: bytes) -> Note:
    """A note from its bytes.

    Raises:
        LedgerFormatError: not a signed note, or beyond the limits.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise LedgerFormatError(f"the note is longer than {MAX_NOTE_BYTES} bytes.")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LedgerFormatError("the note is not UTF-8.") from error
    if any(c < " " and c != "\n" for c in whole):
        raise LedgerFormatError("the note has control characters.")
    at = whole.rfind("\n\n")
    if at < 0 or not whole.endswith("\n"):
        raise LedgerFormatError("the note has no signatures, or its last line no end.")
    lines = whole[at + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise LedgerFormatError(f"the note has more than {MAX_SIGNATURES} signatures.")
    return Note(whole[: at + 1], tuple(_parse_line(line) for line in lines))


def _parse_line(line: str) -> SignatureLine:
    parts = line.split(" ")
    if len(parts) != 3 or not line.startswith(_DASH):
        raise LedgerFormatError("a signature line of the note is not: dash, name, base64.")
    check_name(parts[1])
    data = decode_base64(parts[2])
    if len(data) < 5:
        raise LedgerFormatError("a signature line of the note is too short.")
    return SignatureLine(parts[1], data[:4], data[4:])
