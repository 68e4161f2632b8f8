"""The command line's grammar: what can be typed, with help that says what each option does and means.

docs/command-line.md documents the same; a test holds the two together. Light on purpose: `--help` and a usage error
load no geometry. Called by cli/__init__.py.
"""

from __future__ import annotations

import argparse
import shutil
from datetime import date
from typing import Final, NoReturn

import sharedsky
from sharedsky.cli import quantities
from sharedsky.cli.audit import add_parser as add_audit_parser
from sharedsky.cli.backup import add_parser as add_backup_parser
from sharedsky.cli.client import add_client_parser
from sharedsky.cli.fsck import add_parser as add_fsck_parser
from sharedsky.cli.keys import add_keys_parser
from sharedsky.cli.restore import add_parser as add_restore_parser
from sharedsky.cli.serve import add_serve_parser
from sharedsky.cli.verify import add_parser as add_verify_parser
from sharedsky.errors import UsageError

#: The names of the formats that are read (formats.detect has the readers; a test holds the two together).
FORMATS: Final = ("f3548", "flight-declaration", "geojson", "fpl", "tracks")

_MAX_HELP_WIDTH: Final = 100
#: Where the exchange keeps everything, unless it is told otherwise (server.settings; a test holds the two together).
DEFAULT_DATABASE: Final = "sharedsky.db"

CHECK_EXAMPLES: Final = """\
examples:
  sharedsky check plans/                        everything in a folder and below it
  sharedsky check a.json b.txt zones.geojson    any mix of formats
  sharedsky check plans/ --report map.html      and a map that opens from disk
  sharedsky check tracks.json.gz --assume-rvsm --format json --output result.json
  sharedsky check fpl.txt --date 2026-03-01 --fixes points.csv
  cat fpl.txt | sharedsky check - plans/ --horizontal 10NM --vertical 2000ft

exit status:
  0   clear: nothing collides, and everything was read and decided
  1   conflicts, certain or possible
  2   no conflict found, but something was refused or left undetermined, or no plan was read
  3   conflicts, and something was refused or left undetermined
  64  the command line makes no sense as it stands, an output cannot be written, or there are
      more conflicts than max-conflicts
  70  an internal error, which is a bug in sharedsky
"""

CONVERT_EXAMPLES: Final = """\
examples:
  sharedsky convert fpl.txt --to f3548 --date 2026-03-01 --output intents.json
  sharedsky convert plans/ --to geojson > plans.geojson

What a format cannot hold is converted outward, never smaller, and each loss is listed on standard error.

exit status:
  0   everything was read and written without loss
  2   something was refused, or lost in writing, or nothing was read
  64  the command line makes no sense as it stands, or an output cannot be written
  70  an internal error, which is a bug in sharedsky
"""


