"""Canonical bytes: the one encoding of everything that is hashed or signed. docs/ledger.md, section 1.

Four kinds of item, each with exactly one encoding: integer (64 bits, signed), bytes, text (UTF-8, NFC, no control
characters) and list. Fixed lengths, big-endian, no choice anywhere, so that two different values never share bytes and
one value never has two. What is signed or hashed carries a prefix "sharedsky/<type>/<version>" and a zero byte, which
keeps one kind of message from being taken for another. Called by every other module of this package.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from sharedsky.ledger.errors import LedgerFormatError, LedgerValueError

#: A value that can be encoded: an integer of 64 bits, bytes, text, or a list of such.
Item: TypeAlias = "int | bytes | str | Sequence[Item]"
#: What decoding gives: lists become tuples.
Decoded: TypeAlias = "int | bytes | str | tuple[Decoded, ...]"

#: Bytes of a hash, a tag, a salt and a secret.
HASH_SIZE: Final = 32

INTEGER: Final = 0x01
BYTES: Final = 0x02
TEXT: Final = 0x03
LIST: Final = 0x04

#: The integers that an item can hold.
MIN_INTEGER: Final = -(2**63)
MAX_INTEGER: Final = 2**63 - 1
#: How deep lists may lie in lists: far beyond what any format here needs, far below Python's recursion limit.
MAX_DEPTH: Final = 16
#: Items that one decoding may yield, so that a small input cannot make a large structure without end.
MAX_ITEMS: Final = 1_000_000

_integer = struct.Struct(">Bq").pack
_head = struct.Struct(">BI").pack
_read_length = struct.Struct(">I").unpack_from
_read_integer = struct.Struct(">q").unpack_from


def prefix(kind: str, version: int = 1) -> bytes:
    """The bytes that begin every hashed or signed message of a kind: b"sharedsky/<kind>/<version>" and a zero byte."""
    return f"sharedsky/{kind}/{version}".encode("ascii") + b"\x00"


def encode(item: Item) -> bytes:
    """The canonical bytes of an item.

    Raises:
        LedgerValueError: an integer beyond 64 bits, text that is not NFC or has control characters, another type.
    """
    # By exact type: True is no integer here.
    kind = type(item)
    if kind is int:
        return encode_integer(item)  # type: ignore[arg-type]
    if kind is bytes:
        return _head(BYTES, len(item)) + item  # type: ignore[arg-type,operator]
    if kind is str:
        return encode_text(item)  # type: ignore[arg-type]
    if kind is tuple or kind is list:
        return _head(LIST, len(item)) + b"".join([encode(part) for part in item])  # type: ignore[arg-type,union-attr]
    raise LedgerValueError(f"a value of type {kind.__name__} has no canonical bytes.")


def encode_integer(value: int) -> bytes:
    """One integer item, 9 bytes.

    Raises:
        LedgerValueError: it does not fit 64 bits.
    """
    if not MIN_INTEGER <= value <= MAX_INTEGER:
        raise LedgerValueError(f"the integer {value} does not fit 64 bits.")
    return _integer(INTEGER, value)


def encode_bytes(value: bytes) -> bytes:
    """One bytes item: 5 bytes and the value."""
    return _head(BYTES, len(value)) + value


def encode_text(value: str) -> bytes:
    """One text item.

    Raises:
        LedgerValueError: not NFC, a control character, a surrogate, or a character that this Unicode does not assign
            (a later Unicode could normalise it otherwise).
    """
    if not (value.isascii() and value.isprintable()):
        _check_text(value)
    data = value.encode("utf-8")
    return _head(TEXT, len(data)) + data


def _check_text(value: str) -> None:
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs", "Cn"):
            raise LedgerValueError(
                f"the text has the character U+{ord(character):04X}, which is a control, a surrogate or unassigned.",
                "Leave it out.",
            )
    if not unicodedata.is_normalized("NFC", value):
        raise LedgerValueError("the text is not in Unicode form NFC.", "Normalise it before it is signed or logged.")


def recode(item: Decoded) -> bytes:
    """The canonical bytes of what was decoded: the very bytes that were read. Text is not judged again."""
    if isinstance(item, int):
        return _integer(INTEGER, item)
    if isinstance(item, bytes):
        return _head(BYTES, len(item)) + item
    if isinstance(item, str):
        data = item.encode("utf-8")
        return _head(TEXT, len(data)) + data
    return _head(LIST, len(item)) + b"".join([recode(part) for part in item])


def decode(data: bytes) -> Decoded:
    """The one item that data encodes, all of it.

    Raises:
        LedgerFormatError: anything but the canonical bytes of one item.
    """
    reader = _Reader(data)
    item = reader.item(0)
    if reader.at != len(data):
        raise LedgerFormatError(f"{len(data) - reader.at} bytes follow the end of the value.")
    return item


class _Reader:
    """Reads items one after the other; `at` is the offset of the next."""

    __slots__ = ("at", "data", "items")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.items = 0

    def item(self, depth: int) -> Decoded:
        self.items += 1
        if self.items > MAX_ITEMS or depth > MAX_DEPTH:
            raise LedgerFormatError("the value has too many parts, or lists too deep in lists.")
        kind = self.take(1)[0]
        if kind == INTEGER:
            return int(_read_integer(self.take(8))[0])
        length = int(_read_length(self.take(4))[0])
        if kind == BYTES:
            return self.take(length)
        if kind == TEXT:
            return _decode_text(self.take(length))
        if kind == LIST:
            return tuple([self.item(depth + 1) for _ in range(length)])
        raise LedgerFormatError(f"byte {self.at - 5} begins a value of the unknown kind {kind}.")

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise LedgerFormatError(f"the bytes end at {len(self.data)}; the value goes on to {end}.")
        part = self.data[self.at : end]
        self.at = end
        return part


def _decode_text(data: bytes) -> str:
    try:
        value = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LedgerFormatError("a text is not UTF-8.") from error
    # Unassigned characters are let through: they may be assigned in the Unicode of whoever wrote them.
    if value.isascii():
        bad = not value.isprintable()
    else:
        bad = any(unicodedata.category(c) == "Cc" for c in value) or not unicodedata.is_normalized("NFC", value)
    if bad:
        raise LedgerFormatError("a text has control characters or is not in Unicode form NFC.")
    return value


def message(kind: str, items: Sequence[Item], version: int = 1) -> bytes:
    """The bytes of a message that is signed or hashed as a whole: its prefix, and one list."""
    return prefix(kind, version) + encode(items)


def read_message(data: bytes, kind: str, version: int = 1) -> tuple[Decoded, ...]:
    """The items of a message of this kind and version.

    Raises:
        LedgerFormatError: another kind or version, or not canonical.
    """
    start = prefix(kind, version)
    if not data.startswith(start):
        raise LedgerFormatError(f"this is no {kind} of version {version}.")
    items = decode(data[len(start) :])
    if not isinstance(items, tuple):
        raise LedgerFormatError(f"a {kind} is a list of values, and this is none.")
    return items


def digest(kind: str, items: Sequence[Item], version: int = 1) -> bytes:
    """SHA-256 of a message: 32 bytes."""
    return sha256(message(kind, items, version)).digest()


# -- Typed access to what was decoded -----------------------------------------------------------------------------


def as_integer(item: Decoded, low: int = MIN_INTEGER, high: int = MAX_INTEGER) -> int:
    """An integer in [low, high].

    Raises:
        LedgerFormatError: something else.
    """
    if not isinstance(item, int) or not low <= item <= high:
        raise LedgerFormatError(f"an integer from {low} to {high} belongs where something else was found.")
    return item


def as_bytes(item: Decoded, *sizes: int) -> bytes:
    """Bytes, of one of the sizes where some are given.

    Raises:
        LedgerFormatError: something else.
    """
    if not isinstance(item, bytes) or (sizes and len(item) not in sizes):
        expected = f"{' or '.join(map(str, sizes))} bytes" if sizes else "bytes"
        raise LedgerFormatError(f"{expected} belong where something else was found.")
    return item


def as_text(item: Decoded) -> str:
    """Text.

    Raises:
        LedgerFormatError: something else.
    """
    if not isinstance(item, str):
        raise LedgerFormatError("text belongs where something else was found.")
    return item


def as_list(item: Decoded, *sizes: int) -> tuple[Decoded, ...]:
    """A list, of one of the sizes where some are given.

    Raises:
        LedgerFormatError: something else.
    """
    if not isinstance(item, tuple) or (sizes and len(item) not in sizes):
        raise LedgerFormatError("a list of another length, or something else, was found.")
    return item
