"""`sharedsky client` and `sharedsky keys`: what they change, what they say, and what they refuse."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from sharedsky.cli import client, keys
from sharedsky.cli.options import Parser
from sharedsky.errors import UsageError
from sharedsky.tokens.clients import Client, proves, rescoped
from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.keyring import KeyFolder
from sharedsky.tokens.store import BUILT_IN, MemoryStore
from token_samples import NOW_S, SCOPE, CountingRandom


class Desk:
    """The command over a store in memory."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.random = CountingRandom()
        self.now_s = NOW_S

    def __call__(self, typed: str) -> int:
        parser = Parser(prog="sharedsky")
        client.add_client_parser(parser.add_subparsers(dest="command", parser_class=Parser))
        arguments = parser.parse_args(["client", *typed.split()])
        assert arguments.command == "client"
        return client.run(arguments, self.store, now=lambda: self.now_s, random=self.random)

    def get(self, name: str = "uss1") -> Client:
        found = self.store.client(name)
        assert found is not None
        return found


@pytest.fixture
def desk() -> Desk:
    return Desk()


def secret_in(text: str) -> str:
    first, second = text.splitlines()
    assert first.startswith("client_id: ")
    return second.removeprefix("client_secret: ")


def test_a_client_is_added_and_its_secret_shown_once(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk(f"add uss1 --scope {SCOPE} --scope utm.constraint_processing --audience uss2.example") == 0
    secret = secret_in(capsys.readouterr().out)
    added = desk.get()
    assert (added.scopes, added.audiences) == ({SCOPE, "utm.constraint_processing"}, {"uss2.example"})
    assert proves(added, secret, NOW_S)
    assert desk.store.bound_issuer("uss1") == BUILT_IN
    desk("list")
    listed = capsys.readouterr().out
    assert secret not in listed
    assert added.secrets[0].hash not in listed
    assert "uss1" in listed
    assert SCOPE in listed


def test_a_scope_that_the_exchange_does_not_know_is_pointed_out(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk("add uss1 --scope utm.strategic_coordinaton")
    assert "utm.strategic_coordinaton is no scope that this exchange asks for" in capsys.readouterr().err
    desk(f"add uss2 --scope {SCOPE}")
    assert "no scope" not in capsys.readouterr().err


def test_a_name_is_given_once_and_for_all(desk: Desk) -> None:
    desk(f"add uss1 --scope {SCOPE}")
    with pytest.raises(UsageError, match="already"):
        desk(f"add uss1 --scope {SCOPE}")
    desk("revoke uss1")
    with pytest.raises(UsageError, match="was one"):
        desk(f"add uss1 --scope {SCOPE}")


def test_a_name_that_another_issuer_asserts_is_refused(desk: Desk) -> None:
    desk.store.bind("uss1", "iss:https://a")
    with pytest.raises(UsageError, match="another issuer"):
        desk(f"add uss1 --scope {SCOPE}")
    assert desk.store.client("uss1") is None
    desk("release uss1")
    assert desk(f"add uss1 --scope {SCOPE}") == 0


def test_a_rotation_shows_a_new_secret_and_when_the_old_one_ends(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk(f"add uss1 --scope {SCOPE}")
    old = secret_in(capsys.readouterr().out)
    desk("rotate uss1 --overlap 12h")
    shown = capsys.readouterr()
    new = secret_in(shown.out)
    assert "works until" in shown.err
    now_s = NOW_S + 12 * 3600
    assert [proves(desk.get(), one, now_s - 1) for one in (old, new)] == [True, True]
    assert [proves(desk.get(), one, now_s) for one in (old, new)] == [False, True]


def test_a_rotation_without_overlap_ends_the_old_secret(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk(f"add uss1 --scope {SCOPE}")
    old = secret_in(capsys.readouterr().out)
    desk("rotate uss1 --overlap 0s")
    assert not proves(desk.get(), old, NOW_S)
    assert "works until" not in capsys.readouterr().err


def test_a_revoked_client_is_reinstated_only_on_demand(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk(f"add uss1 --scope {SCOPE}")
    desk("revoke uss1")
    assert desk.get().revoked_s == NOW_S
    desk("list")
    assert "revoked:" in capsys.readouterr().out
    with pytest.raises(UsageError, match="revoked"):
        desk("rotate uss1")
    desk("rotate uss1 --reinstate")
    assert proves(desk.get(), secret_in(capsys.readouterr().out), NOW_S)


def test_reinstating_a_client_that_is_not_revoked_is_a_rotation(desk: Desk) -> None:
    desk(f"add uss1 --scope {SCOPE}")
    desk("rotate uss1 --reinstate")
    assert len(desk.get().secrets) == 2


def test_scopes_are_replaced_and_audiences_only_if_named(desk: Desk) -> None:
    desk(f"add uss1 --scope {SCOPE} --audience a.example")
    desk("scope uss1 utm.constraint_management")
    assert (desk.get().scopes, desk.get().audiences) == ({"utm.constraint_management"}, {"a.example"})
    desk(f"scope uss1 {SCOPE} --audience b.example")
    assert (desk.get().scopes, desk.get().audiences) == ({SCOPE}, {"b.example"})


@pytest.mark.parametrize("typed", ["rotate nobody", "revoke nobody", "scope nobody a"])
def test_a_client_that_is_not_there_is_refused(typed: str, desk: Desk) -> None:
    with pytest.raises(UsageError, match="no client"):
        desk(typed)


@pytest.mark.parametrize("typed", ["add uss:1 --scope a", "add uss1 --scope é", "add uss1 --scope a --audience é", "rotate uss2 --overlap 31d"])
def test_what_is_of_the_wrong_form_is_refused_and_nothing_is_stored(typed: str, desk: Desk) -> None:
    desk(f"add uss2 --scope {SCOPE}")
    before = desk.store.clients()
    with pytest.raises(UsageError):
        desk(typed)
    assert desk.store.clients() == before


@pytest.mark.parametrize("typed", ["", "add", "add uss1", "rotate", "scope uss1", "rotate uss1 --overlap 5", "rotate uss1 --overlap -5s", "rotate uss1 --overlap x", "remove uss1"])
def test_a_command_line_that_makes_no_sense_is_refused(typed: str, desk: Desk) -> None:
    with pytest.raises(UsageError):
        desk(typed)


@pytest.mark.parametrize(("text", "expected"), [("0s", 0), ("90s", 90), ("30min", 1800), ("12h", 43_200), ("7d", 604_800)])
def test_overlaps_are_read_with_their_unit(text: str, expected: int) -> None:
    assert client.overlap_s(text) == expected


@pytest.mark.parametrize("text", ["", "s", "5", "1.5h", "５s", "1e3s", "5 h", "5w", "99999999s", "٣s"])
def test_overlaps_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        client.overlap_s(text)


def test_two_changes_at_once_are_not_mixed(desk: Desk) -> None:
    desk(f"add uss1 --scope {SCOPE}")
    before = desk.get()
    real = desk.store.client

    def stale(name: str) -> Client | None:
        found = real(name)
        desk.store.replace_client(before, rescoped(before, ["other"], []))
        return found

    desk.store.client = stale  # type: ignore[method-assign]
    with pytest.raises(UsageError, match="at the same time"):
        desk("revoke uss1")


def test_a_release_needs_a_bound_sub_that_is_no_client(desk: Desk) -> None:
    desk(f"add uss1 --scope {SCOPE}")
    for sub in ("uss1", "nobody"):
        with pytest.raises(UsageError):
            desk(f"release {sub}")


def test_without_clients_the_list_says_how_to_add_one(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk("list") == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "client add" in shown.err


def test_an_action_that_does_not_exist_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError):
        client.run(argparse.Namespace(client_command=None), desk.store)


def keys_command(folder: KeyFolder, action: str, now_s: float) -> int:
    parser = Parser(prog="sharedsky")
    keys.add_keys_parser(parser.add_subparsers(dest="command", parser_class=Parser))
    return keys.run(parser.parse_args(["keys", action]), folder, now=lambda: now_s)


def test_keys_are_listed_rotated_and_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = KeyFolder(tmp_path / "keys", bits=2048)
    ring = folder.load_or_create(NOW_S)
    assert keys_command(folder, "list", NOW_S) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["current", ring.current.key.kid], ["next", ring.next.key.kid]
    ]  # fmt: skip
    with pytest.raises(TrustError):
        keys_command(folder, "rotate", NOW_S)
    keys_command(folder, "rotate", NOW_S + 86_400)
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines()] == ["current", "next", "previous"]
    assert "accepted until" in shown
    keys_command(folder, "replace", NOW_S + 86_400)
    shown = capsys.readouterr().out
    assert ring.next.key.kid not in shown
    assert "PRIVATE" not in shown


def test_an_action_on_keys_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        keys.run(argparse.Namespace(keys_command=None), KeyFolder(tmp_path / "keys"))
