"""`sharedsky keys`: the exchange's own signing keys, listed and rotated.

Issue "The exchange", 2: rotation is documented (docs/tokens.md). Called by cli/__init__.py with the folder that the
options name; the exit status is 0, and what cannot be done is a UsageError. A running server must be told
(HeldKeys.replace).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sharedsky.cli.say import print_result, tell
from sharedsky.errors import UsageError
from sharedsky.tokens.keyring import KeyFolder, KeyRing


def add_keys_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the grammar of `keys` to that of `sharedsky`; sets command and keys_command."""
    parser = subparsers.add_parser(
        "keys",
        help="the keys with which this exchange signs its tokens",
        description="Lists and rotates the keys with which this exchange signs its tokens.",
    )
    actions = parser.add_subparsers(dest="keys_command", metavar="ACTION", required=True)
    actions.add_parser("list", help="the keys and their dates")
    actions.add_parser("rotate", help="sign with the next key from now on; no token ends")
    actions.add_parser("replace", help="for keys that others may know: new ones, and every token ends at once")


def run(arguments: argparse.Namespace, folder: KeyFolder, *, now: Callable[[], float] = time.time) -> int:
    """Do what was typed; the exit status, which is 0.

    Raises:
        TrustError: the folder's keys cannot be read, or it is too early to rotate.
    """
    match arguments.keys_command:
        case "list":
            ring = folder.load()
        case "rotate":
            ring = folder.rotate(now())
            tell(f"Tokens are signed with {ring.current.key.kid} from now on.")
        case "replace":
            ring = folder.replace_all(now())
            tell("All keys are new. Every token has ended, and clients must ask for new ones.")
        case _:
            raise UsageError("no action is given.", "See sharedsky keys --help.")
    print_result(_lines(ring).encode())
    return 0


def _lines(ring: KeyRing) -> str:
    rows = []
    for entry in ring.keys:
        dates = {"made": entry.created_s, "signs from": entry.signs_from_s, "accepted until": entry.ends_s}
        told = ", ".join(f"{name} {_date(time_s)}" for name, time_s in dates.items() if time_s is not None)
        rows.append(f"{entry.state:<8}  {entry.key.kid}  {told}\n")
    return "".join(rows)


def _date(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
