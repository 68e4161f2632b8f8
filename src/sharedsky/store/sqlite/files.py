"""Files that appear whole or not at all, and are on the disk when they do. Called by backup.py and restore.py."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sharedsky.store.sqlite.errors import DatabaseRefused, damaged

#: Pages that a copy reads in one go, between which others get the processor.
PAGES_AT_ONCE: Final = 2_000

#: Told the pages that remain, and all pages.
Progress = Callable[[int, int], None]


@contextmanager
def partial(target: Path) -> Generator[Path]:
    """A new empty file beside a target, readable by its owner alone, which goes away again.

    Raises:
        DatabaseRefused: it cannot be made.
    """
    path = target.with_name(f"{target.name}.partial-{os.getpid()}")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise DatabaseRefused(f"{path} cannot be made ({error.strerror}).", "See that its folder exists.") from None
    try:
        yield path
    finally:
        for name in (path, path.with_name(path.name + "-journal")):
            name.unlink(missing_ok=True)


def copy(source: sqlite3.Connection, path: Path, progress: Progress | None = None) -> None:
    """Copy a database as of one instant into an empty file, check the copy, and bring it to the disk.

    Raises:
        DatabaseRefused: the copy is damaged. sqlite3.Error: something cannot be read or written.
    """
    source.execute("BEGIN")  # one snapshot: the copy need not begin again when the server commits
    try:
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        target = sqlite3.connect(path, isolation_level=None)
        try:
            source.backup(
                target, pages=PAGES_AT_ONCE, sleep=0.0,
                progress=None if progress is None else lambda _, remaining, total: progress(remaining, total),
            )  # fmt: skip
            target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
            check(target, path)
        finally:
            target.close()
    finally:
        source.execute("ROLLBACK")
    sync(path)


def check(connection: sqlite3.Connection, path: Path) -> None:
    """SQLite's own checks of pages, indexes and references.

    Raises:
        DatabaseRefused: something is wrong.
    """
    for (found,) in connection.execute("PRAGMA integrity_check(1)").fetchall():
        if found != "ok":
            raise damaged(path, found)
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise damaged(path, f"a row of {broken[0]} refers to one of {broken[2]} that is not there")


def sync(path: Path) -> None:
    """Bring a file to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Bring a file's name to the disk, where the system can."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def publish(path: Path, target: Path, *, force: bool) -> None:
    """Give a finished file its name.

    Raises:
        DatabaseRefused: the name is taken, and force is not given; or it cannot be given.
    """
    try:
        if force or not hasattr(os, "link"):
            os.replace(path, target)
        else:
            os.link(path, target)  # unlike a rename, never over a file that has come up meanwhile
            path.unlink()
    except FileExistsError:
        raise taken(target) from None
    except OSError as error:
        raise DatabaseRefused(f"{target} cannot be written ({error.strerror}).", "Name another file.") from None
    sync_folder(target)


def taken(target: Path) -> DatabaseRefused:
    """The refusal to write over a file."""
    return DatabaseRefused(f"{target} exists already.", "Name another file, or say --force to replace it.")
