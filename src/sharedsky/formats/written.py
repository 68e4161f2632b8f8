"""What a writer gives: the bytes, and everything that the format could not hold, plan by plan.

A written file is never smaller than what it was written from: what the format cannot hold is converted outward, and
listed here; what cannot be written at all is listed too, as `omitted`. Called by the writers and by the command line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from sharedsky.plans.plan import Plan, Zone

#: What writing a flight plan as volumes loses, whatever the format.
FORECAST_LOSS: Final = (
    "the flight is a forecast, and its uncertainty became part of the volumes: a conflict that was possible may be "
    "found as certain."
)


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that a written file does not hold as it was. omitted: it is not in the file at all."""

    plan: str
    owner: str | None
    text: str
    omitted: bool = False

    def __str__(self) -> str:
        return f"{self.plan}: {self.text}"


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of a file (UTF-8), and its losses in the order of plans and zones."""

    data: bytes
    losses: tuple[Loss, ...]


@dataclass(slots=True)
class LossList:
    """Collects losses; what happens to several volumes of one plan becomes one loss with its count."""

    losses: list[Loss] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def count(self, text: str) -> None:
        """The same thing happened once more within the plan being written; `text` goes on after "3 x "."""
        self._counts[text] += 1

    def finish(self, item: Plan | Zone, others: Sequence[str] = (), omitted: Sequence[str] = ()) -> None:
        """Close the plan or zone being written."""
        texts = [f"{count} x {text}" for text, count in self._counts.items()]
        self._counts.clear()
        self.losses += [Loss(item.id, item.owner, text) for text in (*texts, *others)]
        self.losses += [Loss(item.id, item.owner, text, omitted=True) for text in omitted]


def json_bytes(value: object) -> bytes:
    """A value as indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
