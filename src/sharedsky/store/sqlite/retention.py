"""What is over leaves the file a little at a time: rows past their retention, old replies, and the room they took.

Called by writer.py.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from sharedsky.exchange.protocol import REPLY_KEPT_NS

#: Rows of each table that one commit deletes at most, and pages that it gives back to the disk.
ROWS_AT_ONCE: Final = 200
_PAGES_AT_ONCE: Final = 200
#: Free pages that are kept for what comes next [pages of 4 KiB].
_PAGES_KEPT: Final = 1_000
#: Intents first: they refer to subscriptions.
_TABLES: Final = ("intent", "constraint_reference", "subscription")


def purge(connection: sqlite3.Connection, before_ns: int) -> bool:
    """In a transaction, delete some of what ended before an instant; whether more of it is left."""
    more = False
    for table in _TABLES:
        some = f"SELECT rowid FROM {table} WHERE end_ns < ? ORDER BY end_ns LIMIT {ROWS_AT_ONCE}"
        done = connection.execute(f"DELETE FROM {table} WHERE rowid IN ({some})", (before_ns,)).rowcount
        more = more or done == ROWS_AT_ONCE
    if not more:
        connection.execute("UPDATE state SET purged_ns = max(purged_ns, ?)", (before_ns,))
    return more


def shrink(connection: sqlite3.Connection) -> None:
    """Give some free pages back to the disk, in a transaction of its own."""
    if connection.execute("PRAGMA freelist_count").fetchone()[0] > _PAGES_KEPT:
        # as a script, which goes on until it is done; one that is executed stops after its first page
        connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")


def forget_replies(connection: sqlite3.Connection, now_ns: int, added: int) -> None:
    """In a transaction, delete old replies, the oldest first; more of them than were added now."""
    oldest = f"SELECT number FROM reply ORDER BY number LIMIT {max(2 * added, ROWS_AT_ONCE)}"
    connection.execute(f"DELETE FROM reply WHERE number IN ({oldest}) AND at_ns < ?", (now_ns - REPLY_KEPT_NS,))
