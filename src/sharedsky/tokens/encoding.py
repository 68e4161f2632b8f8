"""base64url and JSON as tokens use them, without tolerance: one value has one spelling, one name occurs once.

RFC 7515 section 2 (base64url without padding) and section 4 (member names within a header must be unique), RFC 7519
section 4 (claims too). Called by everything here that reads what was sent.
"""

from __future__ import annotations

import base64
import json
import math
import re
from typing import Final, NoReturn

from sharedsky.tokens.errors import EncodingError

#: Nesting of JSON; a token's claims have one or two levels, a key set three.
MAX_DEPTH: Final = 32

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")
#: A string, closed or not, so that brackets in it do not count; or a bracket. Every character is looked at once.
_NESTING: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)


def to_base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of a base64url text; any other spelling of the same bytes is refused.

    Raises:
        EncodingError: padding, blanks, another alphabet, an impossible length, bits set beyond the last byte.
    """
    if _BASE64URL.fullmatch(text) is None or len(text) % 4 == 1:
        raise EncodingError("this is no base64url without padding.")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(data) != text:
        raise EncodingError("this base64url has bits set beyond its last byte.")
    return data


def read_object(data: bytes) -> dict[str, object]:
    """The JSON object in UTF-8 that the bytes are.

    Raises:
        EncodingError: not UTF-8, not JSON, no object, a name twice (at any depth), NaN, infinity, a number beyond a
            double, nesting beyond 32 levels. Its text holds nothing of the input.
    """
    try:
        text = data.decode("utf-8")
        _check_depth(text)
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except UnicodeDecodeError as error:
        raise EncodingError("this is not UTF-8.") from error
    except ValueError as error:
        raise EncodingError("this is not JSON.") from error
    if not isinstance(value, dict):
        raise EncodingError("this JSON is no object.")
    return value


def write_object(value: dict[str, object]) -> bytes:
    """A JSON object, as short as it can be, in ASCII."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def _check_depth(text: str) -> None:
    depth = 0
    for match in _NESTING.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match.group(), 0)
        if depth > MAX_DEPTH:
            raise EncodingError("this JSON is nested too deeply.")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise EncodingError("a name occurs twice in one JSON object.")
    return value


def _no_constant(_: str) -> NoReturn:
    raise EncodingError("NaN and infinity are no JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise EncodingError("a number is beyond what can be held.")
    return number


def _bounded(text: str) -> int:
    # No number in a token needs more than 19 digits, and very long ones cost more than their length.
    if len(text) > 20:
        raise EncodingError("a number is beyond what can be held.")
    return int(text)
