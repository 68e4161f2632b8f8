"""Why a breach is only possible, in words: what would have to be known to make it certain or clear.

Rows of breaches carry the reasons as bits; a conflict lists them. Called by the searches and by assemble.py.
"""

from __future__ import annotations

from enum import IntFlag


class Reason(IntFlag):
    """What is not known; the order is that of the sentences."""

    NONE = 0
    APPROVAL = 1
    TOLERANCE = 2
    STATED = 4
    DATUM = 8
    GROUND = 16
    FORECAST = 32


SENTENCES: dict[Reason, str] = {
    Reason.APPROVAL: "RVSM approval is not known for both: clear if both are approved",
    Reason.TOLERANCE: "shallower than the altimetry tolerance",
    Reason.STATED: "within the stated uncertainty of place or level",
    Reason.DATUM: "levels of different datums or settings, compared as intervals",
    Reason.GROUND: "the ground's elevation is not known there",
    Reason.FORECAST: "a forecast: times and places may differ",
}


def sentences(bits: int) -> tuple[str, ...]:
    """The sentences of all reasons in `bits`."""
    return tuple(text for reason, text in SENTENCES.items() if bits & reason)
