"""Says that a drive does not answer, and offers to wait no longer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from fluogan_app.gui.notice_bar import NoticeBar, Offer

#: A slow network drive answers within this time; one that has vanished may take minutes, or for ever.
PATIENCE_MS = 8000


class Patience(QObject):
    """Watches one request at a time. Its notice comes when the answer does not, and goes when it does."""

    def __init__(self, notices: NoticeBar, topic: str, parent: QObject) -> None:
        super().__init__(parent)
        self._notices, self._topic = notices, topic
        self._text, self._give_up = "", lambda: None
        self._told = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._tell)

    def begin(self, name: str, give_up: Callable[[], None]) -> None:
        """Something was asked of the drive where the file of that name is; `give_up` drops the request.

        While the answer to an earlier question is due, the time goes on from then.
        """
        if self._timer.isActive() or self._told:
            return
        self._text = f"The drive of {name} does not answer. Waiting for it…"
        self._give_up = give_up
        self._timer.start(PATIENCE_MS)

    def end(self) -> None:
        """The answer came, or nobody waits for it any more."""
        self._timer.stop()
        if self._told:
            self._told = False
            self._notices.clear(self._topic)

    def _tell(self) -> None:
        self._told = True
        self._notices.show_notice(self._topic, self._text, [Offer("Cancel", self._give_up)])
