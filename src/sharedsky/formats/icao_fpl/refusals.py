"""What cannot be read or applied, with the kind of refusal that it makes, and what of a message may be shown.

A message may hold names and telephone numbers (item 19, RMK/), and a broken one may hold them in the wrong place. So
a reason quotes only single words that look like the item that was expected. Called by every module of this reader.
"""

from __future__ import annotations

import re
from typing import Final

from sharedsky.errors import FormatError, SharedskyError
from sharedsky.formats.fixes import UnknownPointError
from sharedsky.formats.reading import RefusalKind, refusal_kind

#: The longest word of a message that a reason quotes.
_MAX_SHOWN: Final = 28
_SHOWABLE = re.compile(r"[A-Z0-9]+(?:/[A-Z0-9]+)?(?:/[A-Z0-9]+)?")
#: Before an oblique stroke these begin free text (item 18) or personal data (item 19).
_PRIVATE: Final = frozenset(
    {"RMK", "OPR", "ORGN", "PIC", "DEP", "DEST", "ALTN", "RALT", "TALT", "REG", "E", "P", "R", "S", "J", "D", "A", "N"}
)


class PlanError(FormatError):
    """A message that cannot be read or applied."""

    def __init__(self, message: str, advice: str = "", kind: RefusalKind = "format") -> None:
        super().__init__(message, advice)
        self.kind: RefusalKind = kind


def kind_of(error: SharedskyError) -> RefusalKind:
    """The kind of refusal that an error makes."""
    if isinstance(error, PlanError):
        return error.kind
    return "unknown-point" if isinstance(error, UnknownPointError) else refusal_kind(error)


def shown(text: str) -> str:
    """A word of a message as a reason may quote it, or `this` where it might be personal."""
    word = text.strip()
    parts = word.split("/")
    private = parts[0] in _PRIVATE or (parts[0] == "C" and len(parts) == 2)  # C/ is the pilot, C/X/Y a cruise climb
    return repr(word) if len(word) <= _MAX_SHOWN and _SHOWABLE.fullmatch(word) and not private else "this"
