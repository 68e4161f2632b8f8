"""Every way in which a token can be wrong is 401 with its own kind; what is right becomes a caller."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from sharedsky.tokens.errors import SAFE_TEXTS, Forbidden, TrustError
from sharedsky.tokens.issuers import Issuers, StaticKeys, TrustedIssuer
from sharedsky.tokens.rs256 import VerifyKey
from sharedsky.tokens.store import MemoryStore
from sharedsky.tokens.validator import CACHE_MAX_AGE_S, Caller, Validator, require
from token_samples import (
    AUDIENCE,
    CLAIMS,
    HEADER,
    NOW_S,
    SCOPE,
    Clock,
    a_validator,
    b64,
    bearer,
    key,
    part,
    public,
    refusal,
    signed,
    token,
    trusted,
)


def kind_of(header_value: str | None) -> str:
    refused = refusal(lambda: a_validator().check(header_value))
    assert refused.message == SAFE_TEXTS[refused.kind]
    assert "\n" not in refused.reason
    return refused.kind


def test_a_good_token_is_a_caller() -> None:
    caller = a_validator().check(bearer(token()))
    assert caller == Caller("key:first", "uss1", frozenset({SCOPE}), AUDIENCE, NOW_S + 600)


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"nbf": NOW_S, "iat": NOW_S}, {}),
        ({"nbf": NOW_S + 4.5, "iat": NOW_S + 4.5}, {}),
        ({"iss": None}, {}),
        ({"aud": ["other", AUDIENCE]}, {}),
        ({"exp": NOW_S + 0.25}, {}),
        ({"scope": f"a {SCOPE}"}, {}),
        ({"more": {"nested": [1, 2.5, None]}}, {}),
        ({}, {"typ": "at+JWT", "kid": "of-no-interest-for-a-file", "x5t": "abc"}),
    ],
)
def test_what_is_allowed_passes(claims: dict[str, Any], header: dict[str, Any]) -> None:
    assert a_validator().check(bearer(token(header=header, **claims))).sub == "uss1"


def test_a_header_without_typ_passes() -> None:
    assert a_validator().check(bearer(signed({"alg": "RS256"}, CLAIMS))).sub == "uss1"


def test_the_scheme_is_read_in_any_case_and_after_several_blanks() -> None:
    assert a_validator().check("bEARER   " + token()).sub == "uss1"


@pytest.mark.parametrize("header_value", [None, "", "  "])
def test_no_header_is_401_with_a_bare_challenge(header_value: str | None) -> None:
    refused = refusal(lambda: a_validator().check(header_value))
    assert (refused.kind, refused.challenge) == ("no-token", 'Bearer realm="sharedsky"')


@pytest.mark.parametrize(
    "header_value",
    ["Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token abc", "Bearer a b", "Bearer a,b", "Bearer é.é.é", "Bearer a.b=.c",
     "Bearer \u0130.\u212a.c", "Bearer a.b.c\n", "\tBearer a.b.c", "Bearer a.b.c, Bearer d.e.f", "Bearer\x00a.b.c"],
)  # fmt: skip
def test_a_header_that_is_not_one_bearer_token_is_malformed(header_value: str) -> None:
    assert kind_of(header_value) == "malformed"


@pytest.mark.parametrize("text", ["a", "a.b", "..", "a..", ".b.c", "a.b.c.d", "a.b.c.d.e", "....", "!.b.c"])
def test_a_token_without_three_parts_is_malformed(text: str) -> None:
    assert kind_of(bearer(text)) == "malformed"


def test_an_over_long_token_is_refused_before_it_is_read() -> None:
    assert kind_of(bearer(token(padding="x" * 8000))) == "too-long"


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("spoil", [lambda t: t + "=", lambda t: t + "A", lambda t: t[:-1] + "*", lambda t: t + "+/"])
def test_bad_base64_in_any_part_is_refused(place: int, spoil: Any) -> None:
    parts = token().split(".")
    parts[place] = spoil(parts[place])
    assert kind_of(bearer(".".join(parts))) in ("malformed", "signature")


def test_another_spelling_of_the_same_signature_is_refused() -> None:
    text = token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(text[-1])
    assert last % 16 == 0  # 256 bytes leave four bits over
    assert kind_of(bearer(text[:-1] + alphabet[last + 1])) == "malformed"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"alg":"RS256","alg":"none"}', b'{"alg":"RS256","kid":"a","kid":"a"}', b'["RS256"]', b"null", b"", b"{",
        b'{"alg":"RS256","x":NaN}', b'{"alg":"RS256","x":Infinity}', b'{"alg":"RS256","x":1e999}', b"\xff\xfe{}",
        b'\xef\xbb\xbf{"alg":"RS256"}', b'{"alg":"RS256"} x', b'{"alg":"RS256","x":{"a":1,"a":2}}',
        b'{"alg":"RS256","x":123456789012345678901234567890}', b'{"alg":"RS256","x":' + b"[" * 2500 + b"]" * 2500 + b"}",
        '{"alg":"RS256"}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_a_header_that_is_no_strict_json_object_is_malformed(raw: bytes) -> None:
    assert kind_of(bearer(signed(raw, CLAIMS))) == "malformed"


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(CLAIMS)[:-1].encode() + b',"sub":"other"}', json.dumps(CLAIMS)[:-1].encode() + b',"x":{"y":1,"y":1}}',
        b"[]", b'"uss1"', json.dumps(CLAIMS)[:-1].encode() + b',"nbf":NaN}',
        json.dumps(CLAIMS)[:-1].encode() + b',"nbf":-Infinity}',
    ],
)  # fmt: skip
def test_claims_that_are_no_strict_json_object_are_malformed(raw: bytes) -> None:
    assert kind_of(bearer(signed(HEADER, raw))) == "malformed"


@pytest.mark.parametrize(
    "header",
    [{"crit": ["exp"]}, {"crit": []}, {"b64": False}, {"jwk": {"kty": "RSA"}}, {"jku": "https://evil.example/"},
     {"x5u": "https://evil.example/"}, {"x5c": ["MII"]}, {"zip": "DEF"}, {"enc": "A128GCM"}, {"typ": "dpop+jwt"},
     {"typ": "logout+jwt"}, {"typ": 5}, {"typ": None}, {"kid": 5}, {"kid": ["a"]}, {"kid": "k" * 300}],
)  # fmt: skip
def test_a_header_with_more_than_is_understood_is_refused(header: dict[str, Any]) -> None:
    assert kind_of(bearer(token(header=header))) == "malformed"


@pytest.mark.parametrize(
    "algorithm",
    ["none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 ",
     None, 256, ["RS256"], {"RS256": 1}, True],
)  # fmt: skip
def test_every_other_algorithm_is_refused_even_over_a_good_signature(algorithm: object) -> None:
    assert kind_of(bearer(token(header={"alg": algorithm}))) == "algorithm"


def test_a_token_without_an_algorithm_is_refused() -> None:
    assert kind_of(bearer(signed({"typ": "JWT"}, CLAIMS))) == "algorithm"


def test_an_unsigned_token_is_refused() -> None:
    text = f"{part({'alg': 'none'})}.{part(CLAIMS)}."
    assert kind_of(bearer(text)) == "algorithm"
    assert kind_of(bearer(f"{part(HEADER)}.{part(CLAIMS)}.")) == "signature"


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_the_public_key_is_no_secret_for_hmac(algorithm: str) -> None:
    """Algorithm confusion (RFC 8725, 2.1): signed with HMAC, the public key's text being the secret."""
    rsa = public().public
    forms = [
        rsa.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        rsa.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        rsa.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1),
    ]
    for secret in forms:
        text = f"{part(HEADER | {'alg': algorithm})}.{part(CLAIMS)}"
        forged = f"{text}.{b64(hmac.digest(secret, text.encode(), hashlib.sha256))}"
        assert kind_of(bearer(forged)) == ("algorithm" if algorithm == "HS256" else "signature")


