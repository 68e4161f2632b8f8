"""The ledger in the file: failures, restarts, keys, the clock, erased secrets, and what fsck finds where it was changed."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ledger_worlds import ISSUER, KEYS, ORIGIN, S, asked, desk_of, ledger_store, settled, shown, value_of
from sharedsky.exchange.protocol import StoreUnavailable
from sharedsky.ledger.bundle import ConsistencyBundle, parse_bundle
from sharedsky.ledger.checkpoint import verify_checkpoint
from sharedsky.ledger.keys import SigningKey
from sharedsky.store.book import LedgerKeys
from sharedsky.store.clock_guard import BELIEVED_AFTER_NS, MAX_AHEAD_NS, MAX_JUMP_NS, ClockGuard
from sharedsky.store.desk import Erased, NotThere
from sharedsky.store.ledger_keys import KEY_FILE, SEED_FILE, load_ledger_keys
from sharedsky.store.sqlite import DatabaseRefused, SqliteStore
from sharedsky.store.sqlite.fsck import fsck
from sharedsky.store.sqlite.ledger import origin_of
from sharedsky.tokens.errors import TrustError
from sharedsky.verify import Finding
from store_worlds import NOW_NS, Faults, delete_intent, extent, fresh, open_store, put_constraint, put_intent, uuid_of


def with_store(path: Path, use: Callable[[SqliteStore], Awaitable[None]], faults: Faults | None = None) -> None:
    """Use a store that is closed afterwards."""

    async def run() -> None:
        store = ledger_store(path, faults=faults)
        await use(store)
        await store.close()

    asyncio.run(run())


async def constraint(store: SqliteStore, number: int, sub: str = "uss1", now_ns: int = NOW_NS) -> None:
    await store.write(now_ns, asked(put_constraint(number, extent(), fresh(number), manager=sub), sub))


@pytest.mark.parametrize("prefix", ["BEGIN", "INSERT INTO ledger_entry", "INSERT INTO constraint_reference", "COMMIT"])
def test_a_commit_that_failed_leaves_no_entry_and_the_next_has_its_counter(tmp_path: Path, prefix: str) -> None:
    faults = Faults()

    async def use(store: SqliteStore) -> None:
        await constraint(store, 1)
        faults.fail(prefix=prefix)
        writes = [constraint(store, number) for number in (2, 3)]
        told = await asyncio.gather(*writes, return_exceptions=True)
        lost = sum(isinstance(answer, StoreUnavailable) for answer in told)
        assert lost >= 1
        await constraint(store, 4)
        await store.checkpoint(NOW_NS)
        entries = [shown(desk_of(store), counter) for counter in range(1, 5 - lost)]
        assert entries[-1].subjects is not None
        assert entries[-1].subjects[0].id == uuid_of(4)
        assert entries[-1].previous == value_of(desk_of(store), len(entries) - 1)
        with pytest.raises(NotThere):
            desk_of(store).logged(ISSUER, "uss1", 5 - lost)

    with_store(tmp_path / "x.db", use, faults)
    assert fsck(tmp_path / "x.db", NOW_NS).wrong == []


def test_a_checkpoint_that_was_not_kept_is_not_shown_and_the_next_is_no_fork(tmp_path: Path) -> None:
    faults = Faults()

    async def use(store: SqliteStore) -> None:
        desk = desk_of(store)
        await store.checkpoint(NOW_NS)
        size, note = desk.size, desk.note
        await constraint(store, 1)
        faults.fail(prefix="INSERT INTO ledger_checkpoint")
        with pytest.raises(StoreUnavailable):
            await store.checkpoint(NOW_NS + S)
        assert desk.note == note
        await constraint(store, 2)
        await store.checkpoint(NOW_NS + 2 * S)
        assert settled(desk.consistency(size, None)).finding is Finding.CONSISTENT
        assert [shown(desk, counter).counter for counter in (1, 2)] == [1, 2]

    with_store(tmp_path / "x.db", use, faults)
    assert fsck(tmp_path / "x.db", NOW_NS).wrong == []


def test_after_a_restart_the_same_checkpoint_is_shown_and_the_next_grows_from_it(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    notes = []

    async def first(store: SqliteStore) -> None:
        for number in range(1, 8):
            await constraint(store, number)
        await store.checkpoint(NOW_NS)
        notes.append(desk_of(store).note)
        await constraint(store, 8)  # waits for the next checkpoint over the restart

    async def second(store: SqliteStore) -> None:
        desk = desk_of(store)
        assert desk.note == notes[0]
        size = desk.size
        await constraint(store, 9)
        await store.checkpoint(NOW_NS + S)
        assert settled(desk.consistency(size, None)).finding is Finding.CONSISTENT
        assert [shown(desk, counter).counter for counter in range(1, 10)] == list(range(1, 10))
        assert shown(desk, 9).previous == value_of(desk, 8)

    with_store(path, first)
    with_store(path, second)
    found = fsck(path, NOW_NS)
    assert found.wrong == []
    assert (found.rows["ledger_entry"], found.rows["ledger_checkpoint"]) == (9, 2)


def test_whenever_the_power_goes_the_log_grows_from_every_checkpoint_that_was_shown(tmp_path: Path) -> None:
    path, faults = tmp_path / "x.db", Faults()
    copies: list[tuple[Path, bytes | None, int]] = []  # after each commit: the file, what was shown, acknowledged
    done = []

    def committed() -> None:
        copy = path.with_name(f"crash-{len(copies)}.db")
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
        copies.append((copy, desk_of(store).note, len(done)))

    async def one(number: int) -> None:
        await constraint(store, number)
        done.append(number)

    async def run() -> None:
        for begin in range(1, 30, 6):
            work = [one(number) for number in range(begin, begin + 6)]
            await asyncio.gather(*work, store.checkpoint(NOW_NS + begin * S))
        await store.close()

    store = ledger_store(path, faults=faults)
    faults.committed = committed
    asyncio.run(run())
    assert len(copies) >= 5
    for copy, note, least in copies:
        grows_from(copy, note, least)


def grows_from(path: Path, note: bytes | None, least: int) -> None:
    """A file as it lay: it agrees with itself, has what was acknowledged, and goes on from what was shown."""
    assert fsck(path, NOW_NS).wrong == []

    async def use(store: SqliteStore) -> None:
        desk = desk_of(store)
        await constraint(store, 1_000)
        await store.checkpoint(NOW_NS)
        shown(desk, least + 1)
        if note is not None:
            older = verify_checkpoint(note, [KEYS.signing.verifier], []).checkpoint
            bundle = parse_bundle(desk.consistency(older.size, None))
            assert isinstance(bundle, ConsistencyBundle)
            assert bundle.older == note
            assert settled(bytes(bundle)).finding is Finding.CONSISTENT

    with_store(path, use)
    assert fsck(path, NOW_NS).wrong == []


def test_time_does_not_step_back_over_a_restart(tmp_path: Path) -> None:
    async def first(store: SqliteStore) -> None:
        await constraint(store, 1, now_ns=NOW_NS + 100 * S)

    async def second(store: SqliteStore) -> None:
        await constraint(store, 2)
        await store.checkpoint(NOW_NS)
        assert shown(desk_of(store), 2).time == NOW_NS + 100 * S

    with_store(tmp_path / "x.db", first)
    with_store(tmp_path / "x.db", second)


def test_deleted_secrets_close_their_entry_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "x.db"

    async def fill(store: SqliteStore) -> None:
        for number in (1, 2, 3):
            await constraint(store, number)
        await store.checkpoint(NOW_NS)

    async def use(store: SqliteStore) -> None:
        with pytest.raises(Erased):
            desk_of(store).logged(ISSUER, "uss1", 2)
        assert [shown(desk_of(store), counter).counter for counter in (1, 3)] == [1, 3]
        await constraint(store, 4)

    with_store(path, fill)
    change(path, "DELETE FROM ledger_secret WHERE number = 2")
    with_store(path, use)
    assert fsck(path, NOW_NS).wrong == []


def change(path: Path, sql: str) -> None:
    """Do to a file what nobody should."""
    connection = sqlite3.connect(path, isolation_level=None)
    for name in ("entry_unchanged", "entry_kept", "checkpoint_unchanged", "checkpoint_kept"):
        connection.execute(f"DROP TRIGGER IF EXISTS ledger_{name}")
    connection.executescript(sql)
    connection.close()


def filled(path: Path) -> None:
    """A file with a bit of everything."""

    async def use(store: SqliteStore) -> None:
        for number in range(1, 7):
            key = frozenset(f"ovn-{n}" for n in range(10))
            sub = f"uss{number % 2 + 1}"
            intent = put_intent(number, extent(number), fresh(number), key=key, implicit=True, manager=sub)
            await store.write(NOW_NS, asked(intent, sub))
            await store.checkpoint(NOW_NS + number * S)
        for _ in range(80):
            await store.checkpoint(NOW_NS + 10 * S)
        await store.write(NOW_NS, asked(delete_intent(2, "ovn-2")))
        await constraint(store, 9)

    with_store(path, use)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE intent SET ovn = 'other' WHERE rowid = 1", "its last entry in the ledger is about another state of it"),
        ("DELETE FROM ledger_entry WHERE number = 8", "it has no entry in the ledger"),
        ("DELETE FROM ledger_entry WHERE number = 3", "entries up to 6 are missing|number 2"),
        ("UPDATE ledger_entry SET counter = 9 WHERE number = 3", "its channel's entry before it has the counter"),
        ("UPDATE ledger_entry SET time_ns = 0 WHERE number = 3", "its time lies before"),
        ("UPDATE ledger_entry SET value = zeroblob(32) WHERE number = 3", "it is not under checkpoint 3"),
        ("UPDATE ledger_entry SET content = x'00' WHERE number = 3", "its fields cannot be read"),
        ("UPDATE ledger_entry SET content = (SELECT content FROM ledger_entry WHERE number = 4) WHERE number = 3",
         "its value is not that of its fields"),
        ("UPDATE ledger_secret SET secret = zeroblob(32) WHERE number = 3", "its value is not that of its fields"),
        ("UPDATE ledger_entry SET id = 'other' WHERE number = 3", "another id"),
        ("UPDATE ledger_checkpoint SET root = zeroblob(32) WHERE number = 2", "its root is not that of the leaves"),
        ("UPDATE ledger_checkpoint SET heads_blind = zeroblob(32) WHERE number = 2", "not its heads leaf"),
        ("UPDATE ledger_checkpoint SET time_ns = 1 WHERE number = 2", "its time lies before"),
        ("UPDATE ledger_checkpoint SET last_entry = 1 WHERE number = 2", "it is not under checkpoint 3"),
        ("DELETE FROM ledger_checkpoint WHERE number = 2", "the one before it is number 1"),
        ("UPDATE ledger_tile SET hashes = zeroblob(length(hashes)) WHERE place = 0", "its root is not that|first leaf"),
        ("UPDATE ledger_tile SET hashes = zeroblob(length(hashes)) WHERE place >> 56 = 1", "those of the tiles below"),
        ("DELETE FROM ledger_tile WHERE place = 0", "are not all there"),
        ("UPDATE ledger_node SET data = zeroblob(65)", "not what its hash says"),
        ("INSERT INTO ledger_node VALUES (zeroblob(32), x'00')", "belong to no root"),
        ("INSERT INTO ledger_channel VALUES (7, 'a', 'b', randomblob(32))", "channels without entries"),
        ("UPDATE ledger SET origin_leaf = x'00'", "the first leaf is not the origin leaf"),
        ("DELETE FROM ledger", "has rows, and there is no ledger"),
    ],
)  # fmt: skip
def test_fsck_finds_what_was_changed(tmp_path: Path, sql: str, said: str) -> None:
    path = tmp_path / "x.db"
    filled(path)
    assert fsck(path, NOW_NS).wrong == []
    change(path, sql)
    told = [str(finding) for finding in fsck(path, NOW_NS).wrong]
    assert any(re.search(said, line) for line in told), told


def test_entities_from_before_the_ledger_need_no_entry_and_later_ones_do(tmp_path: Path) -> None:
    path = tmp_path / "x.db"

    async def before() -> None:
        store = open_store(path)
        await store.write(NOW_NS, put_constraint(1, extent(), fresh(1)))
        await store.close()

    async def after(store: SqliteStore) -> None:
        await constraint(store, 2)

    asyncio.run(before())
    assert origin_of(path) is None
    with_store(path, after)
    assert fsck(path, NOW_NS).wrong == []
    assert origin_of(path) == ORIGIN
    change(path, "INSERT INTO uss_status VALUES ('uss7', 'Down', 'v')")
    assert [str(one) for one in fsck(path, NOW_NS).wrong] == [
        "ledger: 2 entities have no entry; before it began there were 1"
    ]


def test_entries_and_checkpoints_cannot_be_changed_by_mistake(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    filled(path)
    connection = sqlite3.connect(path, isolation_level=None)
    for table in ("ledger_entry", "ledger_checkpoint"):
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET number = number + 100"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(sql)
    connection.close()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (None, "no keys for it were given"),
        (LedgerKeys("other", KEYS.seed, SigningKey.from_seed("other", b"\x06" * 32)), f"has the ledger {ORIGIN}"),
        (LedgerKeys(ORIGIN, KEYS.seed, SigningKey.from_seed(ORIGIN, b"\x07" * 32)), "another key"),
        (LedgerKeys(ORIGIN, b"\x09" * 32, KEYS.signing), "another key"),
    ],
)
def test_a_ledger_is_not_gone_on_with_under_other_keys(tmp_path: Path, keys: LedgerKeys | None, said: str) -> None:
    path = tmp_path / "x.db"
    filled(path)
    with pytest.raises(DatabaseRefused, match=said):
        ledger_store(path, ledger=keys)
    with_store(path, lambda store: constraint(store, 20))  # and the file is free for the right ones


def test_keys_are_made_once_for_their_owner_alone_and_never_for_a_ledger_that_has_some(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = load_ledger_keys(folder, None, begun=False)
    assert made.origin == f"sharedsky/{made.signing.verifier.public.hex()[:16]}"
    again = load_ledger_keys(folder, "dss.example.com/ledger", begun=True)
    assert (again.seed, again.signing.verifier.public) == (made.seed, made.signing.verifier.public)
    assert again.origin == again.signing.name == "dss.example.com/ledger"
    for name in (SEED_FILE, KEY_FILE):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    with pytest.raises(TrustError, match="no name of a key"):
        load_ledger_keys(folder, "a name", begun=True)
    (folder / SEED_FILE).chmod(0o644)
    with pytest.raises(TrustError, match="can be read by others"):
        load_ledger_keys(folder, None, begun=True)
    (folder / SEED_FILE).unlink()
    with pytest.raises(TrustError, match="is missing, and the database has a ledger"):
        load_ledger_keys(folder, None, begun=True)
    (folder / SEED_FILE).write_bytes(b"00" * 31)
    (folder / SEED_FILE).chmod(0o600)
    with pytest.raises(TrustError, match="64 hexadecimal digits"):
        load_ledger_keys(folder, None, begun=True)


class Monotonic:
    """A monotonic clock that tests drive."""

    now_ns = 5 * S

    def __call__(self) -> int:
        return self.now_ns


def test_a_clock_that_jumps_ahead_changes_nothing_until_it_is_back(tmp_path: Path) -> None:
    monotonic = Monotonic()

    async def run() -> None:
        store = ledger_store(tmp_path / "x.db", guard=ClockGuard(NOW_NS, monotonic))
        await constraint(store, 1)
        ahead = NOW_NS + MAX_JUMP_NS + S
        with pytest.raises(StoreUnavailable, match="jumped ahead"):
            await constraint(store, 2, now_ns=ahead)
        with pytest.raises(StoreUnavailable, match="jumped ahead"):
            await store.checkpoint(ahead)
        assert await store.read(NOW_NS, lambda snapshot: snapshot.constraint(uuid_of(2))) is None
        monotonic.now_ns += 2 * BELIEVED_AFTER_NS
        with pytest.raises(StoreUnavailable):  # too large a jump to be believed
            await constraint(store, 2, now_ns=ahead + 2 * BELIEVED_AFTER_NS)
        await constraint(store, 2, now_ns=NOW_NS + 2 * BELIEVED_AFTER_NS)
        await store.checkpoint(NOW_NS)
        assert shown(desk_of(store), 2).time == NOW_NS + 2 * BELIEVED_AFTER_NS
        await store.close()

    asyncio.run(run())


def test_a_jump_that_stays_for_a_minute_is_believed_and_drift_is_followed() -> None:
    monotonic = Monotonic()
    guard = ClockGuard(NOW_NS, monotonic)
    for k in range(100):  # half a second in each second: never far at once
        monotonic.now_ns += S
        guard.check(NOW_NS + k * 3 * S // 2)
    drifted = NOW_NS + 99 * 3 * S // 2
    guard.check(drifted - 50 * S)  # and back
    monotonic.now_ns += S
    jumped = drifted - 49 * S + MAX_AHEAD_NS + 1
    with pytest.raises(StoreUnavailable):
        guard.check(jumped)
    monotonic.now_ns += BELIEVED_AFTER_NS - 1
    with pytest.raises(StoreUnavailable):
        guard.check(jumped + BELIEVED_AFTER_NS - 1)
    monotonic.now_ns += 1
    guard.check(jumped + BELIEVED_AFTER_NS)
    guard.check(jumped + BELIEVED_AFTER_NS)
