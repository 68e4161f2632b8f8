"""The page's boxes: verdict, refusals, conflicts, pairs left open, assumptions, what is drawn, notes and gaps.

All of it is text in the page, there without a script and on paper. Called by render.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.report import Rejected, Report, Undetermined
from sharedsky.page.choice import GROUPS, Choice, group_of
from sharedsky.page.entries import entry, icon
from sharedsky.page.html import Html, el, given, join, prose
from sharedsky.page.verdict import verdict
from sharedsky.page.wording import owner_text, short_instant, short_span, side_text, span_length
from sharedsky.wording import counted

#: Rows of a box (refusals, pairs left open, notes, gaps) beyond these are counted, not shown; JSON has all.
MAX_ROWS: Final = 2_000

HEADINGS: Final = {
    "en-route": ("Conflicts", ""),
    "terminal": (
        "Near a shared aerodrome",
        "Class terminal: close to a departure or destination that both use, where smaller separations are usual.",
    ),
    "terrain": (
        "Only because the ground is not known",
        "A height above ground meets a level of another datum. With the ground’s elevation (--terrain FILE.toml) "
        "these may prove clear.",
    ),
}
Row = TypeVar("Row")


def verdict_section(report: Report, profile: Profile, title: str, generated_ns: int) -> Html:
    """The head of the page: verdict, remarks, what was checked, when and by which rules."""
    found, summary = verdict(report), report.summary
    counts = ", ".join(
        [
            counted(summary.files, "file"),
            counted(summary.plans, "plan"),
            counted(summary.zones, "zone"),
            counted(summary.volumes, "volume"),
            counted(summary.legs, "trajectory leg"),
        ][0 if summary.files else 1 :]
    )
    return el(
        "header",
        el("div.verdict-icon", icon(found.tone)),
        el(
            "div.verdict-text",
            el("h1", found.headline),
            el("p.remarks", " ".join(found.remarks)) if found.remarks else "",
            el("p.checked", el("strong", given(title)), f" — {counts} checked; profile ", given(profile.name), " ",
               given(profile.version), f"; made {short_instant(generated_ns)}"),
        ),
        class_=f"verdict {found.tone}",
        id="verdict",
    )


def refusals_section(rejected: Sequence[Rejected]) -> Html:
    """The box of what was not checked, and apart from it what was given twice; empty where there is neither."""
    refused = [item for item in rejected if item.kind != "duplicate"]
    twice = [item for item in rejected if item.kind == "duplicate"]
    boxes = []
    if refused:
        boxes.append(_box("refusals", f"Not checked: {counted(len(refused), 'refusal')}",
                          "What each line names was refused, and is not part of this result.",
                          _rows(refused, _rejected), "alert"))
    if twice:
        boxes.append(_box("duplicates", f"Given twice: {counted(len(twice), 'identity', 'identities')}",
                          "One identity with different content and no version that orders it: all were checked.",
                          _rows(twice, _rejected), "alert"))
    return join(boxes)


def conflicts_section(report: Report, choice: Choice) -> Html:
    """The list of conflicts in its groups; en-route first, always there, even if empty."""
    boxes = []
    for group in GROUPS:
        heading, meaning = HEADINGS[group]
        total = sum(group_of(conflict) == group for conflict in report.conflicts)
        entries = [
            entry(number, conflict, drawn=bool(choice.references(conflict.a) and choice.references(conflict.b)))
            for number, conflict in zip(choice.numbers, choice.conflicts)
            if group_of(conflict) == group
        ]
        if not total and group != "en-route":
            continue
        body = el("ol.conflicts", entries) if entries else el("p.none", "None.")
        cut = f" {len(entries):,} of {total:,} are listed, the most urgent." if len(entries) < total else ""
        boxes.append(_box(f"group-{group}", f"{heading} ({total:,})", (meaning + cut).strip(), body))
    return join(boxes)


def undetermined_section(pairs: Sequence[Undetermined]) -> Html:
    """Pairs that are neither in conflict nor clear."""
    if not pairs:
        return Html("")
    rows = _rows(pairs, _undetermined)
    heading = f"Could not be decided: {counted(len(pairs), 'pair')}"
    return _box("undetermined", heading, "Neither in conflict nor clear.", rows, "alert")


def assumptions_section(assumptions: Sequence[str]) -> Html:
    """The box "What this result assumes"."""
    body = el("ul", [el("li", prose(text)) for text in assumptions]) if assumptions else el(
        "p.none", "Nothing beyond the rules of the profile."
    )
    return _box("assumptions", "What this result assumes", "", body)


def drawn_section(choice: Choice) -> Html:
    """What is drawn, what is left out, and how far drawings may be trusted."""
    what = f"Drawn: {counted(len(choice.plans), 'plan')} and {counted(len(choice.zones), 'zone')}."
    rows = [el("li", text) for text in [what, *choice.left_out, BASEMAP_NOTE]]
    return _box("drawn", "What is drawn", "", el("ul", rows))


BASEMAP_NOTE: Final = (
    "Land and borders are for orientation only (Natural Earth, public domain, 1:110 million and 1:50 million; borders "
    "as they are in fact administered, no statement about any claim)."
)


def remarks_section(report: Report) -> Html:
    """The readers' notes, and the stretches of flights about which nothing is known."""
    boxes = []
    if report.gaps:
        boxes.append(_box("gaps", f"Gaps that were not bridged ({len(report.gaps):,})",
                          "Nothing is known of these flights in these windows, and nothing was checked.",
                          _rows(report.gaps, _gap)))
    if report.notes:
        boxes.append(_box("notes", f"Notes ({len(report.notes):,})", "", _rows(report.notes, prose)))
    return join(boxes)


def _box(ident: str, heading: str, meaning: str, body: Html, style: str = "") -> Html:
    head = el("h2", heading, id=f"{ident}-heading")
    about = el("p.meaning", meaning) if meaning else ""
    return el("section", head, about, body, id=ident, class_=f"box {style}".strip(), aria_labelledby=f"{ident}-heading")


def _rows(items: Sequence[Row], row: Callable[[Row], Html]) -> Html:
    shown = [el("li", row(item)) for item in items[:MAX_ROWS]]
    more = len(items) - len(shown)
    last = [el("li.more", f"… and {more:,} more; the JSON result (--format json) lists all.")] if more else []
    return el("ul.rows", shown, last)


def _rejected(item: Rejected) -> Html:
    plan = join(" — plan ", el("strong", given(item.plan))) if item.plan is not None else ""
    where = join(el("code", given(str(item.source))), plan, " ", el("span.kind", given(item.kind)))
    return join(el("div.where", where), el("div.reason", prose(item.reason)))


def _undetermined(pair: Undetermined) -> Html:
    sides = [
        join(el("strong", given(side_text(side))), " (", given(owner_text(side.owner)), ", ", given(side.file), ")")
        for side in (pair.a, pair.b)
    ]
    return join(el("div.where", sides[0], " × ", sides[1]), el("div.reason", prose(pair.reason)))


def _gap(gap: tuple[str, int, int]) -> Html:
    flight, start_ns, end_ns = gap
    return join(el("strong", given(flight)), f" {short_span(start_ns, end_ns)} ({span_length(start_ns, end_ns)})")
