"""A copy of a database while a server writes to it: one file, as of one instant, checked, on the disk when it appears.

Called by the command `sharedsky backup`.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sharedsky.store.sqlite.connections import reading, refusal
from sharedsky.store.sqlite.errors import DatabaseRefused
from sharedsky.store.sqlite.files import Progress, copy, partial, publish, taken


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was made: its size, and the number of commits that it holds."""

    path: Path
    size_bytes: int
    batch: int


def backup(database: Path, target: Path, *, force: bool = False, progress: Progress | None = None) -> Copied:
    """Copy a database.

    Args:
        force: whether a file of the target's name is replaced. progress: told pages that remain, and all.
    Raises:
        DatabaseRefused: there is nothing to copy, it is damaged, or the target exists or cannot be written; no target
            was made or changed.
    """
    if target.exists() and not force:
        raise taken(target)
    if target.exists() and database.exists() and target.samefile(database):
        raise DatabaseRefused("the copy would replace the database itself.", "Name another file.")
    with reading(database) as source, partial(target) as path:
        try:
            copy(source, path, progress)
        except sqlite3.Error as error:
            raise refusal(database if _is_damage(error) else target, error) from None
        copied = Copied(target, path.stat().st_size, _batch(path))
        publish(path, target, force=force)
    return copied


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _batch(path: Path) -> int:
    with reading(path) as connection:
        return int(connection.execute("SELECT batch FROM state").fetchone()[0])
