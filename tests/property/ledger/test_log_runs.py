"""Any run of a log: appended, closed, stopped, rewound, with a clock that jumps; what must hold holds afterwards."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import ledger_oracle
from ledger_samples import NOON_NS, ORIGIN, POLICY, SEED, S, Store, consistency_bundle, entry, logged_bundle, some_bytes
from sharedsky.ledger.fields import NO_ENTRY
from sharedsky.ledger.heads import check_map, prove
from sharedsky.ledger.leaf import FIELDS, Leaf
from sharedsky.ledger.log import Settings
from sharedsky.ledger.padding import Padding
from sharedsky.ledger.tree import check_consistency, check_inclusion, consistency_proof, inclusion_proof, leaf_hash
from sharedsky.verify import Finding, verify_bundle

STEPS = st.lists(
    st.tuples(st.sampled_from(["append", "append", "close", "restart", "rewind"]), st.integers(0, 5), st.integers(-9, 9)),
    min_size=1,
    max_size=14,
)
RUNGS = st.sampled_from([(), (2,), (2, 5), (8, 16)])


def run(steps: list[tuple[str, int, int]], rungs: tuple[int, ...]) -> Store:
    """A store after these steps and a last close; each with a number and a jump of the clock [s]."""
    store = Store(Settings(ORIGIN, SEED, Padding(rungs, 5 * S)))
    for number, (step, count, jump_s) in enumerate(steps):
        now_ns = NOON_NS + (number + jump_s) * S
        made = [entry(secret=f"{number} {k}", channel=f"channel {(number + k) % 3}", kind=k) for k in range(count)]
        if step == "append":
            store.append(made, now_ns)
        elif step == "close":
            store.close(now_ns)
        elif step == "restart":
            store.log = store.start()
        else:
            mark = store.log.mark()
            store.log.append(made, now_ns)
            store.log.close(now_ns)
            store.log.rewind(mark)
    store.close(NOON_NS)
    return store


@settings(max_examples=60)
@given(STEPS, RUNGS)
def test_the_tree_is_that_of_all_leaves_and_every_checkpoint_its_beginning(
    steps: list[tuple[str, int, int]], rungs: tuple[int, ...]
) -> None:
    store = run(steps, rungs)
    subtree = store.subtrees().subtree
    last = store.closes[-1].checkpoint
    for closed in store.closes:
        one = closed.checkpoint
        assert one.root == ledger_oracle.tree_root(store.values[: one.size])
        check_consistency(one.size, last.size, consistency_proof(subtree, one.size, last.size), one.root, last.root)
        assert store.values[one.size - 1] == closed.heads_leaf.value()
        if rungs:
            assert len(closed.values) in rungs or len(closed.values) % rungs[-1] == 0
    for logged in store.logged:
        index = store.index[logged.leaf.value]
        check_inclusion(leaf_hash(logged.leaf.value), index, last.size, inclusion_proof(subtree, index, last.size), last.root)


@settings(max_examples=60)
@given(STEPS, RUNGS)
def test_chains_have_no_gap_time_never_steps_back_and_heads_are_the_ends_of_chains(
    steps: list[tuple[str, int, int]], rungs: tuple[int, ...]
) -> None:
    store = run(steps, rungs)
    times = [one.pending.time_ns for one in store.logged]
    assert times == sorted(times)
    closes = [closed.heads_leaf.time_ns for closed in store.closes]
    assert closes == sorted(closes)
    root = store.closes[-1].heads_leaf.root
    for name in ("channel 0", "channel 1", "channel 2"):
        tag, previous, counter = some_bytes(name), NO_ENTRY, 0
        for one in store.logged:
            if one.pending.channel == tag:
                opened = one.leaf.opened()
                counter += 1
                assert (opened.counter, opened.previous, opened.time) == (counter, previous, one.pending.time_ns)
                previous = one.leaf.value
        found = check_map(prove(store.nodes, root, tag), root, tag)
        assert (found.counter, found.entry) == (counter, previous) if found else counter == 0


@settings(max_examples=25)
@given(STEPS, RUNGS, st.sets(st.sampled_from(FIELDS)))
def test_what_is_logged_can_be_shown_to_a_stranger(
    steps: list[tuple[str, int, int]], rungs: tuple[int, ...], names: set[str]
) -> None:
    store = run(steps, rungs)
    for one in store.logged[:6]:
        again = Leaf.load(one.leaf.secret, one.leaf.content)
        assert again == one.leaf
        verdict = verify_bundle(bytes(logged_bundle(store, one, sorted(names))), POLICY)
        assert verdict.finding is Finding.LOGGED_ONLY
        assert verdict.opened is not None
        assert verdict.opened.names == names
    assert verify_bundle(bytes(consistency_bundle(store)), POLICY).finding is Finding.CONSISTENT
