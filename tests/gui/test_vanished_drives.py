"""Drives that hang or go away: the window goes on, says what it waits for, lets go of it, and closes."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from fluogan_app.core.folders import recovery_folder
from fluogan_app.core.project import store
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.readers import open as opening
from fluogan_app.gui import reachability
from tests.gui.slow_drive import FRAMES, Drive


@pytest.fixture
def near(tmp_path: Path) -> Path:
    """A file that is at hand."""
    path = tmp_path / "near.ome.tif"
    tifffile.imwrite(path, FRAMES[:5], metadata={"axes": "TYX"}, photometric="minisblack")
    return path


def test_opening_that_hangs_is_said_and_given_up(open_window: Callable, drive: Drive, slow: Path, near: Path) -> None:
    user = open_window()
    user.drops(slow)
    user.sees(lambda: "drive of far.slow does not answer" in user.window.notices.text("drive"))
    user.click("notice_drive_cancel")
    assert not user.window.busy.isVisible() and user.session.project is None
    user.drops(near)
    user.sees_stack()
    assert user.window.notices.text("drive") == ""
    drive.opening.set()
    drive.reading.set()
    user.sees(drive.closed.is_set)
    user.sees(lambda: len(list(recovery_folder().glob("*.fluogan"))) == 1)
    assert user.session.stack.path == near


def test_the_notice_goes_when_the_drive_answers(open_window: Callable, drive: Drive, slow: Path) -> None:
    drive.reading.set()
    user = open_window()
    user.drops(slow)
    user.sees(lambda: user.window.notices.text("drive") != "")
    drive.opening.set()
    user.sees_stack()
    assert user.window.notices.text("drive") == "" and user.session.stack.path == slow


def test_another_file_need_not_wait_for_one_that_hangs(
    open_window: Callable, drive: Drive, slow: Path, near: Path
) -> None:
    user = open_window()
    user.drops(slow)
    assert drive.asked.wait(20)
    user.drops(near)
    user.sees_stack()
    assert user.session.stack.path == near


def test_a_frame_that_hangs_is_given_up_and_asked_anew(open_window: Callable, drive: Drive, slow: Path) -> None:
    drive.opening.set()
    drive.free_frames = 1  # the one that opening looks at
    user = open_window()
    user.drops(slow)
    user.sees(lambda: "far.slow" in user.window.notices.text("reading"))
    user.click("notice_reading_cancel")
    assert user.window.notices.text("reading") == "" and user.session.stack is not None
    drive.reading.set()
    user.presses("next_frame")
    user.sees(lambda: user.window.workspace.browser.pane.image is not None)
    np.testing.assert_array_equal(user.window.workspace.browser.pane.image, FRAMES[1])


def test_a_stack_that_hangs_is_left_for_another(open_window: Callable, drive: Drive, slow: Path, near: Path) -> None:
    drive.opening.set()
    drive.free_frames = 1
    user = open_window()
    user.drops(slow)
    user.sees(lambda: user.session.stack is not None)
    user.drops(near)
    user.sees(lambda: user.session.stack.path == near and user.window.workspace.browser.pane.image is not None)
    np.testing.assert_array_equal(user.window.workspace.browser.pane.image, FRAMES[0])
    assert not drive.closed.is_set()
    drive.reading.set()
    assert drive.closed.wait(20)


def test_the_window_closes_while_a_read_hangs(open_window: Callable, drive: Drive, slow: Path) -> None:
    drive.opening.set()
    drive.free_frames = 1
    user = open_window()
    user.drops(slow)
    user.sees(lambda: user.session.stack is not None)
    user.window.close()
    user.sees(lambda: not user.window.isVisible())
    started = time.monotonic()
    ended = user.window.shut_down(seconds=1)
    waited = time.monotonic() - started
    drive.reading.set()
    assert not ended and waited < 10, "the program is told that a thread hangs, and does not wait for it"


def test_a_projection_is_cancelled_beside_its_progress(open_window: Callable, drive: Drive, slow: Path) -> None:
    drive.opening.set()
    drive.reading.set()
    user = open_window()
    user.drops(slow)
    user.sees_stack()
    browser = user.window.workspace.browser
    user.sees(lambda: not user.window.workbench.busy)
    drive.reading.clear()
    user.click("stack_view_mean")
    assert "Reading" in user.find("stack_busy").text()
    user.click("stack_cancel_reading")
    assert not browser.cancel_button.isVisible()
    drive.reading.set()
    user.sees(lambda: browser.view_buttons["frame"].isChecked() and browser.pane.detail.text().startswith("frame 0"))
    assert browser.view == "frame"


@pytest.mark.parametrize("reason", [errno.ESTALE, errno.ENETDOWN])
def test_a_drive_that_goes_away_is_an_error_in_words(
    open_window: Callable, drive: Drive, slow: Path, reason: int
) -> None:
    drive.opening.set()
    drive.error = OSError(reason, os.strerror(reason))
    user = open_window()
    user.drops(slow)
    message, hint = user.reads_error()
    assert os.strerror(reason) in message and "drive or network" in hint and user.session.project is None
    drive.error = None
    drive.reading.set()
    user.drops(slow)
    user.sees_stack()
    user.sees(lambda: not user.window.workbench.busy)
    drive.error, drive.free_frames = OSError(reason, os.strerror(reason)), 0
    user.presses("next_frame")
    message, hint = user.reads_error()
    assert os.strerror(reason) in message and "drive or network" in hint and user.session.stack is not None


def test_no_path_is_asked_for_on_the_windows_thread(
    open_window: Callable, near: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting, the list of recent files and a file dialog, while no drive says whether anything is there."""
    user = open_window()
    user.drops(near)
    user.sees_stack()
    gate, asked = threading.Event(), []

    def hangs(paths: list[str]) -> dict[str, bool]:
        asked.extend(paths)
        gate.wait(60)
        return {}

    monkeypatch.setattr(reachability, "present", hangs)
    monkeypatch.setattr(reachability, "_ANSWER_MS", 1)
    try:
        later = open_window()
        later.sees(lambda: str(near) in asked and str(tmp_path) in asked)
        assert later.find("welcome_recent_0").text() == near.name, "what nobody denies is offered"
        menu = later.window.findChild(QMenu, "menu_recent")
        menu.aboutToShow.emit()
        assert menu.actions()[0].text() == near.name
        later.click("welcome_open")
        dialog = later.dialog("choose_stack")
        assert Path(dialog.directory().absolutePath()) == Path.home(), "a folder that does not answer is not gone to"
        dialog.close()
    finally:
        gate.set()


