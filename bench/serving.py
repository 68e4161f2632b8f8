"""A server of our own under a load of our own: `sharedsky serve` in a process of its own, its clients, and load/.

Called by exchange.py and by evidence/.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from sharedsky.exchange.model import Intent, State, Subscription
from sharedsky.server import decode, wire
from sharedsky.store.sqlite.bulk import load

ROOT: Final = Path(__file__).resolve().parent.parent
LOAD: Final = ROOT / "bench" / "load"
OUT: Final = ROOT / "out"
SCOPE: Final = "utm.strategic_coordination"
ARBITRATION: Final = "utm.availability_arbitration"
_START_S: Final = 120.0
_STOP_S: Final = 60.0
#: Where Go lies where it is not on the path.
_GO_PLACES: Final = ("/usr/local/go/bin/go", "/usr/lib/go/bin/go", "/opt/homebrew/bin/go")


class NotMeasured(Exception):
    """What is needed is not here; the text says what."""


def go() -> str:
    """The path of Go.

    Raises:
        NotMeasured: there is none.
    """
    found = shutil.which("go") or next((place for place in _GO_PLACES if Path(place).exists()), None)
    if found is None:
        raise NotMeasured("the load client needs Go >= 1.22, which was not found.")
    return found


def build() -> Path:
    """The load client, compiled into out/.

    Raises:
        NotMeasured: there is no Go.
    """
    OUT.mkdir(exist_ok=True)
    target = OUT / "load"
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOWORK": "off", "GOTOOLCHAIN": "local"}
    made = OUT / f"load.{os.getpid()}"  # others may be running the last one, or building their own
    subprocess.run([go(), "build", "-o", str(made), "."], cwd=LOAD, env=environment, check=True)
    return made.replace(target)


@dataclass(frozen=True, slots=True)
class Load:
    """A load: the flags of load/main.go. length_s, apart_s [s]; rate [1/s]; mix: create ... delete, in shares."""

    rate: float
    length_s: float
    scenario: str = "cell"
    n: int = 10_000
    usses: int = 5
    connections: int = 64
    apart_s: float = 2.0
    mix: tuple[int, int, int, int, int] = (20, 30, 20, 20, 10)
    subscribe: bool = True
    prefill: bool = False
    seed: int = 1
    base_s: int = field(default_factory=lambda: int(time.time()) - 5)

    def flags(self) -> list[str]:
        """For the command line."""
        names = ("create", "read", "query", "update", "delete")
        flags = {
            "scenario": self.scenario, "n": self.n, "usses": self.usses, "connections": self.connections,
            "rate": self.rate, "length": f"{self.length_s}s", "apart": f"{self.apart_s}s", "seed": self.seed,
            "base": self.base_s, "subscribe": str(self.subscribe).lower(), "prefill": str(self.prefill).lower(),
            **dict(zip(names, self.mix)),
        }  # fmt: skip
        return [f"-{name}={value}" for name, value in flags.items()]


class _Planned(msgspec.Struct):
    """A line of `load plan`."""

    id: str
    uss: int
    body: msgspec.Raw
    ovn: str = ""
    subscription: bool = False


def uss_name(k: int) -> str:
    """The client of a USS, from 0."""
    return f"uss{k + 1}"


def planned(client: Path, wanted: Load) -> Iterator[Intent | Subscription]:
    """The first intents (and subscriptions) of a load, as the server would have kept them."""
    command = [str(client), "plan", *wanted.flags()]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            item = msgspec.json.decode(line, type=_Planned)
            yield _subscription(item) if item.subscription else _intent(item)
    if process.returncode:
        raise RuntimeError(f"load plan ended with status {process.returncode}")


def _intent(item: _Planned) -> Intent:
    body = msgspec.json.decode(item.body, type=wire.PutOperationalIntentReferenceParameters)
    extents, cover = decode.entity_extents(body.extents)
    return Intent(
        item.id, uss_name(item.uss), State(body.state), 1, item.ovn, body.uss_base_url,
        min(e.start_ns for e in extents), max(e.end_ns for e in extents), body.subscription_id, cover,
    )  # fmt: skip


def _subscription(item: _Planned) -> Subscription:
    body = msgspec.json.decode(item.body, type=wire.PutSubscriptionParameters)
    extent, cover = decode.open_extent(body.extents, "extents", 0, 0)
    return Subscription(
        item.id, uss_name(item.uss), "a-version", body.uss_base_url, extent.start_ns, extent.end_ns,
        True, False, False, 0, cover,
    )  # fmt: skip


class Served:
    """`sharedsky serve` on a database in a folder, with its clients; start it with `start`, as often as is wanted."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.database = folder / "pool.db"
        self.port = free_port()
        self.tokens: dict[str, str] = {}
        self.log = folder / "server.log"
        self._secrets: dict[str, str] = {}
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running server."""
        assert self._process is not None
        return self._process

    @property
    def stopped(self) -> bool:
        """Whether it is not running."""
        return self._process is None

    @property
    def alive(self) -> bool:
        """Whether it runs, and has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def fill(self, client: Path, wanted: Load) -> int:
        """Write the database that a load finds; how many values it holds."""
        return load(self.database, planned(client, wanted))

    def add_clients(self, names: Sequence[str], scopes: Sequence[str] = (SCOPE,)) -> None:
        """Clients of the built-in issuer."""
        for name in names:
            command = [
                sys.executable, "-m", "sharedsky", "client", "add", name, "--database", str(self.database),
                *(part for scope in scopes for part in ("--scope", scope)),
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            self._secrets[name] = done.stdout.split("client_secret: ")[1].split()[0]

    def start(self, environment: Mapping[str, str] | None = None) -> float:
        """Start; returns how long it took until it was ready [s].

        Raises:
            RuntimeError: it did not start; its log is in the text.
        """
        begin = time.perf_counter()
        command = [
            sys.executable, "-m", "sharedsky", "serve", "--listen", f"127.0.0.1:{self.port}",
            "--database", str(self.database), "--allow-http-base-urls",
        ]  # fmt: skip
        self._output = self.log.open("ab")
        self._process = subprocess.Popen(
            command, stdout=self._output, stderr=subprocess.STDOUT, cwd=self.folder,
            env={**self._environment, **(environment or {})},
        )  # fmt: skip
        while not self._ready():
            if self._process.poll() is not None or time.perf_counter() - begin > _START_S:
                self.kill()
                raise RuntimeError(f"the server did not start: {self.log.read_text()[-2_000:]}")
            time.sleep(0.02)
        return time.perf_counter() - begin

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthy", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def get_tokens(self, scopes: Sequence[str] = (SCOPE,)) -> None:
        """A token for each client, from the running server."""
        for name, secret in self._secrets.items():
            form = urllib.parse.urlencode(
                {"grant_type": "client_credentials", "scope": " ".join(scopes), "audience": "127.0.0.1"}
            )
            basic = base64.b64encode(f"{name}:{secret}".encode()).decode()
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/oauth/token", form.encode(), {"Authorization": f"Basic {basic}"}
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.tokens[name] = json.loads(answer.read())["access_token"]

    def run_load(self, client: Path, wanted: Load) -> dict[str, Any]:
        """The report of a load, with the server's own CPU seconds during it under `server_cpu_s`."""
        tokens = self.folder / "tokens.json"
        tokens.write_text(json.dumps([self.tokens[uss_name(k)] for k in range(wanted.usses)]), encoding="utf-8")
        tokens.chmod(0o600)
        before = cpu_s(self.process.pid)
        command = [
            str(client), "run", *wanted.flags(), f"-address=127.0.0.1:{self.port}", f"-tokens={tokens}"
        ]  # fmt: skip
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        report: dict[str, Any] = json.loads(done.stdout)
        after = cpu_s(self.process.pid)
        report["server_cpu_s"] = None if before is None or after is None else after - before
        return report

    def stop(self) -> int:
        """End it as an operator would; its exit status."""
        self.process.terminate()
        status = self.process.wait(_STOP_S)
        self._close()
        return status

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._output is not None:
            self._output.close()
        self._process, self._output = None, None


def cpu_s(pid: int) -> float | None:
    """CPU seconds of a process, with all its threads; None where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    user, system = text.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float | None:
    """Memory of a process that is in use [MB]; None where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return None
    return next(int(line.split()[1]) / 1e3 for line in text.splitlines() if line.startswith("VmRSS"))


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
