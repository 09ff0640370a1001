"""Notices that a drive does not answer, says so, and offers to wait no longer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from fluogan_app.gui.notice_bar import NoticeBar, Offer

#: A slow network drive answers within this time; one that has vanished may take minutes, or for ever.
PATIENCE_MS = 8000


class Wait(QObject):
    """Watches one request at a time: `overdue` brings the words when its answer does not come, `answered` ends them."""

    overdue = Signal(str)
    answered = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._name, self._told = "", False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._tell)

    @property
    def words(self) -> str:
        """What is to be said while the answer is overdue, else ""."""
        return f"The drive of {self._name} does not answer. Waiting for it…" if self._told else ""

    def begin(self, name: str) -> None:
        """Something was asked of the drive where the file of that name is.

        While the answer to an earlier question is due, the time goes on from then.
        """
        if not self._timer.isActive() and not self._told:
            self._name = name
            self._timer.start(PATIENCE_MS)

    def end(self) -> None:
        """The answer came, or nobody waits for it any more."""
        self._timer.stop()
        if self._told:
            self._told = False
            self.answered.emit()

    def _tell(self) -> None:
        self._told = True
        self.overdue.emit(self.words)


class Patience(QObject):
    """A wait that is told in a notice over the workspace, with a button to give up."""

    def __init__(self, notices: NoticeBar, topic: str, parent: QObject) -> None:
        super().__init__(parent)
        self._notices, self._topic = notices, topic
        self._give_up: Callable[[], None] = lambda: None
        self._wait = Wait(self)
        self._wait.overdue.connect(self._tell)
        self._wait.answered.connect(lambda: notices.clear(topic))

    def begin(self, name: str, give_up: Callable[[], None]) -> None:
        """Something was asked of the drive where the file of that name is; `give_up` drops the request."""
        self._give_up = give_up
        self._wait.begin(name)

    def end(self) -> None:
        """The answer came, or nobody waits for it any more."""
        self._wait.end()

    def _tell(self, words: str) -> None:
        self._notices.show_notice(self._topic, words, [Offer("Cancel", lambda: self._give_up())])
