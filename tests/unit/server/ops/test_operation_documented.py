"""docs/operation.md and docs/serve.md say what the code does: every metric, act, setting and default."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from dss_world import NOW_NS
from sharedsky.cli.options import Parser
from sharedsky.cli.serve import add_serve_parser
from sharedsky.errors import UsageError
from sharedsky.server.clock import ClockWatch, SteadyClock, Sync
from sharedsky.server.connection import MAX_HEADERS, ConnectionLimits
from sharedsky.server.limits import ADDRESS_RATE, CLIENT_RATE, HASHED_AT_ONCE, HASHES_WAITING, TOKEN_RATE, parse_rate
from sharedsky.server.metrics import Metrics, Sources
from sharedsky.server.settings import NAMES, Serve, with_values
from sharedsky.store.memory import MemoryStore
from sharedsky.store.sqlite.audit import Act

DOCS = Path(__file__).resolve().parents[4] / "docs"
OPERATION = (DOCS / "operation.md").read_text("utf-8")
SERVE = (DOCS / "serve.md").read_text("utf-8")


class _Store(MemoryStore):
    ready, waiting = True, 3


class _Key:
    signs_from_s, created_s = None, 0


class _Status:
    url, keys, read_s, failing_since_s = "https://auth.example/jwks", 2, 5.0, 7.0


class _Gate:
    """As much of a gate as the figures look at."""

    sources = (type("Source", (), {"status": _Status}),)
    keys = type("Keys", (), {"ring": type("Ring", (), {"current": _Key})})


def told() -> Metrics:
    metrics = Metrics()
    watch = ClockWatch(lambda: Sync(True, 0.001, 0.002, 0.003))
    watch.look()
    sources = Sources(_Store(NOW_NS), _Gate(), SteadyClock(), watch, lambda: 4, lambda: 1)  # type: ignore[arg-type]
    metrics.watch(sources)
    metrics.request("GET", "/x", 200, 0.004)
    metrics.refused("expired", limited=False)
    metrics.refused("client", limited=True)
    return metrics


def test_every_metric_is_documented_and_every_one_that_is_documented_is_there() -> None:
    text = told().text().decode()
    there = set(re.findall(r"^# TYPE (sharedsky_\w+) ", text, re.MULTILINE))
    documented = set(re.findall(r"^\| `(sharedsky_\w+)` \|", OPERATION, re.MULTILINE))
    assert there == documented


def test_the_figures_are_what_they_are_of() -> None:
    text = told().text().decode()
    for line in (
        "sharedsky_connections 4.0", "sharedsky_writes_waiting 3.0", "sharedsky_ready 1.0", "sharedsky_log_lines_dropped_total 1.0",
        'sharedsky_entities{kind="operational_intent"} 0.0', 'sharedsky_clock_looks_total{verdict="within"} 1.0',
        "sharedsky_clock_within_share 1.0", "sharedsky_clock_max_error_seconds 0.003",
        'sharedsky_jwks_keys{url="https://auth.example/jwks"} 2.0', 'sharedsky_request_seconds_count{route="/x"} 1.0',
    ):  # fmt: skip
        assert f"\n{line}\n" in text, line
    assert re.search(r'sharedsky_jwks_failing_seconds\{[^}]*\} \d', text)


def test_what_is_not_known_has_no_figure() -> None:
    metrics = Metrics()
    sources = Sources(_Store(NOW_NS), _Gate(), SteadyClock(), ClockWatch(lambda: Sync()), lambda: 0, lambda: 0)  # type: ignore[arg-type]
    metrics.watch(sources)
    assert not re.search(r"^sharedsky_clock_(max_error|within)", metrics.text().decode(), re.MULTILINE)


def test_every_act_of_the_audit_log_is_documented() -> None:
    documented = set(re.findall(r"`([a-z]+(?:-[a-z]+)?)`", OPERATION.partition("| act |")[2].partition("The actor")[0]))
    assert documented == set(get_args(Act))


def test_every_setting_is_an_option_and_documented_with_its_default() -> None:
    parser = Parser(prog="sharedsky")
    commands = parser.add_subparsers(dest="command", parser_class=Parser)
    add_serve_parser(commands)
    options = {name for action in commands.choices["serve"]._actions for name in action.option_strings}
    defaults = {f.name.replace("_", "-"): f.default for f in fields(Serve) if f.init}
    for name in NAMES:
        assert f"--{name}" in options
        row = re.search(rf"^\| `--{name}[ `].*\| (.+) \|$", SERVE, re.MULTILINE)
        assert row is not None, name
        if isinstance(defaults[name], int | str) and not isinstance(defaults[name], bool) and defaults[name] != "":
            assert row[1].strip("`").replace(",", "") == str(defaults[name])


def test_the_defaults_are_those_of_the_parts() -> None:
    made, limits = Serve(), ConnectionLimits()
    assert parse_rate(made.rate_limit, "") == CLIENT_RATE
    assert parse_rate(made.address_rate_limit, "") == ADDRESS_RATE
    assert parse_rate(made.token_rate_limit, "") == TOKEN_RATE
    assert (made.max_connections, made.max_header_bytes, made.max_url_bytes) == (
        limits.connections, limits.head_bytes, limits.url_bytes,
    )  # fmt: skip
    assert (made.request_timeout, made.idle_timeout) == (limits.request_s, limits.idle_s)
    for words in (f"{MAX_HEADERS}, and 32 KiB", f"{HASHED_AT_ONCE} at once, {HASHES_WAITING} wait", "2,000 a second, 4,000 at once"):
        assert words in OPERATION


@pytest.mark.parametrize(
    "values",
    [
        {"log-format": "xml"}, {"log-requests": "some"}, {"rate-limit": "fast"}, {"address-rate-limit": "0"},
        {"token-rate-limit": "-1"}, {"max-connections": 0}, {"max-header-bytes": 10}, {"max-url-bytes": 1},
        {"max-body-bytes": 0}, {"request-timeout": 0}, {"idle-timeout": 0}, {"admin-listen": "0.0.0.0:9090"},
        {"admin-listen": "9090"}, {"admin-listen": "example.com:9090"}, {"max-connections": "10"}, {"max-connections": True},
    ],
    ids=str,
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused_by_its_name(values: dict[str, object]) -> None:
    with pytest.raises(UsageError) as raised:
        with_values(Serve(), values, "serve.toml")
    assert next(iter(values)) in str(raised.value)


def test_metrics_may_be_shown_to_others_where_that_is_insisted_on() -> None:
    made = with_values(Serve(), {"admin-listen": "0.0.0.0:9090", "insecure": True}, "serve.toml")
    assert str(made.admin_address) == "0.0.0.0:9090"
