"""`make bench`: every figure in one table, ratios within one run; `--write` keeps it in docs/benchmarks.md.

Needs ../shared/bench/volumes.py (seeded volumes) and ../shared/data/tracks (the real morning) beside the clone.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import shapely

from bench import exchange

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
MORNING = SHARED / "data" / "tracks" / "switzerland-2018-08-01-morning.json.gz"


def main() -> int:
    """Run all, or one part (`--part`, in a process of its own so that its memory is its own)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", help="one part, printed as JSON: pairs, standing, or REGION:N")
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args()
    if not (SHARED / "bench" / "volumes.py").exists():
        print("the benchmarks need ../shared/bench and ../shared/data beside this clone; nothing was measured")
        return 0
    if args.part:
        print(json.dumps(part(args.part)))
        return 0
    text = table(quick=args.quick)
    print(text)
    if args.write:
        (ROOT / "docs" / "benchmarks.md").write_text(HEAD + text, encoding="utf-8")
    return 0


HEAD = """# Benchmarks

`make bench` prints this table; `.venv/bin/python -m bench --write` keeps it here. Volumes are seeded, the number of
their pairs is known (for planar edges), and each figure stands beside the obvious way to get the same answer, measured
in the same run from the same arrays: ratios tell more than seconds, since machines differ and are shared. The load of
the exchange comes from a client compiled with Go (bench/load); without Go its rows say NOT MEASURED.

"""


