"""What the exchange's figures stand beside, measured in the same run: how fast this machine, HTTP and SQLite are alone.

Called by exchange.py. `python -m bench.floors PORT` serves the bare application.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.serving import ROOT, cpu_s, free_port
from sharedsky.server import wire

_ROW_BYTES: Final = 700
_ANSWER: Final = msgspec.json.encode({"operational_intent_references": []})


def fdatasync_ms(count: int = 300) -> float:
    """The median time [ms] to write 4 KiB to a file and have them on the disk."""
    sync = getattr(os, "fdatasync", os.fsync)
    took = []
    with tempfile.NamedTemporaryFile() as file:
        descriptor = file.fileno()
        for k in range(count):
            begin = time.perf_counter()
            os.pwrite(descriptor, bytes([k % 256]) * 4096, (k % 1000) * 4096)
            sync(descriptor)
            took.append(time.perf_counter() - begin)
    return statistics.median(took) * 1e3


def group_commit_per_s(batch: int, seconds: float = 3.0) -> float:
    """Rows per second that bare SQLite takes with batches in one commit each: WAL, synchronous FULL, 16-byte keys."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE t (id BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            rows = [(os.urandom(16), bytes(_ROW_BYTES)) for _ in range(batch)]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
            connection.execute("COMMIT")
            count += batch
        took = time.perf_counter() - begin
        connection.close()
        return count / took


async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An application that decodes what a DSS is sent, and does nothing else."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    if scope["method"] == "PUT":
        msgspec.json.decode(body, type=wire.PutOperationalIntentReferenceParameters)
    elif scope["method"] == "POST":
        msgspec.json.decode(body, type=wire.QueryParameters)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _ANSWER})


@contextmanager
def bare_server() -> Generator[tuple[int, int]]:
    """The bare application in a process of its own: its port and process id."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.floors", str(port)], cwd=ROOT)
    try:
        for _ in range(600):
            if cpu_s(process.pid) is not None and _listens(port):
                break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def main() -> None:
    """Serve the bare application with the settings of server/run.py."""
    import gc

    import uvicorn

    config = uvicorn.Config(
        bare, host="127.0.0.1", port=int(sys.argv[1]), http="httptools", loop="uvloop", lifespan="off",
        log_config=None, access_log=False, server_header=False, date_header=True, backlog=2_048,
    )  # fmt: skip
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
