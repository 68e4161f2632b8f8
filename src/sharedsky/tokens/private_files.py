"""Files that nobody but the server's own user may read, written whole or not at all.

Issue "The exchange", 2: signing keys lie outside the database with mode 0600. On systems without POSIX modes nothing
is checked. Called by keyring, and for key sets that outlive a restart.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sharedsky.tokens.errors import TrustError

if sys.platform != "win32":
    import fcntl

_MAX_BYTES: Final = 1024 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def read_private(path: Path) -> bytes:
    """The content of a file that only its owner may read.

    Raises:
        TrustError: others may read or write it, or it cannot be read. A missing file is FileNotFoundError.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & _OTHERS:
                raise TrustError(
                    f"{path} can be read by others than its owner (mode {stat.S_IMODE(mode):04o}).",
                    f"If nobody has read it, run: chmod 600 {path}. Otherwise replace the keys: docs/tokens.md.",
                )
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TrustError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > _MAX_BYTES:
        raise TrustError(f"{path} is too large to be what it should be.")
    return data


def write_private(path: Path, data: bytes) -> None:
    """Write a file with mode 0600 so that after a crash the old content is there or the new, and on disk.

    Raises:
        TrustError: it cannot be written.
    """
    unfinished = path.with_name(path.name + ".new")
    try:
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise TrustError(f"{path} cannot be written: {error.strerror}.") from error


def make_private_folder(folder: Path) -> None:
    """Create a folder with mode 0700; one that is there must not be writable by others.

    Raises:
        TrustError: it is, or cannot be created.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as error:
        raise TrustError(f"{folder} cannot be created: {error.strerror}.") from error
    if os.name == "posix" and mode & _OTHERS_WRITE:
        raise TrustError(f"{folder} can be written by others than its owner.", f"Run: chmod 700 {folder}")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one process at a time between here and the end; others wait.

    Raises:
        TrustError: the lock cannot be taken.
    """
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise TrustError(f"{folder} cannot be locked: {error.strerror}.") from error
    try:
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class KeptSets:
    """Key sets of other issuers, kept for a restart while their source is away; one file for each address."""

    def __init__(self, folder: Path) -> None:
        make_private_folder(folder)
        self._folder = folder

    def load(self, url: str) -> bytes | None:
        """The set last kept for an address, or None."""
        try:
            return read_private(self._path(url))
        except (FileNotFoundError, TrustError):
            return None

    def keep(self, url: str, data: bytes) -> None:
        """Keep a set. Raises TrustError where it cannot be written."""
        write_private(self._path(url), data)

    def _path(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.jwks.json"


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
