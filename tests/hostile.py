"""Input that is made to cost: for each reader, texts of n parts that are wrong, equal, tangled or endless.

`INPUTS` names each with a function of n; the tests hold that the work and the memory that a text takes grow with its
size alone (tests/property/formats/test_hostile_input.py), and `python -m bench --part hostile` times them at full size.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from format_samples import SQUARE, collection, envelope, feature, intent, part, path, volume
from fpl_samples import FIXES, fpl
from sharedsky.formats.detect import read_documents
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.plans.identity import resolve_identities


@dataclass(frozen=True)
class Hostile:
    """A text of n parts for one reader. fixes: whether the text is a table of points beside one flight plan."""

    name: str
    format: str
    make: Callable[[int], bytes]
    fixes: bool = False

    def read(self, n: int, limits: Limits | None = None) -> Reading:
        """The text of n parts read as its format, with identities resolved as in a whole run."""
        data = self.make(n)
        document = Document("plan.txt", fpl().encode()) if self.fixes else Document("hostile", data)
        fixes = Document("fixes.csv", data if self.fixes else FIXES.encode())
        options = ReadOptions(limits=limits or Limits(), fixes=(fixes,))
        reading = read_documents([document], options, self.format)
        resolve_identities(reading)
        reading.name_rest()
        return reading


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _repeat(part: str, n: int, start: str = "", end: str = "") -> bytes:
    return (start + part * n + end).encode()


def _zigzag(n: int) -> list[list[float]]:
    """A ring that crosses itself about n^2 / 4 times."""
    there = [[6 + k / n, 45.0 + k % 2] for k in range(n)]
    return [*there, *([x + 0.3 / n, y] for x, y in reversed(there)), there[0]]


def _comb(n: int) -> list[list[float]]:
    """A ring of n long thin teeth that crosses itself nowhere."""
    points = [[6 + k / (4 * n), 46.0 if k % 4 in (1, 2) else 45.0] for k in range(4 * n)]
    return [*points, [7.0, 44.9], [6.0, 44.9], points[0]]


def _holes(n: int) -> list[list[list[float]]]:
    """A square with n holes, one inside the other."""
    return [_box(1.0), *(_box(0.9 * (1 - k / (n + 1))) for k in range(n))]


def _box(r: float) -> list[list[float]]:
    return [[6 + x * r, 45 + y * r] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]


def _polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def _same_id(n: int) -> bytes:
    items = [intent(1, priority=k) for k in range(n)]
    for item in items:
        del item["reference"]["version"]
    return _json(items)


def _long_path(n: int) -> bytes:
    times = [f"2026-03-{1 + k // 86400:02d}T{k // 3600 % 24:02d}:{k // 60 % 60:02d}:{k % 60:02d}Z" for k in range(n)]
    line = {"type": "LineString", "coordinates": [[6 + math.sin(k), 45 + math.cos(k)] for k in range(n)]}
    levels = {"values": [350] * n, "unit": "FL"}
    whole = path(times=times, levels=levels)["properties"]
    return _json(collection({"type": "Feature", "geometry": line, "properties": whole}))


def _hhmm(k: int) -> str:
    return f"{k // 60 % 24:02d}{k % 60:02d}"


def _namesakes(n: int) -> bytes:
    plans = (fpl(departure=f"LSZH{_hhmm(k)}", destination=f"LF{k // 1440 % 26 + 65:c}G0110") for k in range(n))
    return "\n".join([*plans, *["(DLA-SWR123-LSZH2300-LFPG-DOF/260301)"] * n]).encode()


def _equal_then_delayed(n: int) -> bytes:
    return "\n".join([fpl()] * n + ["(DLA-SWR123-LSZH0900-LFPG-DOF/260301)"] * n).encode()


def _many_days_delayed(n: int) -> bytes:
    plans = (fpl(other=f"DOF/26{1 + k // 28:02d}{1 + k % 28:02d}") for k in range(min(n, 336)))
    delays = (f"(DLA-SWR123-LSZH{_hhmm(481 + k // 8 % 500)}-LFPG-DOF/2603{1 + k % 8:02d})" for k in range(n))
    return "\n".join([*plans, *delays]).encode()


def _filed_and_cancelled(n: int) -> bytes:
    return "\n".join([fpl(), "(CNL-SWR123-LSZH0800-LFPG-DOF/260301)"] * n).encode()


def _filed_differently(n: int) -> bytes:
    plans = [fpl(cruise=f"N0450F{100 + k % 300}", route=f"DCT {47 + k // 300 % 9:02d}N008E DCT") for k in range(n)]
    return "\n".join([*plans, *["(DLA-SWR123-LSZH0900-LFPG-DOF/260301)"] * n]).encode()


HEADER: Final = "timestamp,latitude,longitude,altitude,icao24,callsign\n"


def _rows(n: int, row: Callable[[int], tuple[float, float, float, float, str, str]]) -> bytes:
    lines = (f"{t},{lat:.5f},{lng:.5f},{ft:g},{icao},{sign}" for t, lat, lng, ft, icao, sign in map(row, range(n)))
    return (HEADER + "\n".join(lines)).encode()


INPUTS: Final = (
    Hostile("numbers instead of intents", "f3548", lambda n: _repeat("0,", n, "[", "0]")),
    Hostile("empty intents", "f3548", lambda n: _repeat("{},", n, '{"operational_intents":[', "{}]}")),
    Hostile("wrong volumes of one intent", "f3548", lambda n: _json(intent(volumes=[0] * min(n, 10_000)))),
    Hostile("intents of wrong volumes", "f3548", lambda n: _json([intent(k, volumes=[0, {}, []]) for k in range(n)])),
    Hostile("the same intent again", "f3548", lambda n: _json([intent(1)] * n)),
    Hostile("one id with other contents", "f3548", _same_id),
    Hostile("lists in lists", "f3548", lambda n: _repeat("[[[]]],", n, "[", "[]]")),
    Hostile("members repeated", "f3548", lambda n: _repeat('"a":1,', n, '[{"reference":{', '"id":"x"}}]')),
    Hostile("volumes of one intent", "f3548", lambda n: _json(intent(volumes=[volume()] * min(n, 10_000)))),
    Hostile("envelopes without parts", "flight-declaration", lambda n: _json([envelope()] * n)),
    Hostile("parts that are none", "flight-declaration", lambda n: _json(envelope(*[{}] * n))),
    Hostile("parts of one flight", "flight-declaration", lambda n: _json(envelope(*[part()] * min(n, 10_000)))),
    Hostile("features that are none", "geojson", lambda n: _json(collection(*[{}] * n))),
    Hostile("one feature again", "geojson", lambda n: _json(collection(*[feature()] * min(n, 10_000)))),
    Hostile("a ring that crosses itself", "geojson", lambda n: _json(collection(feature(_polygon(_zigzag(n)))))),
    Hostile("a ring like a comb", "geojson", lambda n: _json(collection(feature(_polygon(_comb(n)))))),
    Hostile("holes in holes", "geojson", lambda n: _json(collection(feature(_polygon(*_holes(n)))))),
    Hostile("holes side by side in one place", "geojson", lambda n: _json(collection(feature(_polygon(*[SQUARE] * n))))),
    Hostile("a long path", "geojson", _long_path),
    Hostile("brackets that open", "fpl", lambda n: _repeat("(", n, fpl())),
    Hostile("brackets that close", "fpl", lambda n: _repeat(")", n, fpl())),
    Hostile("messages never closed", "fpl", lambda n: _repeat("(FPL-", n)),
    Hostile("text of no message", "fpl", lambda n: _repeat("FPL-A\nxyz\n", n, fpl())),
    Hostile("messages without a plan", "fpl", lambda n: _repeat("(ACP-SWR123-LSZH-LFPG)\n", n)),
    Hostile("messages without fields", "fpl", lambda n: _repeat("(FPL-)\n", n)),
    Hostile("a route without end", "fpl", lambda n: fpl(route="DCT ALPHA DCT BRAVO " * (n // 20)).encode()),
    Hostile("equal plans, delayed", "fpl", _equal_then_delayed),
    Hostile("plans of one call sign, delayed", "fpl", _namesakes),
    Hostile("a year of one call sign, delayed", "fpl", _many_days_delayed),
    Hostile("filed and cancelled", "fpl", _filed_and_cancelled),
    Hostile("one flight filed differently, delayed", "fpl", _filed_differently),
    Hostile("wrong lines of points", "fpl", lambda n: _repeat("A,x,y\n", n, "ident,lat,lng\n"), fixes=True),
    Hostile("one point everywhere", "fpl", lambda n: _repeat("ALPHA,1,2\n", n, "ident,lat,lng\n"), fixes=True),
    Hostile("a way without end", "fpl", lambda n: b"airway,seq,ident\n" + b"".join(b"UN123,%d,ALPHA\n" % k for k in range(n)), fixes=True),
    Hostile("rows that are none", "tracks", lambda n: _repeat("x,,,,,\n", n, HEADER)),
    Hostile("JSON rows that are none", "tracks", lambda n: _repeat("{},", n, '[{"timestamp":0,"latitude":1,"longitude":2},', "{}]")),
    Hostile("one row again", "tracks", lambda n: _rows(n, lambda k: (1772359200, 45, 6, 30000, "abc", "A1"))),
    Hostile("one instant, other places", "tracks", lambda n: _rows(n, lambda k: (1772359200, 45 + k * 1e-5, 6, 30000, "abc", "A1"))),
    Hostile("rows that jump", "tracks", lambda n: _rows(n, lambda k: (1772359200 + k, 45 + k % 2, 6, 30000, "abc", "A1"))),
    Hostile("rows that jump at random", "tracks", lambda n: _rows(n, lambda k: (1772359200 + k, 45 + k * 7919 % 101 / 10, 6 + k * 104729 % 97 / 10, 30000, "abc", "A1"))),
    Hostile("two aircraft under one address", "tracks", lambda n: _rows(n, lambda k: (1772359200 + k * 10 , 45 + k % 2, 6 + k * 1e-5, 30000, "abc", "A1"))),
    Hostile("a gap after each row", "tracks", lambda n: _rows(n, lambda k: (1772359200 + 100 * k, 45 + k * 1e-5, 6, 30000, "abc", "A1"))),
    Hostile("rows backwards", "tracks", lambda n: _rows(n, lambda k: (1772359200 - k, 45, 6, 30000, "abc", "A1"))),
    Hostile("an address for each row", "tracks", lambda n: _rows(n, lambda k: (1772359200, 45, 6, 30000, f"{k:x}", ""))),
    Hostile("a call sign for each row", "tracks", lambda n: _rows(n, lambda k: (1772359200 + k, 45, 6, 30000, "abc", f"{k:x}"))),
)  # fmt: skip
