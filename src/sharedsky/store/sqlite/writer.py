"""The one thread that writes: everything that waits when a commit begins goes into it, and shares its sync.

After a commit that failed it takes nothing more until the store has taken back what built on it, and says so. Called by
store.py.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sharedsky.exchange.protocol import StoredReply
from sharedsky.store.sqlite import retention, rows
from sharedsky.store.sqlite.connections import Connect

#: Writes in one commit at most, so that none waits for a long one.
MAX_BATCH: Final = 512
#: Under load a commit waits a little for others to share it [s]: each commit takes the interpreter from the event loop
#: several times, so that many small ones cost more than they save. Load is so many writes within so long.
_GATHER_S: Final = 0.010
_LOAD_WRITES: Final = 16
_LOAD_S: Final = 0.064


@dataclass(frozen=True, slots=True)
class Work:
    """What one write asks of the file; purge: whether to let go of some of what is past its retention as well."""

    now_ns: int
    rows: Sequence[rows.Written] = ()
    reply: StoredReply | None = None
    purge: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: how many pieces of work it was of, what went wrong, whether more is to be purged.

    took_s: how long it took, its sync included.
    """

    count: int
    error: Exception | None
    more_to_purge: bool = False
    took_s: float = 0.0


class Writer:
    """A connection, and the thread that alone uses it after start.

    Args:
        connection: ready to write. told: called on the thread after each batch.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        connect: Connect,
        told: Callable[[Outcome], None],
        retention_ns: int,
    ) -> None:
        self._path = path
        self._connect = connect
        self._connection: sqlite3.Connection | None = connection
        self._told = told
        self._retention_ns = retention_ns
        self._batches: int = connection.execute("SELECT batch FROM state").fetchone()[0]
        self._wake = threading.Condition()  # protects the five below
        self._waiting: deque[Work] = deque()
        self._submitted_s: deque[float] = deque(maxlen=_LOAD_WRITES)
        self._halted = False
        self._stopping = False
        self._idle = True
        self._thread = threading.Thread(target=self._run, name="sharedsky-store", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> None:
        """Have a piece of work done, after those submitted before."""
        with self._wake:
            self._waiting.append(work)
            self._submitted_s.append(time.perf_counter())
            self._wake.notify()

    def resume(self) -> int:
        """Forget what waits, and go on after a failure; how many pieces of work were forgotten."""
        with self._wake:
            forgotten = len(self._waiting)
            self._waiting.clear()
            self._halted = False
            return forgotten

    def stop(self) -> None:
        """Do what waits, end the thread, and close the file."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def _run(self) -> None:
        while True:
            with self._wake:
                while self._halted or not self._waiting:
                    if self._stopping:
                        return
                    self._wake.wait()
                gather = self._under_load() and not self._stopping
            if gather:
                time.sleep(_GATHER_S)
            with self._wake:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
            if not batch:
                continue
            begin_s = time.perf_counter()
            outcome = self._commit(batch)
            outcome = replace(outcome, took_s=time.perf_counter() - begin_s)
            with self._wake:
                self._halted = outcome.error is not None
            self._told(outcome)

    def _under_load(self) -> bool:
        """Whether many writes came within a short time, and more are to be expected while this one waits."""
        times = self._submitted_s
        return len(times) == _LOAD_WRITES and times[-1] - times[0] < _LOAD_S

    def _commit(self, batch: Sequence[Work]) -> Outcome:
        try:
            connection = self._usable()
            connection.execute("BEGIN IMMEDIATE")
            more = self._write(connection, batch)
            connection.execute("COMMIT")
        except Exception as error:  # whatever it is, those who wait must hear of it
            if self._is_in_the_file():
                return Outcome(len(batch), None)
            return Outcome(len(batch), error)
        self._batches += 1
        if any(work.purge for work in batch):
            with contextlib.suppress(sqlite3.Error):  # nothing depends on it, and it is tried again
                retention.shrink(connection)
        return Outcome(len(batch), None, more)

    def _write(self, connection: sqlite3.Connection, batch: Sequence[Work]) -> bool:
        together = rows.Batch()
        for work in batch:
            together.add(work.rows, work.reply)
        rows.write(connection, together)
        connection.execute("UPDATE state SET batch = ?", (self._batches + 1,))
        now_ns = max(work.now_ns for work in batch)
        if together.replies:
            retention.forget_replies(connection, now_ns, len(together.replies))
        if any(work.purge for work in batch):
            return retention.purge(connection, now_ns - self._retention_ns)
        return False

    def _usable(self) -> sqlite3.Connection:
        """The connection, or a new one where a failure cost it."""
        if self._connection is None:
            self._connection = self._connect(self._path)
            found = self._connection.execute("SELECT batch FROM state").fetchone()[0]
            if found != self._batches:
                raise sqlite3.DatabaseError(f"{self._path} has changed since it was opened; start the server anew")
        return self._connection

    def _is_in_the_file(self) -> bool:
        """After an error: whether the batch was kept nevertheless. Whoever cannot tell, opens the file anew first."""
        connection = self._connection
        if connection is None:
            return False
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            kept = bool(connection.execute("SELECT batch FROM state").fetchone()[0] == self._batches + 1)
        except sqlite3.Error:
            self._connection = None
            connection.close()
            return False
        if kept:
            self._batches += 1
        return kept
