"""What an operator writes to trust an issuer, and what is said when it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedsky.errors import UsageError
from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.issuers import StaticKeys
from sharedsky.tokens.rs256 import signing_key_to_pem
from sharedsky.tokens.trust import TrustSetting, check_distinct, parse_trust, trusted_jwks, trusted_key
from token_samples import key, public, public_pem


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("auth.pem", TrustSetting("auth.pem")),
        ("auth.pem,iss=https://a", TrustSetting("auth.pem", "https://a")),
        ("dir/a b.pem,sub=uss*,iss=a,sub=x?[1-3]", TrustSetting("dir/a b.pem", "a", ("uss*", "x?[1-3]"))),
        ("https://a/jwks?x=y,iss=a=b", TrustSetting("https://a/jwks?x=y", "a=b")),
    ],
)
def test_a_setting_is_read(text: str, setting: TrustSetting) -> None:
    assert parse_trust(text, "--trust-key") == setting


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begin with"), (",iss=a", "begin with"), ("iss=a", "begin with"), ("sub=a,a.pem", "begin with"), ("a.pem,", "neither"),
        ("a.pem,issuer=a", "neither"), ("a.pem,iss", "neither"), ("a.pem,b.pem", "neither"), ("a.pem,ISS=a", "neither"), ("a.pem, iss=a", "neither"),
        ("a.pem,iss=", "iss= needs"), ("a.pem,sub=", "sub= needs"), ("a.pem,sub=a b", "sub= needs"), ("a.pem,iss=é", "iss= needs"),
        ("a.pem,iss=" + "x" * 256, "iss= needs"), ("a.pem,iss=a,iss=b", "twice"), ("a.pem" + ",sub=a" * 1001, "more than"),
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused_with_the_way_to_write_it(text: str, why: str) -> None:
    with pytest.raises(TrustError, match=why) as raised:
        parse_trust(text, "--trust-key")
    assert "--trust-key" in str(raised.value)
    assert isinstance(raised.value, UsageError)


def test_a_key_file_becomes_an_issuer(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(public_pem())
    named = trusted_key(TrustSetting(str(path), "https://a", ("uss*",)))
    assert (named.name, named.iss, named.subs) == ("iss:https://a", "https://a", ("uss*",))
    unnamed = trusted_key(TrustSetting(str(path)))
    assert (unnamed.name, unnamed.iss) == (f"key:{public().thumbprint}", None)
    assert unnamed.keys == StaticKeys((public(),))


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "No such file"), (b"", "PEM"), (signing_key_to_pem(key()), "private key"), (b"x" * 70_000, "more than")],
    ids=["missing", "empty", "private", "large"],
)
def test_a_file_that_is_no_key_is_named_in_the_refusal(content: bytes | None, why: str, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrustError, match=why) as raised:
        trusted_key(TrustSetting(str(path)))
    assert "key.pem" in str(raised.value)


@pytest.mark.parametrize("name", [".", "a\0b"])
def test_a_name_that_is_no_file_is_refused(name: str) -> None:
    with pytest.raises(TrustError):
        trusted_key(TrustSetting(name))


def test_an_address_becomes_an_issuer() -> None:
    made = StaticKeys(())
    asked: list[str] = []
    issuer = trusted_jwks(TrustSetting("https://a/jwks"), lambda url: (asked.append(url), made)[1])
    assert (issuer.name, issuer.keys, asked) == ("jwks:https://a/jwks", made, ["https://a/jwks"])
    assert trusted_jwks(TrustSetting("https://a/jwks", "a"), lambda _: made).name == "iss:a"


def test_plain_http_to_another_machine_is_refused() -> None:
    with pytest.raises(TrustError, match=r"--jwks .*this machine alone"):
        trusted_jwks(TrustSetting("http://a/jwks"), lambda _: StaticKeys(()))
    assert trusted_jwks(TrustSetting("http://127.0.0.1:80/jwks"), lambda _: StaticKeys(())).iss is None


def test_a_source_that_is_given_twice_is_refused() -> None:
    check_distinct([TrustSetting("a"), TrustSetting("a", "x"), TrustSetting("b")], "--trust-key")
    with pytest.raises(TrustError, match="twice"):
        check_distinct([TrustSetting("a", "x"), TrustSetting("a", "x", ("uss1",))], "--trust-key")
