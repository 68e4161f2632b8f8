"""Limits of a connection: what comes too slowly, too long or too often ends, and what is in order is never cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState

from sharedsky.server.connection import ConnectionLimits, limited

LIMITS = ConnectionLimits(connections=2, head_bytes=2_000, url_bytes=500, request_s=10.0, idle_s=20)
GET = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.out = b""
        self.closing = self.aborted = self.paused = False

    def write(self, data: Any) -> None:
        self.out += bytes(data)

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 80)}.get(name, default)

    @property
    def status(self) -> int:
        return int(self.out.split(b" ")[1]) if self.out else 0


class Timer:
    """What call_later gives."""

    def __init__(self, due_s: float, call: Any) -> None:
        self.due_s, self.call, self.cancelled_ = due_s, call, False

    def cancel(self) -> None:
        self.cancelled_ = True


class Loop:
    """The part of an event loop that connections use for time; a test lets time pass."""

    def __init__(self, real: asyncio.AbstractEventLoop) -> None:
        self.real, self.now_s = real, 0.0
        self.timers: list[Timer] = []

    def call_later(self, delay_s: float, call: Any, *_: Any) -> Timer:
        timer = Timer(self.now_s + delay_s, call)
        self.timers.append(timer)
        return timer

    def create_task(self, work: Any, **more: Any) -> Any:
        return self.real.create_task(work, **more)

    @property
    def armed(self) -> list[Timer]:
        return [timer for timer in self.timers if not timer.cancelled_]


class Host:
    """Connections of one server, whose application answers when the test lets it."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.loop = Loop(self.runner.get_loop())
        self.state = ServerState()
        self.answering = True
        self.bodies: list[bytes] = []
        self.config = uvicorn.Config(self.app, http=limited(LIMITS), lifespan="off", log_config=None, ws="none", interface="asgi3")
        self.config.load()

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        self.bodies.append(body)
        while not self.answering:
            await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    def open(self) -> tuple[Any, Wire]:
        wire = Wire()
        made: Any = self.config.http_protocol_class(
            config=self.config, server_state=self.state, app_state={}, _loop=self.loop  # type: ignore[call-arg]
        )
        made.connection_made(wire)
        return made, wire

    def run(self, turns: int = 20) -> None:
        """Let tasks go on."""

        async def go() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.runner.run(go())

    def give(self, connection: Any, *parts: bytes) -> None:
        async def go() -> None:
            for part in parts:
                connection.data_received(part)
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        self.runner.run(go())
        self.run()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        end_s = self.loop.now_s + seconds
        while due := [timer for timer in self.loop.armed if timer.due_s <= end_s]:
            timer = min(due, key=lambda timer: timer.due_s)
            timer.cancelled_ = True
            self.loop.now_s = timer.due_s
            timer.call()
            self.run()
        self.loop.now_s = end_s


@pytest.fixture
def host() -> Generator[Host]:
    made = Host()
    yield made
    made.answering = True
    made.run(50)
    made.runner.close()


def test_a_request_that_is_whole_is_answered_and_the_connection_kept(host: Host) -> None:
    connection, wire = host.open()
    for _ in range(3):
        host.give(connection, GET)
        host.wait(9)
    assert wire.out.count(b"200 OK") == 3
    assert not wire.closing


@pytest.mark.parametrize(
    "parts", [[], [b"GE"], [GET[:-2]], [b"\r\n"], [POST], [POST + b"ab"]],
    ids=["nothing", "half a line", "half a head", "a blank line", "no body", "half a body"],
)  # fmt: skip
def test_what_does_not_come_whole_in_time_is_408(host: Host, parts: list[bytes]) -> None:
    connection, wire = host.open()
    host.give(connection, *parts)
    host.wait(9.9)
    assert not wire.closing
    host.wait(0.2)
    assert (wire.status, wire.closing) == (408, True)


def test_a_byte_now_and_then_buys_no_time(host: Host) -> None:
    connection, wire = host.open()
    for byte in b"GET /x HTTP/1.1":
        host.give(connection, bytes([byte]))
        host.wait(0.9)
    assert wire.status == 408


