"""Hundreds of clients file overlapping intents at once; what they saw is held against what a DSS may answer.

The checker (tests/oracle/exchange_history.py) is written apart from the server. Two controls: it must find something in
the same history without its keys, and without whom changes were told to.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench.serving import ARBITRATION, ROOT, SCOPE, Served

sys.path.insert(0, str(ROOT / "tests"))

from evidence.concurrency_load import Client, Clock, World
from oracle.exchange_history import Event, findings

MONITORING: Final = "utm.conformance_monitoring_sa"
_USSS: Final = 20
#: How much of the history the controls look at.
_CONTROL: Final = 1_500
#: How far the clock of clients, which never steps, may lie from the server's [ns]: only ends are told by it.
_CLOCK_NS: Final = 1_000_000_000


def run(clients: int = 200, seconds: float = 8.0, seed: int = 1) -> tuple[str, bool]:
    """The summary as Markdown, and whether nothing is wrong with the history."""
    events = history(clients, seconds, seed)
    wrong = findings(events, _CLOCK_NS)
    some = events[:_CONTROL]
    keyless = findings([replace(event, key=frozenset()) for event in some], _CLOCK_NS)
    untold = findings([replace(event, told={}) if event.told else event for event in some], _CLOCK_NS)
    statuses = Counter(event.status for event in events)
    strange = {status: n for status, n in statuses.items() if status not in (200, 201, 403, 404, 409, 412, None)}
    conflicts = sum(bool(event.missing) for event in events)
    made = sum(event.made and event.kind == "intent" for event in events)
    lines = [
        "## Concurrency",
        "",
        f"{clients} clients of {_USSS} USSs filed, changed and deleted overlapping intents at once for {seconds:.0f} "
        "s, some with keys that were out of date or empty; some lost their answer, and one USS was Down for a while. "
        "The whole history is held against what any order of the requests allows: keys, versions, notifications, "
        "conflicts, reads.",
        "",
        "| requests | changes of intents | refused for their key | answers lost | findings |",
        "|---|---|---|---|---|",
        f"| {len(events):,} | {made:,} | {conflicts:,} | {statuses[None]} | {len(wrong)} |",
        "",
        f"Control, over the first {len(some):,} requests: {len(keyless):,} findings without their keys, "
        f"{len(untold):,} without whom changes were told to.",
        "",
        *(f"- {finding}" for finding in wrong[:20]),
        *([f"- answers with these statuses: {strange}"] if strange else []),
    ]
    hold = not wrong and not strange and bool(conflicts and made and keyless and untold)
    return "\n".join([*lines, ""]), hold


def history(clients: int, seconds: float, seed: int) -> list[Event]:
    """What clients asked and were answered, over a server of their own."""
    with tempfile.TemporaryDirectory() as folder:
        server = Served(Path(folder))
        scopes = (SCOPE, MONITORING, ARBITRATION)
        server.add_clients([f"uss{k + 1}" for k in range(_USSS)], scopes)
        server.start()
        try:
            server.get_tokens(scopes)
            clock = Clock()
            world = World(clock, clock.now_ns() // 10**9 * 10**9)
            rng = random.Random(seed)
            names = [f"uss{k % _USSS + 1}" for k in range(clients)]
            workers = [
                Client(world, name, server.port, server.tokens[name], random.Random(rng.random())) for name in names
            ]  # fmt: skip
            said = _all_at_once(workers, world, server, seconds)
            if not server.alive:
                raise RuntimeError(f"the server ended: {server.log.read_text()[-2_000:]}")
        finally:
            server.kill()
    events = [event for worker in workers for event in worker.events] + said
    return sorted(events, key=lambda event: event.sent_ns)


def _all_at_once(workers: Sequence[Client], world: World, server: Served, seconds: float) -> list[Event]:
    """Let them work; what the arbitrator said meanwhile."""
    threads = [threading.Thread(target=worker.work, daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 3)
    said = [_availability(world, server, "Down")]
    time.sleep(seconds / 3)
    said.append(_availability(world, server, "Normal"))
    time.sleep(seconds / 3)
    world.stop.set()
    for thread in threads:
        thread.join(120)
    return said


def _availability(world: World, server: Served, availability: str) -> Event:
    """The arbitrator (the last USS) says how uss1 is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {server.tokens[f'uss{_USSS}']}", "Content-Type": "application/json"}
    path = "/dss/v1/uss_availability/uss1"
    connection.request("GET", path, headers=headers)
    known: dict[str, Any] = json.loads(connection.getresponse().read())
    sent_ns = world.clock.now_ns()
    body = {"old_version": known["version"], "availability": availability}
    connection.request("PUT", path, json.dumps(body), headers)
    response = connection.getresponse()
    response.read()
    done_ns = world.clock.now_ns()
    connection.close()
    return Event(
        sent_ns, done_ns, "arbitrator", "availability", None, "uss1", response.status, availability=availability
    )  # fmt: skip


def main() -> int:
    """Run, for trying things out; the exit status is 0 where all holds."""
    parser = argparse.ArgumentParser(prog="python -m evidence.concurrency", description=__doc__)
    parser.add_argument("--clients", type=int, default=200, metavar="N", help="clients (default 200)")
    parser.add_argument("--seconds", type=float, default=8.0, metavar="S", help="how long they work (default 8)")
    args = parser.parse_args()
    text, hold = run(args.clients, args.seconds)
    print(text)
    return 0 if hold else 1


if __name__ == "__main__":
    raise SystemExit(main())
