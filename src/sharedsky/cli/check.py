"""`sharedsky check`: read, find conflicts, say what was found and what was not checked.

Implements "What it must do" 1 and 2 of the check: the exit status is 1 for conflicts plus 2 for what was not checked.
Called by cli/__init__.py.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import replace

from sharedsky.airspace.altitude import UM_PER_FT
from sharedsky.airspace.earth import M_PER_NM
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.time import NS_PER_S
from sharedsky.api import check, load_ground, read_given
from sharedsky.cli.inputs import find_inputs, read_inputs
from sharedsky.cli.options import Arguments
from sharedsky.cli.output import Target, find_targets, write_all
from sharedsky.cli.progress import Bar
from sharedsky.cli.say import print_result, tell
from sharedsky.cli.wording import summary_text, unchecked_text
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile, load_profile
from sharedsky.conflicts.report import Report
from sharedsky.files import STDIN, display_name
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Reading
from sharedsky.wording import counted


def run(arguments: Arguments) -> int:
    """Check what was typed; the exit status.

    Raises:
        UsageError, ProfileError, LimitError: what was typed makes no sense; nothing was written.
    """
    profile = _profile(arguments)
    inputs = find_inputs(arguments, arguments.profile, arguments.terrain)
    output = None if arguments.output == STDIN else arguments.output
    targets = find_targets([("--output", output), ("--report", arguments.report)], inputs.keys)
    ground = load_ground(arguments.terrain) if arguments.terrain is not None else None
    with Bar(shown=not (arguments.quiet or arguments.no_progress)) as progress:
        reading = read_inputs(inputs, progress)
        report = check(
            reading,
            profile=profile,
            same_owner=arguments.same_owner,
            all_zones=arguments.zones == "all",
            assume_rvsm=arguments.assume_rvsm,
            terrain=ground,
            progress=progress,
        )
        contents = _contents(targets, arguments, report, reading, profile, ground)
    write_all(contents)
    if output is None:
        print_result(_result(report, arguments, to_terminal=sys.stdout.isatty()))
    _say(report, arguments, contents, to_stdout=output is None)
    return exit_status(report)


def exit_status(report: Report) -> int:
    """1 for conflicts (certain or possible), plus 2 where something was not checked or no plan was read."""
    unchecked = bool(report.rejected or report.undetermined) or report.summary.plans == 0
    return (1 if report.conflicts else 0) + (2 if unchecked else 0)


def _profile(arguments: Arguments) -> Profile:
    """The profile of the file or the default one, with the minima that were typed; each conflict cites both."""
    profile = DEFAULT_PROFILE
    if arguments.profile is not None:
        data = read_given(arguments.profile, Limits())
        profile = load_profile(data, display_name(arguments.profile))
    if arguments.horizontal is not None:
        profile = replace(profile, horizontal_m=arguments.horizontal)
    if arguments.vertical is not None:
        profile = profile.with_vertical(arguments.vertical)
    if arguments.time is not None:
        profile = replace(profile, time_ns=arguments.time)
    typed = _typed(arguments)
    return replace(profile, version=f"{profile.version} with {', '.join(typed)}") if typed else profile


def _typed(arguments: Arguments) -> list[str]:
    typed = []
    if arguments.horizontal is not None:
        typed.append(f"--horizontal {arguments.horizontal / M_PER_NM:g}NM")
    if arguments.vertical is not None:
        typed.append(f"--vertical {arguments.vertical / UM_PER_FT:g}ft")
    if arguments.time is not None:
        typed.append(f"--time {arguments.time / NS_PER_S:g}s")
    return typed


def _contents(
    targets: list[Target],
    arguments: Arguments,
    report: Report,
    reading: Reading,
    profile: Profile,
    ground: Terrain | None,
) -> list[tuple[Target, bytes]]:
    """What is to be written to each target."""
    contents = []
    for target in targets:
        if target.option == "--report":
            contents.append((target, _page(arguments, report, reading, profile, ground)))
        else:
            contents.append((target, _result(report, arguments, to_terminal=False)))
    return contents


def _page(
    arguments: Arguments, report: Report, reading: Reading, profile: Profile, ground: Terrain | None
) -> bytes:
    from sharedsky.page.render import render

    names = [display_name(name) for name in arguments.inputs]
    title = names[0] if len(names) == 1 else f"{names[0]} and {counted(len(names) - 1, 'more input')}"
    page = render(
        report,
        reading.plans,
        reading.zones,
        title=title,
        generated_ns=time.time_ns(),
        max_plans=arguments.report_max_plans,
        profile=profile,
        terrain=ground or Terrain(),
    )
    return page.encode("utf-8")


def _result(report: Report, arguments: Arguments, *, to_terminal: bool) -> bytes:
    """The result in the form that was asked for."""
    match arguments.format:
        case "json":
            from sharedsky.results.json import to_json

            return to_json(report).encode("ascii")
        case "geojson":
            from sharedsky.results.geojson import to_geojson

            return to_geojson(report).encode("ascii")
        case "csv":
            from sharedsky.results.csv import to_csv

            return to_csv(report).encode("utf-8")
        case _:
            return _table(report, arguments, to_terminal=to_terminal)


def _table(report: Report, arguments: Arguments, *, to_terminal: bool) -> bytes:
    """The table: for a terminal in its width, colours and encoding, for a file plain and in UTF-8."""
    from sharedsky.cli.table import table_text

    if arguments.output not in (None, STDIN):
        return table_text(report, quiet=arguments.quiet).encode("utf-8")
    encoding = sys.stdout.encoding or "ascii"
    colour = to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
    width = shutil.get_terminal_size((80, 24)).columns if to_terminal else 80
    text = table_text(
        report, width=width, colour=colour, ascii_only=not encoding.lower().startswith("utf"), quiet=arguments.quiet
    )
    return text.encode(encoding, "backslashreplace")


def _say(report: Report, arguments: Arguments, contents: list[tuple[Target, bytes]], *, to_stdout: bool) -> None:
    """On standard error: the summary unless it was just read, where files are, and always what was not checked."""
    if not (arguments.quiet or (to_stdout and arguments.format == "table")):
        tell(summary_text(report))
    elif report.summary.plans == 0:
        tell("nothing was checked: no plan was read.")
    if not arguments.quiet:
        for target, _ in contents:
            tell(f"{target.option[2:]} written to {target.name}")
    where = {"table": "see the table", "csv": "see below"}.get(arguments.format, "see rejected")
    unchecked = unchecked_text(report, where)
    if unchecked is not None:
        tell(unchecked)
    if arguments.format == "csv":
        _say_what_csv_cannot(report, arguments)


def _say_what_csv_cannot(report: Report, arguments: Arguments) -> None:
    for item in report.rejected:
        plan = f", plan {item.plan}" if item.plan is not None else ""
        tell(f"refused: {item.source}{plan}: {item.reason}")
    for pair in report.undetermined:
        tell(f"undetermined: {pair.a.id} and {pair.b.id}: {pair.reason}")
    if report.gaps and not arguments.quiet:
        tell(f"{counted(len(report.gaps), 'gap')} in recorded flights were not bridged, and so not checked")
