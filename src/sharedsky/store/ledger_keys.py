"""The ledger's secrets in the folder of keys: what makes dummies and blinds, and the key that signs checkpoints.

Two files beside the keys that sign tokens, each of 64 hexadecimal digits and readable by the server's own user alone.
They are made once, before the first entry: a ledger that goes on under other keys is another one, so where there is a
ledger already and a file is missing, nothing is made. Issue "The exchange", 2 and 5. Called by server/run.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sharedsky.ledger.errors import LedgerFormatError
from sharedsky.ledger.keys import SigningKey, check_name
from sharedsky.store.book import LedgerKeys
from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.private_files import locked, make_private_folder, read_private, write_private

SEED_FILE: Final = "ledger.seed"
KEY_FILE: Final = "ledger.key"
_BYTES: Final = 32


def load_ledger_keys(
    folder: Path, origin: str | None, *, begun: bool, random: Callable[[int], bytes] = secrets.token_bytes
) -> LedgerKeys:
    """The secrets of a ledger; made where there is no ledger yet.

    Args:
        origin: the log's name; None names it after its key.
        begun: whether there is a ledger already, whose secrets must be there.
    Raises:
        TrustError: a file is missing, cannot be read or written, or can be read by others; or the origin is no name.
    """
    make_private_folder(folder)
    with locked(folder):
        seed, private = (_load(folder / name, begun=begun, random=random) for name in (SEED_FILE, KEY_FILE))
    if origin is None:
        named = SigningKey.from_seed("sharedsky", private).verifier
        origin = f"sharedsky/{named.public.hex()[:16]}"
    try:
        check_name(origin)
        return LedgerKeys(origin, seed, SigningKey.from_seed(origin, private))
    except LedgerFormatError as error:
        raise TrustError(f"--origin {origin!r}: {error.message}", "Name it as in dss.example.com/ledger.") from None


def _load(path: Path, *, begun: bool, random: Callable[[int], bytes]) -> bytes:
    try:
        data = read_private(path)
    except FileNotFoundError:
        if begun:
            raise TrustError(
                f"{path} is missing, and the database has a ledger that was made with it.",
                "Restore it from a backup of the folder.",
            ) from None
        made = random(_BYTES)
        write_private(path, made.hex().encode() + b"\n")
        return made
    try:
        found = bytes.fromhex(data.decode("ascii"))
    except (UnicodeDecodeError, ValueError):
        found = b""
    if len(found) != _BYTES:
        raise TrustError(f"{path} is not 64 hexadecimal digits.", "Restore it from a backup of the folder.")
    return found
