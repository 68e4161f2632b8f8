"""The built-in issuer: client credentials in, tokens out that its own exchange accepts; RFC 6749's errors else."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from sharedsky.tokens.clients import new_client, rescoped, revoked, rotated
from sharedsky.tokens.encoding import from_base64url, read_object
from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.issuer import BuiltInIssuer, TokenResponse
from sharedsky.tokens.issuers import Issuers, StaticKeys
from sharedsky.tokens.jwks import read_key_set
from sharedsky.tokens.keyring import HeldKeys, KeyRing, RingKey
from sharedsky.tokens.request import OAuthError, TokenRequest
from sharedsky.tokens.store import BUILT_IN, MemoryStore
from sharedsky.tokens.validator import Validator
from token_samples import AUDIENCE, NOW_S, SCOPE, Clock, CountingRandom, b64, bearer, key, refusal, token, trusted

NOW = int(NOW_S)
ISS = "https://sky.example"
FORM = "application/x-www-form-urlencoded"
OWN = [AUDIENCE, "localhost"]
GRANTED = "uss2.example"


class Exchange:
    """An issuer with one client, and the validator beside it."""

    def __init__(self) -> None:
        self.store, self.clock, self.random = MemoryStore(), Clock(), CountingRandom()
        first, second = key("own"), key("own next")
        self.keys = HeldKeys(KeyRing(RingKey(first, "current", NOW, NOW), RingKey(second, "next", NOW)), self.clock)
        self.issuer = BuiltInIssuer(ISS, OWN, self.keys, self.store, self.clock, self.random)
        self.validator = Validator(Issuers([self.issuer.as_trusted()], self.store), OWN, self.clock)
        client, self.secret = new_client("uss1", [SCOPE, "b"], [GRANTED], NOW, self.random)
        self.store.add_client(client)

    def ask(self, authorization: str | None = None, **fields: Any) -> TokenResponse | OAuthError:
        """A token request by form; None leaves a field out."""
        base = {"grant_type": "client_credentials", "client_id": "uss1", "client_secret": self.secret}
        merged = [(k, v) for k, v in (base | fields).items() if v is not None]
        return self.issuer.issue(TokenRequest(FORM, authorization, urlencode(merged, doseq=True).encode()))

    def change(self, change: Any) -> Any:
        """Replace the client by what a function makes of it."""
        old = self.store.client("uss1")
        made = change(old)
        client, more = made if isinstance(made, tuple) else (made, None)
        assert old is not None
        assert self.store.replace_client(old, client)
        self.validator.forget()
        return more


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def granted(answer: TokenResponse | OAuthError) -> TokenResponse:
    assert isinstance(answer, TokenResponse), answer
    return answer


def refused(answer: TokenResponse | OAuthError) -> str:
    assert isinstance(answer, OAuthError), answer
    assert answer.body == {"error": answer.error, "error_description": answer.description}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.status == (401 if answer.error == "invalid_client" else 400)
    assert set(answer.description) <= {chr(c) for c in range(0x20, 0x7F)} - set('"\\')
    return answer.error


def claims_of(answer: TokenResponse | OAuthError) -> dict[str, object]:
    return read_object(from_base64url(granted(answer).access_token.split(".")[1]))


def test_a_client_gets_a_token_that_the_exchange_accepts(exchange: Exchange) -> None:
    answer = granted(exchange.ask(scope=SCOPE, audience=AUDIENCE))
    assert answer.body == {
        "access_token": answer.access_token, "token_type": "Bearer", "expires_in": 3600, "scope": SCOPE
    }  # fmt: skip
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    caller = exchange.validator.check(bearer(answer.access_token))
    assert (caller.issuer, caller.sub, caller.scopes, caller.audience) == (BUILT_IN, "uss1", {SCOPE}, AUDIENCE)
    assert exchange.store.bound_issuer("uss1") == BUILT_IN


def test_a_token_holds_these_claims_and_no_more(exchange: Exchange) -> None:
    claims = claims_of(exchange.ask())
    jti = claims.pop("jti")
    assert claims == {
        "iss": ISS, "sub": "uss1", "client_id": "uss1", "aud": AUDIENCE, "scope": f"b {SCOPE}", "iat": NOW, "exp": NOW + 3600
    }  # fmt: skip
    assert claims_of(exchange.ask())["jti"] != jti


def test_the_token_names_type_algorithm_and_key(exchange: Exchange) -> None:
    header = read_object(from_base64url(granted(exchange.ask()).access_token.split(".")[0]))
    assert header == {"alg": "RS256", "typ": "at+jwt", "kid": key("own").kid}


def test_a_token_stays_out_of_what_is_printed(exchange: Exchange) -> None:
    answer = granted(exchange.ask())
    assert answer.access_token not in repr(answer)


def test_json_asks_as_a_form_does(exchange: Exchange) -> None:
    body = {"grant_type": "client_credentials", "client_id": "uss1", "client_secret": exchange.secret, "scope": SCOPE,
            "audience": GRANTED, "resource": None, "more": {"x": 1}}  # fmt: skip
    request = TokenRequest("application/json; charset=utf-8", None, json.dumps(body).encode())
    assert claims_of(exchange.issuer.issue(request))["aud"] == GRANTED


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{quote(name)}:{quote(secret)}".encode()).decode()


def test_http_basic_is_taken(exchange: Exchange) -> None:
    header = basic("uss1", exchange.secret)
    granted(exchange.ask(header, client_id=None, client_secret=None))
    granted(exchange.ask(header.replace("Basic", "bAsIc"), client_secret=None))


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ", "Basic !!!", "Basic YQ", "Basic " + base64.b64encode(b"no colon").decode(), "Bearer abc", "Digest x=y", "",
     "Basic " + base64.b64encode(b"\xff:\xff").decode(), "Basic " + base64.b64encode(b"%ff:%ff").decode(), "Basic " + "QUFB" * 2000,
     basic("uss1", "wrong"), basic("nobody", "x")],
)  # fmt: skip
def test_http_basic_that_fails_is_401_with_a_challenge(exchange: Exchange, header: str) -> None:
    answer = exchange.ask(header, client_id=None, client_secret=None)
    assert refused(answer) == "invalid_client"
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="sharedsky"'


@pytest.mark.parametrize(
    "fields",
    [{"client_secret": "wrong"}, {"client_id": "nobody"}, {"client_id": None}, {"client_secret": None}, {"client_secret": ""},
     {"client_id": "USS1"}, {"client_id": "uss1\0"}],
)  # fmt: skip
def test_wrong_credentials_are_401_and_say_nothing_more(exchange: Exchange, fields: dict[str, Any]) -> None:
    answer = exchange.ask(**fields)
    assert refused(answer) == "invalid_client"
    assert "WWW-Authenticate" not in answer.headers
    assert answer.body == exchange.ask(client_secret="other").body


def test_two_ways_of_authentication_at_once_are_refused(exchange: Exchange) -> None:
    assert refused(exchange.ask(basic("uss1", exchange.secret))) == "invalid_request"
    assert refused(exchange.ask(basic("uss1", exchange.secret), client_secret=None, client_id="uss2")) == "invalid_request"


@pytest.mark.parametrize(
    ("grant", "error"),
    [("password", "unsupported_grant_type"), ("authorization_code", "unsupported_grant_type"), ("", "invalid_request"), (None, "invalid_request"),
     ("CLIENT_CREDENTIALS", "unsupported_grant_type"), (["client_credentials", "client_credentials"], "invalid_request")],
)  # fmt: skip
def test_another_grant_is_refused(exchange: Exchange, grant: Any, error: str) -> None:
    assert refused(exchange.ask(grant_type=grant)) == error


@pytest.mark.parametrize("scope", ["c", f"{SCOPE} c", 'a"b', "é", " ", SCOPE.upper(), "x" * 300])
def test_a_scope_that_the_client_does_not_have_is_refused_whole(exchange: Exchange, scope: str) -> None:
    assert refused(exchange.ask(scope=scope)) == "invalid_scope"


@pytest.mark.parametrize("scope", [None, ""])
def test_without_a_scope_the_token_has_all_that_the_client_has(exchange: Exchange, scope: str | None) -> None:
    assert granted(exchange.ask(scope=scope)).scopes == {SCOPE, "b"}


@pytest.mark.parametrize(
    ("fields", "audience"),
    [
        ({}, AUDIENCE), ({"audience": ""}, AUDIENCE), ({"audience": "localhost"}, "localhost"), ({"audience": GRANTED}, GRANTED),
        ({"resource": f"https://{GRANTED}/uss/v1"}, GRANTED), ({"resource": f"http://{GRANTED}:8080"}, GRANTED),
        ({"resource": GRANTED, "audience": GRANTED}, GRANTED), ({"audience": [AUDIENCE, AUDIENCE]}, AUDIENCE),
    ],
)  # fmt: skip
def test_the_audience_is_the_one_that_was_asked_for(exchange: Exchange, fields: dict[str, Any], audience: str) -> None:
    assert claims_of(exchange.ask(**fields))["aud"] == audience


@pytest.mark.parametrize(
    "fields",
    [
        {"audience": "other.example"}, {"audience": f"https://{GRANTED}"}, {"audience": GRANTED.upper()}, {"resource": "https://other.example/"},
        {"resource": f"ftp://{GRANTED}/"}, {"resource": "https://[broken"}, {"audience": [AUDIENCE, GRANTED]},
        {"audience": AUDIENCE, "resource": f"https://{GRANTED}/"}, {"audience": [AUDIENCE, "other"]}, {"resource": f"https://{GRANTED}.evil/"},
        {"resource": f"https://{GRANTED}@evil/"},
    ],
)  # fmt: skip
def test_an_audience_that_was_not_granted_or_several_at_once_are_refused(exchange: Exchange, fields: dict[str, Any]) -> None:
    assert refused(exchange.ask(**fields)) == "invalid_target"


def test_a_token_for_another_party_is_no_token_for_the_exchange(exchange: Exchange) -> None:
    answer = granted(exchange.ask(audience=GRANTED))
    assert refusal(lambda: exchange.validator.check(bearer(answer.access_token))).kind == "audience"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (None, b""), ("text/plain", b"grant_type=client_credentials"), (FORM, b"a=%zz"), (FORM, b"a=%f"), (FORM, b"a=%ff"), (FORM, b"\xff=1"),
        (FORM, b"a=" + b"x" * 20_000), (FORM, b"&".join(b"a%d=1" % n for n in range(100))), (FORM, b"client_id=a&client_id=a&client_secret=b"),
        (FORM, b"client_secret=a&client_secret=a"), ("application/json", b""), ("application/json", b"[]"), ("application/json", b'{"a":NaN}'),
        ("application/json", b'{"client_id":"a","client_id":"a"}'), ("application/json", b'{"client_id":5}'), ("application/json", b'{"scope":["a"]}'),
        ("application/json", b'{"client_secret":true}'), ("application/json", b'{"audience":[5]}'), ("application/json", b'{"resource":{}}'),
        ("application/json", b'{"scope":"' + b"x" * 9000 + b'"}'), ("application/json", b"[" * 9000), ("multipart/form-data", b"x"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_an_invalid_request(exchange: Exchange, content_type: str | None, body: bytes) -> None:
    assert refused(exchange.issuer.issue(TokenRequest(content_type, None, body))) == "invalid_request"


def test_a_rotated_secret_works_beside_the_new_one_for_a_while(exchange: Exchange) -> None:
    old = exchange.secret
    exchange.secret = exchange.change(lambda client: rotated(client, NOW, exchange.random, 600))
    granted(exchange.ask())
    granted(exchange.ask(client_secret=old))
    exchange.clock.now_s += 600
    granted(exchange.ask())
    assert refused(exchange.ask(client_secret=old)) == "invalid_client"


def test_tokens_of_a_revoked_client_end_with_it(exchange: Exchange) -> None:
    header = bearer(granted(exchange.ask()).access_token)
    exchange.validator.check(header)
    exchange.change(lambda client: revoked(client, NOW + 1))
    assert refusal(lambda: exchange.validator.check(header)).kind == "revoked"
    assert refused(exchange.ask()) == "invalid_client"


def test_a_revocation_that_nobody_told_of_is_noticed_within_a_minute(exchange: Exchange) -> None:
    header = bearer(granted(exchange.ask()).access_token)
    exchange.validator.check(header)
    old = exchange.store.client("uss1")
    assert old is not None
    exchange.store.replace_client(old, revoked(old, NOW + 1))
    exchange.clock.now_s += 60
    assert refusal(lambda: exchange.validator.check(header)).kind == "revoked"


def test_a_rotation_without_overlap_ends_the_tokens_of_before(exchange: Exchange) -> None:
    header = bearer(granted(exchange.ask()).access_token)
    exchange.secret = exchange.change(lambda client: rotated(client, NOW, exchange.random, 0))  # in the same second
    assert refusal(lambda: exchange.validator.check(header)).kind == "revoked"
    exchange.validator.check(bearer(granted(exchange.ask()).access_token))


def test_a_scope_that_is_taken_away_ends_in_tokens_too(exchange: Exchange) -> None:
    header = bearer(granted(exchange.ask()).access_token)
    exchange.change(lambda client: rescoped(client, ["b"], []))
    assert exchange.validator.check(header).scopes == {"b"}
    exchange.change(lambda client: rescoped(client, ["c"], []))
    assert refusal(lambda: exchange.validator.check(header)).kind == "revoked"


def test_another_issuer_cannot_assert_a_clients_sub(exchange: Exchange) -> None:
    exchange.store.bind("uss1", BUILT_IN)
    validator = Validator(Issuers([trusted(), exchange.issuer.as_trusted()], exchange.store), OWN, exchange.clock)
    assert refusal(lambda: validator.check(bearer(token(sub="uss1")))).kind == "subject"
    assert refusal(lambda: validator.check(bearer(token(sub="uss9", iss=ISS)))).kind == "key"


def test_a_token_that_the_exchange_signed_for_a_client_that_is_gone_is_refused(exchange: Exchange) -> None:
    answer = granted(exchange.ask())
    elsewhere = MemoryStore()
    issuer = BuiltInIssuer(ISS, OWN, exchange.keys, elsewhere, exchange.clock, exchange.random)
    validator = Validator(Issuers([issuer.as_trusted()], elsewhere), OWN, exchange.clock)
    assert refusal(lambda: validator.check(bearer(answer.access_token))).kind == "revoked"


def test_the_published_set_verifies_the_tokens_elsewhere(exchange: Exchange) -> None:
    answer = granted(exchange.ask(audience=GRANTED))
    found = read_key_set(json.dumps(exchange.issuer.jwks()).encode())
    assert {one.kid for one in found.keys} == {key("own").kid, key("own next").kid}
    elsewhere = trusted("iss:sky", ISS, keys=StaticKeys(found.keys))
    validator = Validator(Issuers([elsewhere], MemoryStore()), [GRANTED], exchange.clock)
    assert validator.check(bearer(answer.access_token)).sub == "uss1"


def test_tokens_survive_a_rotation_of_keys_and_end_with_their_key(exchange: Exchange) -> None:
    header = bearer(granted(exchange.ask()).access_token)
    old = exchange.keys.ring
    turned = KeyRing(old.next, RingKey(key("third"), "next", NOW), (RingKey(old.current.key, "previous", NOW, NOW, NOW + 100),))
    exchange.keys.replace(turned)
    assert exchange.validator.remembered(header) is None
    exchange.validator.check(header)
    exchange.clock.now_s += 100
    assert refusal(lambda: exchange.validator.check(header)).kind == "key"
    assert key("own").kid not in json.dumps(exchange.issuer.jwks())


def test_an_issuer_that_makes_no_sense_cannot_be_made(exchange: Exchange) -> None:
    rest = (exchange.keys, exchange.store, exchange.clock, exchange.random)
    for iss, audiences, lifetime_s in ((ISS, [], 3600), ("", OWN, 3600), ("a b", OWN, 3600), (ISS, OWN, 59), (ISS, OWN, 86_401)):
        with pytest.raises(TrustError):
            BuiltInIssuer(iss, audiences, *rest, lifetime_s=lifetime_s)


def test_base64_in_samples_is_that_of_the_package() -> None:
    assert from_base64url(b64(b"\x00\xff\xfe")) == b"\x00\xff\xfe"
