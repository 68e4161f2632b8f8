"""`sharedsky backup`: a copy of the database, while the server runs or not (docs/store.md).

Exit status 0: the copy is whole and on the disk. 1: there is none. Called by cli/__init__.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sharedsky.cli.say import tell


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the grammar of `backup` to that of `sharedsky`."""
    parser = subparsers.add_parser(
        "backup",
        help="copy the database while the server runs",
        description="Copy the database, as of one instant, into one file, and check the copy.",
        epilog="exit status: 0 the copy is whole and on the disk; 1 none was made; 64 usage; 70 a bug",
    )
    parser.add_argument("file", metavar="FILE", help="the copy that is made")
    parser.add_argument("--database", metavar="PATH", default="sharedsky.db", help="default sharedsky.db")
    parser.add_argument("--force", action="store_true", help="replace a file of that name")
    parser.add_argument("--quiet", action="store_true", help="say nothing where all went well")


def run(arguments: argparse.Namespace) -> int:
    """Copy; the exit status."""
    from sharedsky.store.sqlite.backup import backup
    from sharedsky.store.sqlite.errors import DatabaseRefused

    try:
        made = backup(Path(arguments.database), Path(arguments.file), force=bool(arguments.force))
    except DatabaseRefused as error:
        tell(str(error))
        return 1
    if not arguments.quiet:
        tell(f"{made.path}: {made.size_bytes:,} bytes, {made.batch:,} commits; checked, and on the disk.")
    return 0
