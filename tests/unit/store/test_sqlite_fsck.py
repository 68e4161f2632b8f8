"""The independent check: each invariant, broken by hand, is found and named; a sound file has no findings."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sharedsky.exchange.changes import Put
from sharedsky.exchange.model import HIGHEST_MM, LOWEST_MM, Box
from sharedsky.exchange.protocol import Decided
from sharedsky.store.sqlite import DatabaseRefused
from sharedsky.store.sqlite.codec import blob_of, cover_of, ident_of, text_of
from sharedsky.store.sqlite.fsck import Checked, fsck
from sharedsky.store.sqlite.fsck_rows import boxes_of, ident_fault, name_of
from store_worlds import MINUTE_NS, NOW_NS, bare_intent, open_store, uuid_of

ASSET = Path(__file__).parents[2] / "assets" / "store" / "version-1.db"
INTENT = "x'00000000000040008000000000000001'"
SUBSCRIPTION = "x'00000000000040008000000000000005'"


def checked(folder: Path, *changes: str) -> Checked:
    """What is found in the first version's database after changes by hand."""
    path = folder / "x.db"
    shutil.copy(ASSET, path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    with connection:
        for change in changes:
            connection.execute(change)
    connection.close()
    return fsck(path, NOW_NS)


def blob(*boxes: tuple[int, ...], version: int = 1) -> str:
    """A cover as SQL, written by hand."""
    packed = b"".join(struct.pack("<B4H4q", *box) for box in boxes)
    return f"x'{(struct.pack('<BI', version, zlib.crc32(packed)) + packed).hex()}'"


def test_a_sound_file_has_no_findings(tmp_path: Path) -> None:
    found = checked(tmp_path)
    assert (found.version, found.wrong, found.count, found.batch, found.notes) == (1, [], 0, 1, [])
    assert found.rows == {"intent": 2, "constraint_reference": 1, "subscription": 2, "report": 1}


END = NOW_NS + 30 * MINUTE_NS
WHERE = f"WHERE id = {INTENT}"
BROKEN = [
    (f"UPDATE intent SET version = 0 {WHERE}", "version is 0"),
    ("UPDATE constraint_reference SET version = -3", "version is -3"),
    (f"UPDATE intent SET start_ns = end_ns + 1 {WHERE}", "starts after it ends"),
    (f"UPDATE intent SET end_ns = end_ns + 1 {WHERE}", "does not span"),
    (f"UPDATE intent SET start_ns = start_ns + 1 {WHERE}", "does not span"),
    (f"UPDATE intent SET cover = x'' {WHERE}", "no whole number of boxes"),
    (f"UPDATE intent SET cover = x'0100000000' {WHERE}", "no whole number of boxes"),
    (f"UPDATE intent SET cover = substr(cover, 1, 45) {WHERE}", "no whole number of boxes"),
    (f"UPDATE intent SET cover = CAST(substr(cover, 1, 45) || x'77' AS BLOB) {WHERE}", "checksum"),
    (f"UPDATE intent SET cover = {blob((0, 1, 1, 1, 1, 0, 1, NOW_NS, END), version=2)} {WHERE}", "version 2"),
    (f"UPDATE intent SET cover = {blob((6, 1, 1, 1, 1, 0, 1, NOW_NS, END))} {WHERE}", "face 6"),
    (f"UPDATE intent SET cover = {blob((0, 2, 1, 1, 1, 0, 1, NOW_NS, END))} {WHERE}", "out of order"),
    (f"UPDATE intent SET cover = {blob((0, 1, 1, 1, 8192, 0, 1, NOW_NS, END))} {WHERE}", "off the face"),
    (f"UPDATE intent SET cover = {blob((0, 1, 1, 1, 1, 2, 1, NOW_NS, END))} {WHERE}", "floor"),
    (f"UPDATE intent SET cover = {blob((0, 1, 1, 1, 1, 0, 1, END, NOW_NS))} {WHERE}", "starts after"),
    (f"UPDATE intent SET cover = {blob((0, 1, 1, 1, 1, 0, 1, NOW_NS, END))} {WHERE}", "does not cover it"),
    (f"UPDATE intent SET subscription_id = 'nowhere' {WHERE}", "subscription nowhere is not there"),
    (f"UPDATE intent SET subscription_id = NULL {WHERE}", "no intent depends on it"),
    (f"UPDATE intent SET subscription_id = {SUBSCRIPTION} {WHERE}", "no intent depends on it"),
    ("UPDATE notified SET notification_index = -1", "index is -1"),
    ("DELETE FROM notified", "no notification index"),
    ("INSERT INTO notified VALUES ('nobody', 1)", "refers to a subscription that is not there"),
    (f"UPDATE intent SET id = '{uuid_of(1)}' {WHERE}", "kept as text"),
    (f"UPDATE intent SET id = x'1234' {WHERE}", "2 bytes"),
    (f"UPDATE intent SET id = 17 {WHERE}", "neither a text nor 16 bytes"),
    (f"UPDATE state SET purged_ns = {END + 1}", "past its retention"),
    ("UPDATE uss_status SET availability = 'Perhaps'", "Perhaps"),
    ("UPDATE reply SET key = x'00'", "1 bytes instead of 32"),
    (f"UPDATE report SET id = '{uuid_of(4)}'", "kept as text"),
    ("DELETE FROM state", "0 rows"),
]


@pytest.mark.parametrize(("change", "says"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
def test_what_is_broken_is_found_and_named(tmp_path: Path, change: str, says: str) -> None:
    found = checked(tmp_path, change)
    assert found.count >= 1
    assert says in "\n".join(map(str, found.wrong))


def test_a_finding_names_the_id(tmp_path: Path) -> None:
    found = checked(tmp_path, f"UPDATE intent SET version = 0 {WHERE}")
    by_row = [finding.ident for finding in found.wrong if "version" in finding.what]
    assert by_row == [uuid_of(1)]


def test_an_id_of_two_kinds_is_worth_a_note(tmp_path: Path) -> None:
    found = checked(tmp_path, f"UPDATE constraint_reference SET id = {INTENT}")
    assert found.wrong == []
    assert [note.ident for note in found.notes] == [uuid_of(1)]


def test_a_damaged_page_is_a_finding_and_the_rest_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    shutil.copy(ASSET, path)
    data = bytearray(path.read_bytes())
    data[10 * 512 : 11 * 512] = b"\xff" * 512
    path.write_bytes(data)
    found = fsck(path, NOW_NS)
    assert found.count >= 1
    assert found.batch == 1


@pytest.mark.parametrize("content", [None, b"text" * 200, b""])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatabaseRefused):
        fsck(path, NOW_NS)


def test_a_running_store_is_checked_as_of_one_instant(tmp_path: Path) -> None:
    async def run() -> None:
        store = open_store(tmp_path / "x.db")
        await store.write(NOW_NS, lambda _: Decided(None, (Put(bare_intent(1)),)))
        found = fsck(tmp_path / "x.db", NOW_NS)
        await store.write(NOW_NS, lambda _: Decided(None, (Put(bare_intent(2)),)))
        await store.close()
        assert (found.wrong, found.rows["intent"], found.batch) == ([], 1, 1)

    asyncio.run(run())


COORDINATE = st.integers(0, 8191)
MM = st.integers(LOWEST_MM, HIGHEST_MM)
NS = st.integers(-(2**63), 2**63 - 1)
BOX = st.builds(
    lambda face, u, v, level, time: Box(face, u[0], v[0], u[1], v[1], *level, *time),
    st.integers(0, 5), *[st.tuples(of, of).map(lambda pair: tuple(sorted(pair))) for of in (COORDINATE, COORDINATE, MM, NS)],
)  # fmt: skip


@given(st.lists(BOX, min_size=1, max_size=5).map(tuple))
def test_both_readers_of_covers_read_what_was_written(cover: tuple[Box, ...]) -> None:
    packed = blob_of(cover)
    assert cover_of(packed) == cover
    flat = [Box(b.face, b.u[0], b.v[0], b.u[1], b.v[1], *b.level_mm, b.start, b.end) for b in boxes_of(packed)]
    assert tuple(flat) == cover


@given(st.binary(max_size=200), st.lists(BOX, max_size=3).map(tuple), st.integers(0, 200), st.integers(1, 255))
def test_no_reader_of_covers_takes_what_was_not_written(noise: bytes, cover: tuple[Box, ...], at: int, flip: int) -> None:
    assume(noise != blob_of(()))
    changed = bytearray(blob_of(cover))
    changed[at % len(changed)] ^= flip
    for data in (noise, bytes(changed)):
        for read in (cover_of, boxes_of):
            with pytest.raises(ValueError):
                read(data)


@given(st.uuids().map(str) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.from_regex(r"[0-9a-fA-F-]{36}", fullmatch=True))
def test_ids_come_back_as_they_were_and_have_one_form(text: str) -> None:
    ident = ident_of(text)
    assert text_of(ident) == text
    assert ident_fault(ident) is None
    assert name_of(ident) == text
