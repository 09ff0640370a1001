"""Opening by every way there is, files that are no stacks, what a crash left, and saving where nothing can be."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtWidgets import QMenu

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.folders import recovery_folder
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project
from fluogan_app.gui.drafts import Drafts
from fluogan_app.gui.unsaved_projects import UnsavedProjects


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    """A small ImageJ stack that states its pixel size, 65 nm."""
    frames = np.random.default_rng(5).poisson(30, (5, 20, 16)).astype(np.uint16)
    path = tmp_path / "cells.tif"
    metadata = {"axes": "TYX", "unit": "um"}
    tifffile.imwrite(path, frames, imagej=True, resolution=(1 / 0.065, 1 / 0.065), metadata=metadata)
    return path


@pytest.fixture
def project(stack_file: Path, tmp_path: Path) -> Path:
    """A saved project on that stack, with a region."""
    from fluogan_app.core.readers.open import open_stack

    stack = open_stack(stack_file)
    document = ProjectDocument(acquisition=stack.acquisition, roi=Roi(2, 3, 10, 8))
    project = Project.create(tmp_path / "kept.fluogan", document)
    project.attach(stack)
    stack.close()
    return project.folder


def test_a_stack_is_dropped(open_window: Callable, stack_file: Path) -> None:
    user = open_window()
    assert user.drops(stack_file)
    user.sees_stack()
    assert user.session.document.acquisition.pixel_size_nm == pytest.approx(65.0)
    assert user.session.document.acquisition.origin("pixel_size_nm") is Origin.FILE
    assert user.session.untitled and not user.session.unsaved
    np.testing.assert_array_equal(user.window.workspace.browser.pane.image, tifffile.imread(stack_file)[0])


def test_a_project_is_dropped(open_window: Callable, project: Path) -> None:
    user = open_window()
    assert user.drops(project)
    user.sees_stack()
    assert not user.session.untitled and user.session.document.roi == Roi(2, 3, 10, 8)
    assert user.window.workspace.browser.region == Roi(2, 3, 10, 8)


def test_a_project_is_opened_by_its_project_json(open_window: Callable, project: Path) -> None:
    user = open_window()
    user.click("welcome_open")
    user.names_file("choose_stack", project / "project.json")
    user.sees_stack()
    assert user.session.project.folder == project


def test_what_was_opened_is_offered_again(open_window: Callable, stack_file: Path) -> None:
    user = open_window()
    user.drops(stack_file)
    user.sees_stack()
    user.presses("close_project")
    user.sees(lambda: user.session.project is None)
    user.click("welcome_recent_0")
    user.sees_stack()
    menu = user.window.findChild(QMenu, "menu_recent")
    menu.aboutToShow.emit()
    assert menu.actions()[0].text() == "cells.tif" and menu.actions()[0].toolTip() == str(stack_file)


def test_a_file_that_is_gone_is_not_offered(open_window: Callable, stack_file: Path) -> None:
    user = open_window()
    user.drops(stack_file)
    user.sees_stack()
    stack_file.unlink()
    assert user.window.settings.recent == ()


@pytest.mark.parametrize("content", [b"", b"no image at all", b"II*\x00\xff\xff\xff\x7f"])
def test_what_is_no_stack_ends_in_a_clear_message(open_window: Callable, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.tif"
    path.write_bytes(content)
    user = open_window()
    user.drops(path)
    message, hint = user.reads_error()
    assert "broken.tif" in message and hint
    assert user.session.project is None and not list(recovery_folder().glob("*.fluogan"))


def test_a_broken_file_leaves_what_was_open(open_window: Callable, stack_file: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.tif").write_bytes(b"nothing")
    user = open_window()
    user.drops(stack_file)
    user.sees_stack()
    before = user.session.project.folder
    user.drops(tmp_path / "broken.tif")
    user.reads_error()
    assert user.session.project.folder == before and before.exists() and user.session.stack is not None


def test_every_broken_tiff_is_read_or_refused(open_window: Callable, shared_data: Path) -> None:
    """None stops the window, none ends in an unexpected error."""
    user = open_window()
    files = sorted(path for path in (shared_data / "broken").rglob("*.tif*"))
    assert files
    for path in files:
        before = user.session.project
        user.drops(path)
        user.qtbot.waitUntil(lambda: not user.window.workbench.busy, timeout=20_000)
        if user.is_asked("stack_chooser"):
            user.click("chooser_open", inside=user.dialog("stack_chooser"))
            user.qtbot.waitUntil(lambda: not user.window.workbench.busy, timeout=20_000)
        if user.session.project is before:
            message, hint = user.reads_error()
            assert path.name in message and hint, path
            assert "Something went wrong inside" not in message, path
        else:
            user.sees_stack()
    assert user.window.isVisible()


def test_without_the_raw_stack_a_project_opens_and_offers_to_locate_it(
    open_window: Callable, project: Path, stack_file: Path, tmp_path: Path
) -> None:
    mean = tifffile.imread(stack_file).mean(0)
    moved = tmp_path / "elsewhere" / "moved.tif"
    moved.parent.mkdir()
    shutil.move(stack_file, moved)
    user = open_window(project)
    user.sees(lambda: user.session.project is not None)
    assert user.session.stack is None and "not there any more" in user.window.notices.text("locate")
    user.sees(lambda: user.window.workspace.browser.pane.image is not None)
    np.testing.assert_allclose(user.window.workspace.browser.pane.image, mean, rtol=1e-6)
    user.click("notice_locate_locate")
    user.names_file("choose_stack", moved)
    user.sees(lambda: user.session.stack is not None)
    assert user.window.notices.text("locate") == ""
    assert Project.open(project).document.link.path == str(moved)
    assert user.session.document.roi == Roi(2, 3, 10, 8)


def test_another_stack_is_not_taken_for_the_raw_one(
    open_window: Callable, project: Path, stack_file: Path, tmp_path: Path
) -> None:
    stack_file.unlink()
    other = tmp_path / "other.tif"
    tifffile.imwrite(other, np.ones((3, 8, 8), np.uint16), photometric="minisblack")
    user = open_window(project)
    user.sees(lambda: user.session.project is not None)
    user.click("notice_locate_locate")
    user.names_file("choose_stack", other)
    message, _ = user.reads_error()
    assert "other.tif" in message
    assert user.session.stack is None


# Saving


def test_save_as_does_not_replace_what_is_there(open_window: Callable, stack_file: Path, project: Path) -> None:
    before = (project / "project.json").read_bytes()
    user = open_window()
    user.drops(stack_file)
    user.sees_stack()
    user.presses("save")
    user.names_file("choose_new_project", project.with_name("kept"))
    message, hint = user.reads_error()
    assert "exists" in message and hint
    assert (project / "project.json").read_bytes() == before
    assert user.session.untitled and user.session.project.folder.exists()


def test_a_folder_that_takes_no_files(open_window: Callable, stack_file: Path, tmp_path: Path) -> None:
    """Saving is refused with a sentence, and what there is stays where it is."""
    (tmp_path / "file").write_text("not a folder")
    user = open_window()
    user.drops(stack_file)
    user.sees_stack()
    user.window.saving._save_at(tmp_path / "file" / "p.fluogan", lambda: None)
    message, hint = user.reads_error()
    assert "could not be written" in message and hint
    assert user.session.untitled and (user.session.project.folder / "project.json").exists()
    assert "could not be saved" in user.window.notices.text("save")


def test_a_disk_that_turns_read_only_loses_nothing(
    open_window: Callable, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = open_window(project)
    user.sees_stack()
    before = (project / "project.json").read_bytes()
    user.types("param_zoom", "3")
    assert user.window.isWindowModified()

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        user.presses("save")
        message, hint = user.reads_error()
    assert "Read-only" in message and "untouched" in hint
    assert (project / "project.json").read_bytes() == before and user.window.isWindowModified()
    user.presses("save")
    user.sees(lambda: not user.window.isWindowModified())
    assert Project.open(project).document.params["fluogan"]["zoom"] == 3


@pytest.mark.parametrize("answer", ["save", "discard", "cancel"])
def test_the_question_about_unsaved_changes(open_window: Callable, project: Path, answer: str) -> None:
    user = open_window(project)
    user.sees_stack()
    user.types("param_zoom", "3")
    user.window.close()
    user.answers("unsaved_question", answer)
    if answer == "cancel":
        assert user.window.isVisible() and user.session.params.zoom == 3
        return
    user.sees(lambda: not user.window.isVisible())
    stored = Project.open(project).document.params.get("fluogan", {}).get("zoom")
    assert stored == (3 if answer == "save" else None)


def test_nothing_changed_nothing_asked(open_window: Callable, project: Path) -> None:
    user = open_window(project)
    user.sees_stack()
    user.window.close()
    user.sees(lambda: not user.window.isVisible())


# What a crash left


def test_a_project_left_by_a_crash_is_offered(open_window: Callable, stack_file: Path) -> None:
    """A project in the folder of unsaved ones that no living window holds."""
    from fluogan_app.core.readers.open import open_stack

    stack = open_stack(stack_file)
    document = ProjectDocument(acquisition=stack.acquisition, roi=Roi(1, 1, 9, 9))
    left = Project.create(recovery_folder() / "cells.fluogan", document)
    left.attach(stack)
    user = open_window()
    user.sees(lambda: "never saved" in user.window.notices.text("recovery"))
    user.click("notice_recovery_open")
    user.sees_stack()
    assert user.session.document.roi == Roi(1, 1, 9, 9) and user.session.untitled
    user.window.close()
    user.answers("unsaved_question", "cancel")
    assert left.folder.exists(), "what was left behind was never saved, so it is asked about"
    user.window.close()
    user.answers("unsaved_question", "discard")
    user.sees(lambda: not user.window.isVisible())


def test_what_a_crash_left_untouched_is_no_question(open_window: Callable, stack_file: Path) -> None:
    from fluogan_app.core.readers.open import open_stack

    stack = open_stack(stack_file)
    left = Project.create(recovery_folder() / "looked-at.fluogan", ProjectDocument(acquisition=stack.acquisition))
    left.attach(stack)
    damaged = Project.create(recovery_folder() / "damaged.fluogan", ProjectDocument())
    (damaged.folder / "project.json").write_text("{")
    user = open_window()
    user.sees(lambda: "damaged" in user.window.notices.text("recovery"))
    assert not left.folder.exists() and damaged.folder.exists(), "what cannot be read is not deleted"
    user.click("notice_recovery_discard")
    user.sees(lambda: not damaged.folder.exists())
    assert user.window.notices.text("recovery") == ""


def test_what_a_living_window_holds_is_not_offered(open_window: Callable, stack_file: Path) -> None:
    user = open_window()
    user.drops(stack_file)
    user.sees_stack()
    assert UnsavedProjects().left_over() == ()
    other = open_window()
    other.sees(lambda: not other.window.workbench.busy)
    assert other.window.notices.text("recovery") == ""


def test_a_project_in_the_making_is_not_swept_away(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that starts looks for what a crash left, at any moment while another project comes to stand."""
    made, left = Project.create, Project.create(recovery_folder() / "left.fluogan", ProjectDocument()).folder

    def create(path: Path, document: ProjectDocument) -> Project:
        project = made(path, document)
        UnsavedProjects().recoverable()
        return project

    monkeypatch.setattr(Project, "create", create)
    unsaved = UnsavedProjects()
    project = unsaved.create("fresh", ProjectDocument())
    assert project.folder.is_dir(), "swept away while it was made"
    assert not left.exists(), "what a crash left without work is swept"


