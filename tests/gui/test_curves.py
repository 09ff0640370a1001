"""The curves at the window: compared, copied, saved, explained; the way from the best step to its image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.jobs.curves_csv import read_curves_csv
from tests.gui.conftest import User


def _ran(user: User, steps: int, **values: str) -> None:
    """A run of a small region, to its end."""
    user.session.change(roi=Roi(10, 12, 24, 26))
    user.types("param_steps", str(steps))
    for name, value in values.items():
        user.types(f"param_{name}", value)
    user.click("run")
    user.sees_end()


@pytest.fixture
def user(open_window: Callable) -> User:
    """A window with two runs of the sample."""
    user = open_window()
    user.opens_sample()
    _ran(user, 90)
    _ran(user, 120)
    return user


def test_curves_of_a_run_compared_copied_saved_and_read_again(user: User, tmp_path: Path) -> None:
    plots, session = user.window.workspace.plots, user.session
    user.sees(lambda: "quality" in plots.shown and plots.best is not None)
    assert [mark.name for mark in plots.curves.marks][-1] == "Mean fit, fine"

    # Another run behind.
    box = user.find("curves_reference")
    assert [box.itemText(index) for index in range(box.count())] == ["This run alone", "Run 1 behind"]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    user.sees(lambda: plots.reference_title == "run 1")
    assert len(plots.plots["generator"]._reference.steps) == 90
    session.show_run(1)
    user.sees(lambda: plots.reference_title == "" and box.itemText(1) == "Run 2 behind")
    session.show_run(2)
    user.sees(lambda: len(plots.curves.steps) == 120)

    # What is in sight as a table, and as a file that is read back.
    user.click("curves_show_photons")
    user.presses("curves_copy")
    heading, *rows = QGuiApplication.clipboard().text().splitlines()
    assert len(rows) == 120 and "loss_data" in heading and "photons_estimate" not in heading
    user.presses("curves_save")
    user.names_file("save_curves", tmp_path / "seen.csv")
    user.sees(lambda: (tmp_path / "seen.csv").exists() and not user.window.workbench.busy)
    seen = plots.seen()
    again = read_curves_csv(tmp_path / "seen.csv", seen.metrics)
    assert np.array_equal(again.columns["decorrelation_nm"], seen.columns["decorrelation_nm"], equal_nan=True)

    # What they mean.
    user.presses("curves_help")
    dialog = user.dialog("curves_help_dialog")
    words = user.find("curves_help_dialog_text", inside=dialog).text()
    assert "cannot be compared" in words and "not which is true" in words
    dialog.close()

    # The way from the best step to its image.
    user.presses("show_stack")
    user.presses("curves_best")
    assert user.window.workspace.centre.currentIndex() == 1

    # How they look is remembered.
    user.click("curves_logarithmic")
    feature = next(feature for feature in user.window.features if feature.name == "curves")
    gathered = feature.gather()
    feature.restore({})
    assert "photons" in plots.shown and not plots.logarithmic
    feature.restore(gathered)
    assert "photons" not in plots.shown and plots.logarithmic


def test_commands_need_curves(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    actions = user.window.actions_
    assert not actions["curves_copy"].isEnabled() and actions["curves_help"].isEnabled()
    _ran(user, 40)
    user.sees(lambda: actions["curves_copy"].isEnabled())
