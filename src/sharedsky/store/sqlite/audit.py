"""The audit log: administrative acts, in the exchange's file, in the transaction of the act where that is there too.

Issue "The exchange", 6. Acts on clients are written by tokens.py, migrations by migrate.py; keys, starts, ends and
restores lie outside the database and are written right after they were done. Never a secret, a token or a party's data.
Called by the server and the command line.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sharedsky.store.sqlite.connections import connect_writer, reading, refusal
from sharedsky.store.sqlite.migrate import migrate, version_of

Act = Literal[
    "client-added", "client-rotated", "client-revoked", "client-reinstated", "client-rescoped", "sub-released",
    "keys-rotated", "keys-replaced", "server-started", "server-stopped", "restored", "migrated",
]  # fmt: skip

#: The actor of what the server does by itself.
SERVER: Final = "server"
#: The schema version that brought the table.
SINCE: Final = 3
_MAX_TEXT_CHARS: Final = 500
_INSERT: Final = "INSERT INTO audit (at_ns, actor, act, object) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Entry:
    """An act: when [ns of UTC], by whom, what, and to what."""

    number: int
    at_ns: int
    actor: str
    act: str
    object: str


def write(connection: sqlite3.Connection, at_ns: int, actor: str, act: Act, thing: str) -> None:
    """Add an act within a transaction that is open."""
    connection.execute(_INSERT, (at_ns, actor[:_MAX_TEXT_CHARS], act, thing[:_MAX_TEXT_CHARS]))


def record(database: Path, at_ns: int, actor: str, act: Act, thing: str) -> None:
    """Add an act by itself; durable when it returns.

    Raises:
        DatabaseRefused: the file cannot be written.
    """
    try:
        connection = connect_writer(database)
        try:
            migrate(connection, database)
            write(connection, at_ns, actor, act, thing)
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        raise refusal(database, error) from None


def entries(database: Path, last: int | None = None) -> Sequence[Entry]:
    """The acts in their order, or the last so many of them; beside a running server too.

    Raises:
        DatabaseRefused: there is no such file, or it cannot be read.
    """
    with reading(database) as connection:
        if version_of(connection) < SINCE:
            return []
        sql = "SELECT number, at_ns, actor, act, object FROM audit ORDER BY number DESC LIMIT ?"
        rows = connection.execute(sql, (-1 if last is None else last,)).fetchall()
    return [Entry(*row) for row in reversed(rows)]


def os_user() -> str:
    """The account that this process runs under, as the system knows it: not as the environment says."""
    if sys.platform == "win32":
        return os.environ.get("USERNAME", "unknown")
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def now_ns() -> int:
    """The time [ns of UTC] of an act."""
    return time.time_ns()
