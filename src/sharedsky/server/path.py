"""The path of a request: one that two readers might take for different ones is refused.

A path with an encoded slash, an empty, "." or ".." segment, or characters that cannot be seen, means one thing to a
proxy and another to a router. Called by the guard of every route (context.py).
"""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from litestar.types import Scope

from sharedsky.server.body import BadRequest


def check_path(scope: Scope) -> None:
    """See to it that a path is plain.

    Raises:
        BadRequest: it is not, and why.
    """
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if b"%" not in raw and b"//" not in raw and b"/." not in raw and not raw.endswith(b"/"):
        return
    for segment in raw.split(b"?")[0].split(b"/")[1:]:
        if wrong := _wrong(segment):
            raise BadRequest(f"the path has {wrong}.")


def _wrong(segment: bytes) -> str:
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        return "a segment that is not UTF-8"
    if not text:
        return "an empty segment: an identifier, OVN or version is missing, or a slash is too many"
    if text in (".", ".."):
        return "a segment of dots"
    if "/" in text or "\\" in text:
        return "an encoded slash"
    return "" if text.isprintable() else "characters that cannot be seen"
