"""`sharedsky serve` as a process of its own, on 127.0.0.1; for tests of the command. Each test ends what it started."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import token_samples
from dss_world import EVERY_SCOPE

_DEADLINE_S = 30.0


@dataclass
class Served:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    ports: list[int]
    log: Path

    def said(self) -> str:
        """What it wrote so far."""
        return self.log.read_text("utf-8")

    def stop(self) -> int:
        """End it as an operator would; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_DEADLINE_S)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "sharedsky", "serve", *options]


@contextmanager
def serving(
    folder: Path, *options: str, ports: int = 1, port: int | None = None, ready: str = "ready_plain"
) -> Generator[Served]:
    """A server in a folder, once it is ready; `port`: this one, and no --listen for it."""
    chosen = [port] if port is not None else [free_port() for _ in range(ports)]
    listen = [] if port is not None else [text for one in chosen for text in ("--listen", f"127.0.0.1:{one}")]
    log = folder / f"server-{chosen[0]}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command(*listen, *options), stdout=out, stderr=subprocess.STDOUT, cwd=folder, env=_environment())
    served = Served(process, chosen, log)
    try:
        for one in chosen:
            wait_for(lambda one=one: _accepts(one) and "listening on" in served.said(), served)  # type: ignore[misc]
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_DEADLINE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(_DEADLINE_S)


def refused_to_start(folder: Path, *options: str) -> tuple[int, str]:
    """The exit status and the words of a server that cannot start."""
    done = subprocess.run(command(*options), cwd=folder, env=_environment(), capture_output=True, timeout=_DEADLINE_S, check=False)
    return done.returncode, done.stderr.decode() + done.stdout.decode()


def wait_for(holds, served: Served | None = None) -> None:  # type: ignore[no-untyped-def]
    """Look again and again, a short while apart, until something holds; fail after a deadline."""
    until = time.monotonic() + _DEADLINE_S
    while not holds():
        assert served is None or served.process.poll() is None, f"the server ended: {served.said()}"
        assert time.monotonic() < until, f"it did not happen in {_DEADLINE_S} s: {'' if served is None else served.said()}"
        time.sleep(0.02)


def raw(port: int, data: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """What comes back for bytes sent as they are, until the server closes or a whole answer is there."""
    with socket.create_connection(("127.0.0.1", port), timeout=_DEADLINE_S) as plain:
        sock = plain if context is None else context.wrap_socket(plain, server_hostname="localhost")
        try:
            sock.sendall(data)
            got = b""
            while part := sock.recv(65_536):
                got += part
                if whole(got):
                    break
            return got
        except ConnectionResetError:
            return b""
        finally:
            if sock is not plain:
                sock.close()


def whole(got: bytes) -> bool:
    """Whether an answer with a Content-Length is all there."""
    head, _, body = got.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return False


def request(method: str, path: str, body: object = None, token: str = "", extra: Sequence[str] = ()) -> bytes:
    """A request as bytes; the connection is closed after it."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(data)}"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, *extra, "", ""]).encode() + data


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def trusted_key(folder: Path) -> str:
    """The name of a key file that a server is to trust; tokens by `token` are good there."""
    path = folder / "issuer.pem"
    path.write_bytes(token_samples.public_pem())
    return str(path)


def token(sub: str = "uss1", scope: str = EVERY_SCOPE, audience: str = "localhost") -> str:
    """A token that is good for an hour."""
    return token_samples.token(sub=sub, scope=scope, aud=audience, exp=time.time() + 3_600)


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
