"""Verdicts: a closed set, each with its exit status (trust.md, "Verdicts"). Section 9 of docs/ledger.md has the table.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.fields import View
from sharedsky.ledger.kinds import kind_name
from sharedsky.ledger.leaf import Opened


class Finding(enum.Enum):
    """What a bundle comes to. The value is the word that is printed."""

    TOLD = "told"
    NOT_TOLD = "not told"
    LOGGED_ONLY = "logged only"
    CONSISTENT = "consistent"
    PENDING = "pending"
    UNDECIDED = "undecided"
    HOST_AT_FAULT = "host at fault"
    PARTY_AT_FAULT = "party at fault"
    INVALID = "invalid"

    @property
    def status(self) -> int:
        """The exit status of the command. 1 and 2 are left to what goes wrong before a verdict."""
        return _STATUS[self]


_STATUS = {
    Finding.TOLD: 0,
    Finding.NOT_TOLD: 3,
    Finding.LOGGED_ONLY: 4,
    Finding.CONSISTENT: 5,
    Finding.PENDING: 6,
    Finding.UNDECIDED: 7,
    Finding.HOST_AT_FAULT: 8,
    Finding.PARTY_AT_FAULT: 9,
    Finding.INVALID: 10,
}


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A witness of the policy that cosigned the checkpoint, and when by its own clock [s of UTC since 1970]."""

    name: str
    time_s: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bundle shows, and no more.

    Args:
        finding: one of the closed set.
        why: one sentence.
        checkpoint: under which it holds, where one was verified.
        witnesses: that cosigned it.
        index: of the leaf in the log, where one was shown.
        opened: the fields that were opened.
        older: the older of two checkpoints, where two were compared, and who cosigned that.
    """

    finding: Finding
    why: str
    checkpoint: Checkpoint | None = None
    witnesses: tuple[Witnessed, ...] = ()
    index: int | None = None
    opened: Opened | None = None
    older: Checkpoint | None = None
    older_witnesses: tuple[Witnessed, ...] = ()

    @property
    def status(self) -> int:
        """The exit status of the command."""
        return self.finding.status

    def words(self) -> list[str]:
        """The verdict in plain words, line by line."""
        lines = [f"{self.finding.value}: {self.why}"]
        if self.older is not None:
            lines += _checkpoint("older checkpoint", self.older, self.older_witnesses)
        if self.checkpoint is not None:
            lines += _checkpoint("checkpoint", self.checkpoint, self.witnesses)
        if self.index is not None:
            lines.append(f"leaf: {self.index}")
        if self.opened is not None:
            lines += _opened(self.opened)
        return lines


def _checkpoint(what: str, checkpoint: Checkpoint, witnesses: tuple[Witnessed, ...]) -> list[str]:
    cosigned = [f"cosigned by {one.name} at {_time(one.time_s * 10**9)}" for one in witnesses]
    none = "cosigned by no witness of the policy: its times are the host's own"
    return [f"{what}: {checkpoint.origin}, {checkpoint.size} leaves", *(cosigned or [none])]


def _opened(opened: Opened) -> list[str]:
    names = [one.name for one in fields(opened) if one.name in opened.names]
    if not names:
        return ["no field of the leaf is opened"]
    return [f"{name.replace('_', ' ')}: {_shown(name, getattr(opened, name))}" for name in names]


def _shown(name: str, value: object) -> str:
    match value:
        case int() if name == "kind":
            return kind_name(value)
        case int() if name == "time":
            return f"{_time(value)} (the host's claim)"
        case bytes():
            return value.hex()
        case View(granularity, digest):
            known = ("none", "existence", "window", "envelope", "full")
            word = known[granularity] if granularity < len(known) else f"reserved granularity {granularity}"
            return f"{word}, digest {digest.hex() or 'none'}"
        case str():
            return repr(value)
        case tuple():
            return ", ".join(_shown(name, part) for part in value) or "none"
        case None:
            return "none"
        case _:
            return repr(value)


def _time(time_ns: int) -> str:
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_ns // 1000)
    except OverflowError:
        return f"{time_ns} ns after 1970"
    return at.isoformat().replace("+00:00", "Z")
