"""A window in a process of its own, to be measured: what the children of the window's benchmarks share."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from fluogan_app.gui import application
from fluogan_app.gui.main_window import MainWindow
from fluogan_app.gui.settings import Settings


def window_on_sample() -> MainWindow:
    """A window that shows the sample, linked on disk."""
    application.make_application()
    window = MainWindow(Settings())
    window.show()
    open_sample(window)
    return window


def open_sample(window: MainWindow) -> None:
    """Open the sample, until its first frame is seen and its place on disk stands."""
    window.files.open_sample("mitochondria")
    until(lambda: window.session.document.link is not None and window.workspace.browser.pane.image is not None)


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Let the window live until something is so, or for a time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


def idle(seconds: float) -> None:
    """Let the window live for a time."""
    until(lambda: False, seconds)
