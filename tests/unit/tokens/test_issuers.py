"""One sub belongs to one issuer: the first that asserts it, within what each may assert."""

from __future__ import annotations

import pytest

from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.issuers import MAX_TRIES, Issuers
from sharedsky.tokens.store import BUILT_IN, MemoryStore
from token_samples import Clock, a_validator, bearer, refusal, token, trusted


def two(store: MemoryStore, subs_a: tuple[str, ...] = (), subs_b: tuple[str, ...] = ()) -> object:
    a, b = trusted("iss:a", "a", subs=subs_a), trusted("iss:b", "b", subs=subs_b)
    return a_validator(a, b, store=store, clock=Clock())


def ask(validator: object, iss: str, sub: str) -> str:
    return validator.check(bearer(token(iss=iss, sub=sub))).issuer  # type: ignore[attr-defined, no-any-return]


def test_the_first_issuer_that_asserts_a_sub_keeps_it() -> None:
    store = MemoryStore()
    validator = two(store)
    assert ask(validator, "a", "uss1") == "iss:a"
    refused = refusal(lambda: ask(validator, "b", "uss1"))
    assert refused.kind == "subject"
    assert "iss:a" in refused.reason
    assert "iss:a" not in str(refused)
    assert ask(validator, "b", "uss2") == "iss:b"
    assert (store.bound_issuer("uss1"), store.bound_issuer("uss2")) == ("iss:a", "iss:b")


def test_a_binding_outlives_the_server() -> None:
    store = MemoryStore()
    ask(two(store), "a", "uss1")
    assert refusal(lambda: ask(two(store), "b", "uss1")).kind == "subject"


def test_a_released_sub_goes_to_the_next_that_asserts_it() -> None:
    store = MemoryStore()
    ask(two(store), "a", "uss1")
    assert store.release("uss1") == "iss:a"
    assert ask(two(store), "b", "uss1") == "iss:b"


def test_an_issuer_asserts_only_the_subs_that_its_globs_name() -> None:
    validator = two(MemoryStore(), subs_a=("uss1", "north-*"))
    assert ask(validator, "a", "uss1") == "iss:a"
    assert ask(validator, "a", "north-7") == "iss:a"
    for sub in ("uss2", "NORTH-7", "xnorth-7"):
        assert refusal(lambda sub=sub: ask(validator, "a", sub)).kind == "subject"  # type: ignore[misc]


def test_a_sub_that_a_glob_keeps_for_one_issuer_cannot_be_taken_first_by_another() -> None:
    store = MemoryStore()
    validator = two(store, subs_a=("uss*",))
    assert refusal(lambda: ask(validator, "b", "uss1")).kind == "subject"
    assert store.bound_issuer("uss1") is None
    assert ask(validator, "a", "uss1") == "iss:a"
    assert ask(validator, "b", "other") == "iss:b"


def test_where_two_globs_name_a_sub_the_first_assertion_decides() -> None:
    validator = two(MemoryStore(), subs_a=("uss*",), subs_b=("*1",))
    assert ask(validator, "b", "uss1") == "iss:b"
    assert refusal(lambda: ask(validator, "a", "uss1")).kind == "subject"


def test_a_binding_does_not_outlive_the_right_to_assert_the_sub() -> None:
    store = MemoryStore()
    ask(two(store), "a", "uss1")
    assert refusal(lambda: ask(two(store, subs_a=("other",)), "a", "uss1")).kind == "subject"


def test_of_two_that_assert_a_sub_at_once_one_is_refused() -> None:
    class Racing(MemoryStore):
        def bound_issuer(self, sub: str) -> str | None:
            found = super().bound_issuer(sub)
            super().bind(sub, "iss:elsewhere")
            return found

    assert refusal(lambda: ask(two(Racing()), "a", "uss1")).kind == "subject"


def test_a_refused_token_binds_nothing() -> None:
    store = MemoryStore()
    validator = a_validator(store=store)
    for wrong in ({"exp": 5}, {"aud": "other"}, {"scope": ""}):
        refusal(lambda wrong=wrong: validator.check(bearer(token(**wrong))))  # type: ignore[misc]
    assert store.bound_issuer("uss1") is None


def test_an_external_issuer_cannot_have_the_exchanges_own_iss() -> None:
    with pytest.raises(TrustError, match="own"):
        Issuers([trusted(BUILT_IN, "https://sky"), trusted("iss:https://sky", "https://sky")], MemoryStore())


def test_more_keys_than_a_token_is_tried_with_are_refused_at_the_start() -> None:
    with pytest.raises(TrustError, match="more than"):
        Issuers([trusted(f"key:{n}") for n in range(MAX_TRIES + 1)], MemoryStore())
