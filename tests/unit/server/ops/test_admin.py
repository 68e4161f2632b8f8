"""The admin socket and listener: what they do, whom they let in, and that nothing sent to them does harm."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedsky.errors import SharedskyError
from sharedsky.server.admin import AdminListener, AdminSocket, ask_server, socket_path


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s") / "x.db"


async def reload() -> str:
    return "it was reloaded"


async def fail() -> str:
    raise SharedskyError("keys.json is missing.", "Restore it.")


def with_socket(database: Path, act: Callable[[], Awaitable[None]]) -> None:
    async def go() -> None:
        made = AdminSocket(socket_path(database), {"reload": reload, "fail": fail})
        await made.open()
        try:
            await act()
        finally:
            await made.close()

    asyncio.run(go())


def test_a_running_server_does_what_it_is_told_and_says_so(database: Path) -> None:
    async def act() -> None:
        assert await asyncio.to_thread(ask_server, database, "reload") == "it was reloaded"

    with_socket(database, act)


def test_where_no_server_runs_nothing_is_said(database: Path) -> None:
    assert ask_server(database, "reload") is None


def test_the_socket_of_a_server_that_was_killed_is_no_server_and_is_replaced(database: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(os.fspath(socket_path(database)))
    assert ask_server(database, "reload") is None

    async def act() -> None:
        assert await asyncio.to_thread(ask_server, database, "reload") == "it was reloaded"

    with_socket(database, act)


def test_the_socket_is_its_owner_s_alone_and_goes_with_the_server(database: Path) -> None:
    async def act() -> None:
        assert stat.S_IMODE(socket_path(database).stat().st_mode) == 0o600

    with_socket(database, act)
    assert not socket_path(database).exists()


def test_what_a_server_could_not_do_is_an_error_that_says_why(database: Path) -> None:
    async def act() -> None:
        with pytest.raises(SharedskyError, match=r"keys\.json is missing"):
            await asyncio.to_thread(ask_server, database, "fail")
        with pytest.raises(SharedskyError, match="these commands"):
            await asyncio.to_thread(ask_server, database, "stop")

    with_socket(database, act)


def test_a_path_that_is_too_long_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = tmp_path / ("x" * 120)

    async def act() -> None:
        assert await asyncio.to_thread(ask_server, database, "reload") is None

    with_socket(database, act)
    assert "too long" in caplog.text


@settings(max_examples=60, deadline=None)
@given(st.one_of(
    st.binary(max_size=6_000), st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda v: json.dumps(v).encode()),
    st.sampled_from([b'{"do": ["reload"]}', b'{"do": {}}', b"[" * 3_000, b"{}", b'"reload"']),
))  # fmt: skip
def test_whatever_is_sent_to_the_socket_it_goes_on(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    database = tmp_path_factory.mktemp("s") / "x.db"

    async def act() -> None:
        reader, writer = await asyncio.open_unix_connection(os.fspath(socket_path(database)))
        writer.write(data + b"\n")
        writer.write_eof()
        answer = await reader.read()
        assert not answer or json.loads(answer)["done"] is False
        writer.close()
        assert await asyncio.to_thread(ask_server, database, "reload") == "it was reloaded"

    with_socket(database, act)


async def figures() -> tuple[int, str, bytes]:
    return 200, "text/plain", b"figures\n"


async def broken() -> tuple[int, str, bytes]:
    raise RuntimeError("47.123")


def ask(*requests: bytes) -> list[bytes]:
    """Answers of a listener, each on a connection of its own."""

    async def go() -> list[bytes]:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            listener = AdminListener({"/metrics": figures, "/broken": broken})
            await listener.open(sock)
            answers = []
            for request in requests:
                reader, writer = await asyncio.open_connection(*sock.getsockname())
                writer.write(request)
                writer.write_eof()
                try:
                    answers.append(await reader.read())
                except ConnectionError:
                    answers.append(b"")
                writer.close()
            await listener.close()
            return answers

    return asyncio.run(go())


def test_the_listener_shows_its_pages_and_nothing_else() -> None:
    get = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = ask(
        get % b"/metrics", get % b"/metrics?x=1", get % b"/", b"POST /metrics HTTP/1.1\r\n\r\n", b"HEAD /metrics HTTP/1.1\r\n\r\n",
        get % b"/../metrics", b"junk\r\n\r\n", b"GET /metrics", b"GET /" + b"a" * 100_000,
    )  # fmt: skip
    assert [answer.split(b" ")[1] if answer else b"" for answer in answers] == [
        b"200", b"200", b"404", b"405", b"200", b"404", b"404", b"", b"",
    ]  # fmt: skip
    assert answers[0].endswith(b"\r\n\r\nfigures\n")
    assert answers[4].endswith(b"\r\n\r\n")


def test_a_page_that_fails_shows_nothing_of_it() -> None:
    (answer,) = ask(b"GET /broken HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"47" not in re.sub(rb"Content-Length: \d+", b"", answer)
