"""Identity: what to do with plans and zones of the same (owner, id), as "Identity" of docs/conflicts.md says.

The same content is kept once; of several versions the newest; where no version orders different contents, all are
checked and listed as rejected input. An unknown owner never equals another, so that plans without one are never put
together. Called after all documents are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sharedsky.plans.digest import plan_digest, zone_digest
from sharedsky.plans.plan import Plan, Source, Zone, known_owner


class Collected(Protocol):
    """What was read, as formats.reading.Reading holds it."""

    plans: list[Plan]
    zones: list[Zone]

    def refuse_duplicate(self, source: Source, reason: str, plan: str) -> None:
        """List a plan or zone as rejected input, kind "duplicate"."""

    def note(self, source: Source, text: str, plan: str) -> None:
        """Say what was done."""


Reading = TypeVar("Reading", bound=Collected)
Item = TypeVar("Item", Plan, Zone)


def resolve_identities(reading: Reading) -> Reading:
    """Settle what is there more than once, in place; call it once, when everything is read.

    Returns:
        The same reading, with superseded and repeated plans and zones taken out and noted.
    """
    reading.plans[:] = _resolved(reading.plans, lambda plan: plan.digest or plan_digest(plan), reading, "plan")
    reading.zones[:] = _resolved(reading.zones, lambda zone: zone.digest or zone_digest(zone), reading, "zone")
    return reading


def _resolved(
    items: Sequence[Item], digest: Callable[[Item], str], reading: Collected, what: str
) -> list[Item]:
    groups: dict[tuple[str, str], list[int]] = {}
    unknown: dict[str, int] = {}
    for k, item in enumerate(items):
        owner = known_owner(item.owner)
        if owner is not None:
            groups.setdefault((owner, item.id), []).append(k)
        elif unknown.setdefault(item.id, k) != k:
            first = items[unknown[item.id]].source
            text = f"{first} has a {what} of the same id; both are without an owner, so that both count, apart."
            reading.note(item.source, text, item.id)
    dropped: set[int] = set()
    for group in groups.values():
        if len(group) > 1:
            dropped |= _settle(items, group, digest, reading, what)
    return [item for k, item in enumerate(items) if k not in dropped]


def _settle(
    items: Sequence[Item], group: list[int], digest: Callable[[Item], str], reading: Collected, what: str
) -> set[int]:
    """Which of several items of one identity are taken out; notes and rejections are put into the reading."""
    dropped: set[int] = set()
    versions = {k: version for k in group if (version := items[k].version) is not None}
    last = max(versions, key=lambda k: versions[k], default=-1)
    for k, version in versions.items():
        if version < versions[last]:
            dropped.add(k)
            newest = f"version {versions[last]} in {items[last].source}"
            text = f"version {version} of this {what} is superseded by {newest}."
            reading.note(items[k].source, text, items[k].id)
    first: dict[str, int] = {}
    for k in (k for k in group if k not in dropped):
        same = first.setdefault(digest(items[k]), k)
        if same != k:
            dropped.add(k)
            text = f"this {what} is the same as in {items[same].source}; it counts once."
            reading.note(items[k].source, text, items[k].id)
    if len(first) > 1:
        _reject([items[k] for k in first.values()], reading, what)
    return dropped


def _reject(items: Sequence[Plan] | Sequence[Zone], reading: Collected, what: str) -> None:
    """Several contents and no version that orders them: all count, and each after the first is listed."""
    first = items[0].source
    for item in items[1:]:
        reason = (
            f"the same owner and id as the {what} in {first}, with different content, and no version tells which is "
            "newer. Both are checked. Remove the one that does not hold, or give them versions."
        )
        reading.refuse_duplicate(item.source, reason, item.id)
