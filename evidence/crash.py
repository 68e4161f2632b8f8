"""`kill -9` under write load, again and again on one file: every acknowledged change is there, nothing is half there.

Twice: once the process alone dies, and once the power fails as well, as far as a shim can tell (bench/shim/dropsync.c):
what was not synced is lost, or a random part of it. `python -m evidence.crash --kills 10` is for CI.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.serving import OUT, ROOT, SCOPE, Served

from evidence.crash_ledger import Onlooker
from evidence.crash_load import Client, held_against
from sharedsky.errors import SharedskyError
from sharedsky.exchange.picture import Picture
from sharedsky.store.sqlite.fsck import fsck as check
from sharedsky.store.sqlite.loading import load_picture

CONSTRAINTS: Final = "utm.constraint_management"
SHIM: Final = ROOT / "bench" / "shim" / "dropsync.c"
CLIENTS: Final = 8
NO_TEETH: Final = "Control: NO FINDING, though syncs were ignored: the checks see nothing."
#: For how long the server works before it is killed [s].
_LEAST_S, _MOST_S = 0.1, 1.5
#: How often somebody looks at the ledger's checkpoint meanwhile [s].
_LOOK_S: Final = 0.05
_TRUNCATED: Final = 2**64 - 1
_HEAD: Final = struct.Struct("=QQ")
_SECTOR: Final = 512
_USAGE: Final = 64


@dataclass
class Crashes:
    """A run; shim: the compiled shim, or None to kill the process alone. lies: the shim ignores syncs."""

    kills: int
    seed: int
    shim: Path | None = None
    lies: bool = False
    findings: list[str] = field(default_factory=list)
    acknowledged: int = 0
    repeated: int = 0
    unanswered: int = 0
    lost_bytes: int = 0
    seen: int = 0

    def run(self) -> None:
        """Start, load, kill, compare; `findings` tells what is wrong."""
        rng = random.Random(self.seed)
        with tempfile.TemporaryDirectory() as name:
            server = Served(Path(name))
            names = [f"uss{k}" for k in range(CLIENTS)]
            server.add_clients(names, (SCOPE, CONSTRAINTS))
            self._start(server)
            server.get_tokens((SCOPE, CONSTRAINTS))
            clients = [
                Client(name, k, server.port, server.tokens[name], random.Random(rng.random()))
                for k, name in enumerate(names)
            ]  # fmt: skip
            onlooker = Onlooker(server.port)
            for kill in range(self.kills):
                self._one(server, clients, onlooker, rng, kill)
                if len(self.findings) > 20 or server.stopped:
                    break
            server.kill()
            self.acknowledged = sum(client.count for client in clients)
            self.repeated = sum(client.repeated for client in clients)
            self.seen = onlooker.seen
            self.findings += [finding for client in clients for finding in client.findings]

    def _one(
        self, server: Served, clients: list[Client], onlooker: Onlooker, rng: random.Random, kill: int
    ) -> None:
        stop = threading.Event()
        threads = [threading.Thread(target=client.work, args=(stop,)) for client in clients]
        for thread in threads:
            thread.start()
        until = time.monotonic() + rng.uniform(_LEAST_S, _MOST_S)
        while time.monotonic() < until:
            onlooker.look()
            time.sleep(min(_LOOK_S, max(until - time.monotonic(), 0.0)))
        server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        self.unanswered += sum(thing.unanswered is not None for client in clients for thing in client.things)
        if self.shim is not None:
            self.lost_bytes += power_failed(server.database, _shadow(server), rng)
        try:
            self._tell(kill, held_against(clients, picture_of(server.database)))
        except (sqlite3.Error, SharedskyError) as error:
            self._tell(kill, [f"the database cannot be read: {error}"])
        try:
            self._start(server)
        except RuntimeError as error:
            self._tell(kill, [str(error)])
            return
        self._tell(kill, fsck(server.database))
        onlooker.insist()
        self._tell(kill, onlooker.findings)
        onlooker.findings.clear()

    def _start(self, server: Served) -> None:
        environment = {}
        if self.shim is not None:
            shadow = _shadow(server)
            shutil.rmtree(shadow, ignore_errors=True)
            shadow.mkdir()
            for file in _files(server.database):
                shutil.copy(file, shadow)
            environment = {
                "LD_PRELOAD": str(self.shim), "DROPSYNC_FILES": str(server.database), "DROPSYNC_FOLDER": str(shadow),
                **({"DROPSYNC_LIES": "1"} if self.lies else {}),
            }  # fmt: skip
        server.start(environment)

    def _tell(self, kill: int, findings: list[str]) -> None:
        self.findings += [f"after kill {kill + 1}: {finding}" for finding in findings[:10]]


def _shadow(server: Served) -> Path:
    return server.folder / "synced"


def _files(database: Path) -> list[Path]:
    """The files that outlive a crash."""
    return [path for path in (database, database.with_name(database.name + "-wal")) if path.exists()]


def picture_of(database: Path) -> Picture:
    """What a database holds, read from a copy of its files."""
    with tempfile.TemporaryDirectory() as folder:
        for file in _files(database):
            shutil.copy(file, folder)
        copied = Path(folder) / database.name
        with closing(sqlite3.connect(copied, isolation_level=None)) as connection:
            return load_picture(connection, copied, time.time_ns())


def fsck(database: Path) -> list[str]:
    """What `sharedsky fsck` finds, beside the running server."""
    command = [sys.executable, "-m", "sharedsky", "fsck", "--quiet", "--database", str(database)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode == _USAGE:  # no such command
        return [str(finding) for finding in check(database, time.time_ns()).wrong]
    return [] if done.returncode == 0 else [f"fsck ended with {done.returncode}: {(done.stdout + done.stderr)[-500:]}"]


def power_failed(database: Path, shadow: Path, rng: random.Random) -> int:
    """Put what was synced in the place of the files, with a random part of what was not; how many bytes were lost.

    In a third of all cases nothing of it was kept, which is what a disk does that writes in order; otherwise each write
    was kept, lost, or torn at a sector.
    """
    for file in database.parent.glob(database.name + "*"):
        if file.is_file() and not file.name.endswith(".lock"):
            file.unlink()
    lost = 0
    keep_some = rng.random() > 1 / 3
    for name in (database.name, database.name + "-wal"):
        if not (shadow / name).exists():
            continue
        target = database.with_name(name)
        shutil.copy(shadow / name, target)
        pending = shadow / f"{name}.pending"
        with target.open("r+b") as torn:
            for offset, data in _records(pending):
                share = rng.choice((0.0, 1.0, rng.random())) if keep_some else 0.0
                if data is None:
                    if share == 1.0:
                        torn.truncate(offset)
                    continue
                kept = len(data) if share == 1.0 else int(share * len(data)) // _SECTOR * _SECTOR
                lost += len(data) - kept
                torn.seek(offset)
                torn.write(data[:kept])
    return lost


def _records(pending: Path) -> list[tuple[int, bytes | None]]:
    """Writes that were not synced: offset and bytes, or None for a truncation."""
    records: list[tuple[int, bytes | None]] = []
    data = pending.read_bytes() if pending.exists() else b""
    at = 0
    while at + _HEAD.size <= len(data):
        offset, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if length == _TRUNCATED:
            records.append((offset, None))
        elif length == 0 or at + length > len(data):
            break
        else:
            records.append((offset, data[at : at + length]))
            at += length
    return records


def build_shim() -> Path | None:
    """The compiled shim; None where this is not Linux with a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        return None
    OUT.mkdir(exist_ok=True)
    target = OUT / "dropsync.so"
    flags = ["-O2", "-shared", "-fPIC", "-o", str(target), str(SHIM), "-ldl", "-lpthread"]
    subprocess.run([compiler, *flags], check=True)
    return target


