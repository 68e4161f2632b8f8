"""`sharedsky fsck`: an independent check of the database, beside a running server too (docs/store.md).

Exit status 0: nothing is wrong. 1: something is, told line by line on standard output. 2: the file cannot be read.
Called by cli/__init__.py.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharedsky.cli.say import print_result, tell
from sharedsky.results.visible import visible
from sharedsky.wording import counted

if TYPE_CHECKING:
    from sharedsky.store.sqlite.fsck import Checked


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the grammar of `fsck` to that of `sharedsky`."""
    parser = subparsers.add_parser(
        "fsck",
        help="check the database",
        description="Check every rule that the database must keep, by code of its own; nothing is changed.",
        epilog="exit status: 0 nothing is wrong; 1 something is; 2 the file cannot be read; 64 usage; 70 a bug",
    )
    parser.add_argument("--database", metavar="PATH", default="sharedsky.db", help="default sharedsky.db")
    parser.add_argument("--quiet", action="store_true", help="say nothing where nothing is wrong")


def run(arguments: argparse.Namespace) -> int:
    """Check; the exit status."""
    from sharedsky.store.sqlite.errors import DatabaseRefused
    from sharedsky.store.sqlite.fsck import fsck

    path = Path(arguments.database)
    try:
        found = fsck(path, time.time_ns())
    except DatabaseRefused as error:
        tell(str(error))
        return 2
    print_result("".join(f"{visible(str(finding))}\n" for finding in found.wrong).encode())
    if not arguments.quiet or found.count:
        _say(path, found)
    return 1 if found.count else 0


def _say(path: Path, found: Checked) -> None:
    for note in found.notes:
        tell(f"note: {note}")
    if found.count > len(found.wrong):
        tell(f"{found.count - len(found.wrong):,} more findings are not shown.")
    rows = ", ".join(f"{count:,} in {table}" for table, count in found.rows.items())
    verdict = counted(found.count, "thing") + " wrong" if found.count else "nothing is wrong"
    tell(f"{path}: {verdict}; schema version {found.version}, {found.batch:,} commits; rows: {rows}.")
