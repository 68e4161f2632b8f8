"""Keys that sign notes, as C2SP writes them down: name, type, 32-byte Ed25519 public key. docs/ledger.md, section 6.

Type 0x01 signs a note's text (C2SP signed-note), type 0x04 is a witness's cosignature with its time (C2SP
tlog-cosignature, "cosignature/v1"). A key is known by (name, key id) and is never learnt from what it signed.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sharedsky.ledger.errors import LedgerFormatError, LedgerValueError, ProofError

#: Types of note signature (C2SP signed-note, "Signature types").
ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04

_VKEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_SIGNATURE_SIZE: Final = 64
#: The prime of the field of Ed25519 (RFC 8032, 5.1).
_PRIME: Final = 2**255 - 19
#: y of one point of order 8; its negative is that of the others. With 0, 1 and -1 these are all points of small order.
_ORDER_8_Y: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_WEAK_Y: Final = frozenset({0, 1, _PRIME - 1, _ORDER_8_Y, _PRIME - _ORDER_8_Y})
#: The latest time of a cosignature (C2SP tlog-cosignature, "Format").
_MAX_TIME_S: Final = 2**63 - 1


def check_name(name: str) -> None:
    """Refuse what is no name of a key.

    Raises:
        LedgerFormatError: empty, or with a space, a plus or a control character.
    """
    if not name or "+" in name or any(c.isspace() or c < " " for c in name) or len(name) > 512:
        raise LedgerFormatError("this is no name of a key: it is empty or too long, or has a space or a plus.")


def decode_base64(text: str) -> bytes:
    """Standard base64 in its one canonical form.

    Raises:
        LedgerFormatError: anything else.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise LedgerFormatError("this is no base64.") from error
    if encode_base64(data) != text:
        raise LedgerFormatError("this base64 is not in its canonical form.")
    return data


def encode_base64(data: bytes) -> str:
    """Standard base64, padded."""
    return base64.b64encode(data).decode("ascii")


def cosigned_message(body: str, time_s: int) -> bytes:
    """What a witness signs: its header, the time, and the checkpoint's body (C2SP tlog-cosignature).

    Args:
        body: the text of the note, with its last newline.
        time_s: seconds of UTC since 1970.
    """
    return f"cosignature/v1\ntime {time_s}\n{body}".encode()


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key that notes are checked against.

    Args:
        name: as in signature lines.
        kind: ED25519 or COSIGNATURE_V1.
        public: 32 bytes (RFC 8032).

    Raises:
        LedgerFormatError: no name of a key, another type, or no Ed25519 key that binds anybody.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.kind not in (ED25519, COSIGNATURE_V1):
            raise LedgerFormatError(f"signatures of type 0x{self.kind:02x} are not known here.")
        if len(self.public) != 32:
            raise LedgerFormatError("an Ed25519 public key has 32 bytes.")
        if is_weak(self.public):
            raise LedgerFormatError("this public key is of small order: signatures under it bind nobody.")

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """A key written as name+id+base64 (C2SP signed-note, "Verifier keys").

        Raises:
            LedgerFormatError: not so written, or the id is not the key's.
        """
        found = _VKEY.fullmatch(vkey)
        if found is None:
            raise LedgerFormatError("this is no key of the form name+id+base64.")
        data = decode_base64(found[3])
        if not data:
            raise LedgerFormatError("this key is empty.")
        key = cls(found[1], data[0], data[1:])
        if key.id.hex() != found[2]:
            raise LedgerFormatError(f"the key named {found[1]} has the id {key.id.hex()}, not {found[2]}.")
        return key

    @property
    def id(self) -> bytes:
        """The first 4 bytes of SHA-256(name, newline, type, public key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(bytes([self.kind]) + self.public)}"

    def verify(self, body: str, signature: bytes) -> int | None:
        """Check a signature over a note's text; the time that it states [s since 1970] where it is a cosignature.

        Raises:
            ProofError: it is not this key's over this text.
        """
        if self.kind == ED25519:
            self._verify(body.encode(), signature)
            return None
        if len(signature) != 8 + _SIGNATURE_SIZE:
            raise ProofError(f"the cosignature of {self.name} has the wrong length.")
        time_s = int(struct.unpack(">Q", signature[:8])[0])
        if time_s > _MAX_TIME_S:
            raise ProofError(f"the cosignature of {self.name} states an impossible time.")
        self._verify(cosigned_message(body, time_s), signature[8:])
        return time_s

    def _verify(self, message: bytes, signature: bytes) -> None:
        if not verify_ed25519(self.public, message, signature):
            raise ProofError(f"the signature of {self.name} is not over this text.")


def is_weak(public: bytes) -> bool:
    """Whether a public key (32 bytes) is a point of small order or is not written in its one form.

    Under a key of small order one signature fits many messages, so that its owner could deny or claim any.
    """
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return y >= _PRIME or y in _WEAK_Y


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is that of the public key (32 bytes; RFC 8032). None is, of a weak key."""
    if len(public) != 32 or is_weak(public):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the name and type under which it signs notes."""

    name: str
    kind: int
    private: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, name: str, seed: bytes, kind: int = ED25519) -> SigningKey:
        """The key of a 32-byte Ed25519 private key (RFC 8032, 5.1.5).

        Raises:
            LedgerValueError: not 32 bytes.
        """
        if len(seed) != 32:
            raise LedgerValueError("an Ed25519 private key has 32 bytes.")
        key = cls(name, kind, Ed25519PrivateKey.from_private_bytes(seed))
        _ = key.verifier
        return key

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, body: str, time_s: int = 0) -> bytes:
        """The signature over a note's text, without the key id; a cosignature states time_s.

        Raises:
            LedgerValueError: a time that cannot be stated.
        """
        if self.kind == ED25519:
            return self.private.sign(body.encode())
        if not 0 <= time_s <= _MAX_TIME_S:
            raise LedgerValueError(f"{time_s} s is no time of a cosignature.")
        return struct.pack(">Q", time_s) + self.private.sign(cosigned_message(body, time_s))
