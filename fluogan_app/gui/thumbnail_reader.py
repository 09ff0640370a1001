"""Reads the pictures that a chooser shows, one after the other, for as long as somebody wants them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.data.preview import Preview, preview_of
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.readers.open import open_stack
from fluogan_app.gui.background import Background, Workbench
from fluogan_app.gui.patience import Wait

#: So many reads that do not answer are left behind; more would only wait for the same drive.
_MOST_LEFT_BEHIND = 2
#: Pictures that are kept, so that going back to one does not read it again; about 0.6 MB each.
_MOST_KEPT = 32


class ThumbnailReader(QObject):
    """The newest wishes count: what is no longer wanted is not begun, and what is being read then is left behind.

    `overdue` brings words for as long as the drive does not answer.
    """

    read = Signal(object, object)  # Selection, Preview
    failed = Signal(object, object)  # Selection, FluoganError
    overdue = Signal(str)

    def __init__(self, path: Path, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path, self._workbench = path, workbench
        self._queue: list[Selection] = []
        self._current: tuple[Selection, threading.Event, Background] | None = None
        self._left_behind = 0
        self._kept: dict[Selection, Preview] = {}
        self._stopped = False
        self._wait = Wait(self)
        self._wait.overdue.connect(self.overdue)

    def want(self, selections: Sequence[Selection]) -> None:
        """Read these, in this order; older wishes are forgotten."""
        self._queue = list(selections)
        if self._current is not None:
            if self._current[0] in self._queue:
                self._queue.remove(self._current[0])
            else:
                self._leave_current()
        self._begin()

    def stop(self) -> None:
        """Read nothing any more. What is being read ends by itself, and is told to nobody."""
        self._queue.clear()
        self._kept.clear()
        self._wait.end()
        self._stopped = True
        if self._current is not None:
            self._leave_current()

    def _begin(self) -> None:
        while self._current is None and self._queue and self._left_behind < _MOST_LEFT_BEHIND:
            selection = self._queue.pop(0)
            if selection in self._kept:
                self.read.emit(selection, self._kept[selection])
                continue
            cancelled = threading.Event()
            work = partial(read_preview, self._path, selection, cancelled)
            done, failed = partial(self._done, cancelled), partial(self._failed, cancelled)
            self._current = (selection, cancelled, self._workbench.do(work, done, failed))
        self._mind_the_drive()

    def _mind_the_drive(self) -> None:
        """Wishes that change do not make a drive answer: the time goes on until it does."""
        if self._stopped:
            return
        if self._current is None and not self._queue:
            self._wait.end()
            return
        self._wait.begin(self._path.name)
        if self._wait.words:
            self.overdue.emit(self._wait.words)

    def _leave_current(self) -> None:
        _, cancelled, thread = self._current
        cancelled.set()
        self._workbench.leave_behind(thread)
        self._current = None
        self._left_behind += 1

    def _done(self, cancelled: threading.Event, preview: Preview | None) -> None:
        selection = self._ended(cancelled)
        if selection is not None and preview is not None:
            self._keep(selection, preview)
            self.read.emit(selection, preview)
        self._begin()

    def _failed(self, cancelled: threading.Event, error: FluoganError) -> None:
        selection = self._ended(cancelled)
        if selection is not None:
            self.failed.emit(selection, error)
        self._begin()

    def _ended(self, cancelled: threading.Event) -> Selection | None:
        """Which wish has ended; None where nobody has it any more."""
        if cancelled.is_set():
            self._left_behind -= 1
            return None
        self._wait.end()
        selection, self._current = self._current[0], None
        return selection

    def _keep(self, selection: Selection, preview: Preview) -> None:
        self._kept[selection] = preview
        if len(self._kept) > _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))


def read_preview(path: Path, selection: Selection, cancelled: threading.Event) -> Preview | None:
    """The picture of one selection of a file. On a thread. Raises ReadError."""
    with closing(open_stack(path, selection)) as stack:
        return preview_of(stack, cancelled.is_set)
