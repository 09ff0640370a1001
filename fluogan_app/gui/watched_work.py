"""Background work that tells how far it is and can be given up; of several, only the newest counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import Background, Workbench

#: How often the window looks how far the work is.
_LOOK_MS = 100


class Watch:
    """What work and window know of each other: how much is done, and whether it is still wanted. For any thread."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self.fraction = 0.0
        #: Number of the read of a file that goes on, 0 while none does.
        self.reading = 0
        self._reads = 0

    @contextmanager
    def read(self) -> Iterator[None]:
        """While this lasts, the work waits for a drive."""
        self._reads += 1
        self.reading = self._reads
        try:
            yield
        finally:
            self.reading = 0

    def note(self, done: int, total: int) -> None:
        """So much is done."""
        self.fraction = done / max(total, 1)

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Whether to give up."""
        return self._cancelled.is_set()


class WatchedWork(QObject):
    """One place for work of one kind. What is given up is not heard of again.

    `read_began` says that the work waits for a drive, `read_ended` that it does no longer.
    """

    progressed = Signal(float)
    read_began = Signal()
    read_ended = Signal()

    def __init__(self, workbench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._watch: Watch | None = None
        self._thread: Background | None = None
        self._reading = 0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something goes on that is still wanted."""
        return self._watch is not None

    def start(
        self, work: Callable[[Watch], Any], done: Callable[[Any], None], failed: Callable[[FluoganError], None]
    ) -> None:
        """Begin; what went on before is given up."""
        self.stop()
        watch = self._watch = Watch()
        self._thread = self._workbench.do(
            lambda: work(watch), lambda value: self._end(watch, done, value), lambda err: self._end(watch, failed, err)
        )
        self._timer.start()

    def stop(self) -> None:
        """Give up."""
        watch, self._watch = self._watch, None
        self._timer.stop()
        self._mind(0)
        if watch is not None:
            watch.cancel()
            # It may be in the hands of a drive that does not answer: the end of the program does not wait for it.
            self._workbench.leave_behind(self._thread)

    def _end(self, watch: Watch, tell: Callable[[Any], None], outcome: Any) -> None:
        if watch is self._watch:
            self._watch = None
            self._timer.stop()
            self._mind(0)
            tell(outcome)

    def _look(self) -> None:
        if self._watch is not None:
            self.progressed.emit(self._watch.fraction)
            self._mind(self._watch.reading)

    def _mind(self, reading: int) -> None:
        """Each read is waited for by itself: many short ones are no long one."""
        if reading == self._reading:
            return
        if self._reading:
            self.read_ended.emit()
        self._reading = reading
        if reading:
            self.read_began.emit()
