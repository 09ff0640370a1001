"""Methods side by side in the window: run together, filled as they come, measured, written, kept, and reopened."""

from __future__ import annotations

import csv
import threading
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QTreeWidget

from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project import comparing
from fluogan_app.core.project.comparing import measured
from fluogan_app.core.project.comparisons import kept_comparisons
from tests.gui.readable import cut_off, nameless
from tests.gui.two_runs import REGION, two_runs

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def user(open_window, tmp_path: Path):
    """A project with two runs of FluoGAN, at the page that compares."""
    made = open_window(two_runs(tmp_path))
    made.sees_stack()
    made.window.resize(1280, 720)
    made.presses("show_comparison")
    return made


def feature(user):
    return next(one for one in user.window.features if one.name == "comparing")


def listed(user) -> list[str]:
    table = user.find("comparing_list", QTreeWidget)
    return [table.topLevelItem(row).text(0) for row in range(table.topLevelItemCount())]


def cell(user, row: int, head: str) -> str:
    table = user.find("comparing_list", QTreeWidget)
    heads = [table.headerItem().text(column) for column in range(table.columnCount())]
    return table.topLevelItem(row).text(heads.index(head)) if head in heads else ""


def settled(user) -> bool:
    """Every finished run in sight has its picture and its measures."""
    page, control = user.window.findChild(type(feature(user).page)), feature(user).controller
    return bool(page.grid.pictures) and not user.session.busy and not control.measures.words and all(
        one.image is not None or "Reading" not in one.words for one in page.grid.pictures
    )


def compares(user, *methods: str, as_set: str = "", again: bool = False) -> None:
    """Tick these methods alone in the dialog, one of them with the values of the form, and start."""
    user.presses("compare_methods")
    dialog = user.dialog("compare_methods_dialog")
    assert nameless(dialog) == [] and cut_off(dialog) == []
    user.click("compare_none", dialog)
    assert not user.find("compare_start", inside=dialog).isEnabled()
    for name in methods:
        user.find(f"compare_{name}", QCheckBox, dialog).click()
    if again:
        user.click("compare_again", dialog)
    if as_set:
        choice = user.find(f"compare_{as_set}_values", inside=dialog)
        assert choice.currentText() == "As set in the form", "what was set is meant, unless something else is chosen"
        assert user.find("compare_message", inside=dialog).text().startswith("All of them are there already")
    user.click("compare_start", dialog)


def test_methods_are_run_together_measured_written_and_found_again(user, open_window, tmp_path: Path) -> None:
    user.sees(lambda: settled(user))
    assert listed(user) == ["Recorded mean", "FluoGAN · run 1", "FluoGAN · run 2"]
    page, grid = feature(user).page, feature(user).page.grid
    assert page.list.chosen == ("mean", "run:2"), "the newest of each method"
    assert float(cell(user, 2, "RSP")) > 0.9 and cell(user, 1, "RSP") == ""
    compares(user, "mean", "wiener")
    user.sees(lambda: len(user.session.runs) == 4 and not user.session.busy)
    user.sees(lambda: settled(user))
    assert page.isVisible(), "a run that begins leaves the page in front"
    assert [one.title for one in grid.pictures] == ["Mean", "Wiener deconvolution"]
    assert all(run.record.roi == REGION and run.record.params["zoom"] == 4 for run in user.session.runs[2:])
    # What is there already is not run again.
    compares(user, "fluogan", "mean", "wiener", as_set="fluogan")
    user.sees(lambda: len(grid.pictures) == 3 and settled(user))
    assert len(user.session.runs) == 4 and cut_off(user.window) == [] and nameless(user.window) == []
    assert user.window.width() == 1280 and user.window.height() == 720

    user.click("comparing_errors")
    assert [one.key for one in grid.pictures] == ["run:2", "run:3", "run:4"]
    assert all(one.image.unit == "photons/frame/px" and one.image.array.shape == (30, 32) for one in grid.pictures)
    user.presses("same_scale")
    assert len({grid.pane(one.key).levels for one in grid.pictures}) == 1
    for button, dialog, name in (("comparing_figure", "choose_comparison_figure", "methods.svg"),
                                 ("comparing_table", "choose_comparison_table", "methods.csv")):  # fmt: skip
        user.click(button)
        user.names_file(dialog, tmp_path / name)
        user.sees((tmp_path / name).exists)
    rows = list(csv.reader((tmp_path / "methods.csv").read_text(encoding="utf-8").splitlines()))
    assert [row[0] for row in rows[1:]] == ["FluoGAN", "Mean", "Wiener deconvolution"] and "Time (s)" in rows[0]
    user.click("comparing_copy")
    assert QApplication.clipboard().text().count("\n") == 3

    # What is there is run again where that is wished; more runs than a result has viewers for come here from the table.
    compares(user, "mean", again=True)
    user.sees(lambda: len(user.session.runs) == 5 and not user.session.busy)
    user.presses("show_runs")
    runs = user.find("runs_list")
    user.sees(lambda: runs.rowCount() == 5)
    runs.setFocus()
    user.qtbot.keyClick(runs, Qt.Key.Key_A, CTRL)
    user.presses("compare_runs")
    user.sees(lambda: {one.key for one in grid.pictures} == {f"run:{n}" for n in range(1, 6)} and settled(user))
    table = user.find("comparing_list")
    table.setFocus()
    table.setCurrentItem(table.topLevelItem(1))
    user.qtbot.keyClick(table, Qt.Key.Key_Space)
    user.sees(lambda: "run:1" not in {one.key for one in grid.pictures} and settled(user))
    user.presses("save")
    user.sees(lambda: not user.window.workbench.busy and not user.session.unsaved)
    folder = user.session.project.folder
    (kept,) = kept_comparisons(folder)
    assert {one.number for one in kept.record.runs} >= {1, 2, 3, 4} and kept.error(4).shape == (30, 32)
    again = open_window(folder)
    again.sees_stack()
    again.presses("show_comparison")
    other = feature(again)
    again.sees(lambda: bool(other.page.grid.pictures) and not other.controller.measures.words)
    assert other.page.list.chosen == page.list.chosen and other.page.errors.isChecked()
    assert other.page.scale.isChecked() and cell(again, 2, "RSP") == cell(user, 2, "RSP")


