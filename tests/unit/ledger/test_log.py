"""The log as a state machine (trust.md: "Channel", "Heads", "Log", "Promise", "Restore")."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ledger_samples import NOON_NS, ORIGIN, SEED, S, Store, entry, some_bytes, unpadded
from sharedsky.ledger.errors import LedgerValueError, StateError
from sharedsky.ledger.fields import NO_ENTRY
from sharedsky.ledger.heads import Head, MemoryNodes, check_map, prove
from sharedsky.ledger.host_leaves import OriginLeaf, dummy_leaf
from sharedsky.ledger.log import PROMISE_NS, Log, Pending, Settings, State
from sharedsky.ledger.padding import Padding
from sharedsky.ledger.promise import Promise
from sharedsky.ledger.tiles import Edge
from sharedsky.ledger.tree import find_leaf, leaf_hash, root_hash


def entries(count: int, start: str = "") -> list[object]:
    return [entry(secret=f"{start}{k}", channel="A to B" if k % 2 else "A to C") for k in range(count)]


def test_a_channels_counter_has_no_gap_and_each_entry_names_the_one_before() -> None:
    store = Store()
    for close in range(4):
        store.append([entry(secret=f"{close} {k}", channel="A to B" if k % 3 else "B to A") for k in range(7)])
        store.append([])
        store.close()
    for channel in ("A to B", "B to A"):
        mine = [one for one in store.logged if one.pending.channel == some_bytes(channel)]
        previous = NO_ENTRY
        for number, one in enumerate(mine, 1):
            opened = one.leaf.opened()
            assert (opened.counter, opened.previous) == (number, previous)
            previous = one.leaf.value


def test_every_entry_gets_a_promise_for_its_leaf() -> None:
    store = Store()
    (one,) = store.append([entry()])
    assert one.promise == Promise(ORIGIN, some_bytes("A to B"), 1, one.leaf.value, NOON_NS + PROMISE_NS)


def test_the_logs_time_never_steps_back() -> None:
    store = Store()
    given = [NOON_NS, NOON_NS - 5 * S, NOON_NS + 3 * S, 0]
    times = [store.append([entry(secret=str(k))], now_ns)[0].leaf.opened().time for k, now_ns in enumerate(given)]
    assert times == [NOON_NS, NOON_NS, NOON_NS + 3 * S, NOON_NS + 3 * S]
    closed = store.close(NOON_NS)
    assert closed.heads_leaf.time_ns == closed.state.time_ns == NOON_NS + 3 * S
    assert store.close(NOON_NS).heads_leaf.time_ns == NOON_NS + 3 * S
    assert store.append([entry(secret="x")], 0)[0].pending.time_ns == NOON_NS + 3 * S


def test_the_first_leaf_is_the_origin_and_the_last_of_each_checkpoint_binds_the_heads() -> None:
    store = Store()
    assert store.log.state == State()
    store.append(entries(5))
    first = store.close()
    assert first.values[0] == OriginLeaf(ORIGIN, NOON_NS, some_bytes("origin")).value()
    second = store.close()
    for number, closed in enumerate((first, second), 1):
        assert closed.heads_leaf.number == number
        assert closed.values[-1] == closed.heads_leaf.value()
        assert closed.checkpoint.size == closed.first + len(closed.values)
    assert second.heads_leaf.root == first.heads_leaf.root == second.state.heads_root
    assert second.values[-1] != first.values[-1]


def test_a_checkpoint_holds_the_heads_of_all_channels() -> None:
    store = Store()
    for close in range(3):
        store.append(entries(4, str(close)))
        root = store.close().heads_leaf.root
        for channel, head in store.heads.items():
            assert check_map(prove(store.nodes, root, channel), root, channel) == head
    assert check_map(prove(store.nodes, root, some_bytes("C to A")), root, some_bytes("C to A")) is None


def test_the_size_grows_by_a_step_whether_anything_happened_or_not() -> None:
    store = Store()
    sizes = []
    for count in (0, 3, 0, 60, 63):
        store.append(entries(count, str(count)))
        sizes.append(store.close().checkpoint.size)
    assert sizes == [64, 128, 192, 256, 320]


def test_more_than_a_step_moves_up_the_ladder_and_stays_an_hour() -> None:
    store = Store()
    sizes = [0]
    for second, count in ((0, 63), (1, 3), (2, 600), (3, 0), (3_601, 0), (3_602, 0), (3_603, 64), (7_202, 500), (10_801, 1), (10_802, 1)):
        store.append(entries(count, str(second)), NOON_NS + second * S)
        sizes.append(store.close(NOON_NS + second * S).checkpoint.size)
    steps = [b - a for a, b in pairwise(sizes)]
    assert steps == [512, 512, 4096, 4096, 4096, 64, 512, 512, 512, 64]


def test_more_than_the_ladder_holds_is_a_multiple_of_its_top() -> None:
    store = Store(Settings(ORIGIN, SEED, Padding((2, 4))))
    store.append(entries(9))
    assert store.close().checkpoint.size == 12


def test_padding_can_be_off() -> None:
    store = unpadded()
    store.append(entries(5))
    assert store.close().checkpoint.size == 7
    assert store.close().dummies == 0


def test_padding_that_cannot_be_is_refused() -> None:
    for make in (lambda: Padding((64, 64)), lambda: Padding((1, 2)), lambda: Padding((512, 64)), lambda: Padding((64,), -1)):
        with pytest.raises(LedgerValueError):
            make()


def test_the_place_of_a_leaf_tells_nothing_of_how_many_others_there_are() -> None:
    """The same entry, alone or among others: places follow from hashes, dummies fill the rest."""
    places = []
    for others in (0, 50):
        store = Store()
        store.append(entries(others, "other"))
        store.append([entry(secret="mine", channel="C to D")])
        places.append(store.close().placed[-1])
    ranks = []
    for k in range(40):
        store = Store()
        store.append([entry(secret=f"mine {k}")])
        ranks.append(store.close().placed[0])
    assert all(0 < place < 63 for place in [*places, *ranks])
    assert len(set(ranks)) > 15


def test_leaves_of_a_checkpoint_lie_in_the_order_of_their_hashes_and_are_found_so() -> None:
    store = Store()
    for close in range(3):
        done = store.append(entries(20, str(close)))
        closed = store.close()
        start = max(1, closed.first)
        size = closed.checkpoint.size
        hashes = [leaf_hash(value) for value in store.values[start : size - 1]]
        assert hashes == sorted(hashes)
        for one, place in zip(done, closed.placed):
            assert store.values[place] == one.leaf.value
            assert find_leaf(store.subtrees().subtree, leaf_hash(one.leaf.value), start, size - 1) == place


def test_dummies_need_not_be_stored() -> None:
    store = Store()
    store.append(entries(5))
    closed = store.close()
    again = {dummy_leaf(SEED, 1, place) for place in range(closed.dummies)}
    entries_too = {one.leaf.value for one in store.logged}
    assert set(closed.values[1:-1]) == again | entries_too
    assert dummy_leaf(SEED, 2, 0) not in again
    assert dummy_leaf(bytes(32), 1, 0) not in again


def test_the_tiles_are_those_of_the_tree() -> None:
    store = Store()
    for close in range(9):
        store.append(entries(30, str(close)))
        store.close()
    checkpoint = store.closes[-1].checkpoint
    assert root_hash(store.subtrees().subtree, checkpoint.size) == checkpoint.root


def test_an_entry_that_is_refused_takes_the_whole_call_with_it() -> None:
    store = Store()
    store.append([entry(secret="one")])
    with pytest.raises(LedgerValueError):
        store.append([entry(secret="two"), entry(channel=b"short")])
    (one,) = store.append([entry(secret="three")])
    assert one.pending.counter == 2


def test_a_log_that_was_stopped_goes_on_as_one_that_was_not() -> None:
    running, stopped = Store(), Store()
    for close in range(5):
        for part in range(3):
            for store in (running, stopped):
                store.append(entries(part * 3, f"{close} {part}"), NOON_NS + close * S)
            stopped.log = stopped.start()
        assert stopped.close(NOON_NS + close * S) == running.close(NOON_NS + close * S)
        stopped.log = stopped.start()


def test_rewinding_undoes_what_a_failed_transaction_did() -> None:
    store, plain = Store(), Store()
    for one in (store, plain):
        one.append(entries(3))
    mark = store.log.mark()
    store.log.append(entries(5, "lost"), NOON_NS + 9 * S)  # type: ignore[arg-type]
    store.log.rewind(mark)
    assert store.log.waiting == 3
    mark = store.log.mark()
    store.log.close(NOON_NS + 9 * S)
    store.log.append(entries(2, "lost too"), NOON_NS + 10 * S)  # type: ignore[arg-type]
    store.log.rewind(mark)
    assert store.append(entries(2, "more")) == plain.append(entries(2, "more"))
    assert store.close() == plain.close()


def test_a_new_origin_after_a_restore_carries_the_chains_on() -> None:
    old = Store()
    old.append(entries(6))
    old.close()
    nodes = MemoryNodes()
    carried = {tag: Head(0, head.entry) for tag, head in old.heads.items()}
    begun = OriginLeaf("exchange.example/sky-2", NOON_NS, some_bytes("b"), b"the old note", 64, 128)
    log = Log(Settings("exchange.example/sky-2", SEED), State(), Edge(), nodes, carried.get, (), begun)
    channel = some_bytes("A to B")
    (one,) = log.append([entry(secret="first of the new")], NOON_NS)
    assert (one.leaf.opened().counter, one.leaf.opened().previous) == (1, old.heads[channel].entry)
    root = log.close(NOON_NS, carried).heads_leaf.root
    assert check_map(prove(nodes, root, channel), root, channel) == Head(1, one.leaf.value)
    other = some_bytes("A to C")
    assert check_map(prove(nodes, root, other), root, other) == Head(0, old.heads[other].entry)


def test_setting_all_heads_again_changes_their_blinds_and_nothing_else() -> None:
    store = Store()
    store.append(entries(6))
    first = store.close()
    again = store.log.close(NOON_NS, store.heads)
    assert again.heads_leaf.root != first.heads_leaf.root
    for channel, head in store.heads.items():
        assert check_map(prove(store.nodes, again.heads_leaf.root, channel), again.heads_leaf.root, channel) == head


def test_what_does_not_fit_together_is_no_log() -> None:
    settings, nodes = Settings(ORIGIN, SEED), MemoryNodes()
    first = OriginLeaf(ORIGIN, NOON_NS, bytes(32))
    late = [Pending(bytes(32), 1, bytes(32), NOON_NS + 1), Pending(bytes(32), 2, bytes(32), NOON_NS)]
    for make in (
        lambda: Log(settings, State(), Edge(), nodes, {}.get),
        lambda: Log(settings, State(number=1, size=1), Edge(), nodes, {}.get),
        lambda: Log(settings, State(number=1), Edge(), nodes, {}.get, (), first),
        lambda: Log(settings, State(), Edge(), nodes, {}.get, (), OriginLeaf("other", 0, bytes(32))),
        lambda: Log(settings, State(), Edge(), nodes, {}.get, late, first),
    ):
        with pytest.raises(StateError):
            make()
    with pytest.raises(LedgerValueError):
        Log(Settings(ORIGIN, b"short"), State(), Edge(), nodes, {}.get, (), first)
