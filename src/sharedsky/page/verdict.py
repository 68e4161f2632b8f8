"""The first thing that the page says: what the check found, and whether that is all there is to know.

"Clear" is said only where Report.clear holds: nothing collides, everything was read and decided. Called by sections.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sharedsky.conflicts.report import Report
from sharedsky.wording import counted

Tone = Literal["certain", "possible", "incomplete", "clear"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """tone: how it is shown. headline: one line. remarks: what one must know beside it, each a sentence."""

    tone: Tone
    headline: str
    remarks: tuple[str, ...]


def verdict(report: Report) -> Verdict:
    """The verdict of a report."""
    return Verdict(_tone(report), _headline(report), tuple(_remarks(report)))


def _tone(report: Report) -> Tone:
    if any(conflict.certainty == "certain" for conflict in report.conflicts):
        return "certain"
    if report.conflicts:
        return "possible"
    return "clear" if report.clear else "incomplete"


def _headline(report: Report) -> str:
    if report.summary.plans == 0 and not report.conflicts:
        refused = len(report.rejected)
        return f"Nothing was checked: {counted(refused, 'refusal')}" if refused else "Nothing was checked"
    if report.clear:
        return f"Clear: {counted(report.summary.plans, 'plan')}, everything read"
    ends = _open_ends(report)
    if not report.conflicts:
        return f"No conflict found, but {' and '.join(ends)}"
    certain = sum(conflict.certainty == "certain" for conflict in report.conflicts)
    possible = len(report.conflicts) - certain
    counts = ", ".join([f"{certain:,} certain"] * (certain > 0) + [f"{possible:,} possible"] * (possible > 0))
    return "; ".join([f"{counted(len(report.conflicts), 'conflict')}: {counts}", *ends])


def _open_ends(report: Report) -> list[str]:
    twice = sum(item.kind == "duplicate" for item in report.rejected)
    refused = len(report.rejected) - twice
    ends = []
    if refused:
        ends.append(f"{counted(refused, 'refusal')}: not everything was checked")
    if report.undetermined:
        ends.append(f"{counted(len(report.undetermined), 'pair')} could not be decided")
    if twice:
        ends.append(f"{counted(twice, 'identity', 'identities')} given twice with different content")
    return ends


def _remarks(report: Report) -> list[str]:
    remarks = []
    terrain = sum(conflict.needs_terrain for conflict in report.conflicts)
    terminal = sum(conflict.cls == "terminal" and not conflict.needs_terrain for conflict in report.conflicts)
    if terminal:
        remarks.append(f"{terminal:,} of these near an aerodrome that both sides use (terminal), listed apart.")
    if terrain:
        remarks.append(f"{terrain:,} of these only because the ground’s elevation is not known, listed apart.")
    if report.summary.plans == 0:
        remarks.append("No plan could be read: this says nothing about any flight.")
    if report.gaps:
        remarks.append(f"{counted(len(report.gaps), 'gap')} in flights not bridged: nothing was checked in them.")
    return remarks
