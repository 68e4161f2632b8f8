"""A database from a copy of one: checked before anything is replaced, and what it replaces is kept beside it.

Called by the command `sharedsky restore`.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sharedsky.store.sqlite.connections import reading, refusal
from sharedsky.store.sqlite.errors import DatabaseRefused
from sharedsky.store.sqlite.files import Progress, check, copy, partial, publish, sync_folder, taken
from sharedsky.store.sqlite.lock import Lock
from sharedsky.store.sqlite.migrate import check_known, scripts


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: where, its schema version, its number of commits, and where what it replaced is now."""

    path: Path
    version: int
    batch: int
    replaced: Path | None


def restore(source: Path, database: Path, *, force: bool = False, progress: Progress | None = None) -> Restored:
    """Make a database from a copy.

    Args:
        force: whether an existing database is replaced; it is kept under another name. progress: as for backup.
    Raises:
        DatabaseInUse: a server runs on the database.
        DatabaseRefused: the copy is missing, damaged, none of ours or of a later schema; the database exists or cannot
            be written. Nothing was changed.
    """
    if database.exists() and source.exists() and database.samefile(source):
        raise DatabaseRefused("the copy is the database itself.", "Name the copy, and the database with --database.")
    if database.exists() and not force:
        raise taken(database)
    with reading(source) as connection:
        version = check_known(connection, source, max(scripts()))
        check(connection, source)
        lock = Lock(database)
        try:
            with partial(database) as path:
                try:
                    copy(connection, path, progress)
                except sqlite3.Error as error:
                    raise refusal(database, error) from None
                replaced = _set_aside(database)
                publish(path, database, force=force)
        finally:
            lock.release()
        batch = int(connection.execute("SELECT batch FROM state").fetchone()[0])
    return Restored(database, version, batch, replaced)


def _set_aside(database: Path) -> Path | None:
    """Keep a database and its WAL under another name; at no instant is a WAL beside a file that it is not of."""
    if not database.exists():
        for name in ("-wal", "-shm"):  # of a database that is gone
            database.with_name(database.name + name).unlink(missing_ok=True)
        return None
    number = 1
    while (aside := database.with_name(f"{database.name}.replaced-{number}")).exists():
        number += 1
    os.link(database, aside)
    wal = database.with_name(database.name + "-wal")
    if wal.exists():
        os.replace(wal, aside.with_name(aside.name + "-wal"))
    database.with_name(database.name + "-shm").unlink(missing_ok=True)
    sync_folder(database)
    return aside
