"""The log of one run: what was asked, what was decided, what happened, with the time of each."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


class RunLog:
    """Writes what this thread logs while the context lasts to a run's file. Never fails a run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handler: logging.Handler | None = None

    def __enter__(self) -> RunLog:
        package = logging.getLogger("fluogan_app")
        with suppress(OSError):  # a run without a log is worth more than no run
            self._handler = _QuietFile(self._path, encoding="utf-8")
            self._handler.setFormatter(logging.Formatter(_FORMAT))
            self._handler.addFilter(_this_thread(threading.get_ident()))
            package.addHandler(self._handler)
        self._level = package.level
        if package.getEffectiveLevel() > logging.INFO:
            package.setLevel(logging.INFO)
        return self

    def __exit__(self, *_: object) -> None:
        package = logging.getLogger("fluogan_app")
        package.setLevel(self._level)
        if self._handler is not None:
            package.removeHandler(self._handler)
            with suppress(OSError):
                self._handler.close()


class _QuietFile(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: a full disk shows where results are written, with words for the user."""


def _this_thread(ident: int):
    return lambda record: record.thread == ident
