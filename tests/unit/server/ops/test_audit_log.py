"""The audit log: every administrative act once, with who and when, together with what it tells of; nothing secret."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sharedsky.cli import main
from sharedsky.store.sqlite import audit
from sharedsky.store.sqlite.migrate import migrate, scripts
from sharedsky.store.sqlite.tokens import SqliteTokenStore
from sharedsky.tokens.clients import Client, new_client, reinstated, rescoped, revoked, rotated
from sharedsky.tokens.keyring import KeyFolder
from token_samples import NOW_S, SCOPE, CountingRandom

NOW = int(NOW_S)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "sky.db"


def acts(database: Path) -> list[tuple[str, str, str]]:
    return [(entry.actor, entry.act, entry.object) for entry in audit.entries(database)]


def a_client(random: CountingRandom | None = None) -> tuple[Client, str]:
    return new_client("uss1", [SCOPE], ["uss2.example"], NOW, random or CountingRandom())


def test_every_change_of_a_client_is_in_the_log_with_who_made_it(database: Path) -> None:
    store = SqliteTokenStore(database, "alice")
    random = CountingRandom()
    first, _ = a_client(random)
    assert store.add_client(first)
    second, _ = rotated(first, NOW + 1, random, 60)
    third = revoked(second, NOW + 2)
    fourth, _ = reinstated(third, NOW + 3, random)
    fifth = rescoped(fourth, ["utm.constraint_processing"], [])
    for old, new in ((first, second), (second, third), (third, fourth), (fourth, fifth)):
        assert store.replace_client(old, new)
    store.bind("uss9", "iss:https://auth.example")
    store.release("uss9")
    store.close()
    told = acts(database)
    assert {actor for actor, _, _ in told[1:]} == {"alice"}
    assert [act for _, act, _ in told] == [
        "migrated", "client-added", "client-rotated", "client-revoked", "client-reinstated", "client-rescoped", "sub-released",
    ]  # fmt: skip
    assert told[1][2] == f"uss1, scopes {SCOPE}, audiences uss2.example"
    assert told[2][2] == f"uss1, secret {second.secrets[0].id}"
    assert told[-1][2] == "uss9 from iss:https://auth.example"


def test_no_secret_and_no_hash_of_one_is_in_the_log(database: Path) -> None:
    store = SqliteTokenStore(database, "alice")
    random = CountingRandom()
    client, secret = a_client(random)
    store.add_client(client)
    changed, other = rotated(client, NOW + 1, random, 60)
    store.replace_client(client, changed)
    store.close()
    text = repr(acts(database))
    for hidden in (secret, other, secret.rpartition("_")[2], client.secrets[0].hash, "$scrypt$"):
        assert hidden not in text


def test_what_was_refused_is_no_act(database: Path) -> None:
    store = SqliteTokenStore(database, "alice")
    client, _ = a_client()
    store.add_client(client)
    before = acts(database)
    assert not store.add_client(client)
    assert not store.replace_client(revoked(client, NOW), client)
    assert store.release("nobody") is None
    store.close()
    assert acts(database) == before


def test_a_change_whose_log_entry_cannot_be_written_is_not_made(database: Path) -> None:
    store = SqliteTokenStore(database, "alice")
    connection = sqlite3.connect(database)
    connection.execute("CREATE TRIGGER stop BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    connection.commit()
    with pytest.raises(Exception, match="full"):
        store.add_client(a_client()[0])
    assert store.client("uss1") is None
    connection.execute("DROP TRIGGER stop")
    connection.commit()
    connection.close()
    assert store.add_client(a_client()[0])  # the connection is good again
    store.close()


def test_entries_are_neither_changed_nor_removed(database: Path) -> None:
    audit.record(database, 5, "alice", "keys-rotated", "kid")
    connection = sqlite3.connect(database)
    for statement in ("DELETE FROM audit", "UPDATE audit SET actor = 'bob'"):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    connection.close()
    assert acts(database)[-1] == ("alice", "keys-rotated", "kid")


def test_a_migration_of_an_older_file_is_in_the_log(database: Path) -> None:
    connection = sqlite3.connect(database, isolation_level=None)
    migrate(connection, database, {number: sql for number, sql in scripts().items() if number <= 2})
    connection.close()
    assert audit.entries(database) == []  # it had no log yet
    SqliteTokenStore(database).close()
    assert acts(database) == [("server", "migrated", f"2 to {max(scripts())}")]


def test_the_last_entries_are_told_in_their_order(database: Path) -> None:
    for number in range(5):
        audit.record(database, number, "alice", "keys-rotated", str(number))
    assert [entry.object for entry in audit.entries(database, 2)] == ["3", "4"]
    assert [entry.at_ns for entry in audit.entries(database, 2)] == [3, 4]


def test_a_restore_is_in_the_log_of_what_was_restored(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = SqliteTokenStore(database, "alice")
    store.add_client(a_client()[0])
    store.close()
    copy, new = database.with_name("copy.db"), database.with_name("new.db")
    assert main(["backup", str(copy), "--database", str(database)]) == 0
    assert main(["restore", str(copy), "--database", str(new)]) == 0
    assert acts(new)[-1] == (audit.os_user(), "restored", "from copy.db")
    assert acts(new)[:-1] == acts(database)
    capsys.readouterr()
    assert main(["audit", "--database", str(new), "--last", "1"]) == 0
    assert capsys.readouterr().out.split()[1:] == [audit.os_user(), "restored", "from", "copy.db"]


def test_the_log_of_a_file_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--database", str(tmp_path / "none.db")]) == 1
    assert "none.db" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()


def test_an_object_with_control_characters_is_shown_escaped(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit.record(database, 5, "alice", "restored", "a\n\x1b[2J")
    for form in ("text", "json"):
        assert main(["audit", "--database", str(database), "--last", "1", "--format", form]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert out.count("\n") == 1


def test_keys_that_are_replaced_are_in_the_log_and_a_database_is_not_made_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, keys = tmp_path / "sky.db", tmp_path / "keys"
    KeyFolder(keys, bits=2048).load_or_create(NOW_S)
    assert main(["keys", "replace", "--database", str(database), "--keys", str(keys)]) == 0
    assert not database.exists()
    SqliteTokenStore(database).close()
    assert main(["keys", "replace", "--database", str(database), "--keys", str(keys)]) == 0
    assert acts(database)[-1] == (audit.os_user(), "keys-replaced", "")
    assert "server" not in capsys.readouterr().err