def test_signatures_of_other_schemes_by_the_right_key_are_refused() -> None:
    text = f"{part(HEADER)}.{part(CLAIMS)}"
    private = key().private
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    for signature in (
        private.sign(text.encode(), salted, hashes.SHA256()),
        private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA512()),
        ec.generate_private_key(ec.SECP256R1()).sign(text.encode(), ec.ECDSA(hashes.SHA256())),
        b"\0" * 256, b"\xff" * 256, b"\0" + private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()),
    ):  # fmt: skip
        assert kind_of(bearer(f"{text}.{b64(signature)}")) == "signature"


def test_a_token_of_an_unknown_key_is_refused() -> None:
    assert kind_of(bearer(token(by=key("stranger")))) == "signature"


def test_changed_claims_under_an_old_signature_are_refused() -> None:
    header, _, signature = token().split(".")
    assert kind_of(bearer(f"{header}.{part(CLAIMS | {'sub': 'uss2'})}.{signature}")) == "signature"


@pytest.mark.parametrize("exp", [NOW_S, NOW_S - 0.5, NOW_S - 3600, 0])
def test_an_expired_token_is_refused_from_its_very_second_on(exp: float) -> None:
    assert kind_of(bearer(token(exp=exp))) == "expired"


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_token_from_the_future_is_refused_beyond_the_leeway(name: str) -> None:
    assert kind_of(bearer(token(**{name: NOW_S + 5.5}))) == "early"


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1790000600", True, [1], {}, -1, 1e18, 253402300800])
def test_a_time_that_is_no_number_in_range_is_refused(name: str, value: object) -> None:
    assert kind_of(bearer(token(**{name: value}))) == "claims"


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "sub", "aud"])
def test_a_claim_that_is_null_is_refused(name: str) -> None:
    assert kind_of(bearer(signed(HEADER, CLAIMS | {name: None}))) == "claims"