def test_a_recent_file_that_is_gone_leaves_the_list_by_itself(open_window: Callable, near: Path) -> None:
    user = open_window()
    user.drops(near)
    user.sees_stack()
    near.unlink()
    user.presses("close_project")
    user.sees(lambda: user.session.project is None)
    user.sees(lambda: not user.window.welcome._recent.count())
    assert user.window.starts.recent == []


class Questions:
    """Notes every question to the system about a path below a folder that is asked on the window's thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.asked: list[str] = []
        self._folder = str(folder)
        for name in ("stat", "lstat", "open", "scandir", "listdir", "readlink", "replace", "mkdir"):
            monkeypatch.setattr(os, name, self._noting(name, getattr(os, name)))
        monkeypatch.setattr("builtins.open", self._noting("open", open))
        monkeypatch.setattr("io.open", self._noting("open", io.open))

    def _noting(self, name: str, ask: Callable) -> Callable:
        def noting(path, *args, **kwargs):
            here = threading.current_thread() is threading.main_thread()
            if here and not isinstance(path, int) and os.fspath(path).startswith(self._folder):
                self.asked.append(f"{name} {path}: {''.join(traceback.format_stack(limit=6)[:-1])}")
            return ask(path, *args, **kwargs)

        return noting


def test_the_checker_sees_a_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = Questions(monkeypatch, tmp_path)
    (tmp_path / "far.tif").exists()
    assert len(questions.asked) == 1
    (tmp_path.parent / "near.tif").exists()
    thread = threading.Thread(target=(tmp_path / "far.tif").exists)
    thread.start()
    thread.join()
    assert len(questions.asked) == 1


def test_the_windows_thread_asks_nothing_of_the_datas_drive(
    open_window: Callable, near: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening, browsing, choosing again, metadata, saving elsewhere, closing, and opening from the recent files."""
    far = tmp_path / "far"
    far.mkdir()
    path = far / "cells.ome.tif"
    tifffile.imwrite(path, FRAMES[:6].reshape(3, 2, 12, 10), metadata={"axes": "TCYX"}, photometric="minisblack")
    questions = Questions(monkeypatch, far)
    user = open_window()
    user.drops(path)
    user.click("chooser_open", inside=user.dialog("stack_chooser"))
    user.sees_stack()
    user.presses("next_frame")
    user.click("stack_view_std")
    user.sees(lambda: user.window.workspace.browser.view == "std")
    user.presses("metadata")
    user.dialog("metadata_dialog").close()
    user.types("param_zoom", "3")
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "kept.fluogan")
    user.sees(lambda: not user.session.untitled)
    user.types("param_zoom", "4")
    user.presses("save")
    user.sees(lambda: not user.window.isWindowModified())
    user.presses("close_project")
    user.sees(lambda: user.session.project is None)
    user.click("welcome_recent_1")
    user.qtbot.keyClick(user.dialog("stack_chooser"), Qt.Key.Key_Escape)
    user.drops(tmp_path / "kept.fluogan")
    user.sees_stack()
    user.window.close()
    user.sees(lambda: not user.window.isVisible())
    assert questions.asked == []


