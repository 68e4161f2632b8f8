"""Logs: one line for each event, as text or JSON, on standard error; nothing in them that should not be.

Never a token, a secret, a body, a volume or a path as it was sent; of an error its type and where it happened, not its
text, which may hold input. Whatever comes from outside is escaped, so that no line can be forged and no terminal
steered. Lines are written by a thread of their own: a reader that stalls never holds a request up, and what it makes
drop is counted. Called by run.py; docs/operation.md lists the members.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import traceback
from collections import deque
from collections.abc import Mapping
from pathlib import PurePath
from typing import BinaryIO, Final, Literal

import msgspec

from sharedsky.results.visible import visible

Form = Literal["text", "json"]
Value = str | int | float | list[str]

#: Lines that wait for the reader at most; further ones are dropped and counted.
MAX_WAITING: Final = 20_000
#: Lines that come within this time are written together [s].
_TOGETHER_S: Final = 0.05
_MAX_MESSAGE_CHARS: Final = 2_000
_MAX_FRAMES: Final = 12
#: What must not be here, taken out all the same: tokens, credentials of a header, secrets of clients.
_SECRETS: Final = re.compile(
    r"eyJ[\w-]{4,}(?:\.[\w-]*){0,4}|\bsky_[0-9a-f]{8}_[\w-]+|\b(?:bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE
)


class LineWriter:
    """Lines to a stream, in their order, from a thread of its own. Safe to call from several threads."""

    def __init__(self, stream: BinaryIO, limit: int = MAX_WAITING) -> None:
        self.dropped = 0
        self._stream, self._limit = stream, limit
        self._lines: deque[bytes] = deque()  # appending and popping are atomic
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sharedsky-log", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Have a line written; drop it where too many wait."""
        if len(self._lines) >= self._limit:
            self.dropped += 1
            return
        self._lines.append(line)
        if not self._wake.is_set():
            self._wake.set()

    def close(self) -> None:
        """Write what waits, and end."""
        self._closing.set()
        self._wake.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._closing.wait(_TOGETHER_S)
            self._wake.clear()  # before the lines are taken: one that comes now wakes again
            self._write()
        self._write()

    def _write(self) -> None:
        lines = []
        while self._lines:
            lines.append(self._lines.popleft())
        try:
            self._stream.write(b"".join(lines))
            self._stream.flush()
        except (OSError, ValueError):  # nobody reads any more; the server goes on
            self.dropped += len(lines)


class Log:
    """Events as lines; form: text for people, json for programs."""

    def __init__(self, writer: LineWriter, form: Form = "text") -> None:
        self.writer = writer
        self._json = form == "json"
        self._second, self._stamp = -1, ""

    def event(self, level: str, members: Mapping[str, Value]) -> None:
        """Write an event; its texts must be clean already (`clean`)."""
        stamp = self._now()
        if self._json:
            line = msgspec.json.encode({"time": stamp, "level": level, **members})
        else:
            words = " ".join(f"{name}={_word(value)}" for name, value in members.items())
            line = f"{stamp} {level.upper()} {words}".encode("utf-8", "backslashreplace")
        self.writer.put(line + b"\n")

    def _now(self) -> str:
        """The time as RFC 3339 with milliseconds; the part that stands for a second is made once."""
        second, ns = divmod(time.time_ns(), 1_000_000_000)
        if second != self._second:
            self._stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second
        return f"{self._stamp}.{ns // 1_000_000:03d}Z"


class LogHandler(logging.Handler):
    """What the program and its libraries log, as events of a Log."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; never its exception's text."""
        try:
            members: dict[str, Value] = {"logger": record.name, "message": clean(record.getMessage())}
            ident = getattr(record, "request_id", None)
            if isinstance(ident, str):
                members["id"] = ident
            if record.exc_info and record.exc_info[1] is not None:
                members |= told_of(record.exc_info[1])
            self._log.event(record.levelname.lower(), members)
        except Exception:
            self.handleError(record)


def install(log: Log) -> LogHandler:
    """Send everything that is logged from now on there, and nowhere else."""
    handler = LogHandler(log)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    return handler


def clean(text: str) -> str:
    """A text for a line: of one line, escaped, not too long, and without anything that looks like a credential."""
    if len(text) > _MAX_MESSAGE_CHARS:
        text = text[:_MAX_MESSAGE_CHARS] + "..."
    return visible(_SECRETS.sub("[removed]", text))


def told_of(error: BaseException) -> dict[str, Value]:
    """An error without its text: its type and those of what caused it, and where it happened, the innermost first."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 5:
        kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    places = [f"{'/'.join(PurePath(f.filename).parts[-2:])}:{f.lineno} {f.name}" for f in reversed(frames)]
    return {"error": " from ".join(kinds), "at": places}


def _word(value: Value) -> str:
    if isinstance(value, list):
        return '"' + "; ".join(value) + '"'
    text = str(value)
    if text and " " not in text and '"' not in text and "=" not in text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
