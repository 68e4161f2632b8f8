"""Recorded tracks as CSV (RFC 4180): a header, then a line for each row.

UTF-8, a byte order mark is tolerated; fields may be quoted and then hold commas, quotes and line ends. Rows are turned
into arrays by the ten thousand, so that a large file is not held as Python objects at once. Where a whole column does
not convert, its cells are looked at one by one. Called by the reader of this package.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.errors import FormatError, SharedskyError, TimeError
from sharedsky.formats.limits import Limits
from sharedsky.formats.tracks.instants import instant_of_cell, instants_of_counts
from sharedsky.formats.tracks.rows import NUMBERS, FileRows, find_columns

#: Rows that are turned into arrays at a time.
_CHUNK: Final = 50_000
#: Characters of numbers: without n, a and f no text for NaN or infinity can be among them, nor 1_000.
_NUMBER_CHARS: Final = frozenset("0123456789+-.eE")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE: Final = frozenset(
    sign + word for sign in ("", "+", "-") for word in ("nan", "inf", "infinity", "#num!", "1.#inf", "1.#qnan")
)


def read_csv(data: bytes, limits: Limits, out: FileRows) -> None:
    """Add a CSV file's rows to `out`; rows that cannot be read are counted there.

    Raises:
        FormatError: not UTF-8, no header, or columns that are missing or there twice. ScopeError, LimitError.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(f"line {line} is not UTF-8 text.", "Save the file as UTF-8.") from None
    table = _Table(text, out)
    header = next(table, None)
    if header is None and out.bad_named:
        raise out.bad_named[0][1]
    if header is None:
        raise FormatError("the file is empty.", "The first line names the columns.")
    where = find_columns(header[1])
    count = 0
    chunk: list[list[str]] = []
    lines: list[int] = []
    for line, row in table:
        if len(row) != len(header[1]):
            out.refuse_row(line, FormatError(f"the row has {len(row)} fields and the header {len(header[1])}."))
            continue
        chunk.append(row)
        lines.append(line)
        if len(chunk) == _CHUNK:
            count += len(chunk)
            limits.check("max_points", count, "the recorded positions")
            _add(chunk, lines, where, out)
            chunk, lines = [], []
    limits.check("max_points", count + len(chunk), "the recorded positions")
    _add(chunk, lines, where, out)


class _Table(Iterator[tuple[int, list[str]]]):
    """The rows of a CSV text with the line that each begins on; blank lines are left out."""

    def __init__(self, text: str, out: FileRows) -> None:
        self._rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        self._out = out

    def __next__(self) -> tuple[int, list[str]]:
        while True:
            line = self._rows.line_num + 1
            try:
                row = next(self._rows)
            except csv.Error as error:
                self._out.refuse_row(
                    line,
                    FormatError(
                        f"from here on the file is not CSV ({error}), and nothing after it was read.",
                        "Close every quote; a quote inside quotes is written twice.",
                    ),
                )
                raise StopIteration from None
            if row and row != [""]:
                return line, row


def _add(chunk: Sequence[Sequence[str]], lines: Sequence[int], where: tuple[int | None, ...], out: FileRows) -> None:
    """Add rows of equal length."""
    if not chunk:
        return
    columns = list(zip(*chunk, strict=True))
    cells = [columns[k] if k is not None else ("",) * len(chunk) for k in where]
    bad: dict[int, SharedskyError] = {}
    times = _times(cells[0], bad, out)
    lat, lng, altitude = (_numbers(cells[1 + k], name, bad) for k, name in enumerate(NUMBERS))
    address, callsign, places = cells[4], cells[5], np.array(lines, np.int64)
    if bad:
        for k in sorted(bad):
            out.refuse_row(lines[k], bad[k])
        keep = np.array([k for k in range(len(chunk)) if k not in bad], np.int64)
        times, places, lat, lng, altitude = times[keep], places[keep], lat[keep], lng[keep], altitude[keep]
        address, callsign = (tuple(names[k] for k in keep.tolist()) for names in (address, callsign))
    out.add(places, times, (lat, lng, altitude), address, callsign)


def _times(cells: Sequence[str], bad: dict[int, SharedskyError], out: FileRows) -> IntArray:
    joined = "".join(cells)
    if joined.isascii() and joined.isdigit() and "" not in cells:
        counted = instants_of_counts([int(cell) if len(cell) < 20 else 0 for cell in cells])
        if counted is not None:
            return counted
    known: dict[str, int | TimeError] = {}
    times = np.zeros(len(cells), np.int64)
    for k, cell in enumerate(cells):
        if cell not in known:
            try:
                instant = instant_of_cell(cell)
                known[cell] = instant.ns
                out.leap_seconds += instant.leap_second
            except TimeError as error:
                known[cell] = error
        time = known[cell]
        if isinstance(time, int):
            times[k] = time
        else:
            bad.setdefault(k, time)
    return times


def _numbers(cells: Sequence[str], name: str, bad: dict[int, SharedskyError]) -> FloatArray:
    """A column of numbers: NaN where a cell is empty, infinite where it is not finite."""
    if _NUMBER_CHARS.issuperset(dict.fromkeys("".join(cells))):
        try:
            plain = np.fromiter((float(cell) if cell else np.nan for cell in cells), np.float64, len(cells))
        except ValueError:
            pass
        else:
            return plain
    out = np.empty(len(cells))
    for k, cell in enumerate(cells):
        text = cell.strip()
        if not text:
            out[k] = np.nan
        elif _NUMBER.fullmatch(text):
            out[k] = float(text)
        elif text.lower() in _NOT_FINITE:
            out[k] = np.inf
        else:
            out[k] = np.nan
            bad.setdefault(k, FormatError(f"the row's {name} {text[:20]!r} is not a number.", "Correct it."))
    return out
