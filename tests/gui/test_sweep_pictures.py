"""Pictures of the window in which values are tried. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gui.test_sweep import chooses, sweeping


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sweep_states(open_window: Callable, take: Callable, scheme: str) -> None:
    """Before, under way, done with a chosen cell, and a map."""
    user = open_window()
    user.window.set_scheme(scheme)
    user.opens_sample()
    user.types("param_steps", "150")
    user.presses("sweep")
    dialog = user.dialog("sweep_dialog")
    take(dialog, f"{scheme}-sweep-1-before")
    user.types("sweep_values_0", "0.3, 1, 3", inside=dialog)
    chooses(user, dialog, "sweep_name_1", "zoom")
    user.types("sweep_values_1", "2, 4", inside=dialog)
    user.click("sweep_start", inside=dialog)
    user.sees(lambda: len(dialog.cells) >= 2)
    take(dialog, f"{scheme}-sweep-2-under-way")
    user.sees(lambda: not sweeping(user.window).busy and not user.window.workbench.busy)
    user.qtbot.mouseClick(dialog.grid.views[0, 1], user_button())
    take(dialog, f"{scheme}-sweep-3-done")
    user.find("sweep_pages", inside=dialog).setCurrentIndex(1)
    take(dialog, f"{scheme}-sweep-4-map")
    dialog.close()
    user.window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sweep_of_pictures_that_are_no_light(open_window: Callable, take: Callable, scheme: str) -> None:
    """Done, with the suggestion by QnR, and its map."""
    user = open_window()
    user.window.set_scheme(scheme)
    user.opens_sample()
    user.window.parameters.choose_method("esrrf")
    user.presses("sweep")
    dialog = user.dialog("sweep_dialog")
    user.types("sweep_values_0", "1; 1.5; 2", inside=dialog)
    chooses(user, dialog, "sweep_name_1", "sensitivity")
    user.types("sweep_values_1", "1; 3", inside=dialog)
    user.click("sweep_start", inside=dialog)
    user.qtbot.waitUntil(lambda: not sweeping(user.window).busy and not user.window.workbench.busy, timeout=120_000)
    user.qtbot.mouseClick(dialog.grid.views[0, 1], user_button())
    take(dialog, f"{scheme}-sweep-5-no-light")
    user.find("sweep_pages", inside=dialog).setCurrentIndex(1)
    take(dialog, f"{scheme}-sweep-6-no-light-map")
    dialog.close()
    user.window.set_scheme("light")


def user_button():
    """The left one."""
    from PySide6.QtCore import Qt

    return Qt.MouseButton.LeftButton
