"""`sharedsky check`: its exit status says what was found and what was not checked, and so do its words."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

import cli_fakes
from cli_fakes import Fakes
from report_samples import HOSTILE, a_conflict, a_side, full_report
from sharedsky.cli import main
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.report import Undetermined

TWO_PLANS = "plan A Alpha\nplan B Bravo\n"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    return cli_fakes.install(monkeypatch)


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "plans.txt"
    path.write_text(TWO_PLANS)
    return path


def test_clear_and_everything_read_is_0(fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "plans.txt"]) == 0
    out, err = capsys.readouterr()
    assert "Clear: no conflict in 2 plans and 0 zones of 1 file." in out
    assert err == ""


@pytest.mark.parametrize("certainty", ["certain", "possible"])
def test_a_conflict_is_1_whether_certain_or_possible(fakes: Fakes, plans: Path, certainty: str) -> None:
    fakes.conflicts = (a_conflict(certainty=certainty),)
    assert main(["check", "plans.txt"]) == 1


def test_a_refusal_without_conflict_is_2(fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plans.write_text(TWO_PLANS + "bad C is no plan\n")
    assert main(["check", "plans.txt"]) == 2
    out, err = capsys.readouterr()
    assert "Not checked: 1" in out
    assert "plans.txt:3" in out
    assert "No conflict in 2 plans" in out
    assert "Clear" not in out
    assert "1 item was refused" in err


def test_conflicts_and_a_refusal_are_3(fakes: Fakes, plans: Path) -> None:
    fakes.conflicts = (a_conflict(),)
    plans.write_text(TWO_PLANS + "bad C\n")
    assert main(["check", "plans.txt"]) == 3


def test_an_undetermined_pair_is_2(fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.changes = {"undetermined": (Undetermined(a_side("A"), a_side("B"), "the ground is not known"),)}
    assert main(["check", "plans.txt"]) == 2
    assert "1 pair is undetermined" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "zone Z\n"])
@pytest.mark.parametrize("form", ["table", "json", "csv", "geojson"])
@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_no_plan_read_is_2_and_says_that_nothing_was_checked(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str], content: str, form: str, quiet: list[str]
) -> None:
    plans.write_text(content)
    assert main(["check", "plans.txt", "--format", form, *quiet]) == 2
    assert "othing was checked" in "".join(capsys.readouterr())


def test_an_empty_folder_checks_nothing(fakes: Fakes, tmp_path: Path) -> None:
    assert main(["check", str(tmp_path)]) == 2


def test_a_file_that_cannot_be_opened_is_refused_by_name_and_the_rest_goes_on(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("other.gz").write_bytes(b"broken")
    assert main(["check", "other.gz", "plans.txt", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert [item["file"] for item in result["rejected"]] == ["other.gz"]
    assert result["summary"]["plans"] == 2
    assert "1 item was refused: see rejected" in err


def test_notes_of_hidden_files_and_assumptions_reach_the_result(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".hidden").write_text("x")
    assert main(["check", ".", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [note for note in result["notes"] if ".hidden" in note]
    assert "plans are as filed." in result["assumptions"]


def test_standard_input_is_read_where_a_dash_stands(
    fakes: Fakes, plans: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"plan C Charlie\nbad D\n")))
    assert main(["check", "-", "plans.txt", "--format", "json"]) == 2
    result = json.loads(capsys.readouterr().out)
    assert result["summary"]["plans"] == 3
    assert result["rejected"][0]["file"] == "stdin"


def test_standard_input_beyond_the_limit_is_refused(
    fakes: Fakes, plans: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"plan C Charlie\n" * 10)))
    assert main(["check", "-", "plans.txt", "--format", "json", "--limit", "max-bytes=100"]) == 2
    (item,) = json.loads(capsys.readouterr().out)["rejected"]
    assert (item["file"], item["kind"]) == ("stdin", "limit")


def test_every_option_reaches_what_it_is_for(fakes: Fakes, plans: Path) -> None:
    Path("points.csv").write_text("XYZ,1,2\n")
    typed = (
        "check plans.txt --as f3548 --date 2026-03-01 --fixes points.csv --same-owner --zones all --assume-rvsm "
        "--horizontal 3NM --vertical 500ft --time 30s --limit max-plans=7 --forecast late-min=30 --max-gap 2min "
        "--max-speed 360km/h --max-climb 6000ft/min"
    )
    assert main(typed.split()) == 0
    options = fakes.read_with
    assert options is not None
    assert fakes.forced == "f3548"
    assert str(options.date) == "2026-03-01"
    assert options.fixes[0].data == b"XYZ,1,2\n"
    assert options.limits.max_plans == 7
    assert options.forecast.late_min == 30
    assert (options.tracks.max_gap_s, options.tracks.max_speed_mps) == (120, pytest.approx(100))
    assert options.tracks.max_climb_mps == pytest.approx(30.48)
    searched = fakes.searched
    assert (searched["same_owner"], searched["all_zones"], searched["assume_rvsm"]) == (True, True, True)
    profile = searched["profile"]
    assert (profile.horizontal_m, profile.vertical.low_um, profile.time_ns) == (5556, 152_400_000, 30 * 10**9)


def test_without_options_the_defaults_are_used(fakes: Fakes, plans: Path) -> None:
    assert main(["check", "plans.txt"]) == 0
    searched = fakes.searched
    assert searched["profile"] == Profile()
    assert (searched["same_owner"], searched["all_zones"], searched["assume_rvsm"]) == (False, False, False)


def test_minima_that_were_typed_are_cited_with_the_profile(fakes: Fakes, plans: Path) -> None:
    Path("p.toml").write_text('name = "mine"\nversion = "4"\n[trajectory-trajectory]\nhorizontal = "9km"\n')
    assert main(["check", "plans.txt", "--profile", "p.toml", "--vertical", "300ft"]) == 0
    profile = fakes.searched["profile"]
    assert (profile.name, profile.version, profile.horizontal_m) == ("mine", "4 with --vertical 300ft", 9_000)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "fly plans.txt",
        "check",
        "check nothing.txt",
        "check plans.txt --no-such-option",
        "check plans.txt --hori 5NM",
        "check plans.txt --format xml",
        "check plans.txt --as word",
        "check plans.txt --horizontal 5",
        "check plans.txt --horizontal NM",
        "check plans.txt --horizontal nanNM",
        "check plans.txt --horizontal 1e999NM",
        "check plans.txt --horizontal 500NM",
        "check plans.txt --vertical 1000",
        "check plans.txt --vertical 1000NM",
        "check plans.txt --time 30",
        "check plans.txt --time 3000h --time 9000000h",
        "check plans.txt --date 01.03.2026",
        "check plans.txt --date 2026-02-30",
        "check plans.txt --date 20260301",
        "check plans.txt --limit max-bytes",
        "check plans.txt --limit max-bytes=0",
        "check plans.txt --limit max-bytes=1e9",
        "check plans.txt --limit max-everything=5",
        "check plans.txt --forecast taxi-min=nan",
        "check plans.txt --forecast taxi-min=true",
        "check plans.txt --forecast speed=5",
        "check plans.txt --max-gap 60",
        "check plans.txt --max-speed 700",
        "check plans.txt --max-speed 0kt",
        "check plans.txt --max-climb 5kt",
        "check plans.txt --report-max-plans -1",
        "check plans.txt --report-max-plans 1.5",
        "check plans.txt --profile nothing.toml",
        "check plans.txt --fixes nothing.csv",
        "check plans.txt --terrain nothing.toml",
        "check plans.txt --profile plans.txt",
        "check plans.txt --zones some",
        "check plans.txt --output nowhere/out.json",
        "check plans.txt --output .",
        "check plans.txt --output plans.txt",
        "check plans.txt --output r.html --report r.html",
    ],
)
def test_what_makes_no_sense_is_64_and_one_line_says_why(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    before = sorted(os.listdir())
    assert main(typed.split()) == 64
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sharedsky: ")
    assert err.count("\n") == 1
    assert sorted(os.listdir()) == before
    assert plans.read_text() == TWO_PLANS


@pytest.mark.parametrize(
    ("option", "value", "unit"),
    [
        ("--horizontal", "5", "5NM"),
        ("--vertical", "1000", "1000ft"),
        ("--time", "0", "30s"),
        ("--max-gap", "60", "30s"),
        ("--max-speed", "700", "700m/s"),
    ],
)
def test_a_bare_number_is_refused_with_how_to_write_it(
    plans: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, unit: str
) -> None:
    assert main(["check", "plans.txt", option, value]) == 64
    err = capsys.readouterr().err
    assert option in err
    assert "no unit" in err
    assert unit in err


def test_a_bug_is_70_and_leaks_nothing_of_the_input(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plans.write_text("boom\n")
    assert main(["check", "plans.txt", "--output", "out.json", "--report", "r.html"]) == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert "RuntimeError" in err
    assert "bug in sharedsky" in err
    assert err.count("\n") == 1
    assert "secret" not in err
    assert sorted(os.listdir()) == ["plans.txt"]


def test_a_bug_shows_where_it_is_with_debug_only(fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plans.write_text("boom\n")
    assert main(["check", "plans.txt", "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_130_and_leaves_nothing(fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    fakes.during = interrupt
    assert main(["check", "plans.txt", "--output", "out.json"]) == 130
    assert sorted(os.listdir()) == ["plans.txt"]
    assert "nothing was written" in capsys.readouterr().err


def test_a_result_in_a_file_leaves_one_line_and_standard_output_empty(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.conflicts = (a_conflict(),)
    assert main(["check", "plans.txt", "--format", "json", "--output", "out.json", "--report", "r.html"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "1 conflict (1 certain, 0 possible)" in err
    assert "out.json" in err
    assert "r.html" in err
    assert json.loads(Path("out.json").read_text())["summary"]["conflicts"] == 1
    assert "2 plans, at most 2000" in Path("r.html").read_text()
    assert sorted(os.listdir()) == ["out.json", "plans.txt", "r.html"]


def test_a_dash_as_output_is_standard_output(fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "plans.txt", "--format", "json", "--output", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["plans"] == 2


def test_quiet_says_what_was_not_checked_and_nothing_else(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plans.write_text(TWO_PLANS + "bad C\n")
    assert main(["check", "plans.txt", "--quiet", "--format", "json", "--output", "out.json"]) == 2
    assert capsys.readouterr().err == "sharedsky: 1 item was refused: see rejected\n"


def test_csv_says_on_standard_error_what_it_has_no_place_for(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = full_report()
    fakes.conflicts, fakes.changes = tuple(report.conflicts), {"undetermined": report.undetermined, "gaps": report.gaps}
    plans.write_text(TWO_PLANS + "bad broken C9\n")
    assert main(["check", "plans.txt", "--format", "csv"]) == 3
    out, err = capsys.readouterr()
    assert len(list(csv.DictReader(io.StringIO(out)))) == 4
    assert "refused: plans.txt:3, plan C9: bad broken C9" in err
    assert "undetermined: A and B" in err
    assert "1 gap" in err


@pytest.mark.parametrize("form", ["table", "json", "geojson", "csv"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_input_reaches_the_terminal_as_a_control_code(
    fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str], form: str, text: str
) -> None:
    side = a_side(text, text, file=text, label=text)
    fakes.conflicts = (a_conflict(a=side, notes=(text,)),)
    fakes.changes = {"undetermined": (Undetermined(side, side, text),), "notes": (text,), "assumptions": (text,)}
    fakes.changes["gaps"] = ((text, 0, 1),)
    plans.write_text(TWO_PLANS + f"bad x {text.splitlines()[0]}\n")
    assert main(["check", "plans.txt", "--format", form]) == 3
    shown = "".join(capsys.readouterr())
    allowed = {"\n", "\r"} if form == "csv" else {"\n"}
    assert {c for c in shown if not c.isprintable()} <= allowed


def test_markup_in_input_is_shown_and_not_obeyed(fakes: Fakes, plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fakes.conflicts = (a_conflict(a=a_side("[bold]X[/]", ":boom:")),)
    main(["check", "plans.txt"])
    assert "[bold]X[/] (:boom:)" in capsys.readouterr().out


def test_a_usage_error_shows_what_was_typed_without_its_control_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "x\x1b[2J", "--wrong\x1b[2J"]) == 64
    assert "\x1b" not in capsys.readouterr().err


def test_the_version_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("sharedsky 0.")


@pytest.mark.parametrize("typed", [["--help"], ["check", "--help"], ["convert", "--help"]])
def test_help_is_0_and_shows_how_to_begin(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(typed) == 0
    assert "sharedsky" in capsys.readouterr().out
