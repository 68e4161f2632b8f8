"""An issuer's keys from an address: a JWK set that is fetched, kept, and fetched again behind the requests' backs.

RFC 7517 section 5. Issue "The exchange", 1: cached; a stale set serves while its source is away. What the source says
counts as soon as it is read: a key that it no longer lists is gone, and a list without keys takes all away. What it
says must make sense, though: an answer that is no JWK set is the same as none. Called by trust; its time and its
fetching come in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sharedsky.errors import SharedskyError
from sharedsky.tokens.encoding import read_object
from sharedsky.tokens.errors import EncodingError, TrustError
from sharedsky.tokens.issuers import MAX_TRIES, Clock
from sharedsky.tokens.rs256 import VerifyKey, key_from_jwk

#: Gives the body found at an address, or raises one of ours; fetch.fetch outside tests.
Fetch = Callable[[str], bytes]
#: Runs a job elsewhere and returns at once; `in_thread` outside tests.
Start = Callable[[Callable[[], None]], None]
#: Keeps a set that was read, so that a restart while the source is away finds it.
Keep = Callable[[bytes], None]

#: How long a set is taken for current. A key that the source takes back is refused at most this much later.
LIFETIME_S: Final = 300.0
#: Least time between two attempts, whether the last one failed or a token names a kid that is not known.
RETRY_S: Final = 30.0
#: Keys of one set; large issuers publish about ten.
MAX_KEYS: Final = 64


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of a set that verify RS256, and why others were left out, in the set's order."""

    keys: tuple[VerifyKey, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JwksStatus:
    """For metrics and logs: what is held, since when, and what went wrong last. Times: seconds since 1970 UTC."""

    url: str
    keys: int
    left_out: tuple[str, ...]
    read_s: float | None
    failing_since_s: float | None
    error: str | None


def read_key_set(data: bytes) -> KeySet:
    """A JWK set; keys that are no use here are left out, as RFC 7517 section 5 asks.

    Raises:
        TrustError: this is no JWK set, or one of more than 64 keys.
    """
    try:
        members = read_object(data).get("keys")
    except EncodingError as error:
        raise TrustError(f"this is no JWK set: {error.message}") from error
    if not isinstance(members, list):
        raise TrustError("this is no JWK set: it has no list of keys.")
    if len(members) > MAX_KEYS:
        raise TrustError(f"the JWK set has {len(members)} keys; at most {MAX_KEYS} are taken.")
    keys: list[VerifyKey] = []
    left_out: list[str] = []
    for member in members:
        try:
            if not isinstance(member, dict):
                raise TrustError("a key is no JSON object.")
            keys.append(key_from_jwk(member))
        except TrustError as error:
            left_out.append(str(error))
    return KeySet(tuple(keys), tuple(left_out))


def in_thread(job: Callable[[], None]) -> None:
    """Run a job in a thread that does not keep the process alive."""
    threading.Thread(target=job, name="jwks", daemon=True).start()


class JwksSource:
    """The keys at one address; a KeySource. Nothing that checks a token ever waits for the address."""

    def __init__(
        self, url: str, fetch: Fetch, clock: Clock, *, start: Start = in_thread,
        lifetime_s: float = LIFETIME_S, retry_s: float = RETRY_S, kept: bytes | None = None, keep: Keep | None = None,
    ) -> None:  # fmt: skip
        """kept: the set of the last run, used until the address answers; ignored where it makes no sense."""
        self.url: Final = url
        self._fetch, self._clock, self._start, self._keep = fetch, clock, start, keep
        self._lifetime_s, self._retry_s = lifetime_s, retry_s
        self._lock = threading.Lock()  # protects all that follows
        self._set = _usable(kept)
        self._generation = 0
        self._read_s: float | None = None
        self._tried_s: float | None = None
        self._failing_since_s: float | None = None
        self._error: str | None = None
        self._under_way = False

    @property
    def generation(self) -> int:
        """Changes with the set."""
        return self._generation

    @property
    def status(self) -> JwksStatus:
        """What is held now."""
        with self._lock:
            held = self._set
            return JwksStatus(
                self.url, len(held.keys), held.left_out, self._read_s, self._failing_since_s, self._error
            )  # fmt: skip

    def candidates(self, kid: str | None) -> tuple[VerifyKey, ...]:
        """See KeySource. A kid that no key has lets the set be fetched again, at most every 30 s."""
        self.refresh_if_due()
        keys = self._set.keys
        if kid is None:
            return keys if len(keys) <= MAX_TRIES else ()
        if not any(key.kid == kid for key in keys):
            self._begin(even_if_current=True)
        return tuple(key for key in keys if key.kid == kid) or tuple(key for key in keys if key.kid is None)

    def refresh_if_due(self) -> None:
        """Begin to fetch the set if it is older than its lifetime; does not wait."""
        self._begin(even_if_current=False)

    def refresh(self) -> bool:
        """Fetch the set now and wait for it, as at the start of a server; whether it was read."""
        try:
            data = self._fetch(self.url)
            found = read_key_set(data)
        except (SharedskyError, OSError) as error:
            self._failed(str(error))
            return False
        self._succeeded(found)
        if self._keep is not None:
            try:
                self._keep(data)
            except (SharedskyError, OSError) as error:
                self._error = f"the set was read, and could not be kept for a restart: {error}"
        return True

    def _begin(self, *, even_if_current: bool) -> None:
        now_s = self._clock()
        with self._lock:
            current = even_if_current is False and _within(self._read_s, now_s, self._lifetime_s)
            if self._under_way or current or _within(self._tried_s, now_s, self._retry_s):
                return
            self._under_way, self._tried_s = True, now_s
        try:
            self._start(self._job)
        except RuntimeError as error:  # no thread to be had
            self._failed(str(error))
            self._under_way = False

    def _job(self) -> None:
        try:
            self.refresh()
        finally:
            self._under_way = False

    def _succeeded(self, found: KeySet) -> None:
        with self._lock:
            changed = found.keys != self._set.keys
            self._set = found  # before the generation: who reads between the two is asked again, not believed for long
            self._generation += changed
            self._read_s = self._tried_s = self._clock()
            self._failing_since_s = self._error = None

    def _failed(self, error: str) -> None:
        now_s = self._clock()
        with self._lock:
            self._tried_s = now_s
            self._error = error
            if self._failing_since_s is None:
                self._failing_since_s = now_s


def _usable(kept: bytes | None) -> KeySet:
    try:
        return KeySet((), ()) if kept is None else read_key_set(kept)
    except TrustError:
        return KeySet((), ())


def _within(since_s: float | None, now_s: float, span_s: float) -> bool:
    """Whether a moment lies less than a span back; a clock that was set back makes it due, not current for ever."""
    return since_s is not None and 0 <= now_s - since_s < span_s
