"""The line between two images that are swiped: dragged by the mouse, or moved by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

_WIDTH, _GRIP = 13, 22
_LINE, _EDGE = QColor(255, 255, 255), QColor(0, 0, 0, 190)
_STEP, _FAR = 0.01, 0.1


class SwipeHandle(QWidget):
    """Lies over a canvas, as high as it is. `moved` carries the part of the width at which the user put it."""

    moved = Signal(float)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("swipe_handle")
        self.setAccessibleName("Divider between the two images")
        self.setToolTip("Drag, or move by the arrow keys (with Shift in larger steps)")
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._place, self._over = 0.5, over
        over.installEventFilter(self)
        self.set_place(0.5)

    @property
    def place(self) -> float:
        """Part of the width, 0 to 1."""
        return self._place

    def set_place(self, place: float) -> None:
        """Stand there."""
        self._place = min(max(place, 0.0), 1.0)
        self.setAccessibleDescription(f"at {self._place:.0%} of the width")
        self.setGeometry(round(self._place * self._over.width()) - _WIDTH // 2, 0, _WIDTH, self._over.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay where it is when the canvas changes its size."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self.set_place(self._place)
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(self.mapToParent(event.position().toPoint()).x() / max(self._over.width(), 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move it, with Shift further; Home and End take it to the borders."""
        step = _FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        places = {
            Qt.Key.Key_Left: self._place - step, Qt.Key.Key_Right: self._place + step,
            Qt.Key.Key_Home: 0.0, Qt.Key.Key_End: 1.0,
        }  # fmt: skip
        if event.key() in places:
            self._move_to(places[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A line that stands out on dark and bright, with a grip in its middle."""
        painter, middle = QPainter(self), self.width() // 2
        for pen in (QPen(_EDGE, 3), QPen(_LINE, 1)):
            painter.setPen(pen)
            painter.drawLine(middle, 0, middle, self.height())
        painter.setPen(QPen(_EDGE, 1))
        painter.setBrush(self.palette().highlight() if self.hasFocus() else _LINE)
        painter.drawRoundedRect(middle - 3, (self.height() - _GRIP) // 2, 6, _GRIP, 3, 3)
        painter.end()

    def focusInEvent(self, event) -> None:
        """Show that the keys go here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:
        """Show that they do not."""
        super().focusOutEvent(event)
        self.update()

    def _move_to(self, place: float) -> None:
        before = self._place
        self.set_place(place)
        if self._place != before:
            self.moved.emit(self._place)
