"""Headers and token requests of any bytes: an answer of ours or a refusal of ours, nothing else, in bounded work."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sharedsky.tokens.clients import new_client
from sharedsky.tokens.encoding import from_base64url, read_object, to_base64url
from sharedsky.tokens.errors import SAFE_TEXTS, EncodingError, TrustError, Unauthorized
from sharedsky.tokens.issuer import BuiltInIssuer, TokenResponse
from sharedsky.tokens.issuers import Issuers
from sharedsky.tokens.jwks import read_key_set
from sharedsky.tokens.keyring import HeldKeys, KeyRing, RingKey
from sharedsky.tokens.request import Asked, OAuthError, TokenRequest, read_request
from sharedsky.tokens.rs256 import to_jwk
from sharedsky.tokens.store import MemoryStore
from sharedsky.tokens.trust import parse_trust
from sharedsky.tokens.validator import Caller, Validator
from token_samples import (
    AUDIENCE,
    CLAIMS,
    HEADER,
    NOW_S,
    SCOPE,
    Clock,
    CountingRandom,
    a_validator,
    bearer,
    key,
    part,
    public,
    signed,
    token,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12)
CLAIM_NAMES = st.sampled_from(["exp", "nbf", "iat", "sub", "aud", "scope", "iss", "jti", "client_id"])
HEADER_NAMES = st.sampled_from(["alg", "typ", "kid", "crit", "jwk", "jku", "x5u", "x5c", "b64", "enc", "zip", "cty"])
GOOD = token()
VALIDATOR = a_validator()


def outcome(header_value: str | None) -> Caller | Unauthorized:
    """What the validator makes of a header: a caller, or a refusal whose texts are what they must be."""
    try:
        return VALIDATOR.check(header_value)
    except Unauthorized as error:
        refused = error
    assert refused.message == SAFE_TEXTS[refused.kind]
    assert refused.reason.isprintable()
    assert refused.challenge.isascii()
    assert len(refused.reason) < 500
    return refused


@given(st.none() | st.text() | st.text().map(bearer) | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_as_a_header_is_refused(header_value: str | None) -> None:
    assert isinstance(outcome(header_value), Unauthorized)


@given(st.lists(st.text("ABCab01_-.= ", max_size=30), max_size=6).map(".".join))
def test_anything_that_looks_like_a_token_is_refused(text: str) -> None:
    assert isinstance(outcome(bearer(text)), Unauthorized)


@given(st.integers(0, len(GOOD) - 1), st.characters(max_codepoint=0x17F))
def test_a_token_with_one_character_changed_is_refused(place: int, character: str) -> None:
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    assert isinstance(outcome(bearer(changed)), Unauthorized) == (changed != GOOD)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 40))
def test_a_token_with_a_piece_cut_out_is_refused(place: int, length: int) -> None:
    assert isinstance(outcome(bearer(GOOD[:place] + GOOD[place + length :])), Unauthorized)


@given(st.dictionaries(CLAIM_NAMES | st.text(max_size=5), JSON, max_size=5), st.sets(CLAIM_NAMES))
def test_signed_claims_of_any_content_are_refused_or_checked(changes: dict[str, Any], without: set[str]) -> None:
    claims = {name: value for name, value in (CLAIMS | changes).items() if name not in without}
    found = outcome(bearer(signed(HEADER, json.dumps(claims).encode())))
    if isinstance(found, Caller):
        assert (found.sub, found.expires_s) == (claims["sub"], claims["exp"])
        assert found.audience in claims["aud"]
        assert found.scopes == set(claims["scope"].split())
        assert found.scopes
        assert found.expires_s > NOW_S


@given(st.dictionaries(HEADER_NAMES, JSON, max_size=4))
def test_a_signed_header_of_any_content_is_refused_unless_it_is_plain_rs256(changes: dict[str, Any]) -> None:
    header = HEADER | changes
    found = outcome(bearer(signed(json.dumps(header).encode(), CLAIMS)))
    if isinstance(found, Caller):
        assert header["alg"] == "RS256"
        assert set(header) <= {"alg", "typ", "kid", "cty"}


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_signed_bytes_that_are_anything_are_refused(header: bytes, claims: bytes) -> None:
    assert isinstance(outcome(bearer(signed(header, claims))), Unauthorized)
    assert isinstance(outcome(bearer(signed(HEADER, claims))), Unauthorized)


@given(st.binary(max_size=600))
def test_no_bytes_are_a_signature_but_the_right_ones(signature: bytes) -> None:
    assert isinstance(outcome(bearer(f"{part(HEADER)}.{part(CLAIMS)}.{to_base64url(signature)}")), Unauthorized)


@pytest.mark.parametrize("depth", [10, 500, 1500])
def test_nesting_costs_no_more_than_a_refusal(depth: int) -> None:
    assert isinstance(outcome(bearer(signed(b'{"a":' * depth, CLAIMS))), Unauthorized)
    assert isinstance(outcome(bearer(signed(b"[" * depth + b"]" * depth, CLAIMS))), Unauthorized)


@given(st.binary())
def test_base64url_survives_there_and_back(data: bytes) -> None:
    assert from_base64url(to_base64url(data)) == data


@given(st.text(max_size=20))
def test_a_text_is_the_base64url_of_its_bytes_or_refused(text: str) -> None:
    try:
        data = from_base64url(text)
    except EncodingError:
        return
    assert to_base64url(data) == text


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_json_is_an_object_or_refused(data: bytes) -> None:
    try:
        value = read_object(data)
    except EncodingError:
        return
    assert json.loads(data) == value


@given(st.lists(st.dictionaries(st.sampled_from(["kty", "n", "e", "use", "alg", "kid", "key_ops", "d"]), JSON, max_size=5), max_size=5))
def test_a_key_set_of_any_content_is_read_or_refused(changes: list[dict[str, Any]]) -> None:
    entries = [to_jwk(public()) | change for change in changes]
    try:
        found = read_key_set(json.dumps({"keys": entries}).encode())
    except TrustError:
        return
    assert len(found.keys) + len(found.left_out) == len(entries)


@given(st.text(max_size=60) | st.lists(st.sampled_from(["a.pem", "iss=", "sub=", "x", ",", "=", "*"]), max_size=8).map("".join))
def test_a_trust_setting_of_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_trust(text, "--trust-key")
    except TrustError:
        return
    parts = [found.source, *(f"sub={glob}" for glob in found.subs)] + ([f"iss={found.iss}"] if found.iss else [])
    assert sorted(parts) == sorted(text.split(","))


CLOCK = Clock()
STORE = MemoryStore()
CLIENT, SECRET = new_client("uss1", [SCOPE], [], int(NOW_S), CountingRandom())
STORE.add_client(CLIENT)
RING = KeyRing(RingKey(key(), "current", 0, 0), RingKey(key("second"), "next", 0))
ISSUER = BuiltInIssuer("https://sky", [AUDIENCE], HeldKeys(RING, CLOCK), STORE, CLOCK, CountingRandom())

KINDS = st.sampled_from(["application/x-www-form-urlencoded", "application/json", "APPLICATION/JSON ; charset=x", "text/plain", ""]) | st.none() | st.text()
FIELD_NAMES = st.sampled_from(["grant_type", "client_id", "client_secret", "scope", "audience", "resource", "other"])
VALUES = st.sampled_from(["client_credentials", "uss1", SECRET, SCOPE, AUDIENCE, f"https://{AUDIENCE}/", ""]) | st.text(max_size=20)
HEADERS = st.none() | st.text() | st.binary(max_size=60).map(lambda data: "Basic " + to_base64url(data))
FORMS = st.lists(st.tuples(FIELD_NAMES, VALUES), max_size=8).map(lambda pairs: urlencode(pairs, errors="replace").encode())
OBJECTS = st.dictionaries(FIELD_NAMES, VALUES | JSON, max_size=7).map(lambda value: json.dumps(value).encode())


@given(KINDS, HEADERS, st.binary(max_size=300) | FORMS | OBJECTS)
@example("application/json", None, b'{"client_id":"\\ud800","client_secret":"\\ud800"}')
def test_a_request_of_any_bytes_is_read_or_refused(kind: str | None, header: str | None, body: bytes) -> None:
    found = read_request(TokenRequest(kind, header, body))
    assert isinstance(found, Asked | OAuthError)
    if isinstance(found, OAuthError):
        assert found.status in (400, 401)
        assert json.dumps(found.body).isascii()


@given(st.dictionaries(FIELD_NAMES, VALUES, max_size=7))
def test_no_token_is_issued_but_for_the_right_secret_grant_scope_and_audience(changes: dict[str, str]) -> None:
    fields = {"grant_type": "client_credentials", "client_id": "uss1", "client_secret": SECRET} | changes
    answer = ISSUER.issue(TokenRequest("application/x-www-form-urlencoded", None, urlencode(fields, errors="replace").encode()))
    if isinstance(answer, TokenResponse):
        assert (fields["grant_type"], fields["client_id"], fields["client_secret"]) == ("client_credentials", "uss1", SECRET)
        assert answer.scopes == {SCOPE}
        caller = Validator(Issuers([ISSUER.as_trusted()], STORE), [AUDIENCE], CLOCK).check(bearer(answer.access_token))
        assert caller.sub == "uss1"
    else:
        assert changes


def test_a_request_without_changes_gets_its_token() -> None:
    fields = {"grant_type": "client_credentials", "client_id": "uss1", "client_secret": SECRET}
    assert isinstance(ISSUER.issue(TokenRequest("application/x-www-form-urlencoded", None, urlencode(fields).encode())), TokenResponse)
