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

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
MORNING = SHARED / "data" / "tracks" / "switzerland-2018-08-01-morning.json.gz"


def main() -> int:
    """Run all, or one part (`--part`, in a process of its own so that its memory is its own)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", help="one part, printed as JSON: pairs, standing, or REGION:N")
    parser.add_argument("--quick", action="store_true", help="leave out what needs a million volumes")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args()
    if not (SHARED / "bench" / "volumes.py").exists():
        print("the benchmarks need ../shared/bench/volumes.py and ../shared/data beside this clone; nothing was measured")
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

`make bench` prints this table; `.venv/bin/python -m bench --write` keeps it here. Volumes are seeded, their expected number
of pairs is known (planar edges), and each figure stands beside the obvious way to get the same answer, measured in the
same run from the same arrays: ratios tell more than seconds, since machines differ and are shared.

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
        rows = standing.standing(volumes.volumes(1_000_000), volumes.volumes(2_000, seed=7))
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
        "seconds": run.seconds, "found": len(run.pairs), "peak_gb": peak_gb(), "arrays_gb": before,
        "expected": volumes.EXPECTED_PAIRS[(region, int(n))],
    }


def peak_gb() -> float:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def run_part(name: str) -> dict[str, Any]:
    """A part in a process of its own."""
    print(f"  measuring {name} ...", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "bench", "--part", name], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


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
    p = run_part("pairs")
    s, found = p["seconds"], p["found"]
    lines = [
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, {cpu_name()}; Python {platform.python_version()}, "
        f"numpy {np.__version__}, shapely {shapely.__version__}, GEOS {shapely.geos_version_string}.",
        "Command: `make bench`.",
        "",
        "| what | figure | floor | ratio |",
        "|---|---|---|---|",
        f"| all pairs of 100,000 metropolitan volumes, geodesic edges | {s['geodesic']:.2f} s, {found['geodesic']:,} pairs | "
        f"guide 1.2 s | {s['obvious'] / s['geodesic']:.0f} times as fast as the obvious way (floor 10) |",
        f"| the same, edges left whole (straight in the chart) | {s['straight']:.2f} s, {found['straight']:,} pairs | guide 1.2 s | "
        f"{s['obvious'] / s['straight']:.0f} times as fast as the obvious way |",
        f"| the obvious way: tree with predicate, then filters | {s['obvious']:.2f} s, {found['obvious']:,} pairs | | 1 |",
        f"| boxes first, then filters, then intersects | {s['boxes']:.2f} s, {found['boxes']:,} pairs | slower than ours | "
        f"ours is {s['boxes'] / s['geodesic']:.1f} times as fast |",
    ]
    lines += pairs_note(p)
    lines += million_lines(quick)
    median, worst, last = morning_seconds()
    lines.append(f"| the real morning, whole command | {median:.2f} s (worst of 5: {worst:.2f}) | 3 s | {3 / median:.1f} times within |")
    lines += ["", f"The real morning's last line: `{last}`", "", changed_text(p), ""]
    return "\n".join(lines)


def pairs_note(p: dict[str, Any]) -> list[str]:
    """A row that holds the obvious way against the expected number."""
    return [f"| pairs expected with planar edges | {p['expected']:,} | equal to the obvious way | {p['found']['obvious'] == p['expected']} |"]


def million_lines(quick: bool) -> list[str]:
    """The rows that need a million volumes."""
    if quick:
        return []
    lines = []
    for region in ("continent", "metro"):
        r = run_part(f"{region}:1000000")
        lines.append(
            f"| all pairs of 1,000,000 volumes, {region} | {r['seconds']:.1f} s, {r['found']:,} pairs (planar: {r['expected']:,}) | "
            f"reported | peak {r['peak_gb']:.1f} GB, of which arrays {r['arrays_gb']:.1f} |"
        )
    r = run_part("standing")
    rows = {what: (a, b) for what, a, b in r["rows"]}
    tree, slots = rows["one tree, median and p99 ms"], rows["a tree a half hour, ms"]
    for what, (a, b) in rows.items():
        if what.endswith("us"):
            lines.append(f"| 1,000,000 stored: insert, remove | {a:.0f} us, {b:.0f} us | 50 us each | {50 / a:.1f}, {50 / b:.1f} times within |")
        else:
            floor = "0.2, 1.0 ms" if what.startswith("index") else "known: " + ("0.28, 3.0" if what.startswith("one") else "0.11, 0.52")
            lines.append(
                f"| 1,000,000 stored, one new: {what.replace(', median and p99 ms', '').replace(', ms', '').replace(' ms', '')} | "
                f"median {a:.3f} ms, p99 {b:.2f} ms | {floor} | median {tree[0] / a:.1f} times one tree, {slots[0] / a:.1f} times slots |"
            )
    lines.append(f"| memory of that process (three structures) | {r['peak_gb']:.1f} GB | reported | |")
    return lines


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
