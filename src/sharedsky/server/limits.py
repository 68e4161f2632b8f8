"""How often one client may ask, and one address before it is known who asks there; how many secrets are hashed at once.

Issue "The exchange", 6. Token buckets in tables of bounded size: by (issuer, sub) once a token holds; by address for
tokens that have yet to be checked, for open routes and, apart from these, for token requests. An IPv6 address counts as
its /64, which is what one subscriber has. A refusal is 429 with Retry-After, and nothing of the request was done.
Called by the guard (context.py), the token route (tokens.py) and app.py.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from sharedsky.errors import SharedskyError, UsageError

Done = TypeVar("Done")
Argument = TypeVar("Argument")
#: Clients or addresses remembered at most; the one that asked least recently goes first.
TABLE_SIZE: Final = 20_000
#: Secrets hashed at once (each takes a core for some 15 ms), and requests that wait for their turn.
HASHED_AT_ONCE: Final = 2
HASHES_WAITING: Final = 64


class TooManyRequests(SharedskyError):
    """429: asked too often. retry_after_s: whole seconds after which one more is taken. kind: which limit it was."""

    def __init__(self, kind: str, retry_after_s: int) -> None:
        super().__init__("too many requests: nothing of this one was done.", f"Ask again in {retry_after_s} s.")
        self.kind: Final = kind
        self.retry_after_s: Final = retry_after_s


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second in the long run, and up to `burst` at once; without a limit where per_s is 0."""

    per_s: float
    burst: float


#: What one client may do: twice what F3548's national peak asks of the whole server.
CLIENT_RATE: Final = Rate(2_000, 4_000)
#: What one address may do before it is known who asks there: new tokens, and routes that need none.
ADDRESS_RATE: Final = Rate(200, 1_000)
#: Token requests of one address.
TOKEN_RATE: Final = Rate(10, 50)


def parse_rate(text: str, option: str) -> Rate:
    """RATE or RATE/BURST, whole numbers of requests (a second); `off` for none. A burst is twice the rate by default.

    Raises:
        UsageError: anything else, or a burst below 1.
    """
    if text == "off":
        return Rate(0, 0)
    rate, slash, burst = text.partition("/")
    numbers = (rate, burst) if slash else (rate,)
    if not all(n.isascii() and n.isdigit() and 0 < len(n) <= 9 and int(n) > 0 for n in numbers):
        raise UsageError(f"{option} {text!r} is not RATE/BURST.", "Write it as in 100/200 (a second/at once), or off.")
    return Rate(int(rate), int(burst) if slash else 2 * int(rate))


class Buckets:
    """A bucket for each key; for the event loop's thread."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, size: int = TABLE_SIZE) -> None:
        """clock: seconds that never step back."""
        self._rate, self._clock, self._size = rate, clock, size
        self._left: dict[Hashable, tuple[float, float]] = {}  # by key, the least recent first: how many, as of when

    def take(self, key: Hashable) -> int:
        """Take one: 0 where there was one, else the whole seconds after which there will be."""
        rate = self._rate
        if rate.per_s == 0:
            return 0
        now_s = self._clock()
        left, since_s = self._left.pop(key, (rate.burst, now_s))
        left = min(rate.burst, left + (now_s - since_s) * rate.per_s)
        enough = left >= 1.0
        if len(self._left) >= self._size:
            del self._left[next(iter(self._left))]
        self._left[key] = (left - 1.0 if enough else left, now_s)
        return 0 if enough else max(1, math.ceil((1.0 - left) / rate.per_s))

    def __len__(self) -> int:
        return len(self._left)


class Limits:
    """All limits of one server."""

    def __init__(
        self, client: Rate = CLIENT_RATE, address: Rate = ADDRESS_RATE, token: Rate = TOKEN_RATE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._clients = Buckets(client, clock)
        self._addresses = Buckets(address, clock)
        self._tokens = Buckets(token, clock)
        self.hashing = Hashing()

    def known(self, issuer: str, sub: str) -> None:
        """A request of a client whose token holds.

        Raises:
            TooManyRequests: it asks too often.
        """
        _pass("client", self._clients.take((issuer, sub)))

    def unknown(self, address: str | None) -> None:
        """A request of whom nothing is known but the address.

        Raises:
            TooManyRequests: too many come from there.
        """
        _pass("address", self._addresses.take(network_of(address)))

    def token(self, address: str | None) -> None:
        """A request for a token.

        Raises:
            TooManyRequests: too many come from there.
        """
        _pass("token", self._tokens.take(network_of(address)))


class Hashing:
    """Threads of their own for the hashing of secrets, so that it never takes all cores or all memory."""

    def __init__(self, at_once: int = HASHED_AT_ONCE, waiting: int = HASHES_WAITING) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="sharedsky-secret")
        self._most = at_once + waiting
        self._under_way = 0

    async def __call__(self, work: Callable[[Argument], Done], argument: Argument) -> Done:
        """Have work done on a thread.

        Raises:
            TooManyRequests: too much waits already, whoever sent it.
        """
        if self._under_way >= self._most:
            raise TooManyRequests("hashing", 1)
        self._under_way += 1
        # Counted down when the work is over, not when whoever waits for it has gone away.
        future = self._threads.submit(work, argument)
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        return await asyncio.wrap_future(future)

    def _done(self) -> None:
        self._under_way -= 1

    def close(self) -> None:
        """End the threads; what waits is not begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def network_of(address: str | None) -> str:
    """What counts as one address: itself, of IPv6 its first 64 bits; of a Unix socket, which has none, one for all."""
    if address is None or ":" not in address:
        return address or ""
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(parsed) >> 64 << 64))


def _pass(kind: str, retry_after_s: int) -> None:
    if retry_after_s:
        raise TooManyRequests(kind, retry_after_s)
