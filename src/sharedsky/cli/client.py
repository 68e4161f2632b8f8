"""`sharedsky client`: the clients of the built-in issuer, and to whom a sub belongs.

Issue "The exchange", 2: add, list, rotate, revoke, scope; and `release`, for a sub that is to move to another issuer.
A secret is written to standard output once, and kept nowhere. Called by cli/__init__.py with the store that the
options name; the exit status is 0, and what cannot be done is a UsageError. After any of these a running server must
be told (Validator.forget), or notices within a minute.
"""

from __future__ import annotations

import argparse
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sharedsky.cli.say import print_result, tell
from sharedsky.errors import UsageError
from sharedsky.results.visible import visible
from sharedsky.tokens.clients import (
    DEFAULT_OVERLAP_S,
    Client,
    ended,
    new_client,
    reinstated,
    rescoped,
    revoked,
    rotated,
)
from sharedsky.tokens.secret import RandomBytes
from sharedsky.tokens.store import BUILT_IN, TokenStore

#: The scopes that interfaces of the exchange ask for (F3548-21 Annex A4, F3411-22a, InterUSS); others may be granted.
KNOWN_SCOPES: Final = frozenset({
    "utm.strategic_coordination", "utm.constraint_processing", "utm.constraint_management",
    "utm.conformance_monitoring_sa", "utm.availability_arbitration",
    "rid.service_provider", "rid.display_provider",
    "interuss.pool_status.read", "interuss.pool_status.heartbeat.write",
    "interuss.flight_planning.plan", "interuss.flight_planning.direct_automated_test",
    "interuss.versioning.read_system_versions",
})  # fmt: skip

EXAMPLES: Final = """\
examples:
  sharedsky client add uss1 --scope utm.strategic_coordination --scope utm.constraint_processing
  sharedsky client list
  sharedsky client rotate uss1 --overlap 12h
  sharedsky client revoke uss1
  sharedsky client scope uss1 utm.strategic_coordination

A secret is shown once. docs/tokens.md tells how to get a token with it.
"""

_UNITS_S: Final = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


