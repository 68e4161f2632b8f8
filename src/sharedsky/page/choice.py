"""What of a check is drawn, and the sentences that say what is not; nothing leaves the page in silence.

The list of conflicts, the refusals and the counts are of the whole check; only drawings are limited, so that a page of
a million plans still opens. Plans and zones in conflicts come first, in the conflicts' order of urgency. Called by
data.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from sharedsky.airspace.time import TimeWindow
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.report import Conflict, Report, Side
from sharedsky.plans.plan import Plan, Zone
from sharedsky.wording import counted

#: The most conflicts that are listed, the most urgent first; the JSON result has all.
MAX_CONFLICTS: Final = 2_000
#: The most zones that are drawn, those in conflicts first.
MAX_ZONES: Final = 2_000
#: The most volumes drawn of one plan or zone, those that meet one of its conflicts in time first; and of all together.
MAX_VOLUMES_EACH: Final = 500
MAX_VOLUMES: Final = 20_000

Group = Literal["en-route", "terminal", "terrain"]
#: The lists of conflicts, in the order in which they stand and are numbered.
GROUPS: Final[tuple[Group, ...]] = ("en-route", "terminal", "terrain")

Key = tuple[str, str | None, str]  #: role, owner, id
Thing = TypeVar("Thing", Plan, Zone)


@dataclass(slots=True)
class Choice:
    """What is listed and drawn.

    conflicts: listed, in order of groups and then of urgency; numbers[k] is the place of conflicts[k] among all of
        them (from 1; the command's table has the same numbers).
    plans, zones: drawn, with volumes[k] the volumes drawn of (plans + zones)[k].
    left_out: a sentence for each kind of thing that is not shown in full.
    """

    conflicts: list[Conflict]
    numbers: list[int]
    plans: list[Plan]
    zones: list[Zone]
    volumes: list[tuple[Volume4D, ...]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def references(self, side: Side) -> list[int]:
        """Places in `plans` (or `zones`) of what a side names: one, none if not drawn, several if given twice."""
        things: Sequence[Plan | Zone] = self.plans if side.role == "plan" else self.zones
        same = list(self._index(side.role).get((side.role, side.owner, side.id), []))
        in_file = [k for k in same if things[k].source.file == side.file]
        return in_file or same

    _indices: dict[str, dict[Key, list[int]]] = field(default_factory=dict)

    def _index(self, role: str) -> dict[Key, list[int]]:
        if role not in self._indices:
            index: dict[Key, list[int]] = {}
            things: Sequence[Plan | Zone] = self.plans if role == "plan" else self.zones
            for k, thing in enumerate(things):
                index.setdefault((role, thing.owner, thing.id), []).append(k)
            self._indices[role] = index
        return self._indices[role]


def choose(report: Report, plans: Sequence[Plan], zones: Sequence[Zone], max_plans: int) -> Choice:
    """Choose what is listed and drawn, and say what is not.

    Args:
        max_plans: the most plans that are drawn, >= 0.
    """
    order = _order_of_sides(report.conflicts)
    listed, numbers = _listed(report.conflicts)
    choice = Choice(listed, numbers, _first(plans, "plan", order, max_plans), _first(zones, "zone", order, MAX_ZONES))
    _say(choice, len(report.conflicts), len(listed), "conflict", "listed", "those most urgent")
    _say(choice, len(plans), len(choice.plans), "plan", "drawn", "those in conflicts first")
    _say(choice, len(zones), len(choice.zones), "zone", "drawn", "those in conflicts first")
    _choose_volumes(choice, _windows_of_sides(listed))
    return choice


def group_of(conflict: Conflict) -> Group:
    """The list that a conflict stands in."""
    return "terrain" if conflict.needs_terrain else conflict.cls


def _listed(conflicts: Sequence[Conflict]) -> tuple[list[Conflict], list[int]]:
    """The most urgent conflicts, in order of groups, and the number of each among all."""
    order = sorted(range(len(conflicts)), key=lambda k: GROUPS.index(group_of(conflicts[k])))
    kept = [(number, k) for number, k in enumerate(order, 1) if k < MAX_CONFLICTS]
    return [conflicts[k] for _, k in kept], [number for number, _ in kept]


def _order_of_sides(conflicts: Iterable[Conflict]) -> dict[Key, int]:
    order: dict[Key, int] = {}
    for conflict in conflicts:
        for side in (conflict.a, conflict.b):
            order.setdefault((side.role, side.owner, side.id), len(order))
    return order


def _windows_of_sides(conflicts: Iterable[Conflict]) -> dict[Key, list[TimeWindow]]:
    windows: dict[Key, list[TimeWindow]] = {}
    for conflict in conflicts:
        for side in (conflict.a, conflict.b):
            windows.setdefault((side.role, side.owner, side.id), []).append(conflict.window)
    return windows


def _first(things: Sequence[Thing], role: str, order: dict[Key, int], most: int) -> list[Thing]:
    last = len(order)
    ranked = sorted(things, key=lambda thing: order.get((role, thing.owner, thing.id), last))
    return ranked[: max(0, most)]


def _say(choice: Choice, total: int, shown: int, noun: str, verb: str, which: str) -> None:
    if shown < total:
        choice.left_out.append(
            f"{shown:,} of {counted(total, noun)} {'is' if shown == 1 else 'are'} {verb} here ({which}); "
            f"{counted(total - shown, f'{noun} is', f'{noun}s are')} not. "
            "All were checked, and all count in the numbers above; the JSON result (--format json) has every conflict."
        )


def _choose_volumes(choice: Choice, windows: dict[Key, list[TimeWindow]]) -> None:
    room, hidden = MAX_VOLUMES, 0
    things: list[tuple[str, Plan | Zone]] = [("plan", p) for p in choice.plans] + [("zone", z) for z in choice.zones]
    for role, thing in things:
        near = windows.get((role, thing.owner, thing.id), [])
        volumes = thing.volumes
        if len(volumes) > min(MAX_VOLUMES_EACH, room):
            urgent = sorted(volumes, key=lambda v: not any(v.window.meets(window) for window in near))
            volumes = tuple(urgent[: min(MAX_VOLUMES_EACH, room)])
            hidden += len(thing.volumes) - len(volumes)
        room -= len(volumes)
        choice.volumes.append(volumes)
    if hidden:
        choice.left_out.append(
            f"{counted(hidden, 'volume')} of plans or zones with very many {'is' if hidden == 1 else 'are'} not drawn "
            f"(at most {MAX_VOLUMES_EACH:,} of each and {MAX_VOLUMES:,} in all, those at the time of a conflict "
            "first). All were checked."
        )
