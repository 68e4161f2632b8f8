"""`sharedsky restore`: a database from a copy, checked before anything is replaced (docs/store.md).

Exit status 0: the database is as the copy was. 1: nothing was changed. Called by cli/__init__.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharedsky.cli.say import tell

if TYPE_CHECKING:
    from sharedsky.store.sqlite.restore import Restored


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the grammar of `restore` to that of `sharedsky`."""
    parser = subparsers.add_parser(
        "restore",
        help="make a database from a copy",
        description="Make a database from a copy that `sharedsky backup` made. The server must not run on it.",
        epilog="exit status: 0 the database is as the copy was; 1 nothing was changed; 64 usage; 70 a bug",
    )
    parser.add_argument("file", metavar="FILE", help="the copy")
    parser.add_argument("--database", metavar="PATH", default="sharedsky.db", help="default sharedsky.db")
    parser.add_argument("--force", action="store_true", help="replace an existing database, which is kept beside it")
    parser.add_argument("--quiet", action="store_true", help="say nothing where all went well")


def run(arguments: argparse.Namespace) -> int:
    """Restore; the exit status."""
    from sharedsky.store.sqlite.errors import DatabaseRefused
    from sharedsky.store.sqlite.restore import restore

    try:
        made = restore(Path(arguments.file), Path(arguments.database), force=bool(arguments.force))
    except DatabaseRefused as error:
        tell(str(error))
        return 1
    _note(made, Path(arguments.file))
    if not arguments.quiet:
        kept = f" What was there before is {made.replaced}." if made.replaced is not None else ""
        tell(f"{made.path} is as the copy was, after {made.batch:,} commits.{kept}")
    return 0


def _note(made: Restored, source: Path) -> None:
    """Put it into the audit log of the database; one of before there was a log stays as it was."""
    from sharedsky.store.sqlite import audit
    from sharedsky.store.sqlite.errors import DatabaseRefused

    if made.version < audit.SINCE:
        return
    try:
        audit.record(made.path, audit.now_ns(), audit.os_user(), "restored", f"from {source.name}")
    except DatabaseRefused as error:
        tell(f"it was restored, but the audit log could not be written: {error}")
