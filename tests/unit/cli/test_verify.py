"""The command verify: the verdict in words, its exit status, and what cannot be used."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ledger_worlds import ISSUER, KEYS, asked, desk_of, memory_store
from sharedsky.cli import main
from sharedsky.ledger.keys import SigningKey
from store_worlds import NOW_NS, extent, fresh, put_constraint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Bundles of a store's ledger, and policies."""

    async def run() -> None:
        store = memory_store()
        await store.write(NOW_NS, asked(put_constraint(1, extent(), fresh(1))))
        for _ in range(2):
            await store.checkpoint(NOW_NS)
        (tmp_path / "logged").write_bytes(desk_of(store).logged(ISSUER, "uss1", 1))
        (tmp_path / "grown").write_bytes(desk_of(store).consistency(4, None))

    asyncio.run(run())
    other = SigningKey.from_seed(KEYS.origin, bytes(32)).verifier
    for name, key in (("policy", KEYS.signing.verifier), ("other", other)):
        (tmp_path / name).write_text(f"log {key}\nquorum none\n")
    (tmp_path / "broken").write_text("quorum\n")
    (tmp_path / "cut").write_bytes((tmp_path / "logged").read_bytes()[:-1])
    return tmp_path


@pytest.mark.parametrize(
    ("bundle", "policy", "status", "said"),
    [
        ("logged", "policy", 4, "logged only: the leaf with these fields is in the log"),
        ("grown", "policy", 5, "consistent: the log of 8 leaves begins with the 4 leaves"),
        ("logged", "other", 10, "invalid"),
        ("cut", "policy", 10, "invalid: the bundle is damaged or cut short"),
    ],
)
def test_a_bundle_gets_its_verdict_and_status(
    folder: Path, capsys: pytest.CaptureFixture[str], bundle: str, policy: str, status: int, said: str
) -> None:
    assert main(["verify", str(folder / bundle), "--policy", str(folder / policy)]) == status
    assert capsys.readouterr().out.startswith(said)


@pytest.mark.parametrize(
    "typed", [["logged", "--policy", "broken"], ["no such file", "--policy", "policy"], ["logged"], ["logged", "--policy", "no"]]
)
def test_what_cannot_be_used_is_no_verdict(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: list[str]
) -> None:
    monkeypatch.chdir(folder)
    assert main(["verify", *typed]) == 64
    told = capsys.readouterr()
    assert told.out == ""
    assert "sharedsky" in told.err


def test_a_bundle_may_be_named_like_an_option(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "--logged").write_bytes((folder / "logged").read_bytes())
    assert main(["verify", "--policy", "policy", "--", "--logged"]) == 4
