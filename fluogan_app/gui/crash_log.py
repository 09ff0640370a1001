"""What stands before the window: the log, the trace of crashes, and what happens to errors that nobody caught."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from fluogan_app.core import folders
from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import unexpected

log = logging.getLogger(__name__)
_KEPT_TRACES = 5


def start_log() -> Path | None:
    """Write the log of this start, and the trace of a native crash beside it. None where no log can be written."""
    folder = folders.log_folder()
    path = folder / "window.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
        _trace_crashes(folder)
    except OSError:
        # A program that cannot log still serves; the folder may be read-only on a shared machine.
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return path


def _trace_crashes(folder: Path) -> None:
    older = sorted(folder.glob("crash-*.txt"))
    for path in [path for path in older if not path.stat().st_size] + older[:-_KEPT_TRACES]:
        path.unlink(missing_ok=True)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    faulthandler.enable(open(folder / f"crash-{stamp}.txt", "w", encoding="utf-8"))  # noqa: SIM115 - open until the end


class UncaughtErrors(QObject):
    """Turns errors that nobody caught, on any thread, into one that the window can show."""

    _caught = Signal(object)

    def __init__(self, show: Callable[[FluoganError], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._caught.connect(show)

    def install(self) -> None:
        """From now on. Ctrl-C in a terminal still ends the program."""
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._from_main
        threading.excepthook = lambda caught: self._from_main(caught.exc_type, caught.exc_value, caught.exc_traceback)

    def remove(self) -> None:
        """Put back what was there before."""
        sys.excepthook, threading.excepthook = self._before

    def _from_main(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or not issubclass(kind, Exception):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("an error was not caught", exc_info=(kind, error, trace))
        self._caught.emit(error if isinstance(error, FluoganError) else unexpected(error))
