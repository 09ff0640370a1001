"""The Qt application around the window: colours, log, errors that nobody caught, and an end that never hangs."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from fluogan_app import __version__
from fluogan_app.gui import crash_log
from fluogan_app.gui.dialogs.error_dialog import show_error
from fluogan_app.gui.main_window import MainWindow
from fluogan_app.gui.settings import Settings
from fluogan_app.gui.style import apply_scheme

log = logging.getLogger(__name__)


def run(argv: Sequence[str]) -> int:
    """Show the window, on the stack or project that is named, until it is closed. Returns the exit code."""
    application = make_application()
    started = crash_log.start_log()
    settings = Settings()
    apply_scheme(application, settings.scheme)
    window = MainWindow(settings, started)
    relay = crash_log.LogRelay(window.log.append)
    logging.getLogger().addHandler(relay)
    uncaught = crash_log.UncaughtErrors(
        lambda error: show_error(window, "Unexpected error", error, started.path), window
    )
    uncaught.install()
    window.show()
    QTimer.singleShot(0, lambda: window.start(Path(argv[0]) if argv else None))
    code = application.exec()
    uncaught.remove()
    logging.getLogger().removeHandler(relay)
    _leave(window, code)
    return code


def make_application() -> QApplication:
    """The application object with its name, as settings, menus and desktops show it."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("FluoGAN")
    application.setApplicationDisplayName("FluoGAN")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("fluogan")
    return application


def _leave(window: MainWindow, code: int) -> None:
    """End the process even where a run does not hear: its checkpoint is on disk, and a hanging program helps nobody."""
    if not window.shut_down(seconds=5.0):
        log.error("a thread did not end in time")
        logging.shutdown()
        os._exit(code)
