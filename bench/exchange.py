"""`python -m bench.exchange`: the exchange under load, beside what the machine can do alone; also rows of `make bench`.

The load is open: requests start at a fixed rate whatever becomes of those before (load/main.go), over durable writes.
`--part NAME` (repeatable) measures some parts; `--length` and `--rate` are for trying things out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench.floors import bare_server, fdatasync_ms, group_commit_per_s
from bench.million import measure
from bench.serving import Load, NotMeasured, Served, build, cpu_s, uss_name

Row = tuple[str, str, str, str]
Report = dict[str, Any]
P99_MS: Final = 50.0
CONFLICTS: Final = 0.001
#: Steps of the search for the highest rate [1/s].
_STEP: Final = 50
#: A mix under which as many intents stay.
_STEADY: Final = (15, 30, 20, 20, 15)
#: Between writes that are relevant to each other, where there are but a hundred intents [s].
_CLOSE_S: Final = 0.1


def holds(report: Report) -> bool:
    """Whether a load was carried as the issue asks: no 5xx, no time-out, few 409s, p99; and none of it left out."""
    failed = sum(report[name] for name in _BAD if name not in _SOME)
    few = all(report[name] <= CONFLICTS * report["all"]["count"] for name in _SOME)
    return bool(not failed and few and report["all"]["p99_ms"] <= P99_MS)


def loaded(wanted: Load) -> Report:
    """The report of a load on a server of its own."""
    client = build()
    with tempfile.TemporaryDirectory() as folder:
        server = Served(Path(folder))
        if not wanted.prefill:
            server.fill(client, wanted)
        server.add_clients([uss_name(k) for k in range(wanted.usses)])
        server.start()
        try:
            server.get_tokens()
            return server.run_load(client, wanted)
        finally:
            server.stop()


_BAD: Final = {
    "conflicts_409": "409", "server_errors_5xx": "5xx", "timeouts": "timed out", "no_answer": "unanswered",
    "other_refusals": "refused", "queries_that_missed_something": "queries that missed something",
    "writes_without_a_place": "writes left out",
}  # fmt: skip
#: Of which there may be CONFLICTS.
_SOME: Final = ("conflicts_409", "writes_without_a_place")


def said(report: Report) -> str:
    """A report in a line."""
    whole = report["all"]
    bad = [f"{report[name]} {text}" for name, text in _BAD.items() if report[name]]
    took = ", ".join(f"{name} {whole[f'{name}_ms']:.1f}" for name in ("p50", "p95", "p99", "max"))
    return f"{took} ms; {report['rate_achieved']:.0f}/s; {', '.join(bad) or 'nothing refused'}"


def costs(report: Report) -> str:
    """Who used the processor, for each request."""
    count, server = report["all"]["count"], report["server_cpu_s"]
    own = "not known" if server is None else f"{server / count * 1e6:.0f} us"
    return f"server {own}, client {report['client_cpu_s'] / count * 1e6:.0f} us of CPU a request"


def cell_rows(length_s: float, rate: float) -> Iterator[Row]:
    """One busy cell at the rate that is asked for."""
    report = loaded(Load(rate, length_s))
    keys = report["keys"]
    what = f"one busy cell, 10,000 active intents, {rate:.0f} requests/s for {length_s:.0f} s"
    shown = f"keys of {keys['least']} to {keys['most']}, {keys['mean']:.1f} on average"
    yield what, said(report), f"p99 {P99_MS:.0f} ms, 409s 0.1 %", "holds" if holds(report) else "DOES NOT HOLD"
    late = f"{report['late_starts']} starts late by more than 1 ms (at most {report['late_max_ms']:.0f})"
    yield "the same: what it cost", costs(report), late, shown
    for name, operation in report["operations"].items():
        statuses = ", ".join(f"{count:,} {status}" for status, count in operation["statuses"].items())
        figure = f"p50 {operation['p50_ms']:.1f}, p99 {operation['p99_ms']:.1f}, max {operation['max_ms']:.0f} ms"
        yield f"the same: {name}", figure, "", statuses


def highest_rows(length_s: float, rate: float) -> Iterator[Row]:
    """The highest rate that holds, in steps of 50, each on a fresh server."""
    least, most, best = 0, int(2 * rate) // _STEP, None
    while least < most:
        step = (least + most + 1) // 2
        report = loaded(Load(step * _STEP, length_s))
        if holds(report):
            least, best = step, report
        else:
            most = step - 1
    figure = "none" if best is None else f"{least * _STEP}/s: {said(best)}"
    yield f"one busy cell: the highest rate that holds for {length_s:.0f} s", figure, f"{rate:.0f}/s", (
        f"{least * _STEP / rate:.2f} times"
    )


def country_rows(length_s: float, rate: float) -> Iterator[Row]:
    """Spread over a country."""
    rate *= 1.5
    report = loaded(Load(rate, length_s, scenario="country", subscribe=False))
    what = f"a country, 10,000 active intents, {rate:.0f} requests/s for {length_s:.0f} s"
    yield what, said(report), f"p99 {P99_MS:.0f} ms", "holds" if holds(report) else "DOES NOT HOLD"
    yield "the same: what it cost", costs(report), "", f"keys of {report['keys']['mean']:.1f} on average"


def growth_rows(length_s: float, rate: float) -> Iterator[Row]:
    """What a request costs the server, by how much is stored; each touches as much."""
    wanted = Load(rate / 10, length_s, mix=_STEADY, apart_s=_CLOSE_S)
    first = None
    for n in (100, 1_000, 10_000, 100_000):
        report = loaded(replace(wanted, n=n))
        server = report["server_cpu_s"]
        if server is None:
            raise NotMeasured("this system does not tell the CPU time of another process.")
        each = server / report["all"]["count"] * 1e6
        first = first or each
        touched = f"keys of {report['keys']['mean']:.1f}"
        what = f"server CPU a request at {wanted.rate:.0f}/s, {n:,} active"
        yield what, f"{each:.0f} us; {touched}; {said(report)}", "", f"{each / first:.2f} times that of 100"


def million_rows(length_s: float, rate: float) -> Iterator[Row]:
    """A million stored."""
    with tempfile.TemporaryDirectory() as folder:
        m = measure(Path(folder))
    memory = "not known" if m.rss_mb is None else f"{m.rss_mb:,.0f} MB"
    yield f"{m.stored:,} stored: until it serves", f"{m.start_s:.1f} s", "20 s", (
        f"written in {m.load_s:.0f} s, {m.file_mb:,.0f} MB"
    )
    yield f"{m.stored:,} stored: memory after {m.queries:,} queries", memory, "2,000 MB", ""
    figure = f"p50 {m.p50_ms:.1f}, p99 {m.p99_ms:.1f} ms"
    yield f"{m.stored:,} stored: a query that finds {m.found}", figure, "p99 20 ms", ""


def floor_rows(length_s: float, rate: float) -> Iterator[Row]:
    """What the machine does alone."""
    yield "floor: 4 KiB written and synced", f"median {fdatasync_ms():.2f} ms", "", ""
    for batch in (1, 64):
        yield f"floor: bare SQLite, {batch} rows a commit", f"{group_commit_per_s(batch):,.0f} rows/s", "", ""
    client = build()
    with bare_server() as (port, pid), tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder) / "tokens.json"
        tokens.write_text(json.dumps(["x" * 600] * 5), encoding="utf-8")
        before = cpu_s(pid)
        flags = [*Load(rate, length_s).flags(), f"-address=127.0.0.1:{port}", f"-tokens={tokens}"]
        done = subprocess.run([str(client), "run", *flags], stdout=subprocess.PIPE, text=True, check=True)
        report = json.loads(done.stdout)
        after = cpu_s(pid)
        report["server_cpu_s"] = None if before is None or after is None else after - before
    report["queries_that_missed_something"] = 0
    figure = f"p50 {report['all']['p50_ms']:.1f}, p99 {report['all']['p99_ms']:.1f} ms"
    yield f"floor: bare ASGI and decode, {rate:.0f} requests/s", figure, "", costs(report)


PARTS: Final[dict[str, Callable[[float, float], Iterator[Row]]]] = {
    "floors": floor_rows,
    "cell": cell_rows,
    "highest": highest_rows,
    "country": country_rows,
    "growth": growth_rows,
    "million": million_rows,
}
#: Parts that take long for what they tell.
_LONG: Final = ("highest", "million")


def rows(
    *, quick: bool = False, only: tuple[str, ...] = (), length_s: float = 60.0, rate: float = 1_000.0
) -> Iterator[Row]:
    """Rows of the table: what, figure, floor or target, ratio. quick: 10 s each, and without what takes long."""
    for name, part in PARTS.items():
        if (only and name not in only) or (quick and not only and name in _LONG):
            continue
        shorter = name in ("highest", "growth", "floors")
        print(f"  measuring the exchange: {name} ...", file=sys.stderr, flush=True)
        try:
            yield from part(min(length_s, 10.0) if quick else min(length_s, 20.0) if shorter else length_s, rate)
        except NotMeasured as reason:
            yield f"the exchange: {name}", "NOT MEASURED", str(reason), ""


def main() -> int:
    """Print the rows as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m bench.exchange", description=__doc__)
    parser.add_argument("--part", action="append", choices=tuple(PARTS), default=[], help="measure this (repeatable)")
    parser.add_argument("--quick", action="store_true", help="10 s a load, and without what takes long")
    parser.add_argument("--length", type=float, default=60.0, metavar="SECONDS", help="of a load (default 60)")
    parser.add_argument("--rate", type=float, default=1_000.0, metavar="RATE", help="requests a second (default 1000)")
    args = parser.parse_args()
    print("| what | figure | floor or target | |\n|---|---|---|---|", flush=True)
    for row in rows(quick=args.quick, only=tuple(args.part), length_s=args.length, rate=args.rate):
        print("| " + " | ".join(row) + " |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
