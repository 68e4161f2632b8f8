"""`python -m sharedsky.verify BUNDLE --policy FILE`: a verdict where nothing but cryptography is installed.

The same as `sharedsky verify`. Prints the verdict; the exit status is the verdict's (docs/ledger.md, section 9), or 64
where a file cannot be read or the policy cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sharedsky.ledger.bundle import MAX_BUNDLE_BYTES
from sharedsky.verify.check import verify_bundle
from sharedsky.verify.policy import PolicyError, parse_policy

#: The exit status of a command line that makes no sense as it stands.
USAGE: Final = 64


class _Parser(argparse.ArgumentParser):
    """A parser whose errors have our exit status: 2 could be taken for a verdict."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Settle one bundle; the exit status."""
    parser = _Parser(prog="python -m sharedsky.verify", description="Settle a bundle offline.")
    parser.add_argument("bundle", type=Path, help="the bundle")
    parser.add_argument("--policy", type=Path, required=True, help="the policy: logs, witnesses, quorum")
    options = parser.parse_args(arguments)
    try:
        policy = parse_policy(_read(options.policy))
        data = _read(options.bundle)
    except (OSError, PolicyError) as error:
        print(f"sharedsky verify: {error}", file=sys.stderr)
        return USAGE
    verdict = verify_bundle(data, policy)
    print("\n".join(verdict.words()))
    return verdict.status


def _read(path: Path) -> bytes:
    """The file, and one byte more than a bundle may have where it is larger still."""
    with path.open("rb") as file:
        return file.read(MAX_BUNDLE_BYTES + 1)


if __name__ == "__main__":
    sys.exit(main())
