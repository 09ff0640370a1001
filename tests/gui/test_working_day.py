"""A microscopist's working day as one test, through mouse and keys only.

Open, check, estimate, preview, run three settings, compare, profile, judge, report, pack, reopen elsewhere.
"""

from __future__ import annotations

import shlex
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QMenu, QTableWidget, QWidget

from fluogan_app.cli.main import run as command_line
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project
from fluogan_app.core.samples import samples

ZOOMS = (2, 3, 4)
STEPS = 40


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """The stack as it came from the microscope, in a folder of its own."""
    folder = tmp_path / "from the microscope"
    folder.mkdir()
    return Path(shutil.copy(samples()[0].path, folder / "day 7, cell 3.tif"))


def test_a_working_day(open_window: Callable, recording: Path, tmp_path: Path) -> None:
    user = open_window()
    _opens(user, recording)
    _reads_the_check(user)
    _takes_an_estimate(user)
    _turns_knobs_beside_the_preview(user)
    _runs_three_settings(user)
    _saves(user, tmp_path / "day 7.fluogan")
    _compares(user)
    _draws_a_profile(user, tmp_path / "profiles.csv")
    _judges(user)
    _reports(user, tmp_path / "page.html")
    images = _repeats_elsewhere(user, tmp_path)
    _packs(user, tmp_path / "day 7.fluogan.zip")
    shutil.rmtree(recording.parent)
    shutil.rmtree(tmp_path / "day 7.fluogan")
    _opens_the_archive(open_window(), tmp_path, images)


def _opens(user, recording: Path) -> None:
    user.presses("open_stack")
    user.names_file("choose_stack", recording)
    user.sees_stack()
    assert user.session.stack_name == recording.name
    assert user.find("stack_pane").isVisible()


def _reads_the_check(user) -> None:
    user.presses("show_check")
    user.sees(lambda: bool(user.find("check_found", QLabel).text()))
    assert user.find("check_advice", QLabel).text()


def _takes_an_estimate(user) -> None:
    """The button beside the camera's gain: value, evidence, one click. Taken back, and taken again."""
    user.find("param_gain").setFocus()
    user.presses("estimate_field")
    user.click("estimate_use", inside=_estimated(user))
    assert user.session.document.acquisition.gain == pytest.approx(2.14, abs=0.1)
    user.presses("undo")
    assert user.session.document.acquisition.gain == 1.0
    user.presses("redo")
    assert user.session.document.acquisition.gain == pytest.approx(2.14, abs=0.1)


def _estimated(user) -> QWidget:
    """The panel of one value, when the frames have been read."""
    panel = user.find("estimate_popover")
    user.sees(lambda: "±" in user.find("estimate_title", QLabel, panel).text())
    return panel


def _turns_knobs_beside_the_preview(user) -> None:
    user.types("param_steps", str(STEPS))
    user.types("param_zoom", "2")
    user.presses("preview")
    words = user.find("preview_words", QLabel)
    user.sees(lambda: f"{STEPS} steps" in words.text() and "zoom 2" in words.text())
    user.types("param_zoom", "3")
    user.sees(lambda: "zoom 3" in words.text())
    user.presses("preview")
    assert not words.isVisible()


def _runs_three_settings(user) -> None:
    """One is started, two wait behind it with other values."""
    with _held_run() as go_on:
        for zoom in ZOOMS:
            user.types("param_zoom", str(zoom))
            user.click("run")
            user.sees(lambda: user.session.busy)
        assert "2 runs wait" in user.find("run_queue", QLabel).text()
        go_on.set()
        user.sees(lambda: [run.record.status for run in user.session.runs] == [RunStatus.FINISHED] * 3)
    user.sees_end()
    assert [run.record.params["zoom"] for run in user.session.runs] == list(ZOOMS)


class _held_run:
    """Lets the first run's second step wait until its user has queued the others."""

    def __enter__(self) -> threading.Event:
        from fluogan_app.core.methods.fluogan.solver import FluoganSolver

        self._solver, self._honest, go_on = FluoganSolver, FluoganSolver.step, threading.Event()

        def step(solver, state):
            if state.step == 1:
                go_on.wait(60)
            return self._honest(solver, state)

        FluoganSolver.step = step
        return go_on

    def __exit__(self, *_: object) -> None:
        self._solver.step = self._honest


def _saves(user, place: Path) -> None:
    user.presses("save")
    user.names_file("choose_new_project", place)
    user.sees(lambda: not user.session.untitled)
    assert not user.window.isWindowModified()


