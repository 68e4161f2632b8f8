"""What the ledger says of a decision: who made it, of what kind it is, and which entities it left in which state.

docs/ledger.md, sections 3.3 and 3.8. Pure: a record follows from the changes of a decision, whoever asked for it, and
what was there before; the store makes an entry of it and keeps both together. One decision concerns one entity;
implicit subscriptions that it makes, fits or drops are named beside it, and notification indices belong to the same
entry.
Called by the HTTP server and the stores.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sharedsky.exchange.changes import Change, Drop, Put
from sharedsky.exchange.model import Constraint, Cover, Entity, Intent, Report, Subscription, UssStatus
from sharedsky.exchange.protocol import Record, Snapshot
from sharedsky.ledger.canonical import LIST, encode_bytes, encode_integer, prefix
from sharedsky.ledger.errors import LedgerValueError
from sharedsky.ledger.fields import MAX_TEXT_BYTES, Subject
from sharedsky.ledger.kinds import kind_number

#: What was shown to the exchange: volumes in full, or that something exists.
_FULL: Final = 4
_EXISTENCE: Final = 1
_BOX: Final = struct.Struct(">B4H4q")
_WRITTEN: Final = {
    Intent: kind_number("operational intent written"),
    Constraint: kind_number("constraint written"),
    Subscription: kind_number("subscription written"),
    UssStatus: kind_number("availability set"),
    Report: kind_number("error report made"),
}
_REMOVED: Final = {
    "intent": kind_number("operational intent removed"),
    "constraint": kind_number("constraint removed"),
    "subscription": kind_number("subscription removed"),
}
#: The kinds that tell the exchange of a plan.
_PLANS: Final = (_WRITTEN[Intent], _REMOVED["intent"])
_VOLUMES: Final = (*_PLANS, _WRITTEN[Constraint], _REMOVED["constraint"])


@dataclass(frozen=True, slots=True)
class _State:
    """An entity after the decision: its value, None where it is gone; its version, as a number and as text."""

    id: str
    kind: int
    number: int
    version: str
    value: Entity | None


def record_of(changes: Sequence[Change], issuer: str, sub: str, before: Snapshot) -> Record | None:
    """The record of a decision; None where it changes nothing.

    Args:
        issuer, sub: whose request it is; both empty for the exchange itself.
        before: the state that the decision was made on.
    Raises:
        LedgerValueError: it concerns several entities beside subscriptions, or a number does not fit.
    """
    last: dict[tuple[str, str], _State] = {}
    for change in changes:
        match change:
            case Put(value):
                state = _put(value)
                last[type(value).__name__, state.id] = state
            case Drop(kind, ident):
                found = _dropped(kind, ident, before)
                last[kind.capitalize(), found.id] = found
    if not last:
        return None
    others = [state for (kind, _), state in last.items() if kind != "Subscription"]
    subscriptions = [state for (kind, _), state in last.items() if kind == "Subscription"]
    if len(others) > 1:
        raise LedgerValueError("a decision concerns several entities.", "Decide on one at a time.")
    main, *beside = [*others, *subscriptions]
    shown = 0
    if main.kind in _VOLUMES:
        shown = _FULL if main.value is not None else _EXISTENCE
    return Record(
        issuer=issuer,
        sub=sub,
        kind=main.kind,
        id=main.id,
        version=main.version,
        plan=main.id if main.kind in _PLANS else None,
        granularity=shown,
        subjects=tuple(_subject(state) for state in (main, *beside)),
    )


def content_digest(value: Entity) -> bytes:
    """The digest of an entity's canonical bytes: docs/ledger.md, 3.8.

    Raises:
        LedgerValueError: a number does not fit.
    """
    match value:
        case Intent():
            return _digest("intent-reference", (
                _text(value.id), _text(value.manager), _text(value.state), encode_integer(value.version),
                _text(value.ovn), _text(value.uss_base_url), encode_integer(value.start_ns),
                encode_integer(value.end_ns), _cover(value.cover),
            ))  # fmt: skip
        case Constraint():
            return _digest("constraint-reference", (
                _text(value.id), _text(value.manager), encode_integer(value.version), _text(value.ovn),
                _text(value.uss_base_url), encode_integer(value.start_ns), encode_integer(value.end_ns),
                _cover(value.cover),
            ))  # fmt: skip
        case Subscription():
            flags = (value.for_intents, value.for_constraints, value.implicit)
            return _digest("subscription", (
                _text(value.id), _text(value.manager), _text(value.version), _text(value.uss_base_url),
                encode_integer(value.start_ns), encode_integer(value.end_ns),
                *(encode_integer(int(flag)) for flag in flags), _cover(value.cover),
            ))  # fmt: skip
        case UssStatus():
            return _digest("availability", (_text(value.uss), _text(value.availability), _text(value.version)))
        case Report():
            return _digest("error-report", (_text(value.id), _text(value.reporter), encode_bytes(value.body)))


def ledger_name(text: str) -> str:
    """A name as the ledger has it: itself, or "sha256:" and the digest of its UTF-8 where it is too long or not NFC."""
    if text.isascii() and text.isprintable() and len(text) <= MAX_TEXT_BYTES:
        return text
    data = _utf8(text)
    plain = unicodedata.is_normalized("NFC", text) and text.isprintable()
    return text if plain and len(data) <= MAX_TEXT_BYTES else f"sha256:{sha256(data).hexdigest()}"


def _put(value: Entity) -> _State:
    kind = _WRITTEN[type(value)]
    match value:
        case Intent() | Constraint():
            return _State(value.id, kind, value.version, str(value.version), value)
        case Subscription():
            return _State(value.id, kind, 0, value.version, value)
        case UssStatus():
            return _State(value.uss, kind, 0, value.version, value)
        case Report():
            return _State(value.id, kind, 0, "", value)


def _dropped(kind: str, ident: str, before: Snapshot) -> _State:
    known: Intent | Constraint | Subscription | None
    match kind:
        case "intent":
            known = before.intent(ident)
        case "constraint":
            known = before.constraint(ident)
        case _:
            known = before.subscription(ident)
    was = _State(ident, 0, 0, "", None) if known is None else _put(known)
    return _State(ident, _REMOVED[kind], was.number, was.version, None)


def _subject(state: _State) -> Subject:
    content = b"" if state.value is None else content_digest(state.value)
    return Subject(ledger_name(state.id), state.number, content)


def _digest(kind: str, items: Sequence[bytes]) -> bytes:
    """The digest of a message of encoded items (ledger.canonical.digest, for what is made for each request)."""
    return sha256(prefix(kind) + bytes([LIST]) + len(items).to_bytes(4, "big") + b"".join(items)).digest()


def _text(text: str) -> bytes:
    return encode_bytes(_utf8(text))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _cover(cover: Cover) -> bytes:
    try:
        return encode_bytes(b"".join([_BOX.pack(*box) for box in cover]))
    except struct.error as error:
        raise LedgerValueError(f"a box does not fit the ledger ({error}).", "Give levels and times in range.") from None
