"""The command `sharedsky`: one file per command, and here what all of them share: exit statuses and errors.

A mistake in what was typed ends with 64, anything unforeseen with 70 and one line that holds nothing of the input.
Called by the console script and by `python -m sharedsky`.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sharedsky.cli.options import Arguments, build_parser
from sharedsky.cli.say import Status, flush_stdout, prepare_streams, tell
from sharedsky.errors import LimitError, ProfileError, SharedskyError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: what was typed after the command's name; None takes it from the process.
    Returns:
        The exit status: for `check` 0 to 3, for `convert` 0 or 2, else 64, 70 or 130. Nothing is raised.
    """
    typed = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    try:
        return _run(typed)
    except (UsageError, ProfileError, LimitError) as error:
        tell(str(error))
        return Status.USAGE
    except KeyboardInterrupt:
        tell("interrupted; nothing was written.")
        return Status.INTERRUPTED
    except Exception as error:
        return _internal_error(error, debug="--debug" in typed)
    finally:
        flush_stdout()


def _run(typed: list[str]) -> int:
    parser = build_parser()
    try:
        arguments = parser.parse_args(typed, Arguments())
    except SystemExit as end:  # --help and --version
        return int(end.code or 0)
    # Loaded here, so that --help and a usage error do not wait for the geometry.
    match arguments.command:
        case "check":
            from sharedsky.cli import check

            return check.run(arguments)
        case "convert":
            from sharedsky.cli import convert

            return convert.run(arguments)
        case "serve":
            from sharedsky.cli import serve

            return serve.run(arguments)
        case "client" | "keys":
            return _tokens(arguments)
        case "audit":
            from sharedsky.cli import audit

            return audit.run(arguments)
        case "backup":
            from sharedsky.cli import backup

            return backup.run(arguments)
        case "restore":
            from sharedsky.cli import restore

            return restore.run(arguments)
        case "fsck":
            from sharedsky.cli import fsck

            return fsck.run(arguments)
        case "verify":
            from sharedsky.cli import verify

            return verify.run(arguments)
        case _:
            raise UsageError("no command is given.", "See sharedsky --help.")


def _tokens(arguments: Arguments) -> int:
    """The commands about tokens, on the database that is named; a server that runs on it takes a change in at once."""
    from pathlib import Path

    from sharedsky.cli import client, keys
    from sharedsky.store.sqlite.audit import os_user
    from sharedsky.store.sqlite.tokens import SqliteTokenStore
    from sharedsky.tokens.keyring import KeyFolder

    database = Path(arguments.database)
    try:
        if arguments.command == "keys":
            status = keys.run(arguments, KeyFolder(Path(arguments.keys or f"{database}.keys")))
            action = str(vars(arguments)["keys_command"])
            _note_keys(database, action)
        else:
            store = SqliteTokenStore(database, os_user())
            try:
                status = client.run(arguments, store)
            finally:
                store.close()
            action = str(vars(arguments)["client_command"])
    except (UsageError, ProfileError, LimitError):
        raise
    except SharedskyError as error:
        raise UsageError(error.message, error.advice) from error
    if action != "list":
        _tell_server(database)
    return status


def _note_keys(database: Path, action: str) -> None:
    """Put a change of keys into the audit log of the database to which they belong, where there is one."""
    from sharedsky.store.sqlite import audit

    acts: dict[str, audit.Act] = {"rotate": "keys-rotated", "replace": "keys-replaced"}
    if action in acts and database.exists():
        audit.record(database, audit.now_ns(), audit.os_user(), acts[action], "")


def _tell_server(database: Path) -> None:
    """Have a server that runs take in what was changed; nothing is said where none runs."""
    from sharedsky.server.admin import ask_server

    try:
        said = ask_server(database, "reload")
    except SharedskyError as error:
        tell(f"the change is made; but {error}")
        return
    if said is not None:
        tell("the running server has taken it in.")


def _internal_error(error: Exception, *, debug: bool) -> int:
    """One line that says it is our bug and holds nothing of the input, which the error's own text may."""
    if debug:
        traceback.print_exception(error, file=sys.stderr)
    hint = "" if debug else " Run it again with --debug to see where."
    tell(f"internal error ({type(error).__name__}): this is a bug in sharedsky, and there is no result.{hint}")
    return Status.INTERNAL
