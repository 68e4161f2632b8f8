"""The command on anything at all: it ends with a status that is documented, and says nothing a terminal obeys."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sharedsky.cli import main

INTENT = {
    "reference": {"id": "0b0e2a54-5c51-4b10-9e9b-0000000000a1", "manager": "alpha", "version": 1, "state": "Accepted"},
    "details": {
        "volumes": [
            {
                "volume": {
                    "outline_circle": {"center": {"lat": 47.0, "lng": 8.0}, "radius": {"value": 500, "units": "M"}},
                    "altitude_lower": {"value": 100, "reference": "W84", "units": "M"},
                    "altitude_upper": {"value": 200, "reference": "W84", "units": "M"},
                },
                "time_start": {"value": "2026-03-01T10:00:00Z", "format": "RFC3339"},
                "time_end": {"value": "2026-03-01T11:00:00Z", "format": "RFC3339"},
            }
        ]
    },
}
FPL = "(FPL-DLH123-IS\n-B738/M-SDE2FGRWY/LB1\n-EDDF0900\n-N0450F350 DCT\n-LSZH0055\n-DOF/260301)\n"
TRACK = (
    "timestamp,icao24,callsign,latitude,longitude,altitude\n"
    "2026-03-01T10:00:00Z,3c6444,DLH1,47.0,8.0,35000\n"
    "2026-03-01T10:00:10Z,3c6444,DLH1,47.1,8.0,35000\n"
)
SEEDS = (json.dumps(INTENT), json.dumps({"operational_intents": [INTENT, INTENT]}), FPL, TRACK)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good file with pieces cut out, doubled or replaced."""
    data = bytearray(draw(st.sampled_from(SEEDS)).encode())
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 20))
        data[at : at + length] = draw(
            st.binary(max_size=6) | st.sampled_from([b"\x1b[2J", b"null", b"1e999", b"-", b"[[[[", b'"\\u202e"'])
        )
    return bytes(data)


def run(*typed: str) -> tuple[int, str, str]:
    """The command's status, standard output and standard error."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(typed)
        out.flush()
    return status, out.buffer.getvalue().decode("utf-8"), err.getvalue()  # type: ignore[attr-defined]


@settings(max_examples=150)
@given(st.lists(st.binary(max_size=300) | mutated(), min_size=1, max_size=3), st.sampled_from(["table", "json", "csv"]))
def test_any_files_end_with_a_status_that_is_documented(contents: list[bytes], form: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for k, data in enumerate(contents):
            Path(folder, f"file{k}").write_bytes(data)
        status, out, err = run("check", folder, "--format", form, "--date", "2026-03-01")
        assert status in (0, 1, 2, 3), err
        assert {c for c in out + err if not c.isprintable()} <= {"\n", "\r"}
        if form == "json":
            result = json.loads(out)
            unchecked = bool(result["rejected"] or result["undetermined"]) or result["summary"]["plans"] == 0
            assert status == bool(result["conflicts"]) + 2 * unchecked
        assert ("refused" in err) or status in (0, 1) or "nothing was checked" in err.lower() or "undetermined" in err


@settings(max_examples=100)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), max_size=6))
def test_anything_typed_ends_with_a_status_that_is_documented(typed: list[str]) -> None:
    before = sorted(os.listdir())
    status, _, err = run("check", "no-such-folder-anywhere", *typed)
    assert status in (0, 64), err
    assert status == 0 or err.startswith("sharedsky: ")
    assert sorted(os.listdir()) == before


@settings(max_examples=60)
@given(mutated(), st.sampled_from(["f3548", "geojson"]))
def test_anything_converted_is_written_whole_or_not_at_all(data: bytes, form: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        source.write_bytes(data)
        status, out, err = run("convert", str(source), "--to", form, "--output", str(target), "--date", "2026-03-01")
        assert status in (0, 2), err
        assert out == ""
        assert not target.exists() or json.loads(target.read_bytes())
        assert sorted(os.listdir(folder)) in (["source"], ["source", "target"])
        assert source.read_bytes() == data