class Arguments(argparse.Namespace):
    """What was typed, parsed. The attributes of the other command's options are not set."""

    command: str | None
    debug: bool
    quiet: bool
    no_progress: bool

    inputs: list[str]
    format_in: str | None
    date: date | None
    fixes: list[str]
    ignore: list[str]
    forecast: list[tuple[str, float]]
    max_gap: int | None
    max_speed: float | None
    max_climb: float | None
    limit: list[tuple[str, int]]

    profile: str | None
    horizontal: float | None
    vertical: int | None
    time: int | None
    same_owner: bool
    zones: str
    assume_rvsm: bool
    terrain: str | None

    database: str
    keys: str

    format: str
    output: str | None
    report: str | None
    report_max_plans: int
    to: str


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError (exit status 64) and takes no abbreviations."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("formatter_class", _Formatter)
        super().__init__(allow_abbrev=False, **kwargs)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print and exit with."""
        raise UsageError(f"{message.rstrip('.')}.", f"See {self.prog} --help.")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=min(_MAX_HELP_WIDTH, shutil.get_terminal_size().columns))


def build_parser() -> Parser:
    """The whole grammar."""
    parser = Parser(
        prog="sharedsky",
        description="Finds where and when flight plans of different parties collide with each other and with zones.",
        epilog="sharedsky COMMAND --help says more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"sharedsky {sharedsky.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_check(commands)
    _add_convert(commands)
    add_serve_parser(commands)
    add_client_parser(commands)
    add_keys_parser(commands)
    add_audit_parser(commands)
    add_backup_parser(commands)
    add_restore_parser(commands)
    add_fsck_parser(commands)
    add_verify_parser(commands)
    for name in ("client", "keys"):
        for action in _actions(commands.choices[name]):
            action.add_argument(
                "--database", metavar="PATH", default=DEFAULT_DATABASE, help="the exchange's file (sharedsky.db)"
            )
            if name == "keys":
                action.add_argument(
                    "--keys", metavar="FOLDER", default="", help="of the keys that sign tokens (default DATABASE.keys)"
                )
            _add_debug(action)
    for name in ("serve", "audit", "backup", "restore", "fsck", "verify"):
        _add_debug(commands.choices[name])
    return parser


def _add_check(commands: argparse._SubParsersAction[Parser]) -> None:
    check = commands.add_parser(
        "check",
        help="find every conflict between plans, and between plans and zones",
        description="Reads plans and zones, finds every conflict, and says how sure it is and what was not checked.",
        epilog=CHECK_EXAMPLES,
    )
    _add_inputs(check)
    _add_minima(check)
    _add_results(check)
    _add_common(check)


def _add_convert(commands: argparse._SubParsersAction[Parser]) -> None:
    convert = commands.add_parser(
        "convert",
        help="write plans and zones in another format",
        description="Reads plans and zones and writes them in one format; lists what that format cannot hold.",
        epilog=CONVERT_EXAMPLES,
    )
    _add_inputs(convert)
    group = convert.add_argument_group("what comes out")
    group.add_argument("--to", required=True, choices=("f3548", "geojson"), help="the format to write")
    _add_terrain(group)
    _add_output(group)
    _add_common(convert)


def _add_inputs(parser: Parser) -> None:
    parser.add_argument(
        "inputs", nargs="+", metavar="FILE|FOLDER",
        help='plans and zones: files, whole folders, or "-" for standard input',
    )  # fmt: skip
    group = parser.add_argument_group("what is read, and how")
    group.add_argument(
        "--as", dest="format_in", metavar="FORMAT",
        help="take every file for this format instead of looking at its content: " + ", ".join(FORMATS),
        choices=FORMATS,
    )  # fmt: skip
    group.add_argument(
        "--date", type=quantities.day, metavar="YYYY-MM-DD",
        help="the day (UTC) of flight plans that do not say theirs; without it they are refused",
    )  # fmt: skip
    group.add_argument(
        "--fixes", action="append", default=[], metavar="FILE.csv",
        help="points and airways that flight plans name; may be given several times",
    )  # fmt: skip
    group.add_argument(
        "--ignore", action="append", default=[], metavar="GLOB",
        help="skip files and folders whose name or path matches, as in '*.bak'; may be given several times",
    )  # fmt: skip
    group.add_argument(
        "--forecast", action="append", default=[], type=quantities.forecast, metavar="NAME=VALUE",
        help="how uncertain a flight plan is: taxi-min, early-min, late-min, level-min (minutes), lateral-nm "
        "(nautical miles), growth (share of the time flown); may be given several times",
    )  # fmt: skip
    group.add_argument(
        "--max-gap", type=quantities.duration_ns, metavar="TIME",
        help="recorded positions further apart in time are not joined; the gap is listed (default 60s)",
    )  # fmt: skip
    group.add_argument(
        "--max-speed", type=quantities.speed_mps, metavar="SPEED",
        help="a recorded position that needs more is impossible: dropped and counted (default 700m/s)",
    )  # fmt: skip
    group.add_argument(
        "--max-climb", type=quantities.climb_mps, metavar="RATE",
        help="the same for climb and descent (default 150m/s)",
    )  # fmt: skip
    group.add_argument(
        "--limit", action="append", default=[], type=quantities.limit, metavar="NAME=VALUE",
        help="change a limit on input; a refusal names the limit it broke (docs/command-line.md lists all)",
    )  # fmt: skip


def _add_minima(parser: Parser) -> None:
    group = parser.add_argument_group("what counts as a conflict")
    group.add_argument(
        "--profile", metavar="FILE.toml",
        help="minima, tolerances and their source from a file (docs/profiles.md)",
    )  # fmt: skip
    group.add_argument(
        "--horizontal", type=quantities.length_m, metavar="LENGTH",
        help="horizontal minimum between two trajectories, with its unit: 5NM, 9km (default 5NM)",
    )  # fmt: skip
    group.add_argument(
        "--vertical", type=quantities.level_um, metavar="LENGTH",
        help="vertical minimum between two trajectories at all levels, with its unit: 1000ft, 300m "
        "(default: 1000ft, and 2000ft above FL290 without RVSM approval and above FL410)",
    )  # fmt: skip
    group.add_argument(
        "--time", type=quantities.duration_ns, metavar="TIME",
        help="buffer added before and after every plan and zone, with its unit: 30s, 5min (default 0s)",
    )  # fmt: skip
    group.add_argument(
        "--same-owner", action="store_true",
        help="also between plans of one owner",
    )  # fmt: skip
    group.add_argument(
        "--zones", choices=("conflicting", "all"), default="conflicting",
        help="zones that conflict: prohibited, restricted, danger, protected and reserved ones, or all, "
        "with airspace classes, RMZ and TMZ (default: conflicting)",
    )  # fmt: skip
    group.add_argument(
        "--assume-rvsm", action="store_true",
        help="take aircraft for RVSM approved where nothing is said of it, as in recorded tracks",
    )  # fmt: skip
    _add_terrain(group)


def _add_results(parser: Parser) -> None:
    group = parser.add_argument_group("what comes out")
    group.add_argument(
        "--format", choices=("table", "json", "geojson", "csv"), default="table",
        help="form of the result (default: table); docs/result.md explains each",
    )  # fmt: skip
    _add_output(group)
    group.add_argument(
        "--report", metavar="PATH.html",
        help="also write one page with a map, a time slider and a level profile, which opens without a network",
    )  # fmt: skip
    group.add_argument(
        "--report-max-plans", type=quantities.count, default=2_000, metavar="NUMBER",
        help="plans that the page draws at most, those in conflict first; it says what it left out (default 2000)",
    )  # fmt: skip


def _add_terrain(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--terrain", metavar="FILE.toml",
        help="lowest and highest elevation of the ground by region, for heights above ground",
    )  # fmt: skip


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--output", metavar="PATH",
        help="write to a file instead of standard output: whole or not at all, and never over an input",
    )  # fmt: skip


def _actions(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The parsers of a command's actions."""
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return [choice for action in found for choice in action.choices.values()]


def _add_debug(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--debug", action="store_true", help="show where in sharedsky an internal error happened")


def _add_common(parser: Parser) -> None:
    group = parser.add_argument_group("what is said meanwhile")
    group.add_argument(
        "--quiet", action="store_true",
        help="no progress, notes or summary; what was not checked is always said",
    )  # fmt: skip
    group.add_argument("--no-progress", action="store_true", help="no progress bar (there is none outside a terminal)")
    group.add_argument("--debug", action="store_true", help="show where in sharedsky an internal error happened")
