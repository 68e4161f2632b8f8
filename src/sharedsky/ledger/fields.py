"""What one entry of a channel says: the thirteen fields of a leaf, as values that cannot be wrong.

docs/ledger.md, section 3; trust.md, "Leaf". Each value knows its canonical item (`item`) and its way back (`..._of`).
The exchange makes `Entry` values; the log adds counter, previous entry and time and so makes a `Fields`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from sharedsky.ledger.canonical import (
    HASH_SIZE,
    MAX_INTEGER,
    Decoded,
    Item,
    as_bytes,
    as_integer,
    as_list,
    as_text,
    digest,
)
from sharedsky.ledger.errors import LedgerValueError

#: Plan tags of a leaf: always so many. An entry about fewer plans is filled up; one about more becomes several.
PLAN_TAGS: Final = 4
#: What an entry without a predecessor names as its previous one.
NO_ENTRY: Final = bytes(HASH_SIZE)
#: The most bytes of a text in an entry, and of items in its lists: an entry names things, contents lie elsewhere.
MAX_TEXT_BYTES: Final = 512
MAX_PARTS: Final = 64


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about: a plan or another entity, at one version.

    `id` as the owner's client gave it, `version` its number (or the exchange's), `content` the 32-byte digest of the
    signed or stored bytes, or empty where there are none.
    """

    id: str
    version: int
    content: bytes = b""

    def item(self) -> Item:
        return (self.id, self.version, self.content)


@dataclass(frozen=True, slots=True)
class View:
    """What was shown: the granularity (0 none, 1 existence, 2 window, 3 envelope, 4 full) and the view's digest."""

    granularity: int = 0
    digest: bytes = b""

    def item(self) -> Item:
        return (self.granularity, self.digest)


@dataclass(frozen=True, slots=True)
class Rules:
    """By what right: the arrangement, its version, and the ids of the rules that decided. Empty: by none."""

    arrangement: str = ""
    version: int = 0
    ids: tuple[str, ...] = ()

    def item(self) -> Item:
        return (self.arrangement, self.version, self.ids)


@dataclass(frozen=True, slots=True)
class Reference:
    """Another entry that this one answers, receives or recalls: channel tag, counter, entry. A head acknowledgement
    refers to the head that it covers."""

    channel: bytes
    counter: int
    entry: bytes

    def item(self) -> Item:
        return (self.channel, self.counter, self.entry)


@dataclass(frozen=True, slots=True)
class HostActor:
    """The exchange itself: a notice, a receipt of service. Ranks below everything a party did."""

    def item(self) -> Item:
        return (0,)


@dataclass(frozen=True, slots=True)
class SignedActor:
    """A party's own key: `key` the SHA-256 of its 32-byte Ed25519 public key, `statement` the SHA-256 of the signed
    bytes, `signature` over those bytes. The highest rank."""

    key: bytes
    statement: bytes
    signature: bytes

    def item(self) -> Item:
        return (1, self.key, self.statement, self.signature)


@dataclass(frozen=True, slots=True)
class TokenActor:
    """A bearer of an access token: `subject` is token_subject(issuer, sub). Ranks below a signature."""

    subject: bytes

    def item(self) -> Item:
        return (2, self.subject)


@dataclass(frozen=True, slots=True)
class ClerkActor:
    """A duty clerk's entry for a desk that only telephones: `record` is the digest of both names, medium and
    read-back. Ranks below a signature."""

    record: bytes

    def item(self) -> Item:
        return (3, self.record)


@dataclass(frozen=True, slots=True)
class OtherActor:
    """An actor of a later version: readable, of no rank."""

    kind: int
    parts: tuple[Decoded, ...]

    def item(self) -> Item:
        return (self.kind, *self.parts)


Actor: TypeAlias = HostActor | SignedActor | TokenActor | ClerkActor | OtherActor


@dataclass(frozen=True, slots=True)
class Entry:
    """What the exchange hands to the log: an entry of a channel, without what the log adds.

    Args:
        channel: the tag of the channel, 32 bytes.
        kind: one byte, see `kinds`.
        secret: 32 random bytes from which all salts of the leaf come; whoever knows them and the values can open it.
        plan_tags: the tags (plan_tag) of the plans that it tells of, at most PLAN_TAGS.
        to_desk: the desk of the receiving party, or empty for the party as such.
        extra: pairs (number, bytes) for later versions; empty now.
    """

    channel: bytes
    kind: int
    secret: bytes
    actor: Actor
    plan_tags: tuple[bytes, ...] = ()
    to_desk: str = ""
    subjects: tuple[Subject, ...] = ()
    view: View = View()
    rules: Rules = Rules()
    refers: Reference | None = None
    extra: tuple[tuple[int, bytes], ...] = ()


def plan_tag(channel: bytes, plan_id: str) -> bytes:
    """The tag of a plan in one channel: the same plan has unrelated tags in two channels.

    Args:
        channel: the tag of the channel, 32 bytes.
        plan_id: the plan's id; it must not be guessable (a UUID of version 4) where the tag is to hide it.
    """
    return digest("plan-tag", (channel, plan_id))


def token_subject(issuer: str, sub: str) -> bytes:
    """The digest that stands for the bearer of a token."""
    return digest("token-subject", (issuer, sub))


