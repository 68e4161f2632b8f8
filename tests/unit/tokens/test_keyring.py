"""Signing keys in their folder: made once, readable by nobody else, rotated whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sharedsky.tokens import private_files
from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.keyring import MIN_PUBLISHED_S, ROTATE_AFTER_S, HeldKeys, KeyFolder, KeyRing
from sharedsky.tokens.private_files import KeptSets, read_private, write_private
from token_samples import NOW_S, Clock

posix = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")


def a_folder(path: Path) -> KeyFolder:
    return KeyFolder(path / "keys", bits=2048)


def kids(ring: KeyRing) -> list[tuple[str, str]]:
    return [(entry.state, entry.key.kid) for entry in ring.keys]


def test_keys_are_made_at_the_first_start_and_found_at_the_next(tmp_path: Path) -> None:
    made = a_folder(tmp_path).load_or_create(NOW_S)
    assert [state for state, _ in kids(made)] == ["current", "next"]
    again = a_folder(tmp_path).load_or_create(NOW_S + 1000)
    assert kids(again) == kids(made)
    assert (again.current.created_s, again.current.signs_from_s, again.next.signs_from_s) == (NOW_S, NOW_S, None)


@posix
def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    a_folder(tmp_path).load_or_create(NOW_S)
    folder = tmp_path / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602, 0o660])
def test_a_key_that_others_can_read_or_write_is_refused_with_what_to_do(mode: int, tmp_path: Path) -> None:
    made = a_folder(tmp_path).load_or_create(NOW_S)
    path = tmp_path / "keys" / f"{made.current.key.kid}.pem"
    path.chmod(mode)
    with pytest.raises(TrustError, match=f"mode {mode:04o}.*chmod 600"):
        a_folder(tmp_path).load_or_create(NOW_S)
    path.chmod(0o600)
    (tmp_path / "keys" / "keys.json").chmod(mode)
    with pytest.raises(TrustError, match="chmod 600"):
        a_folder(tmp_path).load()


@posix
def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    a_folder(tmp_path)
    (tmp_path / "keys").chmod(0o770)
    with pytest.raises(TrustError, match="chmod 700"):
        a_folder(tmp_path)


def test_a_rotation_moves_each_key_one_on(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    before = folder.load_or_create(NOW_S)
    now_s = NOW_S + MIN_PUBLISHED_S
    after = folder.rotate(now_s)
    assert after.current.key.kid == before.next.key.kid
    assert after.previous[0].key.kid == before.current.key.kid
    assert after.next.key.kid not in {kid for _, kid in kids(before)}
    assert (after.current.signs_from_s, after.next.created_s) == (now_s, now_s)
    assert kids(folder.load()) == kids(after)
    assert {one.kid for one in after.accepted(now_s)} == {kid for _, kid in kids(after)}
    ends_s = after.previous[0].ends_s
    assert ends_s is not None
    assert ends_s - now_s > 86_400
    assert {one.kid for one in after.accepted(ends_s)} == {after.current.key.kid, after.next.key.kid}


def test_a_previous_key_is_deleted_at_the_first_rotation_after_its_end(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    first = folder.load_or_create(NOW_S)
    for days in (1, 2, 10):
        ring = folder.rotate(NOW_S + days * 86_400)
    assert len(ring.previous) == 1
    assert not (tmp_path / "keys" / f"{first.current.key.kid}.pem").exists()
    assert len(list((tmp_path / "keys").glob("*.pem"))) == 3


def test_a_key_signs_only_after_it_was_published_for_a_day(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    folder.load_or_create(NOW_S)
    with pytest.raises(TrustError, match="less than a day"):
        folder.rotate(NOW_S + MIN_PUBLISHED_S - 1)


def test_keys_are_rotated_by_themselves_when_they_are_old(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    before = folder.load_or_create(NOW_S)
    assert kids(folder.rotate_if_due(NOW_S + ROTATE_AFTER_S - 1)) == kids(before)
    after = folder.rotate_if_due(NOW_S + ROTATE_AFTER_S)
    assert after.current.key.kid == before.next.key.kid
    assert kids(folder.rotate_if_due(NOW_S + ROTATE_AFTER_S + 1)) == kids(after)


def test_replacing_all_keys_leaves_none_of_the_old_ones(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    before = folder.load_or_create(NOW_S)
    after = folder.replace_all(NOW_S + 1)
    assert not {kid for _, kid in kids(before)} & {kid for _, kid in kids(after)}
    assert after.previous == ()
    assert {path.stem for path in (tmp_path / "keys").glob("*.pem")} == {kid for _, kid in kids(after)}


def test_a_crash_before_the_list_is_written_leaves_the_rotation_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path)
    before = folder.load_or_create(NOW_S)

    def crash(path: Path, data: bytes) -> None:
        if path.name == "keys.json":
            raise KeyboardInterrupt
        write_private(path, data)

    monkeypatch.setattr("sharedsky.tokens.keyring.write_private", crash)
    with pytest.raises(KeyboardInterrupt):
        folder.rotate(NOW_S + MIN_PUBLISHED_S)
    monkeypatch.undo()
    assert kids(folder.load()) == kids(before)
    assert len(folder.rotate(NOW_S + MIN_PUBLISHED_S).keys) == 3


def test_an_unfinished_file_is_in_nobodys_way(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    folder.load_or_create(NOW_S)
    (tmp_path / "keys" / "keys.json.new").write_bytes(b"half")
    assert folder.rotate(NOW_S + MIN_PUBLISHED_S).previous


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"version": 1}', '{"version": 1, "keys": {}}', '{"version": 1, "keys": [5]}', '{"version": 1, "keys": []}',
     '{"version": 2, "keys": []}', '{"version": 1, "keys": [{"kid": "../x", "state": "current", "created": "2026-01-01T00:00:00Z"}]}',
     '{"version": 1, "keys": [{"kid": "", "state": "current", "created": "2026-01-01T00:00:00Z"}]}',
     '{"version": 1, "keys": [{"kid": "gone", "state": "current", "created": "2026-01-01T00:00:00Z"}]}',
     '{"version": 1, "keys": [{"kid": "a", "state": "old", "created": "2026-01-01T00:00:00Z"}]}',
     '{"version": 1, "keys": [{"kid": "a", "state": "previous", "created": "2026-01-01T00:00:00Z"}]}',
     '{"version": 1, "keys": [{"kid": "a", "state": "current", "created": "yesterday"}]}',
     '{"version": 1, "keys": [{"kid": "a", "state": "current"}]}'],
)  # fmt: skip
def test_a_list_of_keys_that_makes_no_sense_is_refused_and_nothing_is_made(text: str, tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    write_private(tmp_path / "keys" / "keys.json", text.encode())
    with pytest.raises(TrustError):
        folder.load_or_create(NOW_S)
    assert list((tmp_path / "keys").glob("*.pem")) == []


def test_a_file_with_another_key_than_its_name_says_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    ring = folder.load_or_create(NOW_S)
    paths = [tmp_path / "keys" / f"{entry.key.kid}.pem" for entry in ring.keys]
    write_private(paths[0], paths[1].read_bytes())
    with pytest.raises(TrustError, match="another key"):
        folder.load()


def test_keys_without_their_list_are_not_replaced_in_silence(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    folder.load_or_create(NOW_S)
    (tmp_path / "keys" / "keys.json").unlink()
    with pytest.raises(TrustError, match="Restore"):
        folder.load_or_create(NOW_S)


def test_a_folder_without_keys_has_none_to_load(tmp_path: Path) -> None:
    with pytest.raises(TrustError, match="missing"):
        a_folder(tmp_path).load()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(TrustError, match="cannot be created"):
        a_folder(tmp_path)


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrustError, match="cannot be written"):
        write_private(tmp_path / "missing" / "file", b"")


def test_a_file_that_is_too_large_or_a_folder_is_refused(tmp_path: Path) -> None:
    write_private(tmp_path / "large", b"x" * (private_files._MAX_BYTES + 1))
    for name in ("large", "."):
        with pytest.raises(TrustError):
            read_private(tmp_path / name)


def test_held_keys_change_their_generation_with_the_ring(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    held = HeldKeys(folder.load_or_create(NOW_S), Clock())
    before = held.generation
    ring = folder.replace_all(NOW_S)
    held.replace(ring)
    assert held.generation != before
    assert held.ring is ring
    assert held.candidates(None) == ()
    assert [one.thumbprint for one in held.candidates(ring.next.key.kid)] == [ring.next.key.kid]
    held.refresh_if_due()


def test_key_sets_of_others_are_kept_for_a_restart(tmp_path: Path) -> None:
    kept = KeptSets(tmp_path / "kept")
    assert kept.load("https://a/") is None
    kept.keep("https://a/", b"one")
    kept.keep("https://b/", b"two")
    assert (KeptSets(tmp_path / "kept").load("https://a/"), kept.load("https://b/")) == (b"one", b"two")
