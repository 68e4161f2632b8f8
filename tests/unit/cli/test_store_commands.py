"""The commands backup, restore and fsck: what they say, and with which exit status they end."""

from __future__ import annotations

import argparse
import shutil
import sqlite3
from pathlib import Path
from types import ModuleType

import pytest

from sharedsky.cli import backup, fsck, restore

ASSET = Path(__file__).parents[2] / "assets" / "store" / "version-1.db"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A sound database."""
    return Path(shutil.copy(ASSET, tmp_path / "x.db"))


def run(command: ModuleType, *typed: object) -> int:
    """A command as it was typed."""
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    name = command.__name__.rpartition(".")[2]
    return int(command.run(parser.parse_args([name, *map(str, typed)])))


def test_a_copy_is_made_and_restored(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy, new = database.with_name("copy.db"), database.with_name("new.db")
    assert run(backup, copy, "--database", database) == 0
    assert "on the disk" in capsys.readouterr().err
    assert run(restore, copy, "--database", new) == 0
    assert run(fsck, "--database", new) == 0
    assert "nothing is wrong" in capsys.readouterr().err


def test_nothing_is_replaced_without_force(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = database.with_name("copy.db")
    assert run(backup, copy, "--database", database, "--quiet") == 0
    assert capsys.readouterr().err == ""
    assert run(backup, copy, "--database", database) == 1
    assert run(restore, copy, "--database", database) == 1
    assert "--force" in capsys.readouterr().err
    assert run(backup, copy, "--database", database, "--force") == 0
    assert run(restore, copy, "--database", database, "--force") == 0
    assert "x.db.replaced-1" in capsys.readouterr().err


def test_what_is_wrong_is_listed(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE intent SET version = 0")
    connection.close()
    assert run(fsck, "--database", database, "--quiet") == 1
    told = capsys.readouterr()
    assert told.out.count("its version is 0, below 1\n") == 2
    assert "2 things wrong" in told.err


def test_what_cannot_be_read_has_a_status_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(fsck, "--database", tmp_path / "no.db") == 2
    assert run(backup, tmp_path / "copy.db", "--database", tmp_path / "no.db") == 1
    assert run(restore, tmp_path / "no.db", "--database", tmp_path / "x.db") == 1
    assert capsys.readouterr().err.count("there is no file") == 3
