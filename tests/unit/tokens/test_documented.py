"""docs/tokens.md and the code say the same: every kind of 401 with its text, every OAuth error, every command, every limit."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import get_args

import pytest

from sharedsky.cli import client, keys
from sharedsky.cli.options import Parser
from sharedsky.tokens import bearer, claims, fetch, jwks, keyring, request, rs256
from sharedsky.tokens.errors import SAFE_TEXTS, UnauthorizedKind, shown

DOC = (Path(__file__).resolve().parents[3] / "docs" / "tokens.md").read_text("utf-8")
WORDS = " ".join(DOC.split())


def test_every_kind_of_401_is_documented_with_what_the_client_reads() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ([A-Z].*?) \| .+ \|$", DOC, re.MULTILINE))
    assert rows == dict(SAFE_TEXTS)
    assert set(rows) == set(get_args(UnauthorizedKind))


def test_every_oauth_error_that_is_given_is_documented() -> None:
    documented = set(re.findall(r"^\| `([a-z_]+)` \| 40[01] \|", DOC, re.MULTILINE))
    assert documented == set(get_args(request.ErrorCode))


@pytest.mark.parametrize(("add", "command"), [(client.add_client_parser, "client"), (keys.add_keys_parser, "keys")])
def test_every_action_and_option_is_documented_and_has_a_help_text(add: object, command: str) -> None:
    parser = Parser(prog="sharedsky")
    subparsers = parser.add_subparsers(parser_class=Parser)
    add(subparsers)  # type: ignore[operator]
    (actions,) = (a for a in subparsers.choices[command]._actions if isinstance(a, argparse._SubParsersAction))
    for name, action in actions.choices.items():
        assert f"sharedsky {command} {name}" in DOC
        for option in action._actions:
            assert option.help
            if option.option_strings and "--help" not in option.option_strings:
                assert option.option_strings[0] in DOC


@pytest.mark.parametrize(
    "words",
    [
        f"at most {bearer.MAX_TOKEN_CHARS:,} characters",
        f"at most {claims.LEEWAY_S:.0f} seconds ahead",
        f"every {jwks.LIFETIME_S / 60:.0f} minutes",
        f"every {jwks.RETRY_S:.0f} seconds",
        f"{fetch.MAX_BYTES // 1024} KiB and {jwks.MAX_KEYS} keys",
        f"within {fetch.TIMEOUT_S:.0f} seconds",
        f"RS256, {rs256.OWN_KEY_BITS:,} bits",
        f"for {(keyring.MAX_TOKEN_LIFETIME_S + 3600) // 3600} hours after its last signature",
        f"signed for {keyring.ROTATE_AFTER_S // 86_400} days",
        *(f"`{name}`" for name in bearer._REFUSED_MEMBERS),
    ],
)
def test_every_figure_is_the_codes_own(words: str) -> None:
    assert words in WORDS


def test_what_is_shown_in_a_log_is_short_and_on_one_line() -> None:
    assert shown("a\nb\x1b[31m") == r"'a\nb\x1b[31m'"
    assert len(shown("é" * 10_000)) < 500
