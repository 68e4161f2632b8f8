"""A new database from many values at once, for benchmarks and tests: quick, and durable only when it is done.

Called by bench and tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sharedsky.exchange.changes import Put
from sharedsky.exchange.model import Entity
from sharedsky.store.sqlite.connections import connect_writer
from sharedsky.store.sqlite.errors import DatabaseRefused
from sharedsky.store.sqlite.lock import Lock
from sharedsky.store.sqlite.migrate import migrate
from sharedsky.store.sqlite.rows import Batch, write, written

_AT_ONCE: Final = 4_096


def load(path: Path, entities: Iterable[Entity]) -> int:
    """Write a database that does not exist yet; how many values it holds. Of those with one id, the last counts.

    Raises:
        DatabaseRefused: the file exists. Unstorable: a value does not fit; the file is of no use.
        sqlite3.Error: it cannot be written.
    """
    if path.exists():
        raise DatabaseRefused(f"{path} exists already.", "Name a new file.")
    lock = Lock(path)
    connection = connect_writer(path)
    try:
        migrate(connection, path)
        connection.execute("PRAGMA synchronous = OFF")
        count = 0
        connection.execute("BEGIN IMMEDIATE")
        values = iter(entities)
        while some := list(itertools.islice(values, _AT_ONCE)):
            batch = Batch()
            batch.add(written(map(Put, some)), None)
            write(connection, batch)
            count += len(some)
        connection.execute("COMMIT")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return count
    finally:
        connection.close()
        lock.release()
