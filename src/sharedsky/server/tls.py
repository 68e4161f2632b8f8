"""TLS of its own: a certificate and its key, tried before they are used, at the start and whenever they change.

TLS 1.2 and 1.3 alone. A pair that does not fit (one file written, the other not yet) never touches the one in use: it
is tried in a context of its own first. Called by run.py.
"""

from __future__ import annotations

import ssl
from typing import Final

from sharedsky.errors import UsageError

LEAST: Final = ssl.TLSVersion.TLSv1_2


def check_pair(certificate: str, key: str) -> None:
    """See to it that a certificate and its key can be used.

    Raises:
        UsageError: they cannot, and why.
    """
    what = f"--tls-cert {certificate!r} and --tls-key {key!r}"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:
        reason = {"KEY_VALUES_MISMATCH": "the key is another certificate's"}.get(error.reason or "", "one is no PEM")
        raise UsageError(f"{what} cannot be used: {reason}.", "Give them in PEM, the key unencrypted.") from None
    except OSError as error:
        raise UsageError(f"{what} cannot be read: {error.strerror}.", "Check their names.") from None


def harden(context: ssl.SSLContext | None) -> None:
    """Let a server's context speak TLS 1.2 and 1.3 alone, whatever the system's own settings are."""
    if context is not None:
        context.minimum_version = LEAST
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
