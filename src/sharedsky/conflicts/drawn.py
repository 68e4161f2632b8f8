"""A small ring drawn in the chart of its face, in few steps: for what takes volumes one at a time.

Called by index.py, and by the exchange for the cells of a request's polygons.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from sharedsky.airspace.charts import FACES
from sharedsky.airspace.earth import FloatArray
from sharedsky.airspace.geodesic import MAX_EDGE_M
from sharedsky.conflicts.cells import Box

#: Polygons whose box in a chart is smaller than this have no edge that must be cut (airspace/geodesic.py).
_PLAIN_SIZE: Final = MAX_EDGE_M / 6_400_000.0 / 2**0.5
#: Growth of a box for the tolerance: 1 cm and the 1.7 mm of edges, in chart units within a face.
_GROW: Final = 0.02 / 6_300_000.0 * 3.0
_DEG: Final = np.pi / 180.0


def drawn_whole(ring: FloatArray) -> tuple[int, Any, Box] | None:
    """Face, geometry and box of a ring so small that no edge must be cut; None for others."""
    angle = ring * _DEG
    cosine, sine = np.cos(angle), np.sin(angle)
    vector = np.empty((len(ring), 3))  # n-vectors, as earth.n_vector, in fewer steps
    np.multiply(cosine[:, 0], cosine[:, 1], out=vector[:, 0])
    np.multiply(cosine[:, 0], sine[:, 1], out=vector[:, 1])
    vector[:, 2] = sine[:, 0]
    face = int(np.argmax(FACES[:, :, 2] @ vector[0]))
    local = vector @ FACES[face]
    flat = np.empty((len(local) + 1, 2))
    np.divide(local[:, :2], local[:, 2:], out=flat[:-1])
    flat[-1] = flat[0]
    (u0, v0), (u1, v1) = flat.min(0).tolist(), flat.max(0).tolist()
    box = (u0 - _GROW, v0 - _GROW, u1 + _GROW, v1 + _GROW)
    if min(box) < -1.0 or max(box) > 1.0 or local[:, 2].min() <= 0.0:  # behind the chart all is seen reversed
        return None
    if u1 - u0 >= _PLAIN_SIZE or v1 - v0 >= _PLAIN_SIZE:  # in a chart no edge looks shorter than it is
        edge = flat[1:] - flat[:-1]
        if (edge[:, 0] ** 2 + edge[:, 1] ** 2).max() >= 2 * _PLAIN_SIZE**2:
            return None
    return face, shapely.polygons(flat), box
