"""The settings of `sharedsky serve`: each refusal, and that options, a file and the documents are one."""

from __future__ import annotations

import argparse
import contextlib
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.cli.serve import add_serve_parser
from sharedsky.errors import UsageError
from sharedsky.server.settings import NAMES, Address, Serve, load, parse_address

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "serve.md").read_text("utf-8")


def options(*typed: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_serve_parser(parser.add_subparsers())
    return parser.parse_args(["serve", *typed])


def refused(**values: Any) -> str:
    with pytest.raises(UsageError) as raised:
        load(None, {name.replace("_", "-"): value for name, value in values.items()})
    assert raised.value.advice
    return str(raised.value)


def test_without_a_setting_it_serves_this_machine_alone() -> None:
    made = load(None, {})
    assert made == Serve()
    assert made.addresses == (Address("127.0.0.1", 8080),)
    assert made.audiences == ("127.0.0.1", "localhost")
    assert made.key_folder == Path("sharedsky.db.keys")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:1", Address("127.0.0.1", 1)),
        ("localhost:65535", Address("localhost", 65_535)),
        ("[::1]:8080", Address("::1", 8080)),
        ("0.0.0.0:80", Address("0.0.0.0", 80)),
    ],
)
def test_an_address_is_read_and_written(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    ["", ":", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80a", "::1:8080",
     "[::1]", "[127.0.0.1]:80", "example.com:80", "127.0.0.1:٨٠", "127.0.0.1:" + "9" * 5_000, "[]:80", "http://127.0.0.1:80"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--listen"):
        parse_address(text)


@pytest.mark.parametrize("listen", ["0.0.0.0:80", "192.0.2.1:80", "[::]:80"])
def test_plain_http_to_other_machines_needs_to_be_asked_for(listen: str) -> None:
    message = refused(listen=listen)
    assert "plain HTTP" in message
    assert "--insecure" in message
    for more in ({"insecure": True}, {"trusted-proxy": "192.0.2.9"}, {"tls-cert": "c.pem", "tls-key": "k.pem"}):
        assert load(None, {"listen": listen, **more}).addresses


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"listen": []}, "--listen is given no address"),
    ({"listen": [8080]}, "must be a text, or a list of texts"),
    ({"database": ""}, "--database is given no path"),
    ({"database": "postgresql://localhost/x"}, "not supported yet"),
    ({"database": "a\0b"}, "NUL"),
    ({"audience": ["a\0b"]}, "NUL"),
    ({"tls_cert": "c.pem"}, "belong together"),
    ({"tls_key": "k.pem"}, "belong together"),
    ({"trusted_proxy": "proxy.example"}, "--trusted-proxy 'proxy.example' is no IP address"),
    ({"retention_days": 0}, "--retention-days must be from 1"),
    ({"retention_days": 10**9}, "--retention-days must be from 1"),
    ({"retention_days": "30"}, "must be a whole number"),
    ({"retention_days": True}, "must be a whole number"),
    ({"insecure": "yes"}, "must be true or false"),
    ({"insecure": 1}, "must be true or false"),
    ({"pool": 1}, "must be a text"),
    ({"log_format": "xml"}, "--log-format is one of"),
    ({"rate_limit": "many"}, "--rate-limit"),
    ({"max_body_bytes": 1}, "--max-body-bytes must be at least"),
    ({"admin_listen": "0.0.0.0:9090"}, "--admin-listen"),
    ({"lisen": "127.0.0.1:80"}, "there is no setting 'lisen'"),
]


@pytest.mark.parametrize(("values", "message"), REFUSED)
def test_a_setting_that_makes_no_sense_is_refused(values: dict[str, Any], message: str) -> None:
    assert message in refused(**values)


def test_a_file_says_the_same_as_options(tmp_path: Path) -> None:
    file = tmp_path / "serve.toml"
    file.write_text('listen = ["127.0.0.1:81", "127.0.0.1:82"]\npool = "north"\nretention-days = 5\nallow-http-base-urls = true\n')
    typed = options(
        "--listen", "127.0.0.1:81", "--listen", "127.0.0.1:82", "--pool", "north", "--retention-days", "5", "--allow-http-base-urls"
    )  # fmt: skip
    given_ = {name: value for name in NAMES if (value := getattr(typed, name.replace("-", "_"))) is not None}
    assert load(str(file), {}) == load(None, given_)


def test_what_is_typed_counts_more_than_the_file_and_both_are_judged_together(tmp_path: Path) -> None:
    file = tmp_path / "serve.toml"
    file.write_text('listen = "0.0.0.0:80"\ntls-cert = "c.pem"\npool = "north"\n')
    with pytest.raises(UsageError, match="belong together"):
        load(str(file), {})
    made = load(str(file), {"tls-key": "k.pem", "pool": "south"})
    assert (made.tls_cert, made.tls_key, made.pool) == ("c.pem", "k.pem", "south")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"listen = [", "not TOML"),
        (b"\xff\xfe", "not TOML"),
        (b'pool = "a"\npool = "b"\n', "not TOML"),
        (b"x = " + b"[" * 5_000, "not TOML"),
        (b"x = " + b"9" * 5_000, "not TOML"),
        (b"[listen]\n", "must be a text, or a list of texts"),
        (b"lisen = 1\n", "no setting 'lisen'"),
        (b"#" * 1_000_001, "larger than"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_its_name(tmp_path: Path, data: bytes, message: str) -> None:
    file = tmp_path / "serve.toml"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=re.escape(message)) as raised:
        load(str(file), {})
    assert "serve.toml" in str(raised.value)


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    for name in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            load(str(name), {})


@given(st.binary(max_size=200))
def test_no_file_brings_anything_but_a_refusal(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(data)
    with contextlib.suppress(UsageError):
        load(str(file), {})


def test_every_setting_is_an_option_and_documented_with_its_default() -> None:
    typed = vars(options())
    rows = dict(re.findall(r"^\| `--([a-z-]+)[^|]*(?:\\\|[^|]*)*\|.*\| ([^|]+) \|$", DOCUMENT, re.MULTILINE))
    for one in fields(Serve):
        if not one.init:
            continue
        name = one.name.replace("_", "-")
        assert one.name in typed, name
        assert name in rows, name
        default = one.default
        if isinstance(default, bool):
            assert rows[name] == "off", name
        elif isinstance(default, int):
            assert rows[name] == str(default), name
        elif default and name != "listen":
            assert rows[name] == f"`{default}`", name
    assert rows["listen"] == "`127.0.0.1:8080`"
