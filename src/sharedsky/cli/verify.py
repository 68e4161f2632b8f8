"""`sharedsky verify`: settle a bundle offline (docs/ledger.md, sections 8 and 9).

The same as `python -m sharedsky.verify`, which needs nothing of this package but the verifier and cryptography. Exit
status: the verdict's. Called by cli/__init__.py.
"""

from __future__ import annotations

import argparse
from typing import Any

EPILOG = """\
exit status:
  0   told                4   logged only         7   undecided         9   party at fault
  3   not told            5   consistent          8   host at fault     10  invalid
  6   pending             64  a file cannot be read, or the policy cannot be used
  70  an internal error, which is a bug in sharedsky

A policy names whom to trust; of a log without witnesses it is two lines, the first with the key that whoever runs the
exchange gave you (never one learnt from the exchange itself):
  log dss.example.com/ledger+a5361089+AZli...
  quorum none
"""


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the grammar of `verify` to that of `sharedsky`."""
    parser = subparsers.add_parser(
        "verify",
        help="settle a bundle from an exchange's ledger, offline",
        description="Check every signature and proof in a bundle, and say in plain words what it shows and what not.",
        epilog=EPILOG,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="the bundle")
    parser.add_argument("--policy", metavar="FILE", required=True, help="whom to trust: logs, witnesses, quorum")


def run(arguments: argparse.Namespace) -> int:
    """Settle; the exit status."""
    from sharedsky.verify.__main__ import main

    return main(["--policy", arguments.policy, "--", arguments.bundle])
