"""What has happened, line by line, to read and to copy."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from fluogan_app.gui.views.controls import WordButton

_MOST_LINES = 5000


class LogView(QWidget):
    """Lines of text, the newest at the end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log_view")
        self.text = QPlainTextEdit()
        self.text.setObjectName("log_text")
        self.text.setAccessibleName("Log")
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(_MOST_LINES)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setPlaceholderText("Nothing has happened yet.")
        self.copy_button = WordButton("Copy all", "copy", "log_copy", "Copy the whole log, to send it to someone")
        self.copy_button.clicked.connect(self.copy)
        foot = QHBoxLayout()
        foot.setContentsMargins(6, 0, 6, 4)
        foot.addStretch(1)
        foot.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.text, 1)
        column.addLayout(foot)

    def append(self, line: str) -> None:
        """Add one line; the view follows unless the user has scrolled up to read."""
        self.text.appendPlainText(line)

    def extend(self, lines: Iterable[str]) -> None:
        """Add lines."""
        for line in lines:
            self.append(line)

    def clear(self) -> None:
        """Forget all lines."""
        self.text.clear()

    def lines(self) -> list[str]:
        """All lines."""
        return self.text.toPlainText().splitlines()

    def copy(self) -> None:
        """Put all lines on the clipboard."""
        QApplication.clipboard().setText(self.text.toPlainText())
