"""The gate as a server opens it: settings, keys, clients and other issuers together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sharedsky.tokens.clients import new_client, revoked
from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.gate import Gate, GateSettings, open_gate
from sharedsky.tokens.issuer import TokenResponse
from sharedsky.tokens.keyring import ROTATE_AFTER_S
from sharedsky.tokens.request import TokenRequest
from sharedsky.tokens.rs256 import to_jwk
from sharedsky.tokens.store import MemoryStore
from sharedsky.tokens.trust import TrustSetting
from token_samples import (
    AUDIENCE,
    NOW_S,
    SCOPE,
    Clock,
    CountingRandom,
    bearer,
    key,
    public,
    public_pem,
    refusal,
    token,
)

URL = "https://issuer.example/jwks"


class World:
    """What is outside of the gate."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.clock = folder, MemoryStore(), Clock()
        self.jobs: list[Callable[[], None]] = []
        self.site: bytes | Exception = json.dumps({"keys": [to_jwk(public("second"))]}).encode()

    def fetch(self, url: str) -> bytes:
        if isinstance(self.site, Exception):
            raise self.site
        return self.site

    def open(self, **more: Any) -> Gate:
        path = self.folder / "auth.pem"
        path.write_bytes(public_pem())
        settings = GateSettings("https://sky.example", (AUDIENCE,), self.folder / "keys", **more)
        return open_gate(
            settings, self.store, self.clock, CountingRandom(), fetch=self.fetch, start=self.jobs.append, key_bits=2048
        )

    def file(self, iss: str | None = None, *subs: str) -> TrustSetting:
        return TrustSetting(str(self.folder / "auth.pem"), iss, subs)

    def add_client(self, name: str) -> str:
        client, secret = new_client(name, [SCOPE], [], int(self.clock.now_s), CountingRandom())
        self.store.add_client(client)
        return secret


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def ask(gate: Gate, name: str, secret: str) -> str:
    body = urlencode({"grant_type": "client_credentials", "client_id": name, "client_secret": secret})
    answer = gate.issuer.issue(TokenRequest("application/x-www-form-urlencoded", None, body.encode()))
    assert isinstance(answer, TokenResponse)
    return bearer(answer.access_token)


def test_a_gate_takes_its_own_tokens_those_of_a_key_file_and_those_of_a_key_set(world: World) -> None:
    gate = world.open(trust_keys=(world.file(),), jwks=(TrustSetting(URL, "https://issuer.example"),))
    secret = world.add_client("own1")
    assert gate.validator.check(ask(gate, "own1", secret)).issuer == "built-in"
    assert gate.validator.check(bearer(token(sub="file1"))).issuer == f"key:{public().thumbprint}"
    from_set = bearer(token(by=key("second"), sub="set1", iss="https://issuer.example", header={"kid": public("second").thumbprint}))
    assert refusal(lambda: gate.validator.check(from_set)).kind == "key"
    for job in world.jobs:
        job()
    assert gate.validator.check(from_set).issuer == "iss:https://issuer.example"
    assert gate.sources[0].status.keys == 1


def test_a_key_set_outlives_a_restart_while_its_source_is_away(world: World) -> None:
    jwks = (TrustSetting(URL, "a"),)
    assert world.open(jwks=jwks).sources[0].refresh()
    world.site = OSError("away")
    gate = world.open(jwks=jwks)
    header = bearer(token(by=key("second"), iss="a", header={"kid": public("second").thumbprint}))
    assert gate.validator.check(header).sub == "uss1"


def test_keys_and_tokens_outlive_a_restart(world: World) -> None:
    header = ask(world.open(), "own1", world.add_client("own1"))
    assert world.open().validator.check(header).sub == "own1"


def test_a_revocation_counts_at_once_when_the_gate_is_told(world: World) -> None:
    gate = world.open()
    header = ask(gate, "own1", world.add_client("own1"))
    gate.validator.check(header)
    old = world.store.client("own1")
    assert old is not None
    world.store.replace_client(old, revoked(old, int(NOW_S)))
    gate.reload()
    assert refusal(lambda: gate.validator.check(header)).kind == "revoked"


def test_keys_replaced_by_another_process_count_when_the_gate_is_told(world: World) -> None:
    gate = world.open()
    secret = world.add_client("own1")
    header = ask(gate, "own1", secret)
    world.open().folder.replace_all(NOW_S)
    gate.reload()
    assert refusal(lambda: gate.validator.check(header)).kind == "key"
    assert gate.validator.check(ask(gate, "own1", secret)).sub == "own1"


def test_a_tick_rotates_an_old_key_and_no_token_ends(world: World) -> None:
    gate = world.open()
    secret = world.add_client("own1")
    assert gate.tick(world.clock.now_s) is None
    world.clock.now_s += ROTATE_AFTER_S - 1
    header = ask(gate, "own1", secret)
    world.clock.now_s += 1
    before = gate.keys.ring
    assert before.next.key.kid in str(gate.tick(world.clock.now_s))
    assert gate.tick(world.clock.now_s) is None
    assert gate.validator.check(header).sub == "own1"


def test_a_tick_takes_in_a_rotation_that_another_process_made(world: World) -> None:
    gate, other = world.open(), world.open()
    world.clock.now_s += ROTATE_AFTER_S
    assert other.tick(world.clock.now_s)
    assert gate.tick(world.clock.now_s)
    assert gate.keys.ring.current.key.kid == other.keys.ring.current.key.kid


def test_a_tick_has_sets_fetched_again(world: World) -> None:
    gate = world.open(jwks=(TrustSetting(URL),))
    gate.tick(world.clock.now_s)
    assert len(world.jobs) == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (lambda world: {"trust_keys": (world.file(), world.file())}, "twice"),
        (lambda world: {"jwks": (TrustSetting(URL), TrustSetting(URL))}, "twice"),
        (lambda world: {"trust_keys": (world.file("https://sky.example"),)}, "own"),
        (lambda world: {"trust_keys": (TrustSetting("missing.pem"),)}, "missing.pem"),
        (lambda world: {"jwks": (TrustSetting("http://issuer.example/"),)}, "this machine alone"),
        (lambda world: {"lifetime_s": 5}, "lives"),
    ],
)
def test_settings_that_trust_cannot_rest_on_are_refused(more: Callable[[World], dict[str, Any]], why: str, world: World) -> None:
    with pytest.raises(TrustError, match=why):
        world.open(**more(world))
