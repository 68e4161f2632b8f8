"""Stand-ins for the readers, the search and the page, so that tests of the command line hold the command line only.

A fake input file holds lines: `plan ID OWNER`, `zone ID`, `bad REASON`, `boom` (a reader's bug). The fake search
returns the report that `Fakes.report` makes of what was read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import pytest

from report_samples import a_report
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import ALWAYS
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.report import Conflict, Report
from sharedsky.errors import FormatError
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.plans.plan import Plan, Source, Zone, ZoneKind

VOLUME = Volume4D(Circle(47.0, 8.0, 1000.0), None, None, ALWAYS)


@dataclass
class Fakes:
    """What the fakes give, and what they were called with."""

    conflicts: tuple[Conflict, ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)
    searched: dict[str, Any] = field(default_factory=dict)
    read_with: ReadOptions | None = None
    forced: str | None = None
    names: list[str] = field(default_factory=list)
    during: Callable[[], None] = lambda: None

    def open_document(self, name: str, raw: bytes, limits: Limits) -> Document:
        if raw.startswith(b"broken"):
            raise FormatError("the compression is broken.", "Pack it again.")
        return Document(name, raw)

    def read_documents(self, documents: Sequence[Document], options: ReadOptions, forced: str | None = None) -> Reading:
        self.read_with, self.forced = options, forced
        reading = Reading(assumptions=["plans are as filed."])
        for document in documents:
            self.names.append(document.name)
            for number, line in enumerate(document.data.decode().splitlines(), 1):
                self._line(reading, Source(document.name, line=number), line.split(" ", 2))
        return reading

    def _line(self, reading: Reading, source: Source, words: list[str]) -> None:
        match words:
            case ["plan", ident, owner]:
                reading.plans.append(Plan(ident, owner, "fake", source, (VOLUME,)))
            case ["zone", ident]:
                reading.zones.append(Zone(ident, None, ZoneKind.DANGER, "fake", source, (VOLUME,)))
            case ["boom", *_]:
                raise RuntimeError("secret of the input")
            case _:
                reading.refuse(source, FormatError(" ".join(words)), words[-1])

    def find_conflicts(self, plans: Sequence[Plan], zones: Sequence[Zone], profile: object, **options: Any) -> Report:
        self.searched = {"plans": plans, "zones": zones, "profile": profile, **options}
        self.during()
        report = a_report(self.conflicts, **self.changes)
        return replace(report, summary=replace(report.summary, plans=len(plans), zones=len(zones)))

    def render(self, report: Report, plans: Sequence[Plan], zones: Sequence[Zone], **options: Any) -> str:
        return f"<!doctype html><title>{len(plans)} plans, at most {options['max_plans']}</title>"


def install(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    """Put the fakes where the command line looks for the real ones."""
    fakes = Fakes()
    modules: dict[str, dict[str, object]] = {
        "formats.detect": {"open_document": fakes.open_document, "read_documents": fakes.read_documents},
        "plans.identity": {"resolve_identities": lambda reading: reading},
        "conflicts.search": {"find_conflicts": fakes.find_conflicts},
        "page.render": {"render": fakes.render},
    }
    for name, members in modules.items():
        module = ModuleType(f"sharedsky.{name}")
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, f"sharedsky.{name}", module)
    return fakes
