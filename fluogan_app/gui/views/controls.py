"""Small controls that more than one view is made of."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSlider, QApplication, QComboBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QToolButton, QWidget,
)  # fmt: skip

from fluogan_app.gui.icons import set_button_icon
from fluogan_app.gui.style import quiet_colour, set_colour, small_font


#: Palette words only, so that light and dark both follow.
TOGGLE_SHEET = """
QToolButton { border: 1px solid palette(mid); border-radius: 4px; padding: 2px 8px; background: palette(button); }
QToolButton:hover { border-color: palette(highlight); }
QToolButton:focus { border-color: palette(highlight); }
QToolButton:checked { background: palette(highlight); color: palette(highlighted-text); border-color: palette(highlight); }
QToolButton:disabled { background: transparent; color: palette(placeholder-text); }
"""
#: For what is shown or hidden: several are down most of the time, so they stand back.
SHOW_SHEET = """
QToolButton { border: 1px solid palette(mid); border-radius: 4px; padding: 2px 8px; background: transparent;
  color: palette(placeholder-text); }
QToolButton:hover, QToolButton:focus { border-color: palette(highlight); }
QToolButton:checked { background: palette(base); color: palette(text); border-bottom: 2px solid palette(highlight); }
"""
PRIMARY_SHEET = """
QPushButton { border: 1px solid palette(highlight); border-radius: 4px; padding: 4px 12px; font-weight: bold;
  background: palette(highlight); color: palette(highlighted-text); }
QPushButton:hover, QPushButton:focus { border: 2px solid palette(window-text); padding: 3px 11px; }
QPushButton:disabled { background: transparent; color: palette(placeholder-text); border-color: palette(mid); }
"""


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

    def changeEvent(self, event: QEvent) -> None:
        """Stay quiet in the new colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._calm()

    def _calm(self) -> None:
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


def toggle_button(text: str, object_name: str, tooltip: str, sheet: str = TOGGLE_SHEET) -> QToolButton:
    """A button with words that stays down; which ones are down is plain to see in light and dark."""
    button = QToolButton()
    button.setText(text)
    button.setObjectName(object_name)
    button.setAccessibleName(tooltip)
    button.setToolTip(tooltip)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setStyleSheet(sheet)
    return button


def set_silently(field: QSpinBox | QAbstractSlider, value: int | None = None, limits: tuple[int, int] | None = None) -> None:
    """Set limits and value without telling: what a setter does is no wish of the user's."""
    blocked = QSignalBlocker(field)
    if limits is not None:
        field.setRange(limits[0], max(limits))
    if value is not None:
        field.setValue(value)
    del blocked


def row_of(parts: Iterable[QWidget | str | None], margins: tuple[int, int, int, int] = (6, 1, 6, 1)) -> QHBoxLayout:
    """Widgets beside each other; text becomes a label, None takes the room that is left."""
    row = QHBoxLayout()
    row.setContentsMargins(*margins)
    row.setSpacing(5)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(QLabel(part) if isinstance(part, str) else part)
    return row


def number_text(value: float) -> str:
    """A number to be read at a glance: four digits, thousands apart, powers of ten where it gets long."""
    if abs(value) >= 1e7 or 0 < abs(value) < 1e-3:
        return f"{value:.3e}"
    return f"{round(value):,}".replace(",", " ") if abs(value) >= 1e4 else f"{value:.4g}"
