"""`sharedsky serve` in operation: what a process logs, shows to its operator alone, takes in while it runs, and leaves behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dss_world import INTENTS, altitude, circle, ident
from dss_world import time as instant
from server_process import body, free_port, raw, request, serving, status, token, trusted_key, wait_for


def typed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command beside the server."""
    return subprocess.run(
        [sys.executable, "-m", "sharedsky", *words], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )


def an_intent() -> bytes:
    from time import time_ns

    now_ns = time_ns()
    volume = {"outline_circle": circle(46.123456, 8.654321), "altitude_lower": altitude(123), "altitude_upper": altitude(456)}
    extent = {"volume": volume, "time_start": instant(now_ns), "time_end": instant(now_ns + 30 * 60 * 10**9)}
    wanted = {"extents": [extent], "state": "Accepted", "uss_base_url": "https://uss1.example.com", "key": []}
    return json.dumps(wanted).encode()


def test_a_server_in_operation(tmp_path: Path) -> None:
    admin = free_port()
    options = ("--trust-key", trusted_key(tmp_path), "--log-format", "json", "--admin-listen", f"127.0.0.1:{admin}")
    with serving(tmp_path, *options, "--request-timeout", "1") as served:
        port = served.ports[0]
        put = request("PUT", f"{INTENTS}/{ident(1)}", an_intent(), token(), ["Content-Type: application/json"])
        assert status(raw(port, put)) == 201
        assert status(raw(port, request("GET", "/metrics"))) == 404  # for the operator alone
        assert status(raw(port, b"GET /half")) == 408
        figures = body(raw(admin, request("GET", "/metrics"))).decode()
        assert 'sharedsky_entities{kind="operational_intent"} 1.0' in figures
        assert f'sharedsky_requests_total{{method="PUT",route="{INTENTS}/{{entityid}}",status="201"}} 1.0' in figures
        assert "sharedsky_commit_seconds_count 0.0" not in figures
        health = json.loads(body(raw(admin, request("GET", "/healthy"))))
        assert (health["alive"], health["ready"], health["jwks_failing"]) == (True, True, [])

        added = typed(tmp_path, "client", "add", "uss9", "--scope", "utm.strategic_coordination")
        secret = added.stdout.split("client_secret: ")[1].strip()
        assert "the running server has taken it in" in added.stderr
        form = f"grant_type=client_credentials&client_id=uss9&client_secret={secret}&audience=localhost".encode()
        asked = request("POST", "/oauth/token", form, extra=["Content-Type: application/x-www-form-urlencoded"])
        granted = json.loads(body(raw(port, asked)))["access_token"]
        get = request("GET", f"{INTENTS}/{ident(1)}", token=granted)
        assert status(raw(port, get)) == 200
        typed(tmp_path, "client", "revoke", "uss9")
        assert status(raw(port, get)) == 401  # at once, though the token was remembered
        assert status(raw(port, asked)) == 401
        typed(tmp_path, "keys", "replace")
        keys = json.loads(body(raw(port, request("GET", "/.well-known/jwks.json"))))["keys"]
        shown = typed(tmp_path, "keys", "list").stdout
        assert {key["kid"] for key in keys} == {line.split()[1] for line in shown.splitlines()}
        assert served.stop() == 0
        said = served.said()

    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    puts = [line for line in lines if line.get("method") == "PUT"]
    assert [(line["status"], line["entity"]) for line in puts] == [(201, ident(1))]
    for hidden in (secret, granted, *granted.split("."), *token().split("."), "46.12", "8.65", "uss1.example.com", "/half"):
        assert hidden not in said
    listed = typed(tmp_path, "audit", "--format", "json").stdout
    acts = [json.loads(line) for line in listed.splitlines()]
    assert [entry["act"] for entry in acts] == [
        "migrated", "server-started", "client-added", "client-revoked", "keys-replaced", "server-stopped",
    ]  # fmt: skip
    assert [entry["actor"] == "server" for entry in acts] == [True, True, False, False, False, True]
    assert secret not in listed
    assert typed(tmp_path, "audit", "--last", "1").stdout.count("\n") == 1
    assert not (tmp_path / "sharedsky.db.admin").exists()


def test_a_client_beyond_its_rate_is_told_to_wait_and_others_are_not(tmp_path: Path) -> None:
    options = ("--trust-key", trusted_key(tmp_path), "--rate-limit", "1/2", "--max-connections", "3")
    with serving(tmp_path, *options) as served:
        port = served.ports[0]

        def ask(sub: str) -> int:
            return status(raw(port, request("GET", f"{INTENTS}/{ident(1)}", token=token(sub=sub))))

        # each token is a new one, and the client is the same
        wait_for(lambda: ask("uss1") == 429, served)
        assert ask("uss2") == 404


@pytest.mark.parametrize("command", ["revoke", "release"])
def test_where_no_server_runs_a_command_says_nothing_of_one(tmp_path: Path, command: str) -> None:
    typed(tmp_path, "client", "add", "uss9", "--scope", "utm.strategic_coordination")
    done = typed(tmp_path, "client", "list" if command == "release" else command, *(["uss9"] if command == "revoke" else []))
    assert "server" not in done.stderr
