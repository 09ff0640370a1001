"""Background work that follows what changes: one at a time, and once more with the newest as soon as that has ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import Workbench


class FollowingWork(QObject):
    """While a line is dragged something is always shown, at most one piece of work late; nothing piles up.

    ask: what is to be done now, for a thread; None where there is nothing to do.
    """

    def __init__(
        self,
        workbench: Workbench,
        ask: Callable[[], Callable[[], Any] | None],
        show: Callable[[Any], None],
        failed: Callable[[FluoganError], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._workbench, self._ask, self._show, self._failed = workbench, ask, show, failed
        self._going = self._again = self._stopped = False

    @property
    def busy(self) -> bool:
        """Whether something is on its way."""
        return self._going

    def renew(self) -> None:
        """Something has changed."""
        if self._going or self._stopped:
            self._again = True
            return
        work = self._ask()
        if work is not None:
            self._going = True
            self._workbench.do(work, self._done, self._fail)

    def stop(self) -> None:
        """Begin nothing any more."""
        self._stopped = True

    def _done(self, found: Any) -> None:
        self._end()
        if not self._stopped:
            self._show(found)

    def _fail(self, error: FluoganError) -> None:
        self._end()
        if not self._stopped:
            self._failed(error)

    def _end(self) -> None:
        self._going, again, self._again = False, self._again, False
        if again:
            self.renew()