def test_an_unsaved_project_is_kept_up_to_date_for_a_crash(open_window: Callable, stack_file: Path) -> None:
    user = open_window()
    user.drops(stack_file)
    user.sees_stack()
    user.types("param_zoom", "3")
    folder = user.session.project.folder
    user.sees(lambda: Project.open(folder).document.params.get("fluogan", {}).get("zoom") == 3)


def test_unsaved_changes_of_a_saved_project_outlive_a_crash(open_window: Callable, project: Path) -> None:
    """The project itself stays as it was saved; the changes are offered when it is opened again."""
    user = open_window(project)
    user.sees_stack()
    user.types("param_zoom", "3")
    drafts = recovery_folder() / "drafts"
    user.sees(lambda: drafts.is_dir() and any(drafts.glob("*.json")))
    assert Project.open(project).document.params == {}
    user.session.project.let_go()  # as the system does when a process ends
    later = open_window(project)
    later.sees_stack()
    later.click("notice_draft_restore")
    assert later.session.params.zoom == 3 and later.window.isWindowModified()
    later.presses("save")
    later.sees(lambda: not later.window.isWindowModified())
    assert Project.open(project).document.params["fluogan"]["zoom"] == 3 and not any(drafts.glob("*.json"))


def test_a_draft_of_an_older_state_is_not_offered(open_window: Callable, project: Path) -> None:
    saved = Project.open(project).document
    Drafts().keep(project, saved.replace(roi=Roi(0, 0, 4, 4), modified="2020-01-01T00:00:00+00:00"))
    user = open_window(project)
    user.sees_stack()
    assert user.window.notices.text("draft") == ""


