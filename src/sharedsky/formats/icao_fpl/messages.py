"""A file of AFTN text cut into its bracketed ATS messages (ICAO Doc 4444, Appendix 3; Annex 10 Volume II, 4.4).

A message begins with `(`, its type and a hyphen, and ends with the bracket that closes it; inside, each hyphen begins
a field. Around it there may be what a teletype carries: ZCZC, priority and addresses, origin, NNNN. Nothing is lost in
silence: text outside of messages is noted, and a message whose brackets do not match is refused. Called by __init__.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from sharedsky.errors import LimitError, SharedskyError
from sharedsky.formats.icao_fpl.refusals import PlanError, kind_of
from sharedsky.formats.reading import Document, Reading, Refusal
from sharedsky.plans.plan import Source

#: The types of Doc 4444, Appendix 3; inside a message only these begin another one.
MESSAGE_TYPES: Final = frozenset(
    {"ALR", "RCF", "FPL", "DLA", "CHG", "CNL", "DEP", "ARR", "CPL", "EST", "CDN", "ACP", "LAM", "RQP", "RQS", "SPL"}
)
#: How much of a file `sniff` looks at.
_SNIFF_BYTES: Final = 1 << 18

_START = re.compile(r"\(\s*([A-Z]{3})[A-Z0-9/]{0,20}\s*-")
_SNIFF = re.compile(rb"\(\s*(?:FPL|CHG|DLA|CNL|DEP|ARR)[A-Z0-9/]{0,20}\s*(?:-|\xe2\x80[\x90-\x95])", re.IGNORECASE)
_BRACKET = re.compile(r"[()]")
_CALLSIGN = re.compile(r"\s*([A-Z0-9]{1,7})\s*(?:/[A-Z]\d{4}\s*)?")
_HEADING = re.compile(
    r"ZCZC.*|NNNN|[A-Z]{3}\d{3,4}( \d{6})?|(SS|DD|FF|GG|KK)( [A-Z]{8})*|[A-Z]{8}( [A-Z]{8})*|\d{6} [A-Z]{8}( .{0,40})?"
    r"|AD [A-Z]{8}( [A-Z]{8})*|[#=*-]*|[#;].*|//.*"
)
#: What begins a message, where no bracket was seen: brackets of another kind, quoted, or with no hyphen after its type.
_BARE_MESSAGE = re.compile(
    r"(?<![A-Z0-9])FPL(?:[A-Z0-9/]{0,20} ?-| [A-Z0-9]{2,7} ?- ?[IVYZ][SNGMX]\b)"
    r"|^[^A-Z0-9]*(?:CHG|DLA|CNL|DEP|ARR)[A-Z0-9/]{0,20} ?- ?[A-Z0-9]"
)
#: A line of JSON or XML, or a row of a table: content of another format, which nothing here reads.
_FOREIGN = re.compile(r'[\[{<]"?[A-Z{\[<]|"[^"]*" ?:|(?:[^,]*\d[^,]*,){3}')
_COMMENT = ("#", ";", "//")
#: Small letters as capitals, the dashes of typeset text as hyphens, wide brackets as brackets, and what a teletype
#: leaves behind as spaces.
_PLAIN: Final[dict[int, str]] = {
    **{code: chr(code - 32) for code in range(ord("a"), ord("z") + 1)},
    **{ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"},
    0xFF08: "(",
    0xFF09: ")",
    **{ord(blank): " " for blank in "\u00a0\ufeff\x00\x01\x02\x03\x07\x0b\x0c\x1a"},
}


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message: its type, the fields after it (single spaces, capitals), and where it begins."""

    kind: str
    fields: tuple[str, ...]
    source: Source

    @property
    def callsign(self) -> str | None:
        """The call sign of field 7, where there is one."""
        match = _CALLSIGN.fullmatch(self.fields[0]) if self.fields else None
        return match.group(1) if match else None


