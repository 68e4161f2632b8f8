"""The ledger over HTTP: its checkpoint, tiles and key for everyone, proofs of its own entries for each party.

C2SP tlog-tiles below /ledger/v1/; bundles are what `sharedsky verify` settles offline. What is public says nothing
without openings; openings are sent to the party in whose channel the entry is, as its token names it, and to none else.
docs/ledger.md, section 11. Called by app.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from sharedsky.ledger.errors import LedgerFormatError
from sharedsky.ledger.tiles import parse_tile_path
from sharedsky.server.body import BadRequest
from sharedsky.server.context import (
    AVAILABILITY_ARBITRATION,
    CONFORMANCE_MONITORING,
    CONSTRAINT_MANAGEMENT,
    CONSTRAINT_PROCESSING,
    STRATEGIC_COORDINATION,
    Call,
    Context,
    caller_of,
    scopes,
)
from sharedsky.server.wire import Problem
from sharedsky.store.desk import Desk, Erased, NotThere, NotYet

_PATH: Final = "/ledger/v1"
_ANY: Final = scopes(
    STRATEGIC_COORDINATION, CONSTRAINT_MANAGEMENT, CONSTRAINT_PROCESSING, CONFORMANCE_MONITORING,
    AVAILABILITY_ARBITRATION,
)  # fmt: skip
_TEXT: Final = "text/plain"
_BYTES: Final = "application/octet-stream"
_FRESH: Final = {"Cache-Control": "no-cache"}
_OWN: Final = {"Cache-Control": "no-store"}
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
#: Entries about one version of one entity that are named where a proof of one was asked for.
_NAMED: Final = 100
_MAX_NUMBER: Final = 2**63 - 1
_MAX_TEXT: Final = 1_024
Answer = Response[Any]


def ledger_routes(context: Context) -> list[HTTPRouteHandler]:
    """The routes; none where the store has no ledger."""
    desk: Desk | None = getattr(context.store, "desk", None)
    return [] if desk is None else [*_public(desk), _proof(desk)]


def _public(desk: Desk) -> list[HTTPRouteHandler]:
    @get(f"{_PATH}/checkpoint", opt={}, include_in_schema=False)
    async def checkpoint() -> Answer:
        if desk.note is None:
            return _later("there is no checkpoint yet.")
        return Response(desk.note, media_type=_TEXT, headers=_FRESH)

    @get(f"{_PATH}/key", opt={}, include_in_schema=False)
    async def key() -> Answer:
        return Response(desk.key + "\n", media_type=_TEXT, headers=_FRESH)

    @get(f"{_PATH}/tile/{{tile:path}}", opt={}, include_in_schema=False)
    async def tile(request: Call) -> Answer:
        try:
            level, index, width = parse_tile_path(request.scope["path"].removeprefix(f"{_PATH}/tile/"))
        except LedgerFormatError:
            return _problem(404, "there is no such tile.")
        headers = _FOR_EVER  # a partial tile's hashes do not change either; its path says how many they are
        return await _sent(lambda: desk.tile(level, index, width), headers)

    @get(f"{_PATH}/consistency", opt={}, include_in_schema=False)
    async def consistency(request: Call) -> Answer:
        asked = _parameters(request, {"from", "to"})
        if "from" not in asked:
            raise BadRequest("from is missing: the size of the older checkpoint.")
        older = _number(asked["from"], "from")
        newer = _number(asked["to"], "to") if "to" in asked else None
        return await _sent(lambda: desk.consistency(older, newer), _FRESH)

    return [checkpoint, key, tile, consistency]


def _proof(desk: Desk) -> HTTPRouteHandler:
    @get(f"{_PATH}/proof", opt=_ANY, include_in_schema=False)
    async def proof(request: Call) -> Answer:
        caller = caller_of(request)
        asked = _parameters(request, {"counter", "id", "version"})
        if "counter" in asked:
            if len(asked) > 1:
                raise BadRequest("give a counter, or an id and a version.")
            counter = _number(asked["counter"], "counter")
        else:
            if "id" not in asked or "version" not in asked:
                raise BadRequest("a counter is needed, or an id and a version.")
            ident, version = asked["id"], asked["version"]
            found = await asyncio.to_thread(desk.counters, caller.issuer, caller.sub, ident, version, _NAMED)
            if not found:
                return _problem(404, "your channel has no entry about this version.", _OWN)
            if len(found) > 1:  # written and removed, say
                named = ", ".join(map(str, found))
                return _problem(409, f"several entries are about this version: ask by counter, one of {named}.", _OWN)
            counter = found[0]
        return await _sent(lambda: desk.logged(caller.issuer, caller.sub, counter), _OWN)

    return proof


async def _sent(make: Callable[[], bytes], headers: dict[str, str]) -> Answer:
    """What is read from the file, on a thread; refusals as problems."""
    try:
        return Response(await asyncio.to_thread(make), media_type=_BYTES, headers=headers)
    except NotThere as error:
        return _problem(404, error.message)
    except NotYet as error:
        return _later(error.message)
    except Erased as error:
        return _problem(410, error.message)


def _later(message: str) -> Answer:
    return _problem(404, f"{message} Ask again in a second or two.", {"Retry-After": "1"})


def _problem(status: int, message: str, headers: dict[str, str] | None = None) -> Answer:
    body = msgspec.json.encode(Problem(title=HTTPStatus(status).phrase, status=status, detail=message))
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(body, status_code=status, media_type="application/problem+json", headers=headers)


def _parameters(request: Call, known: set[str]) -> dict[str, str]:
    """The query's parameters, each once."""
    given = list(request.query_params.multi_items())
    names = [name for name, _ in given]
    if unknown := sorted(set(names) - known):
        raise BadRequest(f"there is no parameter {unknown[0][:40]!r}; there are {', '.join(sorted(known))}.")
    if len(set(names)) != len(names):
        raise BadRequest("a parameter is given several times.")
    if any(len(value) > _MAX_TEXT for _, value in given):
        raise BadRequest(f"a parameter is longer than {_MAX_TEXT} characters.")
    return {str(name): str(value) for name, value in given}


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19 or not 0 < int(text) <= _MAX_NUMBER:
        raise BadRequest(f"{name} is no whole number of 1 or more.")
    return int(text)
