"""The page as a whole: self-contained, under a strict policy, complete without a script, nothing left unsaid."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings

from page_theatre import HOSTILE, Case, antimeridian, clear_day, hostile, many, nothing, polar, theatre
from report_samples import reports
from sharedsky.conflicts.report import Report
from sharedsky.page import choice, html, paths, sections, shapes
from sharedsky.page.basemap import asset
from sharedsky.page.render import MODULES, bundled_script

CASES = [theatre, clear_day, nothing, antimeridian, polar, hostile]


class Page(HTMLParser):
    """A page taken apart: tags with attributes, text outside of scripts and styles, scripts by type."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.style = ""
        self.text = ""
        self._raw: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._raw.append(tag)
            if tag == "script":
                self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._raw.pop()

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.text += data
        elif self._raw[-1] == "style":
            self.style += data
        else:
            attributes, before = self.scripts[-1]
            self.scripts[-1] = attributes, before + data

    def policy(self) -> dict[str, str]:
        content = next(a["content"] for t, a in self.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert content is not None
        return {name: rest for name, _, rest in (part.partition(" ") for part in content.split("; "))}

    def data(self) -> dict[str, list[object]]:
        return json.loads(next(text for a, text in self.scripts if a.get("id") == "report-data"))  # type: ignore[no-any-return]


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("case", CASES)
def test_the_policy_allows_this_style_and_this_script_and_nothing_else(case: type[Case]) -> None:
    page = Page(case().page())
    policy = page.policy()
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == sha256(page.style)
    assert policy["img-src"] == "data:"
    assert (policy["base-uri"], policy["form-action"]) == ("'none'", "'none'")
    running = [text for attributes, text in page.scripts if attributes["type"] != "application/json"]
    assert [policy["script-src"]] == [sha256(text) for text in running]


@pytest.mark.parametrize("case", CASES)
def test_nothing_in_the_page_points_outside_of_it(case: type[Case]) -> None:
    page = Page(case().page())
    for _, attributes in page.tags:
        assert not {"src", "srcset", "action", "formaction", "ping", "data", "poster", "style"} & set(attributes)
        assert (attributes.get("href") or "#").startswith("#")
        assert not any(name.startswith("on") for name in attributes)
    for text in (page.style, bundled_script()):
        assert not re.search(r"https?:|@import|url\(|fetch\(|XMLHttpRequest|WebSocket|import\(|innerHTML|eval\(", text)


@pytest.mark.parametrize("case", CASES)
def test_the_policy_comes_before_anything_that_it_governs(case: type[Case]) -> None:
    page = case().page()
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script")


def test_hostile_text_adds_no_tag_and_no_script() -> None:
    page = Page(hostile().page())
    assert [t for t, _ in page.tags].count("script") == 3
    assert "img" not in {t for t, _ in page.tags}
    assert page.text.count(HOSTILE) >= 10
    assert not set(page.text) & set("\u202e\u2066\u0007\ud800\udfff")
    hostile().page().encode("utf-8")


def test_a_page_without_plans_is_half_a_megabyte_at_most() -> None:
    assert len(nothing().page().encode()) < 500_000


def test_the_page_depends_on_its_arguments_alone() -> None:
    assert theatre().page() == theatre().page()


@pytest.mark.parametrize("case", CASES)
def test_every_conflict_has_an_entry_with_its_number(case: type[Case]) -> None:
    built = case()
    page = Page(built.page())
    ids = [a["id"] for t, a in page.tags if t == "li" and (a.get("id") or "").startswith("conflict-")]
    assert ids == [f"conflict-{k + 1}" for k in range(len(built.report.conflicts))]
    assert len(page.data()["conflicts"]) == len(ids)


@pytest.mark.parametrize(
    "text",
    [
        "7 conflicts: 2 certain, 5 possible; 1 refusal: not everything was checked; 1 pair could not be decided",
        "Not checked: 1 refusal", "blue.json#/operational_intents/3", "fewer than three different vertices",
        "Could not be decided: 1 pair", "With ground above 2,500 m here it would be a conflict.",
        "Conflicts (5)", "Near a shared aerodrome (1)", "Only because the ground is not known (1)",
        "What this result assumes", "Flights keep within 5 NM of their route.",
        "2.31 NM (4.27 km) and 400 ft (121 m)", "46 % of the minimum", "2026-03-01T10:34:15Z", "owner not stated",
        "5 NM and 1,000 ft, between two flights — profile sharedsky-default 1 (ICAO Doc 4444 5.3.2 and 8.7.3.1",
        "Gaps that were not bridged (1)", "BLU7 2026-03-01 11:01:00Z – 11:09:00Z (8 min)",
        "23:59:60 was read as the next second", "Drawn: 7 plans and 3 zones.", "Alpine week", "5 files",
    ],
)  # fmt: skip
def test_the_page_says_in_text_what_must_be_known_without_a_script(text: str) -> None:
    assert text in Page(theatre().page()).text


def test_a_plan_that_is_not_drawn_is_counted_and_its_conflict_says_so() -> None:
    page = Page(many(20, 2).page(max_plans=3))
    assert "3 of 20 plans are drawn here" in page.text
    assert page.text.count("Not every side of this conflict is drawn") == 1


def test_rows_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "MAX_ROWS", 2)
    case = theatre()
    full = replace(case, report=replace(case.report, rejected=case.report.rejected * 5))
    text = Page(full.page()).text
    assert "Not checked: 5 refusals" in text
    assert "… and 3 more; the JSON result (--format json) lists all." in text