def test_the_file_that_was_dropped_last_is_opened(open_window: Callable, stack_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.tif"
    shutil.copy(stack_file, other)
    user = open_window()
    user.drops(stack_file)
    user.drops(other)
    user.sees_stack()
    user.sees(lambda: not user.window.workbench.busy)
    assert user.session.stack.path == other
    assert [folder.name[:5] for folder in recovery_folder().glob("*.fluogan")] == ["other"]


def test_what_was_only_looked_at_is_cleared_away(open_window: Callable, stack_file: Path) -> None:
    user = open_window()
    user.drops(stack_file)
    user.sees_stack()
    folder = user.session.project.folder
    user.drops(stack_file)
    user.sees(lambda: user.session.project is not None and user.session.project.folder != folder)
    user.sees_stack()
    user.sees(lambda: not folder.exists())


def test_a_home_that_cannot_be_written_keeps_nobody_from_working(open_window: Callable, fluogan_home: Path) -> None:
    """A stack opens, runs and is saved elsewhere; what stood in the temporary folder is cleared away."""
    (fluogan_home / "unsaved").write_text("no folder can stand here", encoding="utf-8")
    user = open_window()
    assert recovery_folder() == fluogan_home / "unsaved"
    user.opens_sample()
    folder = user.session.project.folder
    assert folder.exists() and user.session.untitled
    user.presses("close_project")
    user.sees(lambda: user.session.project is None)
    assert not folder.exists()


def test_of_several_dropped_files_the_first_is_opened_and_that_is_said(open_window: Callable, stack_file: Path) -> None:
    user = open_window()
    assert user.drops(stack_file, stack_file.with_name("another.tif"))
    user.sees_stack()
    assert user.session.stack.path == stack_file
    assert any("of the 2 dropped files, cells.tif" in line for line in user.window.log.lines())
