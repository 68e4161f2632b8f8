"""The constants of ASTM F3548-21 that a DSS enforces, and the checks of times and sizes that all requests share.

Each constant is cited in docs/f3548.md. Called by the decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sharedsky.airspace.time import NS_PER_DAY, NS_PER_S
from sharedsky.exchange.answers import Refused
from sharedsky.exchange.cover import Extent, area_m2

#: OiMaxPlanHorizon: how far ahead an operational intent may be planned.
OI_MAX_PLAN_HORIZON_NS: Final = 30 * NS_PER_DAY
#: OiMaxVertices: vertices of all polygons of an operational intent.
OI_MAX_VERTICES: Final = 10_000
#: CstrMaxVertices, CstrMaxArea, CstrMaxDuration, CstrMaxPlanHorizon.
CSTR_MAX_VERTICES: Final = 1_000
CSTR_MAX_AREA_M2: Final = 10_000e6
CSTR_MAX_DURATION_NS: Final = NS_PER_DAY
CSTR_MAX_PLAN_HORIZON_NS: Final = 56 * NS_PER_DAY
#: DSSMaxSubscriptionDuration.
DSS_MAX_SUBSCRIPTION_DURATION_NS: Final = NS_PER_DAY
#: TimeSyncMaxDifferentialAllowed: how far a client's clock may be off.
TIME_SYNC_MAX_NS: Final = 5 * NS_PER_S


def times_refused(extents: Sequence[Extent], now_ns: int, what: str) -> Refused | None:
    """What is wrong with the times of an entity's extents, or None."""
    if not extents:
        return Refused("invalid", f"the {what} has no volume.")
    if any(extent.end_ns <= extent.start_ns for extent in extents):
        return Refused("invalid", f"a volume of the {what} ends before or when it begins.")
    if max(extent.end_ns for extent in extents) <= now_ns:
        return Refused("invalid", f"the {what} ends in the past.")
    if any(extent.high_mm <= extent.low_mm for extent in extents):
        return Refused("invalid", f"a volume of the {what} has its ceiling at or below its floor.")
    return None


def constraint_refused(extents: Sequence[Extent], now_ns: int) -> Refused | None:
    """What is beyond F3548-21's limits for a constraint, or None."""
    start, end = min(e.start_ns for e in extents), max(e.end_ns for e in extents)
    if end - start > CSTR_MAX_DURATION_NS:
        return Refused("invalid", "the constraint lasts longer than CstrMaxDuration, 24 hours.")
    if end > now_ns + CSTR_MAX_PLAN_HORIZON_NS:
        return Refused("invalid", "the constraint ends later than CstrMaxPlanHorizon, 56 days from now.")
    if sum(e.vertices for e in extents) > CSTR_MAX_VERTICES:
        return Refused("invalid", f"the constraint has more than CstrMaxVertices, {CSTR_MAX_VERTICES:,} vertices.")
    if sum(area_m2(e) for e in extents) > CSTR_MAX_AREA_M2:
        return Refused("too-large", "the constraint is larger than CstrMaxArea, 10,000 km2.")
    return None


def intent_refused(extents: Sequence[Extent], now_ns: int) -> Refused | None:
    """What is beyond F3548-21's limits for an operational intent, or None."""
    if max(e.end_ns for e in extents) > now_ns + OI_MAX_PLAN_HORIZON_NS:
        return Refused("invalid", "the operational intent ends later than OiMaxPlanHorizon, 30 days from now.")
    if sum(e.vertices for e in extents) > OI_MAX_VERTICES:
        return Refused("invalid", f"the operational intent has more than OiMaxVertices, {OI_MAX_VERTICES:,} vertices.")
    return None
