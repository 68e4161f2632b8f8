"""The sides of a search: plans and zones by number, and which of them may be in conflict.

Called by search.py and assemble.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sharedsky.airspace.earth import IntArray
from sharedsky.conflicts.report import Side
from sharedsky.plans.plan import Plan, Zone, known_owner


@dataclass(frozen=True, slots=True)
class Sides:
    """Plans first, then zones. group (n,): plans of one group are not in conflict. rvsm (n,): 1, 0, or -1 unknown."""

    plans: Sequence[Plan]
    zones: Sequence[Zone]
    group: IntArray
    rvsm: IntArray

    def __len__(self) -> int:
        return len(self.plans) + len(self.zones)

    def side(self, k: int) -> Side:
        """Side k as a report names it."""
        if k < len(self.plans):
            plan = self.plans[k]
            return Side("plan", plan.id, plan.owner, plan.source.file, plan.label)
        zone = self.zones[k - len(self.plans)]
        return Side("zone", zone.id, zone.owner, zone.source.file, zone.name)


def sides_of(plans: Sequence[Plan], zones: Sequence[Zone], *, same_owner: bool, assume_rvsm: bool) -> Sides:
    """Number the sides.

    same_owner: plans of one owner conflict too, though never two of one identity. An unknown owner equals no other.
    assume_rvsm: flights whose approval is not known are approved.
    """
    codes: dict[tuple[str | None, str], int] = {}
    group = np.empty(len(plans) + len(zones), np.int64)
    for k, plan in enumerate(plans):
        owner = known_owner(plan.owner)
        key = (owner, str(k) if owner is None else plan.id if same_owner else "")
        group[k] = codes.setdefault(key, len(codes))
    group[len(plans) :] = len(codes) + np.arange(len(zones))
    unknown = 1 if assume_rvsm else -1
    rvsm = [unknown if plan.rvsm is None else int(plan.rvsm) for plan in plans]
    return Sides(plans, zones, group, np.array(rvsm + [-1] * len(zones), np.int64))
