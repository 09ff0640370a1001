"""What stands before the window: the log of this start, the trace of crashes, and errors that nobody caught."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from fluogan_app.core import folders
from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import unexpected

log = logging.getLogger(__name__)

#: So many logs, and traces of crashes, are kept of earlier starts.
_KEPT = 10
_LARGEST_LOG_BYTES = 2_000_000


@dataclass(frozen=True)
class StartLog:
    """The log of this start, None where none can be written, and traces that crashed starts before it have left."""

    path: Path | None = None
    crashes: tuple[Path, ...] = ()


def start_log() -> StartLog:
    """Write the log of this start, and make ready for the trace of a native crash beside it."""
    folder = folders.log_folder()
    name = f"{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"
    path = folder / f"window-{name}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_LARGEST_LOG_BYTES, backupCount=1, encoding="utf-8")
        crashes = _traces_left(folder)
        faulthandler.enable(open(folder / f"trace-{name}.txt", "w", encoding="utf-8"))  # noqa: SIM115 - until the end
        _forget_older(folder)
    except OSError:
        # A program that cannot log still serves; the folder may be read-only on a shared machine.
        return StartLog()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return StartLog(path, crashes)


def _traces_left(folder: Path) -> tuple[Path, ...]:
    """Traces of starts that crashed since anybody looked, kept from now on as crash-….txt; empty ones are removed."""
    crashes = []
    for path in sorted(folder.glob("trace-*.txt")):
        if _runs(path):
            continue
        if path.stat().st_size:
            crashes.append(path.replace(path.with_name(path.name.replace("trace", "crash", 1))))
        else:
            path.unlink(missing_ok=True)
    return tuple(crashes)


def _runs(trace: Path) -> bool:
    """Whether the program that would write into this trace still runs: several may be open at a time."""
    number = trace.stem.rsplit("-", 1)[-1]
    if sys.platform == "win32" or not number.isdigit():
        return False  # an open file cannot be renamed or removed there anyway
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return int(number) != os.getpid()


def _forget_older(folder: Path) -> None:
    for pattern in ("window-*.log*", "crash-*.txt"):
        for path in sorted(folder.glob(pattern), key=lambda path: (path.stat().st_mtime, path.name))[:-_KEPT]:
            path.unlink(missing_ok=True)


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


class LogRelay(logging.Handler):
    """Hands warnings and errors of the whole program, from any thread, to the window's log panel."""

    class _Voice(QObject):
        said = Signal(str)

    def __init__(self, hear: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._voice = self._Voice()
        self._voice.said.connect(hear)

    def emit(self, record: logging.LogRecord) -> None:
        """One line per record; its trace stays in the file."""
        try:
            when = datetime.fromtimestamp(record.created)
            self._voice.said.emit(f"{when:%H:%M:%S}  {record.levelname.capitalize()}: {record.getMessage()}")
        except Exception:  # noqa: BLE001 - telling of an error must not make another
            self.handleError(record)
