"""Small controls that more than one view is made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox, QWidget

from fluogan_app.gui.icons import set_button_icon
from fluogan_app.gui.style import quiet_colour, set_colour, small_font


class CalmComboBox(QComboBox):
    """A choice that the mouse wheel leaves alone, so that scrolling past it changes nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()


class WholeNumberField(QSpinBox):
    """A whole number that is told when it was typed to the end, not at every key."""

    def __init__(self, object_name: str, words: str, tooltip: str = "", suffix: str = "") -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(words)
        self.setToolTip(tooltip or words)
        self.setSuffix(suffix)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)


class QuietLabel(QLabel):
    """A caption or read-out, smaller and quieter than the rest."""

    def __init__(self, text: str = "", object_name: str = "") -> None:
        super().__init__(text)
        self.setObjectName(object_name)
        self.setFont(small_font(self))
        self._calm()

    def changeEvent(self, event) -> None:
        """Stay quiet in the new colours."""
        super().changeEvent(event)
        if event.type() == event.Type.ApplicationPaletteChange:
            self._calm()

    def _calm(self) -> None:
        from PySide6.QtWidgets import QApplication

        set_colour(self, quiet_colour(QApplication.palette()))


def push_button(text: str, icon_name: str, object_name: str, tooltip: str, parent: QWidget | None = None) -> QPushButton:
    """A button with words and an icon."""
    button = QPushButton(text, parent)
    button.setObjectName(object_name)
    button.setAccessibleName(text.replace("&", ""))
    button.setToolTip(tooltip)
    if icon_name:
        set_button_icon(button, icon_name)
    return button
