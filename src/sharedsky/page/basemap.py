"""The committed basemap: land and borders of the world, made by scripts/make_basemap.py from Natural Earth.

Called by render.py, which puts it into every page; assets/basemap.js reads it there.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def basemap_json() -> str:
    """The basemap as JSON that may stand inside a <script>: ASCII, without <, > and & (a test holds this)."""
    return asset("basemap.json").strip()


def asset(name: str) -> str:
    """A text file of this package's assets."""
    return (files("sharedsky.page") / "assets" / name).read_text(encoding="utf-8")
