"""Typed access to decoded JSON: each accessor gives the type that is expected, or an error that names the place.

Values arrive as `object` and leave as what they are said to be; past these functions nothing is untyped. A boolean is
no number, "5" is no number, and an object with a repeated member is no object.
`at` is always the JSON pointer of the object that is looked into. Called by the readers of JSON.
"""

from __future__ import annotations

from sharedsky.formats.json_text import JsonError, RepeatedNames, pointer_token
from sharedsky.formats.limits import Limits

JsonObject = dict[str, object]


def as_object(value: object, at: str) -> JsonObject:
    """The value as an object.

    Raises:
        JsonError: it is something else, or an object that names a member twice.
    """
    if type(value) is dict:
        return value
    if isinstance(value, RepeatedNames):
        raise JsonError(
            f"the object at {at or '/'} has the member {value.name[:60]!r} more than once.",
            "Keep one: it cannot be told which is meant.",
            pointer=at,
        )
    raise wrong(value, "an object", at)


def as_list(value: object, at: str) -> list[object]:
    """The value as a list, or JsonError."""
    if type(value) is list:
        return value
    raise wrong(value, "a list", at)


def as_number(value: object, at: str) -> float:
    """The value as a finite float, or JsonError; neither true nor "5" is a number."""
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise JsonError(f"the number at {at} is out of range.", "Correct it.", pointer=at) from None
    raise wrong(value, "a number", at)


def as_text(value: object, at: str) -> str:
    """The value as a string, or JsonError."""
    if type(value) is str:
        return value
    raise wrong(value, "a string", at)


def get_object(holder: JsonObject, name: str, at: str) -> JsonObject:
    """A member that must be an object."""
    value = holder.get(name)
    return value if type(value) is dict else as_object(_present(holder, name, at), _inside(at, name))


def find_object(holder: JsonObject, name: str, at: str) -> JsonObject | None:
    """A member that is an object, null or absent."""
    value = holder.get(name)
    return value if value is None or type(value) is dict else as_object(value, _inside(at, name))


def get_list(holder: JsonObject, name: str, at: str) -> list[object]:
    """A member that must be a list."""
    value = holder.get(name)
    return value if type(value) is list else as_list(_present(holder, name, at), _inside(at, name))


def find_list(holder: JsonObject, name: str, at: str) -> list[object]:
    """A member that is a list; null or absent is an empty one."""
    value = holder.get(name)
    if type(value) is list:
        return value
    return [] if value is None else as_list(value, _inside(at, name))


def get_number(holder: JsonObject, name: str, at: str) -> float:
    """A member that must be a number."""
    value = holder.get(name)
    return value if type(value) is float else as_number(_present(holder, name, at), _inside(at, name))


def find_number(holder: JsonObject, name: str, at: str) -> float | None:
    """A member that is a number, null or absent."""
    value = holder.get(name)
    return value if value is None or type(value) is float else as_number(value, _inside(at, name))


def get_text(holder: JsonObject, name: str, at: str) -> str:
    """A member that must be a string."""
    value = holder.get(name)
    return value if type(value) is str else as_text(_present(holder, name, at), _inside(at, name))


def find_text(holder: JsonObject, name: str, at: str) -> str | None:
    """A member that is a string, null or absent."""
    value = holder.get(name)
    return value if value is None or type(value) is str else as_text(value, _inside(at, name))


def find_integer(holder: JsonObject, name: str, at: str) -> int | None:
    """A member that is a whole number of 64 bits, null or absent; 1.0 is none."""
    value = holder.get(name)
    if value is None:
        return None
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    raise wrong(value, "a whole number of 64 bits", _inside(at, name))


def find_flag(holder: JsonObject, name: str, at: str) -> bool | None:
    """A member that is true, false, null or absent."""
    value = holder.get(name)
    if value is None or type(value) is bool:
        return value
    raise wrong(value, "true or false", _inside(at, name))


def kept_text(text: str, limits: Limits, at: str) -> str:
    """A string that the result keeps, held to limits.max_string.

    Raises:
        LimitError: longer than that.
    """
    if len(text) > limits.max_string:
        limits.check("max_string", len(text), f"the characters of the string at {at}")
    return text


def wrong(value: object, expected: str, at: str) -> JsonError:
    """The error for a value of the wrong type."""
    return JsonError(f"at {at or '/'}: {expected} is expected, found {describe(value)}.", "Correct it.", pointer=at)


def describe(value: object) -> str:
    """A value in words, short and printable, for a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the string {value[:40]!r}"
        case int() | float():
            return f"the number {str(value)[:40]}"
        case list():
            return "a list"
        case _:
            return "an object"


def _present(holder: JsonObject, name: str, at: str) -> object:
    value = holder.get(name)
    if value is None and name not in holder:
        raise JsonError(f"at {at or '/'}: the member {name!r} is missing.", "Add it.", pointer=at)
    return value


def _inside(at: str, name: str) -> str:
    return f"{at}/{pointer_token(name)}"
