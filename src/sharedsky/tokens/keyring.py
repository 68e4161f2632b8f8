"""The exchange's own signing keys: next, current and previous, with their dates, in a folder outside the database.

Issue "The exchange", 2. `KID.pem` holds a private key; `keys.json` says which is which, and is replaced as a whole,
so that a rotation has happened or has not. The next key is published (RFC 7517) long before it signs, and a previous
one until every token that it signed has ended: nobody who fetches the set now and then ever meets an unknown key.
docs/tokens.md explains rotation to an operator. Called by issuer, `sharedsky serve` and `sharedsky keys`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from sharedsky.tokens.encoding import read_object
from sharedsky.tokens.errors import EncodingError, TrustError
from sharedsky.tokens.issuers import Clock
from sharedsky.tokens.private_files import locked, make_private_folder, read_private, write_private
from sharedsky.tokens.rs256 import (
    OWN_KEY_BITS,
    SigningKey,
    VerifyKey,
    generate_key,
    signing_key_from_pem,
    signing_key_to_pem,
    to_jwk,
)

KeyState = Literal["next", "current", "previous"]

#: Longest life of a token; a previous key stays this long after its last signature, and an hour more.
MAX_TOKEN_LIFETIME_S: Final = 86_400
_PREVIOUS_S: Final = MAX_TOKEN_LIFETIME_S + 3600
#: A key must have been published this long before it signs, so that others who keep our set have seen it.
MIN_PUBLISHED_S: Final = 86_400
#: Age of the current key at which `rotate_if_due` rotates.
ROTATE_AFTER_S: Final = 90 * 86_400
_MAX_KEYS: Final = 100
_INDEX: Final = "keys.json"


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key and its dates, in whole seconds since 1970 UTC: made; first used to sign; no longer accepted from."""

    key: SigningKey
    state: KeyState
    created_s: int
    signs_from_s: int | None = None
    ends_s: int | None = None


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys at one time: exactly one current, exactly one next."""

    current: RingKey
    next: RingKey
    previous: tuple[RingKey, ...] = ()

    @property
    def keys(self) -> tuple[RingKey, ...]:
        """All of them, the current one first."""
        return (self.current, self.next, *self.previous)

    def accepted(self, now_s: float) -> tuple[VerifyKey, ...]:
        """The public keys whose tokens are accepted, which are those that are published."""
        return tuple(ring.key.verify_key for ring in self.keys if ring.ends_s is None or ring.ends_s > now_s)

    def jwks(self, now_s: float) -> dict[str, object]:
        """The JWK set to publish at /.well-known/jwks.json."""
        return {"keys": [to_jwk(key) for key in self.accepted(now_s)]}


class HeldKeys:
    """The ring that a running server uses; a KeySource for its own tokens."""

    def __init__(self, ring: KeyRing, clock: Clock) -> None:
        self._ring = ring
        self._clock = clock
        self._generation = 0

    @property
    def ring(self) -> KeyRing:
        """The keys as they are now."""
        return self._ring

    @property
    def generation(self) -> int:
        """Changes when the ring is replaced."""
        return self._generation

    def replace(self, ring: KeyRing) -> None:
        """Use another ring from now on, after a rotation."""
        self._ring = ring
        self._generation += 1

    def candidates(self, kid: str | None) -> tuple[VerifyKey, ...]:
        """The accepted key of that kid; our tokens always name one."""
        return tuple(key for key in self._ring.accepted(self._clock()) if key.kid == kid)

    def refresh_if_due(self) -> None:
        """Nothing to do: whoever rotates calls replace."""


class KeyFolder:
    """The folder; every change is made under a lock that holds between processes."""

    def __init__(self, folder: Path, *, bits: int = OWN_KEY_BITS) -> None:
        """Raises TrustError where the folder cannot be created, or others may write to it."""
        make_private_folder(folder)
        self._folder = folder
        self._bits = bits

    def load_or_create(self, now_s: float) -> KeyRing:
        """The keys; made where the folder has none, at the first start.

        Raises:
            TrustError: a file is missing, readable by others, or not what it should be. Nothing is made then.
        """
        with locked(self._folder):
            if (self._folder / _INDEX).exists():
                return self._load()
            if any(self._folder.glob("*.pem")):
                raise TrustError(
                    f"{self._folder} has keys and no {_INDEX}.",
                    "Restore that file, or move the keys away: new ones are made then, and all tokens end.",
                )
            return self._store(self._fresh(int(now_s)))

    def rotate(self, now_s: float) -> KeyRing:
        """The next key signs from now on; the current one is accepted until its tokens have ended.

        Raises:
            TrustError: the next key was published less than a day ago.
        """
        with locked(self._folder):
            ring = self._load()
            published_s = now_s - ring.next.created_s
            if published_s < MIN_PUBLISHED_S:
                raise TrustError(
                    "the next key was published less than a day ago; others may not know it yet.",
                    "Wait, or replace all keys if the current one may be known to others.",
                )
            return self._store(self._turned(ring, int(now_s)))

    def rotate_if_due(self, now_s: float) -> KeyRing:
        """Rotate where the current key has signed for 90 days; the keys as they are then, rotated or not."""
        with locked(self._folder):
            ring = self._load()
            signs_from_s = ring.current.signs_from_s or ring.current.created_s
            if now_s - signs_from_s < ROTATE_AFTER_S or now_s - ring.next.created_s < MIN_PUBLISHED_S:
                return ring
            return self._store(self._turned(ring, int(now_s)))

    def replace_all(self, now_s: float) -> KeyRing:
        """New keys for keys that others may know: every token signed so far ends."""
        with locked(self._folder):
            return self._store(self._fresh(int(now_s)))

    def load(self) -> KeyRing:
        """The keys as they are in the folder.

        Raises:
            TrustError: there are none, or as load_or_create.
        """
        with locked(self._folder):
            return self._load()

    def _fresh(self, now_s: int) -> KeyRing:
        current = RingKey(generate_key(self._bits), "current", now_s, now_s)
        return KeyRing(current, RingKey(generate_key(self._bits), "next", now_s))

    def _turned(self, ring: KeyRing, now_s: int) -> KeyRing:
        old, new = ring.current, ring.next
        previous = RingKey(old.key, "previous", old.created_s, old.signs_from_s, now_s + _PREVIOUS_S)
        kept = tuple(key for key in ring.previous if key.ends_s is not None and key.ends_s > now_s)
        return KeyRing(
            RingKey(new.key, "current", new.created_s, now_s),
            RingKey(generate_key(self._bits), "next", now_s),
            (previous, *kept),
        )

    def _store(self, ring: KeyRing) -> KeyRing:
        """Private keys first, then the index that names them, then what it no longer names goes."""
        for entry in ring.keys:
            write_private(self._path(entry.key.kid), signing_key_to_pem(entry.key))
        index = "".join(f"    {_line(entry)},\n" for entry in ring.keys)[:-2]
        write_private(self._folder / _INDEX, f'{{\n  "version": 1,\n  "keys": [\n{index}\n  ]\n}}\n'.encode())
        named = {self._path(entry.key.kid) for entry in ring.keys}
        for path in self._folder.glob("*.pem"):
            if path not in named:
                path.unlink(missing_ok=True)
        return ring

    def _load(self) -> KeyRing:
        path = self._folder / _INDEX
        try:
            index = read_object(read_private(path))
            if index.get("version") != 1:
                raise TrustError(f"{path} was written by a newer version.", "Use that version.")
            members = index.get("keys")
            if not isinstance(members, list) or len(members) > _MAX_KEYS:
                raise _unreadable(path)
            return _ring([self._entry(member) for member in members], path)
        except FileNotFoundError as error:
            raise TrustError(f"{error.filename} is missing.", "Restore it from a backup of the folder.") from error
        except EncodingError as error:
            raise _unreadable(path) from error

    def _entry(self, member: object) -> RingKey:
        path = self._folder / _INDEX
        if not isinstance(member, dict):
            raise _unreadable(path)
        kid, state = member.get("kid"), member.get("state")
        created_s, signs_from_s, ends_s = (_read_time(member, name, path) for name in ("created", "signs_from", "ends"))
        if not isinstance(kid, str) or not kid.replace("-", "").replace("_", "").isalnum() or created_s is None:
            raise _unreadable(path)
        if state not in ("next", "current", "previous") or (state == "previous" and ends_s is None):
            raise _unreadable(path)
        key = signing_key_from_pem(read_private(self._path(kid)))
        if key.kid != kid:
            raise TrustError(f"{self._path(kid)} holds another key than its name says.", "Restore it from a backup.")
        return RingKey(key, state, created_s, signs_from_s, ends_s)

    def _path(self, kid: str) -> Path:
        return self._folder / f"{kid}.pem"


def _ring(entries: list[RingKey], path: Path) -> KeyRing:
    by_state = {state: [entry for entry in entries if entry.state == state] for state in ("current", "next")}
    if any(len(found) != 1 for found in by_state.values()):
        raise TrustError(f"{path} must name one current key and one next.", "Restore it from a backup of the folder.")
    previous = tuple(entry for entry in entries if entry.state == "previous")
    return KeyRing(by_state["current"][0], by_state["next"][0], previous)


def _line(entry: RingKey) -> str:
    dates = {"created": entry.created_s, "signs_from": entry.signs_from_s, "ends": entry.ends_s}
    members = {"kid": entry.key.kid, "state": entry.state}
    members |= {name: _date(time_s) for name, time_s in dates.items() if time_s is not None}
    return "{" + ", ".join(f'"{name}": "{value}"' for name, value in members.items()) + "}"


def _date(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_time(member: dict[str, object], name: str, path: Path) -> int | None:
    text = member.get(name)
    if text is None:
        return None
    try:
        return int(datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> TrustError:
    return TrustError(f"{path} cannot be read as the list of signing keys.", "Restore it from a backup of the folder.")