def test_blank_lines_now_and_then_buy_no_time_after_a_request_either(host: Host) -> None:
    connection, wire = host.open()
    host.give(connection, GET)
    for _ in range(12):
        host.give(connection, b"\r\n")
        host.wait(1)
    assert wire.closing


def test_a_request_may_take_long_to_be_answered(host: Host) -> None:
    connection, wire = host.open()
    host.answering = False
    host.give(connection, POST + b"abcd")
    host.wait(500)
    assert not wire.closing
    host.answering = True
    host.run()
    assert wire.status == 200
    assert host.bodies == [b"abcd"]


def test_a_second_request_sent_early_is_not_cut_off_while_the_first_is_answered(host: Host) -> None:
    connection, wire = host.open()
    host.answering = False
    host.give(connection, GET, GET[:-2])
    host.wait(500)
    assert not wire.closing
    host.answering = True
    host.run()
    host.give(connection, b"\r\n")
    assert wire.out.count(b"200 OK") == 2


def test_requests_in_one_piece_are_all_answered(host: Host) -> None:
    connection, wire = host.open()
    host.give(connection, GET * 3 + POST + b"abcd")
    host.run(100)
    assert wire.out.count(b"200 OK") == 4
    host.wait(19)
    assert not wire.closing


def test_an_idle_connection_ends_and_one_that_does_not_read_is_aborted(host: Host) -> None:
    connection, wire = host.open()
    host.give(connection, GET)
    host.wait(19.9)
    assert not wire.closing
    host.wait(0.2)
    assert wire.closing
    assert not wire.aborted
    host.wait(6)
    assert wire.aborted


def test_an_answer_that_is_not_read_ends_the_connection(host: Host) -> None:
    connection, wire = host.open()
    host.give(connection, GET)
    connection.pause_writing()
    host.wait(5)
    connection.resume_writing()
    host.wait(9)
    assert not wire.aborted
    host.give(connection, GET)
    connection.pause_writing()
    host.wait(10)
    assert wire.aborted


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 495 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET /" + b"a" * 501 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 1_900 + b"\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 2_001 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 100 + b"\r\n", 200),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 5_000, 431),
        (b"GET /" + b"a" * 5_000, 414),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"GET / HTTP/1.1\r\nA: b\x00c\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_head_within_the_limits_is_taken_and_one_beyond_is_refused(host: Host, head: bytes, status: int, size: int) -> None:
    connection, wire = host.open()
    host.give(connection, *(head[at : at + size] for at in range(0, len(head), size)))
    assert wire.status == status
    assert wire.closing == (status != 200)


def test_one_connection_too_many_is_told_so_and_the_others_go_on(host: Host) -> None:
    first, wire = host.open()
    host.open()
    third, refused = host.open()
    assert (refused.status, refused.closing) == (503, True)
    assert b"retry-after: 5" in refused.out
    host.give(third, GET)
    assert refused.out.count(b"HTTP/1.1") == 1
    third.connection_lost(None)
    host.give(first, GET)
    assert wire.status == 200
    _, again = host.open()
    assert again.closing  # two are open still
    first.connection_lost(None)


def test_no_timer_is_left_when_a_connection_ends(host: Host) -> None:
    connection, _ = host.open()
    host.give(connection, GET[:-2])
    connection.connection_lost(None)
    assert host.loop.armed == []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([GET, POST, b"abcd", b"\r\n", b"a: b\r\n", b"GET ", b"\x00", b"0\r\n\r\n", b"a" * 900]), max_size=12))
def test_whatever_is_sent_a_connection_always_has_a_timer_or_ends(parts: list[bytes]) -> None:
    host = Host()
    try:
        connection, wire = host.open()
        host.give(connection, *parts)
        host.run(60)
        assert wire.closing or host.loop.armed
        host.wait(200)
        assert wire.closing
    finally:
        host.runner.close()
