"""Identifiers and covers as the file holds them.

A UUID in its usual form (RFC 9562, lower case) is 16 bytes; any other identifier is its text: each has one form. A
cover is a byte of version (1), the CRC-32 of what follows (4 bytes), and 41 bytes for each box: face (1 byte), u0, v0,
u1, v1 (2 each), low_mm, high_mm, start_ns, end_ns (8 each); all little-endian. fsck.py has code of its own for it.
Called by rows.py and loading.py.
"""

from __future__ import annotations

import struct
from typing import Final
from zlib import crc32

from sharedsky.exchange.model import Box, Cover
from sharedsky.store.sqlite.errors import Unstorable

Ident = bytes | str

_VERSION: Final = 1
_HEAD: Final = struct.Struct("<BI")
_BOX: Final = struct.Struct("<B4H4q")
_UUID_CHARACTERS: Final = 36


def ident_of(text: str) -> Ident:
    """An identifier as the file holds it.

    Raises:
        Unstorable: it is no Unicode.
    """
    if len(text) == _UUID_CHARACTERS:
        try:
            compact = bytes.fromhex(text.replace("-", ""))
        except ValueError:
            return checked(text)
        if len(compact) == 16 and text_of(compact) == text:
            return compact
    return checked(text)


def text_of(ident: Ident) -> str:
    """An identifier as the exchange knows it.

    Raises:
        ValueError: it is neither a text nor 16 bytes.
    """
    if isinstance(ident, str):
        return ident
    if not isinstance(ident, bytes) or len(ident) != 16:
        raise ValueError("an identifier is neither a text nor 16 bytes")
    digits = ident.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def checked(text: str) -> str:
    """A text that the file can hold.

    Raises:
        Unstorable: it is no Unicode (half of a surrogate pair).
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unstorable("a text holds half of a surrogate pair.", "Send Unicode.") from None
    return text


def blob_of(cover: Cover) -> bytes:
    """A cover as the file holds it.

    Raises:
        Unstorable: a number does not fit.
    """
    try:
        boxes = b"".join([_BOX.pack(*box) for box in cover])
    except struct.error as error:
        raise Unstorable(f"a box does not fit the file ({error}).", "Give levels and times in range.") from None
    return _HEAD.pack(_VERSION, crc32(boxes)) + boxes


def cover_of(blob: bytes) -> Cover:
    """A cover from the file.

    Raises:
        ValueError: it is not as blob_of makes them.
    """
    if len(blob) < _HEAD.size or (len(blob) - _HEAD.size) % _BOX.size:
        raise ValueError("a cover has the wrong length")
    version, check = _HEAD.unpack_from(blob)
    if version != _VERSION:
        raise ValueError(f"a cover has version {version}, which this program does not know")
    boxes = blob[_HEAD.size :]
    if crc32(boxes) != check:
        raise ValueError("a cover's checksum is wrong")
    return tuple(map(Box._make, _BOX.iter_unpack(boxes)))
