"""The official test suite (InterUSS's uss_qualifier) against a server of our own, on two ports over one store.

`make conformance` makes one pass, `make evidence` three in a row. The suite and its data are not part of this project:
they are set up from ../shared/conformance beside the clone, and need a Python >= 3.13 of their own.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
KIT: Final = ROOT.parent / "shared" / "conformance"
#: Where the suite is set up, once.
SUITE: Final = ROOT / ".conformance"
SCENARIOS: Final = 40
_START_S: Final = 30.0
_PASS_S: Final = 600.0


class Missing(Exception):
    """What is needed for a pass is not there."""


def run(passes: int = 3) -> tuple[str, bool]:
    """The summary as Markdown, and whether every pass was without a failed check."""
    lines = ["## The official test suite: ASTM F3548-21, DSS", ""]
    try:
        set_up()
    except Missing as missing:
        return "\n".join([*lines, f"NOT RUN: {missing}", ""]), False
    results = [one_pass() for _ in range(passes)]
    lines += [
        "InterUSS's uss_qualifier 0.37.0 against `sharedsky serve` on two ports over one database; gate: no failed "
        f"check, no execution error, {SCENARIOS} scenarios.",
        "",
        "| pass | result | time |",
        "|---|---|---|",
        *(f"| {k} | {text} | {took_s:.0f} s |" for k, (text, _, took_s) in enumerate(results, start=1)),
        "",
    ]
    return "\n".join(lines), all(good for _, good, _ in results)


def set_up() -> None:
    """Prepare the suite.

    Raises:
        Missing: the kit is not beside this clone, or there is no Python >= 3.13.
    """
    if not KIT.is_dir():
        raise Missing("there is no ../shared/conformance beside this clone, which holds the official suite's set-up.")
    done = subprocess.run(["bash", str(KIT / "setup.sh"), str(SUITE)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"the suite could not be set up: {(done.stderr or done.stdout).strip()[-500:]}")


def one_pass() -> tuple[str, bool, float]:
    """One pass: what came of it, whether it is good, and how long it took [s]."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as ports:
        out = Path(folder) / "out"
        config = Path(folder) / "dss.json"
        urls = [f"uss{k}=http://127.0.0.1:{port}" for k, port in enumerate(ports, start=1)]
        _run([str(KIT / "make_config.py"), "f3548-dss", str(config), "--dss", urls[0], "--dss", urls[1]], folder)
        _run(["bash", str(KIT / "run_qualifier.sh"), str(config), str(out)], folder)
        gate = ["--fail-on", "any", "--scenarios", str(SCENARIOS)]
        command = [str(KIT / "summarize.py"), str(out / "report.json"), *gate]
        done = _run(command, folder)
    text = "; ".join(line.removeprefix("TOTAL ") for line in done.stdout.splitlines() if line.startswith("TOTAL"))
    failed = re.findall(r"^ +\[\w+\] .*$|^ +.*failed.*$", done.stdout, re.MULTILINE)
    if done.returncode:
        print(done.stdout[-6_000:], done.stderr[-2_000:], *failed[:20], sep="\n", file=sys.stderr)
    return text or "no report", done.returncode == 0, time.perf_counter() - begin


@contextmanager
def _server(folder: Path) -> Generator[list[int]]:
    """A server on two free ports."""
    ports = [_free_port(), _free_port()]
    listen = [text for port in ports for text in ("--listen", f"127.0.0.1:{port}")]
    key = KIT / "data" / "build" / "test-certs" / "auth2.pem"
    command = [
        sys.executable, "-m", "sharedsky", "serve", *listen, "--database", str(folder / "pool.db"),
        "--trust-key", str(key), "--allow-http-base-urls",
    ]  # fmt: skip
    with (folder / "server.log").open("w+") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        try:
            _wait_until_ready(ports, server, folder / "server.log")
            yield ports
        finally:
            server.terminate()
            server.wait(60)


def _wait_until_ready(ports: list[int], server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_S
    for port in ports:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthy", timeout=5):
                    break
            except OSError:
                if server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the server did not start: {log.read_text()[-2_000:]}") from None
                time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _run(command: list[str], folder: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SUITE": str(SUITE)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=_PASS_S
    )


def main() -> int:
    """One pass, for `make conformance`; the exit status is 0 where it is good."""
    text, good = run(passes=1)
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
