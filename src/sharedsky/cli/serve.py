"""`sharedsky serve`: the exchange as a server.

docs/serve.md explains it. Called by cli/__init__.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, Final

from sharedsky.cli.say import tell
from sharedsky.errors import SharedskyError, UsageError

EXAMPLES: Final = """\
examples:
  sharedsky serve
  sharedsky serve --listen 127.0.0.1:8082 --listen 127.0.0.1:8083 --database pool.db
  sharedsky serve --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem --audience dss.example.com
  sharedsky serve --trust-key issuer.pem,iss=https://auth.example.com,sub=uss*
  sharedsky serve --config serve.toml

Without options it serves this machine alone. SIGTERM ends it: requests under way are finished, and nothing that was
accepted is lost. docs/serve.md says more.
"""


def add_serve_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the grammar of `serve` to that of `sharedsky`; every option is a setting of server/settings.py."""
    parser = subparsers.add_parser(
        "serve",
        help="run the exchange: ASTM F3548-21's DSS, in one process on one file",
        description="Serves parties' own systems: who flies where and when, and who is to be told.",
        epilog=EXAMPLES,
    )
    several = {"action": "append", "default": None}
    parser.add_argument("--config", metavar="FILE.toml", help="settings under the names of these options")
    parser.add_argument("--listen", metavar="HOST:PORT", help="where to listen (default 127.0.0.1:8080)", **several)
    parser.add_argument("--database", metavar="PATH", help="the file that holds everything (default sharedsky.db)")
    parser.add_argument("--keys", metavar="FOLDER", help="of the keys that sign tokens (default DATABASE.keys)")
    parser.add_argument("--trust-key", metavar="FILE.pem[,iss=...][,sub=GLOB]", help="an issuer's RSA key", **several)
    parser.add_argument("--jwks", metavar="URL[,iss=...][,sub=GLOB]", help="an issuer's set of keys", **several)
    parser.add_argument("--audience", metavar="NAME", help="what tokens must be for (default: the hosts)", **several)
    parser.add_argument("--tls-cert", metavar="FILE.pem", help="the certificate; read again when it changes")
    parser.add_argument("--tls-key", metavar="FILE.pem", help="the certificate's key")
    parser.add_argument("--trusted-proxy", metavar="ADDRESS", help="of a proxy that ends TLS before this", **several)
    parser.add_argument("--pool", metavar="NAME", help="the name of this pool's picture (default sharedsky)")
    parser.add_argument(
        "--retention-days", type=int, metavar="DAYS", help="how long what has ended stays in the file (default 30)"
    )
    parser.add_argument("--origin", metavar="NAME", help="of the ledger, for good (default: named after its key)")
    parser.add_argument("--ledger-padding", metavar="on|off", help="hide how much is logged (default on)")
    for name, (kind, metavar, text) in _OPERATION.items():
        parser.add_argument(f"--{name}", type=kind, metavar=metavar, help=text)
    for name, text in _SWITCHES.items():
        parser.add_argument(f"--{name}", action="store_true", default=None, help=text)


#: How it is operated: name -> type, what is typed, help.
_OPERATION: Final[dict[str, tuple[Callable[[str], Any], str, str]]] = {
    "log-format": (str, "FORM", "of the log on standard error: text (default) or json"),
    "log-requests": (str, "WHICH", "a line for each request: all (default), failed or none"),
    "admin-listen": (str, "HOST:PORT", "where /metrics is, for this machine alone (default: nowhere)"),
    "rate-limit": (str, "RATE/BURST", "requests a second of one client, and at once, or off (default 2000/4000)"),
    "address-rate-limit": (str, "RATE/BURST", "of one address before its token is known (default 200/1000)"),
    "token-rate-limit": (str, "RATE/BURST", "token requests of one address (default 10/50)"),
    "max-connections": (int, "NUMBER", "open at once (default 4096)"),
    "max-header-bytes": (int, "BYTES", "of a request line and its headers (default 32768)"),
    "max-url-bytes": (int, "BYTES", "of a URL (default 8192)"),
    "max-body-bytes": (int, "BYTES", "of a request's body (default 8388608)"),
    "request-timeout": (int, "SECONDS", "within which a request must be whole (default 30)"),
    "idle-timeout": (int, "SECONDS", "that a connection may be idle between requests (default 75)"),
}

_SWITCHES: Final = {
    "otel": "export spans by OpenTelemetry, as the variables OTEL_... say (needs sharedsky[otel])",
    "insecure": "offer plain HTTP to other machines all the same",
    "allow-http-base-urls": "let USSs give base URLs of plain HTTP",
    "enable-test-interface": "offer the interfaces of the official tests (none yet)",
}


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop.

    Raises:
        UsageError: it cannot start, and why.
    """
    from sharedsky.server.run import serve
    from sharedsky.server.settings import NAMES, load

    typed = {name: getattr(arguments, name.replace("-", "_")) for name in NAMES}
    given = {name: value for name, value in typed.items() if value is not None}
    settings = load(arguments.config, given)
    try:
        serve(settings, tell)
    except UsageError:
        raise
    except SharedskyError as error:
        raise UsageError(error.message, error.advice) from error
    return 0
