"""The leaf: 32 bytes that bind thirteen fields, each of which can be shown without the others. docs/ledger.md, 3.

Every field is committed to under a salt of its own; commitments are hashed in three groups (the chain, what it is,
whose it is), and the groups make the leaf. All salts come from one secret of 32 bytes for each leaf, through one secret
for each group: whoever stores a leaf stores its fields and that secret, and a bundle that opens a whole group carries
the group's secret instead of its salts. Opening one group or one field tells nothing of another. Called by `log`,
which makes leaves, and by `bundle` and `sharedsky.verify`, which carry and check openings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256, shake_256
from typing import Final, TypeAlias

from sharedsky.ledger import fields as f
from sharedsky.ledger.canonical import (
    HASH_SIZE,
    LIST,
    MAX_INTEGER,
    Decoded,
    Item,
    as_bytes,
    as_integer,
    as_list,
    as_text,
    decode,
    encode,
    encode_bytes,
    encode_integer,
    encode_text,
    prefix,
    recode,
)
from sharedsky.ledger.errors import LedgerFormatError, LedgerValueError

#: The fields in their order, by group. A field's number is its place in the whole, from 1.
GROUPS: Final = (
    ("channel", "counter", "previous", "plan_tags"),
    ("kind", "to_desk", "subjects", "view", "rules", "refers"),
    ("actor", "time", "extra"),
)
FIELDS: Final = tuple(name for group in GROUPS for name in group)

_BOUNDS: Final = ((0, 4), (4, 10), (10, 13))
_LEAF: Final = prefix("leaf")
_GROUP: Final = tuple(prefix("group") + bytes([number]) for number in (1, 2, 3))
_FIELD: Final = tuple(prefix("field") + bytes([number + 1]) for number in range(len(FIELDS)))
_LEAF_SECRETS: Final = prefix("leaf-secrets")
_GROUP_SALTS: Final = prefix("group-salts")
_EMPTY: Final = encode(())
_LIST_OF_ALL: Final = bytes([LIST]) + len(FIELDS).to_bytes(4, "big")
_HASHES: Final = tuple(slice(HASH_SIZE * k, HASH_SIZE * (k + 1)) for k in range(8))


@dataclass(frozen=True, slots=True)
class Opened:
    """The values of the fields that were opened; `names` says which, the others are None."""

    names: frozenset[str]
    channel: bytes | None = None
    counter: int | None = None
    previous: bytes | None = None
    plan_tags: tuple[bytes, ...] | None = None
    kind: int | None = None
    to_desk: str | None = None
    subjects: tuple[f.Subject, ...] | None = None
    view: f.View | None = None
    rules: f.Rules | None = None
    refers: f.Reference | None = None
    actor: f.Actor | None = None
    time: int | None = None
    extra: tuple[tuple[int, bytes], ...] | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf in full: its secret, the canonical bytes of its fields, and its value.

    What is stored for a leaf is `secret` (apart, so that it can be deleted) and `content`.
    """

    secret: bytes
    values: tuple[bytes, ...]
    value: bytes

    @property
    def content(self) -> bytes:
        """All fields as one canonical list, to be stored beside the secret."""
        return _LIST_OF_ALL + b"".join(self.values)

    @classmethod
    def load(cls, secret: bytes, content: bytes) -> Leaf:
        """The leaf that was stored as (secret, content).

        Raises:
            LedgerFormatError: the content is not that of a leaf.
        """
        values = tuple(recode(item) for item in as_list(decode(content), len(FIELDS)))
        _read(dict(zip(FIELDS, values)))
        return cls(as_bytes(secret, HASH_SIZE), values, _value(_secrets(secret), values))

    def opened(self) -> Opened:
        """Every field's value."""
        return _read(dict(zip(FIELDS, self.values)))

    def open(self, names: Iterable[str]) -> Openings:
        """The openings of the named fields and of no other.

        Raises:
            LedgerValueError: a name that is no field's.
        """
        wanted = frozenset(names)
        if not wanted <= frozenset(FIELDS):
            raise LedgerValueError(f"{', '.join(sorted(wanted - frozenset(FIELDS)))}: no such field of a leaf.")
        return Openings(tuple(self._group(number, wanted) for number in range(len(GROUPS))))

    def _group(self, number: int, wanted: frozenset[str]) -> GroupOpening:
        low, high = _BOUNDS[number]
        secret = _secrets(self.secret)[_HASHES[number]]
        values = self.values[low:high]
        if wanted.issuperset(GROUPS[number]):
            return WholeGroup(secret, values)
        if wanted.isdisjoint(GROUPS[number]):
            return HiddenGroup(_whole_group(number, secret, values))
        salts = _salts(number, secret)
        return PartOfGroup(
            tuple(
                (salts[_HASHES[k]], value)
                if FIELDS[low + k] in wanted
                else sha256(_FIELD[low + k] + salts[_HASHES[k]] + value).digest()
                for k, value in enumerate(values)
            )
        )


