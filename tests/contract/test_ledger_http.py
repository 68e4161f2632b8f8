"""The ledger over HTTP: public parts for everyone, proofs for their own party, and each offline verifiable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dss_world import AA, NOW_NS, SC, Answer, World, bearer, ident
from ledger_worlds import KEYS, PADDING, S, ledger_store, settled
from sharedsky.exchange.protocol import Store
from sharedsky.ledger.checkpoint import verify_checkpoint
from sharedsky.ledger.fields import TokenActor
from sharedsky.ledger.kinds import kind_name
from sharedsky.ledger.tiles import TileSubtrees, tile_path
from sharedsky.ledger.tree import root_hash
from sharedsky.store.memory import MemoryStore
from sharedsky.store.sqlite import SqliteStore
from sharedsky.verify import Finding
from store_worlds import Faults

LEDGER = "/ledger/v1"


class LedgerWorld:
    """A server over a store with a ledger."""

    def __init__(self, store: Store) -> None:
        assert isinstance(store, MemoryStore | SqliteStore)
        self.store = store
        self.world = World(store)

    def checkpoint(self) -> None:
        self.world.now_ns += S
        self.world.runner.run(self.store.checkpoint(self.world.now_ns))

    def get(self, path: str, sub: str | None = None, scope: str = SC) -> Answer:
        """An answer; sub: whose token is shown, None for nobody's."""
        headers = [] if sub is None else [("authorization", bearer(sub, scope))]
        return self.world.send("GET", f"{LEDGER}/{path}", headers=headers, check=False)


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LedgerWorld]:
    """A server over each kind of store."""
    store: Any = MemoryStore(NOW_NS, KEYS, PADDING) if request.param == "memory" else ledger_store(tmp_path / "x.db", NOW_NS)
    made = LedgerWorld(store)
    yield made
    made.world.close()


def size_of(ledger: LedgerWorld) -> int:
    note = ledger.get("checkpoint")
    assert note.status == 200
    return verify_checkpoint(note.body, [KEYS.signing.verifier], []).checkpoint.size


def test_the_checkpoint_is_signed_by_the_key_and_hashes_the_tiles(ledger: LedgerWorld) -> None:
    early = ledger.get("checkpoint")
    assert (early.status, early.headers["retry-after"]) == (404, "1")
    for number in range(1, 5):
        ledger.world.put_constraint(number)
        ledger.checkpoint()
    note, key = ledger.get("checkpoint"), ledger.get("key")
    assert key.body.decode() == f"{KEYS.signing.verifier}\n"
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.headers["cache-control"] == "no-cache"
    one = verify_checkpoint(note.body, [KEYS.signing.verifier], []).checkpoint

    def read_tile(level: int, index: int, width: int) -> bytes:
        answer = ledger.get(f"tile/{tile_path(level, index, width)}")
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]
        return answer.body

    assert root_hash(TileSubtrees(read_tile, one.size).subtree, one.size) == one.root


@pytest.mark.parametrize("path", ["0/000", "0/000.p/5", "1/000.p/1", "0/00.p/4", "0/000.p/0", "9", "x", "entries/000", "0/001"])
def test_a_tile_that_is_not_there_is_told_as_a_problem(ledger: LedgerWorld, path: str) -> None:
    ledger.checkpoint()
    answer = ledger.get(f"tile/{path}")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert ledger.get("tile/0/000.p/4").status == 200


def test_each_change_can_be_proved_by_who_made_it(ledger: LedgerWorld) -> None:
    ledger.world.put_intent(1)
    constraint = ledger.world.put_constraint(2)
    subscription = ledger.world.put_subscription(3)
    status = {"old_version": "", "availability": "Down"}
    said = ledger.world.call("PUT", "/dss/v1/uss_availability/uss9", status, sub="uss1", scope=AA).json["version"]
    waiting = ledger.get("proof?counter=1", "uss1")
    assert (waiting.status, waiting.headers["retry-after"]) == (404, "1")
    ledger.checkpoint()
    asked = [(ident(1), "1"), (ident(2), constraint["version"]), (ident(3), subscription["version"]), ("uss9", said)]
    kinds = []
    for counter, (name, version) in enumerate(asked, start=1):
        by_name = ledger.get(f"proof?id={name}&version={version}", "uss1")
        by_counter = ledger.get(f"proof?counter={counter}", "uss1")
        assert by_name.status == 200
        assert by_name.body == by_counter.body
        assert by_name.headers["cache-control"] == "no-store"
        verdict = settled(by_name.body)
        assert verdict.finding is Finding.LOGGED_ONLY
        assert verdict.opened is not None
        assert isinstance(verdict.opened.actor, TokenActor)
        kinds.append(kind_name(verdict.opened.kind or 0))
    assert kinds == [
        "operational intent written", "constraint written", "subscription written", "availability set",
    ]  # fmt: skip


