"""Recorded tracks: rows of positions, as CSV or JSON, grouped into flights.

Described in docs/formats/tracks.md; the choices in docs/adr/0003-track-data.md. All files are read together, since a
flight may go on from one into the next. Called by formats/detect.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from sharedsky.errors import FormatError, LimitError, SharedskyError
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.formats.tracks.account import Places
from sharedsky.formats.tracks.csv_rows import read_csv
from sharedsky.formats.tracks.flights import sort_into_flights
from sharedsky.formats.tracks.json_rows import read_json
from sharedsky.formats.tracks.plans import add_plans
from sharedsky.formats.tracks.rows import COLUMNS, NAMED_ROWS, FileRows, Names, Rows, join
from sharedsky.plans.plan import Source

NAME: Final = "tracks"

#: How much of a file is looked at to tell its format [bytes].
_LOOK_BYTES: Final = 8_192
_BOM: Final = b"\xef\xbb\xbf"
#: Columns of which one must be there beside latitude and longitude.
_OTHERS: Final = frozenset(COLUMNS) - {"latitude", "longitude"}
_JSON_NAME = re.compile(rb'"([A-Za-z0-9_ ]{1,40})"\s*:')
_COLUMN_START = re.compile(rb'\s*\{\s*"([A-Za-z0-9_ ]{1,40})"\s*:\s*[\[{]')


def sniff(document: Document) -> bool:
    """Whether the beginning looks like rows of recorded positions: in CSV by its header, in JSON by its first names."""
    start = document.data[:_LOOK_BYTES].removeprefix(_BOM).lstrip()
    if start[:1] == b"[":
        rest = start[1:].lstrip()
        end = rest.find(b"}")
        return rest[:1] == b"{" and _known(_JSON_NAME.findall(rest[: end + 1] if end >= 0 else rest))
    if start[:1] == b"{":
        first = _COLUMN_START.match(start)
        return first is not None and first.group(1).strip().lower().decode() in COLUMNS
    header = re.split(rb"[\r\n]", start, maxsplit=1)[0]
    return _known(re.split(rb"[,;\t]", header))


def _known(names: Sequence[bytes]) -> bool:
    folded = {name.strip().strip(b'"').strip().lower().decode("utf-8", "replace") for name in names}
    return {"latitude", "longitude"} <= folded and not folded.isdisjoint(_OTHERS)


def read(documents: Sequence[Document], options: ReadOptions) -> Reading:
    """Read recorded tracks; every flight is a plan of its own.

    Args:
        documents: CSV or JSON, decompressed. options: limits, and tracks: what is bridged and what is impossible.
    """
    reading = Reading(limits=options.limits)
    names = Names()
    parts: list[Rows] = []
    total = 0
    for index, document in enumerate(documents):
        out = FileRows(index, names)
        try:
            options.limits.check("max_bytes", len(document.data), "the file's bytes")
            (read_csv if _is_csv(document) else read_json)(document.data, options.limits, out)
            rows = join(out.parts)
            options.limits.check("max_points", total + len(rows), "the recorded positions")
        except SharedskyError as error:
            reading.refuse(Source(document.name), error)
            continue
        total += len(rows)
        parts.append(rows)
        _report_file(document, out, rows, reading)
    rows = join(parts)
    if len(rows):
        _add_flights(documents, rows, names.decode(), options, reading)
    return reading


def _is_csv(document: Document) -> bool:
    return document.data[:_LOOK_BYTES].removeprefix(_BOM).lstrip()[:1] not in (b"[", b"{")


def _add_flights(
    documents: Sequence[Document], rows: Rows, texts: Sequence[str], options: ReadOptions, reading: Reading
) -> None:
    flights = sort_into_flights(rows, options.tracks)
    try:
        options.limits.check("max_plans", len(flights.callsign), "the recorded flights")
    except LimitError as error:
        reading.refuse(Source(documents[0].name), error)
        return
    places = [Places(document.name, _is_csv(document)) for document in documents]
    add_plans(flights, texts, places, options.tracks, reading)
    reading.assumptions += [
        f"Recorded positions up to {options.tracks.max_gap_s:g} s apart are joined; longer gaps are not bridged, "
        "and are listed with their flight.",
        "Altitudes of recorded tracks are pressure altitudes in feet. Their times are taken as they are written, "
        "though many sources round them to a second.",
        "Each recorded flight is its own owner, and nothing is known of its RVSM approval.",
    ]


def _report_file(document: Document, out: FileRows, rows: Rows, reading: Reading) -> None:
    """Refusals and notes that concern a file's rows rather than a flight."""
    places = Places(document.name, _is_csv(document))
    for place, error in out.bad_named:
        reading.refuse(places.source(place), error)
    if out.bad_count > NAMED_ROWS:
        more = out.bad_count - NAMED_ROWS
        error = FormatError(
            f"{more:,} more rows of this file cannot be read ({out.bad_count:,} of {out.bad_count + len(rows):,}).",
            "The first ones are named.",
        )
        reading.refuse(Source(document.name), error)
    if not len(rows) and not out.bad_count:
        reading.refuse(Source(document.name), FormatError("the file holds no rows.", "It has a header alone."))
    order = np.argsort(rows.address, kind="stable")
    backwards = (np.diff(rows.time_ns[order]) < 0) & (np.diff(rows.address[order]) == 0)
    if backwards.any():
        aircraft = len(np.unique(rows.address[order][1:][backwards]))
        text = f"the rows of {aircraft:,} aircraft are not in order of time; they were sorted."
        reading.note(Source(document.name), text)
    if out.leap_seconds:
        text = f"{out.leap_seconds:,} times are written with the second 60; it is read as the next second."
        reading.note(Source(document.name), text)
    if len(rows) and not rows.callsign.any():
        text = "no row has a call sign: flights are told apart by address and by long gaps alone."
        reading.note(Source(document.name), text)