def make_leaf(entry: f.Entry, counter: int, previous: bytes, time_ns: int) -> Leaf:
    """The leaf of an entry at its place in its channel.

    Args:
        entry: checked (fields.check_entry).
        counter: 1 for the first entry of the channel, and so on without a gap.
        previous: the value of the channel's previous entry; NO_ENTRY for the first, or the old head after a restore.
        time_ns: the exchange's time, ns of UTC since 1970.

    Raises:
        LedgerValueError: a text that has no canonical bytes.
    """
    secrets = _secrets(entry.secret)
    refers = entry.refers
    values = (
        encode_bytes(entry.channel),
        encode_integer(counter),
        encode_bytes(previous),
        _encode_tags(entry.plan_tags, secrets),
        encode_integer(entry.kind),
        encode_text(entry.to_desk),
        _encode_list([_encode_subject(one) for one in entry.subjects]),
        _encoded(entry.view),
        _encoded(entry.rules),
        _EMPTY if refers is None else encode(refers.item()),
        _encoded(entry.actor),
        encode_integer(time_ns),
        encode(entry.extra) if entry.extra else _EMPTY,
    )
    return Leaf(entry.secret, values, _value(secrets, values))


@lru_cache(maxsize=1024)
def _encoded(value: f.View | f.Rules | f.Actor) -> bytes:
    """Its canonical bytes; the same few views, rules and actors come again and again."""
    return encode(value.item())


def _encode_tags(tags: tuple[bytes, ...], secrets: bytes) -> bytes:
    """Filled up from the leaf's secret, then in ascending order: neither number nor place of the real ones shows."""
    filled = [*tags, *(secrets[_HASHES[3 + k]] for k in range(f.PLAN_TAGS - len(tags)))]
    return _encode_list([encode_bytes(tag) for tag in sorted(filled)])


def _encode_subject(one: f.Subject) -> bytes:
    return _encode_list([encode_text(one.id), encode_integer(one.version), encode_bytes(one.content)])


def _encode_list(parts: Sequence[bytes]) -> bytes:
    return bytes([LIST]) + len(parts).to_bytes(4, "big") + b"".join(parts)


def _secrets(secret: bytes) -> bytes:
    """The three groups' secrets, and what plan tags are filled up with: 32 bytes each."""
    return shake_256(_LEAF_SECRETS + secret).digest(HASH_SIZE * (len(GROUPS) + f.PLAN_TAGS))


def _salts(number: int, group_secret: bytes) -> bytes:
    low, high = _BOUNDS[number]
    return shake_256(_GROUP_SALTS + group_secret).digest(HASH_SIZE * (high - low))


def _whole_group(number: int, group_secret: bytes, values: Sequence[bytes]) -> bytes:
    low, high = _BOUNDS[number]
    salts = _salts(number, group_secret)
    commitments = [
        sha256(start + salts[at] + value).digest() for start, at, value in zip(_FIELD[low:high], _HASHES, values)
    ]
    return sha256(_GROUP[number] + b"".join(commitments)).digest()


def _value(secrets: bytes, values: Sequence[bytes]) -> bytes:
    groups = [_whole_group(k, secrets[_HASHES[k]], values[slice(*_BOUNDS[k])]) for k in range(len(GROUPS))]
    return sha256(_LEAF + b"".join(groups)).digest()


# -- Openings -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HiddenGroup:
    """Nothing of the group is opened: its hash."""

    hash: bytes


@dataclass(frozen=True, slots=True)
class WholeGroup:
    """All of the group is opened: its secret and its fields' canonical bytes."""

    secret: bytes
    values: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class PartOfGroup:
    """For each field of the group: (salt, canonical bytes) where it is opened, its commitment where it is not."""

    parts: tuple[tuple[bytes, bytes] | bytes, ...]


GroupOpening: TypeAlias = HiddenGroup | WholeGroup | PartOfGroup


