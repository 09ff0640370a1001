"""Runs beyond the plain ones: interrupted, continued, saved meanwhile, refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import DataError
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project


def _small(user, steps: int) -> None:
    """A region that a step of which takes a millisecond."""
    user.session.change(roi=Roi(20, 20, 14, 18))
    user.types("param_steps", str(steps))


def test_an_interrupted_run_is_offered_and_goes_on(open_window: Callable, tmp_path: Path) -> None:
    """Left as a killed process leaves it: the record says running, and no process holds its lock."""
    user = open_window()
    user.opens_sample()
    _small(user, 100_000)
    user.click("run")
    user.sees_step(3)
    user.click("cancel")
    user.sees_end()
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "cut")
    user.sees(lambda: not user.session.untitled)
    run = user.session.runs[0]
    run.write_record(run.record.replace(status=RunStatus.RUNNING, steps=0, ended=""))
    user.window.close()
    user.sees(lambda: not user.window.isVisible())

    later = open_window(tmp_path / "cut.fluogan")
    later.sees_stack()
    assert later.session.runs[0].record.status is RunStatus.INTERRUPTED
    assert "interrupted" in later.window.notices.text("run")
    at = later.session.runs[0].result().steps
    assert at >= 3
    later.click("notice_run_resume")
    later.sees_step(at + 1)
    later.click("cancel")
    later.sees_end()
    assert later.session.runs[0].record.steps > at


def test_more_steps_make_a_new_run(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    _small(user, 6)
    user.click("run")
    user.sees_end()
    first = user.session.runs[0].result().estimate
    user.presses("more_steps")
    dialog = user.dialog("steps_dialog")
    user.types("total_steps", "11", dialog)
    user.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    user.sees(lambda: len(user.session.runs) == 2)
    user.sees_end()
    second = user.session.runs[1].record
    assert second.parent == 1 and second.steps == 11 and user.session.shown_run.number == 2
    np.testing.assert_array_equal(user.session.runs[0].result().estimate, first)


def test_saving_elsewhere_waits_for_the_run(open_window: Callable, tmp_path: Path) -> None:
    """The run writes where it began; the project moves when it has ended, with the run in it."""
    user = open_window()
    user.opens_sample()
    _small(user, 100_000)
    user.click("run")
    user.sees_step(3)
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "later")
    user.sees(lambda: "as soon as the run has ended" in user.window.notices.text("save"))
    assert user.session.untitled and user.session.busy
    user.click("cancel")
    user.sees(lambda: not user.session.untitled)
    user.sees_end()
    assert Project.open(tmp_path / "later").run(1).record.status is RunStatus.CANCELLED
    assert user.session.shown_run.folder.is_relative_to(tmp_path)


def test_bad_data_is_refused_before_a_run_exists(open_window: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    from fluogan_app.core.project import prepare

    def refuse(*_: object) -> None:
        raise DataError("17 pixels of the region are not numbers.", "Choose a region without them.")

    user = open_window()
    user.opens_sample()
    monkeypatch.setattr(prepare, "make_field", refuse)
    user.click("run")
    message, hint = user.reads_error()
    assert "17 pixels" in message and hint
    user.sees_end()
    assert user.session.runs == () and user.find("run").isEnabled()


def test_changing_values_while_a_run_goes_on_leaves_the_run_alone(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    _small(user, 100_000)
    user.click("run")
    user.sees_step(2)
    user.types("param_zoom", "3")
    user.click("cancel")
    user.sees_end()
    assert user.session.runs[0].record.params["zoom"] == 6 and user.session.params.zoom == 3


def test_a_run_that_does_not_answer_keeps_no_window_open(
    open_window: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stuck inside one step: closing waits for a bounded time, then goes on."""
    from fluogan_app.core.methods.fluogan.solver import FluoganSolver
    from fluogan_app.gui.controllers import run as run_controller

    honest, stuck, release = FluoganSolver.step, threading.Event(), threading.Event()

    def sticks(self, state):
        stuck.set()
        release.wait(60)
        return honest(self, state)

    monkeypatch.setattr(FluoganSolver, "step", sticks)
    monkeypatch.setattr(run_controller, "_PATIENCE_MS", 200)
    user = open_window()
    user.opens_sample()
    _small(user, 100)
    user.click("run")
    user.sees(stuck.is_set)
    user.sees(lambda: user.session.running_number is not None)
    user.window.close()
    user.answers("running_question", "stop")
    user.answers("unsaved_question", "discard")
    user.sees(lambda: not user.window.isVisible())
    assert not user.window.shut_down(seconds=0.2), "the thread is still in its step"
    release.set()
