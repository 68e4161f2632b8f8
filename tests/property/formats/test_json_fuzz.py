"""Readers of JSON on damaged input: nothing but a reading comes out, and everything that went in is accounted for."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from format_samples import bare, circle_outline, collection, constraint, envelope, feature, intent, part, path, volume
from sharedsky.formats import f3548, geojson, geojson_declaration
from sharedsky.formats.detect import read_documents
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.plans.identity import resolve_identities

OPTIONS = ReadOptions(limits=Limits(max_ring_vertices=1000, max_values=100_000, max_depth=20))

F3548: Any = {
    "operational_intents": [intent(1), intent(2, volumes=[volume(), volume(circle_outline())], priority=1)],
    "constraints": [constraint(3, geozone={"restriction": "PROHIBITED", "name": "x"}), {"constraint": constraint(4)}],
}
DECLARATION: Any = [
    envelope(part(), part({"type": "LineString", "coordinates": [[6, 45], [7, 45]]}, width={"meters": 5}), id="a"),
    bare(part(id="b"), part({"type": "Point", "coordinates": [6, 45, 0]}, radius=5)),
]
OURS: Any = collection(
    feature(),
    feature({"type": "Point", "coordinates": [6, 45]}, radius_m=5, id="p2", aerodromes=[], gaps=[]),
    feature({"type": "MultiPolygon", "coordinates": [[[[6, 45], [7, 45], [6, 46]]]]}, type="zone", kind="danger"),
    path(lateral_m=[1, 2], levels=[{"value": value, "unit": "FL"} for value in (1, 2, 3)]),
)
SAMPLES = [(f3548, F3548), (geojson_declaration, DECLARATION), (geojson, OURS)]

junk = st.sampled_from(
    [
        None, True, False, 0, -1, 1.5, 1e300, 10**400, 2**63, "", "x", "5", "2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00",
        "W84", "SFC", "Polygon", [], {}, [[]], [{}], [[[[1]]]], {"id": 1}, {"type": "Feature"},
        "\x00\u202e\ud7ff", [5] * 50,
    ]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, sample: Any) -> Any:
    """A sample with a few of its values replaced, removed or repeated, at any depth."""
    out = copy.deepcopy(sample)
    for _ in range(draw(st.integers(1, 4))):
        holder = out
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = holder[key]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 9)) > 0:
                holder = inner
                continue
            match draw(st.integers(0, 2)):
                case 0:
                    holder[key] = copy.deepcopy(draw(junk))
                case 1:
                    del holder[key]
                case _:
                    holder[key] = [copy.deepcopy(inner), copy.deepcopy(inner)]
            break
    return out


def check(reading: Reading) -> None:
    for refusal in reading.refusals:
        assert refusal.reason
        assert refusal.source.file == "f"
    for note in reading.notes:
        assert note.text
    for plan in reading.plans:
        assert plan.volumes or plan.trajectories
        assert plan.digest
        assert 0 <= plan.off_nominal <= len(plan.volumes)
    for zone in reading.zones:
        assert zone.volumes
    resolve_identities(reading)


@pytest.mark.parametrize(("module", "sample"), SAMPLES, ids=["f3548", "declaration", "ours"])
@given(st.data())
@settings(max_examples=150)
def test_damaged_structures_give_a_reading(module: Any, sample: Any, data: st.DataObject) -> None:
    value = data.draw(damaged(sample))
    check(module.read([Document("f", json.dumps(value).encode())], OPTIONS))


@pytest.mark.parametrize(("module", "sample"), SAMPLES, ids=["f3548", "declaration", "ours"])
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 4)), min_size=1, max_size=6))
@settings(max_examples=100)
def test_damaged_bytes_give_a_reading(module: Any, sample: Any, patches: list[tuple[int, bytes, int]]) -> None:
    data = json.dumps(sample).encode()
    for place, patch, cut in patches:
        at = place % len(data)
        data = data[:at] + patch + data[at + cut :]
    check(module.read([Document("f", data)], OPTIONS))


@given(st.binary(max_size=300))
@example(b"[" * 1000)
@example(b'{"type":"FeatureCollection","features":[' + b"{}," * 500 + b"{}]}")
@example(b'{"operational_intents":[' + b"[]," * 500 + b"[]]}")
@settings(max_examples=200)
def test_any_bytes_give_a_reading_from_whatever_reader_they_reach(data: bytes) -> None:
    reading = read_documents([Document("f", data)], OPTIONS)
    assert reading.plans or reading.zones or reading.refusals or data.strip()
    for name in ("f3548", "flight-declaration", "geojson"):
        check(read_documents([Document("f", data)], OPTIONS, name))


@given(st.data())
@settings(max_examples=100)
def test_every_intent_of_a_list_is_a_plan_or_is_refused(data: st.DataObject) -> None:
    """Nothing is dropped in silence: what is damaged in one item touches no other."""
    items = [intent(k) for k in range(4)]
    hit = data.draw(st.integers(0, 3))
    items[hit] = data.draw(damaged([items[hit]]))[:1]
    items[hit] = items[hit][0] if items[hit] else {}
    reading = f3548.read([Document("f", json.dumps({"operational_intents": items}).encode())], OPTIONS)
    whole = {intent(k)["reference"]["id"] for k in range(4) if k != hit}
    assert whole <= {plan.id for plan in reading.plans}
    pointers = [plan.source.pointer for plan in reading.plans] + [
        refusal.source.pointer for refusal in reading.refusals
    ]
    assert any((pointer or "").startswith(f"/operational_intents/{hit}") for pointer in pointers)


@given(st.data())
@settings(max_examples=100)
def test_every_feature_of_a_collection_is_a_volume_or_is_refused(data: st.DataObject) -> None:
    features: list[Any] = [feature(id=f"p{k}") for k in range(4)]
    hit = data.draw(st.integers(0, 3))
    features[hit] = data.draw(damaged(features[hit]))
    reading = geojson.read([Document("f", json.dumps(collection(*features)).encode())], OPTIONS)
    whole = {f"p{k}" for k in range(4) if k != hit}
    assert whole <= {plan.id for plan in reading.plans}
    volumes = sum(len(plan.volumes) for plan in (*reading.plans, *reading.zones))
    assert volumes + len(reading.refusals) >= 4
