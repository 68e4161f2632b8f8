"""Strict JSON from untrusted bytes: one decode at the edge, checked before and after, with places for every error.

Implements RFC 8259 with the strictness of docs/formats/f3548.md, "The JSON itself": UTF-8 (a byte order mark is
tolerated), no NaN, no infinity, no number beyond a double. Depth and number of values are counted by a linear scan
before anything is built (json_scan.py). An object that names a member twice is kept as a
`RepeatedNames`, which no accessor takes: whatever needs it is refused, and no member is dropped in silence.
Called by every reader of JSON; the accessors are in json_access.py.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Final, cast

import msgspec

from sharedsky.errors import FormatError
from sharedsky.formats.json_scan import count_members
from sharedsky.formats.limits import Limits
from sharedsky.plans.plan import Source

_BOM: Final = b"\xef\xbb\xbf"
_OFFSET = re.compile(r"\(byte (\d+)\)")


class JsonError(FormatError):
    """Something wrong in a JSON text, with its place: a JSON pointer (RFC 6901), or a line from 1."""

    def __init__(self, message: str, advice: str = "", *, pointer: str | None = None, line: int | None = None) -> None:
        super().__init__(message, advice)
        self.pointer = pointer
        self.line = line

    def source(self, file: str) -> Source:
        """The place as a source."""
        return Source(file, self.pointer, self.line)


class RepeatedNames(dict[str, object]):
    """An object that gives one member more than once: no `dict` to the accessors, so that using it is an error.

    Later members of a name are kept under invented ones, so that a walk still sees them. name: the first repeated.
    """

    name: str = ""


#: JSON's containers as they are decoded.
_CONTAINERS: Final[frozenset[type]] = frozenset({dict, list, RepeatedNames})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded JSON text: its value, and every member name that occurs anywhere in it."""

    value: object
    names: frozenset[str]


def decode(data: bytes, limits: Limits) -> Decoded:
    """Decode one JSON text.

    Raises:
        JsonError: not UTF-8, not JSON, or a number that no double can hold; with the line where it can be told.
        LimitError: deeper than limits.max_depth, or more values than limits.max_values.
    """
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise JsonError("the text is UTF-16.", "Save it as UTF-8, as JSON requires.", line=1)
    members = count_members(data, limits)
    value = _decode(data)
    count, names = _census(value)
    if count != members:
        value = _decode_repeats(data)
        _, names = _census(value)
    return Decoded(value, frozenset(names))


def pointer_token(name: str) -> str:
    """A member's name as part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def line_of(data: bytes, offset: int) -> int:
    """The line, from 1, of a byte."""
    return data.count(b"\n", 0, offset) + 1


@contextmanager
def paused_collector() -> Iterator[None]:
    """Without garbage collection for as long as millions of live objects are built: it would only walk them again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _decode(data: bytes) -> object:
    try:
        with paused_collector():
            return msgspec.json.decode(data)
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error) from None
    except msgspec.ValidationError as error:
        raise JsonError(f"a number is out of range ({error}).", "Give numbers that a double can hold.") from None
    except msgspec.DecodeError as error:
        raise _malformed(data, str(error)) from None
    except RecursionError:
        raise JsonError("the text is nested too deep.", "Lower --limit max-depth.") from None


def _decode_repeats(data: bytes) -> object:
    """The slow way, for texts that the decoder has taken but in which some object repeats a name."""
    try:
        return json.loads(data, object_pairs_hook=_object)
    except RecursionError:
        raise JsonError("the text is nested too deep.", "Lower --limit max-depth.") from None


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> JsonError:
    bad = error.object[error.start : error.start + 1]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as whole:
        return JsonError(
            f"the text is not UTF-8 (byte 0x{bad.hex()}).", "Save it as UTF-8.", line=line_of(data, whole.start)
        )
    return JsonError("a string is not UTF-8.", "Save the text as UTF-8.")


def _malformed(data: bytes, message: str) -> JsonError:
    found = _OFFSET.search(message)
    if found is None:
        text = "the JSON text ends too early, or a string in it is broken."
        return JsonError(text, "Check that the file is whole.", line=line_of(data, len(data)) if data else None)
    what = message[: found.start()].replace("JSON is malformed:", "").strip()
    line = line_of(data, int(found.group(1)))
    text = f"the text is not JSON: {what} at line {line}."
    return JsonError(text, "Correct it; JSON has no comments and no NaN.", line=line)


def _census(value: object) -> tuple[int, set[str]]:
    """How many members all objects hold together, and all their names."""
    count, names = 0, set[str]()
    level: list[object] = [value] if type(value) in _CONTAINERS else []
    while level:
        objects, lists = _sorted_out(level)
        count += sum(map(len, objects))
        names.update(chain.from_iterable(objects))
        inner = chain(chain.from_iterable(map(dict.values, objects)), chain.from_iterable(lists))
        level = [item for item in inner if type(item) in _CONTAINERS]
    return count, names


def _sorted_out(level: list[object]) -> tuple[list[dict[str, object]], list[list[object]]]:
    """The objects and the lists among containers; most levels of a text hold only one of the two."""
    kinds = set(map(type, level))
    if kinds == {dict}:
        return cast("list[dict[str, object]]", level), []
    if kinds == {list}:
        return [], cast("list[list[object]]", level)
    objects = [item for item in level if isinstance(item, dict)]
    return objects, [item for item in level if isinstance(item, list)]


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    repeated = RepeatedNames()
    for name, value in pairs:
        if name in repeated:
            repeated.name = repeated.name or name
            repeated[f"\0{len(repeated)}"] = value
        else:
            repeated[name] = value
    return repeated
