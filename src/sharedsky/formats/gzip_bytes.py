"""Gzip (RFC 1952) from untrusted bytes: never beyond a limit, in time that grows with the sizes alone.

Called by detect.py.
"""

from __future__ import annotations

import zlib
from typing import Final

from sharedsky.errors import FormatError
from sharedsky.formats.limits import Limits

MAGIC: Final = b"\x1f\x8b"
#: How much is fed to the decompressor at a time, at first and at most, and taken from it at a time [bytes].
_FIRST_FEED: Final = 1_024
_LARGEST_FEED: Final = 1024 * 1024
_STEP: Final = 4 * 1024 * 1024
#: Members of one file; block-wise compressors make one for each 64 KiB.
_MAX_MEMBERS: Final = 100_000


def gunzip(raw: bytes, limits: Limits) -> bytes:
    """All members of a gzip file, one after another (RFC 1952, 2.2).

    Raises:
        LimitError: beyond limits.max_bytes. FormatError: broken, cut short, or followed by something else than zeros.
    """
    out = bytearray()
    position, members = 0, 0
    while position < len(raw):
        if not raw.startswith(MAGIC, position):
            if raw[position:].strip(b"\0"):
                raise FormatError("the gzip file goes on with something else.", "Check that the file is whole.")
            break  # padding
        members += 1
        if members > _MAX_MEMBERS:
            raise FormatError(f"the gzip file has more than {_MAX_MEMBERS:,} members.", "Pack it as one.")
        position = _member(raw, position, out, limits)
    return bytes(out)


def _member(raw: bytes, position: int, out: bytearray, limits: Limits) -> int:
    """Decompress the member at `position` onto `out`; returns where it ends."""
    inflate = zlib.decompressobj(wbits=31)
    feed = _FIRST_FEED
    try:
        while not inflate.eof:
            chunk = raw[position : position + feed]
            piece = inflate.decompress(chunk, _STEP)
            out += piece
            limits.check("max_bytes", len(out), "the decompressed bytes")
            # At the end both may hold what follows, so that only one of them counts.
            position += len(chunk) - len(inflate.unused_data if inflate.eof else inflate.unconsumed_tail)
            feed = min(2 * feed, _LARGEST_FEED)
            if not chunk and not piece and not inflate.eof:
                raise FormatError("the gzip file ends too early.", "Fetch or pack it again.")
    except zlib.error as error:
        raise FormatError(f"the gzip file is broken ({error}).", "Fetch or pack it again.") from None
    return position
