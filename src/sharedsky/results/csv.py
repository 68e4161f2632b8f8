"""A report's conflicts as CSV (RFC 4180): one row each, the columns of results/flat.py, a header, CRLF line ends.

A spreadsheet runs a cell that looks like a formula, and input may hold one: text from input that starts with = + - @
(or their full-width forms), a tab or a line break gets an apostrophe before it, at the beginning and after a semicolon,
which parts cells in many countries; control characters are written as
their codes. Numbers stay numbers. Called by the command line and the API.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from sharedsky.conflicts.report import Report
from sharedsky.results.flat import COLUMNS, Scalar, flat_row
from sharedsky.results.visible import visible

_FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
_AFTER_SEMICOLON: Final = re.compile(r"(;[ \"]*)(?=[=+\-@＝＋－＠])")


def to_csv(report: Report) -> str:
    """The conflicts as CSV text; what has no value is an empty cell, booleans are `true` and `false`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for conflict in report.conflicts:
        writer.writerow([_cell(value) for value in flat_row(conflict).values()])
    return out.getvalue()


def _cell(value: Scalar) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return safe_cell(value)


def safe_cell(text: str) -> str:
    """Text that no spreadsheet runs and no terminal obeys."""
    # Spaces before the sign do not stop every spreadsheet.
    guarded = f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
    return visible(_AFTER_SEMICOLON.sub(r"\1'", guarded))
