"""The kinds of entry, one byte each. docs/ledger.md, section 3.3 is the same table.

A kind that is not in the table is reserved: it is logged, opened and shown as a number, never refused and never taken
for another, so that an older verifier reads a newer log. A number, once given, keeps its meaning for ever.
"""

from __future__ import annotations

from typing import Final

from sharedsky.ledger.errors import LedgerValueError

#: number -> name. The high digit groups: 0 standard interface, 1 plans, 2 disclosures, 3 receipts, 4 dialogue,
#: 5 arrangements, 6 keys, 7 host.
KINDS: Final[dict[int, str]] = {
    0x01: "operational intent written",
    0x02: "operational intent removed",
    0x03: "constraint written",
    0x04: "constraint removed",
    0x05: "subscription written",
    0x06: "subscription removed",
    0x07: "availability set",
    0x08: "error report made",
    0x10: "plan filed",
    0x11: "plan changed",
    0x12: "plan activated",
    0x13: "plan ended",
    0x14: "plan withdrawn",
    0x20: "disclosure",
    0x21: "conflict notice",
    0x22: "mandatory notice",
    0x23: "recall",
    0x24: "onward disclosure",
    0x25: "onward disclosure refused",
    0x30: "offered",
    0x31: "received",
    0x32: "read",
    0x33: "passed on",
    0x34: "acted on",
    0x35: "no effect",
    0x36: "deleted",
    0x37: "served",
    0x40: "request",
    0x41: "answer",
    0x42: "proposal",
    0x43: "counter-proposal",
    0x44: "acceptance",
    0x45: "refusal",
    0x50: "arrangement signed",
    0x51: "arrangement activated",
    0x52: "arrangement suspended",
    0x53: "arrangement resumed",
    0x54: "arrangement amended",
    0x55: "arrangement terminated",
    0x56: "pair annex",
    0x60: "key rotated",
    0x61: "key revoked",
    0x70: "administrative act",
}

_NUMBERS: Final = {name: number for number, name in KINDS.items()}


def kind_number(name: str) -> int:
    """The number of a kind by its name in the table.

    Raises:
        LedgerValueError: no such name.
    """
    if name not in _NUMBERS:
        raise LedgerValueError(f"there is no kind of entry named {name!r}.")
    return _NUMBERS[name]


def kind_name(number: int) -> str:
    """The name of a kind; a reserved one is named by its number."""
    return KINDS.get(number, f"reserved kind 0x{number:02x}")
