"""A panel that opens beside a button, stays until one clicks elsewhere or presses Esc, and never blocks the window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from fluogan_app.gui.icons import FLAT_SHEET
from fluogan_app.gui.style import set_sheet

#: Room between a panel and the edge of the screen.
_MARGIN = 8


class Popover(QFrame):
    """Holds whatever is put into `column`."""

    def __init__(self, object_name: str, words: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName(object_name)
        self.setAccessibleName(words)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFrameShadow(QFrame.Shadow.Raised)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(12, 10, 12, 10)

    def show_at(self, anchor: QWidget) -> None:
        """Open below a widget, or wherever it finds room on its screen."""
        self.adjustSize()
        screen, size = anchor.screen().availableGeometry(), self.size()
        below = anchor.mapToGlobal(QPoint(0, anchor.height() + 2))
        left = min(below.x(), screen.right() - size.width() - _MARGIN)
        top = min(below.y(), screen.bottom() - size.height() - _MARGIN)
        self.move(max(left, screen.left() + _MARGIN), max(top, screen.top() + _MARGIN))
        self.show()
        self.setFocus()
        self.focusNextChild()

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
        self._words = ""
        self.setObjectName(object_name)
        self.setToolTip(tooltip)
        self._tip = tooltip
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_sheet(self, FLAT_SHEET)

    def set_words(self, words: str) -> None:
        """Say something else."""
        self._words = words
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
        room = self.width() - self.fontMetrics().horizontalAdvance(" ▾") - 12
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, max(room, 0))
        self.setText(f"{shown} ▾".replace("&", "&&"))
