"""The ledger as one who does not trust it sees it: each checkpoint must be signed, and begin with the last one seen.

Whatever was shown before a crash must hold after it. Called by crash.py.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Final

from sharedsky.ledger.bundle import ConsistencyBundle, parse_bundle
from sharedsky.ledger.checkpoint import Checkpoint, verify_checkpoint
from sharedsky.ledger.errors import LedgerError
from sharedsky.ledger.keys import VerifierKey
from sharedsky.ledger.tree import check_consistency

_PATIENCE_S: Final = 10.0
_TIMEOUT_S: Final = 30.0


@dataclass
class Onlooker:
    """What was seen of the ledger of a server at a port; findings: what does not fit together."""

    port: int
    key: VerifierKey | None = None
    last: Checkpoint | None = None
    seen: int = 0
    findings: list[str] = field(default_factory=list)

    def look(self) -> None:
        """See the checkpoint of the moment, where there is one and the server answers."""
        try:
            note = self._get("checkpoint")
            if note is not None:
                self._take(note)
        except (OSError, ValueError) as error:
            if isinstance(error, LedgerError):
                self._tell(str(error))

    def insist(self) -> None:
        """See a checkpoint after a restart, and how it grew from the last one seen."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            note = self._get("checkpoint")
            if note is not None:
                try:
                    self._take(note)
                except LedgerError as error:
                    self._tell(str(error))
                return
            if self.last is None:
                return
            time.sleep(0.2)
        self._tell("there is no checkpoint any more")

    def _take(self, note: bytes) -> None:
        new = verify_checkpoint(note, [self._key()], []).checkpoint
        old, self.last = self.last, new
        self.seen += 1
        if old is None or old == new:
            return
        if new.size < old.size or (new.size == old.size and new.root != old.root):
            self._tell(f"after a checkpoint of {old.size} comes another of {new.size}")
            return
        data = self._get(f"consistency?from={old.size}&to={new.size}")
        bundle = None if data is None else parse_bundle(data)
        if not isinstance(bundle, ConsistencyBundle):
            self._tell(f"no proof is given that {new.size} leaves begin with {old.size}")
            return
        ends = [verify_checkpoint(end, [self._key()], []).checkpoint for end in (bundle.older, bundle.newer)]
        if ends != [old, new]:
            self._tell(f"the proof from {old.size} to {new.size} is of other checkpoints than were shown")
        check_consistency(old.size, new.size, bundle.proof, old.root, new.root)

    def _key(self) -> VerifierKey:
        if self.key is None:
            text = self._get("key")
            if text is None:
                raise OSError("no key is given")
            self.key = VerifierKey.parse(text.decode().strip())
        return self.key

    def _get(self, what: str) -> bytes | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ledger/v1/{what}", timeout=_TIMEOUT_S) as answer:
                data: bytes = answer.read()
                return data
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def _tell(self, finding: str) -> None:
        self.findings.append(f"the ledger: {finding}")
