"""Connections to a database file: the one that writes, and those that only read.

WAL with synchronous=FULL: a commit returns when its bytes are on the disk. Called by every module of this package that
opens a file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sharedsky.store.sqlite.errors import DatabaseRefused, damaged

#: In the header of every file of ours (PRAGMA application_id): "SkyX".
APPLICATION_ID: Final = 0x536B7958
#: STRICT tables need SQLite 3.37.
_OLDEST_SQLITE: Final = (3, 37, 0)
#: How long a statement waits for the lock of a file that a command reads at the same time [ms].
_BUSY_TIMEOUT_MS: Final = 5_000

Connect = Callable[[Path], sqlite3.Connection]


def connect_writer(path: Path) -> sqlite3.Connection:
    """The connection that writes; the file is created where it is missing, and readable by its owner alone.

    Raises:
        sqlite3.Error, OSError: it cannot be opened or made.
    """
    _check_sqlite()
    if not path.exists():
        path.touch(0o600)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        prepare_writer(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def prepare_writer(connection: sqlite3.Connection) -> None:
    """Set what a connection that writes needs."""
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table is made; ignored afterwards
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise sqlite3.OperationalError(f"the journal mode is {mode} and cannot be WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -65536")  # 64 MiB


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; beside a running server it reads what is committed.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    _check_sqlite()
    uri = path.absolute().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        # in a folder that cannot be written, a file that nobody serves is read as it lies
        return sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    return connection


@contextmanager
def reading(path: Path) -> Generator[sqlite3.Connection]:
    """A connection that cannot write, whose errors are refusals of the file.

    Raises:
        DatabaseRefused: there is no such file, it is no database of ours, or it is damaged.
    """
    if not path.is_file():
        raise DatabaseRefused(f"there is no file {path}.", "Name the database with --database.")
    try:
        connection = connect_reader(path)
        try:
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise foreign(path)
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise refusal(path, error) from None


def foreign(path: Path) -> DatabaseRefused:
    """The refusal of a file that is none of ours."""
    return DatabaseRefused(f"{path} is not a database of sharedsky.", "Name another file with --database.")


def refusal(path: Path, error: Exception) -> DatabaseRefused:
    """What an error of SQLite or of the system at opening a file means for whoever runs the server."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT):
        return damaged(path, error)
    if primary == sqlite3.SQLITE_NOTADB:
        return DatabaseRefused(f"{path} is not a database, or its beginning is damaged.", "Restore a backup.")
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or isinstance(error, PermissionError):
        advice = "Let the account that runs the server own the file and its folder."
        return DatabaseRefused(f"{path} cannot be written ({error}).", advice)
    if primary == sqlite3.SQLITE_FULL:
        return DatabaseRefused(f"the disk of {path} is full.", "Make room on it.")
    if primary == sqlite3.SQLITE_BUSY:
        return DatabaseRefused(f"{path} is locked by another program.", "End what has it open.")
    return DatabaseRefused(f"{path} cannot be opened ({error}).", "See that its folder exists and can be written.")


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise DatabaseRefused(f"SQLite {sqlite3.sqlite_version} is too old.", "Install a Python with 3.37 or newer.")
