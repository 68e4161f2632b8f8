"""One process serves a database file: a lock on a file beside it, which ends with the process however it ends.

The lock is not on the database itself, so that snapshots and backups of a running server work. Called by store.py,
restore.py and bulk.py.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from sharedsky.store.sqlite.errors import DatabaseInUse, DatabaseRefused


def lock_path(database: Path) -> Path:
    """The lock file of a database."""
    return database.with_name(database.name + ".lock")


class Lock:
    """The lock of a database, held until released."""

    def __init__(self, database: Path) -> None:
        """Take it.

        Raises:
            DatabaseInUse: another process has it, or this one has it already.
            DatabaseRefused: the folder cannot be written.
        """
        path = lock_path(database)
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            advice = "Let the account that runs the server own the folder, or name another with --database."
            raise DatabaseRefused(f"{path} cannot be written ({error.strerror}).", advice) from None
        try:
            _lock(self._file)
        except OSError:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
            os.close(self._file)
            by = f"process {holder}" if holder.isdigit() else "another process"
            raise DatabaseInUse(
                f"{database} is in use: {by} serves it.", "End that process first, or name another file."
            ) from None
        with contextlib.suppress(OSError):  # who it is, is for the message above alone
            os.ftruncate(self._file, 0)
            os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let go of it. The file stays: to remove it would let two processes lock two files of one name."""
        os.close(self._file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, 1 << 20, os.SEEK_SET)  # beyond the text, which others may read
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
