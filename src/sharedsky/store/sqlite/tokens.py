"""Clients and bindings of subs in the exchange's file: a tokens.store.TokenStore.

It has a connection of its own, so that `sharedsky client` works beside a running server: both write in short
transactions, and wait for each other. Called by server/run.py and by the command line.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sharedsky.store.sqlite import audit
from sharedsky.store.sqlite.connections import connect_writer, refusal
from sharedsky.store.sqlite.migrate import migrate
from sharedsky.tokens.clients import Client, StoredSecret


class SqliteTokenStore:
    """A TokenStore in a file, which is made where it is missing; actor: whom the audit log names for its changes.

    Raises:
        DatabaseRefused: the file cannot be used.
    """

    def __init__(self, path: Path, actor: str = audit.SERVER) -> None:
        self._path = path
        self._actor = actor
        self._lock = threading.Lock()  # one statement at a time on the one connection
        try:
            self._connection = connect_writer(path)
            migrate(self._connection, path)
        except (sqlite3.Error, OSError) as error:
            raise refusal(path, error) from None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def bound_issuer(self, sub: str) -> str | None:
        """See BindingStore."""
        with self._using() as connection:
            return _first(connection.execute("SELECT issuer FROM token_binding WHERE sub = ?", (sub,)))

    def bind(self, sub: str, issuer: str) -> str:
        """See BindingStore."""
        with self._using() as connection:
            connection.execute("INSERT INTO token_binding VALUES (?, ?) ON CONFLICT DO NOTHING", (sub, issuer))
            return _first(connection.execute("SELECT issuer FROM token_binding WHERE sub = ?", (sub,))) or issuer

    def release(self, sub: str) -> str | None:
        """See BindingStore."""
        with self._changing() as connection:
            issuer = _first(connection.execute("DELETE FROM token_binding WHERE sub = ? RETURNING issuer", (sub,)))
            if issuer is not None:
                self._note(connection, "sub-released", f"{sub} from {issuer}")
            return issuer

    def client(self, name: str) -> Client | None:
        """See ClientStore."""
        with self._using() as connection:
            value = _first(connection.execute("SELECT value FROM token_client WHERE name = ?", (name,)))
        return None if value is None else _client(value)

    def clients(self) -> Sequence[Client]:
        """See ClientStore."""
        with self._using() as connection:
            rows = connection.execute("SELECT value FROM token_client ORDER BY name").fetchall()
        return [_client(value) for (value,) in rows]

    def add_client(self, client: Client) -> bool:
        """See ClientStore."""
        row = (client.name, client.id, _text(client))
        with self._changing() as connection:
            done = connection.execute("INSERT INTO token_client VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)
            if done.rowcount == 1:
                self._note(connection, "client-added", _granted(client))
            return done.rowcount == 1

    def replace_client(self, old: Client, new: Client) -> bool:
        """See ClientStore."""
        if old.name != new.name:
            return False
        row = (_text(new), old.name, _text(old))
        with self._changing() as connection:
            done = connection.execute("UPDATE token_client SET value = ? WHERE name = ? AND value = ?", row)
            if done.rowcount == 1:
                for act, thing in _acts(old, new):
                    self._note(connection, act, thing)
            return done.rowcount == 1

    def _note(self, connection: sqlite3.Connection, act: audit.Act, thing: str) -> None:
        audit.write(connection, audit.now_ns(), self._actor, act, thing)

    @contextmanager
    def _changing(self) -> Generator[sqlite3.Connection]:
        """The connection, alone, in a transaction: the change and what the audit log says of it, or neither."""
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _using(self) -> Generator[sqlite3.Connection]:
        """The connection, alone; what is written is durable when this ends."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise refusal(self._path, error) from None


def _first(cursor: sqlite3.Cursor) -> str | None:
    rows = cursor.fetchall()  # to its end, so that a statement that writes is complete
    return None if not rows else str(rows[0][0])


def _acts(old: Client, new: Client) -> list[tuple[audit.Act, str]]:
    """What a change of a client was; a secret is named by its id alone."""
    acts: list[tuple[audit.Act, str]] = []
    fresh = [secret.id for secret in new.secrets if secret.hash not in {known.hash for known in old.secrets}]
    if old.revoked_s is None and new.revoked_s is not None:
        acts.append(("client-revoked", new.name))
    elif old.revoked_s is not None and new.revoked_s is None:
        acts.append(("client-reinstated", f"{new.name}, secret {' '.join(fresh)}"))
    elif fresh:
        acts.append(("client-rotated", f"{new.name}, secret {' '.join(fresh)}"))
    if (old.scopes, old.audiences) != (new.scopes, new.audiences):
        acts.append(("client-rescoped", _granted(new)))
    return acts


def _granted(client: Client) -> str:
    audiences = f", audiences {' '.join(sorted(client.audiences))}" if client.audiences else ""
    return f"{client.name}, scopes {' '.join(sorted(client.scopes))}{audiences}"


def _text(client: Client) -> str:
    """A client as canonical JSON: equal clients are equal texts."""
    value = {
        "id": client.id,
        "name": client.name,
        "scopes": sorted(client.scopes),
        "audiences": sorted(client.audiences),
        "secrets": [[s.id, s.hash, s.created_s, s.expires_s] for s in client.secrets],
        "created_s": client.created_s,
        "tokens_from_s": client.tokens_from_s,
        "revoked_s": client.revoked_s,
    }
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _client(text: str) -> Client:
    value: dict[str, Any] = json.loads(text)
    return Client(
        id=value["id"],
        name=value["name"],
        scopes=frozenset(value["scopes"]),
        audiences=frozenset(value["audiences"]),
        secrets=tuple(StoredSecret(*secret) for secret in value["secrets"]),
        created_s=value["created_s"],
        tokens_from_s=value["tokens_from_s"],
        revoked_s=value["revoked_s"],
    )
