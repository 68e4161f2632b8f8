"""The log: a line for each event, which nothing from outside can forge, steer or stall, and which holds no secret."""

from __future__ import annotations

import io
import json
import logging
import threading
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.server.logs import LineWriter, Log, LogHandler, clean, told_of
from token_samples import token


def lines(form: str = "json", *records: logging.LogRecord) -> list[str]:
    stream = io.BytesIO()
    writer = LineWriter(stream)
    handler = LogHandler(Log(writer, form))  # type: ignore[arg-type]
    for record in records:
        handler.emit(record)
    writer.close()
    return stream.getvalue().decode().splitlines()


def a_record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("sharedsky", logging.WARNING, "x.py", 1, message, (), info)


@given(st.text())
@pytest.mark.parametrize("form", ["text", "json"])
def test_whatever_is_logged_stays_one_line_without_characters_that_steer(form: str, text: str) -> None:
    told = lines(form, a_record(text))
    assert len(told) == 1
    assert all(char.isprintable() or unicodedata.category(char) == "Zs" for char in told[0])


def test_a_line_cannot_be_forged_and_no_terminal_is_steered() -> None:
    (line,) = lines("text", a_record("a\n2026-01-01T00:00:00.000Z INFO forged=1\x1b[2J\u202e\x9b"))
    assert "\\x0a" in line
    assert "\\x1b" in line
    (line,) = lines("json", a_record("a\nb\u2028c"))
    assert json.loads(line)["message"] == "a\\x0ab\\u2028c"


def test_what_looks_like_a_credential_is_taken_out() -> None:
    secret = "sky_0123abcd_" + "x" * 43
    (line,) = lines("json", a_record(f"sent {token()} and {secret}, Basic dXNlcjpzZWNyZXQ= too"))
    for part in (*token().split("."), secret, "dXNlcjpzZWNyZXQ"):
        assert part not in line
    assert line.count("[removed]") == 3


def test_an_error_is_told_by_type_and_place_and_never_by_its_text() -> None:
    try:
        try:
            float("47.123456 is a latitude")
        except ValueError as cause:
            raise KeyError("8.54321") from cause
    except KeyError as error:
        members = told_of(error)
        (line,) = lines("json", a_record("unexpected", error))
    assert members["error"] == "builtins.KeyError from builtins.ValueError"
    assert "47.12" not in line
    assert "8.54" not in line
    assert "ops/test_log_lines.py:" in str(members["at"])


def test_a_reader_that_stalls_holds_nobody_up_and_what_is_dropped_is_counted() -> None:
    free, blocked = threading.Event(), threading.Event()

    class Stalled(io.BytesIO):
        def write(self, data: object) -> int:
            blocked.set()
            free.wait(10)
            return 0

    writer = LineWriter(Stalled(), limit=5)
    writer.put(b"first\n")
    assert blocked.wait(10)
    for _ in range(8):
        writer.put(b"more\n")
    assert writer.dropped == 3
    free.set()
    writer.close()


def test_a_reader_that_has_gone_ends_nothing() -> None:
    class Gone(io.BytesIO):
        def write(self, data: object) -> int:
            raise BrokenPipeError

    writer = LineWriter(Gone())
    writer.put(b"line\n")
    writer.close()
    assert writer.dropped == 1


def test_a_text_is_cut_before_it_is_too_long() -> None:
    assert len(clean("x" * 10_000_000)) < 3_000


def test_text_lines_quote_what_would_be_ambiguous() -> None:
    stream = io.BytesIO()
    log = Log(LineWriter(stream), "text")
    log.event("info", {"a": "one two", "b": 'q"\\', "c": 3, "d": "", "e": "x=y"})
    log.writer.close()
    assert stream.getvalue().decode().partition("INFO ")[2] == 'a="one two" b="q\\"\\\\" c=3 d="" e="x=y"\n'
