"""The digest of each current row, as docs/ledger.md, 3.8, has it: for fsck, written apart from exchange/record.py.

Called by fsck_ledger.py.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Callable, Iterator
from typing import Final

from sharedsky.store.sqlite.fsck_rows import boxes_of, name_of

#: The type of digest and the columns of each table, in the order of the format; `cover` is converted.
_CONTENT: Final = {
    "intent": (
        "intent-reference", "id, manager, state, version, ovn, uss_base_url, start_ns, end_ns, cover"
    ),
    "constraint_reference": (
        "constraint-reference", "id, manager, version, ovn, uss_base_url, start_ns, end_ns, cover"
    ),
    "subscription": (
        "subscription",
        "id, manager, version, uss_base_url, start_ns, end_ns, for_intents, for_constraints, implicit, cover",
    ),
    "uss_status": ("availability", "uss, availability, version"),
    "report": ("error-report", "id, reporter, body"),
}  # fmt: skip
_BOX: Final = struct.Struct(">BHHHHqqqq")


def current_digests(
    connection: sqlite3.Connection, add: Callable[[str, object, str], None]
) -> Iterator[tuple[str, object, bytes]]:
    """The table, id and digest of each row; one whose cover is malformed is told of elsewhere and left out."""
    for table, (kind, columns) in _CONTENT.items():
        begin = f"sharedsky/{kind}/1\x00".encode()
        for row in connection.execute(f"SELECT {columns} FROM {table} NOT INDEXED"):
            ident, *rest = row
            try:
                if columns.endswith("cover"):
                    rest[-1] = _cover(rest[-1])
                items = [_bytes(name_of(ident).encode()), *map(_item, rest)]
            except (ValueError, TypeError, struct.error):
                continue
            listed = b"\x04" + len(items).to_bytes(4, "big") + b"".join(items)
            yield table, ident, hashlib.sha256(begin + listed).digest()


def _cover(blob: bytes) -> bytes:
    return b"".join(
        _BOX.pack(box.face, box.u[0], box.v[0], box.u[1], box.v[1], *box.level_mm, box.start, box.end)
        for box in boxes_of(blob)
    )


def _item(value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return b"\x01" + value.to_bytes(8, "big", signed=True)
    return _bytes(value if isinstance(value, bytes) else value.encode())


def _bytes(data: bytes) -> bytes:
    return b"\x02" + len(data).to_bytes(4, "big") + data
