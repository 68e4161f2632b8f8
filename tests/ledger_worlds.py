"""Stores with a ledger, and requests in the name of a party: for the tests of what stores log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.exchange.record import record_of
from sharedsky.ledger.bundle import LoggedBundle, parse_bundle
from sharedsky.ledger.keys import SigningKey
from sharedsky.ledger.leaf import Opened, Openings
from sharedsky.ledger.padding import Padding
from sharedsky.store.book import LedgerKeys
from sharedsky.store.desk import Desk
from sharedsky.store.memory import MemoryStore
from sharedsky.store.sqlite import SqliteStore
from sharedsky.verify import Finding, Policy, Verdict, verify_bundle
from store_worlds import NOW_NS, Decide, Faults, open_store

ORIGIN = "exchange.example/sky"
KEYS = LedgerKeys(ORIGIN, b"\x05" * 32, SigningKey.from_seed(ORIGIN, b"\x06" * 32))
POLICY = Policy((KEYS.signing.verifier,), {})
ISSUER = "https://issuer.example"
S = 10**9
#: Small, so that tests see several rungs.
PADDING = Padding((4, 16), 5 * S)


def memory_store() -> MemoryStore:
    """The reference, with a ledger."""
    return MemoryStore(NOW_NS, KEYS, PADDING)


def ledger_store(path: Path, now_ns: int = NOW_NS, faults: Faults | None = None, **kwargs: Any) -> SqliteStore:
    """A store on a file, with a ledger."""
    return open_store(path, now_ns, faults, **{"ledger": KEYS, "padding": PADDING, **kwargs})


def asked(decide: Decide, sub: str = "uss1", issuer: str = ISSUER) -> Decide:
    """The same decision, asked for by a party: as the HTTP server puts it."""

    def decided(snapshot: Snapshot) -> Decided[Any]:
        made = decide(snapshot)
        return replace(made, record=record_of(made.changes, issuer, sub, snapshot))

    return decided


def desk_of(store: MemoryStore | SqliteStore) -> Desk:
    """What shows a store's ledger."""
    assert store.desk is not None
    return store.desk


def settled(bundle: bytes) -> Verdict:
    """The verdict on a bundle under the log's key, without witnesses."""
    return verify_bundle(bundle, POLICY)


def shown(desk: Desk, counter: int, sub: str = "uss1", issuer: str = ISSUER) -> Opened:
    """The fields of an entry, as its bundle shows them to a stranger."""
    data = desk.logged(issuer, sub, counter)
    verdict = settled(data)
    assert verdict.finding is Finding.LOGGED_ONLY, verdict.why
    assert verdict.opened is not None
    return verdict.opened


def value_of(desk: Desk, counter: int, sub: str = "uss1", issuer: str = ISSUER) -> bytes:
    """The leaf of an entry."""
    bundle = parse_bundle(desk.logged(issuer, sub, counter))
    assert isinstance(bundle, LoggedBundle)
    assert isinstance(bundle.leaf, Openings)
    return bundle.leaf.value()
