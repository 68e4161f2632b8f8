"""docs/ledger.md and its vectors: the format is frozen, and the page says what the code does."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

import ledger_oracle
from ledger_vectors import FILE, vectors
from sharedsky.ledger import (
    bundle,
    canonical,
    fields,
    heads,
    host_leaves,
    leaf,
    log,
    padding,
    promise,
)
from sharedsky.ledger.canonical import as_list, decode
from sharedsky.ledger.kinds import KINDS
from sharedsky.ledger.leaf import FIELDS
from sharedsky.verify import Finding, parse_policy, verify_bundle

PAGE = (FILE.parent / "ledger.md").read_text("utf-8")
FROZEN = json.loads(FILE.read_text("utf-8"))


def test_the_vectors_are_what_the_code_makes() -> None:
    assert json.loads(json.dumps(vectors())) == FROZEN


def test_the_leaf_of_the_vectors_follows_from_the_page_alone() -> None:
    one = FROZEN["leaf"]
    values = [decode(bytes.fromhex(text)) for text in one["fields"].values()]
    assert list(one["fields"]) == list(FIELDS)
    assert ledger_oracle.leaf_value(bytes.fromhex(one["secret"]), values).hex() == one["value"]


def test_the_plan_tag_and_the_origin_leaf_of_the_vectors_follow_from_the_page_alone() -> None:
    channel = bytes.fromhex(FROZEN["tags"]["channel"])
    data = b"sharedsky/plan-tag/1\x00" + ledger_oracle.item([channel, "plan 1"])
    assert ledger_oracle.sha(data).hex() == FROZEN["tags"]["plan tag of 'plan 1'"]
    opened = as_list(decode(bytes.fromhex(FROZEN["host"]["heads leaf, opened"])))
    data = b"sharedsky/heads-leaf/1\x00" + ledger_oracle.item(opened)
    assert ledger_oracle.sha(data).hex() == FROZEN["host"]["heads leaf"]


@pytest.mark.parametrize("row", FROZEN["bundles"], ids=lambda row: row["name"])
def test_a_bundle_of_the_vectors_has_its_verdict(row: dict[str, str]) -> None:
    verdict = verify_bundle(base64.b64decode(row["base64"]), parse_policy(FROZEN["policy"].encode()))
    assert verdict.finding.value == row["verdict"]


def test_the_vectors_have_a_bundle_for_every_verdict_that_the_page_says_is_reached() -> None:
    reached = set(re.findall(r"^\| \d+ \| \*\*([a-z ]+)\*\* \| .* \| yes \|$", PAGE, re.MULTILINE))
    assert reached == {row["verdict"] for row in FROZEN["bundles"]}
    assert reached <= {finding.value for finding in Finding}


def test_the_page_lists_every_kind() -> None:
    rows = re.findall(r"^\| `([0-9a-f]{2})` \| (.+) \|$", PAGE.partition("### 3.3")[2].partition("### 3.4")[0], re.MULTILINE)
    assert {int(number, 16): name for number, name in rows} == KINDS


def test_the_page_lists_every_field_with_its_number() -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+) \| ", PAGE.partition("### 3.1")[2].partition("### 3.2")[0], re.MULTILINE)
    assert [(int(number), name) for number, name in rows] == list(enumerate(FIELDS, 1))


def test_the_page_lists_every_type_of_message() -> None:
    used = set()
    for module in (bundle, canonical, fields, heads, host_leaves, leaf, log, padding, promise):
        source = Path(module.__file__ or "").read_text("utf-8")
        used |= set(re.findall(r"""(?:prefix|message|digest|read_message)\((?:[a-z]+, )?"([a-z-]+)\"""", source))
    listed = PAGE.partition("Types in use: ")[2].partition("Reserved")[0]
    assert used == set(re.findall(r"`([a-z-]+)`", listed))
