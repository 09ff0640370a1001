"""A line over the workspace that offers something and waits: it blocks nothing and goes away when it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from fluogan_app.gui.wording import without_flags


@dataclass(frozen=True)
class Offer:
    """A button of a notice: its label and what it does."""

    label: str
    act: Callable[[], None]


class NoticeBar(QWidget):
    """Shows at most one notice per topic; a newer one of the same topic takes its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice_bar")
        self._rows: dict[str, QFrame] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)
        self.hide()

    def show_notice(self, topic: str, text: str, offers: Sequence[Offer] = ()) -> None:
        """Show a notice with its buttons."""
        self.clear(topic)
        row = self._row(topic, without_flags(text), offers)
        self._rows[topic] = row
        self._layout.addWidget(row)
        self.show()

    def clear(self, topic: str) -> None:
        """Take the topic's notice away."""
        row = self._rows.pop(topic, None)
        if row is not None:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.setVisible(bool(self._rows))

    def text(self, topic: str) -> str:
        """What the topic's notice says, "" without one."""
        row = self._rows.get(topic)
        return row.findChild(QLabel).text() if row else ""

    def _row(self, topic: str, text: str, offers: Sequence[Offer]) -> QFrame:
        row = QFrame()
        row.setObjectName(f"notice_{topic}")
        row.setFrameShape(QFrame.Shape.StyledPanel)
        row.setAutoFillBackground(True)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(10, 4, 6, 4)
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        layout.addWidget(label, 1)
        for offer in offers:
            layout.addWidget(self._button(topic, offer))
        layout.addWidget(self._dismiss(topic))
        return row

    def _button(self, topic: str, offer: Offer) -> QPushButton:
        button = QPushButton(offer.label)
        button.setObjectName(f"notice_{topic}_{offer.label.split()[0].strip('…&').lower()}")
        button.clicked.connect(lambda: (self.clear(topic), offer.act()))
        return button

    def _dismiss(self, topic: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"notice_{topic}_dismiss")
        button.setText("✕")
        button.setAutoRaise(True)
        button.setToolTip("Not now")
        button.setAccessibleName("Dismiss the notice")
        button.clicked.connect(lambda: self.clear(topic))
        return button
