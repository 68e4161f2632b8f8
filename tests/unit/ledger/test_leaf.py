"""A leaf binds thirteen fields, and shows any of them without the others (trust.md, "Leaf")."""

from __future__ import annotations

import itertools

import pytest

import ledger_oracle
from ledger_samples import NOON_NS, Store, entry, some_bytes
from sharedsky.ledger.canonical import decode, encode
from sharedsky.ledger.errors import LedgerFormatError, LedgerValueError
from sharedsky.ledger.fields import (
    NO_ENTRY,
    PLAN_TAGS,
    ClerkActor,
    HostActor,
    OtherActor,
    Reference,
    Rules,
    SignedActor,
    Subject,
    TokenActor,
    View,
    check_entry,
    plan_tag,
)
from sharedsky.ledger.kinds import KINDS, kind_name, kind_number
from sharedsky.ledger.leaf import FIELDS, GROUPS, HiddenGroup, Leaf, PartOfGroup, WholeGroup, make_leaf, openings_of

LEAF = make_leaf(entry(), 4, some_bytes("previous"), NOON_NS)


def test_a_leaf_is_the_hash_that_the_document_defines() -> None:
    values = [decode(value) for value in LEAF.values]
    assert LEAF.value == ledger_oracle.leaf_value(some_bytes("secret"), values)


def test_every_field_comes_back() -> None:
    one = LEAF.opened()
    assert one.names == frozenset(FIELDS)
    assert (one.channel, one.counter, one.previous) == (some_bytes("A to B"), 4, some_bytes("previous"))
    assert (one.kind, one.to_desk, one.view) == (0x20, "operations", View(3, some_bytes("view")))
    assert one.subjects == (Subject("plan 1", 3, some_bytes("content")),)
    assert one.rules == Rules("arrangement 7", 2, ("rule 4", "rule 9"))
    assert (one.refers, one.time, one.extra) == (None, NOON_NS, ())


@pytest.mark.parametrize(
    "actor",
    [HostActor(), SignedActor(bytes(32), bytes(32), bytes(64)), TokenActor(bytes(32)), ClerkActor(bytes(32))],
)
def test_every_kind_of_actor_comes_back(actor: object) -> None:
    made = entry(actor=actor, refers=Reference(some_bytes("B to A"), 7, some_bytes("request")), extra=((9, b"x"),))
    check_entry(made)
    one = make_leaf(made, 1, NO_ENTRY, NOON_NS).opened()
    assert one.actor == actor
    assert one.refers == Reference(some_bytes("B to A"), 7, some_bytes("request"))
    assert one.extra == ((9, b"x"),)


def test_an_actor_of_a_later_version_is_read_and_not_taken_for_another() -> None:
    values = list(LEAF.values)
    values[FIELDS.index("actor")] = encode((9, "new", b"x"))
    stored = Leaf.load(LEAF.secret, encode(tuple(decode(value) for value in values)))
    assert stored.opened().actor == OtherActor(9, ("new", b"x"))
    assert stored.value != LEAF.value


def test_any_subset_of_fields_opens_and_leads_to_the_same_leaf() -> None:
    for size in (0, 1, 2, 12, 13):
        for names in itertools.combinations(FIELDS, size):
            openings = LEAF.open(names)
            assert openings.value() == LEAF.value
            assert openings.opened().names == frozenset(names)


def test_openings_travel_as_bytes_in_one_form() -> None:
    for names in ((), ("kind",), GROUPS[0], ("channel", "actor", "time"), FIELDS):
        openings = LEAF.open(names)
        assert openings_of(decode(encode(openings.item()))) == openings


def test_a_group_that_is_hidden_shows_its_hash_alone_and_an_open_one_its_secret() -> None:
    chain, what, whose = LEAF.open([*GROUPS[0], "kind"]).groups
    assert isinstance(chain, WholeGroup)
    assert isinstance(what, PartOfGroup)
    assert isinstance(whose, HiddenGroup)
    assert sum(isinstance(part, tuple) for part in what.parts) == 1
    assert LEAF.secret not in encode(LEAF.open(FIELDS).item())


def test_opening_one_field_shows_no_salt_of_another() -> None:
    shown = {name: encode(LEAF.open([name]).item()) for name in FIELDS}
    salts = {}
    for name in FIELDS:
        for group in LEAF.open([name]).groups:
            if isinstance(group, PartOfGroup):
                salts[name] = next(part[0] for part in group.parts if isinstance(part, tuple))
    assert len(set(salts.values())) == len(FIELDS)
    for name, salt in salts.items():
        assert [other for other in FIELDS if salt in shown[other]] == [name]


