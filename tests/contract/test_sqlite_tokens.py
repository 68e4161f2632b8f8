"""Clients and bindings in the exchange's file do what every TokenStore must do, and outlive the process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from sharedsky.store.sqlite.store import SqliteStore
from sharedsky.store.sqlite.tokens import SqliteTokenStore
from token_samples import CountingRandom
from token_store_contract import TokenStoreContract, client_named


class TestSqliteTokenStore(TokenStoreContract):
    """The contract, over a file."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteTokenStore]:
        made = SqliteTokenStore(tmp_path / "pool.db")
        yield made
        made.close()


def test_what_was_kept_is_there_after_a_restart_and_beside_the_exchange(tmp_path: Path) -> None:
    path = tmp_path / "pool.db"
    exchange = SqliteStore.open(path, 1_772_359_200_000_000_000)
    first, client = SqliteTokenStore(path), client_named("uss1", CountingRandom())
    assert first.add_client(client)
    assert first.bind("uss2", "key:x") == "key:x"
    second = SqliteTokenStore(path)  # as another process has it
    assert second.client("uss1") == client
    assert second.bound_issuer("uss2") == "key:x"
    first.close()
    second.close()
    asyncio.run(exchange.close())
