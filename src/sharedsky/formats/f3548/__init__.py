"""ASTM F3548-21: operational intents and constraints as JSON, read to plans and zones and written from them.

What is read, what is ignored and what a written file loses is in docs/formats/f3548.md.
"""

from __future__ import annotations

from sharedsky.formats.f3548.items import TOP_MEMBERS
from sharedsky.formats.f3548.reader import read
from sharedsky.formats.f3548.writer import write
from sharedsky.formats.geojson_envelopes import BODIES
from sharedsky.formats.json_look import first_members
from sharedsky.formats.reading import Document

NAME = "f3548"
#: What makes a text F3548-21's even where a flight declaration stands beside it, which is then refused by name.
_BESIDE_DECLARATIONS = ("operational_intents", "constraints", "constraint", "reference")


def sniff(document: Document) -> bool:
    """Whether the content looks like F3548-21's JSON, by the members of its outermost object or first element.

    A flight declaration may carry an operational intent of itself, without a reference: it stays a declaration.
    """
    members = first_members(document.data)
    return not members.isdisjoint(TOP_MEMBERS if members.isdisjoint(BODIES) else _BESIDE_DECLARATIONS)


__all__ = ["NAME", "read", "sniff", "write"]