def test_an_opening_with_another_value_is_another_leaf() -> None:
    openings = LEAF.open(["counter"])
    group = openings.groups[0]
    assert isinstance(group, PartOfGroup)
    salt, _ = group.parts[1]
    changed = PartOfGroup((group.parts[0], (salt, encode(5)), *group.parts[2:]))  # type: ignore[arg-type]
    assert type(openings)((changed, *openings.groups[1:])).value() != LEAF.value


def test_plan_tags_are_always_four_and_neither_their_number_nor_their_place_shows() -> None:
    channel = some_bytes("A to B")
    for count in range(PLAN_TAGS + 1):
        tags = tuple(plan_tag(channel, f"plan {k}") for k in range(count))
        found = make_leaf(entry(plan_tags=tags), 1, NO_ENTRY, NOON_NS).opened().plan_tags
        assert found is not None
        assert len(set(found)) == PLAN_TAGS
        assert set(tags) <= set(found)
        assert list(found) == sorted(found)


def test_what_fills_up_plan_tags_cannot_be_worked_out_from_an_opened_group() -> None:
    one = make_leaf(entry(plan_tags=()), 1, NO_ENTRY, NOON_NS)
    group = one.open(GROUPS[0]).groups[0]
    assert isinstance(group, WholeGroup)
    other = make_leaf(entry(plan_tags=(), secret="another"), 1, NO_ENTRY, NOON_NS)
    assert set(one.opened().plan_tags or ()).isdisjoint(other.opened().plan_tags or ())
    assert len(group.values) == len(GROUPS[0])


def test_a_plan_has_unrelated_tags_in_two_channels() -> None:
    assert plan_tag(some_bytes("A to B"), "plan 1") != plan_tag(some_bytes("A to C"), "plan 1")


def test_a_stored_leaf_is_the_same_leaf() -> None:
    assert Leaf.load(LEAF.secret, LEAF.content) == LEAF


@pytest.mark.parametrize("content", [b"", encode(1), encode((1,) * 13), encode(()), LEAF.content + b"\x00"])
def test_stored_content_that_is_no_leaf_is_refused(content: bytes) -> None:
    with pytest.raises(LedgerFormatError):
        Leaf.load(LEAF.secret, content)


@pytest.mark.parametrize(
    "item",
    [
        (),
        ((0, b"short"), (0, bytes(32)), (0, bytes(32))),
        ((3, bytes(32)), (0, bytes(32)), (0, bytes(32))),
        ((1, bytes(32), b"", 1, b""), (0, bytes(32)), (0, bytes(32))),
        ((2, bytes(32), bytes(32), bytes(32), bytes(32)), (0, bytes(32)), (0, bytes(32))),
        ((2, (b"salt", 1), bytes(32), bytes(32), bytes(32)), (0, bytes(32)), (0, bytes(32))),
    ],
)
def test_openings_of_another_form_are_refused(item: object) -> None:
    with pytest.raises(LedgerFormatError):
        openings_of(item)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": b"short"},
        {"secret": b"short"},
        {"kind": 256},
        {"kind": -1},
        {"plan_tags": tuple(bytes([k]) * 32 for k in range(5))},
        {"plan_tags": (bytes(32), bytes(32))},
        {"plan_tags": (b"short",)},
        {"to_desk": "x" * 513},
        {"to_desk": "e\u0301"},
        {"subjects": (Subject("p", 1),) * 65},
        {"subjects": (Subject("p", 1, b"short"),)},
        {"subjects": (Subject("p", 2**63),)},
        {"rules": Rules("a", 1, ("r",) * 65)},
        {"view": View(256)},
        {"view": View(1, b"short")},
        {"refers": Reference(b"short", 1, bytes(32))},
        {"refers": Reference(bytes(32), -1, bytes(32))},
        {"actor": SignedActor(bytes(32), bytes(32), b"short")},
        {"actor": TokenActor(b"short")},
        {"actor": OtherActor(9, ())},
        {"extra": ((1, b"x"),) * 65},
    ],
)
def test_an_entry_that_could_not_be_read_back_is_refused(changes: dict[str, object]) -> None:
    store = Store()
    with pytest.raises(LedgerValueError):
        store.append([entry(), entry(secret="other", **changes)] if "secret" not in changes else [entry(**changes)])
    assert store.log.waiting == 0


def test_a_field_of_no_such_name_cannot_be_opened() -> None:
    with pytest.raises(LedgerValueError):
        LEAF.open(["altitude"])


def test_a_reserved_kind_is_logged_and_read_by_its_number() -> None:
    one = make_leaf(entry(kind=0xEE), 1, NO_ENTRY, NOON_NS).opened()
    assert one.kind == 0xEE
    assert kind_name(0xEE) == "reserved kind 0xee"


def test_kinds_have_one_number_and_one_name_each() -> None:
    assert [kind_number(kind_name(number)) for number in KINDS] == list(KINDS)
    with pytest.raises(LedgerValueError):
        kind_number("weapon release")
