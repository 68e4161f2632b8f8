"""What an operator writes to trust an issuer: `--trust-key FILE.pem[,iss=...][,sub=GLOB]` and `--jwks URL[,...]`.

Issue "The exchange", 1 and 2. `sub=` may be given several times. Called by `sharedsky serve`; docs/tokens.md explains
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sharedsky.tokens.claims import is_sub
from sharedsky.tokens.errors import TrustError, shown
from sharedsky.tokens.fetch import check_address
from sharedsky.tokens.issuers import KeySource, StaticKeys, TrustedIssuer
from sharedsky.tokens.rs256 import key_from_pem

_MAX_PEM_BYTES: Final = 64 * 1024
_MAX_GLOBS: Final = 1000


@dataclass(frozen=True, slots=True)
class TrustSetting:
    """One setting. source: a file or an address. iss: what tokens must name. subs: globs of subs, or none for any."""

    source: str
    iss: str | None = None
    subs: tuple[str, ...] = ()


def parse_trust(text: str, option: str) -> TrustSetting:
    """A setting from `SOURCE[,iss=...][,sub=GLOB]...`; option is its name, for messages.

    Raises:
        TrustError: no source, an unknown or empty part, iss twice, characters that no iss or sub has.
    """
    source, *parts = text.split(",")
    if not source or source.startswith(("iss=", "sub=")):
        raise TrustError(f"{option} {shown(text)} does not begin with what is to be trusted.", _how(option))
    issuers: list[str] = []
    globs: list[str] = []
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or name not in ("iss", "sub"):
            raise TrustError(
                f"{option}: {shown(part)} is neither iss=... nor sub=GLOB.",
                f"{_how(option)} A comma cannot be part of a name.",
            )
        if not is_sub(value):
            raise TrustError(f"{option}: {name}= needs 1 to 255 visible ASCII characters.", _how(option))
        (issuers if name == "iss" else globs).append(value)
    if len(issuers) > 1:
        raise TrustError(f"{option}: iss= is given twice.", "Give the option once for each issuer.")
    if len(globs) > _MAX_GLOBS:
        raise TrustError(f"{option}: more than {_MAX_GLOBS} sub= are given.", "Use a pattern: sub=uss*.")
    return TrustSetting(source, issuers[0] if issuers else None, tuple(globs))


def trusted_key(setting: TrustSetting) -> TrustedIssuer:
    """The issuer whose key a file holds.

    Raises:
        TrustError: the file cannot be read, or holds no public RSA key.
    """
    try:
        with Path(setting.source).open("rb") as file:
            data = file.read(_MAX_PEM_BYTES + 1)
        if len(data) > _MAX_PEM_BYTES:
            raise TrustError(f"more than {_MAX_PEM_BYTES} bytes.")
        key = key_from_pem(data)
    except OSError as error:
        raise TrustError(f"--trust-key {setting.source}: {error.strerror}.") from error
    except (TrustError, ValueError) as error:
        advice = error.advice if isinstance(error, TrustError) else ""
        raise TrustError(f"--trust-key {setting.source}: {_message(error)}", advice) from error
    name = f"key:{key.thumbprint}" if setting.iss is None else f"iss:{setting.iss}"
    return TrustedIssuer(name, setting.iss, StaticKeys((key,)), setting.subs)


def trusted_jwks(setting: TrustSetting, source: Callable[[str], KeySource]) -> TrustedIssuer:
    """The issuer whose keys an address gives; source makes the JwksSource of an address.

    Raises:
        TrustError: the address may not be fetched.
    """
    try:
        check_address(setting.source)
    except TrustError as error:
        raise TrustError(f"--jwks {shown(setting.source)}: {error.message}", error.advice) from error
    name = f"jwks:{setting.source}" if setting.iss is None else f"iss:{setting.iss}"
    return TrustedIssuer(name, setting.iss, source(setting.source), setting.subs)


def check_distinct(settings: Iterable[TrustSetting], option: str) -> None:
    """See to it that no source is given twice for one issuer, where only the first would count.

    Raises:
        TrustError: one is.
    """
    seen: set[tuple[str, str | None]] = set()
    for setting in settings:
        if (setting.source, setting.iss) in seen:
            raise TrustError(
                f"{option} {shown(setting.source)} is given twice.", "Give it once, with several sub= parts."
            )
        seen.add((setting.source, setting.iss))


def _message(error: Exception) -> str:
    return error.message if isinstance(error, TrustError) else "the name of a file cannot be that."


def _how(option: str) -> str:
    kind = "URL" if option == "--jwks" else "FILE.pem"
    return f"Write it as {option} {kind}[,iss=ISSUER][,sub=GLOB]."
