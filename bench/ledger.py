"""The ledger in memory: leaves per second through append and close, and what proofs cost over a million leaves.

`python -m bench.ledger` prints the figures. No store, no disk, no signature but where named: what the format itself
costs. Seeded, so that two runs do the same work.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from sharedsky.ledger.bundle import LoggedBundle
from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.fields import NO_ENTRY, Entry, Rules, Subject, TokenActor, View, plan_tag
from sharedsky.ledger.heads import EMPTY, BlindedHead, Head, MemoryNodes, check_map, prove, update
from sharedsky.ledger.host_leaves import OriginLeaf
from sharedsky.ledger.keys import SigningKey
from sharedsky.ledger.leaf import make_leaf
from sharedsky.ledger.log import Log, Settings, State
from sharedsky.ledger.tiles import Edge, TileSubtrees
from sharedsky.ledger.tree import check_inclusion, consistency_proof, inclusion_proof, leaf_hash
from sharedsky.verify import Policy, verify_bundle

ORIGIN = "exchange.example/bench"
CHANNELS = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is of, its value and unit, and its 99th percentile where there is one."""

    what: str
    value: float
    unit: str
    p99: float | None = None

    def __str__(self) -> str:
        tail = "" if self.p99 is None else f" (p99 {self.p99:,.3f})"
        return f"{self.what:<66} {self.value:>12,.3f} {self.unit}{tail}"


def number_bytes(what: str, number: int) -> bytes:
    """32 bytes that follow from a word and a number."""
    return sha256(f"{what} {number}".encode()).digest()


def entries(count: int, start: int = 0) -> list[Entry]:
    """Disclosures of as many plans, over CHANNELS channels."""
    tags = [number_bytes("channel", k) for k in range(CHANNELS)]
    return [
        Entry(
            channel=tags[k % CHANNELS],
            kind=0x20,
            secret=number_bytes("secret", k),
            actor=TokenActor(number_bytes("subject", k % CHANNELS)),
            plan_tags=(plan_tag(tags[k % CHANNELS], f"plan {k}"),),
            subjects=(Subject(f"5e1f0c6e-8a5e-4a57-9a3f-{k:012d}", 1, number_bytes("content", k)),),
            view=View(3, number_bytes("view", k)),
            rules=Rules("arrangement 1", 1, ("rule 1", "rule 2")),
        )
        for k in range(start, start + count)
    ]


def new_log() -> Log:
    """An empty log in memory."""
    origin = OriginLeaf(ORIGIN, 0, bytes(32))
    heads: dict[bytes, Head] = {}
    return Log(Settings(ORIGIN, bytes(32)), State(), Edge(), MemoryNodes(), heads.get, (), origin)


def latency(what: str, act: Callable[[int], object], count: int) -> Figure:
    """Median and 99th percentile [ms] of act(0), act(1), ..."""
    taken = []
    for k in range(count):
        start = time.perf_counter()
        act(k)
        taken.append((time.perf_counter() - start) * 1e3)
    return Figure(what, statistics.median(taken), "ms", statistics.quantiles(taken, n=100)[98])


def appending(seconds: int = 6, per_second: int = 5_000, batch: int = 64) -> Iterator[Figure]:
    """As many leaves as an exchange takes in some seconds, in batches, with a close after each second."""
    work = [entries(per_second, per_second * k) for k in range(seconds)]
    log, closes = new_log(), []
    begun = time.perf_counter()
    for second, rows in enumerate(work):
        for at in range(0, per_second, batch):
            log.append(rows[at : at + batch], second * 10**9)
        start = time.perf_counter()
        log.close(second * 10**9)
        closes.append((time.perf_counter() - start) * 1e3)
    taken = time.perf_counter() - begun
    yield Figure(f"append in batches of {batch} and close", per_second * seconds / taken, "leaves/s")
    yield Figure(f"one close over {per_second} leaves", statistics.median(closes), "ms")
    quiet = new_log()
    yield latency("one close over nothing (64 leaves of padding)", lambda k: quiet.close(k * 10**9), 200)
    one = entries(1)[0]
    yield latency("one leaf, made", lambda k: make_leaf(one, 1, NO_ENTRY, k), 5_000)


def proving(size: int = 1_000_000) -> Iterator[Figure]:
    """Proofs over a log of that many leaves, each from tiles that were not yet read."""
    leaf = make_leaf(entries(1)[0], 1, NO_ENTRY, 0)
    chosen = size // 3
    hashes = [number_bytes("leaf", k) for k in range(size)]
    hashes[chosen] = leaf_hash(leaf.value)
    edge, tiles = Edge(), {}
    for at in range(0, size, 65_536):
        tiles.update({(tile.level, tile.index): tile.data for tile in edge.append(hashes[at : at + 65_536])})
    root = edge.root()

    def read_tile(level: int, index: int, width: int) -> bytes | None:
        return tiles.get((level, index))

    def included(k: int) -> tuple[int, tuple[bytes, ...]]:
        index = k * 7_919 % size
        return index, inclusion_proof(TileSubtrees(read_tile, size).subtree, index, size)

    yield latency(f"inclusion proof at {size:,} leaves", included, 1_000)
    proofs = [included(k) for k in range(1_000)]

    def check(k: int) -> None:
        index, proof = proofs[k]
        check_inclusion(hashes[index], index, size, proof, root)

    yield latency("inclusion proof, verified", check, 1_000)

    def grown(k: int) -> tuple[bytes, ...]:
        return consistency_proof(TileSubtrees(read_tile, size).subtree, 1 + k * 7_919 % size, size)

    yield latency(f"consistency proof at {size:,} leaves", grown, 1_000)
    key = SigningKey.from_seed(ORIGIN, bytes(32))
    note = bytes(Checkpoint(ORIGIN, size, root).unsigned().signed_by(key))
    proof = inclusion_proof(TileSubtrees(read_tile, size).subtree, chosen, size)
    bundle = bytes(LoggedBundle(note, chosen, leaf.open(["channel", "counter", "kind", "time"]), proof))
    policy = Policy((key.verifier,), {})
    yield latency(f"bundle of {len(bundle):,} bytes, verified", lambda k: verify_bundle(bundle, policy), 500)


def mapping(channels: int = 100_000) -> Iterator[Figure]:
    """The heads map of many channels."""
    nodes = MemoryNodes()
    tags = [number_bytes("tag", k) for k in range(channels)]
    start = time.perf_counter()
    root = update(nodes, EMPTY, {tag: BlindedHead(Head(1, tag), tag) for tag in tags}).root
    yield Figure(f"heads map of {channels:,} channels, built", (time.perf_counter() - start) * 1e3, "ms")
    roots = [root]

    def change(k: int) -> None:
        some = tags[k * 100 : k * 100 + 100]
        roots.append(update(nodes, roots[-1], {tag: BlindedHead(Head(2, tag), tag) for tag in some}).root)

    yield latency("100 of its channels, changed", change, 200)
    yield latency("proof of one channel", lambda k: prove(nodes, roots[-1], tags[k]), 1_000)
    proofs = [prove(nodes, roots[-1], tag) for tag in tags[:1_000]]
    yield latency("proof of one channel, verified", lambda k: check_map(proofs[k], roots[-1], tags[k]), 1_000)


def figures() -> list[Figure]:
    """All figures, in the order of the table."""
    return [*appending(), *proving(), *mapping()]


def main() -> int:
    """Print all figures."""
    for figure in figures():
        print(figure)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
