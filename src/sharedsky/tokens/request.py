"""A token request as it arrives, read into typed values: form or JSON, HTTP Basic or client_secret in the body.

RFC 6749 sections 2.3.1, 3.2, 4.4.2 and 5.2; RFC 8707 (`resource`), and `audience` as large issuers take it. Whatever
cannot be read becomes an OAuthError; nothing is raised. Called by issuer.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote_plus

from sharedsky.tokens.encoding import read_object
from sharedsky.tokens.errors import REALM, EncodingError

#: Size of a body; a request of a client with fifty scopes has about 3,000.
MAX_BODY_BYTES: Final = 16 * 1024
MAX_HEADER_CHARS: Final = 4096
_MAX_FIELDS: Final = 64
_MAX_VALUE_CHARS: Final = 8192

ErrorCode = Literal["invalid_request", "invalid_client", "invalid_scope", "invalid_target", "unsupported_grant_type"]

#: RFC 6749 section 5.1: answers are not to be kept.
NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_BASIC: Final = re.compile(r"basic +([A-Za-z0-9+/]+={0,2}) *", re.IGNORECASE)
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What came: the two headers that matter, as they are, and the body."""

    content_type: str | None
    authorization: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class OAuthError:
    """An answer that refuses (RFC 6749 section 5.2). reason: for the log; the description is safe for anyone."""

    error: ErrorCode
    description: str
    status: int = 400
    headers: Mapping[str, str] = field(default_factory=lambda: NO_STORE)
    reason: str = ""

    @property
    def body(self) -> dict[str, object]:
        """The JSON body."""
        return {"error": self.error, "error_description": self.description}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks, read and not yet believed. scope: None where none is asked for."""

    client_id: str
    client_secret: str
    by_header: bool
    grant_type: str
    scope: str | None
    audiences: tuple[str, ...]
    resources: tuple[str, ...]


class _Bad(Exception):
    """Ends the reading of a request; never leaves this module."""

    def __init__(self, error: OAuthError) -> None:
        super().__init__(error.description)
        self.error = error


def read_request(request: TokenRequest) -> Asked | OAuthError:
    """What a token request asks; total."""
    try:
        fields = _fields(request)
        name, secret, by_header = _credentials(request.authorization, fields)
        return Asked(
            name, secret, by_header, _one(fields, "grant_type") or "", _one(fields, "scope"),
            _several(fields, "audience"), _several(fields, "resource"),
        )  # fmt: skip
    except _Bad as bad:
        return bad.error


def refuse_client(by_header: bool, reason: str) -> OAuthError:
    """Client authentication failed: 401, with a challenge where the client used the Authorization header."""
    challenge = {"WWW-Authenticate": f'Basic realm="{REALM}"'} if by_header else {}
    text = "The client is unknown, or its secret is wrong, expired or revoked."
    return OAuthError("invalid_client", text, 401, {**NO_STORE, **challenge}, reason)


def _invalid(description: str) -> _Bad:
    return _Bad(OAuthError("invalid_request", description))


def _fields(request: TokenRequest) -> dict[str, list[str]]:
    """Each parameter's values. Those without one count as left out (RFC 6749 section 3.2)."""
    if len(request.body) > MAX_BODY_BYTES:
        raise _invalid(f"The body is larger than {MAX_BODY_BYTES} bytes.")
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _form(request.body)
    if kind == "application/json":
        return _json(request.body)
    raise _invalid("The body must be application/x-www-form-urlencoded or application/json.")


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        text = body.decode("ascii")
        if _PERCENT.search(text):
            raise _invalid("The form has a percent sign without two hexadecimal digits.")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise _invalid(f"The body is no form of at most {_MAX_FIELDS} fields in UTF-8.") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if value:
            fields.setdefault(name, []).append(_checked(value))
    return fields


def _json(body: bytes) -> dict[str, list[str]]:
    try:
        members = read_object(body)
    except EncodingError as error:
        raise _invalid("The body is no JSON object with each name once.") from error
    fields: dict[str, list[str]] = {}
    for name in ("grant_type", "client_id", "client_secret", "scope", "audience", "resource"):
        value = members.get(name)
        many = isinstance(value, list) and name in ("audience", "resource")
        values = value if many and isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(one, str) for one in values):
            raise _invalid(f"{name} is of the wrong type.")
        fields[name] = [_checked(str(one)) for one in values if one]
    return fields


def _checked(value: str) -> str:
    if len(value) > _MAX_VALUE_CHARS:
        raise _invalid(f"A value is longer than {_MAX_VALUE_CHARS} characters.")
    return value


def _one(fields: Mapping[str, list[str]], name: str) -> str | None:
    values = fields.get(name, [])
    if len(values) > 1:
        raise _invalid(f"{name} is given more than once.")
    return values[0] if values else None


def _several(fields: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fields.get(name, [])))


def _credentials(authorization: str | None, fields: Mapping[str, list[str]]) -> tuple[str, str, bool]:
    """The client's name, its secret, and whether they came in the header; one way or the other, not both."""
    name, secret = _one(fields, "client_id"), _one(fields, "client_secret")
    if authorization is None:
        if name is None or secret is None:
            raise _Bad(refuse_client(False, "no client credentials"))
        return name, secret, False
    if secret is not None:
        raise _invalid("The client's secret is given both in the Authorization header and in the body.")
    basic_name, basic_secret = _basic(authorization)
    if name is not None and name != basic_name:
        raise _invalid("client_id is another than that of the Authorization header.")
    return basic_name, basic_secret, True


def _basic(authorization: str) -> tuple[str, str]:
    """Name and secret of HTTP Basic, each form-encoded before they were joined (RFC 6749 section 2.3.1)."""
    match = _BASIC.fullmatch(authorization) if len(authorization) <= MAX_HEADER_CHARS else None
    if match is None:
        raise _Bad(refuse_client(True, "the Authorization header is not Basic, or too long"))
    try:
        name, colon, secret = base64.b64decode(match.group(1), validate=True).decode("utf-8").partition(":")
        if not colon:
            raise ValueError
        return unquote_plus(name, errors="strict"), unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError) as error:
        raise _Bad(refuse_client(True, "the credentials of HTTP Basic cannot be read")) from error
