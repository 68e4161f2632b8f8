"""Copies of a database that is in use, and databases from copies: whole or not at all."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from sharedsky.exchange.changes import Put
from sharedsky.exchange.protocol import Decided
from sharedsky.store.sqlite import DatabaseInUse, DatabaseRefused, SqliteStore, bulk
from sharedsky.store.sqlite import files as backup_files
from sharedsky.store.sqlite.backup import backup
from sharedsky.store.sqlite.fsck import fsck
from sharedsky.store.sqlite.migrate import scripts
from sharedsky.store.sqlite.restore import restore
from store_worlds import NOW_NS, bare_intent, open_store


async def add(store: SqliteStore, *numbers: int) -> None:
    for number in numbers:
        value = bare_intent(number)
        await store.write(NOW_NS, lambda _, value=value: Decided(None, (Put(value),)))  # type: ignore[misc]


def numbers(path: Path) -> int:
    """How many intents a file's store serves."""
    store = open_store(path)
    count = len(store.picture.intents)
    asyncio.run(store.close())
    return count


def made(path: Path, count: int) -> Path:
    bulk.load(path, map(bare_intent, range(count)))
    return path


def test_a_running_store_is_copied_with_all_that_was_answered(tmp_path: Path) -> None:
    async def run() -> None:
        store = open_store(tmp_path / "x.db")
        await add(store, 1, 2, 3)
        copied = backup(tmp_path / "x.db", tmp_path / "copy.db")
        await add(store, 4)
        await store.close()
        assert copied.batch == 3
        assert copied.size_bytes == (tmp_path / "copy.db").stat().st_size

    asyncio.run(run())
    assert fsck(tmp_path / "copy.db", NOW_NS).wrong == []
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.glob("copy*")) == ["copy.db"]  # one file, and nothing beside it
    assert numbers(tmp_path / "copy.db") == 3


def test_a_copy_is_of_one_instant_however_much_is_written_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_files, "PAGES_AT_ONCE", 3)
    path = made(tmp_path / "x.db", 200)
    steps: list[int] = []

    def meanwhile(remaining: int, _total: int) -> None:
        steps.append(remaining)
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("UPDATE intent SET version = version + 1")
        writer.close()

    backup(path, tmp_path / "copy.db", progress=meanwhile)
    assert len(steps) > 5
    assert steps == sorted(steps, reverse=True)  # it never began again
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("SELECT DISTINCT version FROM intent").fetchall() == [(1,)]
    copy.close()


def test_a_copy_never_replaces_a_file_unless_told_to(tmp_path: Path) -> None:
    path = made(tmp_path / "x.db", 3)
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(DatabaseRefused, match="exists already"):
        backup(path, target)
    assert target.read_text() == "precious"
    backup(path, target, force=True)
    assert numbers(target) == 3


def test_a_file_that_comes_up_meanwhile_is_not_replaced_either(tmp_path: Path) -> None:
    path = made(tmp_path / "x.db", 3)
    target = tmp_path / "copy.db"
    with pytest.raises(DatabaseRefused, match="exists already"):
        backup(path, target, progress=lambda *_: target.write_text("precious") and None)
    assert target.read_text() == "precious"
    assert not list(tmp_path.glob("*.partial*"))


def test_a_database_is_not_copied_over_itself(tmp_path: Path) -> None:
    path = made(tmp_path / "x.db", 3)
    with pytest.raises(DatabaseRefused, match="itself"):
        backup(path, path, force=True)
    with pytest.raises(DatabaseRefused, match="itself"):
        restore(path, path, force=True)
    assert numbers(path) == 3


@pytest.mark.parametrize("content", [None, b"", b"text", b"SQLite format 3\0" + bytes(4080)])
def test_what_is_no_database_is_neither_copied_nor_restored(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(DatabaseRefused):
        backup(tmp_path / "x.db", tmp_path / "copy.db")
    with pytest.raises(DatabaseRefused):
        restore(tmp_path / "x.db", tmp_path / "y.db")
    assert sorted(file.name for file in tmp_path.iterdir()) == ([] if content is None else ["x.db"])


def test_a_damaged_database_gives_no_copy(tmp_path: Path) -> None:
    path = made(tmp_path / "x.db", 500)
    with path.open("rb+") as file:
        file.seek(9 * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(DatabaseRefused, match="damaged"):
        backup(path, tmp_path / "copy.db")
    with pytest.raises(DatabaseRefused, match="damaged"):
        restore(path, tmp_path / "y.db")
    assert {file.name for file in tmp_path.iterdir()} <= {"x.db", "x.db-wal", "x.db-shm", "x.db.lock"}


def test_a_copy_into_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "x.db", 3)
    with pytest.raises(DatabaseRefused, match="cannot be made"):
        backup(path, tmp_path / "no" / "copy.db")


def test_a_copy_is_restored_where_nothing_was(tmp_path: Path) -> None:
    copy = made(tmp_path / "copy.db", 7)
    (tmp_path / "y.db-wal").write_bytes(b"left behind by a database that is gone")
    done = restore(copy, tmp_path / "y.db")
    assert (done.version, done.replaced) == (max(scripts()), None)
    assert numbers(tmp_path / "y.db") == 7
    assert numbers(copy) == 7


def test_a_database_is_replaced_only_if_told_to_and_is_kept_with_its_last_commits(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    copy = made(tmp_path / "copy.db", 7)

    async def run() -> None:
        store = open_store(path)
        await add(store, 1, 2)
        for name in ("", "-wal"):  # as it lies when the machine loses its power
            shutil.copy(f"{path}{name}", f"{tmp_path / 'y.db'}{name}")
        await store.close()

    asyncio.run(run())
    with pytest.raises(DatabaseRefused, match="exists already"):
        restore(copy, tmp_path / "y.db")
    done = restore(copy, tmp_path / "y.db", force=True)
    assert numbers(tmp_path / "y.db") == 7
    assert done.replaced is not None
    assert numbers(done.replaced) == 2
    again = restore(copy, tmp_path / "y.db", force=True)
    assert again.replaced != done.replaced


def test_nothing_is_restored_under_a_running_server(tmp_path: Path) -> None:
    copy = made(tmp_path / "copy.db", 7)
    store = open_store(tmp_path / "x.db")
    with pytest.raises(DatabaseInUse):
        restore(copy, tmp_path / "x.db", force=True)
    asyncio.run(store.close())
    assert numbers(tmp_path / "x.db") == 0


def test_a_copy_of_a_newer_schema_is_not_restored(tmp_path: Path) -> None:
    copy = made(tmp_path / "copy.db", 7)
    connection = sqlite3.connect(copy)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(DatabaseRefused, match="schema version 999"):
        restore(copy, tmp_path / "y.db")


def test_a_copy_of_an_older_schema_is_restored_and_brought_up_to_date_at_start(tmp_path: Path) -> None:
    asset = Path(__file__).parents[2] / "assets" / "store" / "version-1.db"
    assert restore(asset, tmp_path / "y.db").version == 1
    assert numbers(tmp_path / "y.db") == 2
