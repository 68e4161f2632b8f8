"""Text from input, made safe to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.results.visible import MAX_SHOWN_CHARS, shown, visible

UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")


@given(st.text(st.characters(categories=None)))
def test_nothing_unseen_is_left_in_visible_text(text: str) -> None:
    assert [c for c in visible(text) if unicodedata.category(c) in UNSEEN] == []


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b", "\\x9b"),
        ("a\nb\r\tc", "a\\x0ab\\x0d\\x09c"),
        ("\u202egpj", "\\u202egpj"),
        ("\u2066\u2069\u200b\ufeff", "\\u2066\\u2069\\u200b\\ufeff"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
        ("\x7f\x00", "\\x7f\\x00"),
    ],
)
def test_an_unseen_character_is_written_as_its_code(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text(max_size=3_000))
def test_shown_text_is_never_longer_than_it_may_be(text: str) -> None:
    assert len(shown(text)) <= MAX_SHOWN_CHARS
    assert len(shown(text, 20)) <= 20


def test_a_long_id_keeps_its_beginning_and_its_end() -> None:
    out = shown("begin" + "x" * 10_000_000 + "end", 40)
    assert out.startswith("begin")
    assert out.endswith("end")
    assert "…" in out