@dataclass(frozen=True, slots=True)
class Openings:
    """What a bundle shows of one leaf. `value` is the leaf that these openings belong to, and no other can be found."""

    groups: tuple[GroupOpening, ...]

    def value(self) -> bytes:
        """The leaf's 32 bytes, from the openings alone."""
        return sha256(_LEAF + b"".join(_group_hash(k, group) for k, group in enumerate(self.groups))).digest()

    def opened(self) -> Opened:
        """The values of the opened fields.

        Raises:
            LedgerFormatError: a value that does not belong in its field.
        """
        found: dict[str, bytes] = {}
        for number, group in enumerate(self.groups):
            names = GROUPS[number]
            match group:
                case HiddenGroup():
                    pass
                case WholeGroup(_, values):
                    found.update(zip(names, values))
                case PartOfGroup(parts):
                    found.update((name, part[1]) for name, part in zip(names, parts) if isinstance(part, tuple))
        return _read(found)

    def item(self) -> Item:
        """The canonical item of the openings: docs/ledger.md, 3.4."""
        return tuple(_group_item(group) for group in self.groups)


def _group_hash(number: int, group: GroupOpening) -> bytes:
    match group:
        case HiddenGroup(known):
            return known
        case WholeGroup(secret, values):
            return _whole_group(number, secret, values)
        case PartOfGroup(parts):
            low = _BOUNDS[number][0]
            return sha256(
                _GROUP[number]
                + b"".join(
                    sha256(_FIELD[low + k] + part[0] + part[1]).digest() if isinstance(part, tuple) else part
                    for k, part in enumerate(parts)
                )
            ).digest()


def _group_item(group: GroupOpening) -> Item:
    match group:
        case HiddenGroup(known):
            return (0, known)
        case WholeGroup(secret, values):
            return (1, secret, *(decode(value) for value in values))
        case PartOfGroup(parts):
            return (2, *((part[0], decode(part[1])) if isinstance(part, tuple) else part for part in parts))


def openings_of(item: Decoded) -> Openings:
    """Openings from their canonical item.

    Raises:
        LedgerFormatError: not openings, or not in their one form.
    """
    return Openings(tuple(_group_of(k, part) for k, part in enumerate(as_list(item, len(GROUPS)))))


def _group_of(number: int, item: Decoded) -> GroupOpening:
    parts = as_list(item)
    size = len(GROUPS[number])
    form = as_integer(parts[0] if parts else -1, 0, 2)
    if form == 0:
        return HiddenGroup(as_bytes(as_list(item, 2)[1], HASH_SIZE))
    if form == 1:
        as_list(item, size + 2)
        return WholeGroup(as_bytes(parts[1], HASH_SIZE), tuple(recode(part) for part in parts[2:]))
    as_list(item, size + 1)
    read = tuple(_part_of(part) for part in parts[1:])
    if sum(isinstance(part, tuple) for part in read) == 0:
        raise LedgerFormatError("a group of which nothing is opened is given as its hash.")
    return PartOfGroup(read)


def _part_of(item: Decoded) -> tuple[bytes, bytes] | bytes:
    if isinstance(item, tuple):
        salt, value = as_list(item, 2)
        return as_bytes(salt, HASH_SIZE), recode(value)
    return as_bytes(item, HASH_SIZE)


def _read(found: dict[str, bytes]) -> Opened:
    """Canonical bytes of fields into their values."""
    items = {name: decode(value) for name, value in found.items()}

    def has(name: str) -> bool:
        return name in items

    return Opened(
        names=frozenset(items),
        channel=as_bytes(items["channel"], HASH_SIZE) if has("channel") else None,
        counter=as_integer(items["counter"], 1, MAX_INTEGER) if has("counter") else None,
        previous=as_bytes(items["previous"], HASH_SIZE) if has("previous") else None,
        plan_tags=f.plan_tags_of(items["plan_tags"]) if has("plan_tags") else None,
        kind=as_integer(items["kind"], 0, 255) if has("kind") else None,
        to_desk=as_text(items["to_desk"]) if has("to_desk") else None,
        subjects=f.subjects_of(items["subjects"]) if has("subjects") else None,
        view=f.view_of(items["view"]) if has("view") else None,
        rules=f.rules_of(items["rules"]) if has("rules") else None,
        refers=f.refers_of(items["refers"]) if has("refers") else None,
        actor=f.actor_of(items["actor"]) if has("actor") else None,
        time=as_integer(items["time"]) if has("time") else None,
        extra=f.extra_of(items["extra"]) if has("extra") else None,
    )
