"""The user's table of points, ATS routes and procedures (`--fixes FILE.csv`); docs/formats/fixes.md documents it.

airportsdata knows aerodromes only; every other name in item 15 of a flight plan comes from here. A file is CSV in
UTF-8 with a header line; `ident,lat,lng` rows are points, `airway,seq,ident` rows the points of an ATS route in order
(flown both ways), `procedure,seq,ident` rows those of a SID or STAR (flown in that order). One file may hold all of
them, under one header or under several. Called by the flight plan reader.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from sharedsky.airspace.earth import M_PER_NM, distance_m
from sharedsky.errors import FormatError, LimitError, SharedskyError
from sharedsky.formats.reading import Document, Reading
from sharedsky.plans.plan import Source
from sharedsky.plans.scope import check_name

#: Two points of one ident nearer to each other than this [m] are one point, written twice.
SAME_PLACE_M: Final = 0.1 * M_PER_NM
#: Of several points of one ident the nearest is taken, if the next is at least this many times as far away.
CLEARLY_NEARER: Final = 2.0

_IDENT = re.compile(r"(?=[A-Z0-9]*[A-Z])[A-Z0-9]{2,7}")
_NUMBER = re.compile(r"[+-]?\d{1,6}(?:\.\d{1,15})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_ALIASES: Final[Mapping[str, str]] = {
    "lon": "lng", "longitude": "lng", "latitude": "lat", "route": "airway", "name": "ident",
}  # fmt: skip
_COLUMNS: Final = frozenset({"ident", "lat", "lng", "elevation_ft", "airway", "procedure", "seq"})


WayKind = Literal["airway", "procedure"]


class UnknownPointError(FormatError):
    """A name that no table knows, or that several far places share."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A point: its ident, place [deg] and, for an aerodrome, its elevation above mean sea level [ft] if given."""

    ident: str
    lat_deg: float
    lng_deg: float
    elevation_ft: float | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """An ATS route or a procedure: the idents of its points in order."""

    name: str
    kind: WayKind
    idents: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FixTable:
    """What the user's files say: points by ident (several may share one), and ways by name."""

    points: Mapping[str, tuple[Fix, ...]] = field(default_factory=dict)
    ways: Mapping[str, Way] = field(default_factory=dict)

    def pick(self, ident: str, near: tuple[float, float] | None) -> Fix | None:
        """The point of this ident that is nearest to `near` (lat, lng [deg]), or None where the ident is unknown.

        Raises:
            UnknownPointError: several points, and none is clearly the nearest (or nothing to be near to).
        """
        return nearest(ident, self.points.get(ident, ()), near)


