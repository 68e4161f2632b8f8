"""One conflict as an entry of the page's list: a line to scan, and beneath it everything that is known.

The entries are complete without a script (they are <details> elements); the script links them to the map. Separations
and windows are worded by wording.py, never by the script. Called by sections.py.
"""

from __future__ import annotations

from typing import Final

from sharedsky.conflicts.report import Conflict, MinimaKind, Side
from sharedsky.page.html import Html, el, given, join, prose
from sharedsky.page.wording import (
    band_text,
    closest_text,
    duration_text,
    exact_instant,
    minimum_text,
    owner_text,
    place_text,
    ratio_text,
    short_window,
    side_text,
)

#: What each certainty means, as docs/conflicts.md has it.
CERTAINTY_MEANING: Final = {
    "certain": "every possibility that the plans leave open breaks the minima.",
    "possible": "some of the possibilities that the plans leave open break the minima.",
}
MINIMA_NAMES: Final[dict[MinimaKind, str]] = {
    "volume-volume": "between two volumes",
    "trajectory-trajectory": "between two flights",
    "trajectory-volume": "between a flight and a volume",
    "zone": "between a plan and a zone",
}


def entry(number: int, conflict: Conflict, *, drawn: bool) -> Html:
    """The list item of one conflict.

    Args:
        number: its place in the order of urgency, from 1. drawn: whether both sides are on the map.
    """
    summary = el("summary", _headline(number, conflict), _line(conflict), class_="conflict-summary")
    details = el("details", summary, _facts(conflict, drawn=drawn), name="conflict", data_conflict=str(number - 1))
    return el("li", details, class_=f"conflict {conflict.certainty}", id=f"conflict-{number}")


def icon(name: str) -> Html:
    """One of the template's symbols; shapes differ as well as colours, and words stand beside them."""
    return el("svg.icon", Html(f'<use href="#icon-{name}"></use>'), aria_hidden="true", viewBox="0 0 20 20")


def _headline(number: int, conflict: Conflict) -> Html:
    sides = el(
        "span.sides",
        el("span.side.side-a", given(side_text(conflict.a))),
        el("span.cross", " × "),
        el("span.side.side-b", given(side_text(conflict.b))),
    )
    badge = el("span", icon(conflict.certainty), conflict.certainty, class_=f"badge {conflict.certainty}")
    return el("span.headline", el("span.number", str(number)), sides, badge)


def _line(conflict: Conflict) -> Html:
    parts = []
    if conflict.closest is not None:
        parts.append(closest_text(conflict.closest, brief=True))
    parts += [ratio_text(conflict)] if conflict.ratio is not None and ratio_text(conflict) else []
    parts += [] if parts else [band_text(conflict.band)]
    duration = duration_text(conflict.window)
    when = short_window(conflict.window) + (f" ({duration})" if duration else "")
    return join(el("span.when", when), el("span.how", " · ".join(part for part in parts if part)))


def _facts(conflict: Conflict, *, drawn: bool) -> Html:
    window, closest, breaks = conflict.window, conflict.closest, conflict.breaks
    rows: list[tuple[str, Html]] = [
        ("Certainty", join(el("strong", conflict.certainty.capitalize()), ": ", CERTAINTY_MEANING[conflict.certainty])),
        ("Window", join(_time(window.start_ns), " to ", _time(window.end_ns))),
    ]
    if conflict.certain_windows and conflict.certain_windows != (window,):
        spans = [el("li", _time(w.start_ns), " to ", _time(w.end_ns)) for w in conflict.certain_windows]
        rows.append(("Certain within", el("ul.plain", spans)))
    if closest is not None:
        nominal = " (between the forecasts' nominal positions)" if closest.nominal else ""
        rows.append(("Closest approach", join(closest_text(closest), " at ", _time(closest.time_ns), nominal)))
    if closest is not None and closest.vertical_m is None:
        rows.append(("", Html("No vertical separation is given: the levels do not compare exactly.")))
    if ratio_text(conflict):
        rows.append(("Nearness", join(ratio_text(conflict))))
    rows += [
        ("Levels", join(band_text(conflict.band))),
        ("Place", join(place_text(*conflict.place))),
        ("Breaks", join(minimum_text(breaks), ", ", MINIMA_NAMES[breaks.minima], " — ", _profile(conflict))),
        ("A", _side(conflict.a)),
        ("B", _side(conflict.b)),
    ]
    rows += [("Note", prose(note)) for note in conflict.notes]
    if not drawn:
        rows.append(("Map", Html("Not every side of this conflict is drawn; see “What is drawn”.")))
    return el("dl.facts", [join(el("dt", name), el("dd", value)) for name, value in rows])


def _profile(conflict: Conflict) -> Html:
    breaks = conflict.breaks
    return join("profile ", given(breaks.profile), " ", given(breaks.version), " (", given(breaks.source), ")")


def _time(ns: int) -> Html:
    return el("span.time", exact_instant(ns))


def _side(side: Side) -> Html:
    name = given(side.label) if side.label and side.label != side.id else None
    return join(
        el("span.role", f"{side.role} "),
        [el("strong", name), " "] if name is not None else [],
        el("code", given(side.id)),
        # A recorded flight is its own owner: its id stands there already.
        [Html("<br>"), given(owner_text(side.owner))] if side.owner != side.id else [],
        Html("<br>"),
        el("span.file", given(side.file)),
    )
