"""Text from input made safe to show: nothing in it can steer a terminal, hide itself or reorder what stands around it.

Implements "every string from input is escaped wherever it is shown" for terminals and for CSV; HTML and JSON have
escapes of their own. Called by the command line's tables and messages and by the CSV writer.
"""

from __future__ import annotations

import unicodedata
from typing import Final

#: Where a shown string is cut: ids of real plans are shorter, and a longer one would drown the rest of a table.
MAX_SHOWN_CHARS: Final = 120


def visible(text: str) -> str:
    r"""The text with every control, format, separator, surrogate and unassigned character written as its code.

    That covers C0 and C1 controls, ESC, line breaks, bidirectional overrides, zero-width characters: `\x1b`, `\u202e`.
    Spaces of any width stay, and so does every printable character.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else _code(c) for c in text)


def shown(text: str, max_chars: int = MAX_SHOWN_CHARS) -> str:
    """`visible`, and cut in the middle to max_chars characters; what was cut is written as an ellipsis."""
    # Cut first as well: escaping at most multiplies the length by ten, and the input may be megabytes long.
    if len(text) > 4 * max_chars:
        text = f"{text[: 2 * max_chars]}{text[-2 * max_chars :]}"
    out = visible(text)
    if len(out) <= max_chars:
        return out
    head = (max_chars - 1) * 2 // 3
    return f"{out[:head]}…{out[len(out) - (max_chars - 1 - head) :]}"


def _code(char: str) -> str:
    number = ord(char)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
