"""The thread that runs a job, and the mailbox through which the window hears of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Progress
from fluogan_app.core.methods.base import Preview
from fluogan_app.gui.background import unexpected

if TYPE_CHECKING:
    from fluogan_app.core.project.store import Run

log = logging.getLogger(__name__)


class Mailbox:
    """Keeps the newest progress, the newest preview and the run's name; what was not fetched in time is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._preview: Preview | None = None
        self._run: Run | None = None
        self._insights: dict[type, object] = {}

    def progress(self, progress: Progress) -> None:
        """From the job's thread."""
        with self._lock:
            self._progress = progress

    def preview(self, preview: Preview) -> None:
        """From the job's thread."""
        with self._lock:
            self._preview = preview

    def insight(self, insight: object) -> None:
        """From the job's thread: the newest of each kind is kept."""
        with self._lock:
            self._insights[type(insight)] = insight

    def started(self, run: Run) -> None:
        """From the job's thread: the run's folder stands."""
        with self._lock:
            self._run = run

    def take(self) -> tuple[Run | None, Progress | None, Preview | None]:
        """What came since the last time. The window's timer asks."""
        with self._lock:
            taken = self._run, self._progress, self._preview
            self._run = self._progress = self._preview = None
        return taken

    def take_insights(self) -> tuple[object, ...]:
        """What watchers saw since the last time, the newest of each kind."""
        with self._lock:
            taken, self._insights = tuple(self._insights.values()), {}
        return taken


#: What a run thread runs: the workflow with everything bound but control, sink and the word that the run stands.
Work = Callable[[Control, Mailbox, Callable[["Run"], None]], tuple["Run", Ended]]


class RunThread(QThread):
    """Runs one job. It touches no widget; after `finished`, `ended` or `error` says how it went."""

    def __init__(self, work: Work, list_runs: Callable[[], list[Run]], parent: QObject | None = None) -> None:
        """`list_runs` reads the project's runs, at the run's beginning and end: drives are asked here, not there."""
        super().__init__(parent)
        self.control = Control()
        self.mailbox = Mailbox()
        self.run_made: Run | None = None
        self.ended: Ended | None = None
        self.error: FluoganError | None = None
        self.runs: tuple[Run, ...] | None = None
        self._work, self._list_runs = work, list_runs

    def run(self) -> None:
        """On the thread."""
        try:
            self.run_made, self.ended = self._work(self.control, self.mailbox, self._started)
            self._list()
        except FluoganError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies silently leaves the window waiting
            log.exception("the run could not be carried out")
            self.error = unexpected(error)

    def _started(self, run: Run) -> None:
        self._list()
        self.mailbox.started(run)

    def _list(self) -> None:
        """The list is for display: a drive that fails now ends no run."""
        try:
            self.runs = tuple(self._list_runs())
        except (FluoganError, OSError) as error:
            log.warning("the runs could not be listed: %s", error)
