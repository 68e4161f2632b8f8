"""The report page in a real browser, whatever happens: quiet, offline, hostile, narrow, without a script, on paper."""

from __future__ import annotations

import pytest

from browser_pages import Open, settled
from page_theatre import Case, antimeridian, clear_day, hostile, many, nothing, polar, theatre

pytestmark = pytest.mark.browser

CASES = [theatre, clear_day, nothing, antimeridian, polar, hostile]


@pytest.mark.parametrize("case", CASES)
def test_the_page_opens_and_shows_every_conflict_without_a_complaint_or_a_request(
    open_page: Open, case: type[Case]
) -> None:
    built = case()
    opened = open_page(built.page(), color_scheme="dark" if case in (polar, nothing) else "light")
    for number in range(1, len(built.report.conflicts) + 1):
        opened.page.locator(f"#conflict-{number} summary").click()
        settled(opened.page)
        assert opened.page.locator("li.conflict.selected").get_attribute("id") == f"conflict-{number}"
    assert opened.complaints == []
    assert len(opened.requests) == 1
    assert opened.requests[0].startswith("file://")


def test_hostile_text_is_shown_and_does_nothing(open_page: Open) -> None:
    opened = open_page(hostile().page())
    page = opened.page
    page.locator("#conflict-1 summary").click()
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 40)
    settled(page)
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3
    assert "<img src=x onerror=alert(1)>" in page.locator("#conflict-1").inner_text()
    assert opened.complaints == []


def test_injected_markup_would_not_run(open_page: Open) -> None:
    """Were a tag to get in after all, the policy stops it: this page has one put in by hand."""
    evil = '<img src="x" onerror="document.title=1"><script>document.title=2</script>'
    opened = open_page(clear_day().page().replace("<main>", f"<main>{evil}"))
    settled(opened.page)
    assert opened.page.title() == "A quiet day – sharedsky"
    assert any("Content Security Policy" in complaint for complaint in opened.complaints)


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_screen(open_page: Open, width: int) -> None:
    for case in (theatre, hostile):
        page = open_page(case().page(), viewport={"width": width, "height": 844}).page
        page.locator("#conflict-1 summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_map_stays_in_sight_above_the_list(open_page: Open) -> None:
    page = open_page(theatre().page(), viewport={"width": 390, "height": 844}, has_touch=True).page
    page.locator("#conflict-5 summary").tap()
    settled(page)
    box = page.locator("#map").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 844
    assert page.locator("#time").is_visible()


def test_without_a_script_the_lists_are_there_and_the_page_says_what_is_not(open_page: Open) -> None:
    page = open_page(theatre().page(), java_script_enabled=False).page
    assert page.locator("li.conflict").count() == 7
    assert page.get_by_text("it is switched off, or did not run").is_visible()
    assert page.get_by_text("Not checked: 1 refusal").is_visible()
    assert page.locator("#views").is_hidden()


def test_paper_has_every_entry_open_and_the_screen_gets_its_state_back(open_page: Open) -> None:
    page = open_page(theatre().page(), color_scheme="dark").page
    page.locator("#conflict-2 summary").click()
    settled(page)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#conflicts details[open]").count() == 7
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    settled(page)
    assert page.locator("#conflicts details[open]").count() == 1
    assert page.locator("li.conflict.selected").get_attribute("id") == "conflict-2"


def test_hundreds_of_plans_and_conflicts_are_drawn(open_page: Open) -> None:
    opened = open_page(many(600, 250).page())
    opened.page.keyboard.press("n")
    settled(opened.page)
    assert opened.complaints == []
    assert opened.page.locator("li.conflict").count() == 250
