"""Finding and reading input files: files and whole folders, in one order, each once, nothing skipped in silence.

What is skipped (hidden files, `--ignore`, a file named twice, a link that leads back) becomes a note; what cannot be
read becomes a refusal that names the file, and the rest goes on. Called by the API and by the command line.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from sharedsky.errors import LimitError, SharedskyError, UsageError
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Note, Reading, Refusal
from sharedsky.plans.plan import Source

#: The name that stands for standard input among the inputs, and what it is called in results.
STDIN: Final = "-"
STDIN_NAME: Final = "stdin"

#: How many names of skipped files a note lists.
_NAMES_IN_NOTE: Final = 5

#: What `(device, inode)` or, where a file system has no inodes, the resolved path says: the same file.
FileKey = tuple[int, int] | str

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to be read: the name the user knows it by (safe as UTF-8), and its path."""

    name: str
    path: Path


@dataclass(slots=True)
class Found:
    """The files to read in order, whether standard input is among them, and what was skipped or cannot be read.

    keys: of all files and folders that were met, read or not; nothing may be written over one.
    """

    files: list[FoundFile] = field(default_factory=list)
    keys: set[FileKey] = field(default_factory=set)
    stdin: bool = False
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def find_files(paths: Iterable[str | Path], *, ignore: Sequence[str] = (), limits: Limits | None = None) -> Found:
    """The files that paths name: each file, and every file in and below each folder, sorted by name.

    Args:
        paths: files, folders, or "-" for standard input.
        ignore: globs (`*.bak`, `drafts`, `old/*.json`); a file or folder is skipped where one matches its name, or its
            path as it would be named in a result.
        limits: max_files bounds how many are read; the rest is refused.
    Raises:
        UsageError: a path names nothing, or no path is given.
    """
    walk = _Walk(tuple(ignore))
    given = [str(path) for path in paths]
    if not given:
        raise UsageError("no file or folder is given.", 'Name at least one, or "-" for standard input.')
    for path in given:
        if path == STDIN:
            walk.found.stdin = True
        else:
            walk.given(path)
    return _within_limit(walk.finish(), limits or Limits())


def read_bytes(path: str | Path, limits: Limits) -> bytes:
    """A file's bytes, never more than limits.max_bytes of them in memory.

    Raises:
        LimitError: the file is longer. OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        data = file.read(limits.max_bytes + 1)
    limits.check("max_bytes", len(data), "the file's bytes")
    return data


def load_documents(
    found: Found,
    limits: Limits,
    open_document: Callable[[str, bytes, Limits], Document],
    progress: Progress | None = None,
    more: Sequence[Document] = (),
) -> tuple[list[Document], Reading]:
    """The files' documents, and a reading with the notes and refusals that came up on the way.

    open_document: of formats.detect; it decompresses. more: documents that are there already and come first. A file
    that would take all of them together beyond limits.max_total_bytes is refused, and smaller ones after it are read.
    """
    documents = list(more)
    total = sum(len(document.data) for document in documents)
    reading = Reading(limits=limits)
    for refusal in found.refusals:
        reading.add_refusal(refusal)
    for note in found.notes:
        reading.add_note(note)
    for k, file in enumerate(found.files):
        if progress is not None:
            progress("reading files", k, len(found.files))
        try:
            document = open_document(file.name, read_bytes(file.path, limits), limits)
            limits.check("max_total_bytes", total + len(document.data), "the bytes of all files up to this one")
        except SharedskyError as error:
            reading.refuse(Source(file.name), error)
        except OSError as error:
            reading.add_refusal(_unreadable(file.name, error))
        else:
            total += len(document.data)
            documents.append(document)
    return documents, reading


def file_key(path: str | Path) -> FileKey:
    """What tells a file from every other, whatever it is called. Raises OSError where there is none."""
    return _key(os.stat(path), str(path))


def display_name(name: str) -> str:
    """A file's name as UTF-8: bytes of it that are not UTF-8 are written as `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace") if os.name == "posix" else name


