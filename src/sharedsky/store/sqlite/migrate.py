"""The schema and its versions: numbered .sql files, each run once, in one transaction with its number.

A file that holds data is copied before it is changed. A file of a later version is refused: an older program does not
know what it would destroy. Called by store.py, restore.py and bulk.py.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from sharedsky.store.sqlite.connections import APPLICATION_ID, connect_reader, foreign
from sharedsky.store.sqlite.errors import DatabaseRefused

_LOG: Final = logging.getLogger(__name__)
#: The audit log's row (audit.py) of a migration, in its transaction; the time is the file's own.
_AUDIT: Final = (
    "INSERT INTO audit (at_ns, actor, act, object) VALUES"
    " (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, 'server', 'migrated', '{act}');"
)


def scripts() -> dict[int, str]:
    """The migrations: SQL by the version that it leads to, 1 and upward without a gap."""
    folder = files(__package__) / "schema"
    found = {int(item.name[:-4]): item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".sql")}
    return dict(sorted(found.items()))


def version_of(connection: sqlite3.Connection) -> int:
    """The schema version of a file; 0 where it is empty."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_known(connection: sqlite3.Connection, path: Path, known: int) -> int:
    """The version of a file of ours, or 0 of an empty one.

    Raises:
        DatabaseRefused: it is none of ours, or later than `known`.
    """
    version = version_of(connection)
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and (application or version or tables):
        raise foreign(path)
    if version > known:
        raise DatabaseRefused(
            f"{path} has schema version {version}, and this program knows {known}.",
            "Run the newer sharedsky that wrote it, or restore a backup from before it did.",
        )
    return version


def look_at(path: Path) -> int:
    """The version of a file, without touching it.

    Raises:
        DatabaseRefused: it is none of ours, or of a later version.
        sqlite3.Error: it cannot be read.
    """
    connection = connect_reader(path)
    try:
        return check_known(connection, path, max(scripts()))
    finally:
        connection.close()


def migrate(connection: sqlite3.Connection, path: Path, migrations: Mapping[int, str] | None = None) -> None:
    """Bring a file to the latest version; nothing happens where it is there already.

    Raises:
        DatabaseRefused: it is none of ours, or of a later version, or cannot be copied.
        sqlite3.Error: it cannot be written.
    """
    migrations = scripts() if migrations is None else migrations
    latest = max(migrations)
    version = check_known(connection, path, latest)
    if version == latest:
        return
    if version > 0:
        copy = _copy(connection, path, version)
        _LOG.warning("%s: from schema version %d to %d; a copy from before is %s", path, version, latest, copy)
    for number in range(version + 1, latest + 1):
        mark = f"PRAGMA user_version = {number}; PRAGMA application_id = {APPLICATION_ID};"
        if number == latest and any("CREATE TABLE audit " in sql for sql in migrations.values()):
            mark += _AUDIT.format(act=f"{version} to {latest}" if version else f"a new file, version {latest}")
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{migrations[number]}\n{mark}\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.rollback()
            raise


def _copy(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """A copy of a file beside it, under a name that is free."""
    number = 0
    while True:
        target = path.with_name(f"{path.name}.version-{version}" + (f".{number}" if number else ""))
        if not target.exists():
            break
        number += 1
    # written by SQLite itself, in one piece, with what is only in the WAL so far
    target.touch(0o600)
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
        if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise DatabaseRefused(f"the copy {target} made before the migration is damaged.", "Run `sharedsky fsck`.")
    finally:
        copy.close()
    return target