def add_client_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the grammar of `client` to that of `sharedsky`; sets command, client_command and the options below."""
    parser = subparsers.add_parser(
        "client",
        help="who may get a token from this exchange, and for what",
        description="Adds, lists and changes the clients to which this exchange issues tokens.",
        epilog=EXAMPLES,
    )
    actions = parser.add_subparsers(dest="client_command", metavar="ACTION", required=True)
    _add_add(actions)
    actions.add_parser("list", help="all clients, with scopes, audiences and dates; no secret is kept to be shown")
    _add_rotate(actions)
    revoke = actions.add_parser("revoke", help="end a client's secrets and tokens")
    _add_name(revoke)
    scope = actions.add_parser("scope", help="put these scopes in the place of those that a client has")
    _add_name(scope)
    scope.add_argument("scopes", nargs="+", metavar="SCOPE", help="each scope that the client is to have")
    scope.add_argument(
        "--audience", action="append", metavar="NAME",
        help="also put these audiences in the place of those that it has; may be given several times",
    )  # fmt: skip
    release = actions.add_parser("release", help="let a sub be bound again, to the next issuer that asserts it")
    release.add_argument("sub", metavar="SUB", help="the sub, as the refusal in the log names it")


def run(
    arguments: argparse.Namespace,
    store: TokenStore,
    *,
    now: Callable[[], float] = time.time,
    random: RandomBytes = secrets.token_bytes,
) -> int:
    """Do what was typed; the exit status, which is 0.

    Raises:
        UsageError: no such client, a name that is taken, a scope that is none, a change by another at the same time.
    """
    match arguments.client_command:
        case "add":
            _add(arguments, store, int(now()), random)
        case "list":
            _list(store, now())
        case "rotate":
            _rotate(arguments, store, int(now()), random)
        case "revoke":
            _change(store, arguments.name, lambda client: revoked(client, int(now())))
            tell(f"{arguments.name} is revoked: its secrets and tokens have ended.")
        case "scope":
            _scope(arguments, store)
        case "release":
            _release(arguments.sub, store)
        case _:
            raise UsageError("no action is given.", "See sharedsky client --help.")
    return 0


def overlap_s(text: str) -> int:
    """A duration with its unit, as in 30min, 12h, 1d or 0s, in seconds.

    Raises:
        argparse.ArgumentTypeError: anything else.
    """
    for unit, length_s in _UNITS_S.items():
        number = text.removesuffix(unit)
        if number != text and number.isascii() and number.isdigit() and len(number) <= 7:
            return int(number) * length_s
    raise argparse.ArgumentTypeError(f"{text!r} is no duration such as 30min, 12h, 1d or 0s")


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the client's name: its client_id, and the sub of its tokens")


def _add_add(actions: argparse._SubParsersAction[Any]) -> None:
    add = actions.add_parser("add", help="add a client and show its secret")
    _add_name(add)
    add.add_argument(
        "--scope", action="append", required=True, metavar="SCOPE",
        help="a scope that it may ask for; may be given several times",
    )  # fmt: skip
    add.add_argument(
        "--audience", action="append", default=[], metavar="NAME",
        help="an audience beside this exchange that it may ask tokens for, such as another party's host name",
    )  # fmt: skip


def _add_rotate(actions: argparse._SubParsersAction[Any]) -> None:
    rotate = actions.add_parser("rotate", help="give a client a new secret and show it")
    _add_name(rotate)
    rotate.add_argument(
        "--overlap", type=overlap_s, default=DEFAULT_OVERLAP_S, metavar="TIME",
        help="how long the present secret goes on working (default 1d, at most 30d); 0s ends it and the client's "
        "tokens at once, for a secret that others may know",
    )  # fmt: skip
    rotate.add_argument("--reinstate", action="store_true", help="for a revoked client: make it good again")


def _add(arguments: argparse.Namespace, store: TokenStore, now_s: int, random: RandomBytes) -> None:
    client, secret = new_client(arguments.name, arguments.scope, arguments.audience, now_s, random)
    if store.client(client.name) is not None:
        raise _taken(client.name)
    if store.bind(client.name, BUILT_IN) != BUILT_IN:
        raise UsageError(
            f"{client.name} is already asserted by another issuer.",
            "Choose another name, or release it first: sharedsky client release NAME.",
        )
    if not store.add_client(client):
        raise _taken(client.name)
    _warn_of(client)
    _show_secret(client, secret)


def _taken(name: str) -> UsageError:
    return UsageError(
        f"{name} is already a client, or was one.",
        "Choose another name: what it filed would pass to another. For a new secret use: sharedsky client rotate.",
    )


def _rotate(arguments: argparse.Namespace, store: TokenStore, now_s: int, random: RandomBytes) -> None:
    shown: list[str] = []

    def change(client: Client) -> Client:
        if arguments.reinstate and client.revoked_s is not None:
            changed, secret = reinstated(client, now_s, random)
        else:
            changed, secret = rotated(client, now_s, random, arguments.overlap)
        shown.append(secret)
        return changed

    client = _change(store, arguments.name, change)
    _show_secret(client, shown[-1])
    for old in client.secrets[1:]:
        tell(f"The secret of before works until {_date(old.expires_s)}.")


def _scope(arguments: argparse.Namespace, store: TokenStore) -> None:
    def change(client: Client) -> Client:
        audiences = client.audiences if arguments.audience is None else arguments.audience
        return rescoped(client, arguments.scopes, audiences)

    client = _change(store, arguments.name, change)
    _warn_of(client)
    tell(f"{client.name} has: {' '.join(sorted(client.scopes))}.")


def _release(sub: str, store: TokenStore) -> None:
    if store.client(sub) is not None:
        raise UsageError(f"{visible(sub)} is a client of this exchange.", "Its name is never given to another.")
    issuer = store.release(sub)
    if issuer is None:
        raise UsageError(f"{visible(sub)} is bound to no issuer.", "Look for the sub that the log names.")
    tell(f"{sub} belonged to {issuer}, and now belongs to the issuer that asserts it next.")


def _change(store: TokenStore, name: str, change: Callable[[Client], Client]) -> Client:
    client = store.client(name)
    if client is None:
        raise UsageError(f"there is no client {visible(name)}.", "See sharedsky client list.")
    changed = change(client)
    if not store.replace_client(client, changed):
        raise UsageError(f"{name} was changed by another command at the same time.", "Look at it, and try again.")
    return changed


def _warn_of(client: Client) -> None:
    for scope in sorted(client.scopes - KNOWN_SCOPES):
        tell(f"note: {scope} is no scope that this exchange asks for; was it spelt right?")


def _show_secret(client: Client, secret: str) -> None:
    print_result(f"client_id: {client.name}\nclient_secret: {secret}\n".encode())
    tell("The secret is shown this once. docs/tokens.md tells how to get a token with it.")


def _list(store: TokenStore, now_s: float) -> None:
    clients = store.clients()
    if not clients:
        tell("There are no clients yet: sharedsky client add NAME --scope SCOPE.")
    print_result("\n".join(map(str, (_entry(client, now_s) for client in clients))).encode())


def _entry(client: Client, now_s: float) -> str:
    lines = [client.name, f"  id:        {client.id}", f"  scopes:    {' '.join(sorted(client.scopes))}"]
    if client.audiences:
        lines.append(f"  audiences: {' '.join(sorted(client.audiences))}")
    lines.append(f"  added:     {_date(client.created_s)}")
    if client.revoked_s is not None:
        lines.append(f"  revoked:   {_date(client.revoked_s)}")
    for secret in client.secrets:
        if not ended(secret, now_s):
            until = "" if secret.expires_s is None else f", until {_date(secret.expires_s)}"
            lines.append(f"  secret:    {secret.id}, made {_date(secret.created_s)}{until}")
    return "\n".join(lines) + "\n"


def _date(time_s: int | None) -> str:
    return "-" if time_s is None else datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
