"""A linear scan over JSON text before it is decoded: depth, number of values, number of members.

Only the punctuation outside of strings counts. What is too deep or too much is refused before anything is built, so
that neither the stack nor memory gives way; the number of members shows later whether an object repeated a name.
Called by json_text.py.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sharedsky.formats.limits import Limits

#: How much of the text is scanned at a time [bytes], so that the scan's own memory stays small.
_CHUNK: Final = 4 * 1024 * 1024
_STRUCTURE: Final = b'"{}[],:'
_NOT_STRUCTURE: Final = bytes(sorted(set(range(256)) - set(_STRUCTURE)))


def count_members(data: bytes, limits: Limits) -> int:
    """The number of members of all objects in a JSON text; for text that is no JSON, some number.

    Raises:
        LimitError: deeper than limits.max_depth, or more values than limits.max_values.
    """
    inside, depth, deepest, members, values, start = 0, 0, 0, 0, 1, 0
    while start < len(data):
        chunk = _chunk(data, start)
        start += len(chunk)
        if b"\\" in chunk:
            chunk = chunk.replace(b"\\\\", b"").replace(b'\\"', b"")
        marks = np.frombuffer(chunk.translate(None, _NOT_STRUCTURE), np.uint8)
        quote = marks == ord('"')
        within = (np.cumsum(quote, dtype=np.uint8) + np.uint8(inside)) & 1
        inside = int(within[-1]) if len(within) else inside
        outside = marks[(within == 0) & ~quote]
        opens = (outside == ord("{")) | (outside == ord("["))
        shuts = (outside == ord("}")) | (outside == ord("]"))
        level = np.cumsum(opens.astype(np.int8) - shuts.astype(np.int8), dtype=np.int64) + depth
        if len(level):
            depth, deepest = int(level[-1]), max(deepest, int(level.max()))
        members += int(np.count_nonzero(outside == ord(":")))
        values += int(np.count_nonzero(outside == ord(","))) + int(np.count_nonzero(opens))
        limits.check("max_depth", deepest, "the JSON text's levels")
        limits.check("max_values", values, "the JSON text's values")
    return members


def _chunk(data: bytes, start: int) -> bytes:
    """The next piece to scan; it never ends within an escape."""
    end = min(start + _CHUNK, len(data))
    chunk = data[start:end]
    run = len(chunk) - len(chunk.rstrip(b"\\"))
    if run % 2 and end < len(data):
        chunk = data[start : end + 1]
    return chunk