@pytest.mark.parametrize("name", ["exp", "sub", "aud"])
def test_a_missing_claim_is_refused(name: str) -> None:
    assert kind_of(bearer(token(**{name: None}))) == "claims"


@pytest.mark.parametrize("scope", [None, "", " ", [SCOPE], {}, 5, 'a"b', "a\\b", "a\tb", "é", "x" * 256, " ".join(map(str, range(201)))])
def test_a_missing_empty_or_malformed_scope_is_401_as_the_official_suite_wants(scope: object) -> None:
    assert kind_of(bearer(token(scope=scope))) == "scope"


@pytest.mark.parametrize("sub", ["", " ", "a b", "é", "a\n", "x" * 256, 5, ["uss1"], "\ud800", "uss\u200b1"])
def test_a_sub_that_is_not_visible_ascii_is_refused(sub: object) -> None:
    assert kind_of(bearer(token(sub=sub))) == "claims"


@pytest.mark.parametrize("aud", ["other.example", AUDIENCE.upper(), AUDIENCE + ".", f"https://{AUDIENCE}", "", ["a", "b"], "*"])
def test_a_token_for_another_audience_is_refused(aud: object) -> None:
    assert kind_of(bearer(token(aud=aud))) == "audience"


@pytest.mark.parametrize("aud", [5, {}, [], [AUDIENCE, 5], [[AUDIENCE]], ["x"] * 101])
def test_an_audience_of_the_wrong_form_is_refused(aud: object) -> None:
    assert kind_of(bearer(token(aud=aud))) == "claims"


@pytest.mark.parametrize("iss", [5, ["NoAuth"], {}, True])
def test_an_issuer_that_is_no_string_is_refused(iss: object) -> None:
    assert kind_of(bearer(token(iss=iss))) == "claims"


def test_of_a_token_whose_signature_fails_nothing_of_its_claims_is_told() -> None:
    for claims in ({"exp": 5}, {"aud": "other"}, {"sub": None}, {"scope": ""}):
        assert kind_of(bearer(token(by=key("stranger"), **claims))) == "signature"


def test_a_token_of_an_issuer_that_is_not_trusted_is_refused() -> None:
    validator = a_validator(trusted("iss:https://a", "https://a"))
    for iss in ("https://b", None, "https://a/"):
        assert refusal(lambda iss=iss: validator.check(bearer(token(iss=iss)))).kind == "issuer"  # type: ignore[misc]
    assert validator.check(bearer(token(iss="https://a"))).issuer == "iss:https://a"


def test_a_token_that_names_a_known_issuer_must_be_signed_by_its_keys() -> None:
    other = TrustedIssuer("iss:https://a", "https://a", StaticKeys((public("second"),)))
    validator = a_validator(trusted(), other)
    assert refusal(lambda: validator.check(bearer(token(iss="https://a")))).kind == "signature"
    assert validator.check(bearer(token(by=key("second"), iss="https://a"))).issuer == "iss:https://a"


def test_keys_of_one_issuer_in_several_files_all_count() -> None:
    second = StaticKeys((public("second"),))
    validator = a_validator(trusted("iss:a", "a"), trusted("iss:a", "a", keys=second))
    for by in ("first", "second"):
        assert validator.check(bearer(token(by=key(by), iss="a"))).issuer == "iss:a"


def test_a_kid_chooses_among_keys_that_have_one() -> None:
    keys = StaticKeys((VerifyKey(public().public, public().thumbprint, "one"),))
    validator = a_validator(trusted(keys=keys))
    assert validator.check(bearer(token(header={"kid": "one"}))).sub == "uss1"
    assert validator.check(bearer(token())).sub == "uss1"
    assert refusal(lambda: validator.check(bearer(token(header={"kid": "two"})))).kind == "key"


def test_a_token_is_tried_with_a_bounded_number_of_keys() -> None:
    many = StaticKeys((public("second"),) * 40)
    assert refusal(lambda: a_validator(trusted(keys=many)).check(bearer(token()))).kind == "key"


def test_a_reason_holds_neither_token_nor_line_breaks_of_a_token() -> None:
    text = token(iss="evil\nINFO all is well", by=key("stranger"))
    refused = refusal(lambda: a_validator(trusted("iss:a", "a")).check(bearer(text)))
    assert "\n" not in refused.reason
    assert text not in str(refused) + refused.reason


