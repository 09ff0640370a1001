"""The thread that works through a batch, and what the window hears of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QThread

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Progress
from fluogan_app.core.project.batch import BatchItem, Told
from fluogan_app.gui.background import unexpected
from fluogan_app.gui.run_thread import Mailbox

log = logging.getLogger(__name__)

#: What works through a batch: everything bound but control, sink and who is told.
Work = Callable[[Control, Mailbox, Told], Sequence[BatchItem]]


class BatchThread(QThread):
    """Runs one batch. It touches no widget; `take` gives what became of files since the last time."""

    def __init__(self, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.control, self.mailbox = Control(), Mailbox()
        self.error: FluoganError | None = None
        self._work = work
        self._lock = threading.Lock()
        self._changed: dict[int, BatchItem] = {}

    def run(self) -> None:
        """On the thread."""
        try:
            self._work(self.control, self.mailbox, self._note)
        except FluoganError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies silently leaves the window waiting
            log.exception("the batch could not be carried out")
            self.error = unexpected(error)

    def take(self) -> tuple[dict[int, BatchItem], Progress | None]:
        """Files that changed, by their number, and how far the run in work is."""
        with self._lock:
            changed, self._changed = self._changed, {}
        return changed, self.mailbox.take()[1]

    def _note(self, index: int, item: BatchItem) -> None:
        with self._lock:
            self._changed[index] = item
