"""Trying values, as a user meets it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fluogan_app.core.project.sweep import measure_text, measures_told
from fluogan_app.core.project.sweep_score import scored
from fluogan_app.core.project.sweeps import kept_sweeps
from fluogan_app.gui.features.sweep import SweepFeature


def sweeping(window) -> SweepFeature:
    return next(feature for feature in window.features if isinstance(feature, SweepFeature))


@pytest.fixture
def trying(open_window: Callable) -> Callable:
    """A user with the sample open, few steps, a small region, and the dialog set to λ1 and zoom."""

    def begin(steps: int = 6):
        user = open_window()
        user.opens_sample()
        user.types("param_steps", str(steps))
        for name, value in (("height", 32), ("width", 30)):
            user.types(f"stack_region_{name}", str(value))
        user.presses("sweep")
        dialog = user.dialog("sweep_dialog")
        user.types("sweep_values_0", "0.3, 3", inside=dialog)
        chooses(user, dialog, "sweep_name_1", "zoom")
        user.types("sweep_values_1", "1, 2", inside=dialog)
        chooses(user, dialog, "sweep_where", "region")
        return user, dialog

    return begin


def chooses(user, dialog, name: str, wanted: str) -> None:
    """Pick an entry of a choice with the keys."""
    box = user.find(name, inside=dialog)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    while box.currentData() != wanted:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, f"{wanted} is not among the choices of {name}"


def finishes(user) -> None:
    user.sees(lambda: not sweeping(user.window).busy and not user.window.workbench.busy)


def shows_maps(user, dialog) -> None:
    """Each measure over the grid, with its unit."""
    pages = user.find("sweep_pages", inside=dialog)
    pages.setFocus()
    user.qtbot.keyClick(pages.tabBar(), Qt.Key.Key_Right)
    assert dialog.map.item(0, 0).text().endswith("σ")
    assert dialog.map.horizontalHeaderItem(1).text() == "Sparsity λ1 3"
    assert dialog.map.verticalHeaderItem(1).text() == "Zoom L 2"
    chooses(user, dialog, "sweep_measure", "photon_balance_percent")
    assert dialog.map.item(1, 1).text().endswith("%")


def test_a_grid_of_pictures_at_one_scale_each_kept(trying) -> None:
    user, dialog = trying()
    user.click("sweep_start", inside=dialog)
    finishes(user)
    assert len(dialog.cells) == 4 and all(cell.done for cell in dialog.cells)
    views = dialog.grid.views
    assert views[1, 0].canvas.array.shape == (64, 60) and views[0, 1].canvas.array.shape == (32, 30)
    extents = {view.canvas.extent for view in views.values()}
    assert len(extents) == 1
    assert all(word in views[0, 0].numbers.text() for word in ("Residual", "σ", "Detail", "nm", "Pearson", "Photons"))
    assert "Sparsity λ1 0.3, Zoom L 1" in views[0, 0].title.text()
    assert sum(view.is_suggested for view in views.values()) == 1
    assert "claims the least detail" in dialog.rule.text()
    sweep = kept_sweeps(user.session.project.folder)[0]
    assert len(sweep.cells()) == 4 and sweep.plan.place.height == 32
    assert (sweep.folder / "cell-01-01.ome.tif").is_file()
    # The form is as it was: no cell leaves anything behind.
    assert user.session.params.lambda1 == 1.0
    shows_maps(user, dialog)
    # A sweep that is refused does not leave the one before as its own.
    user.types("sweep_values_0", "nan", inside=dialog)
    user.click("sweep_start", inside=dialog)
    assert "sweep before" in dialog.message.text() and "(lambda1)" not in dialog.message.text()
    user.click("sweep_close", inside=dialog)


def test_a_chosen_picture_sets_the_form_or_starts_a_run(trying) -> None:
    user, dialog = trying()
    user.click("sweep_start", inside=dialog)
    finishes(user)
    assert not dialog.use_button.isEnabled()
    user.qtbot.mouseClick(dialog.grid.views[1, 0], Qt.MouseButton.LeftButton)
    assert dialog.chosen.values == {"lambda1": 0.3, "zoom": 2} and "Zoom L 2" in dialog.about_cell.text()
    user.click("sweep_use", inside=dialog)
    assert (user.session.params.lambda1, user.session.params.zoom) == (0.3, 2)
    assert "Sparsity λ1 0.3" in dialog.message.text() and "Other than" not in dialog.message.text()
    # A run would not give that picture where another value is another now.
    user.turns_to(user.window)
    user.types("param_lambda2", "2")
    user.turns_to(dialog)
    user.click("sweep_use", inside=dialog)
    assert dialog.message.text().endswith("Other than in the sweep are: Smooth background λ2.")
    view = dialog.grid.views[1, 0]
    view.setFocus()
    user.qtbot.keyClick(view, Qt.Key.Key_Right)
    user.qtbot.keyClick(dialog.grid.views[1, 1], Qt.Key.Key_Space)
    assert dialog.chosen.values == {"lambda1": 3.0, "zoom": 2}
    user.click("sweep_run", inside=dialog)
    user.sees(lambda: bool(user.session.runs))
    user.sees_end()
    assert user.session.runs[-1].record.params["lambda1"] == 3.0
    user.click("sweep_close", inside=dialog)


def test_wrong_values_are_said_and_nothing_begins(trying) -> None:
    user, dialog = trying()
    user.types("sweep_values_0", "0.3, many", inside=dialog)
    user.click("sweep_start", inside=dialog)
    assert "no number" in dialog.message.text() and "sweep before" not in dialog.message.text()
    assert not sweeping(user.window).busy
    assert kept_sweeps(user.session.project.folder) == []
    user.click("sweep_close", inside=dialog)


def test_paused_it_waits_and_cancelled_it_keeps_what_is_done_and_is_completed_later(trying) -> None:
    user, dialog = trying(steps=300)
    user.click("sweep_start", inside=dialog)
    user.click("sweep_pause", inside=dialog)
    assert "Go on" in dialog.pause_button.text()
    user.click("sweep_pause", inside=dialog)
    user.sees(lambda: len(dialog.cells) >= 1)
    user.click("sweep_cancel", inside=dialog)
    finishes(user)
    assert "Cancelled" in dialog.message.text() and 1 <= len(dialog.cells) < 4
    user.click("sweep_close", inside=dialog)
    user.presses("sweep")
    again = user.dialog("sweep_dialog")
    user.sees(lambda: 1 <= len(again.cells) < 4)
    first = again.grid.views[0, 0].canvas.array
    user.click("sweep_complete", inside=again)
    finishes(user)
    assert len(again.cells) == 4 and np.array_equal(again.grid.views[0, 0].canvas.array, first)
    assert [len(sweep.cells()) for sweep in kept_sweeps(user.session.project.folder)] == [4]
    user.click("sweep_close", inside=again)


def test_the_values_of_another_method_are_tried_and_taken_with_it(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    for name, value in (("height", 32), ("width", 30)):
        user.types(f"stack_region_{name}", str(value))
    user.presses("sweep")
    dialog = user.dialog("sweep_dialog")
    user.window.parameters.choose_method("mean")
    names = {dialog.names[0].itemData(index) for index in range(dialog.names[0].count())}
    assert "lambda1" not in names and "statistic" in names and dialog.names[0].currentData() == "statistic"
    chooses(user, dialog, "sweep_where", "region")
    user.click("sweep_start", inside=dialog)
    finishes(user)
    assert len(dialog.cells) == 2 and all(cell.done for cell in dialog.cells)
    user.window.parameters.choose_method("fluogan")
    dialog.choose((0, 1))
    user.click("sweep_use", inside=dialog)
    assert user.session.method.name == "mean" and user.session.params.statistic == "deviation"
    assert user.session.history.undo_title.startswith("Values of a sweep: Statistic")
    dialog.close()


def test_pictures_that_are_no_light_have_measures_of_their_own(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    for name, value in (("height", 32), ("width", 30)):
        user.types(f"stack_region_{name}", str(value))
    user.window.parameters.choose_method("esrrf")
    user.types("param_zoom", "5")
    user.presses("sweep")
    dialog = user.dialog("sweep_dialog")
    assert "critic" not in dialog.about.text() and not dialog.quick.isVisible()
    user.types("sweep_values_0", "2; 3", inside=dialog)
    chooses(user, dialog, "sweep_where", "region")
    user.click("sweep_start", inside=dialog)
    finishes(user)
    assert "QnR – (fewer than 3 cells" in dialog.grid.views[0, 0].numbers.text() and "QnR" in dialog.rule.text()
    assert "Photons" not in dialog.grid.views[0, 1].toolTip()
    pages = user.find("sweep_pages", inside=dialog)
    pages.setFocus()
    user.qtbot.keyClick(pages.tabBar(), Qt.Key.Key_Right)
    chooses(user, dialog, "sweep_measure", "qnr")
    assert dialog.map.item(0, 0).text() == measure_text(scored(dialog.cells)[0], measures_told(dialog.plan.claims)[0])
    dialog.choose((0, 1))
    assert "Repeats to" in dialog.about_cell.text()
    dialog.close()
