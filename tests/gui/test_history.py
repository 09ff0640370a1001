"""The user goes back through a run, while it goes on and afterwards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider

from fluogan_app.core.data.roi import Roi


def _estimate(user) -> np.ndarray:
    return user.window.workspace.panes.pane("estimate").image


def test_an_earlier_step_stands_still_while_the_run_goes_on(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.session.change(roi=Roi(20, 20, 14, 18))
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(30)
    bar = user.find("history_bar")
    user.sees(lambda: len(bar.steps) >= 2)
    slider = user.find("history_slider", QSlider)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    first = bar.steps[0]
    user.sees(lambda: f"step {first} of" in user.window.workspace.panes.pane("estimate").detail.text())
    still, step = _estimate(user).copy(), user.window.workspace.run_panel.state.step
    user.sees_step(step + 50)
    np.testing.assert_array_equal(_estimate(user), still)
    user.click("history_newest")
    user.sees(lambda: not np.array_equal(_estimate(user), still))
    user.click("cancel")
    user.sees_end()
    assert bar.chosen is None

    user.sees(lambda: bool(bar.steps))
    final = _estimate(user).copy()
    user.presses("history_older")
    user.sees(lambda: not np.array_equal(_estimate(user), final))
    user.presses("history_newest")
    user.sees(lambda: np.array_equal(_estimate(user), final))
    user.sees_end()


def test_a_damaged_moment_is_one_sentence_in_the_log(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.session.change(roi=Roi(20, 20, 14, 18))
    user.types("param_steps", "60")
    user.click("run")
    user.sees_end()
    bar = user.find("history_bar")
    user.sees(lambda: len(bar.steps) >= 2)
    folder = user.session.shown_run.folder / "history"
    (folder / f"{bar.steps[0]:09d}.npz").write_bytes(b"damaged")
    before = _estimate(user).copy()
    QTest.keyClick(user.find("history_slider", QSlider), Qt.Key.Key_Home)
    user.sees(lambda: "cannot be read" in "\n".join(user.window.log.lines()))
    np.testing.assert_array_equal(_estimate(user), before)
