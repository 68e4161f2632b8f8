"""The Python API: what a notebook imports, and that nothing which was refused gets lost on the way."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import cli_fakes
import sharedsky
from cli_fakes import VOLUME
from format_samples import intent
from report_samples import a_conflict
from sharedsky.cli import main
from sharedsky.errors import LimitError, UsageError
from sharedsky.formats.reading import Note, Reading, Refusal
from sharedsky.plans.plan import Plan, Source, Zone, ZoneKind

ROOT = Path(__file__).resolve().parents[2]
API_MD = ROOT / "docs" / "python-api.md"


def plan(ident: str, owner: str = "Alpha", file: str = "a.json") -> Plan:
    return Plan(ident, owner, "test", Source(file), (VOLUME,))


def zone(ident: str) -> Zone:
    return Zone(ident, None, ZoneKind.DANGER, "test", Source("z.json"), (VOLUME,))


def test_the_page_on_the_api_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, run = doctest.testfile(str(API_MD), module_relative=False, encoding="utf-8")
    assert run > 20
    assert failed == 0


def test_every_public_name_can_be_imported_and_is_documented() -> None:
    table = API_MD.read_text("utf-8").partition("## Everything that can be imported")[2]
    assert {name: getattr(sharedsky, name) is not None for name in sharedsky.__all__} == dict.fromkeys(
        sharedsky.__all__, True
    )
    assert set(re.findall(r"`(\w+)`", table)) >= set(sharedsky.__all__)


def test_names_for_type_checkers_are_the_names_that_are_loaded() -> None:
    tree = ast.parse(Path(sharedsky.__file__).read_text("utf-8"))
    (guarded,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in guarded.body if isinstance(node, ast.ImportFrom)]
    typed = {alias.name: node.module for node in imports for alias in node.names}
    assert typed == {name: f"sharedsky.{module}" for name, module in sharedsky._HOMES.items()}
    assert set(typed) == set(sharedsky.__all__) - {"__version__"}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = sharedsky.no_such_name
    assert set(sharedsky.__all__) <= set(dir(sharedsky))


def test_the_import_loads_no_geometry() -> None:
    program = "import sys, sharedsky; print(sorted({'numpy', 'shapely', 'pyproj', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"


def test_a_reading_is_checked_with_its_zones_and_what_was_refused_stays_in_the_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fakes = cli_fakes.install(monkeypatch)
    reading = Reading(
        plans=[plan("A"), plan("B", "Bravo", "b.json")],
        zones=[zone("Z")],
        refusals=[Refusal(Source("c.json", pointer="/0"), "it crosses itself.", "geometry", "C")],
        notes=[Note(Source("a.json"), "a leap second.")],
        assumptions=["plans are as filed."],
    )
    report = sharedsky.check(reading, [zone("Y")])
    assert [z.id for z in fakes.searched["zones"]] == ["Z", "Y"]
    (item,) = report.rejected
    assert (item.plan, item.kind, item.reason) == ("C", "geometry", "it crosses itself.")
    assert "a.json: a leap second." in report.notes
    assert report.assumptions[0] == "plans are as filed."
    assert report.summary.files == 4
    assert not report.clear


def test_what_the_search_itself_says_stays_beside_what_the_reading_says(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes = cli_fakes.install(monkeypatch)
    fakes.changes = {"notes": ("of the search",), "assumptions": ("plans are as filed.", "minima")}
    notes = [Note(Source("a"), "of the reader")]
    report = sharedsky.check(Reading(plans=[plan("A")], notes=notes, assumptions=["plans are as filed."]))
    assert tuple(report.notes) == ("of the search", "a: of the reader")
    assert tuple(report.assumptions) == ("plans are as filed.", "minima")


def test_options_reach_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes = cli_fakes.install(monkeypatch)
    fakes.conflicts = (a_conflict(),)
    terrain, profile = sharedsky.Terrain(), sharedsky.Profile(name="mine")
    report = sharedsky.check(
        iter([plan("A")]), [], profile, same_owner=True, all_zones=True, assume_rvsm=True, terrain=terrain
    )
    wanted = {"profile": profile, "same_owner": True, "all_zones": True, "assume_rvsm": True, "terrain": terrain}
    assert {name: fakes.searched[name] for name in wanted} == wanted
    assert len(report.conflicts) == 1


def test_reading_takes_folders_globs_formats_and_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fakes = cli_fakes.install(monkeypatch)
    (tmp_path / "a.txt").write_text("plan A Alpha\nbad B\n")
    (tmp_path / "c.bak").write_text("plan C Charlie\n")
    (tmp_path / "points.csv").write_text("XYZ,1,2\n")
    reading = sharedsky.read(
        tmp_path / "a.txt",
        tmp_path,
        format="f3548",
        ignore=["*.bak", "points.csv"],
        fixes=[tmp_path / "points.csv"],
        limits=sharedsky.Limits(max_plans=5),
        forecast=sharedsky.ForecastOptions(taxi_min=1),
        tracks=sharedsky.TrackOptions(max_gap_s=5),
    )
    assert [p.id for p in reading.plans] == ["A"]
    assert [refusal.plan for refusal in reading.refusals] == ["B"]
    assert any("named twice" in note.text for note in reading.notes)
    assert any("ignore" in note.text for note in reading.notes)
    options = fakes.read_with
    assert options is not None
    assert (options.limits.max_plans, options.forecast.taxi_min, options.tracks.max_gap_s) == (5, 1, 5)
    assert (fakes.forced, options.fixes[0].data) == ("f3548", b"XYZ,1,2\n")


def test_a_path_or_an_option_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x" * 100)
    with pytest.raises(UsageError):
        sharedsky.read(tmp_path / "nothing")
    with pytest.raises(UsageError, match=re.escape("nothing.csv")):
        sharedsky.read(tmp_path / "a.txt", fixes=[tmp_path / "nothing.csv"])
    with pytest.raises(LimitError):
        sharedsky.read(tmp_path / "a.txt", fixes=[tmp_path / "a.txt"], limits=sharedsky.Limits(max_bytes=10))


def test_real_content_that_is_no_plan_is_refused_and_raises_nothing(tmp_path: Path) -> None:
    for name, data in {"a.json": b"{", "b.bin": b"\x00\xff", "c": b"", "d.gz": b"\x1f\x8b\x08broken"}.items():
        (tmp_path / name).write_bytes(data)
    reading = sharedsky.read(tmp_path)
    assert reading.plans == []
    assert sorted(Path(refusal.source.file).name for refusal in reading.refusals) == ["a.json", "b.bin", "c", "d.gz"]
    report = sharedsky.check(reading)
    assert (report.summary.plans, report.clear, len(report.rejected)) == (0, False, 4)


def test_two_plans_that_meet_conflict_and_one_that_moved_away_does_not() -> None:
    a, b = plan("A"), plan("B", "Bravo")
    assert [c.certainty for c in sharedsky.check([a, b]).conflicts] == ["certain"]
    elsewhere = replace(VOLUME, footprint=sharedsky.Circle(-40.0, 100.0, 1000.0))
    assert sharedsky.check([a, replace(b, volumes=(elsewhere,))]).clear


def test_every_home_of_a_name_is_a_module() -> None:
    for module in set(sharedsky._HOMES.values()):
        assert importlib.import_module(f"sharedsky.{module}")


def test_more_conflicts_than_the_limit_are_an_error_for_the_api_and_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    intents = [intent(k) for k in range(4)]
    for k, item in enumerate(intents):
        item["reference"]["manager"] = f"uss{k}"
    (tmp_path / "four.json").write_text(json.dumps(intents))
    assert len(sharedsky.check(sharedsky.read(tmp_path)).conflicts) == 6
    with pytest.raises(LimitError, match="max-conflicts = 5"):
        sharedsky.check(sharedsky.read(tmp_path, limits=sharedsky.Limits(max_conflicts=5)))
    assert main(["check", str(tmp_path), "--limit", "max-conflicts=5"]) == 64
    out, err = capsys.readouterr()
    assert out == ""
    assert "a part of them is no answer" in err
