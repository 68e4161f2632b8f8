"""What an operator may set for `sharedsky serve`: on the command line, or under the same names in a TOML file.

docs/serve.md documents every setting; a test holds the two together. Called by cli/serve.py and run.py.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from sharedsky.errors import UsageError
from sharedsky.server.limits import parse_rate

DEFAULT_LISTEN: Final = "127.0.0.1:8080"
DEFAULT_DATABASE: Final = "sharedsky.db"
_MAX_CONFIG_BYTES: Final = 1_000_000
_MAX_RETENTION_DAYS: Final = 36_500


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback


@dataclass(frozen=True, slots=True)
class Serve:
    """The settings; names use underscores here and dashes on the command line and in a file.

    listen: addresses, all of them one store. database: the SQLite file. keys: the folder of the signing keys.
    trust_key, jwks: issuers of tokens. audience: what tokens must be for; by default the host names that are listened
    on. tls_cert, tls_key: PEM files. trusted_proxy: addresses of a proxy that ends TLS. insecure: plain HTTP off
    loopback all the same. allow_http_base_urls: USSs may give http URLs. pool: the name of this pool.
    retention_days: how long what has ended stays in the file. origin: the ledger's name. ledger_padding: on, or off.

    How it is operated (docs/operation.md): log_format: text or json. log_requests: all, failed or none. admin_listen:
    where metrics are. rate_limit, address_rate_limit, token_rate_limit: RATE/BURST, or off. max_connections;
    max_header_bytes: request line and headers; max_url_bytes; max_body_bytes. request_timeout: within which a request
    must be whole [s]. idle_timeout: between requests [s]. otel: whether spans are exported.
    """

    listen: tuple[str, ...] = (DEFAULT_LISTEN,)
    database: str = DEFAULT_DATABASE
    keys: str = ""
    trust_key: tuple[str, ...] = ()
    jwks: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    tls_cert: str = ""
    tls_key: str = ""
    trusted_proxy: tuple[str, ...] = ()
    insecure: bool = False
    allow_http_base_urls: bool = False
    enable_test_interface: bool = False
    pool: str = "sharedsky"
    retention_days: int = 30
    origin: str = ""
    ledger_padding: str = "on"
    log_format: str = "text"
    log_requests: str = "all"
    admin_listen: str = ""
    rate_limit: str = "2000/4000"
    address_rate_limit: str = "200/1000"
    token_rate_limit: str = "10/50"
    max_connections: int = 4_096
    max_header_bytes: int = 32_768
    max_url_bytes: int = 8_192
    max_body_bytes: int = 8_388_608
    request_timeout: int = 30
    idle_timeout: int = 75
    otel: bool = False
    addresses: tuple[Address, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "addresses", tuple(parse_address(text) for text in self.listen))
        if not self.addresses:
            raise UsageError("--listen is given no address.", f"Write it as in {DEFAULT_LISTEN}.")
        if not self.database:
            raise UsageError("--database is given no path.", "Name a file.")
        if "://" in self.database:
            raise UsageError("--database takes a path: a database server is not supported yet.", "Name a file.")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise UsageError("--tls-cert and --tls-key belong together.", "Give both, or none.")
        if not 1 <= self.retention_days <= _MAX_RETENTION_DAYS:
            message = f"--retention-days must be from 1 to {_MAX_RETENTION_DAYS:,}."
            raise UsageError(message, "What has ended is kept for a day at least.")
        for proxy in self.trusted_proxy:
            _ip(proxy, "--trusted-proxy")
        self._check_operation()
        guarded = self.tls_cert or self.trusted_proxy or self.insecure
        for address in self.addresses:
            if not guarded and not address.loopback:
                raise UsageError(
                    f"--listen {address} would offer plain HTTP to other machines.",
                    "Give --tls-cert and --tls-key, or the --trusted-proxy that ends TLS, or --insecure.",
                )

    def _check_operation(self) -> None:
        forms = (("log_format", ("text", "json")), ("log_requests", ("all", "failed", "none")))
        for name, choices in (*forms, ("ledger_padding", ("on", "off"))):
            if getattr(self, name) not in choices:
                raise UsageError(f"{_option(name)} is one of {', '.join(choices)}.", "Choose one of them.")
        for name in ("rate_limit", "address_rate_limit", "token_rate_limit"):
            parse_rate(getattr(self, name), _option(name))
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise UsageError(f"{_option(name)} must be at least {least:,}.", "Give more.")
        admin = self.admin_address
        if admin is not None and not admin.loopback and not self.insecure:
            raise UsageError(
                f"--admin-listen {admin} would show other machines, unencrypted, how much is stored and asked.",
                "Name an address of this machine alone, as in 127.0.0.1:9090, or give --insecure.",
            )

    @property
    def admin_address(self) -> Address | None:
        """Where metrics are, or None."""
        return parse_address(self.admin_listen, "--admin-listen") if self.admin_listen else None

    @property
    def audiences(self) -> tuple[str, ...]:
        """What tokens must be for."""
        hosts = (address.host for address in self.addresses)
        local = ("localhost",) if any(address.loopback for address in self.addresses) else ()
        return self.audience or tuple(dict.fromkeys((*hosts, *local)))

    @property
    def key_folder(self) -> Path:
        """The folder of the signing keys: beside the database, where none is given."""
        return Path(self.keys) if self.keys else Path(f"{self.database}.keys")


#: The settings by their names on the command line and in a file.
NAMES: Final = tuple(f.name.replace("_", "-") for f in fields(Serve) if f.init)


#: The least that makes sense of what is counted.
_LEAST: Final = {
    "max_connections": 1, "max_header_bytes": 1_024, "max_url_bytes": 256, "max_body_bytes": 1_024,
    "request_timeout": 1, "idle_timeout": 1,
}  # fmt: skip


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def parse_address(text: str, option: str = "--listen") -> Address:
    """HOST:PORT, with an IPv6 address in square brackets; option: its name, for messages.

    Raises:
        UsageError: it is not.
    """
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    bare = host[1:-1] if bracketed else host
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    if not colon or not bare or bracketed != (":" in bare) or not 0 < number < 65_536:
        raise UsageError(f"{option} {text!r} is not HOST:PORT.", f"Write it as in {DEFAULT_LISTEN} or [::1]:8080.")
    if bare != "localhost":
        _ip(bare, option)
    return Address(bare, number)


def load(config: str | None, given: Mapping[str, Any]) -> Serve:
    """The settings: what is given on the command line, beside that what a file says, beside that the defaults.

    Both are judged together: what one of them says may need what the other does.

    Args:
        config: the name of a TOML file, or None. given: by name, as `NAMES` has them.
    Raises:
        UsageError: the file cannot be read, or is no TOML; a setting that there is not, of another type, or that
            makes no sense beside the others.
    """
    from_file = {} if config is None else _changes(_read(config), config)
    return replace(Serve(), **from_file | _changes(given, "command line"))


def with_values(settings: Serve, values: Mapping[str, Any], where: str) -> Serve:
    """The settings with values by name.

    Raises:
        UsageError: see load.
    """
    return replace(settings, **_changes(values, where))


def _read(path: str) -> dict[str, Any]:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_CONFIG_BYTES + 1)
        if len(data) > _MAX_CONFIG_BYTES:
            raise UsageError(f"--config {path!r} is larger than {_MAX_CONFIG_BYTES:,} bytes.", "Is it the right file?")
        return tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"--config {path!r} cannot be read: {error.strerror}.", "Check its name.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--config {path!r} is not TOML: {error}.", "Correct it.") from None


def _changes(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    known = {f.name.replace("_", "-"): f for f in fields(Serve) if f.init}
    changed: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise UsageError(f"{where}: there is no setting {name!r}.", f"There are {', '.join(sorted(known))}.")
        changed[known[name].name] = _typed(known[name].default, value, f"{where}: {name}")
    return changed


def _typed(like: object, value: object, what: str) -> object:
    """A value of the type of another."""
    if any("\0" in text for text in (value if isinstance(value, list | tuple) else [value]) if isinstance(text, str)):
        raise UsageError(f"{what} holds a NUL.", "Correct it.")
    if isinstance(like, tuple):
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list | tuple) and all(isinstance(item, str) for item in items):
            return tuple(items)
        raise UsageError(f"{what} must be a text, or a list of texts.", "Correct it.")
    if type(value) is not type(like):
        wanted = {bool: "true or false", int: "a whole number", str: "a text"}[type(like)]
        raise UsageError(f"{what} must be {wanted}.", "Correct it.")
    return value


def _ip(text: str, option: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is no IP address.", "Write it as in 127.0.0.1.") from None
