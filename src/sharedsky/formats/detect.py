"""Which format a document is of, by its content, and the reading of any mix of documents.

A document goes to the first reader that knows it, or to the one that the user forces (`--as`); each reader gets all of
its documents at once. What no reader knows is refused by name. Compressed files are opened here, within max-bytes.
Called by api.py and the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sharedsky.errors import FormatError, SharedskyError, UsageError
from sharedsky.formats import f3548, geojson, geojson_declaration, icao_fpl, tracks
from sharedsky.formats.drafts import place
from sharedsky.formats.gzip_bytes import MAGIC, gunzip
from sharedsky.formats.json_text import decode
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Reader, Reading, ReadOptions
from sharedsky.plans.plan import Source

#: All readers; the first that knows a document reads it.
READERS: Final[tuple[Reader, ...]] = (f3548, geojson_declaration, geojson, icao_fpl, tracks)

#: Other compressions and archives, by their first bytes: not opened, but named.
_PACKED: Final[dict[bytes, str]] = {
    b"PK\x03\x04": "a ZIP archive",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
}


def format_names() -> tuple[str, ...]:
    """The names of the formats, as `--as` takes them."""
    return tuple(reader.NAME for reader in READERS)


def open_document(name: str, raw: bytes, limits: Limits) -> Document:
    """A document from a file's bytes; gzip is opened, never beyond limits.max_bytes.

    Raises:
        LimitError: larger than that. FormatError: broken gzip, or another compression.
    """
    limits.check("max_bytes", len(raw), "the file's bytes")
    if raw.startswith(MAGIC):
        return Document(name, gunzip(raw, limits))
    for start, what in _PACKED.items():
        if raw.startswith(start):
            raise FormatError(f"the file is {what}.", "Unpack it first; only gzip is opened here.")
    return Document(name, raw)


def detect(document: Document) -> Reader | None:
    """The reader that knows the document's content, or None."""
    return next((reader for reader in READERS if reader.sniff(document)), None)


def read_documents(documents: Sequence[Document], options: ReadOptions, forced: str | None = None) -> Reading:
    """Read documents of any mix of formats; identities are not resolved yet (plans/identity.py).

    Args:
        forced: the format that all documents are taken for, instead of a look at their content.
    Raises:
        UsageError: there is no such format.
    """
    if forced is not None and forced not in format_names():
        raise UsageError(f"there is no format {forced!r}.", f"Give one of {', '.join(format_names())}.")
    reading = Reading(limits=options.limits)
    groups: dict[str, list[Document]] = {name: [] for name in format_names()}
    for document in documents:
        if forced is not None:
            groups[forced].append(document)
        elif (reader := detect(document)) is not None:
            groups[reader.NAME].append(document)
        else:
            _refuse_unknown(document, options.limits, reading)
    for reader in READERS:
        if groups[reader.NAME]:
            reading.extend(reader.read(groups[reader.NAME], options))
    return reading


def _refuse_unknown(document: Document, limits: Limits, reading: Reading) -> None:
    known = f"Known formats are {', '.join(format_names())}; force one with --as."
    text = document.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        reading.refuse(Source(document.name), FormatError("the file is empty.", "Give a file with plans or zones."))
        return
    what = "the content is not recognised."
    if text[:1] in b"{[" or document.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            value = decode(document.data, limits).value
        except SharedskyError as error:
            reading.refuse(place(error, document.name), error)
            return
        members = ", ".join(repr(name[:40]) for name in list(value)[:5]) if isinstance(value, dict) else ""
        what = f"the content is not recognised: JSON with the members {members or 'of a list'}."
    reading.refuse(Source(document.name), FormatError(what, known))
