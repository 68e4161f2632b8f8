"""`sharedsky audit`: what was done to the exchange itself, by whom, when (docs/operation.md).

Beside a running server too. Exit status 0: it was listed. 1: it cannot be read. Called by cli/__init__.py.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharedsky.cli.quantities import count
from sharedsky.cli.say import print_result, tell
from sharedsky.results.visible import visible

if TYPE_CHECKING:
    from sharedsky.store.sqlite.audit import Entry

_NS_PER_S = 1_000_000_000


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the grammar of `audit` to that of `sharedsky`."""
    parser = subparsers.add_parser(
        "audit",
        help="what was done to the exchange, by whom, when",
        description="List administrative acts: clients, keys, starts and ends, restores, migrations.",
        epilog="exit status: 0 they are listed; 1 the file cannot be read; 64 usage; 70 a bug",
    )
    parser.add_argument("--database", metavar="PATH", default="sharedsky.db", help="default sharedsky.db")
    parser.add_argument("--last", type=count, metavar="NUMBER", help="only the last so many (default: all)")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="a line each, or a JSON object a line (default text)"
    )


def run(arguments: argparse.Namespace) -> int:
    """List; the exit status."""
    from sharedsky.store.sqlite.audit import entries
    from sharedsky.store.sqlite.errors import DatabaseRefused

    try:
        found = entries(Path(arguments.database), arguments.last)
    except DatabaseRefused as error:
        tell(str(error))
        return 1
    line = _json if arguments.format == "json" else _text
    print_result("".join(f"{line(entry)}\n" for entry in found).encode())
    return 0


def _text(entry: Entry) -> str:
    return visible(f"{_time(entry)}  {entry.actor}  {entry.act}  {entry.object}".rstrip())


def _json(entry: Entry) -> str:
    members = {"number": entry.number, "time": _time(entry), "actor": entry.actor, "act": entry.act}
    return json.dumps(members | {"object": entry.object})


def _time(entry: Entry) -> str:
    second, rest_ns = divmod(entry.at_ns, _NS_PER_S)
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000_000:03d}Z"
