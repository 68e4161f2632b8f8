"""What a result assumes, in sentences: shown beside it, since a "clear" means no more than they allow.

Called by search.py; the readers add their own (forecast values, gaps).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sharedsky.airspace.altitude import UM_PER_FT, Datum
from sharedsky.airspace.earth import M_PER_NM
from sharedsky.airspace.geoid import GEOID_ERROR_M
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.time import NS_PER_S
from sharedsky.airspace.trajectory import DATUMS
from sharedsky.conflicts.profile import Profile
from sharedsky.plans.plan import Plan, Zone
from sharedsky.wording import counted

#: Levels of one of these need not count from the same surface: other settings, other aerodromes, other ground.
_NOT_ALWAYS_COMPARABLE: Final = {Datum.QNH, Datum.QFE, Datum.AGL}


def assumptions(
    plans: Sequence[Plan],
    zones: Sequence[Zone],
    chosen: Sequence[Zone],
    profile: Profile,
    *,
    assume_rvsm: bool,
    terrain: Terrain | None,
) -> list[str]:
    """The sentences that apply to this search."""
    datums = _datums(plans, chosen)
    flights = [plan for plan in plans if plan.trajectories]
    out = [f"Minima: profile {profile.name} version {profile.version} ({profile.source})."]
    if flights:
        out += _about_flights(flights, profile, assume_rvsm)
    if profile.time_ns:
        out.append(f"All windows are widened by {profile.time_ns / NS_PER_S:g} s at both ends.")
    if len(zones) > len(chosen):
        left_out = counted(len(zones) - len(chosen), "zone that informs", "zones that inform")
        out.append(f"Not checked: {left_out} only (such as airspace classes).")
    if len(datums) > 1 or datums & _NOT_ALWAYS_COMPARABLE:
        out += _about_datums(datums, terrain)
    return out


def _about_flights(flights: Sequence[Plan], profile: Profile, assume_rvsm: bool) -> list[str]:
    table = profile.vertical
    low, high = table.low_um / UM_PER_FT, table.high_um / UM_PER_FT
    out = [
        f"Between trajectories: {profile.horizontal_m / M_PER_NM:g} NM; {low:g} ft, and {high:g} ft above "
        f"FL{table.split_um / UM_PER_FT / 100:.0f} unless both are RVSM approved and at or below "
        f"FL{table.rvsm_top_um / UM_PER_FT / 100:.0f}."
        if low != high
        else f"Between trajectories: {profile.horizontal_m / M_PER_NM:g} NM and {low:g} ft at all levels.",
        "Between recorded or reported points, aircraft fly geodesics at constant speed and change level evenly.",
    ]
    unknown = sum(plan.rvsm is None for plan in flights)
    if unknown and low != high:
        said = "taken as RVSM approved (as asked)" if assume_rvsm else "not known to be RVSM approved or not"
        out.append(f"{counted(unknown, 'flight is', 'flights are')} {said}.")
    gaps = sum(len(plan.gaps) for plan in flights)
    if gaps:
        out.append(
            f"{counted(gaps, 'gap', 'gaps')} in recorded tracks not bridged: nothing is said about the time within."
        )
    return out


def _about_datums(datums: set[Datum], terrain: Terrain | None) -> list[str]:
    out = ["Levels of different datums are compared as intervals that surely hold them."]
    if datums & {Datum.PRESSURE, Datum.QNH, Datum.QFE}:
        out.append(
            "Barometric levels against heights: QNH 1013.25 +- 50 hPa at 30 ft each where it is not known, temperature "
            "ISA +- 30 C at 4 % of height for each 10 C."
        )
    if datums - {Datum.WGS84}:
        out.append(f"The geoid is EGM96 (15-minute grid, cubic), within {GEOID_ERROR_M:g} m of mean sea level.")
    if Datum.AGL in datums:
        ground = terrain or Terrain()
        low, high = ground.elsewhere_m
        table = f"as in the table of {counted(len(ground.regions), 'region')}, else " if ground.regions else ""
        out.append(
            f"Heights above ground: the ground is {table}between {low:g} m and {high:g} m above sea level; pairs that "
            "only other ground would decide are listed as undetermined."
        )
    return out


def _datums(plans: Sequence[Plan], zones: Sequence[Zone]) -> set[Datum]:
    volumes = [v for plan in plans for v in plan.volumes] + [v for zone in zones for v in zone.volumes]
    found = {level.datum for v in volumes for level in (v.lower, v.upper) if level is not None}
    for plan in plans:
        for t in plan.trajectories:
            found.update(DATUMS[int(code)] for codes in (t.lower_datum, t.upper_datum) for code in set(codes.tolist()))
    return found
