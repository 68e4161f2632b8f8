"""Writes examples/expected anew, from the same commands that examples/README.md shows.

    .venv/bin/python examples/regenerate.py

Run it on purpose only: when an example has changed, or a rule. Look at the difference, be able to say of each line why
it changed, and commit both. tests/examples holds the results of a check against these files.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from sharedsky.cli import main

ROOT: Final = Path(__file__).resolve().parents[1]
EXPECTED: Final = Path("examples", "expected")

#: What is checked: the arguments of `sharedsky check` as one types them at the root of the repository, and its status.
CHECKS: Final[dict[str, tuple[list[str], int]]] = {
    "plans": (["examples/plans", "--fixes", "examples/fixes.csv", "--terrain", "examples/terrain.toml"], 1),
    "refused": (["examples/refused", "--fixes", "examples/fixes.csv"], 2),
}
#: The forms that are kept of each, and the ends of their files' names.
FORMS: Final[dict[str, str]] = {"json": "json", "table": "txt"}


def check_into(folder: Path, name: str, form: str) -> int:
    """Check one of CHECKS and write the result into a folder, in one of FORMS; gives the exit status.

    The working directory must be the root of the repository, since results name files as they were typed.
    """
    arguments, _ = CHECKS[name]
    path = folder / f"{name}.{FORMS[form]}"
    return main(["check", *arguments, "--no-progress", "--format", form, "--output", str(path)])


def regenerate() -> int:
    """Write all of them; an exit status other than the expected one is said, and is this script's own."""
    EXPECTED.mkdir(exist_ok=True)
    wrong = 0
    for name, (_, expected) in CHECKS.items():
        for form in FORMS:
            status = check_into(EXPECTED, name, form)
            if status != expected:
                print(f"{name}: the exit status is {status}, and should be {expected}.", file=sys.stderr)
                wrong = 1
    return wrong


if __name__ == "__main__":
    import os

    os.chdir(ROOT)
    sys.exit(regenerate())
