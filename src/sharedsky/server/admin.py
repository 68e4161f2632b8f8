"""What an operator alone can reach: a socket in the file system for commands, and a listener for metrics and health.

Issue "The exchange", 6. `sharedsky client` and `sharedsky keys` tell a running server over the socket that something
has changed; who may open it is whoever owns the database (mode 0600). The listener speaks just enough HTTP for a
collector: GET /metrics and GET /healthy, one request for each connection. Called by run.py and by the command line.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from sharedsky.errors import SharedskyError

_LOG: Final = logging.getLogger("sharedsky.admin")
#: How long either side waits for the other [s].
_PATIENCE_S: Final = 10.0
_MAX_LINE_BYTES: Final = 4_096
_MAX_HEAD_BYTES: Final = 8_192
#: sun_path of sockaddr_un; shorter on some systems than on Linux.
_MAX_PATH_BYTES: Final = 100

#: What a command does; returns what to tell whoever asked.
Command = Callable[[], Awaitable[str]]
#: What a path of the listener answers: status, content type, body.
Page = Callable[[], Awaitable[tuple[int, str, bytes]]]


def socket_path(database: Path) -> Path:
    """Where the server of a database listens for commands."""
    return database.with_name(database.name + ".admin")


def ask_server(database: Path, command: str) -> str | None:
    """Have a running server do something; what it says, or None where none runs.

    Raises:
        SharedskyError: it could not do it, or gave no answer.
    """
    path = socket_path(database)
    if not hasattr(socket, "AF_UNIX") or len(os.fsencode(path)) > _MAX_PATH_BYTES or not path.exists():
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(_PATIENCE_S)
        try:
            sock.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return None  # what a server left that was killed
        except OSError as error:
            raise SharedskyError(f"the running server cannot be told: {error.strerror}.", _ADVICE) from None
        try:
            sock.sendall(json.dumps({"do": command}).encode() + b"\n")
            with sock.makefile("rb") as file:
                answer = json.loads(file.readline(_MAX_LINE_BYTES))
            done, said = bool(answer["done"]), str(answer["said"])
        except (OSError, ValueError, KeyError, TypeError):
            raise SharedskyError("the running server gave no answer.", _ADVICE) from None
    if not done:
        raise SharedskyError(f"the running server could not take it in: {said}", _ADVICE)
    return said


_ADVICE: Final = "It takes changes of clients in by itself within a minute; for keys, start it anew."


class AdminSocket:
    """The socket for commands, one JSON object on a line each: {"do": NAME} and {"done": true, "said": TEXT}."""

    def __init__(self, path: Path, commands: Mapping[str, Command]) -> None:
        self._path, self._commands = path, commands
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen; whoever calls holds the database's lock, so that a socket that lies there is nobody's any more.

        Where it cannot be, the log says so, and the server goes on without.
        """
        if not hasattr(socket, "AF_UNIX"):
            return
        if len(os.fsencode(self._path)) > _MAX_PATH_BYTES:
            _LOG.warning("the database's path is too long for a socket beside it: changes are taken in once a minute")
            return
        try:
            self._server = await asyncio.start_unix_server(self._serve, sock=self._bound(), limit=_MAX_LINE_BYTES)
        except OSError as error:
            _LOG.warning("no socket beside the database (%s): changes are taken in once a minute", error.strerror)

    def _bound(self) -> socket.socket:
        self._path.unlink(missing_ok=True)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)  # from the first instant on, nobody else can open it
        try:
            sock.bind(os.fspath(self._path))
        except OSError:
            sock.close()
            raise
        finally:
            os.umask(mask)
        return sock

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                answer = await self._answer(await reader.readline())
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):  # TimeoutError is an OSError; ValueError: a line that is too long
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, object]:
        try:
            asked = json.loads(line)
            command = self._commands[asked["do"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            return {"done": False, "said": f"there are these commands: {', '.join(sorted(self._commands))}."}
        try:
            said = await command()
        except SharedskyError as error:
            _LOG.warning("told by a command to %s: %s", asked["do"], error)
            return {"done": False, "said": str(error)}
        _LOG.info("told by a command to %s: %s", asked["do"], said)
        return {"done": True, "said": said}


class AdminListener:
    """Metrics and health over HTTP, on a port of its own; pages by their paths."""

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self._pages = pages
        self._server: asyncio.Server | None = None

    async def open(self, sock: socket.socket) -> None:
        """Listen on a socket that is bound."""
        self._server = await asyncio.start_server(self._serve, sock=sock, limit=_MAX_HEAD_BYTES)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
                status, kind, body = await self._page(head)
                reply = (
                    f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
                ).encode()
                writer.write(reply + (b"" if head.startswith(b"HEAD ") else body))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _page(self, head: bytes) -> tuple[int, str, bytes]:
        method, _, rest = head.partition(b"\r\n")[0].partition(b" ")
        page = self._pages.get(rest.partition(b" ")[0].partition(b"?")[0].decode("ascii", "replace"))
        if page is None:
            return 404, "text/plain", f"there are {', '.join(self._pages)}.\n".encode()
        if method not in (b"GET", b"HEAD"):
            return 405, "text/plain", b"GET alone.\n"
        try:
            return await page()
        except Exception:
            _LOG.exception("a page of the admin listener failed")
            return 500, "text/plain", b"it failed: see the log.\n"
