"""What the evidence of crashes would find: its checks are held against databases in which something is wrong."""

from __future__ import annotations

import random
import struct
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from evidence.crash import power_failed
from evidence.crash_load import Client, Request, Thing, held_against

from sharedsky.exchange.changes import Drop, Put
from sharedsky.exchange.model import Intent, State, Subscription
from sharedsky.exchange.picture import Picture
from sharedsky.server import decode, wire

IDENT = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


def client_with_a_request(*, subscribed: bool) -> tuple[Client, Thing, Request]:
    """A client that was acknowledged one intent."""
    client = Client("uss0", 0, 1, "token", random.Random(5))
    for _ in range(100):
        thing = Thing("intent", IDENT, 0, 0)
        request = client._put(thing)
        if (b"new_subscription" in request.body) == subscribed:
            thing.acknowledged, thing.ovn = request, request.ovn
            client.things.append(thing)
            return client, thing, request
    raise AssertionError("no such request was drawn")


def kept(request: Request, subscription_id: str | None = None) -> Intent:
    """The intent as the exchange keeps it."""
    body = msgspec.json.decode(request.body, type=wire.PutOperationalIntentReferenceParameters)
    extents, cover = decode.entity_extents(body.extents)
    return Intent(
        request.ident, "uss0", State(body.state), request.version, request.ovn or "", body.uss_base_url,
        min(e.start_ns for e in extents), max(e.end_ns for e in extents), subscription_id, cover,
    )  # fmt: skip


def subscription(intent: Intent) -> Subscription:
    """The implicit subscription of an intent."""
    return Subscription(
        OTHER, "uss0", "v", intent.uss_base_url, intent.start_ns, intent.end_ns, True, False, True, 1, intent.cover
    )  # fmt: skip


def picture(*values: Intent | Subscription) -> Picture:
    made = Picture(0)
    made.apply([Put(value) for value in values])
    return made


def test_what_was_acknowledged_and_is_kept_whole_is_no_finding() -> None:
    client, _, request = client_with_a_request(subscribed=False)
    assert held_against([client], picture(kept(request))) == []


def test_an_acknowledged_intent_that_is_gone_is_found() -> None:
    client, _, _ = client_with_a_request(subscribed=False)
    assert "is not there" in held_against([client], picture())[0]


@pytest.mark.parametrize("field", ["manager", "version", "ovn", "state", "uss_base_url", "cover", "subscription_id"])
def test_an_intent_that_is_kept_otherwise_than_asked_for_is_found(field: str) -> None:
    client, _, request = client_with_a_request(subscribed=False)
    whole = kept(request)
    wrong = {
        "manager": "uss9", "version": 2, "ovn": "x" * 20, "state": State.CONTINGENT, "uss_base_url": "https://x",
        "cover": tuple(box._replace(high_mm=box.high_mm + 1) for box in whole.cover), "subscription_id": OTHER,
    }  # fmt: skip
    assert held_against([client], picture(replace(whole, **{field: wrong[field]})))


def test_an_intent_without_its_implicit_subscription_and_one_without_its_intent_are_found() -> None:
    client, thing, request = client_with_a_request(subscribed=True)
    intent = kept(request, OTHER)
    assert held_against([client], picture(subscription(intent), intent)) == []
    assert held_against([client], picture(intent))
    thing.acknowledged = Request("intent", IDENT, "DELETE", "/", b"")
    assert "without its intent" in held_against([client], picture(subscription(intent)))[-1]


def test_what_was_never_answered_may_be_there_or_not_but_not_half() -> None:
    client, thing, request = client_with_a_request(subscribed=False)
    update = replace(request, ovn=f"{IDENT}_2", version=2)
    thing.unanswered = update
    assert held_against([client], picture(kept(request))) == []
    assert held_against([client], picture(kept(update))) == []
    assert held_against([client], picture(replace(kept(update), version=1)))
    assert held_against([client], picture())
    thing.unanswered = Request("intent", IDENT, "DELETE", "/", b"")
    assert held_against([client], picture()) == []


def test_what_nobody_asked_for_and_what_came_back_after_its_deletion_are_found() -> None:
    client, thing, request = client_with_a_request(subscribed=False)
    stranger = replace(kept(request), id=OTHER)
    assert "never asked for" in held_against([client], picture(kept(request), stranger))[0]
    thing.acknowledged = Request("intent", IDENT, "DELETE", "/", b"")
    assert held_against([client], picture(kept(request)))
    gone = picture(kept(request))
    gone.apply([Drop("intent", IDENT)])
    assert held_against([client], gone) == []


def record(offset: int, data: bytes) -> bytes:
    return struct.pack("=QQ", offset, len(data)) + data


class Keeps(random.Random):
    """All unsynced writes are lost (0.0), or all are kept (1.0)."""

    def __init__(self, share: float) -> None:
        super().__init__(0)
        self.share = share

    def random(self) -> float:
        return self.share

    def choice(self, seq: object) -> float:  # type: ignore[override]
        return self.share


def fallen(tmp_path: Path, share: float) -> tuple[bytes, int]:
    """The database after a power failure, and how many bytes were lost."""
    shadow = tmp_path / "synced"
    shadow.mkdir()
    database = tmp_path / "pool.db"
    database.write_bytes(b"what the process saw")
    (tmp_path / "pool.db-shm").write_bytes(b"memory")
    (shadow / "pool.db").write_bytes(b"synced----")
    (shadow / "pool.db.pending").write_bytes(record(6, b"later") + record(100, b"cut short")[:-3])
    lost = power_failed(database, shadow, Keeps(share))
    assert not (tmp_path / "pool.db-shm").exists()
    return database.read_bytes(), lost


def test_after_a_power_failure_what_was_not_synced_is_lost(tmp_path: Path) -> None:
    assert fallen(tmp_path, 0.0) == (b"synced----", 5)


def test_after_a_power_failure_a_disk_may_have_kept_what_was_not_synced(tmp_path: Path) -> None:
    assert fallen(tmp_path, 1.0) == (b"syncedlater", 0)
