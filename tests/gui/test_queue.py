"""Several runs one after another: added, moved, run, held, refused, and found again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.queue import QUEUE
from fluogan_app.core.project.run_notes import read_notes
from fluogan_app.core.project.store import Project


@pytest.fixture
def user(open_window: Callable):
    someone = open_window()
    someone.opens_sample()
    someone.session.change(roi=Roi(20, 20, 14, 18))
    return someone


def _waiting(user) -> list[str]:
    return [item.text(0) for item in user.window.workspace.tree.tree.waiting()]


def _steps(user) -> list[int]:
    return [run.record.params["steps"] for run in user.session.runs]


def _all_done(user, count: int) -> None:
    user.sees(lambda: len(user.session.runs) == count and not user.session.busy and not _waiting(user))
    user.sees_end()


def test_three_runs_with_the_values_that_each_was_added_with(user) -> None:
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(2)
    for steps in (5, 6):
        user.types("param_steps", str(steps))
        assert user.find("run").text() == "&Queue"
        user.click("run")
    assert len(_waiting(user)) == 2
    assert "2 runs wait" in user.find("run_queue").text()
    user.types("param_steps", "77")
    user.click("cancel")
    _all_done(user, 3)
    assert _steps(user) == [100_000, 5, 6]
    statuses = [run.record.status for run in user.session.runs]
    assert statuses == [RunStatus.CANCELLED, RunStatus.FINISHED, RunStatus.FINISHED]


def test_the_order_and_the_names_are_the_users(user) -> None:
    for steps in (5, 6, 7):
        user.types("param_steps", str(steps))
        user.click("queue_add")
    assert _waiting(user) == [f"Zoom 6, {steps} steps" for steps in (5, 6, 7)]
    tree = user.window.workspace.tree
    first, second, third = _waiting(user)
    place = tree.tree.visualItemRect(tree.tree.waiting()[2]).center()
    QTest.mouseClick(tree.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    user.presses("queue_earlier")
    assert _waiting(user) == [first, third, second]
    user.presses("queue_rename")
    dialog = user.dialog("name_dialog")
    user.types("name", "the short one", dialog)
    user.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    user.sees(lambda: _waiting(user) == [first, "the short one", second])
    QTest.keyClick(tree.tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert _waiting(user) == ["the short one", first, second]
    assert not user.session.busy and user.session.runs == ()
    user.click("run_queue_go")
    _all_done(user, 3)
    assert _steps(user) == [7, 5, 6]
    assert [read_notes(run.folder).title for run in user.session.runs] == ["the short one", "", ""]


def test_after_this_one_no_other_begins(user) -> None:
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(2)
    user.types("param_steps", "5")
    user.click("run")
    user.presses("queue_hold")
    assert "when you say so" in user.find("run_queue").text()
    user.click("cancel")
    user.sees_end()
    assert len(user.session.runs) == 1 and len(_waiting(user)) == 1
    user.presses("queue_remove")
    assert _waiting(user) == []


def test_a_run_that_cannot_start_leaves_the_others_to_go_on(user, monkeypatch: pytest.MonkeyPatch) -> None:
    from fluogan_app.core.errors import DataError
    from fluogan_app.core.project import prepare

    honest = prepare.make_field
    for steps in (5, 6):
        user.types("param_steps", str(steps))
        user.presses("queue_add")
    calls = []

    def make(*args, **kwargs):
        calls.append(1)
        if len(calls) == 1:
            raise DataError("17 pixels of the region are not numbers.", "Choose a region without them.")
        return honest(*args, **kwargs)

    monkeypatch.setattr(prepare, "make_field", make)
    user.presses("queue_go")
    user.sees(lambda: len(user.session.runs) == 1 and not user.session.busy)
    user.sees_end()
    assert _steps(user) == [6] and len(_waiting(user)) == 1
    assert user.window.workspace.tree.tree.waiting()[0].text(1) == "refused"
    assert any("17 pixels" in line for line in user.window.log.lines())


def test_leaving_begins_no_other_and_the_queue_is_offered_again(open_window: Callable, user, tmp_path: Path) -> None:
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "kept")
    user.sees(lambda: not user.session.untitled)
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(2)
    user.types("param_steps", "5")
    user.click("run")
    user.sees(lambda: (tmp_path / "kept.fluogan" / QUEUE).exists())
    user.window.close()
    user.answers("running_question", "stop")
    user.answers("unsaved_question", "save")
    user.sees(lambda: not user.window.isVisible())
    assert len(Project.open(tmp_path / "kept").runs()) == 1

    later = open_window(tmp_path / "kept.fluogan")
    later.sees_stack()
    later.sees(lambda: len(_waiting(later)) == 1)
    assert "A run waits" in later.window.notices.text("queue") and not later.session.busy
    later.click("notice_queue_run")
    _all_done(later, 2)
    assert _steps(later) == [100_000, 5] and not (tmp_path / "kept.fluogan" / QUEUE).exists()


def test_a_queue_goes_on_where_the_project_is_saved_meanwhile(user, tmp_path: Path) -> None:
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(2)
    user.types("param_steps", "5")
    user.click("run")
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "moved")
    user.sees(lambda: "as soon as the run has ended" in user.window.notices.text("save"))
    user.click("cancel")
    user.sees(lambda: not user.session.untitled)
    _all_done(user, 2)
    assert all(run.folder.is_relative_to(tmp_path) for run in user.session.runs)
    assert np.isfinite(Project.open(tmp_path / "moved").run(2).result().estimate).all()
