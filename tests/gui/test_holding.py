"""Two windows on one project, and projects that can only be read."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core import files
from fluogan_app.core.folders import recovery_folder
from fluogan_app.core.project import folder as folders
from fluogan_app.core.project import open_lock
from fluogan_app.core.project.lock import OPEN_LOCK, OPEN_WORDS
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.open_lock import WINDOW
from fluogan_app.core.project.queue import QUEUE
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers.open import open_stack
from fluogan_app.gui.drafts import Drafts
from fluogan_app.gui.unsaved_projects import UnsavedProjects


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "cells.ome.tif"
    pixels = np.random.default_rng(1).poisson(40, (6, 12, 14)).astype(np.uint16)
    tifffile.imwrite(path, pixels, photometric="minisblack",
                     metadata={"axes": "TYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1})  # fmt: skip
    return path


@pytest.fixture
def project(tmp_path: Path, raw: Path) -> Path:
    """A saved project of a small stack."""
    stack = open_stack(raw)
    made = Project.create(tmp_path / "kept", ProjectDocument(acquisition=stack.acquisition))
    made.attach(stack, hashed=True)
    stack.close()
    return made.folder


def test_the_second_window_reads_says_so_and_saves_elsewhere(open_window: Callable, project: Path) -> None:
    first, second = open_window(project), open_window()
    first.sees_stack()
    second.drops(project)
    second.sees_stack()
    told = second.window.notices.text("holding")
    assert "is open in a window on" in told and "opened for reading" in told
    assert "only for reading" in second.window.windowTitle() and "reading" not in first.window.windowTitle()
    second.types("param_zoom", "3")
    before = (project / "project.json").read_bytes()
    second.presses("save")
    second.names_file("choose_new_project", project.with_name("mine.fluogan"))
    second.sees(lambda: second.session.project.folder.name == "mine.fluogan")
    assert second.window.notices.text("holding") == "" and "reading" not in second.window.windowTitle()
    assert (project / "project.json").read_bytes() == before
    assert Project.open(project.with_name("mine")).document.params["fluogan"]["zoom"] == 3
    first.types("param_zoom", "5")
    first.presses("save")
    first.sees(lambda: not first.window.isWindowModified())


def test_a_run_in_the_second_window_is_refused_in_words(open_window: Callable, project: Path) -> None:
    first, second = open_window(project), open_window()
    first.sees_stack()
    second.drops(project)
    second.sees_stack()
    panel = second.window.workspace.run_panel
    assert not panel.run_button.isEnabled() and not panel.queue_button.isEnabled()
    assert "is open in a window" in panel.message.text() and "Save as" in panel.message.text()
    assert not second.window.actions_["run"].isEnabled() and not second.window.actions_["queue_add"].isEnabled()
    assert second.window.actions_["estimate"].isEnabled()
    assert Project.open(project).runs() == []


def test_what_waits_belongs_to_the_window_that_holds_the_project(open_window: Callable, project: Path) -> None:
    first, second = open_window(project), open_window()
    first.sees_stack()
    second.drops(project)
    second.sees_stack()
    first.types("param_steps", "88")
    first.presses("queue_add")
    first.sees(lambda: (project / QUEUE).exists())
    kept = (project / QUEUE).read_bytes()
    assert second.window.workspace.tree.tree.waiting() == []
    first.presses("close_project")
    first.answers("unsaved_question", "discard")
    first.sees(lambda: first.session.project is None and not (project / OPEN_WORDS).exists())
    assert (project / QUEUE).read_bytes() == kept
    second.click("notice_holding_try")
    second.sees(lambda: len(second.window.workspace.tree.tree.waiting()) == 1)
    assert (project / QUEUE).read_bytes() == kept and second.window.workspace.run_panel.run_button.isEnabled()


def test_when_the_first_has_closed_the_second_takes_it(open_window: Callable, project: Path) -> None:
    first, second = open_window(project), open_window()
    first.sees_stack()
    second.drops(project)
    second.sees_stack()
    first.presses("close_project")
    first.sees(lambda: first.session.project is None and not (project / OPEN_WORDS).exists())
    second.click("notice_holding_try")
    second.sees(lambda: second.session.project is not None and not second.session.project.read_only)
    assert second.window.notices.text("holding") == ""


def test_opening_the_same_project_again_keeps_it(open_window: Callable, project: Path) -> None:
    user = open_window(project)
    user.sees_stack()
    was = user.session.project
    user.drops(project)
    user.sees(lambda: user.session.project is not was and user.session.stack is not None)
    assert user.session.project.read_only == "" and (project / OPEN_WORDS).exists()
    user.window.close()
    user.sees(lambda: not user.window.isVisible())
    user.sees(lambda: not (project / OPEN_WORDS).exists())


def test_a_window_that_comes_back_has_its_project_again(open_window: Callable, project: Path) -> None:
    user = open_window(project)
    user.sees_stack()
    user.window.hide()
    user.sees(lambda: not (project / OPEN_WORDS).exists())
    user.window.show()
    user.sees(lambda: (project / OPEN_WORDS).exists())
    assert not Project.open(project).hold()


def test_a_holder_that_was_not_heard_of_gives_way_to_the_user(open_window: Callable, project: Path) -> None:
    about = {"program": WINDOW, "host": "far-away", "user": "", "process_id": 1, "since": "2026-05-04T10:00:00+00:00"}
    (project / OPEN_LOCK).touch()
    (project / OPEN_WORDS).write_text(json.dumps(about))
    os.utime(project / OPEN_WORDS, (time.time() - 3 * open_lock.OLD_S,) * 2)
    user = open_window(project)
    user.sees_stack()
    assert "far-away" in user.window.notices.text("holding") and "not been heard of since" in (
        user.window.notices.text("holding")
    )
    user.click("notice_holding_take")
    user.sees(lambda: user.session.project is not None and not user.session.project.read_only)
    assert json.loads((project / OPEN_WORDS).read_text())["process_id"] == os.getpid()


def test_a_damaged_document_is_told_where_the_one_before_is_open(open_window: Callable, project: Path) -> None:
    opened = Project.open(project)
    opened.save(opened.document.replace(method="fluogan"))
    (project / "project.json").write_text("{")
    user = open_window(project)
    user.sees_stack()
    assert "is damaged" in user.window.notices.text("restored")


def test_a_drive_that_takes_no_more_has_a_way_out(open_window: Callable, project: Path, monkeypatch, tmp_path) -> None:
    user = open_window(project)
    user.sees_stack()
    user.types("param_zoom", "3")
    real = os.replace

    def full(source, target):
        if Path(target).parent == project:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(files.os, "replace", full)
    user.presses("save")
    message, hint = user.reads_error()
    assert "No space left" in message and hint and user.window.isWindowModified()
    user.click("notice_save_save")
    user.names_file("choose_new_project", tmp_path / "elsewhere.fluogan")
    user.sees(lambda: user.session.project.folder.name == "elsewhere.fluogan")
    assert Project.open(tmp_path / "elsewhere").document.params["fluogan"]["zoom"] == 3
    assert not user.window.isWindowModified() and user.window.notices.text("save") == ""


def test_of_a_project_that_vanished_what_was_set_is_saved(open_window: Callable, project: Path, tmp_path: Path) -> None:
    user = open_window(project)
    user.sees_stack()
    user.types("param_zoom", "3")
    shutil.rmtree(project)
    user.presses("save")
    message, _ = user.reads_error()
    assert "not there any more" in message
    user.click("notice_save_save")
    user.names_file("choose_new_project", tmp_path / "elsewhere.fluogan")
    user.sees(lambda: user.session.project.folder.name == "elsewhere.fluogan")
    assert "Only what was set" in user.window.notices.text("save")
    saved = Project.open(tmp_path / "elsewhere").document
    assert saved.params["fluogan"]["zoom"] == 3 and saved.link is not None


def test_a_copy_that_fails_leaves_everything_open(open_window: Callable, project: Path, monkeypatch, tmp_path) -> None:
    user = open_window(project)
    user.sees_stack()
    user.types("param_zoom", "3")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folders, "flush_to_disk", full)
    user.presses("save_as")
    user.names_file("choose_new_project", tmp_path / "elsewhere.fluogan")
    message, _ = user.reads_error()
    assert "No space left" in message and user.session.project.folder == project
    assert user.window.isWindowModified() and not (tmp_path / "elsewhere.fluogan").exists()


def test_changes_that_never_end_are_kept_all_the_same(open_window: Callable, project: Path, qtbot) -> None:
    """A value that changes more often than the wait is long."""
    user = open_window(project)
    user.sees_stack()
    zooms = iter(range(10_000))

    def kept() -> bool:
        user.session.change(settings=user.session.document.settings.replace(seed=next(zooms)))
        return any((recovery_folder() / "drafts").glob("*.json"))

    qtbot.waitUntil(kept, timeout=10_000)


def test_after_a_crash_it_is_said_what_would_come_back(open_window: Callable, project: Path) -> None:
    saved = Project.open(project).document
    settings = saved.settings.replace(seed=7)
    Drafts().keep(project, saved.replace(settings=settings, params={"fluogan": {"zoom": 3}}))
    user = open_window(project)
    user.sees_stack()
    user.sees(lambda: "parameters, settings of the run" in user.window.notices.text("draft"))
    user.click("notice_draft_restore")
    assert user.session.document.settings.seed == 7 and user.session.params.zoom == 3


def test_what_a_crash_left_is_described_on_a_thread(
    open_window: Callable, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = open_stack(raw)
    left = Project.create(recovery_folder() / "left.fluogan", ProjectDocument(settings={"seed": 4}))
    left.attach(stack)
    stack.close()
    asked: list[threading.Thread] = []
    real = UnsavedProjects.left_over

    def left_over(self):
        asked.append(threading.current_thread())
        return real(self)

    monkeypatch.setattr(UnsavedProjects, "left_over", left_over)
    user = open_window()
    user.sees(lambda: "left of cells.ome.tif, with its settings" in user.window.notices.text("recovery"))
    assert asked and threading.main_thread() not in asked
