"""What every TokenStore must do (sharedsky.tokens.store): subclass `TokenStoreContract` with a fixture `store`.

The store in memory runs it in tests/unit/tokens/test_store.py; so does each store that keeps things.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from sharedsky.tokens.clients import Client, StoredSecret, new_client, rescoped
from sharedsky.tokens.store import TokenStore
from token_samples import NOW_S, SCOPE, CountingRandom

NOW = int(NOW_S)


def client_named(name: str, random: CountingRandom) -> Client:
    return new_client(name, [SCOPE], [], NOW, random)[0]


class TokenStoreContract:
    """The tests; `store` is an empty TokenStore."""

    @pytest.fixture
    def random(self) -> CountingRandom:
        return CountingRandom()

    def test_a_client_comes_back_as_it_was(self, store: TokenStore, random: CountingRandom) -> None:
        plain = client_named("plain", random)
        full = replace(
            client_named("full.name_-1", random),
            scopes=frozenset({"a", "b!#$%&'()*+,-./:;<=>?@[]^_`{|}~"}),
            audiences=frozenset({"uss2.example", "https://uss3.example/x"}),
            secrets=(StoredSecret("00000001", "hash 1", NOW), StoredSecret("00000002", "hash 2", NOW - 5, NOW + 5)),
            tokens_from_s=NOW + 1,
            revoked_s=NOW + 2,
        )
        bare = replace(client_named("bare", random), secrets=())
        for client in (plain, full, bare):
            assert store.add_client(client)
        assert [store.client(one.name) for one in (plain, full, bare)] == [plain, full, bare]
        assert list(store.clients()) == [bare, full, plain]

    def test_a_client_that_is_not_there_is_none(self, store: TokenStore, random: CountingRandom) -> None:
        store.add_client(client_named("uss1", random))
        assert [store.client(name) for name in ("", "USS1", "uss1 ", "uss", "uss%", "'")] == [None] * 6

    def test_one_client_of_a_name_and_of_an_id_is_kept(self, store: TokenStore, random: CountingRandom) -> None:
        client = client_named("uss1", random)
        assert store.add_client(client)
        for other in (client, replace(client, name="other"), replace(client, id="0" * 16)):
            assert not store.add_client(other)
        assert list(store.clients()) == [client]

    def test_only_what_is_there_is_replaced(self, store: TokenStore, random: CountingRandom) -> None:
        client = client_named("uss1", random)
        changed = rescoped(client, ["a"], ["b"])
        assert not store.replace_client(client, changed)
        store.add_client(client)
        assert store.replace_client(client, changed)
        assert not store.replace_client(client, changed)
        assert not store.replace_client(changed, replace(changed, name="other"))
        assert list(store.clients()) == [changed]

    def test_of_many_changes_at_once_exactly_one_counts(self, store: TokenStore, random: CountingRandom) -> None:
        client = client_named("uss1", random)
        store.add_client(client)
        changed = [rescoped(client, [f"scope{n}"], []) for n in range(8)]
        done = at_once(lambda n: store.replace_client(client, changed[n]))
        assert sum(done) == 1
        assert store.client("uss1") == changed[done.index(True)]

    def test_of_many_clients_of_a_name_added_at_once_exactly_one_counts(
        self, store: TokenStore, random: CountingRandom
    ) -> None:
        clients = [client_named("uss1", random) for _ in range(8)]
        done = at_once(lambda n: store.add_client(clients[n]))
        assert sum(done) == 1
        assert store.client("uss1") == clients[done.index(True)]

    def test_a_sub_is_bound_once(self, store: TokenStore) -> None:
        assert store.bound_issuer("uss1") is None
        assert [store.bind("uss1", "iss:a"), store.bind("uss1", "iss:b"), store.bind("USS1", "iss:b")] == ["iss:a", "iss:a", "iss:b"]
        assert [store.bound_issuer(sub) for sub in ("uss1", "USS1", "uss", "uss%")] == ["iss:a", "iss:b", None, None]

    def test_of_many_issuers_that_bind_a_sub_at_once_one_has_it(self, store: TokenStore) -> None:
        found = at_once(lambda n: store.bind("uss1", f"iss:{n}"))
        assert set(found) == {store.bound_issuer("uss1")}

    def test_a_released_sub_can_be_bound_again(self, store: TokenStore) -> None:
        store.bind("uss1", "iss:a")
        store.bind("uss2", "iss:a")
        assert [store.release("uss1"), store.release("uss1"), store.release("uss3")] == ["iss:a", None, None]
        assert (store.bind("uss1", "iss:b"), store.bound_issuer("uss2")) == ("iss:b", "iss:a")


def at_once(call: Any) -> list[Any]:
    """What eight threads get that call at the same time, in their order."""
    start = threading.Barrier(8)
    found: list[Any] = [None] * 8

    def work(n: int) -> None:
        start.wait()
        found[n] = call(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
