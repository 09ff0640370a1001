"""A few ways out, each a button: what would make a run fit in memory."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget


class WaysRow(QWidget):
    """Buttons below each other, with words that are given; hidden without any."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_ways")
        self._words: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self.hide()

    def set_ways(self, words: Sequence[str]) -> None:
        """Show other buttons."""
        if tuple(words) == self._words:
            return
        self._words = tuple(words)
        while self._column.count():
            old = self._column.takeAt(0).widget()
            old.hide()
            old.deleteLater()
        for index, text in enumerate(self._words):
            self._column.addWidget(self._button(index, text))
        self.setVisible(bool(self._words))

    def _button(self, index: int, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"run_way_{index}")
        button.setToolTip("Set this, so that the run fits in memory")
        button.clicked.connect(lambda: self.chosen.emit(index))
        return button
