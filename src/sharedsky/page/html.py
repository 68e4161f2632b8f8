"""HTML built from values: whatever is not markup of our own is escaped, so that input can only ever be text.

Implements "every string from input is escaped wherever it is shown" for HTML and for JSON inside HTML. Called by
sections.py, entries.py and render.py, which build every tag of the page through `el`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Final

from sharedsky.results.visible import shown

#: Ids, names and files longer than this are cut in the middle (they are whole in the JSON result).
MAX_TEXT_CHARS: Final = 160
#: Reasons and notes may be longer: they say what to do.
MAX_PROSE_CHARS: Final = 2_000

#: What must not stand inside <script>: an end tag, a comment, an entity, and the two line ends JavaScript once had.
_JSON_IN_HTML: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


class Html(str):
    """Text that is markup of our own making; every other str is escaped before it meets one."""

    __slots__ = ()


Child = Html | str | Iterable["Html | str"]


def el(tag: str, *children: Child, **attributes: str | bool | None) -> Html:
    """An element with its children, escaped.

    Args:
        tag: its name, with classes as in "p.small.quiet".
        children: markup, text, or iterables of them.
        attributes: a trailing underscore is dropped and inner ones become hyphens (`for_`, `data_n`); True writes the
            bare name, None and False leave it out.
    """
    name, *classes = tag.split(".")
    parts = [name] + ([f'class="{" ".join(classes)}"'] if classes else [])
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(attribute)
        elif isinstance(value, str):
            parts.append(f'{attribute}="{escape(value, quote=True)}"')
    return Html(f"<{' '.join(parts)}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Markup and text one after the other, the text escaped."""
    return Html("".join(_markup(child) for child in children))


def _markup(child: Child) -> str:
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(child, quote=True)
    return "".join(_markup(inner) for inner in child)


def given(text: str, max_chars: int = MAX_TEXT_CHARS) -> Html:
    """Text from input: made visible (controls, bidirectional overrides), cut, isolated from the text around it."""
    return el("bdi", shown(text, max_chars))


def prose(text: str) -> Html:
    """A sentence of ours that may quote input: made visible and isolated, cut only when very long."""
    return el("bdi", shown(text, MAX_PROSE_CHARS))


def json_for_html(value: object) -> str:
    """JSON that may stand inside a <script type="application/json">: ASCII, and without <, >, & as such.

    Raises:
        ValueError: NaN or infinity, which JSON has not; the payload never holds them.
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.translate(_JSON_IN_HTML)
