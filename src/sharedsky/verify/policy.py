"""The policy file: which logs and witnesses a verifier trusts, and how many must have cosigned (C2SP tlog-policy).

docs/ledger.md, section 8.4. Two lines of our own are allowed beside: `arrangement <digest>` and `annex <digest>`, each
64 hexadecimal digits, which bind a verdict to what the parties signed. The file is UTF-8, as the specification
recommends.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from sharedsky.ledger.errors import LedgerError, LedgerFormatError
from sharedsky.ledger.keys import COSIGNATURE_V1, ED25519, VerifierKey

#: The longest policy that is read; the specification asks for 32 logs, witnesses and groups.
MAX_POLICY_BYTES: Final = 256 * 1024

_SPACE: Final = re.compile(r"[ \t]+")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,5}")


class PolicyError(LedgerError):
    """A policy file that cannot be used; the message names its line."""


@dataclass(frozen=True, slots=True)
class Group:
    """Members, by name, of which `threshold` must have cosigned."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is trusted.

    Args:
        logs: their keys.
        witnesses: by the policy's own names.
        groups: in the order in which they were defined.
        quorum: the name of a witness or group, None for `none`.
        arrangements: digests of arrangements, 32 bytes each.
        annexes: digests of pair annexes, 32 bytes each.
    """

    logs: tuple[VerifierKey, ...]
    witnesses: dict[str, VerifierKey]
    groups: tuple[Group, ...] = ()
    quorum: str | None = None
    arrangements: tuple[bytes, ...] = ()
    annexes: tuple[bytes, ...] = ()

    def quorum_met(self, cosigners: Set[VerifierKey]) -> bool:
        """Whether these witnesses are enough."""
        if self.quorum is None:
            return True
        met = {name for name, key in self.witnesses.items() if key in cosigners}
        for group in self.groups:
            if sum(member in met for member in group.members) >= group.threshold:
                met.add(group.name)
        return self.quorum in met

    def witness_name(self, key: VerifierKey) -> str:
        """The policy's name of a witness, or the key's own."""
        return next((name for name, known in self.witnesses.items() if known == key), key.name)


@dataclass(slots=True)
class _Reading:
    """A policy as far as it was read."""

    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    quorums: list[str] = field(default_factory=list)
    digests: dict[str, list[bytes]] = field(default_factory=lambda: {"arrangement": [], "annex": []})


def parse_policy(data: bytes) -> Policy:
    """A policy from its file.

    Raises:
        PolicyError: not a policy; the message names the line.
    """
    if len(data) > MAX_POLICY_BYTES:
        raise PolicyError(f"the policy is longer than {MAX_POLICY_BYTES} bytes.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError("the policy is not UTF-8.", "Save it as UTF-8.") from error
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), 1):
        _check_characters(number, line)
        words = [word for word in _SPACE.split(line) if word]
        if words and not words[0].startswith("#"):
            try:
                _line(reading, words)
            except LedgerError as error:
                raise PolicyError(f"line {number} of the policy: {error.message}", error.advice) from error
    if len(reading.quorums) != 1:
        raise PolicyError("a policy has exactly one line `quorum`.", "Without witnesses it is `quorum none`.")
    quorum = reading.quorums[0]
    return Policy(
        tuple(reading.logs),
        reading.witnesses,
        tuple(reading.groups.values()),
        None if quorum == "none" else quorum,
        tuple(reading.digests["arrangement"]),
        tuple(reading.digests["annex"]),
    )


def _check_characters(number: int, line: str) -> None:
    if any((c < " " and c != "\t") or c == "\x7f" for c in line):
        raise PolicyError(
            f"line {number} of the policy has control characters.", "End lines with a newline alone, without return."
        )


def _line(reading: _Reading, words: list[str]) -> None:
    match words:
        case ["log", vkey] | ["log", vkey, _]:
            _distinct(reading, key := _key(vkey, ED25519))
            reading.logs.append(key)
        case ["witness", name, vkey] | ["witness", name, vkey, _]:
            _new_name(reading, name)
            _distinct(reading, key := _key(vkey, COSIGNATURE_V1))
            reading.witnesses[name] = key
        case ["group", name, threshold, *members] if members:
            _new_name(reading, name)
            _group(reading, name, threshold, members)
        case ["quorum", name]:
            if name != "none" and name not in reading.witnesses and name not in reading.groups:
                raise LedgerFormatError(f"{name} is not defined above.")
            reading.quorums.append(name)
        case ["arrangement" | "annex" as what, digest] if _DIGEST.fullmatch(digest):
            reading.digests[what].append(bytes.fromhex(digest))
        case _:
            raise LedgerFormatError(
                f"{words[0]!r} with {len(words) - 1} words is no line of a policy.",
                "Lines are log, witness, group, quorum, arrangement and annex.",
            )


def _key(vkey: str, kind: int) -> VerifierKey:
    key = VerifierKey.parse(vkey)
    if key.kind != kind:
        raise LedgerFormatError(f"the key {key.name} is of type 0x{key.kind:02x}; 0x{kind:02x} belongs here.")
    return key


def _distinct(reading: _Reading, key: VerifierKey) -> None:
    if any(known.public == key.public for known in (*reading.logs, *reading.witnesses.values())):
        raise LedgerFormatError(f"the key {key.name} is given a second time.")


def _new_name(reading: _Reading, name: str) -> None:
    if name == "none" or name in reading.witnesses or name in reading.groups:
        raise LedgerFormatError(f"the name {name} is taken.")


def _group(reading: _Reading, name: str, threshold: str, members: list[str]) -> None:
    for member in members:
        if member not in reading.witnesses and member not in reading.groups:
            raise LedgerFormatError(f"{member} is not defined above.")
        if member in reading.members:
            raise LedgerFormatError(f"{member} is a member already.", "A name belongs to one group, once.")
        reading.members.add(member)
    count = {"any": 1, "all": len(members)}.get(threshold, 0)
    if _COUNT.fullmatch(threshold):
        count = int(threshold)
    if not 1 <= count <= len(members):
        raise LedgerFormatError(f"{threshold} is no number of {len(members)} members.", "Give any, all, or a number.")
    reading.groups[name] = Group(name, count, tuple(members))
