"""R28: what a plan or zone may not carry, by the names of its fields and never by values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sharedsky.errors import ScopeError
from sharedsky.plans.scope import OUT_OF_SCOPE_NAMES, any_out_of_scope, check_name, check_scope, fold_name

SCOPE_DOC = Path(__file__).parents[3] / "docs" / "formats" / "scope.md"


@pytest.mark.parametrize("name", ["targets", "Targets", "AIM_POINT", "aim-point", "Air Defence Sites", "weapon.type"])
def test_a_name_is_compared_without_case_and_punctuation(name: str) -> None:
    with pytest.raises(ScopeError, match="safety of flight"):
        check_name(name)


@pytest.mark.parametrize(
    "name", ["id", "target_altitude_reached", "off_target", "strikethrough", "weaponless", "type", ""]
)
def test_a_name_that_only_resembles_one_is_let_through(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"targets": []}, "/"),
        ({"a": [{"b": {"weapons": 1}}]}, "/a/0/b"),
        ([[{"x/y": {"bombs": 1}}]], "/0/0/x~1y"),
    ],
)
def test_a_name_is_found_at_any_depth_and_its_place_is_named(value: object, pointer: str) -> None:
    with pytest.raises(ScopeError) as caught:
        check_scope(value)
    assert f"at {pointer} " in caught.value.message


def test_words_in_values_never_count() -> None:
    check_scope({"remark": "TARGET TOWING, WEAPONS RANGE", "list": ["targets", "weapons"]})


def test_a_quick_look_finds_what_a_walk_finds() -> None:
    assert any_out_of_scope(["id", "Aim-Point"])
    assert not any_out_of_scope(["id", "remark"])


def test_every_name_on_the_list_is_in_its_folded_form() -> None:
    assert {fold_name(name) for name in OUT_OF_SCOPE_NAMES} == OUT_OF_SCOPE_NAMES


def test_the_documented_list_is_the_list() -> None:
    block = re.search(r"```text\n(.*?)```", SCOPE_DOC.read_text(), re.DOTALL)
    assert block is not None
    assert set(block.group(1).split()) == OUT_OF_SCOPE_NAMES


@pytest.mark.parametrize("name", ["target1", "Target_2", "\uff54\uff41\uff52\uff47\uff45\uff54", "\u017ftrike", "weapons 03"])
def test_numbers_and_other_forms_of_the_letters_do_not_hide_a_name(name: str) -> None:
    with pytest.raises(ScopeError):
        check_scope({"properties": {name: 1}})