def _compares(user) -> None:
    """The three estimates side by side, then two of them swiped; the table of runs says what differs."""
    user.presses("show_result")
    for viewer, number in (("mean", 1), ("estimate", 2), ("background", 3)):
        _picks(user, viewer, number)
    panes = user.window.workspace.panes
    for number, (viewer, zoom) in enumerate(zip(("mean", "estimate", "background"), ZOOMS, strict=True), 1):
        assert panes.pane(viewer).title.text() == f"Estimate · run {number}"
        assert panes.pane(viewer).image.shape == (67 * zoom, 74 * zoom)
    user.presses("compare_swipe")
    assert user.find("compare_pane").isVisible()
    user.presses("compare_side")
    user.presses("show_runs")
    table = user.find("runs_list", QTableWidget)
    user.sees(lambda: table.rowCount() == 3)
    heads = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    assert any(head.startswith("Zoom") for head in heads)
    user.presses("show_result")


def _picks(user, viewer: str, number: int) -> None:
    """Choose a run's estimate for a viewer in its menu."""
    user.window.workspace.panes.pane(viewer).canvas.setFocus()
    user.presses("choose_picture")
    menu = user.find(f"picture_menu_{viewer}", QMenu)
    within = menu.findChild(QMenu, f"picture_menu_{viewer}_{number}")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(within.menuAction()).center())
    user.sees(within.isVisible)
    action = next(one for one in within.actions() if one.objectName() == f"picture_estimate_{number}")
    QTest.mouseClick(within, Qt.MouseButton.LeftButton, pos=within.actionGeometry(action).center())
    user.sees(lambda: not user.window.workbench.busy)


def _draws_a_profile(user, table: Path) -> None:
    """A line over a mitochondrion, in all three viewers at once; its table as a file."""
    user.presses("measure_line")
    canvas = user.window.workspace.panes.pane("estimate").canvas
    user.draws(canvas, _at(canvas, 800, 800), _at(canvas, 2600, 2600))
    assert user.find("measure_list", QListWidget).count() == 1
    for name, value in (("x0", 1000), ("y0", 600), ("x1", 2600), ("y1", 2000)):
        user.types(f"measure_{name}", str(value))
    user.sees(lambda: "2.126 µm" in user.find("measure_words", QLabel).text())
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    user.click("measure_save")
    QTest.keyClick(user.window.findChild(QMenu, "measure_save_menu"), Qt.Key.Key_P)
    user.names_file("save_measurements", table)
    user.sees(table.is_file)
    head = next(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("distance_nm"))
    assert all(f"run {number}" in head for number in (1, 2, 3))


def _at(canvas, x_nm: float, y_nm: float) -> QPoint:
    return canvas.screen.point(x_nm, y_nm).toPoint()


def _judges(user) -> None:
    """What the numbers say of the run, and which detail comes again from half of the frames."""
    user.presses("show_quality")
    user.sees(lambda: "recorded light" in user.find("quality_summary", QLabel).text())
    user.presses("judge_halves")
    user.sees(lambda: "Odd and even frames" in user.find("quality_summary", QLabel).text())


def _reports(user, page: Path) -> None:
    user.presses("report")
    user.names_file("choose_report", page)
    user.sees(page.is_file)
    text = page.read_text(encoding="utf-8")
    assert "estimated" in text and "data:image/png;base64" in text and "day 7, cell 3.tif" in text


def _repeats_elsewhere(user, folder: Path) -> list[np.ndarray]:
    """The copied command computes the shown run again, bit by bit. Returns the estimates of all runs."""
    images = [run.result().estimate for run in user.session.runs]
    QGuiApplication.clipboard().clear()
    user.presses("copy_command")
    user.sees(lambda: QGuiApplication.clipboard().text().startswith("fluogan reconstruct"))
    words = shlex.split(QGuiApplication.clipboard().text())[1:]
    words[words.index("-o") + 1] = str(folder / "again.fluogan")
    assert command_line(words) == 0
    np.testing.assert_array_equal(Project.open(folder / "again.fluogan").run().result().estimate, images[-1])
    return images


def _packs(user, archive: Path) -> None:
    user.presses("pack")
    dialog = user.dialog("pack_dialog")
    user.click("pack_raw", dialog)
    user.click("pack_go", dialog)
    user.names_file("choose_archive_name", archive)
    user.sees(lambda: "is packed in" in user.window.notices.text("pack"))
    user.presses("close_project")
    user.sees(lambda: user.session.project is None)


def _opens_the_archive(user, folder: Path, images: list[np.ndarray]) -> None:
    """On another day, in another place, without the folder that the stack came from."""
    place = folder / "another computer"
    place.mkdir()
    user.presses("unpack")
    user.names_file("choose_archive", folder / "day 7.fluogan.zip")
    user.names_file("choose_folder", place)
    user.sees_stack()
    assert user.session.project.folder.parent == place and user.session.stack.shape == (50, 67, 74)
    for run, image in zip(user.session.runs, images, strict=True):
        np.testing.assert_array_equal(run.result().estimate, image)
    assert user.session.document.acquisition.gain == pytest.approx(2.14, abs=0.1)
    user.presses("measure_show")
    assert user.find("measure_list", QListWidget).count() == 1
    assert user.find("param_zoom").findChild(QLineEdit) or user.find("param_zoom")
    assert user.session.params.zoom == ZOOMS[-1]
