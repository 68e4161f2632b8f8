"""Candidates in blocks: pairs whose boxes overlap, as many at a time as may be decided together.

Called by search.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, IntArray
from sharedsky.conflicts.boxes import Boxes
from sharedsky.conflicts.broad import Pairs, overlapping
from sharedsky.conflicts.legs import Legs

#: Candidates decided together: two flights of uncertain times take some 2 kB a pair.
_BLOCK: Final = 200_000
#: Candidates held to be put in order, unless those of one trajectory are more: some 300 MB.
_HELD: Final = 5_000_000


def candidates(a: Boxes, b: Boxes | None = None) -> Iterator[Pairs]:
    """Overlapping items, each pair once, in blocks that bound the memory of what decides them."""
    for i, j in overlapping(a, b):
        for begin in range(0, len(i), _BLOCK):
            yield i[begin : begin + _BLOCK], j[begin : begin + _BLOCK]


def by_flight_and_volume(legs: Legs, pieces: Boxes, volumes: Boxes) -> Iterator[Pairs]:
    """Pieces and volumes in blocks that never part the pieces of one trajectory that may meet one volume.

    Whether a forecast is surely inside a volume is told from all of its pieces there (surely.py). Where there are very
    many candidates, half of the trajectories are looked at after the other half.

    Args:
        pieces: boxes of legs.
    """
    flight = legs.trajectory[pieces.item]
    waiting = [(0, int(legs.trajectory[-1]) + 1)] if len(legs) else []
    while waiting:
        first, last = waiting.pop()
        found = _held(_only(pieces, (flight >= first) & (flight < last)), volumes, last - first > 1)
        if found is None:
            middle = (first + last) // 2
            waiting += [(middle, last), (first, middle)]
        else:
            yield from _in_order(legs, found)


def _held(a: Boxes, b: Boxes, limited: bool) -> list[Pairs] | None:
    """All overlapping items; None where they are more than may be held."""
    out, count = [], 0
    for pairs in overlapping(a, b):
        out.append(pairs)
        count += len(pairs[0])
        if limited and count > _HELD:
            return None
    return out


def _only(boxes: Boxes, keep: BoolArray) -> Boxes:
    """Some of the boxes; items keep their numbers."""
    return Boxes(boxes.item[keep], boxes.face[keep], boxes.flat[keep], boxes.time_ns, boxes.band_um, boxes.group)


def _in_order(legs: Legs, pairs: Sequence[Pairs]) -> Iterator[Pairs]:
    """The pairs by trajectory, volume and piece, in blocks of whole trajectories and volumes."""
    if not pairs:
        return
    i, j = (np.concatenate(side) for side in zip(*pairs, strict=True))
    order = np.lexsort((i, j, legs.trajectory[i]))
    i, j = i[order], j[order]
    flight = legs.trajectory[i]
    begins = np.flatnonzero(np.append(True, (flight[1:] != flight[:-1]) | (j[1:] != j[:-1])))
    for begin, end in _cuts(begins, len(i)):
        yield i[begin:end], j[begin:end]


def _cuts(begins: IntArray, count: int) -> Iterator[tuple[int, int]]:
    """Ranges of about _BLOCK rows that begin where a trajectory and a volume do."""
    cuts = begins[np.searchsorted(begins, np.arange(0, count, _BLOCK))[1:].clip(max=len(begins) - 1)]
    ends = np.unique(np.concatenate([[0], cuts, [count]])).tolist()
    yield from pairwise(ends)
