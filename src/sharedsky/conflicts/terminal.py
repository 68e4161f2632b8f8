"""The class of a breach: `terminal` near a shared departure or destination, else `en-route`.

Implements "Terminal" of docs/conflicts.md. A class orders the list; it never hides a breach. Called by assemble.py.
"""

from __future__ import annotations

import numpy as np

from sharedsky.airspace.altitude import UM_PER_FT
from sharedsky.airspace.earth import BoolArray, distance_m
from sharedsky.airspace.shapes import ragged
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
    pairs, which = np.unique(np.stack([rows.a[flights], rows.b[flights]], axis=1), axis=0, return_inverse=True)
    shared = [_shared(sides, *pair) for pair in pairs.tolist()]
    start = np.concatenate([[0], np.cumsum([len(some) for some in shared])]).astype(np.int64)
    of, count = ragged(start, which.reshape(-1))
    row = np.repeat(flights, count)
    place = np.array([(a.lat_deg, a.lng_deg, a.elevation_ft) for some in shared for a in some], float).reshape(-1, 3)
    level = np.where(np.isnan(rows.horizontal_m[row]), rows.band.lower[row], rows.band.upper[row])
    low = np.flatnonzero(level <= place[of, 2] * UM_PER_FT + terminal.height_um)
    row, of = row[low], of[low]
    away = distance_m(rows.lat_deg[row], rows.lng_deg[row], place[of, 0], place[of, 1]) if len(row) else np.empty(0)
    out[row[away <= terminal.radius_m]] = True
    return out


def _shared(sides: Sides, a: int, b: int) -> list[Aerodrome]:
    theirs = {aerodrome.ident for aerodrome in sides.plans[b].aerodromes}
    return [aerodrome for aerodrome in sides.plans[a].aerodromes if aerodrome.ident in theirs]