class _Walk:
    """One search for files."""

    def __init__(self, ignore: tuple[str, ...]) -> None:
        self.ignore = ignore
        self.found = Found()
        self.hidden: dict[str, list[str]] = {}
        self.ignored: dict[str, list[str]] = {}

    def given(self, path: str) -> None:
        """Add what the user named."""
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            raise UsageError(f"there is no file or folder {display_name(path)!r}.", "Check its name.") from None
        except OSError as error:
            self.found.refusals.append(_unreadable(display_name(path), error))
            return
        if self._is_ignored(path, path):
            return
        if stat.S_ISDIR(status.st_mode):
            self._folder(path, path)
        else:
            self._file(path, status)

    def finish(self) -> Found:
        """The files found, with the notes on what was skipped."""
        for folder, names in self.hidden.items():
            self._note(folder, f"{_count(names)} whose name begins with a dot: skipped ({_some(names)}).")
        for folder, names in self.ignored.items():
            self._note(folder, f"{_count(names)} skipped as asked by ignore ({_some(names)}).")
        return self.found

    def _folder(self, folder: str, top: str) -> None:
        # A stack, not recursion: a deep tree must not exhaust Python's. Reversed pushes keep the sorted order.
        stack = [folder]
        while stack:
            path = stack.pop()
            try:
                status = os.stat(path)
                if not stat.S_ISDIR(status.st_mode):
                    self._inside(path, status)
                    continue
                if self._is_new(path, status, "this folder was reached twice (a link leads to it); it was read once."):
                    stack += [os.path.join(path, name) for name in self._names(path, top)]
            except OSError as error:
                self.found.refusals.append(_unreadable(display_name(path), error))

    def _names(self, folder: str, top: str) -> list[str]:
        """Names in a folder in reverse order, without those that are skipped."""
        names = []
        for name in sorted(os.listdir(folder), reverse=True):
            if name.startswith("."):
                self.hidden.setdefault(top, []).append(display_name(os.path.relpath(os.path.join(folder, name), top)))
            elif not self._is_ignored(os.path.join(folder, name), top):
                names.append(name)
        return names

    def _inside(self, path: str, status: os.stat_result) -> None:
        if stat.S_ISREG(status.st_mode):
            self._file(path, status)
        else:
            reason = "this is no regular file (a pipe, socket or device). Name it on its own if it is to be read."
            self.found.refusals.append(Refusal(Source(display_name(path)), reason, "format"))

    def _file(self, path: str, status: os.stat_result) -> None:
        if self._is_new(path, status, "this file was named twice; it was read once."):
            self.found.files.append(FoundFile(display_name(path), Path(path)))

    def _is_new(self, path: str, status: os.stat_result, otherwise: str) -> bool:
        key = _key(status, path)
        if key in self.found.keys:
            self._note(path, otherwise)
            return False
        self.found.keys.add(key)
        return True

    def _is_ignored(self, path: str, top: str) -> bool:
        shown, name = path.replace(os.sep, "/"), os.path.basename(path.rstrip(os.sep))
        matched = any(fnmatchcase(name, glob) or fnmatchcase(shown, glob) for glob in self.ignore)
        if matched:
            self.ignored.setdefault(top, []).append(display_name(path))
        return matched

    def _note(self, path: str, text: str) -> None:
        self.found.notes.append(Note(Source(display_name(path)), text))


def _within_limit(found: Found, limits: Limits) -> Found:
    try:
        limits.check("max_files", len(found.files), "the files")
    except LimitError as error:
        # Part of a folder would look like all of it: none is read, so that nobody takes the result for an answer.
        found.refusals.append(Refusal(Source(found.files[0].name), f"{error} No file was read.", "limit"))
        found.files.clear()
    return found


def _unreadable(name: str, error: OSError) -> Refusal:
    reason = f"this cannot be read: {error.strerror or 'the system says no more'}. Check its permissions, or its link."
    return Refusal(Source(name), reason, "format")


def _key(status: os.stat_result, path: str) -> FileKey:
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)


def _count(names: list[str]) -> str:
    return f"{len(names):,} file{'' if len(names) == 1 else 's'} or folder{'' if len(names) == 1 else 's'}"


def _some(names: list[str]) -> str:
    rest = len(names) - _NAMES_IN_NOTE
    listed = ", ".join(sorted(names)[:_NAMES_IN_NOTE])
    return f"{listed} and {rest:,} more" if rest > 0 else listed
