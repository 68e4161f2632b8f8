"""Files of AFTN text cut into messages."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fpl_samples import fpl, read
from sharedsky.formats import icao_fpl
from sharedsky.formats.icao_fpl.messages import RawMessage, split_document
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Note, Reading, ReadOptions, Refusal

ENVELOPE = """ZCZC LBA0123 151200
FF LSAZZQZX EDDFZQZX LFFFZQZX
LSZHZPZX EGTTZGZP
151158 LSZHZPZX
{}
NNNN
"""


@dataclass
class Split:
    """The messages of a text, and what was said of it."""

    messages: list[RawMessage]
    refusals: list[Refusal]
    notes: list[Note]


def split(text: str, limits: Limits | None = None) -> Split:
    reading = Reading(limits=limits or Limits())
    return Split(split_document(Document("f.txt", text.encode()), 1_000, reading), reading.refusals, reading.notes)


def test_a_message_is_its_type_its_fields_and_its_line() -> None:
    found = split("\n(CNL-SWR123 - LSZH0800\r\n-LFPG\n-0)\n")
    (message,) = found.messages
    assert message.kind == "CNL"
    assert message.fields == ("SWR123", "LSZH0800", "LFPG", "0")
    assert str(message.source) == "f.txt:2"
    assert message.callsign == "SWR123"
    assert (found.refusals, found.notes) == ([], [])


def test_what_a_teletype_adds_is_passed_over_without_a_word() -> None:
    found = split("\x01" + ENVELOPE.format("\x02" + fpl()) * 3 + "\x03\n# a comment\n\n----\n")
    assert [m.kind for m in found.messages] == ["FPL"] * 3
    assert [m.source.line for m in found.messages] == [5, 16, 27]
    assert (found.refusals, found.notes) == ([], [])


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(ending: str) -> None:
    found = split(ending.join(["", "", "(CNL-A1-LSZH0800-LFPG-0)", "", "(CNL-A2-LSZH0800-LFPG-0)"]))
    assert [m.source.line for m in found.messages] == [3, 5]


def test_several_messages_may_share_a_line() -> None:
    assert len(split("(CNL-A1-LSZH0800-LFPG-0)(CNL-A2-LSZH0800-LFPG-0) (CNL-A3-LSZH0800-LFPG-0)").messages) == 3


def test_the_numbers_of_a_message_are_passed_over() -> None:
    assert split("(CHGA/F016A/F014-GABWE/A2173-EHAM0850-EDDF-DOF/080122-8/I)").messages[0].kind == "CHG"


def test_small_letters_typeset_hyphens_and_wide_spaces_are_read() -> None:
    (message,) = split("(cnl\u2013swr123\u2014lszh0800\u2212lfpg\u00a0-\u20110)").messages
    assert message.fields == ("SWR123", "LSZH0800", "LFPG", "", "0")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings_of_text_editors_are_read(encoding: str) -> None:
    data = fpl(other="DOF/260301 RMK/Z\u00dcRICH").encode(encoding)
    assert icao_fpl.sniff(Document("f", data))
    assert len(split_document(Document("f", data), 10, Reading())) == 1


def test_brackets_inside_a_remark_do_not_end_the_message() -> None:
    (message,) = split(fpl(other="RMK/TEST (A (B) C) DOF/260301")).messages
    assert message.fields[-1] == "RMK/TEST (A (B) C) DOF/260301"


def test_a_message_that_is_never_closed_is_refused_and_the_next_is_read() -> None:
    found = split(fpl(callsign="AAA1")[:-1] + "\n" + fpl(callsign="BBB2"))
    assert [m.callsign for m in found.messages] == ["BBB2"]
    (refusal,) = found.refusals
    assert (refusal.plan, refusal.kind, refusal.source.line) == ("AAA1", "format", 1)
    assert "never closed" in refusal.reason


def test_a_message_cut_off_by_the_end_of_the_file_is_refused() -> None:
    found = split(fpl()[:60])
    assert found.messages == []
    assert "never closed" in found.refusals[0].reason


def test_a_message_that_a_remark_seems_to_close_early_is_refused() -> None:
    """Otherwise the DOF after the bracket would be lost, and the plan dated by the option instead."""
    found = split(fpl(callsign="AAA1", other="RMK/A) DOF/260301") + "\n" + fpl(callsign="BBB2"))
    assert [m.callsign for m in found.messages] == ["BBB2"]
    assert [(r.plan, r.source.line) for r in found.refusals] == [("AAA1", 1)]
    assert "closes where none is open" in found.refusals[0].reason


def test_a_message_without_its_opening_bracket_is_refused_by_line() -> None:
    found = split("\nFPL-SWR123-IS\n-A320/M-S/S\n")
    assert found.messages == []
    assert found.refusals[0].source.line == 2
    assert "without an opening bracket" in found.refusals[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "[FPL-SWR123-IS", "{FPL-SWR123-IS", "(FPL SWR123-IS", "FPL SWR123 -VG", "> FPL-SWR123-IS", "&#40;FPL-SWR123-IS",
        '"FPL-SWR123-IS', "1. FPL -SWR123-IS", "[DLA-SWR123-LSZH0900", "> CNL-SWR123-LSZH",
    ],
)  # fmt: skip
def test_what_begins_like_a_message_outside_of_brackets_is_refused_and_not_only_noted(text: str) -> None:
    found = split(f"{fpl()}\n{text}\n-A320/M-S/S\n")
    assert len(found.messages) == 1
    assert [(r.source.line, "without an opening bracket" in r.reason) for r in found.refusals] == [(7, True)]


@pytest.mark.parametrize("text", ["# FPL-SWR123-IS", "// FPL-SWR123", "the FPL was filed", "DEP and ARR of the day"])
def test_comments_and_prose_that_name_a_message_are_not_taken_for_one(text: str) -> None:
    assert not split(f"{fpl()}\n{text}\n").refusals


def test_wide_brackets_and_hyphens_are_read() -> None:
    (message,) = split("\uff08CNL\uff0dSWR123\uff0dLSZH0800-LFPG-0\uff09").messages
    assert message.fields == ("SWR123", "LSZH0800", "LFPG", "0")


def test_other_text_between_messages_is_noted_by_line() -> None:
    found = split(fpl() + "\nplease see (attached) list\nthank you\n" + fpl())
    assert len(found.messages) == 2
    assert found.refusals == []
    (note,) = found.notes
    assert note.text.startswith("2 lines outside of messages not read")
    assert "attached" not in note.text.lower()


def test_too_long_a_message_is_refused_and_names_the_limit() -> None:
    found = split(fpl(other="RMK/" + "X" * 500) + fpl(), Limits(max_message_chars=400))
    assert len(found.messages) == 1
    assert found.refusals[0].kind == "limit"
    assert "max-message-chars = 400" in found.refusals[0].reason
    assert found.refusals[0].plan == "SWR123"


def test_too_many_messages_are_refused_over_all_documents_and_the_limit_is_named() -> None:
    reading = read(fpl("AAA1"), fpl("AAA2") + fpl("AAA3") + fpl("AAA4"), fpl("AAA5"), limits=Limits(max_messages=2))
    assert [plan.label for plan in reading.plans] == ["AAA1", "AAA2"]
    assert [(r.kind, r.plan, str(r.source)) for r in reading.refusals] == [
        ("limit", "AAA3", "2.txt:6"),
        ("limit", "AAA5", "3.txt:1"),
    ]
    assert "max-messages = 2" in reading.refusals[0].reason
    assert "Nothing from here to the end of the file is read" in reading.refusals[0].reason


def test_too_large_a_file_is_refused_and_names_the_limit() -> None:
    found = split(fpl(), Limits(max_bytes=20))
    assert found.messages == []
    assert "max-bytes" in found.refusals[0].reason


@pytest.mark.parametrize(
    ("data", "is_fpl"),
    [
        (fpl().encode(), True),
        (ENVELOPE.format(fpl()).encode(), True),
        (b"( dla/a001 - x", True),
        ("(FPL\u2013SWR123".encode(), True),
        (b"", False),
        (b"FPL-SWR123-IS", False),
        (b"(LAM-A/B)", False),
        (b'{"note": "(FPL-SWR123-IS"}', False),
        (b'  [ "(FPL-SWR123-IS" ]', False),
        (b"<kml>(FPL-SWR123-IS</kml>", False),
        (b"time,lat,lng\n1,2,3\n", False),
        (b"\xff\xfe\x00", False),
    ],
)
def test_a_file_is_known_by_its_content(data: bytes, is_fpl: bool) -> None:
    assert icao_fpl.sniff(Document("anything", data)) is is_fpl


@pytest.mark.parametrize("kind", ["CPL", "EST", "CDN", "ALR", "RCF", "XYZ"])
def test_other_messages_about_flights_are_refused_by_type(kind: str) -> None:
    reading = read(f"({kind}-SWR123-LSZH0800-LFPG-0)")
    assert [(r.kind, r.plan) for r in reading.refusals] == [("message", "SWR123")]
    assert f"messages of type {kind} are not read" in reading.refusals[0].reason


@pytest.mark.parametrize("kind", ["LAM", "ACP", "RQP", "RQS", "SPL"])
def test_messages_that_carry_no_plan_are_noted(kind: str) -> None:
    reading = read(f"({kind}-SWR123-LSZH0800-LFPG-0)")
    assert reading.refusals == []
    assert kind in reading.notes[0].text


def test_a_file_without_any_message_is_refused() -> None:
    reading = icao_fpl.read([Document("notes.txt", b"nothing of the kind\n")], ReadOptions())
    assert [(r.source.file, r.kind) for r in reading.refusals] == [("notes.txt", "format")]
    assert "no message" in reading.refusals[0].reason


@pytest.mark.parametrize(
    "text",
    [
        '{"operational_intents": []}',
        '[{"a": 1}]',
        '"timestamp": 5',
        "<aixm:Message>",
        "1772359200,45.1,6.2,30000,abc,X",
    ],
)
def test_content_of_another_format_among_messages_is_refused_once_with_its_line(text: str) -> None:
    found = split(f"{fpl()}\n{text}\n{text}\n")
    (refusal,) = found.refusals
    assert "content of another format" in refusal.reason
    assert refusal.source.line == fpl().count("\n") + 2
    assert len(found.messages) == 1


@pytest.mark.parametrize(
    "text", ["Dear all, see below, please, thanks", "- 12, 13", "NIL=", "+41 44 000, ext 5, and 6"]
)
def test_plain_text_among_messages_is_noted_alone(text: str) -> None:
    found = split(f"{fpl()}\n{text}\n")
    assert (found.refusals, len(found.notes)) == ([], 1)
