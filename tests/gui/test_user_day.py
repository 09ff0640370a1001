"""Whole days of a user, from the sample to the exported image, through mouse and keys."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import SolverError
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project

STEPS = 50


def _draw_region(user, region: Roi) -> None:
    """Drag from the region's first corner to its last."""
    browser = user.window.workspace.browser
    user.click("stack_draw_region")
    canvas = browser.pane.canvas
    size_nm = user.session.document.acquisition.pixel_size_nm

    def corner(row: int, column: int) -> QPoint:
        view = browser.pane.view
        right = (column * size_nm - view.x_nm) / view.nm_per_pixel
        down = (row * size_nm - view.y_nm) / view.nm_per_pixel
        return QPoint(round(canvas.width() / 2 + right), round(canvas.height() / 2 + down))

    end = corner(region.y0 + region.height, region.x0 + region.width)
    user.draws(canvas, corner(region.y0, region.x0), end)
    user.qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert user.session.document.roi == region


def _shown(user, name: str) -> np.ndarray:
    return user.window.workspace.panes.pane(name).image


@pytest.fixture
def slow_step(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets the step after the tenth take until the event is set: fast computers leave no time to press Pause."""
    from fluogan_app.core.methods.fluogan.solver import FluoganSolver

    honest, go_on = FluoganSolver.step, threading.Event()

    def step(self, state):
        if state.step == 10:
            go_on.wait(60)
        return honest(self, state)

    monkeypatch.setattr(FluoganSolver, "step", step)
    return go_on


def test_from_the_sample_to_the_exported_image(
    open_window: Callable, tmp_path: Path, slow_step: threading.Event
) -> None:
    """Open, draw, run 50 steps, pause, resume, save, close, reopen, export: number by number the same."""
    user = open_window()
    user.opens_sample()
    roi = Roi(4, 6, 60, 62)
    _draw_region(user, roi)
    user.types("stack_range_last", "39")
    assert user.session.document.frames == FrameRange(0, 40)
    user.types("param_zoom", "8")
    user.types("param_steps", str(STEPS))
    user.click("run")
    user.sees_step(1)
    user.click("pause")
    slow_step.set()
    panel = user.window.workspace.run_panel
    checkpoint = user.session.runs[0].folder / "checkpoint" / "last.safetensors"
    user.sees(lambda: panel.state.paused and checkpoint.exists())
    # The eleventh step, or on a busy computer one before it.
    user.sees(lambda: 1 <= user.session.runs[0].result().steps == panel.state.step <= 11)
    assert user.find("pause").text() == "&Resume"
    user.click("pause")
    user.sees_end()
    estimate, background = _shown(user, "estimate").copy(), _shown(user, "background").copy()
    assert estimate.shape == (60 * 8, 62 * 8)

    place = tmp_path / "day one.fluogan"
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "day one")
    user.sees(lambda: user.session.project.folder == place)
    before = user.session.document
    shown_before = user.window.view_state.gather()
    assert not user.window.isWindowModified()
    user.window.close()
    user.sees(lambda: not user.window.isVisible())

    later = open_window(place)
    later.sees_stack()
    later.sees(lambda: _shown(later, "estimate") is not None)
    after = later.session.document
    for name in ("roi", "frames", "acquisition", "method", "params", "settings", "link"):
        assert getattr(after, name) == getattr(before, name), name
    np.testing.assert_array_equal(_shown(later, "estimate"), estimate)
    np.testing.assert_array_equal(_shown(later, "background"), background)
    assert later.window.workspace.browser.region == roi
    assert later.window.workspace.form.row("steps").value == STEPS
    assert later.window.view_state.gather()["shown_run"] == shown_before["shown_run"] == 1
    assert later.window.workspace.centre.currentWidget().objectName() == shown_before["tabs"]["centre"]

    _exports(later, tmp_path)
    _images_are_those_shown(tmp_path, estimate, background)
    _curves_are_those_of_the_run(tmp_path / "out-curves.csv", Project.open(place).run(1))
    _a_run_without_a_pause_gives(later, estimate)


def _exports(later, folder: Path) -> None:
    later.presses("export")
    dialog = later.dialog("export_dialog")
    later.types("export_folder", str(folder), dialog)
    later.types("export_name", "out", dialog)
    later.click("export_go", dialog)
    later.sees(lambda: (folder / "out-figure.png").exists() and not later.window.workbench.busy)


def _images_are_those_shown(folder: Path, estimate: np.ndarray, background: np.ndarray) -> None:
    with tifffile.TiffFile(folder / "out-x.tif") as file:
        np.testing.assert_array_equal(file.asarray(), estimate)
        assert file.imagej_metadata["unit"] == "um"
        pixels, unit = file.pages[0].tags["XResolution"].value
        assert unit / pixels * 1000 == pytest.approx(80 / 8, abs=1e-5)
    np.testing.assert_array_equal(tifffile.imread(folder / "out-background.tif"), background)


def _curves_are_those_of_the_run(path: Path, run: Run) -> None:
    assert run.record.status is RunStatus.FINISHED and run.record.steps == STEPS
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == STEPS + 1
    curves = run.curves()
    column = next(index for index, title in enumerate(rows[0]) if title.startswith("photons_estimate"))
    written = np.array([float(row[column]) for row in rows[1:]])
    np.testing.assert_array_equal(written, curves.columns["photons_estimate"])


def _a_run_without_a_pause_gives(later, estimate: np.ndarray) -> None:
    later.click("run")
    later.sees_end()
    assert later.session.shown_run.number == 2
    np.testing.assert_array_equal(_shown(later, "estimate"), estimate)


def test_cancels_in_the_middle_and_goes_on(open_window: Callable) -> None:
    """The last state is kept, shown as unfinished, and can be resumed."""
    user = open_window()
    user.opens_sample()
    _draw_region(user, Roi(10, 11, 24, 31))
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(5)
    user.click("cancel")
    user.sees_end()
    run = user.session.runs[0]
    assert run.record.status is RunStatus.CANCELLED and 5 <= run.record.steps < 100_000
    kept = _shown(user, "estimate").copy()
    np.testing.assert_array_equal(run.result().estimate, kept)
    assert kept.max() > 0
    user.click("notice_run_resume")
    user.sees_step(run.record.steps + 1)
    user.presses("cancel")
    user.sees_end()
    assert len(user.session.runs) == 1, "an unfinished run goes on in place"
    assert user.session.runs[0].record.steps > run.record.steps
    user.window.close()
    user.answers("unsaved_question", "discard")
    user.sees(lambda: not user.window.isVisible())


def test_closes_the_window_while_running(open_window: Callable) -> None:
    """Asks, cancels, asks for the unsaved project, closes; “keep running” keeps running."""
    user = open_window()
    user.opens_sample()
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(1)
    user.window.close()
    user.answers("running_question", "cancel")
    assert user.window.isVisible() and user.session.busy
    user.window.close()
    user.answers("running_question", "stop")
    box = user.dialog("unsaved_question")
    assert not user.session.busy
    assert "never been saved" in box.informativeText() and "its run and" in box.informativeText()
    folder = user.session.project.folder
    run = Project.open(folder).run(1)
    assert run.record.status is RunStatus.CANCELLED and run.result().estimate.max() > 0
    user.click("answer_discard", inside=box)
    user.sees(lambda: not user.window.isVisible())
    assert user.window.shut_down()
    assert not folder.exists()


def test_a_solver_that_fails_leaves_the_last_state(open_window: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dialog says what happened, beside the window; the image of the last good step stays in sight."""
    from fluogan_app.core.methods.fluogan.solver import FluoganSolver

    honest = FluoganSolver.step

    broken = threading.Event()

    def breaks(self, state):
        if broken.is_set():
            raise SolverError("The computation diverged.", "Reduce the adversarial weight.")
        return honest(self, state)

    monkeypatch.setattr(FluoganSolver, "step", breaks)
    user = open_window()
    user.opens_sample()
    _draw_region(user, Roi(10, 11, 24, 31))
    user.types("param_steps", "100000")
    user.click("run")
    user.sees(lambda: user.session.running_number is not None)
    user.sees(lambda: (user.session.runs[0].folder / "checkpoint" / "last.safetensors").exists())
    broken.set()
    dialog = user.dialog("error_dialog")
    assert not dialog.isModal()
    user.click("error_copy", inside=dialog)
    assert "diverged" in QApplication.clipboard().text()
    user.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    user.sees_end()
    run = user.session.runs[0]
    assert run.record.status is RunStatus.FAILED and "diverged" in run.record.error
    assert _shown(user, "estimate").max() > 0
    np.testing.assert_array_equal(_shown(user, "estimate"), run.result().estimate)
    assert user.find("run").isEnabled(), "another run can be started"
    user.presses("close_project")
    user.answers("unsaved_question", "discard")
