"""The verifier needs the standard library, cryptography and the ledger, and nothing else (trust.md, "Views")."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROBE = """
import sys
before = set(sys.modules)
import sharedsky.verify.__main__
import sharedsky.ledger.log
found = {name.partition('.')[0] for name in set(sys.modules) - before}
ours = sorted(name for name in sys.modules if name.startswith('sharedsky.'))
strangers = sorted(found - set(sys.stdlib_module_names) - {'sharedsky', 'cryptography', '_cffi_backend', '_openssl'})
print('|'.join([','.join(strangers), ','.join(ours)]))
"""


@pytest.fixture(scope="module")
def loaded() -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    strangers, _, ours = done.stdout.strip().partition("|")
    return strangers, ours


def test_nothing_but_cryptography_is_loaded_beside_the_standard_library(loaded: tuple[str, str]) -> None:
    assert loaded[0] == ""


def test_of_this_software_it_loads_the_ledger_and_the_errors_alone(loaded: tuple[str, str]) -> None:
    known = ("sharedsky.ledger", "sharedsky.verify", "sharedsky.errors")
    assert [name for name in loaded[1].split(",") if not name.startswith(known)] == []