def test_another_programs_image_is_placed_seen_over_the_mean_and_compared(user, tmp_path: Path) -> None:
    image = np.zeros((120, 128), np.float32)
    image[60], image[:, 31] = 5.0, 3.0
    path = tmp_path / "ThunderSTORM.tif"
    tifffile.imwrite(path, image)
    user.presses("import_result")
    user.names_file("choose_result", path)
    dialog = user.dialog("import_result_dialog")
    assert not user.find("import_take", inside=dialog).isEnabled() and dialog.view.placed is None
    assert "does not state the size" in dialog.message.text() and "--" not in dialog.message.text()
    user.types("param_source_pixel_nm", "20", dialog)
    assert dialog.view.placed.origin_yx_nm == (480.0, 640.0), "as large as the region: it is taken for the region's"
    user.types("param_corner_x_nm", "720", dialog)
    assert user.find("import_place", inside=dialog).currentData() == "corner"
    assert dialog.view.placed.origin_yx_nm == (480.0, 720.0) and "covers" in dialog.message.text()
    place = user.find("import_place", inside=dialog)
    place.setFocus()
    user.qtbot.keyClick(place, Qt.Key.Key_Up)
    assert dialog.view.placed.origin_yx_nm == (480.0, 640.0)
    user.types("param_unit", "localisations", dialog)
    assert nameless(dialog) == [] and cut_off(dialog) == []
    user.click("import_take", dialog)
    user.sees(lambda: len(user.session.runs) == 3)
    user.sees(lambda: settled(user))
    page = feature(user).page
    grid = page.grid
    shown = grid.pane("run:3")
    assert [one.title for one in grid.pictures][-1] == "ThunderSTORM" and shown.unit == "localisations"
    line = listed(user).index("ThunderSTORM · run 3")
    assert np.array_equal(shown.image, image) and cell(user, line, "Time (s)") == ""
    assert "ThunderSTORM · run 3: " in page.message.text(), "what the measuring found amiss is in sight"


def test_a_line_is_measured_across_all_and_the_help_tells_of_every_method(user) -> None:
    user.sees(lambda: settled(user))
    page = feature(user).page
    user.presses("measure_line")
    canvas = page.grid.pane("run:2").canvas
    at = QPoint(canvas.width() // 2, canvas.height() // 2)
    user.draws(canvas, at - QPoint(30, 0), at + QPoint(30, 5))
    measuring = next(one for one in user.window.features if one.name == "measurements")
    user.sees(lambda: measuring.profiles.profiled is not None and measuring.profiles.settled)
    assert [one.title for one in measuring.profiles.profiled.profiles] == ["Recorded mean", "FluoGAN"]
    user.presses("fit")
    assert page.grid.view is None
    user.find("comparing_list").setFocus()
    brightest = page.grid.pane("mean").levels[1]
    user.presses("brighter")
    assert page.grid.pane("mean").levels[1] < brightest, "without the keys in a viewer it is the first one's"
    user.presses("methods_compared")
    dialog = user.dialog("methods_compared_dialog")
    user.sees(lambda: "Beware" in dialog.text.toPlainText())
    text = dialog.text.toPlainText()
    assert "FluoGAN" in text and "Wiener" in text and "What each is for" in text
    bar = dialog.text.verticalScrollBar()
    user.qtbot.keyClick(dialog.text, Qt.Key.Key_PageDown)
    assert bar.value() > 0 and dialog.text.horizontalScrollBar().maximum() == 0
    user.qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_what_fails_is_told_in_its_place_and_measuring_can_be_given_up(user, monkeypatch: pytest.MonkeyPatch) -> None:
    user.sees(lambda: settled(user))
    page, plots = feature(user).page, user.window.workspace.plots
    assert not plots.isVisible() and user.window.workspace.bottom.isVisible()
    user.presses("show_curves")
    assert plots.isVisible()
    user.presses("show_result")
    user.presses("show_comparison")
    assert not plots.isVisible(), "the curves of one run take no room from images that are compared"

    def refuses(*_: object) -> None:
        raise DataError("Nothing blinks here.", "Choose another method.")

    gate = threading.Event()

    def waits(run, *rest):
        gate.wait(30)
        return measured(run, *rest)

    monkeypatch.setattr(type(METHODS["wiener"]), "prepare", refuses)
    monkeypatch.setattr(comparing, "measured", waits)
    compares(user, "mean", "wiener")
    user.sees(lambda: "Nothing blinks here" in " ".join(one.words for one in page.grid.pictures))
    user.sees(lambda: "Wiener deconvolution could not start: Nothing blinks here" in page.message.text())
    user.sees(lambda: "could not start. Wiener" in user.window.context.notices.text("queue"))
    user.sees(lambda: page.grid.pictures[0].image is not None)
    assert [one.title for one in page.grid.pictures if one.image is None] == ["Wiener deconvolution"]
    user.sees(lambda: page.cancel.isVisible() and "Measuring run 3" in page.words.text())
    user.click("comparing_cancel")
    assert not page.cancel.isVisible() and page.words.text() == "1 not measured."
    gate.set()
    user.sees(lambda: not user.window.workbench.busy)
