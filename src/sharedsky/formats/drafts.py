"""Plans and zones while their documents are read: identity and volumes first, all rings checked together at the end.

A volume that cannot be read is refused by name and the plan keeps its others: their conflicts are still found, and the
refusal says what was not checked (docs/formats/f3548.md, "When something is wrong"). Called by the JSON readers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sharedsky.airspace.altitude import Altitude
from sharedsky.airspace.footprint import Circle, Corridor, Footprint, Polygon
from sharedsky.airspace.polygon_batch import PolygonBatch
from sharedsky.airspace.time import TimeWindow
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.errors import FormatError, GeometryError, LimitError, SharedskyError
from sharedsky.formats.json_text import JsonError
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Reading, Refusal, refusal_kind
from sharedsky.plans.digest import content_digest
from sharedsky.plans.plan import Aerodrome, Plan, Source, Zone, ZoneKind, known_owner

#: A shape, or the number of a polygon in the document's PolygonBatch.
Shape = Circle | Corridor | int


@dataclass(frozen=True, slots=True)
class VolumeDraft:
    """A volume whose ring may not be checked yet; at: its JSON pointer."""

    at: str
    shape: Shape
    lower: Altitude | None
    upper: Altitude | None
    window: TimeWindow
    off_nominal: bool = False


@dataclass(slots=True)
class Draft:
    """A plan, or a zone where zone_kind is given, as far as it is read; what is wrong with parts of it in `faults`.

    unnamed_faults: how many more there are, beyond limits.max_refusals.
    """

    id: str
    owner: str | None
    source: Source
    zone_kind: ZoneKind | None = None
    volumes: list[VolumeDraft] = field(default_factory=list)
    trajectories: list[Trajectory] = field(default_factory=list)
    faults: list[tuple[str, SharedskyError]] = field(default_factory=list)
    unnamed_faults: int = 0
    notes: list[str] = field(default_factory=list)
    version: int | None = None
    state: str = ""
    label: str = ""
    priority: int | None = None
    rvsm: bool | None = None
    forecast: bool = False
    aerodromes: tuple[Aerodrome, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()

    def join(self) -> None:
        """Say, where another part without an owner joins this draft by its id alone, what that means."""
        if self.owner is None and self.zone_kind is None:
            self.note("several features have this id and no owner: they are one plan, not checked against each other.")

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text)


@dataclass(slots=True)
class Drafts:
    """The drafts of one document; build puts what became of them into a reading."""

    format: str
    file: str
    limits: Limits
    reading: Reading
    rings: PolygonBatch = field(default_factory=PolygonBatch)
    drafts: list[Draft] = field(default_factory=list)
    faults: int = 0
    refused: bool = False

    def refuse(self, error: SharedskyError, at: str, plan: str | None = None) -> None:
        """Refuse something at the error's own place, or else at `at`."""
        self.refused = True
        self.reading.refuse(place(error, self.file, at), error, plan)

    def fault(self, draft: Draft, at: str, error: SharedskyError) -> None:
        """Keep what is wrong with a part of a draft, as long as it can still be named."""
        if self.faults < self.reading.refusals_left:
            self.faults += 1
            draft.faults.append((at, error))
        else:
            draft.unnamed_faults += 1

    def build(self) -> None:
        """Check all rings and turn the drafts into plans, zones, refusals and notes."""
        if not self.drafts and not self.refused:
            self.reading.note(Source(self.file), "the file holds no plan and no zone.")
        polygons = self.rings.build()
        room = self.limits.max_plans - len(self.reading.plans) - len(self.reading.zones)
        for draft in self.drafts[:room] if room > 0 else []:
            self._finish(draft, polygons)
        self._refuse_rest(max(room, 0))

    def _finish(self, draft: Draft, polygons: list[Polygon | GeometryError]) -> None:
        volumes, off_nominal = [], 0
        for volume in sorted(draft.volumes, key=lambda v: v.off_nominal):
            try:
                volumes.append(Volume4D(_shape(volume.shape, polygons), volume.lower, volume.upper, volume.window))
                off_nominal += volume.off_nominal
            except SharedskyError as error:
                self.fault(draft, volume.at, error)
        self._refuse_faults(draft, len(volumes) + len(draft.trajectories))
        if not volumes and not draft.trajectories:
            return
        for text in draft.notes:
            self.reading.note(draft.source, text, draft.id)
        if draft.zone_kind is None:
            self.reading.plans.append(_plan(draft, self.format, tuple(volumes), off_nominal))
        else:
            self.reading.zones.append(_zone(draft, draft.zone_kind, self.format, tuple(volumes)))

    def _refuse_faults(self, draft: Draft, kept: int) -> None:
        what = "zone" if draft.zone_kind is not None else "plan"
        if kept == 0 and not draft.faults and not draft.unnamed_faults:
            empty = FormatError(f"the {what} has no volumes: there is nothing to check.", "Add its volumes.")
            self.refuse(empty, draft.source.pointer or "", draft.id)
        rest = f"the other {kept} of the {what} {'is' if kept == 1 else 'are'}" if kept else f"nor is the {what}"
        for at, error in draft.faults:
            reason = f"{error} This volume is not checked; {rest}."
            self.reading.add_refusal(Refusal(place(error, self.file, at), reason, refusal_kind(error), draft.id))
        if draft.unnamed_faults:
            self.reading.unnamed_refusals[self.file] += draft.unnamed_faults

    def _refuse_rest(self, room: int) -> None:
        if len(self.drafts) <= room:
            return
        try:
            self.limits.check("max_plans", self.limits.max_plans + len(self.drafts) - room, "the run's plans and zones")
        except LimitError as error:
            for draft in self.drafts[room:]:
                self.reading.refuse(draft.source, error, draft.id)


def place(error: SharedskyError, file: str, at: str | None = None) -> Source:
    """Where an error is: its own place where it knows one."""
    if isinstance(error, JsonError) and (error.pointer is not None or error.line is not None):
        return error.source(file)
    return Source(file, at)


def _shape(shape: Shape, polygons: list[Polygon | GeometryError]) -> Footprint:
    if not isinstance(shape, int):
        return shape
    polygon = polygons[shape]
    if isinstance(polygon, GeometryError):
        raise polygon
    return polygon


def _plan(draft: Draft, format_name: str, volumes: tuple[Volume4D, ...], off_nominal: int) -> Plan:
    facts = (
        draft.state, draft.rvsm, draft.forecast, off_nominal, draft.priority, draft.aerodromes, draft.gaps
    )  # fmt: skip
    return Plan(
        id=draft.id,
        owner=known_owner(draft.owner),
        format=format_name,
        source=draft.source,
        volumes=volumes,
        trajectories=tuple(draft.trajectories),
        rvsm=draft.rvsm,
        forecast=draft.forecast,
        aerodromes=draft.aerodromes,
        version=draft.version,
        label=draft.label,
        state=draft.state,
        gaps=draft.gaps,
        digest=content_digest(repr(facts), volumes, draft.trajectories),
        off_nominal=off_nominal,
        priority=draft.priority,
    )


def _zone(draft: Draft, kind: ZoneKind, format_name: str, volumes: tuple[Volume4D, ...]) -> Zone:
    return Zone(
        draft.id, known_owner(draft.owner), kind, format_name, draft.source, volumes, draft.label, draft.version,
        content_digest(kind.value, volumes),
    )  # fmt: skip
