"""Pictures of the viewers, to be looked at: every way to compare, the loupe, the contrast panel, the chooser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest

from tests.gui.two_runs import two_runs

LAPTOP, LARGE = QSize(1280, 720), QSize(2560, 1440)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_viewers(open_window: Callable, take: Callable, tmp_path: Path, scheme: str) -> None:
    """Two runs side by side, swiped, flickered, overlaid; the loupe; contrast and chooser; the list of keys."""
    user = open_window(two_runs(tmp_path))
    window, panes = user.window, user.window.workspace.panes
    window.set_scheme(scheme)
    window.resize(LAPTOP)
    user.sees_stack()
    user.sees(lambda: panes.pane("estimate").image is not None)
    user.presses("show_result")
    take(window, f"{scheme}-30-result")
    window.results.pictures.choose("mean", "estimate", 1)
    user.presses("add_viewer")
    panes.set_displays({"estimate": panes.pane("estimate").display.__class__("magma", scale="log")})
    user.sees(lambda: panes.pane("fourth").image is not None and not window.workbench.busy)
    take(window, f"{scheme}-31-four-viewers")
    for mode in ("swipe", "flicker", "overlay"):
        user.presses(f"compare_{mode}")
        take(window, f"{scheme}-32-{mode}")
    user.presses("compare_side")
    user.presses("loupe")
    canvas = panes.pane("estimate").canvas
    for part in (0.3, 0.5):
        QTest.mouseMove(canvas, QPoint(round(part * canvas.width()), canvas.height() // 2))
    take(window, f"{scheme}-33-loupe")
    user.presses("loupe")
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    take(window, f"{scheme}-34-cursor")
    menu = panes.pane("estimate").display_button.menu()
    menu.popup(window.mapToGlobal(QPoint(100, 100)))
    take(menu, f"{scheme}-35-contrast")
    menu.close()
    chooser = panes.pane("estimate").chooser_button.menu()
    chooser.popup(window.mapToGlobal(QPoint(100, 100)))
    take(chooser, f"{scheme}-36-chooser")
    chooser.close()
    viewers = window.menus["Viewers"]
    viewers.popup(window.mapToGlobal(QPoint(100, 100)))
    take(viewers, f"{scheme}-37-menu")
    viewers.close()
    window.resize(LARGE)
    take(window, f"{scheme}-38-large")
    user.presses("shortcuts")
    dialog = user.dialog("shortcuts_dialog")
    user.types("shortcut_search", "view", dialog)
    take(dialog, f"{scheme}-39-shortcuts")
    dialog.close()
    window.set_scheme("light")