def test_identities_given_twice_stand_apart_from_what_was_refused() -> None:
    text = Page(hostile().page()).text
    assert "Not checked: 1 refusal" in text
    assert "Given twice: 1 identity" in text


@settings(max_examples=15)
@given(reports())
def test_any_report_makes_a_page_with_all_of_its_conflicts_and_refusals(report: Report) -> None:
    page = Page(Case(report).page())
    assert page.text.count("Certainty") >= len(report.conflicts)
    assert [t for t, _ in page.tags].count("script") == 3
    refused = sum(item.kind != "duplicate" for item in report.rejected)
    assert ("Not checked:" in page.text) == (refused > 0)
    assert len(page.data()["conflicts"]) == len(report.conflicts)


def test_the_modules_of_the_script_are_all_there_and_make_one() -> None:
    folder = Path(sections.__file__).parent / "assets"
    assert sorted(path.name for path in folder.glob("*.js")) == sorted(MODULES)
    script = bundled_script()
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert "</script" not in script.lower()
    assert "<!--" not in script


def test_no_two_modules_declare_the_same_name() -> None:
    names = re.findall(r"^(?:async )?(?:const|let|function|class) (\w+)", bundled_script(), re.MULTILINE)
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_what_earlier_modules_export_and_uses_it(module: str) -> None:
    source = asset(module)
    for names, origin in re.findall(r"^import \{([^}]*)\} from \"\./([\w.]+)\";", source, re.MULTILINE):
        assert MODULES.index(origin) < MODULES.index(module)
        for name in (part.strip() for part in names.split(",") if part.strip()):
            assert re.search(rf"^export (?:const|function|class) {name}\b", asset(origin), re.MULTILINE), name
            assert len(re.findall(rf"\b{name}\b", source)) > 1, name


def test_the_script_is_a_module_that_an_engine_accepts(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node to parse the script; the tests in a browser run it")
    file = tmp_path / "report.mjs"
    file.write_text(bundled_script(), encoding="utf-8")
    done = subprocess.run([node, "--check", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_documented_limits_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[3] / "docs" / "report-page.md").read_text(encoding="utf-8")
    limits = {
        f"conflicts listed | {choice.MAX_CONFLICTS:,} |", f"zones drawn | {choice.MAX_ZONES:,} |",
        f"volumes drawn of one plan or zone | {choice.MAX_VOLUMES_EACH:,}, and {choice.MAX_VOLUMES:,} in all |",
        f"gaps | {sections.MAX_ROWS:,} each |", f"than {shapes.MAX_RING_POINTS:,} vertices",
        f"than {paths.MAX_PATH_POINTS:,} points", f"never below {paths.MIN_PATH_POINTS:,})",
        f"ids are cut at {html.MAX_TEXT_CHARS:,} characters and reasons at {html.MAX_PROSE_CHARS:,}",
    }  # fmt: skip
    flat = " ".join(text.split())
    assert [limit for limit in limits if limit not in flat] == []
