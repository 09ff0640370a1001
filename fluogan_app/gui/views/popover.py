"""A panel that opens beside a button, stays until one clicks elsewhere or presses Esc, and never blocks the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from fluogan_app.gui.icons import FLAT_SHEET
from fluogan_app.gui.style import set_sheet

#: Room between a panel and the edge of the window.
_MARGIN = 6
_SHEET = "#%s { border: 1px solid palette(dark); border-radius: 5px; background: palette(window); }"


class Popover(QFrame):
    """Holds whatever is put into `column`. It lies within the window, so that the rest of it can be used meanwhile."""

    closed = Signal()

    def __init__(self, object_name: str, words: str, parent: QWidget) -> None:
        super().__init__(parent.window())
        self.hide()
        self.setObjectName(object_name)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoFillBackground(True)
        set_sheet(self, _SHEET % object_name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(12, 10, 12, 10)

    def show_at(self, anchor: QWidget) -> None:
        """Open below a widget, or wherever it finds room in its window."""
        self.place_at(anchor)
        self.show()
        self.raise_()
        QApplication.instance().installEventFilter(self)
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.focusNextChild()

    def place_at(self, anchor: QWidget) -> None:
        """Take the size that the content wants, beside a widget."""
        self.adjustSize()
        window = anchor.window()
        below = anchor.mapTo(window, QPoint(0, anchor.height() + 2))
        left = min(below.x(), window.width() - self.width() - _MARGIN)
        top = min(below.y(), window.height() - self.height() - _MARGIN)
        self.move(max(left, _MARGIN), max(top, _MARGIN))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click anywhere else closes it, and does what it does there."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            outside = watched is not self and not self.isAncestorOf(watched)
            if outside and watched.window() is self.window() and self.isVisible():
                self.close()
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        """Hidden, by whatever it was: nobody looks at it any more."""
        super().hideEvent(event)
        QApplication.instance().removeEventFilter(self)
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


class HeadButton(QToolButton):
    """A flat button that says how things stand, with an arrow for what it opens; long words give way at their end."""

    def __init__(self, object_name: str, tooltip: str) -> None:
        super().__init__()
        self._words = self._short = ""
        self.setObjectName(object_name)
        self.setToolTip(tooltip)
        self._tip = tooltip
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_sheet(self, FLAT_SHEET)

    def set_words(self, words: str, short: str = "") -> None:
        """Say something else; `short` is how to say it where there is little room."""
        if words == self._words:
            return
        self._words, self._short = words, short or words
        self.setAccessibleName(words)
        self.setToolTip(f"{words}<br>{self._tip}")
        self._elide()

    @property
    def words(self) -> str:
        """The whole of what it says."""
        return self._words

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(self.fontMetrics().averageCharWidth() * 8, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width shows more of it, or less."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = self.fontMetrics()
        room = max(self.width() - metrics.horizontalAdvance(" ▾") - 12, 0)
        said = self._words if metrics.horizontalAdvance(self._words) <= room else self._short
        shown = metrics.elidedText(said, Qt.TextElideMode.ElideRight, room)
        self.setText(f"{shown} ▾".replace("&", "&&"))
