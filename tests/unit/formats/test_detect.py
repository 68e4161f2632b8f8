"""Which format a document is of, gzip within its limit, and that no document disappears."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from format_samples import bare, collection, constraint, document, envelope, feature, intent, only_refusal, part, path
from sharedsky.errors import FormatError, LimitError, SharedskyError, UsageError
from sharedsky.formats import gzip_bytes
from sharedsky.formats.detect import READERS, detect, format_names, open_document, read_documents
from sharedsky.formats.gzip_bytes import gunzip
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, ReadOptions

FPL = b"(FPL-SWR12-IS-A320/M-SDFGIRWY/S-LSZH1000-N0450F350 DCT-LSGG0040-DOF/260301)"
CSV = b"timestamp,latitude,longitude,altitude,icao24,callsign\n1533099600000,46.5,7.1,35000,4b1234,SWR12\n"
ROWS = [{"timestamp": 1533099600000, "latitude": 46.5, "longitude": 7.1, "altitude": 35000, "icao24": "4b1234"}]

SAMPLES: list[tuple[Any, str]] = [
    (intent(), "f3548"),
    ([{"operational_intent": intent()}], "f3548"),
    ({"operational_intents": [], "constraints": [constraint()]}, "f3548"),
    (bare(part()), "flight-declaration"),
    (envelope(part()), "flight-declaration"),
    ([envelope(part())], "flight-declaration"),
    (collection(feature()), "geojson"),
    (collection(path()), "geojson"),
    ({"type": "FeatureCollection", "features": []}, "geojson"),
    (ROWS, "tracks"),
    (CSV, "tracks"),
    (FPL, "fpl"),
]


def test_the_names_of_the_formats_are_as_documented() -> None:
    assert list(format_names()) == ["f3548", "flight-declaration", "geojson", "fpl", "tracks"]


@pytest.mark.parametrize(("value", "name"), SAMPLES)
def test_a_document_is_known_by_its_content(value: Any, name: str) -> None:
    found = detect(document(value, "anything.bin"))
    assert found is not None
    assert name == found.NAME


@pytest.mark.parametrize(("value", "name"), SAMPLES)
def test_one_reader_alone_claims_a_document(value: Any, name: str) -> None:
    claims = [reader.NAME for reader in READERS if reader.sniff(document(value))]
    assert claims[0] == name
    assert set(claims) <= {name, "geojson"}


def test_our_mark_is_found_wherever_it_stands() -> None:
    value = {"features": [feature()], "type": "FeatureCollection", "more": {"max_altitude": 1}, "sharedsky": "1"}
    found = detect(document(value))
    assert found is not None
    assert found.NAME == "geojson"


def test_documents_of_all_formats_are_read_together() -> None:
    documents = [document(value, f"file{k}") for k, (value, _) in enumerate(SAMPLES)]
    reading = read_documents(documents, ReadOptions())
    assert {plan.format for plan in reading.plans} >= {"f3548", "flight-declaration", "geojson"}
    assert len(reading.zones) == 1


def test_each_reader_gets_all_of_its_documents_at_once() -> None:
    documents = [document(intent(1), "a"), document(collection(feature()), "b"), document(intent(2), "c")]
    reading = read_documents(documents, ReadOptions())
    assert [plan.source.file for plan in reading.plans] == ["a", "c", "b"]


def test_a_forced_format_is_taken_for_every_document() -> None:
    reading = read_documents([document(collection(feature(lower=..., upper=...)))], ReadOptions(), "flight-declaration")
    assert "start_time is missing" in only_refusal(reading).reason


def test_there_is_no_forced_format_of_another_name() -> None:
    with pytest.raises(UsageError, match="f3548, flight-declaration"):
        read_documents([], ReadOptions(), "kml")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b" \n\t", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"hello", "not recognised"),
        (b"\x00\x01\x02", "not recognised"),
        (b"%PDF-1.7", "not recognised"),
        (b'{"a": 1, "b": 2}', "JSON with the members 'a', 'b'"),
        (b"[1, 2]", "not recognised"),
        (b'{"operational_intents": [{"reference": ', "ends too early"),
        (b"[1,\n2,\n}", "line 3"),
        ('{"type": "FeatureCollection"}'.encode("utf-16"), "UTF-16"),
        (b"[" * 100, "max-depth"),
    ],
)
def test_what_no_reader_knows_is_refused_by_name(data: bytes, says: str) -> None:
    refusal = only_refusal(read_documents([Document("strange", data)], ReadOptions()))
    assert refusal.source.file == "strange"
    assert says in refusal.reason


def test_an_unknown_document_is_told_the_formats_and_how_to_force_one() -> None:
    reason = only_refusal(read_documents([Document("strange", b"hello")], ReadOptions())).reason
    assert all(name in reason for name in (*format_names(), "--as"))


def test_a_file_that_is_not_compressed_is_opened_as_it_is() -> None:
    assert open_document("x", b"abc", Limits()) == Document("x", b"abc")


@given(st.binary(max_size=5000), st.integers(1, 4))
def test_gzip_is_opened_with_all_its_members(data: bytes, members: int) -> None:
    assert open_document("x", gzip.compress(data) * members, Limits()).data == data * members


def test_large_gzip_in_small_steps_is_opened_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzip_bytes, "_STEP", 1000)
    monkeypatch.setattr(gzip_bytes, "_LARGEST_FEED", 2000)
    data = random.Random(0).randbytes(20_000) + bytes(300_000)
    assert gunzip(gzip.compress(data) + gzip.compress(b"end"), Limits()) == data + b"end"


def test_gzip_is_never_decompressed_beyond_the_limit() -> None:
    bomb = gzip.compress(bytes(60_000_000))
    with pytest.raises(LimitError, match="max-bytes"):
        open_document("bomb", bomb, Limits(max_bytes=100_000))


def test_a_large_file_is_refused_by_the_name_of_the_limit() -> None:
    with pytest.raises(LimitError, match="max-bytes"):
        open_document("x", bytes(11), Limits(max_bytes=10))


@pytest.mark.parametrize("keep", [2, 5, 12, -1, -8, -9])
def test_gzip_that_is_cut_short_is_refused(keep: int) -> None:
    with pytest.raises(FormatError, match="ends too early"):
        open_document("x", gzip.compress(b"hello, hello, hello")[:keep], Limits())


@pytest.mark.parametrize(("place", "says"), [(4, None), (12, "broken"), (-6, "broken"), (-1, "broken"), (2, "broken")])
def test_gzip_that_is_damaged_is_refused(place: int, says: str | None) -> None:
    damaged = bytearray(gzip.compress(b"hello, hello, hello"))
    damaged[place] ^= 0xFF
    if says is None:  # the time stamp means nothing
        assert open_document("x", bytes(damaged), Limits()).data == b"hello, hello, hello"
        return
    with pytest.raises(FormatError, match=says):
        open_document("x", bytes(damaged), Limits())


def test_gzip_that_goes_on_with_something_else_is_refused_and_padding_is_let_through() -> None:
    whole = gzip.compress(b"hello")
    with pytest.raises(FormatError, match="something else"):
        open_document("x", whole + b"more", Limits())
    assert open_document("x", whole + bytes(100), Limits()).data == b"hello"


def test_gzip_of_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzip_bytes, "_MAX_MEMBERS", 3)
    with pytest.raises(FormatError, match="more than 3 members"):
        gunzip(gzip.compress(b"") * 4, Limits())


@given(st.binary(max_size=300), st.integers(0, 400), st.binary(max_size=3))
def test_damaged_gzip_gives_bytes_or_our_own_error(data: bytes, at: int, patch: bytes) -> None:
    whole = gzip.compress(data)
    damaged = whole[: at % len(whole)] + patch + whole[at % len(whole) + len(patch) :]
    with contextlib.suppress(SharedskyError):
        assert len(open_document("x", damaged, Limits(max_bytes=10_000)).data) <= 10_000


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"BZh91AY", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"])
def test_other_compressions_are_named_and_refused(start: bytes) -> None:
    with pytest.raises(FormatError, match="Unpack it first"):
        open_document("x", start + b"...", Limits())


def test_a_zlib_stream_is_not_taken_for_gzip() -> None:
    packed = zlib.compress(b"hello")
    assert open_document("x", packed, Limits()).data == packed


@pytest.mark.parametrize("reader", READERS, ids=format_names())
@given(
    st.binary(max_size=100)
    | st.sampled_from([b"[" * 5000, b'{"a":' * 5000, b"{" * 5000, json.dumps(intent()).encode()[:-5]])
)
def test_no_sniff_ever_raises(reader: Any, data: bytes) -> None:
    assert reader.sniff(Document("x", data)) in (True, False)
