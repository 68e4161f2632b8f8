"""Finding input files: all of them, each once, in one order, and nothing skipped in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sharedsky.errors import FormatError, LimitError, UsageError
from sharedsky.files import display_name, file_key, find_files, load_documents, read_bytes
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document


@pytest.fixture
def theatre(tmp_path: Path) -> Path:
    for name in ("b.json", "a.json", "sub/c.json", "sub/deep/d.txt", ".git/config", "sub/.DS_Store", "e.bak"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def names(found_in: Path, *paths: Path | str, ignore: tuple[str, ...] = ()) -> list[str]:
    return [os.path.relpath(file.path, found_in) for file in find_files(paths, ignore=ignore).files]


def test_a_folder_is_read_whole_and_in_order(theatre: Path) -> None:
    assert names(theatre, theatre) == ["a.json", "b.json", "e.bak", "sub/c.json", "sub/deep/d.txt"]


def test_files_named_one_by_one_keep_the_order_they_were_named_in(theatre: Path) -> None:
    assert names(theatre, theatre / "b.json", theatre / "a.json") == ["b.json", "a.json"]


def test_hidden_files_are_skipped_and_it_is_said_so(theatre: Path) -> None:
    (note,) = find_files([theatre]).notes
    assert "2 files or folders" in note.text
    assert ".git" in note.text
    assert "sub/.DS_Store" in note.text


def test_a_hidden_file_that_is_named_is_read(theatre: Path) -> None:
    assert names(theatre, theatre / ".git" / "config") == [".git/config"]


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("*.bak", ["a.json", "b.json", "sub/c.json", "sub/deep/d.txt"]),
        ("sub", ["a.json", "b.json", "e.bak"]),
        ("*/sub/*.json", ["a.json", "b.json", "e.bak", "sub/deep/d.txt"]),
        ("nothing", ["a.json", "b.json", "e.bak", "sub/c.json", "sub/deep/d.txt"]),
    ],
)
def test_ignore_skips_what_a_glob_matches(theatre: Path, glob: str, left: list[str]) -> None:
    assert names(theatre, theatre, ignore=(glob,)) == left


def test_what_is_ignored_is_said(theatre: Path) -> None:
    texts = [note.text for note in find_files([theatre, theatre / "e.bak"], ignore=["*.bak"]).notes]
    assert sum("ignore" in text and "e.bak" in text for text in texts) == 2


def test_a_folder_that_links_back_to_itself_is_read_once(theatre: Path) -> None:
    (theatre / "sub" / "loop").symlink_to(theatre)
    (theatre / "sub" / "again").symlink_to(theatre / "sub" / "deep")
    assert names(theatre, theatre) == ["a.json", "b.json", "e.bak", "sub/again/d.txt", "sub/c.json"]
    assert sum("reached twice" in note.text for note in find_files([theatre]).notes) == 2


def test_a_file_named_twice_is_read_once_and_it_is_said_so(theatre: Path) -> None:
    (theatre / "link.json").symlink_to(theatre / "a.json")
    os.link(theatre / "a.json", theatre / "hard.json")
    found = find_files([theatre / "a.json", theatre / "link.json", theatre / "hard.json", theatre / "a.json"])
    assert [file.path.name for file in found.files] == ["a.json"]
    assert [note.source.file for note in found.notes] == [
        str(theatre / "link.json"), str(theatre / "hard.json"), str(theatre / "a.json")
    ]  # fmt: skip


def test_a_broken_link_in_a_folder_is_refused_by_name_and_the_rest_goes_on(theatre: Path) -> None:
    (theatre / "broken.json").symlink_to(theatre / "nowhere")
    found = find_files([theatre])
    assert [refusal.source.file for refusal in found.refusals] == [str(theatre / "broken.json")]
    assert len(found.files) == 5


def test_a_link_to_itself_is_refused_by_name(theatre: Path) -> None:
    (theatre / "self").symlink_to(theatre / "self")
    found = find_files([theatre / "self", theatre / "a.json"])
    assert [refusal.source.file for refusal in found.refusals] == [str(theatre / "self")]
    assert len(found.files) == 1


def test_a_pipe_in_a_folder_is_refused_and_never_waited_for(theatre: Path) -> None:
    os.mkfifo(theatre / "pipe")
    found = find_files([theatre])
    assert [refusal.source.file for refusal in found.refusals] == [str(theatre / "pipe")]


def test_a_folder_that_cannot_be_listed_is_refused_by_name(theatre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listdir = os.listdir

    def refuse_sub(path: str) -> list[str]:
        if path.endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse_sub)
    found = find_files([theatre])
    assert [(r.source.file, "Permission denied" in r.reason) for r in found.refusals] == [(str(theatre / "sub"), True)]
    assert len(found.files) == 3


@pytest.mark.parametrize("name", ["nothing.json", "a.json/inside"])
def test_a_name_of_nothing_is_a_usage_error(theatre: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        find_files([theatre / name])


def test_no_name_at_all_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        find_files([])


def test_a_dash_is_standard_input(theatre: Path) -> None:
    found = find_files(["-", theatre / "a.json"])
    assert found.stdin
    assert len(found.files) == 1


def test_more_files_than_the_limit_are_refused_and_none_is_read(theatre: Path) -> None:
    found = find_files([theatre], limits=Limits(max_files=3))
    assert found.files == []
    assert "max-files" in found.refusals[0].reason


def test_a_name_that_is_not_utf_8_is_written_in_codes(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"a\xff.json")).write_text("x")
    except OSError:
        pytest.skip("this file system takes no such name")
    (file,) = find_files([tmp_path]).files
    assert file.name.endswith("a\\xff.json")
    assert file.name.encode("utf-8")


def test_a_name_in_utf_8_is_left_as_it_is() -> None:
    assert display_name("Zürich/план.json") == "Zürich/план.json"


def test_a_file_longer_than_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x" * 101)
    assert len(read_bytes(path, Limits(max_bytes=101))) == 101
    with pytest.raises(LimitError, match="max-bytes"):
        read_bytes(path, Limits(max_bytes=100))


def test_files_beyond_what_all_may_have_together_are_refused_by_name_and_smaller_ones_are_read(tmp_path: Path) -> None:
    for name, size in {"a": 60, "b": 60, "c": 30, "d": 20}.items():
        (tmp_path / name).write_bytes(b"x" * size)
    documents, reading = load_documents(
        find_files([tmp_path]), Limits(max_total_bytes=100), lambda name, raw, _: Document(name, raw),
        more=[Document("stdin", b"y" * 9)],
    )  # fmt: skip
    assert [Path(document.name).name for document in documents] == ["stdin", "a", "c"]
    assert [Path(refusal.source.file).name for refusal in reading.refusals] == ["b", "d"]
    assert "max-total-bytes = 100" in reading.refusals[0].reason


def test_what_cannot_be_opened_is_refused_by_name_and_the_rest_goes_on(theatre: Path) -> None:
    def open_document(name: str, raw: bytes, limits: Limits) -> Document:
        if raw == b"b.json":
            raise FormatError("broken compression.")
        return Document(name, raw)

    found = find_files([theatre])
    (theatre / "e.bak").unlink()
    steps: list[tuple[str, int, int]] = []
    documents, reading = load_documents(found, Limits(), open_document, lambda *step: steps.append(step))
    assert [document.data for document in documents] == [b"a.json", b"sub/c.json", b"sub/deep/d.txt"]
    assert [Path(refusal.source.file).name for refusal in reading.refusals] == ["b.json", "e.bak"]
    assert steps[0] == ("reading files", 0, 5)


def test_two_names_of_one_file_have_one_key(theatre: Path) -> None:
    (theatre / "link").symlink_to(theatre / "a.json")
    assert file_key(theatre / "link") == file_key(theatre / "a.json") != file_key(theatre / "b.json")
