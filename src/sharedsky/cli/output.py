"""Files that the command writes: whole or not at all, all of them or none, and never over an input.

A file is written beside its target under a name of its own, brought to disk (fsync) and renamed; whoever reads the
target sees the old content or the new one. A target that is no regular file (a pipe, /dev/null) is written to as it is.
Called by check.py and convert.py.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sharedsky.errors import UsageError
from sharedsky.files import FileKey, display_name, file_key


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write: the option that names it, the name as given, and the path behind links."""

    option: str
    given: str
    path: Path

    @property
    def name(self) -> str:
        """The name as given, for messages."""
        return display_name(self.given)


def find_targets(options: Sequence[tuple[str, str | None]], inputs: Iterable[FileKey]) -> list[Target]:
    """The targets that options name, checked before any work is done. An option without a path makes none.

    Raises:
        UsageError: one is an input, a folder or in a folder that does not exist, or two are the same file.
    """
    known = set(inputs)
    targets: list[Target] = []
    for option, given in options:
        if given is None:
            continue
        target = Target(option, given, Path(os.path.realpath(given)))
        _check_target(target, known)
        for other in targets:
            if other.path == target.path:
                raise UsageError(f"{other.option} and {option} name the same file {target.name!r}.", "Name two.")
        targets.append(target)
    return targets


def write_all(contents: Sequence[tuple[Target, bytes]]) -> None:
    """Write every target, or none.

    Raises:
        UsageError: one cannot be written; nothing is left behind, and what was there before is as it was.
    """
    staged: list[tuple[Target, Path]] = []
    try:
        for target, data in contents:
            if not _is_special(target.path):
                with _named(target):
                    staged.append((target, _stage(target.path, data)))
        for target, data in contents:
            if _is_special(target.path):
                with _named(target):
                    target.path.write_bytes(data)
        for target, beside in staged:
            with _named(target):
                os.replace(beside, target.path)
            _sync_folder(target.path.parent)
    finally:
        for _, beside in staged:
            with contextlib.suppress(OSError):
                beside.unlink()


@contextlib.contextmanager
def _named(target: Target) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or "the system says no more"
        message = f"{target.option} {target.name!r} cannot be written: {reason}."
        raise UsageError(message, "Choose another place.") from None


def _is_special(path: Path) -> bool:
    """Whether something is there that is no regular file: a pipe, a device."""
    return os.path.exists(path) and not os.path.isfile(path)


def _check_target(target: Target, inputs: set[FileKey]) -> None:
    if not target.given:
        raise UsageError(f"{target.option} names no file.", "Give it a path.")
    if os.path.isdir(target.path):
        raise UsageError(f"{target.option} {target.name!r} is a folder.", "Name a file in it.")
    if not os.path.isdir(target.path.parent):
        raise UsageError(f"{target.option} {target.name!r} is in a folder that does not exist.", "Make it first.")
    with contextlib.suppress(OSError):
        if file_key(target.path) in inputs:
            raise UsageError(
                f"{target.option} {target.name!r} is one of the inputs, and no input is ever written over.",
                "Name another file, or leave it out of the inputs with --ignore.",
            )


def _stage(path: Path, data: bytes) -> Path:
    """A new file in the same folder, on disk, with the mode that the target has or a new file gets."""
    beside = path.with_name(f".sharedsky-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(beside, flags, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            shutil.copymode(path, beside)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return beside


def _sync_folder(folder: Path) -> None:
    """Bring the new name to disk too, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
