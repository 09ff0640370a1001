"""Every control can be heard, and every word fits, in each state of the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QTabWidget, QToolButton, QWidget

from tests.gui.readable import cut_off, nameless, too_large

#: A laptop's screen without the system's own bars, also one of 1920 × 1080 at 150 %.
SMALL = QSize(1280, 680)


def _finished(user) -> None:
    user.opens_sample()
    user.types("param_steps", "30")
    user.click("run")
    user.sees(lambda: bool(user.session.runs))
    user.sees_end()


def _every_page(window: QWidget):
    """Bring each tab to the front in turn."""
    for tabs in window.findChildren(QTabWidget):
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            yield tabs.tabText(index)


def test_every_control_has_a_name(open_window: Callable) -> None:
    user = open_window()
    assert nameless(user.window) == []
    _finished(user)
    assert nameless(user.window) == []


def test_the_window_fits_a_small_screen(open_window: Callable, qtbot) -> None:
    user = open_window()
    user.window.resize(SMALL)
    assert cut_off(user.window) == [] and too_large(user.window, SMALL) == []
    _finished(user)
    for page in _every_page(user.window):
        qtbot.wait(1)
        assert cut_off(user.window) == [], page
        assert too_large(user.window, SMALL) == [], page


@pytest.fixture
def small_window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    for part in (QLabel("Zoom"), QLineEdit("6"), QPushButton("Run")):
        row.addWidget(part)
    window.findChild(QLineEdit).setAccessibleName("Zoom")
    window.show()
    return window


def test_the_rules_find_nothing_wrong_where_nothing_is(small_window: QWidget) -> None:
    assert nameless(small_window) == cut_off(small_window) == too_large(small_window, SMALL) == []


def test_the_rules_notice_wrong_cases(small_window: QWidget, qtbot) -> None:
    small_window.layout().addWidget(QToolButton())
    small_window.findChild(QLabel).setMaximumWidth(5)
    small_window.setMinimumWidth(2000)
    qtbot.wait(1)
    assert len(nameless(small_window)) == 1
    assert len(cut_off(small_window)) == 1
    assert len(too_large(small_window, SMALL)) == 1
