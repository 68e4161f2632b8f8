"""An independent reader of the file, which checks every invariant that the server relies on.

It has SQL and decoding of its own on purpose (fsck_rows.py): a mistake in the code that writes or loads must not hide
itself. It reads one snapshot, beside a running server too, and changes nothing. Called by the command `sharedsky fsck`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sharedsky.store.sqlite.connections import reading
from sharedsky.store.sqlite.fsck_ledger import check_ledger
from sharedsky.store.sqlite.fsck_rows import Box, boxes_of, covers, ident_fault, name_of
from sharedsky.store.sqlite.migrate import check_known, scripts

#: The schema version with which the ledger came.
_LEDGER_SINCE: Final = 4
#: Findings that are told one by one; the rest are counted.
SHOWN: Final = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: in which table, with which id (empty where it concerns no row), and what."""

    table: str
    ident: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.ident}: {self.what}" if self.ident else f"{self.table}: {self.what}"


@dataclass(slots=True)
class Checked:
    """What a check found: what is wrong (the first SHOWN), how much is, what is only worth knowing, rows by table."""

    version: int = 0
    batch: int = 0
    wrong: list[Finding] = field(default_factory=list)
    count: int = 0
    notes: list[Finding] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, ident: object, what: str) -> None:
        """Something wrong."""
        self.count += 1
        if len(self.wrong) < SHOWN:
            self.wrong.append(Finding(table, "" if ident is None else name_of(ident), what))


def fsck(path: Path, now_ns: int) -> Checked:
    """Check a database.

    Args:
        now_ns: the time [ns of UTC]: what has not ended must keep more rules than what has.
    Raises:
        DatabaseRefused: it cannot be read at all, is no database of ours, or of a later schema.
    """
    found = Checked()
    with reading(path) as connection:
        found.version = check_known(connection, path, max(scripts()))
        connection.execute("BEGIN")
        for check in (_pages, _state, _statuses, _replies):
            _guarded(check, connection, found)
        for table in _PLACED:
            _guarded(_placed(table), connection, found)
        for late in (_indices, _dependence(now_ns), _same_ids, _reports, _ledger):
            _guarded(late, connection, found)
    return found


Check = Callable[[sqlite3.Connection, Checked], None]
#: Tables of what has an id, an area and an end; whether its version is a number.
_PLACED: Final = {"intent": True, "constraint_reference": True, "subscription": False}


def _guarded(check: Check, connection: sqlite3.Connection, found: Checked) -> None:
    """Run a check; one that a damaged page stops is a finding, and the others go on."""
    try:
        check(connection, found)
    except sqlite3.DatabaseError as error:
        found.add("file", None, f"cannot be read to its end ({error})")


def _pages(connection: sqlite3.Connection, found: Checked) -> None:
    for (what,) in connection.execute("PRAGMA integrity_check(100)"):
        if what != "ok":
            found.add("file", None, str(what))
    for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        found.add(str(table), None, f"row {rowid} refers to a {parent} that is not there")


def _state(connection: sqlite3.Connection, found: Checked) -> None:
    rows = connection.execute("SELECT batch, retention_ns FROM state").fetchall()
    if len(rows) != 1:
        found.add("state", None, f"has {len(rows)} rows instead of one")
        return
    found.batch = int(rows[0][0])


def _placed(table: str) -> Check:
    def check(connection: sqlite3.Connection, found: Checked) -> None:
        purged = connection.execute("SELECT max(purged_ns) FROM state").fetchone()[0]
        sql = f"SELECT id, version, start_ns, end_ns, cover FROM {table} NOT INDEXED"
        count = 0
        for ident, version, start, end, cover in connection.execute(sql):
            count += 1
            faults = [ident_fault(ident), _times_fault(start, end, cover)]
            if _PLACED[table] and version < 1:
                faults.append(f"its version is {version}, below 1")
            if purged is not None and end < purged:
                faults.append("it is past its retention")
            for fault in filter(None, faults):
                found.add(table, ident, fault)
        found.rows[table] = count

    return check


