"""The exchange's store in one SQLite file: exchange.protocol.Store, durable before it answers (docs/store.md)."""

from sharedsky.store.sqlite.errors import DatabaseInUse, DatabaseRefused, Unstorable
from sharedsky.store.sqlite.store import RETENTION_NS, SqliteStore

__all__ = ["RETENTION_NS", "DatabaseInUse", "DatabaseRefused", "SqliteStore", "Unstorable"]
