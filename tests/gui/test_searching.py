"""The raw stack of a project that was moved: found nearby without a question, and in a folder when asked to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers.open import open_stack
from fluogan_app.gui.features import searching


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "camera" / "cells.ome.tif"
    path.parent.mkdir()
    pixels = np.random.default_rng(1).poisson(40, (6, 12, 14)).astype(np.uint16)
    tifffile.imwrite(path, pixels, photometric="minisblack",
                     metadata={"axes": "TYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1})  # fmt: skip
    return path


@pytest.fixture
def project(tmp_path: Path, raw: Path) -> Path:
    stack = open_stack(raw)
    made = Project.create(tmp_path / "projects" / "kept", ProjectDocument(acquisition=stack.acquisition))
    made.attach(stack, hashed=True)
    stack.close()
    return made.folder


def test_a_renamed_file_beside_its_old_place_is_found_without_a_question(
    open_window: Callable, project: Path, raw: Path
) -> None:
    renamed = raw.rename(raw.with_name("renamed.ome.tif"))
    user = open_window(project)
    user.sees_stack()
    assert user.session.stack.path == renamed and user.window.notices.text("locate") == ""
    user.sees(lambda: Project.open(project).document.link.path == str(renamed))


def test_a_folder_is_searched_when_asked_to(
    open_window: Callable, project: Path, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = tmp_path / "archive" / "2026" / "05" / "may" / "x.tif"
    hidden.parent.mkdir(parents=True)
    raw.rename(hidden)
    (tmp_path / "empty").mkdir()
    threads: list[threading.Thread] = []
    real = searching.search_folder

    def search(*arguments):
        threads.append(threading.current_thread())
        return real(*arguments)

    monkeypatch.setattr(searching, "search_folder", search)
    user = open_window(project)
    user.click("notice_locate_search")
    user.names_file("choose_folder", tmp_path / "empty")
    user.sees(lambda: "is not in" in user.window.notices.text("search"))
    user.presses("search_raw")
    user.names_file("choose_folder", tmp_path / "archive")
    user.sees_stack()
    assert user.session.stack.path == hidden and user.window.notices.text("search") == ""
    assert len(threads) == 2 and threading.main_thread() not in threads


def test_a_search_tells_where_it_is_and_is_given_up(
    open_window: Callable, project: Path, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw.rename(tmp_path / "gone")

    def endless(link, folder, note, cancelled):
        note(4321, "/some/where")
        while not cancelled():
            pass

    monkeypatch.setattr(searching, "search_folder", endless)
    user = open_window(project)
    user.click("notice_locate_search")
    user.names_file("choose_folder", tmp_path)
    user.sees(lambda: "4321 files so far, now in /some/where" in user.window.notices.text("search"))
    user.click("notice_search_cancel")
    assert user.window.notices.text("search") == "" and user.session.stack is None
