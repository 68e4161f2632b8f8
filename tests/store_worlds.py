"""Requests to stores, and a connection whose statements can be made to fail: for the tests of stores."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sharedsky.exchange import constraints, intents, statuses, subscriptions
from sharedsky.exchange.cover import Extent, cover_of
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.model import Availability, Box, Intent, State
from sharedsky.exchange.picture import Picture
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.store.sqlite import SqliteStore
from sharedsky.store.sqlite.connections import prepare_writer

NOW_NS = 1_790_000_000 * 10**9
MINUTE_NS = 60 * 10**9
DAY_NS = 1440 * MINUTE_NS

Decide = Callable[[Snapshot], Decided[Any]]


class Faults:
    """What is to go wrong: statements that begin with `prefix` fail while `times` is above 0."""

    def __init__(self) -> None:
        self.times = 0
        self.prefix = "COMMIT"
        self.code = sqlite3.SQLITE_FULL
        self.after_commit = False  #: the commit is done, and the error comes all the same
        self.committed: Callable[[], None] = lambda: None

    def fail(self, times: int = 1, prefix: str = "COMMIT", code: int = sqlite3.SQLITE_FULL) -> None:
        """Let the next statements fail."""
        self.times, self.prefix, self.code = times, prefix, code

    def connect(self, path: Path) -> sqlite3.Connection:
        """In the place of connections.connect_writer."""
        faults = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
                if faults.times and sql.startswith(faults.prefix):
                    faults.times -= 1
                    if faults.after_commit:
                        super().execute(sql, parameters)
                    error = sqlite3.OperationalError("injected")
                    error.sqlite_errorcode = faults.code
                    raise error
                cursor = super().execute(sql, parameters)
                if sql == "COMMIT":
                    faults.committed()
                return cursor

        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection)
        prepare_writer(connection)
        return connection


def open_store(path: Path, now_ns: int = NOW_NS, faults: Faults | None = None, **kwargs: Any) -> SqliteStore:
    """A store on a file."""
    if faults is not None:
        kwargs["connect"] = faults.connect
    return SqliteStore.open(path, now_ns, **kwargs)


def uuid_of(number: int) -> str:
    """An id by number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def fresh(number: int, now_ns: int = NOW_NS) -> Fresh:
    """What a decision needs, by number."""
    return Fresh(now_ns, f"ovn-{number}", f"version-{number}", uuid_of(10**9 + number))


def extent(place: int = 0, start_ns: int = NOW_NS, minutes: int = 30, low_mm: int = 0, size_deg: float = 0.01) -> Extent:
    """A square some 20 km from the next place's."""
    south, west = 46.0 + 0.2 * place, 8.0
    north, east = south + size_deg, west + size_deg
    ring = ((south, west), (south, east), (north, east), (north, west))
    return Extent(ring, low_mm, low_mm + 100_000, start_ns, start_ns + minutes * MINUTE_NS)


def put_intent(
    number: int, at: Extent, new: Fresh, *, ovn: str | None = None, key: frozenset[str] = frozenset(),
    subscription_id: str | None = None, implicit: bool = False, state: State = State.ACCEPTED, manager: str = "uss1",
) -> Decide:  # fmt: skip
    """The decision on an intent."""
    made = intents.NewSubscription("https://uss1.example.com", for_constraints=True) if implicit else None
    request = intents.PutIntent(
        uuid_of(number), manager, ovn, (at,), key, state, "https://uss1.example.com", subscription_id, made
    )
    cover = cover_of(request.extents)
    return lambda snapshot: intents.put_intent(request, cover, snapshot, new)


def delete_intent(number: int, ovn: str, manager: str = "uss1") -> Decide:
    """The decision to delete an intent."""
    return lambda snapshot: intents.delete_intent(uuid_of(number), ovn, manager, snapshot)


def put_constraint(number: int, at: Extent, new: Fresh, *, ovn: str | None = None, manager: str = "uss1") -> Decide:
    """The decision on a constraint."""
    request = constraints.PutConstraint(uuid_of(number), manager, ovn, (at,), "https://uss1.example.com")
    cover = cover_of((at,))
    return lambda snapshot: constraints.put_constraint(request, cover, snapshot, new)


def delete_constraint(number: int, ovn: str, manager: str = "uss1") -> Decide:
    """The decision to delete a constraint."""
    return lambda snapshot: constraints.delete_constraint(uuid_of(number), ovn, manager, snapshot)


def put_subscription(
    number: int, at: Extent, new: Fresh, *, version: str | None = None, manager: str = "uss2"
) -> Decide:
    """The decision on a subscription."""
    request = subscriptions.PutSubscription(
        uuid_of(number), manager, version, at, "https://uss2.example.com", True, True
    )
    cover = cover_of((at,))
    return lambda snapshot: subscriptions.put_subscription(request, cover, snapshot, new)


def delete_subscription(number: int, version: str, manager: str = "uss2") -> Decide:
    """The decision to delete a subscription."""
    return lambda snapshot: subscriptions.delete_subscription(uuid_of(number), version, manager, snapshot)


def set_status(uss: str, old: str, availability: Availability, new: Fresh) -> Decide:
    """The decision on a USS's availability."""
    return lambda snapshot: statuses.set_status(uss, old, availability, snapshot, new)


def everything(snapshot: Snapshot) -> tuple[object, ...]:
    """All that a store holds, and what is near one large cover of it."""
    assert isinstance(snapshot, Picture)
    wide = tuple(Box(face, 0, 0, 8191, 8191, -(2**50), 2**50, NOW_NS - 10**17, NOW_NS + 10**17) for face in range(6))
    dependents = {ident: tuple(snapshot.dependents(ident)) for ident in snapshot.subscriptions}
    near = (snapshot.intents_near(wide), snapshot.constraints_near(wide), snapshot.subscriptions_near(wide))
    known = (dict(snapshot.intents), dict(snapshot.constraints), dict(snapshot.subscriptions))
    said = {uss: status for uss, status in snapshot.statuses.items() if status.version}
    return known, said, dependents, near


def bare_intent(number: int, start_ns: int = NOW_NS, end_ns: int = NOW_NS + 30 * MINUTE_NS) -> Intent:
    """An intent as it is stored."""
    cover = (Box(0, number % 8000, 7, number % 8000, 8, 0, 100_000, start_ns, end_ns),)
    url = "https://uss1.example.com"
    return Intent(uuid_of(number), "uss1", State.ACCEPTED, 1, f"ovn-{number}", url, start_ns, end_ns, None, cover)