def nearest(ident: str, candidates: Sequence[Fix], near: tuple[float, float] | None) -> Fix | None:
    """The one of several points that is meant; see FixTable.pick."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    lats, lngs = [c.lat_deg for c in candidates], [c.lng_deg for c in candidates]
    if near is not None:
        apart = distance_m(near[0], near[1], lats, lngs)
        order = sorted(range(len(candidates)), key=lambda k: float(apart[k]))
        first = candidates[order[0]]
        others = distance_m(first.lat_deg, first.lng_deg, lats, lngs)
        rivals = [float(apart[k]) for k in order[1:] if others[k] > SAME_PLACE_M]
        if not rivals or rivals[0] >= CLEARLY_NEARER * float(apart[order[0]]):
            return first
    elif (distance_m(lats[0], lngs[0], lats, lngs) <= SAME_PLACE_M).all():
        return candidates[0]
    raise UnknownPointError(
        f"{ident} is the name of {len(candidates)} points in the table, and none is clearly the one that is meant.",
        "Keep one of them in the --fixes file, or write the point as coordinates.",
    )


def read_fixes(documents: Sequence[Document], reading: Reading) -> FixTable:
    """The table of all documents together; what is wrong with their lines is refused in the reading.

    A line that is wrong is refused, by file and line, and the rest goes on; but the point and the way that it names
    are left out altogether, since a way without one of its points, or the second-nearest point, would mislead.
    """
    draft = _Draft()
    for document in documents:
        try:
            reading.limits.check("max_bytes", len(document.data), f"the bytes of {document.name}")
            text = document.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            what = FormatError(f"the file is not UTF-8 text (byte {error.start:,}).", "Save it as UTF-8.")
            reading.refuse(Source(document.name), what)
        except LimitError as error:
            reading.refuse(Source(document.name), error)
        else:
            _read_lines(document.name, text, draft, reading)
    return draft.table()


@dataclass(slots=True)
class _Draft:
    """The table while it is read; wrong: names of which some line could not be read."""

    points: dict[str, list[Fix]] = field(default_factory=dict)
    steps: dict[str, dict[int, str]] = field(default_factory=dict)
    kinds: dict[str, WayKind] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)

    def table(self) -> FixTable:
        """What was read, less what is wrong."""
        ways = {
            name: Way(name, self.kinds[name], tuple(ident for _, ident in sorted(order.items())))
            for name, order in self.steps.items()
            if name not in self.wrong
        }
        points = {ident: tuple(found) for ident, found in self.points.items() if ident not in self.wrong}
        return FixTable(points, ways)


def _read_lines(file: str, text: str, draft: _Draft, reading: Reading) -> None:
    columns: list[str] = []
    skipping = False  # after a header that cannot be used, until the next one
    for line, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if not raw.strip(" ,\t") or raw.lstrip().startswith("#"):
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([raw], strict=True))]
            if _is_header(cells):
                columns, skipping = [], True
                columns, skipping = _header(cells), False
            elif not columns and not skipping:
                skipping = True
                raise FormatError(
                    "the table begins without a header line; nothing is read until there is one.",
                    "Write one, as in ident,lat,lng or airway,seq,ident.",
                )
            elif not skipping:
                _add_row(columns, cells, draft)
        except csv.Error as error:
            reading.refuse(Source(file, line=line), FormatError(f"the line is not CSV ({error}).", "Check quotes."))
        except SharedskyError as error:
            reading.refuse(Source(file, line=line), error)


def _is_header(cells: Sequence[str]) -> bool:
    names = {_column(cell) for cell in cells}
    return "ident" in names and len(names & _COLUMNS) >= 2


def _column(cell: str) -> str:
    name = cell.lower()
    return _ALIASES.get(name, name)


def _header(cells: Sequence[str]) -> list[str]:
    """The columns' names.

    Raises:
        ScopeError: a column is out of scope (R28). FormatError: a column twice, or columns that make no row.
    """
    for cell in cells:
        check_name(cell)
    columns = [_column(cell) for cell in cells]
    known = [c for c in columns if c in _COLUMNS]
    if len(set(known)) != len(known):
        raise FormatError("the header names a column twice.", "Remove one of the two.")
    point = {"ident", "lat", "lng"} <= set(known)
    step = "seq" in known and bool({"airway", "procedure"} & set(known))
    if not (point or step):
        raise FormatError(
            "the header is not one of this table.", "Use ident,lat,lng or airway,seq,ident or procedure,seq,ident."
        )
    return columns


def _add_row(columns: Sequence[str], cells: Sequence[str], draft: _Draft) -> None:
    row = dict(zip(columns, cells, strict=False))
    try:
        if any(cells[len(columns) :]):
            raise FormatError(f"the row has {len(cells)} cells under {len(columns)} columns.", "Correct it.")
        ident = _ident(row.get("ident", ""), "ident")
        airway, procedure = row.get("airway", ""), row.get("procedure", "")
        if airway and procedure:
            raise FormatError("the row names an airway and a procedure.", "Write two rows.")
        if airway:
            _add_step("airway", _ident(airway, "airway"), row.get("seq", ""), ident, draft)
        if procedure:
            _add_step("procedure", _ident(procedure, "procedure"), row.get("seq", ""), ident, draft)
        if row.get("lat") or row.get("lng") or not (airway or procedure):
            draft.points.setdefault(ident, []).append(_point(ident, row))
    except FormatError:
        way = row.get("airway") or row.get("procedure")
        draft.wrong.add((way or row.get("ident", "")).upper())
        raise


def _add_step(kind: WayKind, name: str, seq: str, ident: str, draft: _Draft) -> None:
    if not _WHOLE.fullmatch(seq):
        raise FormatError(f"seq of {name} must be a whole number.", "Number its points 1, 2, 3 and so on.")
    if draft.kinds.setdefault(name, kind) != kind:
        raise FormatError(f"{name} is an airway here and a procedure there.", "Make it one of the two.")
    known = draft.steps.setdefault(name, {}).setdefault(int(seq), ident)
    if known != ident:
        raise FormatError(f"point {int(seq)} of {name} is {known} already.", "Give each point a number of its own.")


def _point(ident: str, row: Mapping[str, str]) -> Fix:
    lat, lng = _number(row.get("lat", ""), "lat", 90), _number(row.get("lng", ""), "lng", 180)
    elevation = row.get("elevation_ft", "")
    return Fix(ident, lat, lng, _number(elevation, "elevation_ft", 30_000) if elevation else None)


def _ident(text: str, what: str) -> str:
    upper = text.upper()
    if not _IDENT.fullmatch(upper):
        raise FormatError(f"the {what} {text[:20]!r} is not a name of 2 to 7 letters and digits.", "Correct it.")
    return upper


def _number(text: str, what: str, reach: float) -> float:
    if not _NUMBER.fullmatch(text) or abs(float(text)) > reach:
        raise FormatError(
            f"{what} {text[:20]!r} is not a number from -{reach:g} to {reach:g}.", "Write it in decimals, as in 46.5."
        )
    return float(text)
