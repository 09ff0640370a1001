"""A raw stack that was moved, renamed or copied among others, found again by what is in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import ReadError
from fluogan_app.core.project import search
from fluogan_app.core.project.search import search_folder, search_near
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers.open import open_stack


@pytest.fixture
def linked(project, stack) -> Project:
    project.attach(stack, hashed=True)
    return project


def decoys(raw: Path, folder: Path) -> None:
    """Files of the same size and type, and of the same name, that hold other frames."""
    folder.mkdir(parents=True)
    content = bytearray(raw.read_bytes())
    content[-10] ^= 1
    (folder / raw.name).write_bytes(content)
    (folder / "another.tif").write_bytes(bytes(len(content)))


def test_a_renamed_file_is_found_among_others_of_its_size(linked, raw, tmp_path) -> None:
    decoys(raw, tmp_path / "archive" / "2025")
    hidden = tmp_path / "archive" / "2026" / "may" / "renamed.dat"
    hidden.parent.mkdir(parents=True)
    raw.rename(hidden)
    seen: list[tuple[int, str]] = []
    found = search_folder(linked.document.link, tmp_path / "archive", lambda *told: seen.append(told))
    assert found == hidden and seen[0] == (0, str(tmp_path / "archive")) and seen[-1][0] >= 2
    hidden.rename(hidden.with_suffix(".tif"))
    linked.locate(hidden.with_suffix(".tif")).close()
    assert linked.trouble_with_stack() == ()


def test_what_is_not_there_is_not_found(linked, raw, tmp_path) -> None:
    decoys(raw, tmp_path / "archive")
    assert search_folder(linked.document.link, tmp_path / "archive") is None
    with pytest.raises(ReadError, match="not there"):
        search_folder(linked.document.link, tmp_path / "nowhere")


def test_a_search_is_bounded_and_can_be_cancelled(linked, raw, tmp_path, monkeypatch) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    shutil.copy(raw, deep / "x.tif")
    link = linked.document.link
    assert search_folder(link, tmp_path / "a", depth=2) == deep / "x.tif"
    assert search_folder(link, tmp_path / "a", depth=1) is None
    for number in range(5):
        (tmp_path / "a" / f"{number}.txt").write_text("")
    assert search_folder(link, tmp_path / "a", most_files=4) is None
    assert search_folder(link, tmp_path / "a", cancelled=lambda: True) is None
    monkeypatch.setattr(search.links, "fingerprint", lambda path: pytest.fail("a cancelled search reads no file"))
    looks = iter([False, False, False, True])
    assert search_folder(link, tmp_path / "a", cancelled=lambda: next(looks, True)) is None


def test_links_do_not_lead_in_circles(linked, tmp_path) -> None:
    (tmp_path / "round").mkdir()
    (tmp_path / "round" / "back").symlink_to(tmp_path / "round", target_is_directory=True)
    os.symlink(tmp_path / "nowhere", tmp_path / "round" / "broken")
    assert search_folder(linked.document.link, tmp_path / "round") is None


def test_without_a_fingerprint_size_shape_and_type_count(project, stack, raw, tmp_path) -> None:
    project.attach(stack)
    assert project.document.link.sha256 == ""
    there = tmp_path / "there"
    there.mkdir()
    (there / "noise.tif").write_bytes(os.urandom(raw.stat().st_size))
    assert search_folder(project.document.link, there) is None
    shutil.copy(raw, there / "other name.tif")
    assert search_folder(project.document.link, there) == there / "other name.tif"


def test_a_series_is_found_whole(project, tmp_path) -> None:
    series = tmp_path / "series"
    series.mkdir()
    for number, frame in enumerate(np.random.default_rng(0).poisson(20, (5, 8, 9)).astype(np.uint16)):
        tifffile.imwrite(series / f"cell_{number:03d}.tif", frame)
    stack = open_stack(series / "cell_002.tif")
    project.attach(stack, hashed=True)
    stack.close()
    there = tmp_path / "there" / "series"
    shutil.copytree(series, tmp_path / "there" / "a part of it")
    (tmp_path / "there" / "a part of it" / "cell_004.tif").unlink()
    shutil.move(series, there)
    assert search_folder(project.document.link, tmp_path / "there") == there / "cell_002.tif"


def test_near_is_beside_the_project_where_it_was_and_where_one_has_been(linked, raw, tmp_path) -> None:
    places = [linked.folder.parent / "renamed.tif", raw.with_name("renamed.tif"), tmp_path / "used" / "renamed.tif"]
    (tmp_path / "used").mkdir()
    original = raw.rename(tmp_path / "kept")
    for place in places:
        shutil.copy(original, place)
        assert search_near(linked, [tmp_path / "gone", tmp_path / "used"]) == place
        place.unlink()
    assert search_near(linked, [tmp_path / "used"]) is None
