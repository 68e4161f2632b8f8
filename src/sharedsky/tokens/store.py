"""What tokens need of a store, as protocols in domain terms; a store in memory, for tests and as the reference.

Implementations need no retries of their own and must be safe to call from several threads. `bind` and
`replace_client` are atomic: of two callers at once, one is first. Whatever returns has been made durable.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final, Protocol

from sharedsky.tokens.clients import Client

#: The identity to which the subs of the exchange's own clients are bound, whatever address it has.
BUILT_IN: Final = "built-in"


class BindingStore(Protocol):
    """Which issuer asserts a sub: the first one that did, until an operator releases the sub."""

    def bound_issuer(self, sub: str) -> str | None:
        """The identity of the issuer to which the sub is bound, or None."""

    def bind(self, sub: str, issuer: str) -> str:
        """Bind the sub to the issuer unless it is bound; the identity to which it is bound afterwards."""

    def release(self, sub: str) -> str | None:
        """Forget to whom the sub is bound; the identity that it was bound to, or None."""


class ClientStore(Protocol):
    """The clients of the built-in issuer; none is ever deleted."""

    def client(self, name: str) -> Client | None:
        """The client of that name."""

    def clients(self) -> Sequence[Client]:
        """All clients, by name."""

    def add_client(self, client: Client) -> bool:
        """Keep a new client; False, and nothing is changed, where its name or id is taken."""

    def replace_client(self, old: Client, new: Client) -> bool:
        """Put new in the place of old; False, and nothing is changed, where old is no longer what is stored."""


class TokenStore(BindingStore, ClientStore, Protocol):
    """Both."""


class MemoryStore:
    """A TokenStore that ends with its process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # protects both dicts
        self._bindings: dict[str, str] = {}
        self._clients: dict[str, Client] = {}

    def bound_issuer(self, sub: str) -> str | None:
        """See BindingStore."""
        with self._lock:
            return self._bindings.get(sub)

    def bind(self, sub: str, issuer: str) -> str:
        """See BindingStore."""
        with self._lock:
            return self._bindings.setdefault(sub, issuer)

    def release(self, sub: str) -> str | None:
        """See BindingStore."""
        with self._lock:
            return self._bindings.pop(sub, None)

    def client(self, name: str) -> Client | None:
        """See ClientStore."""
        with self._lock:
            return self._clients.get(name)

    def clients(self) -> Sequence[Client]:
        """See ClientStore."""
        with self._lock:
            return sorted(self._clients.values(), key=lambda client: client.name)

    def add_client(self, client: Client) -> bool:
        """See ClientStore."""
        with self._lock:
            if client.name in self._clients or any(other.id == client.id for other in self._clients.values()):
                return False
            self._clients[client.name] = client
            return True

    def replace_client(self, old: Client, new: Client) -> bool:
        """See ClientStore."""
        with self._lock:
            if self._clients.get(old.name) != old or new.name != old.name:
                return False
            self._clients[old.name] = new
            return True
