"""The body of a request: JSON, whole, each member once, of the type that is wanted; else what is wrong, and where.

msgspec refuses what is not of the type: NaN and infinities, numbers written as strings, booleans as numbers. A member
that an object has twice is refused beside: two readers would take different values for it. Called by the routes.
"""

from __future__ import annotations

import asyncio
import json
import re
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.types import HTTPScope

from sharedsky.errors import SharedskyError

T = TypeVar("T", bound=msgspec.Struct)

_KINDS: Final = {
    "float": "a number", "int": "a whole number", "str": "a string", "bool": "true or false", "object": "an object",
    "array": "an array", "null": "null",
}  # fmt: skip
_PLACED: Final = re.compile(r"(.*) - at `\$(.*)`", re.DOTALL)
_GOT: Final = re.compile(r"Expected `([^`]+)`(.*), got `([^`]+)`")
_LIMIT: Final = re.compile(r"Expected `([^`]+)` (of length )?([<>]=?) ([-+.\de]+)")
_PATTERN: Final = "Expected `str` matching regex"
_LACKS: Final = re.compile(r"Object missing required field `([^`]+)`")
_MAX_SAID_CHARS: Final = 200
_LARGE_BYTES: Final = 64 * 1024
_BOUNDS: Final = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


class BadRequest(SharedskyError):
    """A request that makes no sense; becomes a response with status 400."""


class TooLarge(SharedskyError):
    """A request for more than may be asked at once; becomes a response with status 413."""


class WrongType(SharedskyError):
    """A body that is said to be something else than JSON; becomes a response with status 415."""


async def received(request: Request[Any, Any, Any], wanted: type[T]) -> T:
    """The body of a request as a value.

    Raises:
        BadRequest, WrongType: it is none. HTTPException: it is larger than the server takes.
    """
    check_json(request.scope)
    try:
        body = await request.body()
    except InternalServerException:
        raise BadRequest("the body was cut short.") from None
    if len(body) > _LARGE_BYTES:  # many milliseconds, in which others need not wait
        return await asyncio.to_thread(read_body, body, wanted)
    return read_body(body, wanted)


def check_json(scope: HTTPScope) -> None:
    """See to it that a body, where it is said of what type it is, is JSON in UTF-8.

    Raises:
        WrongType: it is not. BadRequest: it is said twice.
    """
    said = [value for name, value in scope["headers"] if name == b"content-type"]
    if len(said) > 1:
        raise BadRequest("the header Content-Type is given twice.")
    if said and said[0].partition(b";")[0].strip().lower() != b"application/json":
        raise WrongType("the body must be application/json: say so in the header Content-Type.")
    if any(name == b"content-encoding" and value.strip().lower() != b"identity" for name, value in scope["headers"]):
        raise WrongType("the body must be sent as it is, without a Content-Encoding.")


def read_body(body: bytes, wanted: type[T]) -> T:
    """A value from JSON.

    Raises:
        BadRequest: it is no JSON, not of the type, or has an object with a member twice; says where.
    """
    if not body.strip():
        raise BadRequest("the body is empty: it must be a JSON object.")
    try:
        value: T = _decoder(wanted).decode(body)
    except msgspec.ValidationError as error:
        raise BadRequest(_said(str(error))) from None
    except msgspec.DecodeError as error:
        raise BadRequest(f"the body is not JSON: {_unformed(str(error))}.") from None
    except UnicodeDecodeError:
        raise BadRequest("the body is not JSON: a string in it is not UTF-8.") from None
    except RecursionError:
        raise BadRequest("the body is nested too deeply.") from None
    _check_members(body)
    return value


@cache
def _decoder(wanted: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)


def _said(message: str) -> str:
    """What msgspec says, in words, with the member as a path."""
    placed = _PLACED.fullmatch(message)
    what, where = (placed.group(1), placed.group(2)) if placed else (message, "")
    path = where.replace("[", "/").replace("]", "").replace(".", "/").lstrip("/")
    return f"{path or 'the body'} {_cut(_in_words(what))}."


def _cut(text: str) -> str:
    """What a request says is not sent back at any length."""
    return text if len(text) <= _MAX_SAID_CHARS else text[:_MAX_SAID_CHARS] + "..."


def _in_words(what: str) -> str:
    if lacks := _LACKS.fullmatch(what):
        return f"lacks the member {lacks.group(1)}"
    if got := _GOT.fullmatch(what):
        return f"must be {_kinds(got.group(1))}, and is {_kinds(got.group(3))}"
    if limit := _LIMIT.fullmatch(what):
        unit = {"str": " characters", "array": " items"}.get(limit.group(1), "")
        bound = _BOUNDS[limit.group(3)]
        return f"must have {bound} {limit.group(4)}{unit}" if limit.group(2) else f"must be {bound} {limit.group(4)}"
    if what.startswith(_PATTERN):
        return "is not of the form that it must have" if "-4[0-9" not in what else "must be a UUID of version 4"
    if what.startswith("Invalid enum value"):
        return f"is none of the values that it may have: {what.removeprefix('Invalid enum value ')}"
    return f"cannot be read: {what[:1].lower()}{what[1:]}"


def _kinds(text: str) -> str:
    return " or ".join(_KINDS.get(kind, kind) for kind in text.split(" | "))


def _unformed(message: str) -> str:
    if message.startswith("Input data was truncated"):
        return "it ends too early"
    return message.removeprefix("JSON is malformed: ")


class _Twice(Exception):
    """Ends a reading at a member given twice; never leaves this module."""


def _once(pairs: list[tuple[str, object]]) -> None:
    if len(pairs) > 1 and len(dict(pairs)) != len(pairs):
        raise _Twice


_ONCE: Final = json.JSONDecoder(object_pairs_hook=_once)
_PAIRS: Final = json.JSONDecoder(object_pairs_hook=lambda pairs: tuple(pairs))


def _check_members(body: bytes) -> None:
    try:
        text = body.decode()
        try:
            _ONCE.decode(text)
        except _Twice:
            raise BadRequest(f"{_cut(_twice(_PAIRS.decode(text), '') or 'a member')} is given twice.") from None
    except RecursionError:
        raise BadRequest("the body is nested too deeply.") from None
    except ValueError:  # what msgspec skipped: members that are ignored
        raise BadRequest("the body is not JSON: a member that is not used cannot be read.") from None


def _twice(value: object, at: str) -> str | None:
    """The path of a member given twice; objects come as tuples of pairs."""
    if isinstance(value, tuple):
        names: set[str] = set()
        for name, inner in value:
            if name in names:
                return f"{at}{name}"
            names.add(name)
            if found := _twice(inner, f"{at}{name}/"):
                return found
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            if found := _twice(inner, f"{at}{place}/"):
                return found
    return None
