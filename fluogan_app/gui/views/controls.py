"""Small controls that more than one view is made of."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSlider, QApplication, QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QSpinBox,
    QToolButton, QWidget,
)  # fmt: skip

from fluogan_app.gui.icons import set_button_icon
from fluogan_app.gui.style import PaletteWatcher, quiet_colour, set_colour, set_sheet, small_font

#: Width of a choice that gives way, in pixels.
_LEAST_CHOICE = 72
#: Palette words only, so that light and dark both follow.
TOGGLE_SHEET = """
QToolButton { border: 1px solid palette(mid); border-radius: 4px; padding: 2px 8px; background: palette(button); }
QToolButton:hover { border-color: palette(highlight); }
QToolButton:focus { border-color: palette(highlight); }
QToolButton:checked { background: palette(highlight); color: palette(highlighted-text);
  border-color: palette(highlight); }
QToolButton:disabled { background: transparent; color: palette(placeholder-text); }
"""
#: For what is shown or hidden: several are down most of the time, so they stand back.
SHOW_SHEET = """
QToolButton { border: 1px solid palette(mid); border-radius: 4px; padding: 2px 8px; background: transparent;
  color: palette(placeholder-text); }
QToolButton:hover, QToolButton:focus { border-color: palette(highlight); }
QToolButton:checked { background: palette(base); color: palette(text); border-bottom: 2px solid palette(highlight); }
QToolButton:disabled { background: transparent; color: palette(placeholder-text); border: 1px solid palette(mid); }
"""
PRIMARY_SHEET = """
QPushButton { border: 1px solid palette(highlight); border-radius: 4px; padding: 4px 12px; font-weight: bold;
  background: palette(highlight); color: palette(highlighted-text); }
QPushButton:hover, QPushButton:focus { border: 2px solid palette(window-text); padding: 3px 11px; }
QPushButton:disabled { background: transparent; color: palette(placeholder-text); border-color: palette(mid); }
"""


class CalmComboBox(QComboBox):
    """A choice that the mouse wheel leaves alone, so that scrolling past it changes nothing.

    Where there is little room it shows the beginnings of long entries only.
    """

    def minimumSizeHint(self) -> QSize:
        """Room for a short word and the arrow."""
        least = super().minimumSizeHint()
        return QSize(min(least.width(), _LEAST_CHOICE), least.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()


class WrappedLabel(QLabel):
    """A text over as many lines as it takes, which claims its height itself.

    Layouts that share out height by width squeeze the fields beside a wrapped text; this one is of a fixed height to
    them, which follows its width.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text."""
        super().setText(text)
        self._claim_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width takes another number of lines."""
        super().resizeEvent(event)
        self._claim_height()

    def hasHeightForWidth(self) -> bool:
        """Not for layouts."""
        return False

    def sizeHint(self) -> QSize:
        """As wide as the text would like, as high as it has to be."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """As narrow as its longest word."""
        return QSize(super().minimumSizeHint().width(), self.minimumHeight())

    def _claim_height(self) -> None:
        # What a label says of its height is never less than its minimum.
        self.setMinimumHeight(0)
        self.setMinimumHeight(self.heightForWidth(self.width()) if self.text() else 0)


class ElidedLabel(QLabel):
    """A text on one line that gives way where there is too little room: "⚠ Axis Z is taken as ti…".

    grows: it takes all the room that there is; else as much as the text would like. quiet: as a caption or read-out.
    keeps_end: its beginning gives way, "…74 µm: 340 counts".
    """

    def __init__(
        self, text: str = "", object_name: str = "", grows: bool = True, quiet: bool = False, keeps_end: bool = False
    ) -> None:
        super().__init__()
        self._whole = ""
        self._mode = Qt.TextElideMode.ElideLeft if keeps_end else Qt.TextElideMode.ElideRight
        self.setObjectName(object_name)
        wide = QSizePolicy.Policy.Ignored if grows else QSizePolicy.Policy.Maximum
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        if quiet:
            _quieten(self)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text, as much of it as there is room for."""
        self._whole = text
        self.setAccessibleName(text)
        self._elide()

    def text(self) -> str:
        """The whole text."""
        return self._whole

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 1, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for the sign that something is left out."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width shows more of it, or less."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, self._mode, max(self.width(), 0))
        super().setText(shown)
        self.updateGeometry()


class PoliteLineEdit(QLineEdit):
    """A line that takes the keys for undo and redo only while it has something to undo: else they are the window's."""

    def event(self, event: QEvent) -> bool:
        """Qt's own line takes these keys always."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo, redo = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
            possible = {undo: self.isUndoAvailable(), redo: self.isRedoAvailable()}
            if any(event.matches(key) and not can for key, can in possible.items()):
                event.ignore()
                return False
        return super().event(event)


class WholeNumberField(QSpinBox):
    """A whole number that is told when it was typed to the end, not at every key."""

    def __init__(self, object_name: str, words: str, tooltip: str = "", suffix: str = "") -> None:
        super().__init__()
        self.setLineEdit(PoliteLineEdit())
        self.setObjectName(object_name)
        for part in (self, self.lineEdit()):
            part.setAccessibleName(words)
        self.setToolTip(tooltip or words)
        self.setSuffix(suffix)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)


class QuietLabel(QLabel):
    """A caption or read-out, smaller and quieter than the rest."""

    def __init__(self, text: str = "", object_name: str = "") -> None:
        super().__init__(text)
        self.setObjectName(object_name)
        _quieten(self)


class QuietText(WrappedLabel):
    """A read-out over as many lines as it takes, smaller and quieter than the rest."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        _quieten(self)
        self.setText(text)


class WordButton(QPushButton):
    """A button with words and an icon. `primary` is the next sensible step, of which there is one in sight."""

    def __init__(self, text: str, icon_name: str, object_name: str, tooltip: str, primary: bool = False) -> None:
        super().__init__()
        self._icon_name, self._primary = icon_name, primary
        self.setObjectName(object_name)
        self.setToolTip(tooltip)
        self.set_words(text, icon_name)
        if primary:
            set_sheet(self, PRIMARY_SHEET)
        PaletteWatcher(self).changed.connect(self._recolour)

    def set_words(self, text: str, icon_name: str) -> None:
        """Change what the button says and shows."""
        if (text, icon_name) == (self.text(), self._icon_name) and not self.icon().isNull():
            return
        self._icon_name = icon_name
        self.setText(text)
        self.setAccessibleName(text.replace("&", ""))
        self._recolour()

    def _recolour(self) -> None:
        set_button_icon(self, self._icon_name, self._primary)


def toggle_button(text: str, object_name: str, tooltip: str, sheet: str = TOGGLE_SHEET) -> QToolButton:
    """A button with words that stays down; which ones are down is plain to see in light and dark."""
    button = QToolButton()
    button.setText(text)
    button.setObjectName(object_name)
    button.setAccessibleName(tooltip)
    button.setToolTip(tooltip)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    set_sheet(button, sheet)
    return button


def _quieten(label: QLabel) -> None:
    """Smaller and quieter than the rest, in light and dark."""

    def calm() -> None:
        set_colour(label, quiet_colour(QApplication.palette()))

    label.setFont(small_font(label))
    PaletteWatcher(label).changed.connect(calm)
    calm()


def set_silently(
    field: QSpinBox | QAbstractSlider, value: int | None = None, limits: tuple[int, int] | None = None
) -> None:
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
        text = f"{value:.3e}"
    elif abs(value) >= 1e4:
        text = f"{round(value):,}".replace(",", " ")
    else:
        text = f"{value:.4g}"
    return text.replace("-", "−")
