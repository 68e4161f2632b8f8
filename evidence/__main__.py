"""`make evidence`: what takes longer than `make test` may, its summary kept in docs/evidence.md.

`--part NAME` runs one alone and prints it; `--write` keeps the whole.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from evidence import concurrency, conformance, crash, hostile, oracle, schemathesis_run

ROOT: Final = Path(__file__).resolve().parent.parent

HEAD: Final = """# Evidence

What `make evidence` ran, which takes longer than a test run may; `.venv/bin/python -m evidence --write` keeps its
summary here.

"""

PARTS: Final[dict[str, Callable[[], tuple[str, bool]]]] = {
    "conformance": conformance.run,
    "schemathesis": schemathesis_run.run,
    "oracle": oracle.run,
    "hostile": hostile.run,
    "crash": crash.run,
    "concurrency": concurrency.run,
}


def main() -> int:
    """Run the parts; the exit status is 0 where all of them hold."""
    parser = argparse.ArgumentParser(prog="python -m evidence", description=__doc__)
    parser.add_argument("--part", choices=tuple(PARTS), help="run this one alone, and print it")
    parser.add_argument("--write", action="store_true", help="write docs/evidence.md")
    args = parser.parse_args()
    texts, hold = [], True
    for name in [args.part] if args.part else PARTS:
        print(f"  running {name} ...", file=sys.stderr, flush=True)
        text, held = PARTS[name]()
        print(text, flush=True)
        texts.append(text)
        hold &= held
    if args.write and not args.part:
        machine = f"{platform.machine()}, Python {platform.python_version()}.\n\n"
        (ROOT / "docs" / "evidence.md").write_text(HEAD + machine + "\n".join(texts), encoding="utf-8")
    return 0 if hold else 1


if __name__ == "__main__":
    raise SystemExit(main())
