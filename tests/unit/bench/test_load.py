"""The load client's model of what is relevant to what, held against the exchange's own; and how reports are judged."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bench.exchange import holds, said
from bench.serving import LOAD, Load, NotMeasured, build, go, planned

from sharedsky.exchange.cover import within
from sharedsky.exchange.model import Cover, Intent, Subscription


@pytest.fixture(scope="module")
def client() -> Path:
    try:
        return build()
    except NotMeasured as reason:
        pytest.skip(str(reason))


def relevant(a: Cover, b: Cover) -> bool:
    """Whether two boxes, one of each, have a cell, a level and an instant in common."""
    return any(
        p.face == q.face
        and p.u0 <= q.u1 and q.u0 <= p.u1 and p.v0 <= q.v1 and q.v0 <= p.v1
        and p.low_mm <= q.high_mm and q.low_mm <= p.high_mm
        and p.start_ns <= q.end_ns and q.start_ns <= p.end_ns
        for p in a for q in b
    )  # fmt: skip


def keys_of(client: Path, wanted: Load) -> dict[str, set[str]]:
    """The keys that the client would show, by intent."""
    lines = subprocess.run([str(client), "plan", *wanted.flags()], capture_output=True, check=True).stdout.splitlines()
    items = [json.loads(line) for line in lines]
    return {item["id"]: set(item["body"]["key"]) for item in items if "ovn" in item}


@pytest.mark.parametrize(("scenario", "n"), [("cell", 400), ("cell", 100), ("country", 300)])
def test_the_key_of_each_planned_intent_holds_exactly_what_the_exchange_finds_relevant(
    client: Path, scenario: str, n: int
) -> None:
    wanted = Load(100, 1, scenario=scenario, n=n, base_s=1_800_000_000)
    intents = [value for value in planned(client, wanted) if isinstance(value, Intent)]
    keys = keys_of(client, wanted)
    assert len(intents) == n
    for one in intents[:100]:
        found = {other.ovn for other in intents if other is not one and relevant(one.cover, other.cover)}
        assert keys[one.id] == found


def test_a_new_intent_of_the_busy_cell_is_relevant_to_about_twenty_others(client: Path) -> None:
    keys = keys_of(client, Load(1_000, 60, n=10_000, base_s=1_800_000_000))
    mean = sum(map(len, keys.values())) / len(keys)
    assert 13 < mean < 20  # at the start: during the run more are filed than deleted


def test_the_subscription_of_each_uss_covers_all_its_intents(client: Path) -> None:
    values = list(planned(client, Load(100, 1, n=200, base_s=1_800_000_000)))
    subscriptions = {value.id: value for value in values if isinstance(value, Subscription)}
    assert len(subscriptions) == 5
    for intent in (value for value in values if isinstance(value, Intent)):
        subscription = subscriptions[intent.subscription_id or ""]
        assert subscription.manager == intent.manager
        assert within(intent.cover, subscription.cover)


def test_the_same_flags_plan_the_same_intents(client: Path) -> None:
    wanted = Load(100, 1, n=50, base_s=1_800_000_000)
    assert list(planned(client, wanted)) == list(planned(client, wanted))


def test_the_clients_own_tests_pass(client: Path) -> None:
    done = subprocess.run([go(), "test", "./..."], cwd=LOAD, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def report(**fields: Any) -> dict[str, Any]:
    """A report of a load that was carried."""
    bad = (
        "server_errors_5xx", "timeouts", "no_answer", "other_refusals", "conflicts_409",
        "queries_that_missed_something", "writes_without_a_place",
    )  # fmt: skip
    times = {"count": 1_000, "p50_ms": 1.0, "p95_ms": 10.0, "p99_ms": 50.0, "max_ms": 90.0}
    return {"all": times, "rate_achieved": 100.0} | dict.fromkeys(bad, 0) | fields


def test_a_load_holds_with_a_p99_of_50_ms_and_one_conflict_in_a_thousand() -> None:
    assert holds(report(conflicts_409=1))
    assert "nothing refused" in said(report())


@pytest.mark.parametrize(
    "fields",
    [
        {"server_errors_5xx": 1}, {"timeouts": 1}, {"no_answer": 1}, {"other_refusals": 1}, {"conflicts_409": 2},
        {"queries_that_missed_something": 1},
        {"all": {"count": 1_000, "p50_ms": 1.0, "p95_ms": 10.0, "p99_ms": 50.1, "max_ms": 90.0}},
    ],
)  # fmt: skip
def test_a_load_does_not_hold_with_an_error_too_many_conflicts_a_wrong_answer_or_a_long_wait(
    fields: dict[str, Any],
) -> None:
    assert not holds(report(**fields))


def test_a_plan_is_read_as_the_server_would_keep_it(client: Path) -> None:
    wanted = Load(100, 1, n=5, base_s=int(time.time()))
    values: Sequence[object] = list(planned(client, wanted))
    for value in values:
        assert msgspec.json.encode(value)
    intents = [value for value in values if isinstance(value, Intent)]
    assert all(value.ovn.startswith(value.id + "_") and value.version == 1 for value in intents)
    assert all(min(box.start_ns for box in value.cover) == value.start_ns for value in intents)
