"""Pictures of the Quality page and the table of runs. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_table_of_runs(open_window: Callable, take: Callable, scheme: str) -> None:
    """Three runs with what differs, notes on one, two compared."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(QSize(1280, 720))
    user.opens_sample()
    user.presses("show_runs")
    take(window, f"{scheme}-64-runs-empty")
    user.types("param_delta", "0")
    for steps, sparsity in ((40, 1), (60, 1), (60, 3)):
        user.types("param_steps", str(steps))
        user.types("param_lambda1", str(sparsity))
        user.click("run")
        user.sees_end()
    user.presses("show_runs")
    table = user.find("runs_list")
    user.sees(lambda: table.rowCount() == 3)
    user.click("runs_judge")
    user.sees(lambda: "RSP" in [table.horizontalHeaderItem(at).text() for at in range(table.columnCount())])
    take(window, f"{scheme}-65-runs")
    table.selectRow(0)
    take(window, f"{scheme}-66-runs-note")
    table.selectAll()
    table.item(0, 0).setSelected(False)
    user.window.workspace.centre.currentWidget().list.mark((2, 3))
    table.marked_changed.emit()
    take(window, f"{scheme}-67-runs-two")
    user.click("runs_compare")
    panes = window.workspace.panes
    user.sees(lambda: len(panes.shown) == 2 and all(panes.pane(name).image is not None for name in panes.shown))
    take(window, f"{scheme}-68-runs-compared")
    window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_run(open_window: Callable, take: Callable, scheme: str) -> None:
    """Each map and curve of a run with halves, repeats and variance."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(QSize(1280, 720))
    user.opens_sample()
    user.presses("show_quality")
    take(window, f"{scheme}-60-quality-empty")
    user.types("param_delta", "0")
    user.types("param_steps", "200")
    user.click("run")
    user.sees_end()
    user.presses("show_quality")
    user.sees(lambda: "not measured yet" in user.find("quality_summary").text())
    take(window, f"{scheme}-61-quality")
    user.click("quality_halves")
    user.sees(lambda: user.find("quality_choice").findData("frc") >= 0)
    user.click("quality_repeat")
    take(window, f"{scheme}-62-quality-repeating")
    user.sees(lambda: "Over 8 runs" in user.find("quality_summary").text())
    user.click("quality_variance")
    user.sees(lambda: user.find("quality_choice").findData("variance") >= 0)
    choice = user.find("quality_choice")
    for index in range(choice.count()):
        choice.setCurrentIndex(index)
        choice.activated.emit(index)
        take(window, f"{scheme}-63-quality-{choice.itemData(index)}")
    window.set_scheme("light")
