"""The Python API: `read` files into plans and zones, `check` them, get a Report; as the command line does it.

Explained with a worked example in docs/python-api.md. Called by notebooks and programs, and by the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date as Date
from pathlib import Path

from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.terrain_table import load_terrain
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.conflicts.report import Rejected, Report
from sharedsky.errors import UsageError
from sharedsky.files import Found, Progress, display_name, find_files, load_documents, read_bytes
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, ForecastOptions, Reading, ReadOptions, TrackOptions
from sharedsky.plans.plan import Plan, Zone


def read(
    *paths: str | Path,
    format: str | None = None,
    date: Date | None = None,
    fixes: Sequence[str | Path] = (),
    ignore: Sequence[str] = (),
    limits: Limits | None = None,
    forecast: ForecastOptions | None = None,
    tracks: TrackOptions | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Plans and zones from files and folders of any mix of formats, and what was refused, with the reason.

    Args:
        paths: files, or folders that are read whole (hidden files are skipped, which a note says).
        format: takes every file for this format instead of looking at its content; the names are those of `--as`.
        date: the day of flight plans that do not say theirs; without it they are refused.
        fixes: CSV files of points and airways that flight plans may name.
        ignore: globs of files and folders to skip.
        limits, forecast, tracks: bounds on input, the uncertainty of flight plans, how recorded positions are joined.
        progress: is called with a stage, how much of it is done, and how much there is.
    Returns:
        plans, zones, refusals, notes and assumptions. Give the whole of it to `check`, so that what was refused
        stands in the report as well.
    Raises:
        UsageError: a path names nothing, or the format is not known. Bad content raises nothing: it is refused.
    """
    bounds = limits or Limits()
    options = ReadOptions(
        limits=bounds,
        date=date,
        forecast=forecast or ForecastOptions(),
        tracks=tracks or TrackOptions(),
        fixes=load_fixes(fixes, bounds),
    )
    return read_found(find_files(paths, ignore=ignore, limits=bounds), options, format=format, progress=progress)


def check(
    plans: Iterable[Plan] | Reading,
    zones: Iterable[Zone] = (),
    profile: Profile = DEFAULT_PROFILE,
    *,
    same_owner: bool = False,
    all_zones: bool = False,
    assume_rvsm: bool = False,
    terrain: Terrain | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Report:
    """Every conflict between plans of different owners, and between plans and zones.

    Args:
        plans: plans, or a Reading: then its zones are checked too, and its refusals, notes and assumptions are merged
            into the report.
        zones: zones, beside those of a Reading.
        profile: the minima, and what is certain.
        same_owner: also between plans of one owner.
        all_zones: also with zones of the kinds that are otherwise only shown (airspace classes, RMZ, TMZ).
        assume_rvsm: take aircraft for RVSM approved where nothing is said of it.
        limits: max_conflicts of them holds here; those that a Reading was read with, where none are given.
        terrain: the ground's lowest and highest elevation by region, for heights above ground.
        progress: is called with a stage, how much of it is done, and how much there is.
    Returns:
        A Report; `report.clear` is True only where plans were given, nothing collides, and everything was read and
        decided.
    Raises:
        LimitError: there are more conflicts than max_conflicts. A part of them would look like all, so there is no
            result.
    """
    from sharedsky.conflicts.search import find_conflicts

    reading = plans if isinstance(plans, Reading) else Reading(plans=list(plans))
    report = find_conflicts(
        reading.plans,
        [*reading.zones, *zones],
        profile,
        same_owner=same_owner,
        all_zones=all_zones,
        assume_rvsm=assume_rvsm,
        terrain=terrain,
        max_conflicts=(limits or reading.limits).max_conflicts,
        progress=progress,
    )
    return with_reading(report, reading)


def read_found(
    found: Found,
    options: ReadOptions,
    *,
    more: Sequence[Document] = (),
    format: str | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Read the files found (and documents beside them), with identities resolved. The documents' bytes are let go."""
    from sharedsky.formats.detect import open_document, read_documents
    from sharedsky.plans.identity import resolve_identities

    documents, reading = load_documents(found, options.limits, open_document, progress, more)
    reading.extend(read_documents(documents, options, format))
    resolve_identities(reading)
    reading.name_rest()
    return reading


def with_reading(report: Report, reading: Reading) -> Report:
    """The report with what the reading refused, noted and assumed, and the count of files that all of it came from."""
    sources = [plan.source for plan in reading.plans] + [zone.source for zone in reading.zones]
    files = {source.file for source in (*sources, *(item.source for item in reading.refusals))}
    rejected = [Rejected(item.source, item.plan, item.kind, item.reason) for item in reading.refusals]
    notes = [f"{note.source}: {note.text}" for note in reading.notes]
    return replace(
        report,
        rejected=(*report.rejected, *rejected),
        notes=(*report.notes, *notes),
        assumptions=tuple(dict.fromkeys((*reading.assumptions, *report.assumptions))),
        summary=replace(report.summary, files=len(files)),
    )


def load_fixes(paths: Sequence[str | Path], limits: Limits) -> tuple[Document, ...]:
    """The user's tables of points and airways, as documents.

    Raises:
        UsageError, LimitError: one cannot be read, or is too long.
    """
    return tuple(Document(display_name(str(path)), read_given(path, limits)) for path in paths)


def read_given(path: str | Path, limits: Limits) -> bytes:
    """The bytes of a file that an option names, without which there is no going on.

    Raises:
        UsageError: it cannot be read. LimitError: it is too long.
    """
    try:
        return read_bytes(path, limits)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
        raise UsageError(f"{display_name(str(path))!r} cannot be read: {reason}.", "Check its name.") from None


def load_ground(path: str | Path | None) -> Terrain:
    """The table of the ground in a file, or one that knows no ground.

    Raises:
        UsageError, LimitError: the file cannot be read. ProfileError: it is no such table.
    """
    if path is None:
        return Terrain()
    return load_terrain(read_given(path, Limits()), display_name(str(path)))
