"""Whose tokens are accepted, and for which subs.

Issue "The exchange", 2: one sub belongs to one issuer; each issuer is bound to the subs that it may assert; by
default any that is not bound elsewhere. A token that names an issuer known here is held against that issuer's keys
alone; one that names another, or none, against keys that were given without `iss=`. Called by validator; built by
trust and issuer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Protocol

from sharedsky.tokens.claims import Claims
from sharedsky.tokens.errors import TrustError, Unauthorized, shown
from sharedsky.tokens.rs256 import VerifyKey
from sharedsky.tokens.store import BindingStore

#: Seconds since 1970 UTC; `time.time` outside tests.
Clock = Callable[[], float]

#: Keys that one token is tried with at most, so that a wrong one costs little.
MAX_TRIES: Final = 16


class KeySource(Protocol):
    """The keys of an issuer, as they are now."""

    @property
    def generation(self) -> int:
        """A number that changes whenever a key may have gone: what was verified before is verified again."""

    def candidates(self, kid: str | None) -> tuple[VerifyKey, ...]:
        """The keys that a token with this kid may be signed with; never waits for a network."""

    def refresh_if_due(self) -> None:
        """Begin to fetch the keys again if it is time; does not wait."""


@dataclass(frozen=True, slots=True)
class StaticKeys:
    """Keys that do not change while the server runs, such as those of a file."""

    keys: tuple[VerifyKey, ...]
    generation: int = 0

    def candidates(self, kid: str | None) -> tuple[VerifyKey, ...]:
        """All whose kid is not known to be another."""
        return tuple(key for key in self.keys if kid is None or key.kid in (None, kid))

    def refresh_if_due(self) -> None:
        """Nothing to do."""


def _as_claimed(claims: Claims) -> frozenset[str]:
    return claims.scopes


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer. name: the identity to which subs are bound; `iss:` and its iss, else that of its key or address.

    iss: what its tokens must name; None for any issuer that is not known here. subs: globs of the subs that it may
    assert; empty for any that is not bound elsewhere. admit: the scopes that the claims give, or Unauthorized; only for
    an issuer of which more is known than its keys.
    """

    name: str
    iss: str | None
    keys: KeySource
    subs: tuple[str, ...] = ()
    admit: Callable[[Claims], frozenset[str]] = _as_claimed

    def may_assert(self, sub: str) -> bool:
        """Whether its own globs allow the sub."""
        return not self.subs or any(fnmatchcase(sub, glob) for glob in self.subs)

    def claims(self, sub: str) -> bool:
        """Whether one of its globs names the sub, so that others may not be the first to assert it."""
        return any(fnmatchcase(sub, glob) for glob in self.subs)


class Issuers:
    """All issuers that are trusted, and to whom each sub belongs."""

    def __init__(self, trusted: Iterable[TrustedIssuer], bindings: BindingStore) -> None:
        """Raises TrustError where two different issuers have the same iss, or more keys than a token is tried with."""
        self._trusted = tuple(trusted)
        self._bindings = bindings
        names: dict[str, str] = {}
        for issuer in self._trusted:
            if issuer.iss is not None and names.setdefault(issuer.iss, issuer.name) != issuer.name:
                raise TrustError(f"the issuer {issuer.iss} is this exchange's own.", "Choose another iss= for the key.")
        for iss in {issuer.iss for issuer in self._trusted}:
            if sum(issuer.iss == iss for issuer in self._trusted) > MAX_TRIES:
                raise TrustError(f"more than {MAX_TRIES} keys are trusted for one issuer.", "Give each its own iss=.")
        self._known = frozenset(names)

    def __iter__(self) -> Iterator[TrustedIssuer]:
        return iter(self._trusted)

    def named(self, iss: str | None) -> tuple[TrustedIssuer, ...]:
        """Those by which a token that names this issuer may have been signed.

        Raises:
            Unauthorized: none.
        """
        wanted = iss if iss in self._known else None
        found = tuple(issuer for issuer in self._trusted if issuer.iss == wanted)
        if not found:
            raise Unauthorized("issuer", f"no trusted issuer is {shown(iss) if iss is not None else 'unnamed'}")
        return found

    def claim(self, issuer: TrustedIssuer, sub: str) -> None:
        """See to it that the sub belongs to the issuer; the first that asserts it keeps it.

        Raises:
            Unauthorized: it belongs to another, or is none of those that the issuer may assert.
        """
        if not issuer.may_assert(sub):
            raise Unauthorized("subject", f"{issuer.name} may not assert the sub {shown(sub)}")
        bound = self._bindings.bound_issuer(sub)
        if bound is None:
            self._check_unclaimed(issuer, sub)
            bound = self._bindings.bind(sub, issuer.name)
        if bound != issuer.name:
            raise Unauthorized("subject", f"{issuer.name} asserts the sub {shown(sub)}, which belongs to {bound}")

    def _check_unclaimed(self, issuer: TrustedIssuer, sub: str) -> None:
        owners = {other.name for other in self._trusted if other.claims(sub)}
        if owners and issuer.name not in owners:
            raise Unauthorized(
                "subject", f"{issuer.name} asserts the sub {shown(sub)}, which is kept for {min(owners)}"
            )
