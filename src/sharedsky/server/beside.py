"""What InterUSS adds beside the standard: versions, a look at one's token, the pool; and whether the server is ready.

Called by app.py.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from sharedsky import __version__
from sharedsky.server.context import SCOPES, Call, Context, caller_of, parameter, scopes
from sharedsky.server.wire import ErrorResponse

#: The interfaces that are spoken, as InterUSS's versioning names them.
SYSTEMS = {"astm.f3548.v21": "1.0.0"}
_ANY = scopes(*(name for name, _ in SCOPES))


class Version(msgspec.Struct):
    """The version of this software."""

    version: str


class SystemVersion(msgspec.Struct):
    """Which version of a system runs here."""

    system_identity: str
    system_version: str


class Pool(msgspec.Struct):
    """The pool that this DSS belongs to: itself alone, until pools are joined."""

    dss_airspace_representation_id: str


class Health(msgspec.Struct):
    """alive: the process answers. ready: it can take changes."""

    alive: bool
    ready: bool


def beside_routes(context: Context, pool: str) -> list[HTTPRouteHandler]:
    """The routes; pool: what names the pool's one picture of the airspace."""

    @get("/aux/v1/version", opt={}, operation_id="getVersion")
    async def version() -> Version:
        return Version(f"sharedsky/v{__version__}")

    @get("/aux/v1/validate_oauth", opt=_ANY, operation_id="validateOauth")
    async def validate_oauth(request: Call) -> Response[Any]:
        owner = request.query_params.get("owner")
        if owner is not None and owner != caller_of(request).sub:
            return Response(ErrorResponse("the token's sub is not this owner."), status_code=403)
        return Response({})

    @get("/aux/v1/pool", opt=_ANY, operation_id="getPool")
    async def get_pool() -> Pool:
        return Pool(pool)

    @get("/versions/{system_identity:str}", opt={}, operation_id="getSystemVersion")
    async def system_version(request: Call) -> SystemVersion:
        system_identity = parameter(request, "system_identity")
        return SystemVersion(system_identity, SYSTEMS.get(system_identity, __version__))

    @get("/healthy", opt={}, operation_id="getHealth")
    async def healthy() -> Response[Health]:
        ready = getattr(context.store, "ready", True)
        return Response(Health(alive=True, ready=bool(ready)), status_code=200 if ready else 503)

    return [version, validate_oauth, get_pool, system_version, healthy]
