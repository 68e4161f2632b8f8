"""The rows of track files as columns: what a row must hold, and the arrays that all of them end in.

Columns are found by name, whatever their order; the names are checked against the scope (R28). In the arrays NaN
stands for "the source has none" and infinity for "a value that cannot be" (NaN or infinity as text, a number too
large): both are told apart from values when flights are made. Called by json_rows.py and csv_rows.py, which fill the
columns, and by the rest of this package, which reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.errors import FormatError, SharedskyError
from sharedsky.plans.scope import check_name

#: The columns that are read, in the order in which they are kept.
COLUMNS: Final = ("timestamp", "latitude", "longitude", "altitude", "icao24", "callsign")
#: Without these a file is refused; a file without call signs is told apart by address and gaps alone.
REQUIRED: Final = COLUMNS[:5]
NUMBERS: Final = ("latitude", "longitude", "altitude")
#: The longest address or call sign, in characters.
MAX_NAME_CHARS: Final = 32
#: How many bad rows of one file are named one by one.
NAMED_ROWS: Final = 5


def find_columns(names: Sequence[str]) -> tuple[int | None, ...]:
    """Where each of COLUMNS stands among `names`; letter case and surrounding blanks do not matter.

    Raises:
        ScopeError: a name is out of scope. FormatError: a required column is missing, or one is there twice.
    """
    for name in names:
        check_name(name)
    folded = [fold_column(name) for name in names]
    for name in COLUMNS:
        if folded.count(name) > 1:
            raise FormatError(f"the column {name} is there {folded.count(name)} times.", "Keep one of them.")
    missing = [name for name in REQUIRED if name not in folded]
    if missing:
        raise FormatError(
            f"recorded tracks need the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}, missing here.",
            f"Columns are {', '.join(COLUMNS)}, in any order, separated by commas in CSV; see docs/formats/tracks.md.",
        )
    return tuple(folded.index(name) if name in folded else None for name in COLUMNS)


def fold_column(name: str) -> str:
    """A column's name as it is compared."""
    return name.strip().lower()


class Names:
    """Texts as small integers, for arrays: "" is 0."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {"": 0}

    def code(self, text: str) -> int:
        """The text's code; a new one where it is new."""
        return self._codes.setdefault(text, len(self._codes))

    def decode(self) -> tuple[str, ...]:
        """All texts, by code."""
        return tuple(self._codes)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of one or more files, each array (n,).

    time_ns: int64. lat_deg, lng_deg, altitude_ft (pressure altitude): float64, NaN where the source has none,
    infinite where the value cannot be. address, callsign: int64 codes of Names. place: int64, the line (CSV, from 1)
    or the row (JSON, from 0). file: int64, which of the documents.
    """

    time_ns: IntArray
    lat_deg: FloatArray
    lng_deg: FloatArray
    altitude_ft: FloatArray
    address: IntArray
    callsign: IntArray
    place: IntArray
    file: IntArray

    def __len__(self) -> int:
        return len(self.time_ns)

    def take(self, which: IntArray | BoolArray) -> Rows:
        """Some of the rows, by index or by mask."""
        return Rows(**{name: getattr(self, name)[which] for name in Rows.__dataclass_fields__})


def join(parts: Sequence[Rows]) -> Rows:
    """All rows of all parts, in their order."""
    if not parts:
        empty, none = np.empty(0), np.empty(0, np.int64)
        return Rows(none, empty, empty, empty, none, none, none, none)
    fields = Rows.__dataclass_fields__
    return Rows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in fields})


#: Latitude, longitude and altitude, (n,) each, as in Rows.
Numbers = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(slots=True)
class FileRows:
    """What one file gives: rows in parts, and a count of the rows that cannot be read, the first few with a reason.

    file: which of the documents. names: texts of all files. leap_seconds: how many times were written with `:60`.
    """

    file: int
    names: Names
    parts: list[Rows] = field(default_factory=list)
    bad_count: int = 0
    bad_named: list[tuple[int, SharedskyError]] = field(default_factory=list)
    leap_seconds: int = 0

    def refuse_row(self, place: int, error: SharedskyError) -> None:
        """Count a row that cannot be read."""
        self.bad_count += 1
        if len(self.bad_named) < NAMED_ROWS:
            self.bad_named.append((place, error))

    def add(
        self, place: IntArray, time_ns: IntArray, numbers: Numbers, address: Sequence[str], callsign: Sequence[str]
    ) -> None:
        """Add rows whose times and numbers were read; addresses and call signs are checked here."""
        address_code, address_bad = self._codes(address, _address)
        callsign_code, callsign_bad = self._codes(callsign, _callsign)
        file = np.full(len(place), self.file, np.int64)
        lat, lng, altitude = numbers
        rows = Rows(time_ns, lat, lng, altitude, address_code, callsign_code, place, file)
        bad = (address_code < 0) | (callsign_code < 0)
        for k in np.flatnonzero(bad).tolist():
            error = address_bad.get(address[k]) or callsign_bad[callsign[k]]
            self.refuse_row(int(place[k]), error)
        self.parts.append(rows.take(~bad) if bad.any() else rows)

    def _codes(self, texts: Sequence[str], clean: Callable[[str], str]) -> tuple[IntArray, dict[str, SharedskyError]]:
        """Codes (n,) of cleaned texts, -1 for those that are refused, with why."""
        codes: dict[str, int] = {}
        bad: dict[str, SharedskyError] = {}
        for text in dict.fromkeys(texts):
            try:
                codes[text] = self.names.code(clean(text))
            except FormatError as error:
                codes[text], bad[text] = -1, error
        return np.fromiter(map(codes.__getitem__, texts), np.int64, len(texts)), bad


def _address(text: str) -> str:
    name = _name(text, "address").lower()
    if not name:
        raise FormatError("the row does not say which aircraft: icao24 is empty.", "Give each row an address.")
    return name


def _callsign(text: str) -> str:
    return _name(text, "call sign").upper()


def _name(text: str, what: str) -> str:
    name = text.strip()
    if len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise FormatError(
            f"{name[:20]!r} is no {what}.", f"Give up to {MAX_NAME_CHARS} characters that can be printed."
        )
    return name
