"""What is to be known of the images below: sentences that are never cut, and numbers on one line."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.controls import ElidedLabel


class PaneMessage(QWidget):
    """Takes no room while it has nothing to say. The numbers that find no room are in the tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panes_message")
        self.sentences, self.numbers = QLabel(), ElidedLabel()
        self.sentences.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 0)
        column.setSpacing(0)
        for label in (self.sentences, self.numbers):
            label.setFont(small_font(self))
            column.addWidget(label)
        self.show_words("", "")

    def show_words(self, sentences: str, numbers: str = "") -> None:
        """Say something, or nothing."""
        for label, words in ((self.sentences, sentences), (self.numbers, numbers)):
            label.setText(words)
            label.setVisible(bool(words))
        self.numbers.setToolTip(numbers.replace("  ·  ", "\n"))
        self.setVisible(bool(sentences or numbers))

    def text(self) -> str:
        """All of it."""
        return "\n".join(part for part in (self.sentences.text(), self.numbers.text()) if part)