def _times_fault(start: int, end: int, cover: bytes) -> str | None:
    try:
        boxes = boxes_of(cover)
    except ValueError as error:
        return f"its cover is malformed: {error}"
    if start > end:
        return "it starts after it ends"
    if min(box.start for box in boxes) != start or max(box.end for box in boxes) != end:
        return "its cover does not span its start and end"
    return None


def _indices(connection: sqlite3.Connection, found: Checked) -> None:
    sql = "SELECT s.id, n.notification_index FROM subscription AS s LEFT JOIN notified AS n ON n.id = s.id"
    for ident, index in connection.execute(sql):
        if index is None:
            found.add("subscription", ident, "it has no notification index")
        elif index < 0:
            found.add("subscription", ident, f"its notification index is {index}, below 0")


def _dependence(now_ns: int) -> Check:
    """What has not ended: intents and the subscriptions that they depend on."""

    def check(connection: sqlite3.Connection, found: Checked) -> None:
        for intent, known, subscription in _pairs(connection, now_ns):
            if subscription is None:
                found.add("intent", intent, f"its subscription {name_of(known)} is not there")
            elif not _covered(connection, intent, subscription, now_ns):
                found.add("intent", intent, f"its subscription {name_of(subscription)} does not cover it")
        sql = (
            "SELECT id FROM subscription AS s WHERE implicit AND end_ns >= ? AND NOT EXISTS"
            " (SELECT 1 FROM intent AS i WHERE i.subscription_id = s.id)"
        )
        for (ident,) in connection.execute(sql, (now_ns,)):
            found.add("subscription", ident, "it is implicit, and no intent depends on it")

    return check


def _pairs(connection: sqlite3.Connection, now_ns: int) -> Iterator[tuple[object, object, object]]:
    sql = (
        "SELECT i.id, i.subscription_id, s.id FROM intent AS i LEFT JOIN subscription AS s ON s.id = i.subscription_id"
        " WHERE i.subscription_id IS NOT NULL AND i.end_ns >= ?"
    )
    yield from connection.execute(sql, (now_ns,))


def _covered(connection: sqlite3.Connection, intent: object, subscription: object, now_ns: int) -> bool:
    """Whether a subscription covers an intent from now on; what is malformed is told elsewhere."""
    sql = "SELECT (SELECT cover FROM intent WHERE id = ?), (SELECT cover FROM subscription WHERE id = ?)"
    try:
        inner, outer = (boxes_of(blob) for blob in connection.execute(sql, (intent, subscription)).fetchone())
    except ValueError:
        return True
    return covers(outer, [_ahead(box, now_ns) for box in inner])


def _ahead(box: Box, now_ns: int) -> Box:
    return box._replace(start=max(box.start, min(now_ns, box.end)))


def _same_ids(connection: sqlite3.Connection, found: Checked) -> None:
    """One id in two tables is allowed, since USSs choose them; it is told, since people may be misled."""
    sql = (
        "SELECT id, count(*) FROM (SELECT id FROM intent UNION ALL SELECT id FROM constraint_reference"
        " UNION ALL SELECT id FROM subscription) GROUP BY id HAVING count(*) > 1"
    )
    for ident, count in connection.execute(sql):
        if len(found.notes) < SHOWN:
            found.notes.append(Finding("ids", name_of(ident), f"{count} entities of different kinds have it"))


def _statuses(connection: sqlite3.Connection, found: Checked) -> None:
    for uss, availability in connection.execute("SELECT uss, availability FROM uss_status"):
        if availability not in ("Unknown", "Normal", "Down"):
            found.add("uss_status", uss, f"its availability is {availability!r}")


def _replies(connection: sqlite3.Connection, found: Checked) -> None:
    for number, length in connection.execute("SELECT number, length(key) FROM reply WHERE length(key) <> 32"):
        found.add("reply", str(number), f"its key has {length} bytes instead of 32")


def _ledger(connection: sqlite3.Connection, found: Checked) -> None:
    if found.version >= _LEDGER_SINCE:
        found.rows |= check_ledger(connection, found.add)


def _reports(connection: sqlite3.Connection, found: Checked) -> None:
    found.rows["report"] = 0
    for (ident,) in connection.execute("SELECT id FROM report"):
        found.rows["report"] += 1
        fault = ident_fault(ident)
        if fault is not None:
            found.add("report", ident, fault)