# -- The way back -------------------------------------------------------------------------------------------------


def plan_tags_of(item: Decoded) -> tuple[bytes, ...]:
    """PLAN_TAGS tags in ascending order (what fills up cannot be told from the rest)."""
    return tuple(as_bytes(tag, HASH_SIZE) for tag in as_list(item, PLAN_TAGS))


def subjects_of(item: Decoded) -> tuple[Subject, ...]:
    """The subjects of an entry."""
    return tuple(_subject(part) for part in as_list(item))


def _subject(item: Decoded) -> Subject:
    name, version, content = as_list(item, 3)
    return Subject(as_text(name), as_integer(version), as_bytes(content, 0, HASH_SIZE))


def view_of(item: Decoded) -> View:
    """The view of an entry."""
    granularity, content = as_list(item, 2)
    return View(as_integer(granularity, 0, 255), as_bytes(content, 0, HASH_SIZE))


def rules_of(item: Decoded) -> Rules:
    """The rules of an entry."""
    arrangement, version, ids = as_list(item, 3)
    return Rules(as_text(arrangement), as_integer(version), tuple(as_text(one) for one in as_list(ids)))


def refers_of(item: Decoded) -> Reference | None:
    """The reference of an entry, or None."""
    parts = as_list(item, 0, 3)
    if not parts:
        return None
    channel, counter, entry = parts
    return Reference(as_bytes(channel, HASH_SIZE), as_integer(counter, 0, MAX_INTEGER), as_bytes(entry, HASH_SIZE))


def actor_of(item: Decoded) -> Actor:
    """The actor of an entry; one of a later version is an OtherActor."""
    parts = as_list(item)
    kind = as_integer(parts[0] if parts else -1, 0, 255)
    if kind == 0:
        as_list(item, 1)
        return HostActor()
    if kind == 1:
        _, key, statement, signature = as_list(item, 4)
        return SignedActor(as_bytes(key, HASH_SIZE), as_bytes(statement, HASH_SIZE), as_bytes(signature, 64))
    if kind in (2, 3):
        known = as_bytes(as_list(item, 2)[1], HASH_SIZE)
        return TokenActor(known) if kind == 2 else ClerkActor(known)
    return OtherActor(kind, parts[1:])


def extra_of(item: Decoded) -> tuple[tuple[int, bytes], ...]:
    """What a later version added."""
    pairs = [as_list(part, 2) for part in as_list(item)]
    return tuple((as_integer(number), as_bytes(value)) for number, value in pairs)


def check_entry(entry: Entry) -> None:
    """Refuse an entry that could not be read back, before anything is changed.

    Raises:
        LedgerValueError: with what is wrong.
    """
    hashes = [entry.channel, entry.secret, *entry.plan_tags]
    if any(type(one) is not bytes or len(one) != HASH_SIZE for one in hashes):
        raise LedgerValueError("a channel tag, a secret or a plan tag is not 32 bytes long.")
    if not 0 <= entry.kind <= 255:
        raise LedgerValueError(f"the kind {entry.kind} is not one byte.")
    if len(entry.plan_tags) > PLAN_TAGS or len(set(entry.plan_tags)) != len(entry.plan_tags):
        raise LedgerValueError(
            f"an entry has at most {PLAN_TAGS} plan tags, each once; {len(entry.plan_tags)} were given.",
            "Make several entries.",
        )
    texts = [entry.to_desk, entry.rules.arrangement, *entry.rules.ids, *(one.id for one in entry.subjects)]
    if any(len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES for text in texts):
        raise LedgerValueError(f"a name in an entry is longer than {MAX_TEXT_BYTES} bytes.", "Shorten it.")
    if max(len(entry.subjects), len(entry.rules.ids), len(entry.extra)) > MAX_PARTS:
        raise LedgerValueError(f"an entry has more than {MAX_PARTS} subjects or rules.", "Make several entries.")
    _check_actor(entry.actor)
    refers = entry.refers
    if refers is not None and (len(refers.channel), len(refers.entry)) != (HASH_SIZE, HASH_SIZE):
        raise LedgerValueError("a reference names a channel or an entry that is not 32 bytes long.")
    if refers is not None and refers.counter < 0:
        raise LedgerValueError("a reference has a counter below 0.")
    optional = [entry.view.digest, *(one.content for one in entry.subjects)]
    if any(len(one) not in (0, HASH_SIZE) for one in optional) or not 0 <= entry.view.granularity <= 255:
        raise LedgerValueError("a digest in an entry is neither empty nor 32 bytes long, or a granularity no byte.")


def _check_actor(actor: Actor) -> None:
    match actor:
        case HostActor():
            return
        case SignedActor(key, statement, signature):
            sizes = (len(key), len(statement), len(signature)) == (HASH_SIZE, HASH_SIZE, 64)
        case TokenActor(known) | ClerkActor(known):
            sizes = len(known) == HASH_SIZE
        case OtherActor():
            raise LedgerValueError(f"an actor of kind {actor.kind} belongs to a later version.")
    if not sizes:
        raise LedgerValueError("a key, a digest or a signature of an actor has the wrong length.")
