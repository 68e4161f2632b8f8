"""The report page in a real browser, opened from disk: list, map, levels and time belong together and can be used."""

from __future__ import annotations

import pytest

from browser_pages import Open, colours_of, readout, settled, time_of
from page_theatre import antimeridian, polar, theatre

pytestmark = pytest.mark.browser


def test_the_list_has_each_conflict_once_in_its_group(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    counts = [page.locator(f"#group-{group} li.conflict").count() for group in ("en-route", "terminal", "terrain")]
    assert counts == [5, 1, 1]


def test_selecting_a_conflict_moves_time_and_map_to_it(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    assert time_of(page) == "2026-03-01 10:00:00Z"
    page.locator("#conflict-1 summary").click()
    settled(page)
    assert time_of(page) == "2026-03-01 10:35:24Z"  # the closest approach
    assert page.locator("#time").get_attribute("aria-valuetext") == "2026-03-01 10:35:24Z, 4 conflicts now"
    assert readout(page) == "centre 46°54.36′N 007°27.00′E"
    page.locator("#conflict-2 summary").click()
    settled(page)
    assert time_of(page) == "2026-03-01 10:20:00Z"  # its start
    assert not page.locator("#conflict-1 details").get_attribute("open")


def test_the_level_profile_names_the_datum_and_says_where_levels_were_converted(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    note = page.locator("#profile-note")
    assert "Each band in its own datum" in note.inner_text()
    page.locator("#conflict-1 summary").click()
    settled(page)
    assert note.inner_text() == "Datum: pressure altitude (1013.25 hPa)."
    page.locator("#conflict-7 summary").click()
    settled(page)
    assert note.inner_text() == (
        "Heights above the WGS 84 ellipsoid, converted from pressure altitude (1013.25 hPa) and above ground; "
        "the fringe is what that leaves open, the ground’s height included."
    )


def test_closing_an_entry_and_escape_let_the_selection_go(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    for release in (lambda: page.locator("#conflict-3 summary").click(), lambda: page.keyboard.press("Escape")):
        page.locator("#conflict-3 summary").click()
        settled(page)
        assert page.locator("li.conflict.selected").count() == 1
        release()
        settled(page)
        assert page.locator("li.conflict.selected").count() == 0


def test_a_click_on_the_sign_of_a_conflict_selects_it(open_page: Open) -> None:
    page = open_page(antimeridian().page()).page
    page.locator("#conflict-1 summary").click()
    settled(page)
    page.keyboard.press("Escape")
    settled(page)
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settled(page)
    assert page.locator("#conflict-1 details").get_attribute("open") is not None


def test_a_click_on_a_volume_says_what_it_is(open_page: Open) -> None:
    page = open_page(antimeridian().page()).page
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 + 20, box["y"] + box["height"] / 2 + 20)
    assert page.locator("#map-popup").inner_text() == "box-180 (Pacific Survey) FL300 to FL360, active"


def test_the_keyboard_moves_time_map_and_selection(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    page.locator("#time").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert time_of(page) == "2026-03-01 10:11:00Z"
    page.keyboard.press("ArrowLeft")
    assert time_of(page) == "2026-03-01 10:10:00Z"
    page.locator("#map").focus()
    centre = readout(page)
    page.keyboard.press("ArrowRight")
    settled(page)
    assert readout(page) != centre
    page.keyboard.press("0")
    settled(page)
    assert readout(page) == centre
    page.keyboard.press("n")
    page.keyboard.press("n")
    settled(page)
    assert page.locator("li.conflict.selected").get_attribute("id") == "conflict-2"
    page.keyboard.press("p")
    settled(page)
    assert page.locator("li.conflict.selected").get_attribute("id") == "conflict-1"


def test_an_entry_opens_from_the_keyboard_alone(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    page.locator("#conflict-4 summary").focus()
    page.keyboard.press("Enter")
    settled(page)
    assert page.locator("li.conflict.selected").get_attribute("id") == "conflict-4"


def test_playing_moves_time_and_stops_at_the_end(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    page.locator("#speed").select_option("86400")
    page.locator("#play").click()
    page.locator("#play[aria-pressed=false]").wait_for()
    assert time_of(page) == "2026-03-01 11:30:00Z"


def test_a_filter_hides_entries_and_says_how_many(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    page.locator("#filter-certainty").select_option("certain")
    assert page.locator("li.conflict:visible").count() == 2
    assert page.locator("#filter-count").inner_text() == "2 shown, 5 hidden by this filter"
    page.locator("#filter-certainty").select_option("")
    page.locator("#filter-text").fill("swr123")
    assert page.locator("li.conflict:visible").count() == 3


def test_the_world_is_drawn_with_land_sea_and_data(open_page: Open) -> None:
    for case in (theatre, antimeridian, polar):
        page = open_page(case().page()).page
        settled(page)
        assert colours_of(page, "map-base") > 10
        assert colours_of(page, "map") > 10


def test_a_conflict_beyond_the_horizon_is_said_to_be_there(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    assert page.locator("#map-notice").is_hidden()
    page.locator("#map").focus()
    for _ in range(14):
        page.keyboard.press("-")
    for _ in range(14):
        page.keyboard.press("ArrowDown")
    settled(page)
    assert page.locator("#map-notice").inner_text() == "7 conflicts lie beyond the horizon of this view."


def test_the_map_crosses_a_pole_and_the_antimeridian_by_hand(open_page: Open) -> None:
    opened = open_page(polar().page())
    page = opened.page
    page.locator("#map").focus()
    for key in ["ArrowUp"] * 8 + ["ArrowLeft"] * 30 + ["+"] * 4 + ["-"] * 9 + ["ArrowDown"] * 40:
        page.keyboard.press(key)
    settled(page)
    assert opened.complaints == []
    assert "NaN" not in readout(page)
    assert colours_of(page, "map-base") > 4


def test_dragging_moves_the_place_under_the_pointer_along(open_page: Open) -> None:
    page = open_page(theatre().page()).page
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    grabbed = readout(page)
    page.mouse.down()
    page.mouse.move(x + 120, y + 60, steps=4)
    page.mouse.up()
    page.mouse.move(x + 121, y + 60)
    page.mouse.move(x + 120, y + 60)
    assert readout(page) == grabbed
