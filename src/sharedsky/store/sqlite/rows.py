"""Changes as rows, and the statements that write many rows at once.

A batch of decisions is one transaction, so only the last row of each key is written, and rows of one table go together:
each statement gives way to other threads, so few are better than many. Called by store.py (rows) and writer.py
(statements).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sharedsky.exchange.changes import Change, Drop, Notified, Put
from sharedsky.exchange.model import Constraint, Entity, Intent, Kind, Report, Subscription, UssStatus
from sharedsky.exchange.protocol import StoredReply
from sharedsky.store.sqlite.codec import Ident, blob_of, checked, ident_of
from sharedsky.store.sqlite.errors import Unstorable

Value = bytes | str | int | None
Row = tuple[Value, ...]
Key = Ident | int
#: A table, a key in it, and the key's row, None where it is gone.
Written = tuple[str, Key, Row | None]

#: The columns of each table, its key first. The order of tables is that in which they are written.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "subscription": (
        "id", "manager", "version", "uss_base_url", "start_ns", "end_ns", "for_intents", "for_constraints",
        "implicit", "cover",
    ),
    "notified": ("id", "notification_index"),
    "intent": (
        "id", "manager", "state", "version", "ovn", "uss_base_url", "start_ns", "end_ns", "subscription_id", "cover",
    ),
    "constraint_reference": ("id", "manager", "version", "ovn", "uss_base_url", "start_ns", "end_ns", "cover"),
    "uss_status": ("uss", "availability", "version"),
    "report": ("id", "reporter", "body"),
    "ledger_channel": ("number", "issuer", "sub", "tag"),
    "ledger_entry": ("number", "channel", "counter", "value", "time_ns", "id", "version", "content"),
    "ledger_secret": ("number", "secret"),
    "ledger_tile": ("place", "hashes"),
    "ledger_node": ("hash", "data"),
    "ledger_checkpoint": (
        "number", "first", "size", "root", "last_entry", "time_ns", "heads_root", "heads_blind", "rung_place",
        "rung_until_ns",
    ),
}  # fmt: skip
TABLES: Final[Mapping[Kind, str]] = {
    "intent": "intent", "constraint": "constraint_reference", "subscription": "subscription"
}  # fmt: skip
#: Rows that one statement writes.
_AT_ONCE: Final = (64, 16, 4, 1)
_INT64: Final = range(-(2**63), 2**63)


def written(changes: Iterable[Change]) -> list[Written]:
    """The rows of changes, but for notification indices that go up, which depend on the state (indices).

    Raises:
        Unstorable: a value does not fit the file.
    """
    rows: list[Written] = []
    for change in changes:
        match change:
            case Put(value):
                rows += _rows(value)
            case Drop("subscription", ident):
                rows += [("subscription", ident_of(ident), None), ("notified", ident_of(ident), None)]
            case Drop(kind, ident):
                rows.append((TABLES[kind], ident_of(ident), None))
            case Notified():
                pass
    return rows


def indices(changes: Iterable[Change], subscriptions: Mapping[str, Subscription]) -> list[Written]:
    """The rows of the notification indices that changes raised, from the subscriptions as they are after them."""
    raised = [ident for change in changes if isinstance(change, Notified) for ident in change.ids]
    known = [subscriptions[ident] for ident in raised if ident in subscriptions]
    return [_index(subscription) for subscription in known]


@dataclass(slots=True)
class Batch:
    """What one transaction writes."""

    tables: dict[str, dict[Key, Row | None]] = field(default_factory=dict)
    replies: list[StoredReply] = field(default_factory=list)

    def add(self, rows: Iterable[Written], reply: StoredReply | None) -> None:
        """Rows that come after those that were added before."""
        for table, key, row in rows:
            self.tables.setdefault(table, {})[key] = row
        if reply is not None:
            self.replies.append(reply)


def write(connection: sqlite3.Connection, batch: Batch) -> None:
    """Write a batch in the transaction that is open."""
    for table, columns in COLUMNS.items():
        keyed = batch.tables.get(table)
        if keyed:
            _upsert(connection, table, columns, [row for row in keyed.values() if row is not None])
            _delete(connection, table, columns[0], [key for key, row in keyed.items() if row is None])
    replies: list[Row] = [(reply.key, reply.status, reply.body, reply.at_ns) for reply in batch.replies]
    for chunk in _chunks(replies):
        marks = ", ".join(["(?, ?, ?, ?)"] * len(chunk))
        _execute(connection, f"INSERT INTO reply (key, status, body, at_ns) VALUES {marks}", chunk)


def _upsert(connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    names = ", ".join(columns)
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    marks = f"({', '.join('?' * len(columns))})"
    for chunk in _chunks(rows):
        values = ", ".join([marks] * len(chunk))
        sql = f"INSERT INTO {table} ({names}) VALUES {values} ON CONFLICT ({columns[0]}) DO UPDATE SET {updates}"
        _execute(connection, sql, chunk)


def _delete(connection: sqlite3.Connection, table: str, key: str, keys: Sequence[Key]) -> None:
    rows: list[Row] = [(ident,) for ident in keys]
    for chunk in _chunks(rows):
        _execute(connection, f"DELETE FROM {table} WHERE {key} IN ({', '.join('?' * len(chunk))})", chunk)


def _execute(connection: sqlite3.Connection, sql: str, rows: Sequence[Row]) -> None:
    connection.execute(sql, [value for row in rows for value in row])


def _chunks(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    """Rows in chunks of few sizes, so that few statements are prepared."""
    at = 0
    while at < len(rows):
        size = next(size for size in _AT_ONCE if size <= len(rows) - at)
        yield rows[at : at + size]
        at += size


def _rows(value: Entity) -> list[Written]:
    match value:
        case Intent():
            return [_row("intent", value.id, (
                checked(value.manager), str(value.state), _whole(value.version), checked(value.ovn),
                checked(value.uss_base_url), _whole(value.start_ns), _whole(value.end_ns),
                None if value.subscription_id is None else ident_of(value.subscription_id), blob_of(value.cover),
            ))]  # fmt: skip
        case Constraint():
            return [_row("constraint_reference", value.id, (
                checked(value.manager), _whole(value.version), checked(value.ovn), checked(value.uss_base_url),
                _whole(value.start_ns), _whole(value.end_ns), blob_of(value.cover),
            ))]  # fmt: skip
        case Subscription():
            return [_row("subscription", value.id, (
                checked(value.manager), checked(value.version), checked(value.uss_base_url), _whole(value.start_ns),
                _whole(value.end_ns), int(value.for_intents), int(value.for_constraints), int(value.implicit),
                blob_of(value.cover),
            )), _index(value)]  # fmt: skip
        case UssStatus():
            uss = checked(value.uss)
            return [("uss_status", uss, (uss, str(value.availability), checked(value.version)))]
        case Report():
            return [_row("report", value.id, (checked(value.reporter), value.body))]


def _row(table: str, ident: str, rest: Row) -> Written:
    key = ident_of(ident)
    return table, key, (key, *rest)


def _index(subscription: Subscription) -> Written:
    key = ident_of(subscription.id)
    return "notified", key, (key, _whole(subscription.index))


def _whole(number: int) -> int:
    if number not in _INT64:
        raise Unstorable("a number does not fit 64 bits.", "Give times and versions in range.")
    return number
