"""The class of a breach: `terminal` near a shared departure or destination, else `en-route`.

Implements "Terminal" of docs/conflicts.md. A class orders the list; it never hides a breach. Called by assemble.py.
"""

from __future__ import annotations

import numpy as np

from sharedsky.airspace.altitude import UM_PER_FT
from sharedsky.airspace.earth import BoolArray, distance_m
from sharedsky.conflicts.breaches import MINIMA, Breaches
from sharedsky.conflicts.profile import Terminal
from sharedsky.conflicts.sides import Sides
from sharedsky.plans.plan import Aerodrome


def is_terminal(rows: Breaches, sides: Sides, terminal: Terminal) -> BoolArray:
    """Which rows (k,) lie within the terminal's radius and height of an aerodrome that both flights share.

    For a flight of known level the highest level of the breach counts, for a forecast (whose band near an aerodrome
    reaches up to its cruise) the lowest; pressure altitude and elevation are compared as numbers.
    """
    out = np.zeros(len(rows), bool)
    flights = np.flatnonzero(rows.minima == MINIMA.index("trajectory-trajectory"))
    shared: dict[tuple[int, int], list[Aerodrome]] = {}
    for k in flights:
        pair = (int(rows.a[k]), int(rows.b[k]))
        if pair not in shared:
            shared[pair] = _shared(sides, *pair)
        for aerodrome in shared[pair]:
            known = not np.isnan(rows.horizontal_m[k])
            level = rows.band.upper[k] if known else rows.band.lower[k]
            if level > aerodrome.elevation_ft * UM_PER_FT + terminal.height_um:
                continue
            away = distance_m(rows.lat_deg[k], rows.lng_deg[k], aerodrome.lat_deg, aerodrome.lng_deg)[0]
            out[k] |= away <= terminal.radius_m
    return out


def _shared(sides: Sides, a: int, b: int) -> list[Aerodrome]:
    theirs = {aerodrome.ident for aerodrome in sides.plans[b].aerodromes}
    return [aerodrome for aerodrome in sides.plans[a].aerodromes if aerodrome.ident in theirs]
