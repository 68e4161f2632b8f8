"""The search against the brute-force oracle, with many more examples than `make test` draws, and freshly drawn ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

ROOT: Final = Path(__file__).resolve().parent.parent
TESTS: Final = "tests/property/test_search_against_oracle.py"
#: How many times the examples of `make test`.
TIMES: Final = int(os.environ.get("EVIDENCE_TIMES", "4"))


def run() -> tuple[str, bool]:
    """The summary as Markdown, and whether all agreed."""
    log = ROOT / "out" / "oracle.xml"
    log.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", TESTS, "-n", "2", "--dist", "load", f"--junitxml={log}"]
    begin = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "SHAREDSKY_EXAMPLES": str(TIMES)}, check=False, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    took_min = (time.perf_counter() - begin) / 60
    rows = [_row(case) for case in ElementTree.parse(log).iter("testcase")]
    lines = [
        "## The search against the oracle",
        "",
        f"{TIMES} times the examples of `make test`, drawn anew, each scene compared at every instant that tells "
        f"({took_min:.0f} min on two cores). The oracle is written apart from the search (tests/oracle).",
        "",
        "| what | result |",
        "|---|---|",
        *rows,
        "",
    ]
    if done.returncode:
        lines += ["```", *re.findall(r"^(?:E  .*|FAILED.*)$", done.stdout, re.MULTILINE)[:40], "```", ""]
    return "\n".join(lines), done.returncode == 0


def _row(case: ElementTree.Element) -> str:
    failed = case.find("failure") is not None or case.find("error") is not None
    name = case.get("name", "").removeprefix("test_").replace("_", " ")
    return f"| {name} | {'DISAGREES' if failed else 'agrees'} |"
