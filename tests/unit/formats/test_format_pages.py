"""The pages of the JSON formats say what is true: their examples are read, and every member they name exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from sharedsky.formats.detect import detect, read_documents
from sharedsky.formats.reading import Document, ReadOptions
from sharedsky.plans.plan import ZoneKind

DOCS = Path(__file__).parents[3] / "docs"
PAGES = {"f3548": "f3548", "geojson": "geojson", "flight-declarations": "flight-declaration"}


def page(name: str) -> str:
    return (DOCS / "formats" / f"{name}.md").read_text(encoding="utf-8")


def examples(name: str) -> list[bytes]:
    return [block.encode() for block in re.findall(r"```json\n(.*?)```", page(name), re.DOTALL)]


@pytest.mark.parametrize(("name", "format_name"), PAGES.items())
def test_the_examples_are_read_without_refusal_or_note_by_the_reader_of_their_page(name: str, format_name: str) -> None:
    assert examples(name)
    for text in examples(name):
        document = Document("example", text)
        found = detect(document)
        assert found is not None
        assert format_name == found.NAME
        reading = read_documents([document], ReadOptions())
        assert reading.plans
        assert not reading.refusals
        assert all("no min_altitude" in note.text for note in reading.notes)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_names_the_option_that_forces_its_format(name: str) -> None:
    assert f"`--as {PAGES[name]}`" in page(name)


def test_the_example_of_our_geojson_keeps_to_its_schema() -> None:
    schema = json.loads((DOCS / "schemas" / "sharedsky-geojson-v1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for text in examples("geojson"):
        jsonschema.validate(json.loads(text), schema)


def test_every_kind_of_zone_is_documented_and_in_the_schema() -> None:
    schema = (DOCS / "schemas" / "sharedsky-geojson-v1.schema.json").read_text(encoding="utf-8")
    for kind in ZoneKind:
        assert f"`{kind.value}`" in page("geojson")
        assert f'"{kind.value}"' in schema


def test_every_link_between_pages_leads_somewhere() -> None:
    for name in (*PAGES, "scope"):
        for target in re.findall(r"\]\(([^)#]+)", page(name)):
            assert (DOCS / "formats" / target).exists(), target