@pytest.mark.parametrize("raw_is_there", [True, False])
def test_the_windows_thread_asks_nothing_of_the_projects_drive(
    open_window: Callable, near: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw_is_there: bool
) -> None:
    """Opening, editing, keeping a draft, saving there and elsewhere, closing."""
    far = tmp_path / "far"
    far.mkdir()
    folder = _project(far / "kept.fluogan", near)
    if not raw_is_there:
        near.unlink()
    questions = Questions(monkeypatch, far)
    user = open_window(folder)
    user.sees(lambda: user.window.workspace.browser.pane.image is not None)
    user.types("param_zoom", "3")
    user.sees(lambda: any((recovery_folder() / "drafts").glob("*.json")))
    user.presses("save")
    user.sees(lambda: not user.window.isWindowModified())
    user.presses("save_as")
    user.names_file("choose_new_project", tmp_path / "copy.fluogan")
    user.sees(lambda: user.session.project.folder.name == "copy.fluogan")
    user.drops(folder)
    user.sees(lambda: user.session.project.folder == folder)
    user.presses("show_log")
    user.window.close()
    user.sees(lambda: not user.window.isVisible())
    assert questions.asked == []


def test_saving_that_hangs_is_given_up_and_nothing_counts_as_saved(
    open_window: Callable, drive: Drive, near: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _project(tmp_path / "kept.fluogan", near)
    user = open_window(folder)
    user.sees_stack()
    user.types("param_zoom", "3")
    write = store.write_json_atomic

    def hangs(path: Path, content: object) -> None:
        drive.reading.wait(60)
        write(path, content)

    monkeypatch.setattr(store, "write_json_atomic", hangs)
    user.presses("save")
    user.sees(lambda: "kept.fluogan does not answer" in user.window.notices.text("saving"))
    user.click("notice_saving_cancel")
    assert "not saved" in user.window.notices.text("save") and user.window.isWindowModified()
    user.presses("next_frame")
    user.sees(lambda: user.window.workspace.browser.slider.value() == 1)
    user.window.close()
    user.answers("unsaved_question", "discard")
    user.sees(lambda: not user.window.isVisible())


def _project(folder: Path, raw: Path) -> Path:
    stack = opening.open_stack(raw)
    project = store.Project.create(folder, ProjectDocument(acquisition=stack.acquisition))
    project.attach(stack)
    stack.close()
    return project.folder
