"""Tests that need ../shared skip where it is absent, say so, and fail where they must not skip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
SUITE = """
import pytest

@pytest.mark.shared
def test_of_shared_data():
    pytest.skip("needs ../shared/nothing, which is not beside this clone")

def test_without_the_mark():
    pytest.skip("needs ../shared/nothing, which is not beside this clone")

def test_of_something_else():
    pytest.skip("needs a browser")

def test_that_passes():
    assert True
"""


@pytest.mark.parametrize(
    ("option", "status", "words"),
    [
        ("auto", 0, ["1 passed, 3 skipped", "skipped for want of the folder ../shared beside this clone: 2"]),
        ("require", 1, ["2 failed, 1 passed, 1 skipped", "test_of_shared_data needs ../shared and was skipped"]),
    ],
)
def test_a_skipped_test_of_shared_data_is_told_or_fails(
    tmp_path: Path, option: str, status: int, words: list[str]
) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text("utf-8"), "utf-8")
    (tmp_path / "test_suite.py").write_text(SUITE, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = shared: needs ../shared\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", f"--shared={option}", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == status, done.stdout
    assert [word for word in words if word not in done.stdout] == []