def run(kills: int = 50) -> tuple[str, bool]:
    """The summary as Markdown, and whether nothing was lost or half there."""
    lines = [
        "## Crashes",
        "",
        f"`kill -9` at random moments under the writes of {CLIENTS} clients, each time on the same file. After each: "
        "every acknowledged change is there, whole (cover, state, version, OVN, subscription); what was never answered "
        "is there whole or not at all; `sharedsky fsck` finds nothing; unanswered requests, repeated, are answered; "
        "the ledger's new checkpoint is signed, and consistent with the last one seen.",
        "",
        "Power failure: what was not synced is lost as well, or a random part of it, torn at sectors; a shim notes the "
        "writes to the database and its WAL. This covers what the server syncs, and when; not a disk that lies about "
        "syncing, nor names of files, which are taken to be durable at once. Control: where the shim ignores "
        "syncs, the same checks must find losses.",
        "",
        "| what dies | kills | changes acknowledged | unanswered | repeated | checkpoints seen | lost | findings |",
        "|---|---|---|---|---|---|---|---|",
    ]
    hold, told = True, []
    shim = build_shim()
    runs = [("the process", Crashes(kills, 1))]
    runs += [("the power", Crashes(max(kills // 2, 1), 2, shim))] if shim else []
    for what, crashes in runs:
        crashes.run()
        hold &= not crashes.findings and crashes.acknowledged > 0
        lost = f"{crashes.lost_bytes / 1e3:,.0f} kB" if crashes.shim else "-"
        lines.append(
            f"| {what} | {crashes.kills} | {crashes.acknowledged:,} | {crashes.unanswered} | {crashes.repeated} "
            f"| {crashes.seen} | {lost} | {len(crashes.findings)} |"
        )
        told += [f"- {finding}" for finding in crashes.findings[:20]]
    if shim is not None:
        control = Crashes(1, 3, shim, lies=True)
        control.run()
        hold &= bool(control.findings)
        count = len(control.findings)
        told.insert(0, f"Control: {count} findings, as there must be." if count else NO_TEETH)
    if shim is None:
        told.append("NOT RUN: power failure; the shim needs Linux and a C compiler.")
    return "\n".join([*lines, "", *told, ""] if told else [*lines, ""]), hold


def main() -> int:
    """Run, for CI; the exit status is 0 where all holds."""
    parser = argparse.ArgumentParser(prog="python -m evidence.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, metavar="N", help="how often (default 50)")
    text, hold = run(parser.parse_args().kills)
    print(text)
    return 0 if hold else 1


if __name__ == "__main__":
    raise SystemExit(main())
