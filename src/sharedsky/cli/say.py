"""What the command says beside its result: lines on standard error, with nothing from input that a terminal obeys.

Called by every command. A closed standard error or standard output never turns a result into an error.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from enum import IntEnum

from sharedsky.results.visible import visible


class Status(IntEnum):
    """The exit statuses besides 0 to 3, which say what a check found (see check.py)."""

    USAGE = 64  #: EX_USAGE of sysexits.h
    INTERNAL = 70  #: EX_SOFTWARE of sysexits.h
    INTERRUPTED = 130  #: 128 + SIGINT, as shells say it


def tell(text: str) -> None:
    """One line on standard error."""
    with contextlib.suppress(OSError, ValueError):
        print(f"sharedsky: {visible(text)}", file=sys.stderr, flush=True)


def prepare_streams() -> None:
    """Let no character stop the output: what the terminal's encoding lacks is written as its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_result(data: bytes) -> None:
    """Write a result to standard output; a reader that has gone away (`| head`) is no error."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drop_stdout()


def flush_stdout() -> None:
    """Bring out what is left in standard output before the interpreter does, which would complain."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        drop_stdout()


def drop_stdout() -> None:
    """Send what may still come nowhere."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
