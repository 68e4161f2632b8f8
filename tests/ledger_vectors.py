"""The test vectors of docs/ledger-vectors.json: `python tests/ledger_vectors.py` prints them anew.

They are frozen: a change of one byte is a change of the format, and makes a new version of it.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

from ledger_samples import (
    LOG_KEY,
    NOON_NS,
    ORIGIN,
    OTHER_WITNESS,
    SEED,
    WITNESS,
    Store,
    consistency_bundle,
    entry,
    logged_bundle,
    signed,
    some_bytes,
)
from sharedsky.ledger.bundle import ConsistencyBundle, HeadProof
from sharedsky.ledger.canonical import encode
from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.fields import plan_tag, token_subject
from sharedsky.ledger.heads import prove
from sharedsky.ledger.host_leaves import OriginLeaf, dummy_leaf, heads_blind, map_blind
from sharedsky.ledger.leaf import FIELDS, GROUPS
from sharedsky.ledger.promise import HeadReceipt
from sharedsky.ledger.tree import inclusion_proof
from sharedsky.verify import parse_policy, verify_bundle

FILE = Path(__file__).resolve().parent.parent / "docs" / "ledger-vectors.json"


def vectors() -> dict[str, object]:
    """All vectors; bytes as hexadecimal digits, files as base64."""
    store = Store()
    store.append([entry(secret=f"one {k}") for k in range(3)])
    store.close()
    store.append([entry(secret="two", channel="A to C")])
    store.close()
    one, last = store.logged[1], store.closes[-1]
    size = last.checkpoint.size
    head = HeadProof(
        last.heads_leaf,
        inclusion_proof(store.subtrees().subtree, size - 1, size),
        prove(store.nodes, last.heads_leaf.root, one.pending.channel),
    )
    absent = prove(store.nodes, last.heads_leaf.root, some_bytes("C to A"))
    channel = some_bytes("A to B")
    promise = one.promise.signed(LOG_KEY.private)
    return {
        "canonical": {
            "value": "(1, -2, bytes 00ff, text 'Zürich', ())",
            "bytes": encode((1, -2, b"\x00\xff", "Zürich", ())).hex(),
        },
        "leaf": {
            "secret": one.leaf.secret.hex(),
            "fields": {name: value.hex() for name, value in zip(FIELDS, one.leaf.values)},
            "value": one.leaf.value.hex(),
            "openings of the chain and the kind": encode(one.leaf.open([*GROUPS[0], "kind"]).item()).hex(),
        },
        "tags": {
            "channel": channel.hex(),
            "plan tag of 'plan 1'": plan_tag(channel, "plan 1").hex(),
            "token subject of https://issuer.example, uss-a": token_subject("https://issuer.example", "uss-a").hex(),
        },
        "host": {
            "origin": ORIGIN,
            "seed": SEED.hex(),
            "origin leaf": OriginLeaf(ORIGIN, NOON_NS, some_bytes("origin")).value().hex(),
            "heads leaf": last.heads_leaf.value().hex(),
            "heads leaf, opened": encode(last.heads_leaf.item()).hex(),
            "dummy 0 of checkpoint 1": dummy_leaf(SEED, 1, 0).hex(),
            "blind of heads leaf 1": heads_blind(SEED, 1).hex(),
            "blind of the channel at checkpoint 1": map_blind(SEED, 1, channel).hex(),
        },
        "heads": {
            "root": last.heads_leaf.root.hex(),
            "head proof of the channel": encode(head.item()).hex(),
            "map proof that bytes SHA-256('C to A') are absent": encode(absent.item()).hex(),
        },
        "promise": {
            "body": promise.body.hex(),
            "signature": promise.signature.hex(),
            "key": LOG_KEY.verifier.public.hex(),
        },
        "head receipt": bytes(HeadReceipt(channel, 2, one.leaf.value)).hex(),
        "checkpoint": signed(last.checkpoint).decode(),
        "policy": POLICY_TEXT,
        "bundles": bundles(store),
    }


POLICY_TEXT = (
    f"log {LOG_KEY.verifier}\nwitness north {WITNESS.verifier}\nwitness south {OTHER_WITNESS.verifier}\n"
    "group both any north south\nquorum both\n"
)


def bundles(store: Store) -> list[dict[str, str]]:
    """A bundle for each verdict that can be reached."""
    last = store.closes[-1].checkpoint
    fork = Checkpoint(ORIGIN, last.size, some_bytes("another root"))
    logged = logged_bundle(store, store.logged[1], [*GROUPS[0], "kind", "time"])
    bare = type(logged)(bytes(last.unsigned().signed_by(LOG_KEY)), logged.index, logged.leaf, logged.proof)
    rows = {
        "an entry, opened in part": bytes(logged),
        "the same without a witness": bytes(bare),
        "growth": bytes(consistency_bundle(store)),
        "a fork": bytes(ConsistencyBundle(signed(last), signed(fork), ())),
        "an entry at another place": bytes(type(logged)(logged.note, logged.index + 1, logged.leaf, logged.proof)),
    }
    policy = parse_policy(POLICY_TEXT.encode())
    return [
        {
            "name": name,
            "verdict": verify_bundle(data, policy).finding.value,
            "base64": base64.b64encode(data).decode(),
        }
        for name, data in rows.items()
    ]


if __name__ == "__main__":
    print(json.dumps(vectors(), indent=1, ensure_ascii=False))
