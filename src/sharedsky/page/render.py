"""A report as one HTML page that opens from disk and loads nothing (issue 2, "--report PATH.html").

Pure: no clock and no file is touched but this package's own assets. Every string of input is text, in the page and in
its JSON; should markup get in nevertheless, the page's policy runs only the one script whose hash it names. Called by
the command line.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from string import Template
from typing import Final

from sharedsky.airspace.datums import UNKNOWN_TERRAIN
from sharedsky.airspace.terrain import Terrain
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.report import Report
from sharedsky.page import sections
from sharedsky.page.basemap import asset, basemap_json
from sharedsky.page.choice import choose
from sharedsky.page.data import payload
from sharedsky.page.html import join, json_for_html
from sharedsky.plans.plan import Plan, Zone
from sharedsky.results.visible import shown

#: The page's script, module by module, each after those that it imports from. Inlined as one module.
MODULES: Final = (
    "format.js", "sphere.js", "camera.js", "trace.js", "basemap.js", "path.js", "scene.js", "palette.js", "axes.js",
    "grid.js", "signs.js", "sides.js", "layers.js", "finding.js", "gestures.js", "mapview.js", "picture.js",
    "levels.js", "timeline.js", "list.js", "report.js",
)
_IMPORT: Final = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:const|let|function|class)\b)", re.MULTILINE)


def render(
    report: Report,
    plans: Sequence[Plan],
    zones: Sequence[Zone],
    *,
    title: str,
    generated_ns: int,
    max_plans: int = 2_000,
    profile: Profile,
    terrain: Terrain = UNKNOWN_TERRAIN,
) -> str:
    """The page of a report.

    Args:
        plans, zones: what was checked; those in conflicts are drawn first.
        title: shown beside the verdict and in the window's title.
        generated_ns: when the report was made, nanoseconds of UTC since 1970; shown.
        max_plans: the most plans that are drawn; the page says what it left out.
        profile: by which the report was made; shown.
        terrain: the ground by which heights above it were compared, for drawing them among other levels.
    Returns:
        HTML, to be written as UTF-8.
    """
    choice = choose(report, plans, zones, max_plans)
    data = payload(choice, terrain)
    style, script = asset("report.css"), bundled_script()
    return Template(asset("template.html")).substitute(
        csp=_policy(style, script),
        title=_text(f"{title} – sharedsky"),
        style=style,
        verdict=sections.verdict_section(report, profile, title, generated_ns),
        refusals=sections.refusals_section(report.rejected),
        conflicts=sections.conflicts_section(report, choice),
        undetermined=sections.undetermined_section(report.undetermined),
        assumptions=sections.assumptions_section(report.assumptions),
        drawn=sections.drawn_section(choice),
        remarks=sections.remarks_section(report),
        data=json_for_html(data.value),
        basemap=basemap_json(),
        script=script,
    )


@cache
def bundled_script() -> str:
    """The modules of assets/ as one: their imports from each other and their export words taken out."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", asset(name))) for name in MODULES)


def _policy(style: str, script: str) -> str:
    """The Content-Security-Policy: nothing is loaded, nothing runs but this style and this script."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {_source_hash(script)}",
            f"style-src {_source_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        ]
    )


def _source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(text: str) -> str:
    return join(shown(text))
