"""Background work of which only the newest wish counts: one at a time, the next when the one before has stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import Background, Workbench

#: How often the window looks whether there is something to show.
_LOOK_MS = 50


class Notepad:
    """What work and window know of each other: the newest that it has to tell, and whether it is still wanted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: object | None = None
        self._stopped = threading.Event()

    def tell(self, told: object) -> None:
        """From the work's thread. What was not fetched in time is dropped."""
        with self._lock:
            self._told = told

    def take(self) -> object | None:
        """What came since the last time."""
        with self._lock:
            told, self._told = self._told, None
        return told

    def stop(self) -> None:
        """Nobody waits for it any more."""
        self._stopped.set()

    def stopped(self) -> bool:
        """Whether to give up."""
        return self._stopped.is_set()


@dataclass(frozen=True)
class Wish:
    """What is to be done on a thread, and who hears of it: of what it tells under way, of its end, of its failure."""

    work: Callable[[Notepad], Any]
    told: Callable[[Any], None]
    done: Callable[[Any], None]
    failed: Callable[[FluoganError], None]
    notepad: Notepad = field(default_factory=Notepad)


class LatestWork(QObject):
    """A place for work of one kind. What is given up is not heard of again."""

    def __init__(self, workbench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._going: tuple[Wish, Background] | None = None
        self._next: Wish | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something is wanted that has not come to its end."""
        return self._next is not None or (self._going is not None and not self._going[0].notepad.stopped())

    def ask(self, wish: Wish) -> None:
        """Begin, as soon as what went on before has heard that it is not wanted any more."""
        self.stop()
        if self._going is None:
            self._begin(wish)
        else:
            self._next = wish

    def stop(self) -> None:
        """Give up."""
        self._next = None
        self._timer.stop()
        if self._going is not None:
            wish, thread = self._going
            wish.notepad.stop()
            # It may be in the hands of a drive that does not answer: the end of the program does not wait for it.
            self._workbench.leave_behind(thread)

    def _begin(self, wish: Wish) -> None:
        thread = self._workbench.do(
            lambda: wish.work(wish.notepad), lambda value: self._end(wish, wish.done, value),
            lambda error: self._end(wish, wish.failed, error),
        )  # fmt: skip
        # Whoever waits for the program comes first.
        if thread.isRunning():
            thread.setPriority(QThread.Priority.LowPriority)
        self._going = wish, thread
        self._timer.start()

    def _end(self, wish: Wish, tell: Callable[[Any], None], outcome: Any) -> None:
        if not wish.notepad.stopped():
            self._look()
            self._timer.stop()
        self._going, following, self._next = None, self._next, None
        if not wish.notepad.stopped():
            tell(outcome)
        if following is not None and self._going is None:
            self._begin(following)

    def _look(self) -> None:
        wish = self._going[0] if self._going is not None else None
        if wish is not None and not wish.notepad.stopped() and (told := wish.notepad.take()) is not None:
            wish.told(told)
