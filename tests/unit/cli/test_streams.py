"""The command as a process: pipes that close, colours, encodings, and how light it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sharedsky.cli.progress import Bar
from sharedsky.cli.say import print_result, tell

#: Runs main with the fakes of cli_fakes, whose search finds `COUNT` conflicts.
PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
import pytest, cli_fakes
from report_samples import a_conflict
from sharedsky.cli import main
with pytest.MonkeyPatch.context() as patch:
    fakes = cli_fakes.install(patch)
    fakes.conflicts = (a_conflict(),) * {count}
    sys.exit(main(sys.argv[1:]))
"""


def command(count: int = 1) -> list[str]:
    return [sys.executable, "-c", PROGRAM.format(tests=str(Path(__file__).parents[2]), count=count)]


@pytest.fixture
def plans(tmp_path: Path) -> str:
    path = tmp_path / "plans.txt"
    path.write_text("plan A Alpha\nplan B Bravo\n")
    return str(path)


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_reader_that_goes_away_is_no_error(plans: str, form: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        done = subprocess.run(
            [*command(500), "check", plans, "--format", form], stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"rror" not in done.stderr


def test_a_closed_standard_error_loses_no_result(plans: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        done = subprocess.run(
            [*command(), "check", plans, "--format", "json"], stdout=subprocess.PIPE, stderr=closed, check=False
        )
    assert done.returncode == 1
    assert b'"certainty": "certain"' in done.stdout


def test_a_pipe_gets_no_colours(plans: str) -> None:
    environment = {**os.environ, "TERM": "xterm-256color"}
    done = subprocess.run([*command(), "check", plans], capture_output=True, check=False, env=environment)
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of POSIX")
@pytest.mark.parametrize(
    ("changes", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_gets_colours_unless_it_asks_for_none(plans: str, changes: dict[str, str], coloured: bool) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    out = on_terminal([*command(), "check", plans], {**environment, **changes})
    assert (b"\x1b[1;31mcertain" in out) is coloured
    assert b"AAA1 (Alpha)" in out


def on_terminal(typed: list[str], environment: dict[str, str]) -> bytes:
    """What a command writes on a terminal."""
    import pty

    main_end, terminal = pty.openpty()
    with subprocess.Popen(typed, stdout=terminal, stderr=terminal, env=environment) as process:
        os.close(terminal)
        out = b""
        while True:
            try:
                part = os.read(main_end, 65_536)
            except OSError:  # Linux says EIO where the other end is closed
                break
            if not part:
                break
            out += part
    os.close(main_end)
    assert process.returncode == 1
    return out


def test_a_terminal_in_ascii_gets_ascii(plans: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*command(), "check", plans], capture_output=True, check=False, env=environment)
    assert done.returncode == 1
    assert done.stdout.isascii()


def test_a_name_that_the_terminal_cannot_write_is_no_error(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    name = str(tmp_path / "Zürich.txt")
    done = subprocess.run([*command(), "check", name], capture_output=True, check=False, env=environment)
    assert done.returncode == 64
    assert b"Z\\xfcrich" in done.stderr


def test_help_and_usage_errors_do_not_load_the_geometry() -> None:
    program = "import sys; from sharedsky.cli import main; "
    program += "main(['check', '--help']); main(['check', 'x', '--date', '1']); "
    program += "print(sorted({'numpy', 'shapely', 'pyproj', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_can_be_run() -> None:
    done = subprocess.run([sys.executable, "-m", "sharedsky", "--version"], capture_output=True, check=True, text=True)
    assert done.stdout.startswith("sharedsky ")


def test_no_bar_is_drawn_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar(shown=True) as bar:
        bar._begun_s = None if bar._begun_s is None else bar._begun_s - 10
        bar("comparing", 1, 2)
    assert capsys.readouterr().err == ""


def test_a_bar_is_drawn_on_a_terminal_for_long_work_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with Bar(shown=True) as bar:
        bar("comparing", 1, 2)
        assert bar._progress is None
        assert bar._begun_s is not None
        bar._begun_s -= 10
        bar("comparing [bold]", 1, 2)
        bar("deciding", 0, 2)
        assert bar._progress is not None
        assert [task.description for task in bar._progress.tasks] == ["deciding"]
    with Bar(shown=False) as hidden:
        assert hidden._begun_s is None


def test_what_is_told_and_printed_goes_where_it_belongs(capsys: pytest.CaptureFixture[str]) -> None:
    tell("a\x1bb")
    print_result(b"result\n")
    assert tuple(capsys.readouterr()) == ("result\n", "sharedsky: a\\x1bb\n")
