"""The help of one parameter below the form: some lines in sight, the rest by scrolling."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from fluogan_app.gui.views.controls import QuietLabel

#: Lines in sight: of one height, so that the form above does not jump while one goes through it.
_LINES = 6


class HelpArea(QScrollArea):
    """A rich text that scrolls where it is longer than the area. `entered` says that the mouse has come."""

    entered = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Help")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.label = QuietLabel(object_name="parameter_help")
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.label.setContentsMargins(8, 0, 8, 0)
        self.setWidget(self.label)
        # The label is drawn on the window, not on the white of a list.
        for part in (self.viewport(), self.label):
            part.setAutoFillBackground(False)
        self.setFixedHeight(_LINES * self.label.fontMetrics().lineSpacing() + 4)
        self.setText(text)

    def text(self) -> str:
        """What it says."""
        return self.label.text()

    def setText(self, text: str) -> None:
        """Say something else, from its beginning; the same words stay where they were scrolled to."""
        if text != self.label.text():
            self.label.setText(text)
            self.verticalScrollBar().setValue(0)

    def enterEvent(self, event: QEnterEvent) -> None:
        """On its way here the mouse may have passed over other fields."""
        super().enterEvent(event)
        self.entered.emit()
