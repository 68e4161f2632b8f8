"""What is current, from the file into a picture, at start; and the check of the whole file that goes on meanwhile.

Rows that ended so long ago that nothing asks for them are the past, and stay in the file alone. A row that cannot be
read is a damaged file: a server that starts without it would tell others that nothing is there. Called by store.py.
"""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sharedsky.exchange.model import Availability, Constraint, Intent, State, Subscription, UssStatus
from sharedsky.exchange.picture import KEPT_AFTER_END_NS, Picture
from sharedsky.exchange.protocol import REPLY_KEPT_NS, StoredReply
from sharedsky.store.replies import Replies
from sharedsky.store.sqlite.codec import cover_of, text_of
from sharedsky.store.sqlite.connections import connect_reader
from sharedsky.store.sqlite.errors import damaged

_STATES: Final = {str(state): state for state in State}
_AVAILABILITIES: Final = {str(availability): availability for availability in Availability}


def load_picture(connection: sqlite3.Connection, path: Path, now_ns: int) -> Picture:
    """The picture as of an instant.

    Raises:
        DatabaseRefused: a row is not as it was written. sqlite3.Error: the file cannot be read.
    """
    picture = Picture(now_ns)
    picture.advance(now_ns)
    with _collector_paused():
        for values in (_statuses(connection), _subscriptions(connection, now_ns)):
            picture.load(_read(path, values))
        picture.load(_read(path, _constraints(connection, now_ns - KEPT_AFTER_END_NS)))
        picture.load(_read(path, _intents(connection, now_ns - KEPT_AFTER_END_NS)))
    return picture


def load_replies(connection: sqlite3.Connection, now_ns: int) -> Replies:
    """The replies that may still be asked for again."""
    replies = Replies()
    sql = "SELECT key, status, body, at_ns FROM reply WHERE at_ns >= ? ORDER BY number"
    for row in connection.execute(sql, (now_ns - REPLY_KEPT_NS,)):
        replies.keep(StoredReply(*row))
    return replies


class FileCheck:
    """SQLite's own check of all pages, on a thread and a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: str | None = None
        self._error: sqlite3.Error | None = None
        self._connection = connect_reader(path)
        self._thread = threading.Thread(target=self._run, name="sharedsky-store-check", daemon=True)
        self._thread.start()

    def finish(self, *, at_once: bool = False) -> None:
        """Wait for it, or end it at once where its result no longer counts.

        Raises:
            DatabaseRefused: the file is damaged. sqlite3.Error: it cannot be read.
        """
        if at_once:
            self._connection.interrupt()
        self._thread.join()
        self._connection.close()
        if at_once:
            return
        if self._error is not None:
            raise self._error
        if self._found != "ok":
            raise damaged(self._path, self._found)

    def _run(self) -> None:
        try:
            self._found = str(self._connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.Error as error:
            self._error = error


@contextmanager
def _collector_paused() -> Generator[None]:
    """No search for garbage while millions of values are made, none of which is any."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


Value = Intent | Constraint | Subscription | UssStatus


def _read(path: Path, values: Iterable[Value]) -> Iterable[Value]:
    """The same values; what is wrong with a row becomes a refusal of the file."""
    try:
        yield from values
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, f"a row cannot be read ({error})") from None


def _intents(connection: sqlite3.Connection, ended_ns: int) -> Iterable[Intent]:
    texts: dict[str, str] = {}
    sql = (
        "SELECT id, manager, state, version, ovn, uss_base_url, start_ns, end_ns, subscription_id, cover"
        " FROM intent NOT INDEXED WHERE end_ns >= ?"
    )
    for ident, manager, state, version, ovn, url, start_ns, end_ns, subscription, blob in connection.execute(
        sql, (ended_ns,)
    ):
        cover = cover_of(blob)
        if len(cover) == 1:  # the same numbers, once in memory
            start_ns, end_ns = cover[0].start_ns, cover[0].end_ns
        subscription = None if subscription is None else text_of(subscription)
        yield Intent(
            text_of(ident), texts.setdefault(manager, manager), _STATES[state], version, ovn,
            texts.setdefault(url, url), start_ns, end_ns, subscription, cover,
        )  # fmt: skip


def _constraints(connection: sqlite3.Connection, ended_ns: int) -> Iterable[Constraint]:
    sql = (
        "SELECT id, manager, version, ovn, uss_base_url, start_ns, end_ns, cover"
        " FROM constraint_reference NOT INDEXED WHERE end_ns >= ?"
    )
    for ident, manager, version, ovn, url, start_ns, end_ns, blob in connection.execute(sql, (ended_ns,)):
        yield Constraint(text_of(ident), manager, version, ovn, url, start_ns, end_ns, cover_of(blob))


def _subscriptions(connection: sqlite3.Connection, ended_ns: int) -> Iterable[Subscription]:
    texts: dict[str, str] = {}
    sql = (
        "SELECT s.id, manager, version, uss_base_url, start_ns, end_ns, for_intents, for_constraints, implicit,"
        " notification_index, cover FROM subscription AS s NOT INDEXED LEFT JOIN notified AS n ON n.id = s.id"
        " WHERE end_ns >= ?"
    )
    for ident, manager, version, url, start_ns, end_ns, intents, constraints, implicit, index, blob in (
        connection.execute(sql, (ended_ns,))
    ):
        if index is None:
            raise ValueError("a subscription has no notification index")
        yield Subscription(
            text_of(ident), texts.setdefault(manager, manager), version, texts.setdefault(url, url), start_ns, end_ns,
            bool(intents), bool(constraints), bool(implicit), index, cover_of(blob),
        )  # fmt: skip


def _statuses(connection: sqlite3.Connection) -> Iterable[UssStatus]:
    for uss, availability, version in connection.execute("SELECT uss, availability, version FROM uss_status"):
        yield UssStatus(uss, _AVAILABILITIES[availability], version)
