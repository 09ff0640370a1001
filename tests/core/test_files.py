"""Writing in one step: either the old file or the new one, whatever happens."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from fluogan_app.core import files
from fluogan_app.core.errors import ProjectError


def fail(code: int):
    def failing(*_, **__):
        raise OSError(code, os.strerror(code))

    return failing


@pytest.fixture
def old(tmp_path) -> Path:
    path = tmp_path / "file.json"
    path.write_text("old")
    return path


def test_a_file_is_replaced(old):
    files.write_text_atomic(old, "new µ")
    assert old.read_text(encoding="utf-8") == "new µ"
    assert list(old.parent.iterdir()) == [old]


def test_folders_on_the_way_are_made(tmp_path):
    files.write_json_atomic(tmp_path / "a b" / "ü" / "x.json", {"a": 1})
    assert (tmp_path / "a b" / "ü" / "x.json").exists()


@pytest.mark.parametrize("function", ["replace", "fsync"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_full_disk_or_a_read_only_folder_leaves_the_old_file_and_no_litter(old, monkeypatch, function, code):
    monkeypatch.setattr(files.os, function, fail(code))
    with pytest.raises(ProjectError) as caught:
        files.write_text_atomic(old, "new")
    monkeypatch.undo()
    assert old.read_text() == "old" and list(old.parent.iterdir()) == [old]
    assert os.strerror(code) in caught.value.message and caught.value.hint


def test_a_writer_that_fails_half_way_leaves_the_old_file(old):
    def half(path: Path) -> None:
        path.write_text("ne")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ProjectError, match="No space left"):
        files.write_atomic(old, half)
    assert old.read_text() == "old" and list(old.parent.iterdir()) == [old]


def test_an_error_that_is_no_disk_error_passes_and_leaves_the_old_file(old):
    with pytest.raises(ValueError, match="nan"):
        files.write_json_atomic(old, {"a": float("nan")})
    assert old.read_text() == "old" and list(old.parent.iterdir()) == [old]


def test_a_folder_that_cannot_be_flushed_is_no_error(old, monkeypatch):
    real = os.fsync

    def only_files(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(handle)

    monkeypatch.setattr(files.os, "fsync", only_files)
    files.write_text_atomic(old, "new")
    assert old.read_text() == "new"


def test_half_written_files_are_known_by_their_name(tmp_path):
    seen = []
    files.write_atomic(tmp_path / "x.ome.tif", lambda path: (seen.append(path), path.write_bytes(b"")))
    assert files.is_temporary(seen[0])
    assert not files.is_temporary(Path(".gitignore")) and not files.is_temporary(Path("x.ome.tif"))
