"""The store in memory does what every TokenStore must."""

from __future__ import annotations

import pytest

from sharedsky.tokens.store import MemoryStore
from token_store_contract import TokenStoreContract


class TestMemoryStore(TokenStoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()
