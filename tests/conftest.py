"""How all tests run: hypothesis without deadlines, the same examples in CI, and no test of ../shared that hides."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# A shared machine stalls now and then: a deadline would fail tests of code that is right.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """--shared=require: a test that needs ../shared fails where it would skip."""
    parser.addoption(
        "--shared",
        choices=("auto", "require"),
        default="auto",
        help="tests that need ../shared: skip them where it is absent (auto), or fail (require)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With --shared=require, turn a skipped test of ../shared into a failed one."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _of_shared(item, report):
        if item.config.getoption("--shared") == "require":
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} needs ../shared and was skipped: {_reason(report)}"
        else:
            report.user_properties.append(("shared", "skipped"))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped for want of ../shared."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(("shared", "skipped") in report.user_properties for report in skipped)
    if count:
        terminalreporter.write_line(f"skipped for want of the folder ../shared beside this clone: {count}")


def _of_shared(item: pytest.Item, report: pytest.TestReport) -> bool:
    return item.get_closest_marker("shared") is not None or "../shared" in _reason(report)


def _reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
