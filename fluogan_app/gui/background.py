"""Work that must not stop the window: one callable on a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal

from fluogan_app.core.errors import FluoganError

log = logging.getLogger(__name__)


class Background(QThread):
    """Runs a callable; then `succeeded(value)` or `failed(FluoganError)` comes on the window's thread."""

    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, work: Callable[[], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._value: Any = None
        self._error: FluoganError | None = None
        self.finished.connect(self._tell)

    def run(self) -> None:
        """On the thread."""
        try:
            self._value = self._work()
        except FluoganError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001 - whatever it is must reach the window, not vanish with the thread
            log.exception("background work failed")
            self._error = unexpected(error)

    def _tell(self) -> None:
        if self._error is not None:
            self.failed.emit(self._error)
        else:
            self.succeeded.emit(self._value)
        # The callable may hold a stack: its file must not stay open for as long as Qt keeps this object.
        self._work, self._value = _nothing, None


class Workbench(QObject):
    """Starts background work and keeps each thread until it has ended."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: set[Background] = set()
        self._left_behind: set[Background] = set()
        self._closed = False

    def do(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[FluoganError], None],
    ) -> Background:
        """Run `work` on a thread; `done` or `failed` is called on the window's thread. Nothing begins once closed."""
        thread = Background(work, self)
        thread.succeeded.connect(done)
        thread.failed.connect(failed)
        thread.finished.connect(lambda: self._forget(thread))
        if not self._closed:
            self._threads.add(thread)
            thread.start()
        return thread

    @property
    def busy(self) -> bool:
        """Whether something is still going on that is waited for."""
        return bool(self._threads - self._left_behind)

    def leave_behind(self, thread: Background) -> None:
        """Nothing waits for this one any more: a drive may hold it for ever. What it tells in the end is still told."""
        if thread in self._threads:
            self._left_behind.add(thread)

    def forsake(self, thread: Background) -> None:
        """Leave a thread behind whose outcome nobody wants to hear of."""
        if thread in self._threads:
            thread.succeeded.disconnect()
            thread.failed.disconnect()
            self.leave_behind(thread)

    def close(self, seconds: float) -> bool:
        """Begin nothing any more, and wait as `wait` does."""
        self._closed = True
        return self.wait(seconds)

    def wait(self, seconds: float) -> bool:
        """Wait for all threads, for a bounded time in all; whether they ended."""
        deadline = QDeadlineTimer(int(seconds * 1000))
        return all([thread.wait(deadline) for thread in list(self._threads)])

    def _forget(self, thread: Background) -> None:
        self._threads.discard(thread)
        self._left_behind.discard(thread)
        thread.deleteLater()


def unexpected(error: BaseException) -> FluoganError:
    """A fault of the program itself, in words."""
    wrapped = FluoganError(
        f"Something went wrong inside the program: {type(error).__name__}: {error}.",
        "What was saved is untouched. The log has the details.",
    )
    wrapped.__cause__ = error
    return wrapped


def _nothing() -> None:
    return None
