"""The log of the command line: what went wrong inside, for whoever has to find out why."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from fluogan_app.core.folders import log_folder


class _QuietFile(RotatingFileHandler):
    """A log that comes into being with its first line, and never disturbs the terminal where it cannot be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=1_000_000, backupCount=2, delay=True, encoding="utf-8")

    def _open(self):
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """A log that cannot be written is no reason to stop."""


@contextmanager
def logged() -> Iterator[Path]:
    """Within this block warnings and failures of every library go to a file, whose path is handed out."""
    path = log_folder() / "command-line.log"
    handler = _QuietFile(path)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield path
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)
        with suppress(OSError):
            handler.close()
