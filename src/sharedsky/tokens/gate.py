"""All of the above put together from an operator's settings: what `sharedsky serve` opens at its start.

Issue "The exchange", 1 and 2. Nothing here waits for a network: a set of keys that is not there yet is fetched behind
the requests' backs, and the one kept from the last run serves until then. Called by server and cli.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sharedsky.tokens.fetch import fetch as fetch_address
from sharedsky.tokens.issuer import DEFAULT_LIFETIME_S, BuiltInIssuer
from sharedsky.tokens.issuers import Clock, Issuers
from sharedsky.tokens.jwks import Fetch, JwksSource, Start, in_thread
from sharedsky.tokens.keyring import ROTATE_AFTER_S, HeldKeys, KeyFolder
from sharedsky.tokens.private_files import KeptSets
from sharedsky.tokens.rs256 import OWN_KEY_BITS
from sharedsky.tokens.secret import RandomBytes
from sharedsky.tokens.store import TokenStore
from sharedsky.tokens.trust import TrustSetting, check_distinct, trusted_jwks, trusted_key
from sharedsky.tokens.validator import Validator

_KEPT_SETS: Final = "kept-sets"


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What the options say. iss: the built-in issuer's own. folder: of the signing keys. lifetime_s: of its tokens."""

    iss: str
    audiences: tuple[str, ...]
    folder: Path
    trust_keys: tuple[TrustSetting, ...] = ()
    jwks: tuple[TrustSetting, ...] = ()
    lifetime_s: int = DEFAULT_LIFETIME_S


@dataclass(frozen=True, slots=True)
class Gate:
    """The validator, the built-in issuer, and what both of them rest on."""

    validator: Validator
    issuer: BuiltInIssuer
    folder: KeyFolder
    keys: HeldKeys
    sources: tuple[JwksSource, ...]

    def tick(self, now_s: float) -> str | None:
        """What is due by now: sets are fetched again, the signing key is rotated. Call it every few seconds.

        Returns:
            A line for the log where the signing key was rotated.
        Raises:
            TrustError: it is time to rotate and the folder cannot be read or written; the present keys go on.
        """
        self.validator.refresh_if_due()
        current = self.keys.ring.current
        if now_s - (current.signs_from_s or current.created_s) < ROTATE_AFTER_S:
            return None
        ring = self.folder.rotate_if_due(now_s)  # or another process has done it
        if ring.current.key.kid == current.key.kid:
            return None
        self.keys.replace(ring)
        return f"tokens are signed with {ring.current.key.kid} from now on"

    def reload(self) -> None:
        """Take in what another process changed: keys, clients, scopes, subs. Call it when `sharedsky client` says so.

        Raises:
            TrustError: the folder of keys cannot be read. Remembered tokens are forgotten all the same.
        """
        self.validator.forget()
        self.keys.replace(self.folder.load())


def open_gate(
    settings: GateSettings, store: TokenStore, clock: Clock, random: RandomBytes, *, fetch: Fetch = fetch_address,
    start: Start = in_thread, key_bits: int = OWN_KEY_BITS,
) -> Gate:  # fmt: skip
    """Read keys and settings; makes the signing keys where there are none.

    Raises:
        TrustError: a key, file, address or setting that trust cannot rest on; its text says what to do.
    """
    check_distinct(settings.trust_keys, "--trust-key")
    check_distinct(settings.jwks, "--jwks")
    folder = KeyFolder(settings.folder, bits=key_bits)
    keys = HeldKeys(folder.load_or_create(clock()), clock)
    issuer = BuiltInIssuer(
        settings.iss, settings.audiences, keys, store, clock, random, lifetime_s=settings.lifetime_s
    )  # fmt: skip
    kept = KeptSets(settings.folder / _KEPT_SETS)
    sources: list[JwksSource] = []

    def source(url: str) -> JwksSource:
        made = JwksSource(
            url, fetch, clock, start=start, kept=kept.load(url), keep=lambda data: kept.keep(url, data)
        )  # fmt: skip
        sources.append(made)
        return made

    trusted = [
        issuer.as_trusted(),
        *map(trusted_key, settings.trust_keys),
        *(trusted_jwks(setting, source) for setting in settings.jwks),
    ]
    validator = Validator(Issuers(trusted, store), settings.audiences, clock)
    return Gate(validator, issuer, folder, keys, tuple(sources))
