"""The result as a table for people: conflicts first, then what was not checked, then what the result assumes.

Readable at 80 columns, on a terminal and in a file. Nothing from input is taken for markup or obeyed by a terminal
(results/visible.py). Called by check.py.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sharedsky.cli.wording import (
    apart_text,
    band_text,
    inner_window_text,
    instant_text,
    place_text,
    ratio_text,
    side_text,
    summary_text,
    wholly_certain,
    window_text,
)
from sharedsky.conflicts.report import Conflict, Rejected, Report, Side
from sharedsky.results.visible import shown, visible
from sharedsky.wording import counted

MIN_WIDTH: Final = 80
#: Lines of notes and of gaps that are shown; all of them are in the JSON.
_MAX_LINES: Final = 20

#: The parts in which conflicts are listed: a heading, and which conflicts stand under it.
_PARTS: Final[tuple[tuple[str, Callable[[Conflict], bool]], ...]] = (
    ("Conflicts", lambda c: c.cls == "en-route" and not c.needs_terrain),
    ("Near an aerodrome that both use (terminal)", lambda c: c.cls == "terminal" and not c.needs_terrain),
    ("Possible only because the ground's elevation is not known (--terrain)", lambda c: c.needs_terrain),
)


def table_text(
    report: Report, *, width: int = MIN_WIDTH, colour: bool = False, ascii_only: bool = False, quiet: bool = False
) -> str:
    """The whole result as text, `width` columns wide (at least 80), with a newline at its end.

    ascii_only: for a terminal that has no other characters. quiet: without notes, gaps, assumptions and summary.
    """
    out = io.StringIO()
    console = Console(
        file=out, width=max(width, MIN_WIDTH), force_terminal=colour, color_system="standard" if colour else None,
        markup=False, highlight=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    lines = box.ASCII2 if ascii_only else box.SIMPLE_HEAD
    doubtful = _in_several_files(report.conflicts)
    first = 1
    for heading, belongs in _PARTS:
        part = [conflict for conflict in report.conflicts if belongs(conflict)]
        if part:
            _heading(console, f"{heading}: {len(part):,}")
            console.print(_table(part, first, lines, doubtful))
            first += len(part)
    _unchecked(console, report)
    if not quiet:
        _beside(console, report)
        _heading(console, summary_text(report))
    text = "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
    return text.replace("…", "~") if ascii_only else text


def _in_several_files(conflicts: Iterable[Conflict]) -> set[tuple[str | None, str]]:
    """Identities (owner, id) that stand for more than one file: their sides must be told apart."""
    files: dict[tuple[str | None, str], set[str]] = {}
    for conflict in conflicts:
        for side in (conflict.a, conflict.b):
            files.setdefault((side.owner, side.id), set()).add(side.file)
    return {identity for identity, found in files.items() if len(found) > 1}


def _table(
    conflicts: Iterable[Conflict], first: int, lines: box.Box, doubtful: set[tuple[str | None, str]]
) -> Table:
    table = Table(box=lines, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("sure", no_wrap=True)
    table.add_column("when (UTC), where", no_wrap=True)
    table.add_column("between", ratio=1, overflow="fold")
    table.add_column("levels, apart", overflow="fold")
    for k, conflict in enumerate(conflicts, first):
        certain = conflict.certainty == "certain"
        table.add_row(
            Text(str(k)),
            Text(conflict.certainty, style="bold red" if certain else "yellow"),
            Text(f"{window_text(conflict.window)}\n{place_text(conflict.place)}"),
            Text("\n".join((_side(conflict.a, doubtful), _side(conflict.b, doubtful), *_remarks(conflict)))),
            Text("\n".join(_measures(conflict))),
        )
    return table


def _side(side: Side, doubtful: set[tuple[str | None, str]]) -> str:
    return f"{side_text(side)} in {shown(side.file)}" if (side.owner, side.id) in doubtful else side_text(side)


def _remarks(conflict: Conflict) -> list[str]:
    """Which part of the window is certain, where not all of it is, and the reasons in words."""
    windows = conflict.certain_windows
    out = [f"- {visible(note)}" for note in conflict.notes]
    if windows and not wholly_certain(conflict.window, windows):
        rest = f" and {counted(len(windows) - 1, 'time')} more" if len(windows) > 1 else ""
        out.insert(0, f"- certain {inner_window_text(windows[0])}{rest}")
    return out


def _measures(conflict: Conflict) -> list[str]:
    """Levels, separation at the closest approach, and the ratio to the minimum, each where it is defined."""
    out = [band_text(conflict.band)]
    if conflict.closest is not None:
        out.append(apart_text(conflict.closest))
    if conflict.ratio is not None and conflict.closest is not None:
        out.append(ratio_text(conflict.ratio, conflict.breaks))
    return out


def _unchecked(console: Console, report: Report) -> None:
    """Everything that was not checked, without a bound: who reads "no conflict" must see what that leaves out."""
    _rejected(console, "Not checked", [item for item in report.rejected if item.kind != "duplicate"])
    _rejected(console, "Checked, but in doubt", [item for item in report.rejected if item.kind == "duplicate"])
    if report.undetermined:
        _heading(console, f"Undetermined: {len(report.undetermined):,}", style="bold yellow")
        for pair in report.undetermined:
            _line(console, f"{side_text(pair.a)} and {side_text(pair.b)}: {visible(pair.reason)}", indent=2)


def _rejected(console: Console, heading: str, items: Sequence[Rejected]) -> None:
    if items:
        _heading(console, f"{heading}: {len(items):,}", style="bold yellow")
    for item in items:
        _line(console, _rejected_head(item), indent=2)
        _line(console, visible(item.reason), indent=4)


def _rejected_head(item: Rejected) -> str:
    plan = f", plan {shown(item.plan)}" if item.plan is not None else ""
    return f"{visible(str(item.source))}{plan} ({shown(item.kind)})"


def _beside(console: Console, report: Report) -> None:
    gaps: dict[str, list[tuple[int, int]]] = {}
    for plan, start_ns, end_ns in report.gaps:
        gaps.setdefault(plan, []).append((start_ns, end_ns))
    _list(console, "Gaps that were not bridged, and so not checked", [_gap(plan, gaps[plan]) for plan in gaps])
    _list(console, "Notes", [visible(note) for note in report.notes])
    assumptions = [visible(text) for text in report.assumptions]
    _list(console, "What this result assumes", assumptions, most=len(assumptions))


def _gap(plan: str, gaps: Sequence[tuple[int, int]]) -> str:
    start_ns, end_ns = gaps[0]
    more = f" and {len(gaps) - 1:,} more" if len(gaps) > 1 else ""
    return f"{shown(plan)}: {instant_text(start_ns)} to {instant_text(end_ns)}{more}"


def _list(console: Console, heading: str, texts: Sequence[str], *, most: int = _MAX_LINES) -> None:
    if not texts:
        return
    _heading(console, heading)
    for text in texts[:most]:
        _line(console, text, indent=2)
    if len(texts) > most:
        _line(console, f"and {counted(len(texts) - most, 'line')} more: --format json has all of them", indent=2)


def _heading(console: Console, text: str, style: str = "bold") -> None:
    if console.file.tell():
        console.print()
    console.print(Text(text, style=style))


def _line(console: Console, text: str, *, indent: int) -> None:
    console.print(Padding(Text(text, overflow="fold"), (0, 0, 0, indent)))