def volumes_module() -> ModuleType:
    """../shared/bench/volumes.py."""
    spec = importlib.util.spec_from_file_location("shared_volumes", SHARED / "bench" / "volumes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["shared_volumes"] = module
    spec.loader.exec_module(module)
    return module


def part(name: str) -> dict[str, Any]:
    """One part's figures."""
    from bench import pairs, standing

    volumes = volumes_module()
    if name == "standing":
        rows = standing.standing(volumes.volumes(1_000_000), volumes.volumes(4_000, seed=7))
        return {"rows": rows, "peak_gb": peak_gb()}
    if name == "pairs":
        d = volumes.volumes(100_000)
        runs = {
            "straight": pairs.timed(lambda: pairs.ours(d, geodesic=False), 5),
            "geodesic": pairs.timed(lambda: pairs.ours(d, geodesic=True), 5),
            "boxes": pairs.timed(lambda: pairs.boxes_first(d), 2),
            "obvious": pairs.timed(lambda: pairs.obvious(d), 1),
        }
        changed = pairs.differing(d, runs["geodesic"].pairs, runs["obvious"].pairs)
        return {
            "seconds": {k: r.seconds for k, r in runs.items()},
            "found": {k: len(r.pairs) for k, r in runs.items()},
            "expected": volumes.EXPECTED_PAIRS[("metro", 100_000)],
            "changed": changed,
        }
    region, n = name.split(":")
    d = volumes.volumes(int(n), region)
    before = peak_gb()
    run = pairs.timed(lambda: pairs.ours(d, geodesic=True), 1)
    return {
        "seconds": run.seconds,
        "found": len(run.pairs),
        "peak_gb": peak_gb(),
        "arrays_gb": before,
        "expected": volumes.EXPECTED_PAIRS[(region, int(n))],
    }


def peak_gb() -> float:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def run_part(name: str) -> dict[str, Any]:
    """A part in a process of its own."""
    print(f"  measuring {name} ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "bench", "--part", name]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def morning_seconds(repeat: int = 5) -> tuple[float, float, str]:
    """Median and worst wall seconds of the whole command on the real morning, and its last line."""
    command = [sys.executable, "-m", "sharedsky", "check", str(MORNING), "--assume-rvsm", "--no-progress"]
    took = []
    for _ in range(repeat):
        begin = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        took.append(time.perf_counter() - begin)
    last = [line for line in (done.stdout + done.stderr).splitlines() if "conflicts" in line][-1]
    return float(np.median(took)), max(took), last.strip()


def table(*, quick: bool) -> str:
    """The whole table as Markdown."""
    lines = [
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, {cpu_name()}; Python {platform.python_version()}, "
        f"numpy {np.__version__}, shapely {shapely.__version__}, GEOS {shapely.geos_version_string}.",
        "Command: `make bench`.",
        "",
        "| what | figure | floor | ratio |",
        "|---|---|---|---|",
    ]
    p = run_part("pairs")
    rows = [*pair_rows(p), *([] if quick else [*million_rows(), *standing_rows()])]
    median, worst, last = morning_seconds()
    figure = f"{median:.2f} s (worst of 5: {worst:.2f})"
    rows.append(("the real morning, whole command", figure, "3 s", f"{3 / median:.1f} times within"))
    rows += exchange.rows(quick=quick)
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines += ["", f"The real morning's last line: `{last}`", "", changed_text(p), ""]
    return "\n".join(lines)


Row = tuple[str, str, str, str]


def pair_rows(p: dict[str, Any]) -> list[Row]:
    """All pairs of 100,000, ours and the obvious ways."""
    seconds, found = p["seconds"], p["found"]

    def figure(name: str) -> str:
        return f"{seconds[name]:.2f} s, {found[name]:,} pairs"

    times = {name: seconds["obvious"] / seconds[name] for name in seconds}
    ahead = seconds["boxes"] / seconds["geodesic"]
    planar = "as expected" if found["obvious"] == p["expected"] else f"EXPECTED {p['expected']:,}"
    faster = "times as fast as the obvious way"
    return [
        (
            "all pairs of 100,000 metropolitan volumes, geodesic edges",
            figure("geodesic"),
            "10 times the obvious way; guide 1.2 s",
            f"{times['geodesic']:.0f} {faster}",
        ),
        ("the same, edges left whole", figure("straight"), "guide 1.2 s", f"{times['straight']:.0f} {faster}"),
        ("the obvious way: tree with predicate, then filters", figure("obvious"), planar, "1"),
        (
            "boxes first, then filters, then intersects",
            figure("boxes"),
            "slower than ours",
            f"ours is {ahead:.1f} times as fast",
        ),
    ]


def million_rows() -> list[Row]:
    """All pairs of a million volumes."""
    rows = []
    for region in ("continent", "metro"):
        r = run_part(f"{region}:1000000")
        figure = f"{r['seconds']:.1f} s, {r['found']:,} pairs (planar: {r['expected']:,})"
        memory = f"peak {r['peak_gb']:.1f} GB, of which arrays {r['arrays_gb']:.1f}"
        rows.append((f"all pairs of 1,000,000 volumes, {region}", figure, "reported", memory))
    return rows


def standing_rows() -> list[Row]:
    """One new volume against a million."""
    r = run_part("standing")
    given = {what: (first, second) for what, first, second in r["rows"]}
    tree, slots = given["one tree"], given["a tree for each half hour"]
    rows = []
    for what, (first, second) in given.items():
        if what == "insert, remove":
            within = f"{50 / first:.1f}, {50 / second:.1f} times within"
            rows.append((f"1,000,000 stored: {what}", f"{first:.0f} us, {second:.0f} us", "50 us each", within))
            continue
        floor = "median 0.2 ms, p99 1 ms" if what.startswith("index") else ""
        ratio = f"{tree[0] / first:.1f} times one tree, {slots[0] / first:.1f} times trees by half hour"
        figure = f"median {first:.3f} ms, p99 {second:.2f} ms"
        rows.append((f"1,000,000 stored, one new: {what}", figure, floor, ratio))
    rows.append(("memory of that process (all three structures)", f"{r['peak_gb']:.1f} GB", "reported", ""))
    return rows


def changed_text(p: dict[str, Any]) -> str:
    """The pairs that the geodesic rule, or the 1 cm that counts as a breach, changes."""
    if not p["changed"]:
        return "The geodesic rule changes no pair."
    rows = [
        f"- {i}, {j}: found with {who} edges alone; planar {'gap' if gap > 0 else 'overlap of about'} {abs(gap):.3f} m"
        for i, j, who, gap in p["changed"]
    ]
    return "Pairs that geodesic edges (or the 1 cm that counts as a breach) change:\n\n" + "\n".join(rows)


def cpu_name() -> str:
    """The processor's name where the system tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "processor not named"
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else "processor not named"


if __name__ == "__main__":
    raise SystemExit(main())
