"""Output files: whole or not at all, all of them or none, never over an input."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cli_fakes
from sharedsky.cli import main
from sharedsky.cli.output import find_targets, write_all
from sharedsky.errors import UsageError
from sharedsky.files import file_key


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*contents: tuple[str, bytes]) -> None:
    targets = find_targets([(f"--{k}", name) for k, (name, _) in enumerate(contents)], ())
    write_all([(target, data) for target, (_, data) in zip(targets, contents, strict=True)])


def test_a_file_is_written_and_nothing_else_is_left(folder: Path) -> None:
    write(("out.json", b"new"), ("r.html", b"page"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"out.json": b"new", "r.html": b"page"}


def test_a_new_file_has_the_mode_that_any_new_file_gets(folder: Path) -> None:
    (folder / "other").write_bytes(b"")
    write(("out.json", b"new"))
    assert (folder / "out.json").stat().st_mode == (folder / "other").stat().st_mode


def test_an_old_file_keeps_its_mode(folder: Path) -> None:
    old = folder / "out.json"
    old.write_bytes(b"old")
    old.chmod(0o640)
    write(("out.json", b"new"))
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert old.read_bytes() == b"new"


def test_the_content_is_on_disk_before_the_name_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (steps.append("fsync"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (steps.append("replace"), replace(a, b)))
    write(("out.json", b"new"))
    assert steps[:2] == ["fsync", "replace"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_leaves_everything_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    (folder / "out.json").write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, failing, full)
    with pytest.raises(UsageError, match="No space left"):
        write(("out.json", b"new"), ("r.html", b"page"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"out.json": b"old"}


def test_where_the_second_file_cannot_be_written_the_first_is_not_either(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, calls = os.fsync, [0]

    def second_fails(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] == 2:
            raise OSError(errno.EIO, "broken disk")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(UsageError, match="broken disk"):
        write(("out.json", b"new"), ("r.html", b"page"))
    assert list(folder.iterdir()) == []


def test_an_interrupt_while_writing_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(("out.json", b"new"))
    assert list(folder.iterdir()) == []


def test_an_input_is_no_target_under_any_of_its_names(folder: Path) -> None:
    plan = folder / "plan.json"
    plan.write_bytes(b"plan")
    (folder / "sub").mkdir()
    (folder / "soft.json").symlink_to(plan)
    os.link(plan, folder / "hard.json")
    for name in ("plan.json", "./plan.json", "sub/../plan.json", str(plan), "soft.json", "hard.json"):
        with pytest.raises(UsageError, match="input"):
            find_targets([("--output", name)], {file_key(plan)})
    assert plan.read_bytes() == b"plan"


@pytest.mark.parametrize("option", ["--output", "--report"])
@pytest.mark.parametrize("name", ["plans/a.txt", "p.toml", "points.csv", "plans/sub/link.txt"])
def test_no_file_that_is_read_is_written_over_whatever_it_is_read_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, name: str
) -> None:
    cli_fakes.install(monkeypatch)
    (folder / "plans" / "sub").mkdir(parents=True)
    (folder / "plans" / "a.txt").write_text("plan A Alpha\n")
    (folder / "plans" / "sub" / "link.txt").symlink_to(folder / "plans" / "a.txt")
    (folder / "p.toml").write_text('name = "mine"\nversion = "1"\n')
    (folder / "points.csv").write_text("XYZ,1,2\n")
    before = (folder / name).read_bytes()
    assert main(["check", "plans", "--profile", "p.toml", "--fixes", "points.csv", option, name]) == 64
    assert "input" in capsys.readouterr().err
    assert (folder / name).read_bytes() == before


def test_inputs_stay_safe_where_too_many_were_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli_fakes.install(monkeypatch)
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("plan A Alpha\n")
    assert main(["check", ".", "--limit", "max-files=1", "--output", "a.txt"]) == 64
    assert (folder / "a.txt").read_text() == "plan A Alpha\n"


def test_a_link_to_a_file_that_is_no_input_is_followed(folder: Path) -> None:
    (folder / "real.json").write_bytes(b"old")
    (folder / "link.json").symlink_to("real.json")
    write(("link.json", b"new"))
    assert (folder / "link.json").is_symlink()
    assert (folder / "real.json").read_bytes() == b"new"


def test_a_pipe_or_a_device_is_written_to_and_never_replaced(folder: Path) -> None:
    write(("/dev/null", b"gone"))
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize("name", ["", ".", "nowhere/out.json", "x" * 300, "a/" * 3_000])
def test_a_target_that_cannot_be_is_a_usage_error(folder: Path, name: str) -> None:
    with pytest.raises(UsageError):
        write((name, b"new"))
    assert list(folder.iterdir()) == []


def test_two_options_may_not_name_one_file(folder: Path) -> None:
    with pytest.raises(UsageError, match="same file"):
        find_targets([("--output", "out"), ("--report", "./out")], ())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.binary(max_size=100), min_size=1, max_size=4))
def test_whatever_is_written_is_what_is_read(folder: Path, contents: list[bytes]) -> None:
    write(*((f"out{k}", data) for k, data in enumerate(contents)))
    assert [(folder / f"out{k}").read_bytes() for k in range(len(contents))] == contents
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
