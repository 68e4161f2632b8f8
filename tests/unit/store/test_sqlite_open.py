"""Opening a file: what is missing is made; what cannot be served is refused with advice; older schemas are brought up.

tests/assets/store/version-1.db is a database as the first version of the schema left it, with one of everything. It is
never made anew: what wrote it is gone.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sharedsky.exchange.changes import Put
from sharedsky.exchange.model import Availability
from sharedsky.exchange.protocol import Decided, StoredReply
from sharedsky.store.sqlite import DatabaseInUse, DatabaseRefused, SqliteStore, bulk
from sharedsky.store.sqlite.fsck import fsck
from sharedsky.store.sqlite.migrate import migrate, scripts, version_of
from store_worlds import DAY_NS, NOW_NS, bare_intent, everything, extent, fresh, open_store, put_intent, uuid_of

ASSET = Path(__file__).parents[2] / "assets" / "store" / "version-1.db"


def close(store: SqliteStore) -> None:
    asyncio.run(store.close())


def filled(path: Path, count: int = 300) -> Path:
    bulk.load(path, (bare_intent(number) for number in range(count)))
    return path


def test_a_new_file_is_for_its_owner_alone_and_waits_for_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = open_store(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    assert connection.execute("PRAGMA application_id").fetchone() == (0x536B7958,)
    assert version_of(connection) == max(scripts())
    connection.close()
    assert store._writer._connection is not None
    settings = [store._writer._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys")]
    assert settings == [2, 1]
    if os.name == "posix":
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    close(store)


def test_a_second_store_on_the_file_is_refused_and_the_lock_ends_with_the_first(tmp_path: Path) -> None:
    store = open_store(tmp_path / "x.db")
    with pytest.raises(DatabaseInUse, match=f"process {os.getpid()}"):
        open_store(tmp_path / "x.db")
    close(store)
    close(open_store(tmp_path / "x.db"))


def test_a_second_process_on_the_file_is_refused(tmp_path: Path) -> None:
    store = open_store(tmp_path / "x.db")
    code = (
        "import sys; from pathlib import Path; from sharedsky.store.sqlite import *\n"
        "try: SqliteStore.open(Path(sys.argv[1]), 0)\n"
        "except DatabaseInUse as error: print(error); sys.exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "x.db")], capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    assert "is in use" in done.stdout
    close(store)


def test_a_refused_file_is_not_left_locked(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"no database " * 100)
    for _ in range(2):
        with pytest.raises(DatabaseRefused, match="is not a database"):
            open_store(path)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (value)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseRefused, match="not a database of sharedsky"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefused, match="cannot be written"):
        open_store(tmp_path / "no" / "x.db")


def test_a_file_that_cannot_be_written_is_refused_with_advice(tmp_path: Path) -> None:
    def connect(path: Path) -> sqlite3.Connection:  # as for an account that may only read, which root is not
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
        connection.execute("UPDATE state SET batch = batch")
        raise AssertionError

    path = filled(tmp_path / "x.db")
    with pytest.raises(DatabaseRefused, match="cannot be written"):
        open_store(path, connect=connect)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write any file")
def test_a_read_only_file_is_refused_with_advice(tmp_path: Path) -> None:
    path = filled(tmp_path / "x.db")
    path.chmod(0o400)
    with pytest.raises(DatabaseRefused, match="cannot be written"):
        open_store(path)


def test_a_newer_schema_is_refused_by_an_older_program(tmp_path: Path) -> None:
    path = filled(tmp_path / "x.db")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseRefused, match="schema version 999"):
        open_store(path)
    assert path.read_bytes() == before


def test_too_short_a_retention_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefused, match="shorter than a day"):
        open_store(tmp_path / "x.db", retention_ns=DAY_NS - 1)


@pytest.mark.parametrize("page", [3, 6, 9, 14, 20, -1])
def test_a_damaged_page_is_refused_with_advice(tmp_path: Path, page: int) -> None:
    path = filled(tmp_path / "x.db")
    pages = path.stat().st_size // 4096
    with path.open("rb+") as file:
        file.seek((page % pages) * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(DatabaseRefused, match="damaged") as refused:
        open_store(path)
    assert "restore" in refused.value.advice


def test_a_flipped_bit_in_a_cover_is_found(tmp_path: Path) -> None:
    path = filled(tmp_path / "x.db", 1)
    connection = sqlite3.connect(path)
    blob = bytearray(connection.execute("SELECT cover FROM intent").fetchone()[0])
    blob[-20] ^= 4
    with connection:
        connection.execute("UPDATE intent SET cover = ?", (bytes(blob),))
    connection.close()
    with pytest.raises(DatabaseRefused, match="checksum"):
        open_store(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE intent SET cover = x''", "wrong length"),
        ("UPDATE intent SET cover = x'0200000000'", "version 2"),
        ("UPDATE intent SET id = x'00' WHERE rowid = 1", "identifier"),
        ("DELETE FROM notified", "notification index"),
    ],
)
def test_a_row_that_cannot_be_read_is_never_passed_over(tmp_path: Path, change: str, says: str) -> None:
    path = tmp_path / "x.db"
    shutil.copy(ASSET, path)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(DatabaseRefused, match=says):
        open_store(path)


def test_the_first_version_s_file_is_copied_and_brought_up_to_date(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "x.db"
    shutil.copy(ASSET, path)
    with caplog.at_level(logging.WARNING):
        store = open_store(path)
    copies = list(tmp_path.glob("x.db.version-1*"))
    if max(scripts()) > 1:
        assert [str(copies[0]) in record.getMessage() for record in caplog.records] == [True]
        assert version_of(sqlite3.connect(copies[0])) == 1
    holds_what_version_1_held(store)
    close(store)
    assert fsck(path, NOW_NS).wrong == []


def holds_what_version_1_held(store: SqliteStore) -> None:
    picture = store.picture
    assert sorted(picture.intents) == [uuid_of(1), uuid_of(2)]
    implicit = picture.intents[uuid_of(1)].subscription_id
    assert implicit is not None
    assert picture.dependents(implicit) == [uuid_of(1)]
    assert {known.id: known.index for known in picture.subscriptions.values()} == {uuid_of(5): 3, implicit: 3}
    assert picture.constraints[uuid_of(3)].ovn == "ovn-3"
    assert picture.status("uss9").availability is Availability.DOWN
    reply = asyncio.run(store.recent_reply(bytes(range(32)), NOW_NS))
    assert reply == StoredReply(bytes(range(32)), 201, b"body", NOW_NS)
    connection = sqlite3.connect(store.path)
    assert connection.execute("SELECT * FROM report").fetchall() == [("an id of its own", "uss1", b"{}")]
    connection.close()


def test_a_migration_that_fails_leaves_the_file_at_its_version(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    shutil.copy(ASSET, path)
    connection = sqlite3.connect(path, isolation_level=None)
    steps = {1: "", 2: "CREATE TABLE more (a) STRICT;", 3: "CREATE TABLE again (a ANY) STRICT; SELECT nothing FROM nowhere;"}
    with pytest.raises(sqlite3.Error):
        migrate(connection, path, {**steps, 2: "CREATE TABLE more (a ANY) STRICT;"})
    assert version_of(connection) == 2
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert "more" in tables
    assert "again" not in tables
    migrate(connection, path, {**steps, 3: "CREATE TABLE again (a ANY) STRICT;"})
    assert version_of(connection) == 3
    connection.close()
    assert len(list(tmp_path.glob("x.db.version-*"))) == 2


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(scripts()) == list(range(1, len(scripts()) + 1))


def test_what_was_loaded_in_bulk_is_served(tmp_path: Path) -> None:
    path = filled(tmp_path / "x.db", 10_000)
    with pytest.raises(DatabaseRefused, match="exists already"):
        filled(path)
    store = open_store(path)
    assert len(store.picture.intents) == 10_000
    one = bare_intent(7_777)
    near = asyncio.run(store.read(NOW_NS, lambda snapshot: snapshot.intents_near(one.cover)))
    assert one in near
    close(store)


def test_text_ids_of_any_form_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    ids = ["", "x", "ß" * 40, uuid_of(1).upper().replace("0", "A"), "{" + uuid_of(2) + "}", "0" * 36, "-" * 36, uuid_of(3), "a\x00b"]
    values = [type(bare_intent(1))(ident, *[getattr(bare_intent(1), name) for name in bare_intent(1).__slots__[1:]]) for ident in ids]
    bulk.load(path, values)
    store = open_store(path)
    assert sorted(store.picture.intents) == sorted(ids)
    close(store)


def test_what_ended_long_ago_is_not_read_and_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.db"

    async def run() -> None:
        store = open_store(path)
        await store.write(NOW_NS, put_intent(1, extent(), fresh(1)))
        await store.close()
        store = open_store(path, NOW_NS + 3 * DAY_NS)
        assert await store.read(NOW_NS + 3 * DAY_NS, lambda s: list(s.intents)) == []  # type: ignore[attr-defined]
        await store.close()
        store = open_store(path)  # the clock was wrong, and is right again: nothing was lost
        assert (await store.read(NOW_NS, everything))[0][0] != {}  # type: ignore[index]
        await store.write(NOW_NS, lambda _: Decided(None, (Put(bare_intent(2)),)))
        await store.close()

    asyncio.run(run())
