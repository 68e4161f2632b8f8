"""`sharedsky serve` as a process: how it starts and says so, what it refuses to start with, and how it ends."""

from __future__ import annotations

import json
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dss_world import INTENTS, circle, ident
from server_process import (
    body,
    free_port,
    raw,
    refused_to_start,
    request,
    serving,
    status,
    token,
    trusted_key,
    wait_for,
)


def an_intent() -> dict[str, Any]:
    """An intent of the next half hour."""
    from time import time_ns

    from dss_world import altitude, time

    now_ns = time_ns()
    volume = {"outline_circle": circle(), "altitude_lower": altitude(0), "altitude_upper": altitude(100)}
    extent = {"volume": volume, "time_start": time(now_ns), "time_end": time(now_ns + 30 * 60 * 10**9)}
    return {"extents": [extent], "state": "Accepted", "uss_base_url": "https://uss1.example.com", "key": []}


def refused(folder: Path, *options: str) -> str:
    """What is said by a server that does not start."""
    code, said = refused_to_start(folder, *options)
    assert code == 64, said
    assert "Traceback" not in said
    return said


def accepts(port: int) -> bool:
    """Whether new connections are taken."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def free(port: int) -> bool:
    with socket.socket() as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_without_options_in_an_empty_folder_it_serves_and_its_first_words_lead_to_a_token(tmp_path: Path) -> None:
    if not free(8080):
        pytest.skip("something listens on port 8080 of this machine")
    with serving(tmp_path, port=8080) as served:
        lines = [line.removeprefix("sharedsky: ").strip() for line in served.said().splitlines()]
        assert "listening on http://127.0.0.1:8080" in lines
        assert (tmp_path / "sharedsky.db").exists()
        add = next(line for line in lines if line.startswith("sharedsky client add"))
        ask = next(line for line in lines if line.startswith("curl "))
        typed = shlex.split(add)
        done = subprocess.run(
            [sys.executable, "-m", *typed], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30
        )
        secret = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("client_secret:"))
        if shutil.which("curl") is None:
            pytest.skip("curl is not there")
        asked = shlex.split(ask.replace("SECRET", secret))
        told: dict[str, Any] = {}

        def got() -> bool:
            answer = subprocess.run([*asked, "--silent"], cwd=tmp_path, capture_output=True, check=True, timeout=30)
            told.update(json.loads(answer.stdout))
            return "access_token" in told

        wait_for(got, served)
        answer = raw(8080, request("GET", "/aux/v1/validate_oauth?owner=uss1", token=told["access_token"]))
        assert status(answer) == 200
        assert status(raw(8080, request("GET", f"{INTENTS}/{ident(1)}", token=told["access_token"]))) == 404
        assert served.stop() == 0


def test_two_ports_are_one_store(tmp_path: Path) -> None:
    with serving(tmp_path, "--trust-key", trusted_key(tmp_path), ports=2) as served:
        first, second = served.ports
        made = raw(first, request("PUT", f"{INTENTS}/{ident(1)}", an_intent(), token(audience="127.0.0.1")))
        assert status(made) == 201
        read = raw(second, request("GET", f"{INTENTS}/{ident(1)}", token=token()))
        assert json.loads(body(read))["operational_intent_reference"] == json.loads(body(made))["operational_intent_reference"]


def test_what_was_accepted_before_sigterm_is_there_after_it(tmp_path: Path) -> None:
    """Requests under way are finished: a request of which half is sent is waited for, and answered."""
    key = trusted_key(tmp_path)
    with serving(tmp_path, "--trust-key", key) as served:
        port = served.ports[0]
        whole = request("PUT", f"{INTENTS}/{ident(1)}", an_intent(), token(), ["Content-Type: application/json"])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
            sock.sendall(whole[:-100])
            wait_for(lambda: status(raw(port, request("GET", "/healthy"))) == 200, served)  # the half is there too
            served.process.terminate()
            wait_for(lambda: not accepts(port), served)
            sock.sendall(whole[-100:])
            answer = sock.recv(65_536)
        assert status(answer) == 201
        assert served.stop() == 0
    with serving(tmp_path, "--trust-key", key) as again:
        assert status(raw(again.ports[0], request("GET", f"{INTENTS}/{ident(1)}", token=token()))) == 200


def test_a_second_server_on_the_same_database_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path):
        said = refused(tmp_path, "--listen", f"127.0.0.1:{free_port()}")
    assert "sharedsky.db" in said
    assert "process" in said


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        said = refused(tmp_path, "--listen", f"127.0.0.1:{port}")
    assert f"--listen 127.0.0.1:{port}" in said
    assert "in use" in said
    assert not (tmp_path / "sharedsky.db").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--listen", "0.0.0.0:1"), ("plain HTTP", "--insecure", "--tls-cert")),
        (("--database", "postgresql://localhost/x"), ("--database", "not supported yet")),
        (("--config", "none.toml"), ("none.toml", "cannot be read")),
        (("--config", "bad.toml"), ("bad.toml", "not TOML")),
        (("--config", "other.toml"), ("no setting 'lisen'",)),
        (("--listen", "8080"), ("HOST:PORT",)),
        (("--tls-cert", "a.pem"), ("--tls-key", "belong together")),
        (("--tls-cert", "none.pem", "--tls-key", "none.pem"), ("--tls-cert", "none.pem")),
        (("--tls-cert", "bad.toml", "--tls-key", "bad.toml"), ("--tls-cert", "bad.toml")),
        (("--database", "bad.toml/x.db"), ("bad.toml",)),
        (("--trust-key", "none.pem"), ("none.pem",)),
        (("--retention-days", "many"), ("--retention-days",)),
    ],
)
def test_what_cannot_be_started_with_is_said(tmp_path: Path, options: tuple[str, ...], words: tuple[str, ...]) -> None:
    (tmp_path / "bad.toml").write_text("listen = [")
    (tmp_path / "other.toml").write_text('lisen = "127.0.0.1:8080"')
    listen = () if options[0] == "--listen" else ("--listen", f"127.0.0.1:{free_port()}")
    said = refused(tmp_path, *listen, *options)
    for word in words:
        assert word in said


def test_requests_that_two_readers_could_take_for_different_ones_end_their_connection(tmp_path: Path) -> None:
    """Two lengths, a length beside chunks, no host, a broken line: nothing of them reaches the exchange."""
    path = f"PUT {INTENTS}/{ident(1)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token()}\r\n"
    data = json.dumps(an_intent())
    size = len(data)
    wrong = [
        f"{path}Content-Length: {size}\r\nContent-Length: {size - 1}\r\n\r\n{data}",
        f"{path}Content-Length: {size}\r\nContent-Length: {size}\r\n\r\n{data}",
        f"{path}Content-Length: {size}\r\nTransfer-Encoding: chunked\r\n\r\n{data}",
        f"{path}Content-Length: -5\r\n\r\n{data}",
        f"{path}Content-Length: 0x10\r\n\r\n{data}",
        f"{path}Transfer-Encoding: chunked\r\n\r\nzz\r\n{data}\r\n0\r\n\r\n",
        f"{path}Content-Length : {size}\r\n\r\n{data}",
        "BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
        "no request at all\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ]
    with serving(tmp_path, "--trust-key", trusted_key(tmp_path)) as served:
        port = served.ports[0]
        for text in wrong:
            assert status(raw(port, text.encode("latin-1"))) == 400, text
        twice = f"Authorization: Bearer {token()}"
        assert status(raw(port, request("PUT", f"{INTENTS}/{ident(1)}", an_intent(), token(), [twice]))) == 401
        assert status(raw(port, request("GET", f"{INTENTS}/{ident(1)}", token=token()))) == 404
        assert status(raw(port, request("GET", "/dss/v1/../../healthy"))) == 404
        assert status(raw(port, request("HEAD", "/healthy"))) == 405
        assert "Traceback" not in served.said()
