"""Text of input can only ever be text: in HTML, in attributes, in JSON inside a script."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from page_theatre import BIDI, HOSTILE
from sharedsky.page.html import MAX_TEXT_CHARS, Html, el, given, join, json_for_html, prose


class Seen(HTMLParser):
    """Tags, attributes and text of a piece of HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@examples(st.text())
def test_any_text_in_an_element_is_text_and_nothing_else(text: str) -> None:
    seen = Seen(el("p", text))
    assert seen.tags == ["p"]
    assert seen.text == text


@examples(st.text())
def test_any_text_in_an_attribute_stays_in_it(text: str) -> None:
    seen = Seen(el("p", "x", title=text))
    assert seen.tags == ["p"]
    assert seen.attributes["title"] == text


@examples(st.text())
def test_text_of_input_shows_no_control_and_no_override(text: str) -> None:
    shown = Seen(given(text)).text
    assert shown.isprintable() or all(c.isprintable() or c.isspace() for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u200b\u0007\u001b")


def test_a_bidirectional_override_is_written_as_its_code() -> None:
    assert r"\u202e" in given(BIDI)


def test_a_very_long_id_is_cut_in_the_middle_and_says_so() -> None:
    shown = Seen(given("a" * 5_000 + "z")).text
    assert len(shown) == MAX_TEXT_CHARS
    assert "…" in shown
    assert shown.endswith("z")


def test_a_reason_may_be_longer_than_an_id() -> None:
    reason = "The ring crosses itself. " * 40
    assert Seen(prose(reason)).text == reason


def test_markup_of_our_own_is_kept_and_text_beside_it_is_escaped() -> None:
    assert join(Html("<br>"), "<br>", ["<i>", el("b", "x")]) == "<br>&lt;br&gt;&lt;i&gt;<b>x</b>"


def test_attributes_with_true_are_bare_and_with_none_are_left_out() -> None:
    assert el("input", hidden=True, title=None, disabled=False, data_n="1") == '<input hidden data-n="1"></input>'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@examples(JSON)
def test_json_in_a_script_is_the_same_value_and_cannot_end_the_script(value: object) -> None:
    text = json_for_html(value)
    assert json.loads(text) == value
    assert text.isascii()
    assert not set(text) & set("<>&")


def test_a_script_end_tag_and_line_separators_are_escaped_in_json() -> None:
    text = json_for_html([HOSTILE, "\u2028\u2029", "<!--", "]]>"])
    assert "\\u003c/script\\u003e" in text
    assert "\\u2028\\u2029" in text
    assert json.loads(text)[0] == HOSTILE


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_has_no_word_for_is_refused(value: float) -> None:
    with pytest.raises(ValueError):
        json_for_html({"x": value})