def test_the_challenge_names_the_error() -> None:
    refused = refusal(lambda: a_validator().check(bearer(token(exp=5))))
    assert refused.challenge == (
        'Bearer realm="sharedsky", error="invalid_token", error_description="The access token has expired."'
    )
    assert 'error="invalid_request"' in refusal(lambda: a_validator().check("Bearer ?")).challenge


@pytest.mark.parametrize("audiences", [[], [""], ["a", ""]])
def test_a_validator_without_an_audience_cannot_be_made(audiences: list[str]) -> None:
    with pytest.raises(TrustError):
        Validator(Issuers([], MemoryStore()), audiences, Clock())


def test_a_caller_needs_all_scopes_of_one_of_the_sets() -> None:
    caller = Caller("i", "s", frozenset({"a", "b"}), AUDIENCE, NOW_S)
    require(caller, frozenset({"c"}), frozenset({"a", "b"}))
    with pytest.raises(Forbidden) as raised:
        require(caller, frozenset({"a", "c"}), frozenset({"d"}))
    assert raised.value.challenge == 'Bearer realm="sharedsky", error="insufficient_scope", scope="a c"'
    with pytest.raises(Forbidden):
        require(caller)


class CountingKeys:
    """A KeySource that counts how often it is asked, and whose generation a test can change."""

    def __init__(self) -> None:
        self.asked = 0
        self.generation = 0

    def candidates(self, kid: str | None) -> tuple[VerifyKey, ...]:
        self.asked += 1
        return (public(),)

    def refresh_if_due(self) -> None:
        self.asked += 100


def test_a_token_is_verified_once_while_it_is_remembered() -> None:
    keys, clock = CountingKeys(), Clock()
    validator = a_validator(trusted(keys=keys), clock=clock)
    header = bearer(token())
    assert validator.remembered(header) is None
    first = validator.check(header)
    assert validator.remembered(header) == first == validator.check(header)
    assert keys.asked == 1
    clock.now_s += CACHE_MAX_AGE_S
    assert validator.remembered(header) is None
    assert validator.check(header) == first
    assert keys.asked == 2


def test_a_remembered_token_ends_with_its_exp() -> None:
    clock = Clock()
    validator = a_validator(clock=clock)
    header = bearer(token(exp=NOW_S + 10))
    validator.check(header)
    clock.now_s += 10
    assert refusal(lambda: validator.check(header)).kind == "expired"


def test_what_was_remembered_is_forgotten_on_demand_and_when_keys_change() -> None:
    keys = CountingKeys()
    validator = a_validator(trusted(keys=keys))
    header = bearer(token())
    validator.check(header)
    validator.forget()
    assert validator.remembered(header) is None
    validator.check(header)
    keys.generation += 1
    assert validator.remembered(header) is None
    validator.check(header)
    assert keys.asked == 3


def test_a_check_under_way_while_all_is_forgotten_is_not_remembered() -> None:
    keys = CountingKeys()
    validator = a_validator(trusted(keys=keys, admit=lambda claims: (validator.forget(), claims.scopes)[1]))
    header = bearer(token())
    validator.check(header)
    assert validator.remembered(header) is None


def test_refused_tokens_are_never_remembered() -> None:
    validator = a_validator()
    for header in (bearer(token(by=key("stranger"))), bearer(token(aud="other")), "Bearer x", "", None, "Basic x"):
        refusal(lambda header=header: validator.check(header))  # type: ignore[misc]
        assert validator.remembered(header) is None


def test_the_cache_is_bounded_and_drops_the_oldest_first() -> None:
    validator = Validator(Issuers([trusted()], MemoryStore()), [AUDIENCE], Clock(), cache_tokens=3)
    headers = [bearer(token(jti=str(n))) for n in range(5)]
    for header in headers:
        validator.check(header)
    assert [validator.remembered(header) is not None for header in headers] == [False, False, True, True, True]


def test_a_text_that_no_header_can_hold_is_not_remembered_and_raises_nothing_else() -> None:
    assert a_validator().remembered("Bearer \ud800") is None
    assert kind_of("Bearer \ud800") == "malformed"


def test_keys_are_refreshed_for_every_issuer() -> None:
    keys = CountingKeys()
    a_validator(trusted(keys=keys), trusted("iss:a", "a", keys=keys)).refresh_if_due()
    assert keys.asked == 200


def test_many_threads_get_the_same_answers() -> None:
    validator = a_validator()
    good, bad = bearer(token()), bearer(token(by=key("stranger")))
    wrong: list[object] = []

    def work() -> None:
        for _ in range(50):
            if validator.check(good).sub != "uss1":
                wrong.append("good")
            refusal(lambda: validator.check(bad))
            validator.forget()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