def looks_like_fpl(data: bytes) -> bool:
    """Whether a file holds a message of this reader near its beginning, and is neither JSON nor XML."""
    head = data[:_SNIFF_BYTES]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    return not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[", b"<")) and bool(_SNIFF.search(head))


def split_document(document: Document, room: int, reading: Reading) -> list[RawMessage]:
    """The messages of a document, in order.

    Args:
        room: how many messages may still be read in this run. reading: takes what cannot be cut, and notes what lies
            between messages; its limits hold.
    """
    try:
        reading.limits.check("max_bytes", len(document.data), f"the bytes of {document.name}")
    except LimitError as error:
        reading.refuse(Source(document.name), error)
        return []
    splitter = _Splitter(document.name, _text(document.data), room, reading)
    splitter.run()
    return splitter.messages


def _text(data: bytes) -> str:
    """The characters, in capitals, with line ends of one character each."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN)


class _Splitter:
    """One pass over the brackets of a text."""

    def __init__(self, file: str, text: str, room: int, reading: Reading) -> None:
        self.file, self.text, self.room = file, text, room
        self.reading, self.limits = reading, reading.limits
        self.messages: list[RawMessage] = []
        self._line, self._counted = 1, 0  # the line number at an offset that only grows
        self._outside, self._first_outside = 0, 0  # lines between messages that are no heading
        self._foreign = False  # whether content of another format was met, and refused
        self._last_closed: RawMessage | None = None

    def run(self) -> None:
        """Find all messages."""
        begin: int | None = None  # of the message that is open
        depth, after, aside = 0, 0, 0  # aside: brackets open outside of messages
        for match in _BRACKET.finditer(self.text):
            at = match.start()
            start = _START.match(self.text, at) if match.group() == "(" else None
            if begin is not None and start is not None and start.group(1) in MESSAGE_TYPES:
                self._never_closed(begin, at)
                begin, depth = at, 1
            elif begin is not None:
                depth += 1 if match.group() == "(" else -1
                if depth == 0:
                    self._close(begin, at)
                    begin, after = None, at + 1
            elif start is not None:
                self._between(after, at)
                begin, depth, aside = at, 1, 0
            elif match.group() == "(" or aside:
                aside += 1 if match.group() == "(" else -1
            else:
                self._between(after, at)
                self._stray_close(at)
                after = at + 1
            if len(self.messages) > self.room:
                self._too_many()
                return
        if begin is not None:
            self._never_closed(begin, len(self.text))
        else:
            self._between(after, len(self.text))
        self._note_outside()

    def _source(self, at: int) -> Source:
        self._line += self.text.count("\n", self._counted, at)
        self._counted = max(at, self._counted)
        return Source(self.file, line=self._line)

    def _refuse(self, source: Source, error: SharedskyError, plan: str | None = None) -> None:
        self.reading.add_refusal(Refusal(source, str(error), kind_of(error), plan))

    def _message(self, begin: int, end: int) -> RawMessage:
        """The message between two offsets, whose first is its opening bracket; long ones are cut short."""
        body = self.text[begin : min(end, begin + self.limits.max_message_chars)]
        start = _START.match(body)
        kind = start.group(1) if start else ""
        rest = body[start.end() if start else 1 :]
        return RawMessage(kind, tuple(" ".join(part.split()) for part in rest.split("-")), self._source(begin))

    def _close(self, begin: int, end: int) -> None:
        message = self._message(begin, end)
        try:
            self.limits.check("max_message_chars", end - begin + 1, "the message's characters")
        except LimitError as error:
            self._refuse(message.source, error, message.callsign)
            return
        self.messages.append(message)
        self._last_closed = message

    def _never_closed(self, begin: int, end: int) -> None:
        message = self._message(begin, end)
        error = PlanError(
            f"the {message.kind} message is never closed before the next one or the end of the file.",
            "End it with a closing bracket, and use no single bracket inside.",
        )
        self._refuse(message.source, error, message.callsign)

    def _stray_close(self, at: int) -> None:
        last, self._last_closed = self._last_closed, None
        error = PlanError("a bracket closes where none is open.", "Use no single bracket inside a message.")
        if last is None:
            self._refuse(self._source(at), error)
        else:  # the message went on after what looked like its end, so it must not be used
            self.messages.pop()
            self._refuse(last.source, error, last.callsign)

    def _between(self, start: int, end: int) -> None:
        """Look at the lines from one offset to another, which lie outside of messages."""
        offset = start
        for line in self.text[start:end].split("\n"):
            words = " ".join(line.split())
            if _BARE_MESSAGE.search(words) and not words.startswith(_COMMENT):
                error = PlanError("this looks like a message without an opening bracket.", "Put it in brackets.")
                self._refuse(self._source(offset), error)
            elif not self._foreign and _FOREIGN.match(words):
                self._foreign = True
                error = PlanError(
                    "from here on there is content of another format among the messages, which is not read.",
                    "Put it into a file of its own.",
                )
                self._refuse(self._source(offset), error)
            elif not _HEADING.fullmatch(words):
                self._outside += 1
                self._first_outside = self._first_outside or self._source(offset).line or 1
            offset += len(line) + 1

    def _note_outside(self) -> None:
        if self._outside:
            lines = f"{self._outside:,} line{'s' if self._outside > 1 else ''}"
            text = f"{lines} outside of messages not read; the first is line {self._first_outside}."
            self.reading.note(Source(self.file, line=self._first_outside), text)

    def _too_many(self) -> None:
        last = self.messages.pop()
        try:
            self.limits.check("max_messages", self.limits.max_messages + 1, "the run's messages")
        except LimitError as error:
            error.advice += " Nothing from here to the end of the file is read."
            self._refuse(last.source, error, last.callsign)