def test_a_version_that_was_written_and_removed_has_two_entries(ledger: LedgerWorld) -> None:
    made = ledger.world.put_intent(1)
    gone = ledger.world.call("DELETE", f"/dss/v1/operational_intent_references/{ident(1)}/{made['ovn']}")
    assert gone.status == 200
    ledger.checkpoint()
    several = ledger.get(f"proof?id={ident(1)}&version=1", "uss1")
    assert several.status == 409
    assert "1, 2" in several.message


def test_a_repeated_request_and_a_refused_one_are_no_entries(ledger: LedgerWorld) -> None:
    ledger.world.put_constraint(1)
    ledger.world.put_constraint(1)  # the response was lost
    assert ledger.world.call("PUT", f"/dss/v1/operational_intent_references/{ident(2)}/no-such-ovn", {}).status >= 400
    ledger.checkpoint()
    assert [ledger.get(f"proof?counter={counter}", "uss1").status for counter in (1, 2)] == [200, 404]


def test_nothing_of_another_partys_entries_is_told(ledger: LedgerWorld) -> None:
    ledger.world.put_constraint(1, sub="uss1")
    ledger.checkpoint()
    none = ledger.get("proof?counter=99", "uss2")
    assert none.status == 404
    for query in ("counter=1", f"id={ident(1)}&version=1"):
        assert ledger.get(f"proof?{query}", "uss1").status == 200
        answer = ledger.get(f"proof?{query}", "uss2")
        never = ledger.get(f"proof?{query.replace('counter=1', 'counter=99').replace(ident(1), ident(8))}", "uss2")
        assert (answer.status, answer.body, answer.headers) == (404, never.body, never.headers)


def test_proofs_need_a_token_and_the_public_parts_none(ledger: LedgerWorld) -> None:
    ledger.world.put_constraint(1)
    ledger.checkpoint()
    assert ledger.get("proof?counter=1").status == 401
    assert ledger.get("proof?counter=1", "uss1", "some.other_scope").status == 403
    for path in ("checkpoint", "key", "tile/0/000.p/4", "consistency?from=4"):
        assert ledger.get(path).status == 200


def test_any_two_checkpoints_that_were_shown_are_proved_to_be_one_log(ledger: LedgerWorld) -> None:
    sizes = []
    for number in range(1, 5):
        ledger.world.put_constraint(number)
        ledger.checkpoint()
        sizes.append(size_of(ledger))
    for older in sizes:
        for newer in ("", *(f"&to={size}" for size in sizes if size >= older)):
            answer = ledger.get(f"consistency?from={older}{newer}")
            assert settled(answer.body).finding is Finding.CONSISTENT
    for none in ("from=3", "from=4&to=5", "from=8&to=4", f"from=4&to={2**62}"):
        assert ledger.get(f"consistency?{none}").status == 404


@pytest.mark.parametrize(
    "query",
    [
        "proof", "proof?id=a", "proof?version=1", "proof?counter=0", "proof?counter=-1", "proof?counter=1.0",
        "proof?counter=1e3", "proof?counter=", "proof?counter=9223372036854775808", "proof?counter=%D9%A1",
        "proof?counter=1&counter=2", "proof?counter=1&id=a", "proof?counter=1&other=2", f"proof?id={'a' * 2000}&version=1",
        "consistency", "consistency?to=4", "consistency?from=x", "consistency?from=4&from=8", "consistency?from=4&size=1",
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused(ledger: LedgerWorld, query: str) -> None:
    ledger.checkpoint()
    answer = ledger.get(query, "uss1")
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json"), answer


@pytest.mark.parametrize("query", ["id=%00&version=1", "id=%F0%9F%9B%A9&version=%00", "id='--&version=1", "id=a&version=%ED%A0%80"])
def test_an_odd_name_has_no_entry(ledger: LedgerWorld, query: str) -> None:
    ledger.checkpoint()
    assert ledger.get(f"proof?{query}", "uss1").status in (400, 404)


def test_where_there_is_no_ledger_there_are_no_paths_of_it() -> None:
    world = World(MemoryStore(NOW_NS))
    assert world.send("GET", f"{LEDGER}/checkpoint", headers=[], check=False).status == 404
    world.close()


def test_a_change_that_was_not_kept_is_no_entry(tmp_path: Path) -> None:
    faults = Faults()
    ledger = LedgerWorld(ledger_store(tmp_path / "x.db", NOW_NS, faults))
    ledger.world.put_constraint(1)
    faults.fail()
    body = {"old_version": "", "availability": "Down"}
    assert ledger.world.call("PUT", "/dss/v1/uss_availability/uss9", body, scope=AA).status == 503
    ledger.world.put_constraint(2)
    ledger.checkpoint()
    kinds = [settled(ledger.get(f"proof?counter={counter}", "uss1").body).opened for counter in (1, 2)]
    assert [None if one is None else one.kind for one in kinds] == [3, 3]
    assert ledger.get("proof?counter=3", "uss1").status == 404
    ledger.world.close()
