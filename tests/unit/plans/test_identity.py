""" "Identity" of docs/conflicts.md: the same twice counts once, the newest version wins, and the rest is listed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.airspace.altitude import wgs84_m
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import ALWAYS
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.sides import sides_of
from sharedsky.formats.reading import Reading
from sharedsky.plans.digest import plan_digest, zone_digest
from sharedsky.plans.identity import resolve_identities
from sharedsky.plans.plan import Plan, Source, Zone, ZoneKind, known_owner


def plan(
    content: int = 1, owner: str | None = "a", ident: str = "p", version: int | None = None, file: str = "f"
) -> Plan:
    volume = Volume4D(Circle(45.0, 6.0, float(content)), None, wgs84_m(100), ALWAYS)
    bare = Plan(ident, owner, "test", Source(file), (volume,), version=version)
    return replace(bare, digest=plan_digest(bare))


def zone(content: int = 1, owner: str | None = "a", version: int | None = None, file: str = "f") -> Zone:
    volume = Volume4D(Circle(45.0, 6.0, float(content)), None, wgs84_m(100), ALWAYS)
    return Zone("z", owner, ZoneKind.DANGER, "test", Source(file), (volume,), version=version)


def resolved(*plans: Plan) -> Reading:
    return resolve_identities(Reading(plans=list(plans)))


def test_the_same_content_counts_once_and_is_noted_with_where_it_was_first() -> None:
    reading = resolved(plan(file="one"), plan(file="two"), plan(file="three"))
    assert [kept.source.file for kept in reading.plans] == ["one"]
    assert [(note.source.file, "same as in one" in note.text) for note in reading.notes] == [
        ("two", True),
        ("three", True),
    ]
    assert not reading.refusals


def test_of_two_versions_the_newest_counts_wherever_it_stands_and_the_older_is_noted() -> None:
    old, new = plan(1, version=1, file="old"), plan(2, version=2, file="new")
    for plans in ((old, new), (new, old)):
        reading = resolved(*plans)
        assert [kept.source.file for kept in reading.plans] == ["new"]
        assert "superseded by version 2 in new" in reading.notes[0].text
        assert not reading.refusals


def test_the_same_content_in_two_versions_keeps_the_newest() -> None:
    assert [kept.version for kept in resolved(plan(version=1), plan(version=2)).plans] == [2]


@pytest.mark.parametrize("version", [None, 7])
def test_different_contents_that_no_version_orders_are_all_kept_and_listed(version: int | None) -> None:
    reading = resolved(plan(1, version=version, file="one"), plan(2, version=version, file="two"))
    assert len(reading.plans) == 2
    assert [(refusal.kind, refusal.plan, refusal.source.file) for refusal in reading.refusals] == [
        ("duplicate", "p", "two")
    ]
    assert "one" in reading.refusals[0].reason
    assert "Both are checked" in reading.refusals[0].reason


def test_a_version_does_not_order_what_has_none() -> None:
    reading = resolved(plan(1, version=1), plan(2, version=2), plan(3))
    assert [kept.version for kept in reading.plans] == [2, None]
    assert len(reading.refusals) == 1


def test_unknown_never_equals_unknown_so_that_plans_without_an_owner_are_all_kept() -> None:
    reading = resolved(plan(owner=None, file="one"), plan(owner=None, file="two"))
    assert len(reading.plans) == 2
    assert "without an owner" in reading.notes[0].text
    assert not reading.refusals


def test_another_owner_or_another_id_is_another_plan() -> None:
    reading = resolved(plan(), plan(owner="b"), plan(ident="q"))
    assert len(reading.plans) == 3
    assert not reading.notes


def test_zones_are_settled_like_plans_and_apart_from_them() -> None:
    reading = resolve_identities(Reading(plans=[plan(ident="z")], zones=[zone(), zone(), zone(2)]))
    assert (len(reading.plans), len(reading.zones)) == (1, 2)
    assert [refusal.plan for refusal in reading.refusals] == ["z"]


def test_a_plan_without_a_digest_is_compared_by_its_content() -> None:
    reading = resolved(replace(plan(), digest=""), plan())
    assert len(reading.plans) == 1


def test_the_digest_of_a_zone_knows_its_kind() -> None:
    assert zone_digest(zone()) != zone_digest(replace(zone(), kind=ZoneKind.PROTECTED))


def test_the_digest_leaves_out_who_where_and_which_version() -> None:
    assert plan().digest == plan(owner="b", ident="q", version=5, file="g").digest
    assert plan().digest != plan(2).digest


many = st.lists(
    st.builds(
        plan, st.integers(1, 2), st.sampled_from(["a", None]), st.sampled_from("pq"), st.sampled_from([None, 1, 2])
    ),
    max_size=8,
)


@given(many)
def test_every_plan_is_kept_or_noted_and_no_content_of_the_newest_version_is_lost(plans: list[Plan]) -> None:
    reading = resolved(*plans)
    dropped = len(plans) - len(reading.plans)
    unknown = sum("without an owner" in note.text for note in reading.notes)
    assert len(reading.notes) - unknown == dropped
    for given_plan in plans:
        same = [other for other in plans if (other.owner, other.id) == (given_plan.owner, given_plan.id)]
        newest = max((other.version for other in same if other.version is not None), default=None)
        if given_plan.owner is None or given_plan.version is None or given_plan.version == newest:
            kept = {(k.owner, k.id, k.digest) for k in reading.plans}
            assert (given_plan.owner, given_plan.id, given_plan.digest) in kept


@given(many)
def test_settling_keeps_the_order_of_what_stays(plans: list[Plan]) -> None:
    places = {id(item): k for k, item in enumerate(plans)}
    kept = [places[id(item)] for item in resolved(*plans).plans]
    assert kept == sorted(kept)


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u200b", "\u2060\ufeff", "\u3164", "\u2800", "\x00"])
def test_a_name_that_nobody_can_see_is_no_owner_and_equals_no_other(blank: str) -> None:
    assert known_owner(blank) is None
    plans = [plan(owner=blank, file="one"), plan(owner=blank, file="two")]
    assert resolved(*plans).plans == plans
    assert len(set(sides_of(plans, [], same_owner=False, assume_rvsm=False).group.tolist())) == 2


@pytest.mark.parametrize("name", ["a", " a ", "\u200ba", "-", "\u6771"])
def test_any_other_name_is_an_owner_as_it_stands(name: str) -> None:
    assert known_owner(name) == name
