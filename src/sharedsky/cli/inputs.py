"""From what was typed to a Reading: files, folders and standard input, with every option about reading.

Called by check.py and convert.py; the reading itself is api.py's, so that the API and the command do the same.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

from sharedsky.airspace.time import NS_PER_S
from sharedsky.api import load_fixes, read_found
from sharedsky.cli.options import Arguments
from sharedsky.errors import SharedskyError, UsageError
from sharedsky.files import STDIN_NAME, FileKey, Found, Progress, file_key, find_files
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import (
    Document,
    ForecastOptions,
    Reading,
    ReadOptions,
    Refusal,
    TrackOptions,
    refusal_kind,
)
from sharedsky.plans.plan import Source


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is to be read, and how. keys: of every file that is read, options' files too; no output may be one."""

    found: Found
    options: ReadOptions
    format: str | None
    keys: frozenset[FileKey]


def find_inputs(arguments: Arguments, *option_files: str | None) -> Inputs:
    """The inputs that were typed, found but not read yet.

    option_files: files that other options read (a profile).
    Raises:
        UsageError: one of them is not there. LimitError: a table of points is too long.
    """
    limits = replace(Limits(), **dict(arguments.limit))
    found = find_files(arguments.inputs, ignore=arguments.ignore, limits=limits)
    options = ReadOptions(
        limits=limits,
        date=arguments.date,
        forecast=replace(ForecastOptions(), **dict(arguments.forecast)),
        tracks=_track_options(arguments),
        fixes=load_fixes(arguments.fixes, limits),
    )
    named = [path for path in (*arguments.fixes, *option_files) if path is not None]
    keys = found.keys.union(_key(path) for path in named)
    return Inputs(found, options, arguments.format_in, frozenset(keys))


def read_inputs(inputs: Inputs, progress: Progress) -> Reading:
    """Read everything; what is wrong with it is refused, by name, in the reading."""
    more: list[Document] = []
    refused: list[Refusal] = []
    if inputs.found.stdin:
        try:
            more.append(_standard_input(inputs.options.limits))
        except SharedskyError as error:
            refused.append(Refusal(Source(STDIN_NAME), str(error), refusal_kind(error)))
    reading = read_found(inputs.found, inputs.options, more=more, format=inputs.format, progress=progress)
    reading.refusals[:0] = refused
    return reading


def _standard_input(limits: Limits) -> Document:
    from sharedsky.formats.detect import open_document

    raw = sys.stdin.buffer.read(limits.max_bytes + 1)
    limits.check("max_bytes", len(raw), "the bytes of standard input")
    return open_document(STDIN_NAME, raw, limits)


def _track_options(arguments: Arguments) -> TrackOptions:
    options = TrackOptions()
    if arguments.max_gap is not None:
        options = replace(options, max_gap_s=arguments.max_gap / NS_PER_S)
    if arguments.max_speed is not None:
        options = replace(options, max_speed_mps=arguments.max_speed)
    if arguments.max_climb is not None:
        options = replace(options, max_climb_mps=arguments.max_climb)
    return options


def _key(path: str) -> FileKey:
    try:
        return file_key(path)
    except (OSError, ValueError):
        raise UsageError(f"there is no file {path!r}.", "Check its name.") from None
