"""Clients and their secrets: hashed, shown once, rotated with an overlap, revoked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sharedsky.errors import UsageError
from sharedsky.tokens.clients import (
    DEFAULT_OVERLAP_S,
    MAX_OVERLAP_S,
    Client,
    new_client,
    proves,
    reinstated,
    rescoped,
    revoked,
    rotated,
)
from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.secret import SecretHash, hash_secret, new_secret, secret_id_of
from token_samples import NOW_S, SCOPE, CountingRandom

NOW = int(NOW_S)


def a_client(random: CountingRandom | None = None) -> tuple[Client, str]:
    return new_client("uss1", [SCOPE], [], NOW, random or CountingRandom())


def test_a_new_client_proves_itself_with_its_secret_and_no_other() -> None:
    client, secret = a_client()
    assert proves(client, secret, NOW)
    for wrong in ("", secret[:-1], secret + "A", secret.upper(), secret[:-1] + ("A" if secret[-1] != "A" else "B"), "\ud800"):
        assert not proves(client, wrong, NOW)


def test_a_secret_of_another_client_proves_nothing() -> None:
    random = CountingRandom()
    client, _ = a_client(random)
    _, other = new_client("uss2", [SCOPE], [], NOW, random)
    assert not proves(client, other, NOW)
    assert not proves(None, other, NOW)


def test_what_is_kept_of_a_secret_does_not_hold_it() -> None:
    client, secret = a_client()
    assert secret.split("_", 2)[2] not in repr(client)
    assert client.secrets[0].hash.startswith("$scrypt$ln=13,r=8,p=1$")


def test_two_secrets_never_have_the_same_salt() -> None:
    random = CountingRandom()
    first, second = (hash_secret("same", random) for _ in range(2))
    assert first.salt != second.salt
    assert first.digest != second.digest


def test_a_secret_has_a_form_that_scanners_can_find() -> None:
    secret_id, secret = new_secret(CountingRandom())
    assert secret_id_of(secret) == secret_id
    assert len(secret) == 4 + 8 + 1 + 43
    for other in ("", "sky_", secret[1:], secret + " ", secret.replace("sky_", "SKY_")):
        assert secret_id_of(other) is None


def test_a_rotated_client_has_both_secrets_until_the_overlap_is_over() -> None:
    random = CountingRandom()
    client, old = a_client(random)
    client, new = rotated(client, NOW, random)
    assert proves(client, new, NOW + 10 * DEFAULT_OVERLAP_S)
    assert proves(client, old, NOW + DEFAULT_OVERLAP_S - 1)
    assert not proves(client, old, NOW + DEFAULT_OVERLAP_S)
    assert client.tokens_from_s == NOW


def test_of_several_rotations_the_last_two_secrets_work() -> None:
    random = CountingRandom()
    client, first = a_client(random)
    client, second = rotated(client, NOW + 1, random)
    client, third = rotated(client, NOW + 2, random)
    assert [proves(client, secret, NOW + 3) for secret in (first, second, third)] == [False, True, True]


def test_a_rotation_never_lengthens_an_overlap() -> None:
    random = CountingRandom()
    client, _ = a_client(random)
    client = replace(client, secrets=(replace(client.secrets[0], expires_s=NOW + 5),))
    client, _ = rotated(client, NOW, random, 1000)
    assert client.secrets[1].expires_s == NOW + 5


def test_a_rotation_without_overlap_ends_secret_and_tokens() -> None:
    random = CountingRandom()
    client, old = a_client(random)
    client, new = rotated(client, NOW + 100, random, 0)
    assert not proves(client, old, NOW + 100)
    assert proves(client, new, NOW + 100)
    assert client.tokens_from_s == NOW + 101


@pytest.mark.parametrize("overlap_s", [-1, MAX_OVERLAP_S + 1])
def test_an_overlap_out_of_range_is_refused(overlap_s: int) -> None:
    client, _ = a_client()
    with pytest.raises(UsageError):
        rotated(client, NOW, CountingRandom(), overlap_s)


def test_a_revoked_client_has_no_secret_and_can_be_reinstated() -> None:
    random = CountingRandom()
    client, old = a_client(random)
    client = revoked(client, NOW + 10)
    assert not proves(client, old, NOW + 10)
    assert (client.secrets, client.revoked_s, client.tokens_from_s) == ((), NOW + 10, NOW + 11)
    assert revoked(client, NOW + 20).revoked_s == NOW + 10
    with pytest.raises(UsageError, match="revoked"):
        rotated(client, NOW + 20, random)
    client, new = reinstated(client, NOW + 30, random)
    assert (client.revoked_s, client.tokens_from_s) == (None, NOW + 31)
    assert proves(client, new, NOW + 30)
    assert not proves(client, old, NOW + 30)


def test_scopes_and_audiences_are_replaced() -> None:
    client = rescoped(a_client()[0], ["a", "b"], ["uss2.example"])
    assert (client.scopes, client.audiences) == ({"a", "b"}, {"uss2.example"})


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "é", "a/b", "a:b", "x" * 101, "a\n", "a%20"])
def test_a_name_of_the_wrong_form_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        new_client(name, [SCOPE], [], NOW, CountingRandom())


@pytest.mark.parametrize("scopes", [[], [""], ["a b"], ['a"'], ["é"], [str(n) for n in range(51)]])
def test_scopes_of_the_wrong_form_are_refused(scopes: list[str]) -> None:
    with pytest.raises(UsageError, match="scopes"):
        new_client("uss1", scopes, [], NOW, CountingRandom())


@pytest.mark.parametrize("audiences", [[""], ["a b"], ["é"], ["x" * 256], [str(n) for n in range(101)]])
def test_audiences_of_the_wrong_form_are_refused(audiences: list[str]) -> None:
    with pytest.raises(UsageError, match="audiences"):
        new_client("uss1", [SCOPE], audiences, NOW, CountingRandom())


def test_a_hash_survives_its_text() -> None:
    made = hash_secret("secret", CountingRandom())
    assert SecretHash.decode(made.encode()) == made
    assert made.matches("secret")
    assert not made.matches("secreT")


@pytest.mark.parametrize(
    "text",
    ["", "x", "$scrypt$ln=13,r=8,p=1$AA", "$scrypt$ln=25,r=8,p=1$AAAA$" + "A" * 43, "$scrypt$ln=0,r=8,p=1$AAAA$" + "A" * 43,
     "$scrypt$ln=13,r=9,p=1$AAAA$" + "A" * 43, "$scrypt$ln=13,r=8,p=2$AAAA$" + "A" * 43, "$scrypt$ln=13,r=8,p=1$AAAA$AAAA",
     "$scrypt$ln=13,r=8,p=1$A$" + "A" * 43, "$scrypt$ln=13,r=8,p=1$AAAA$" + "A" * 42 + "B", "$2b$12$abc"],
)  # fmt: skip
def test_a_stored_hash_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(TrustError, match="Rotate"):
        SecretHash.decode(text)
