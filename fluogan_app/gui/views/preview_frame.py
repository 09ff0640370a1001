"""The preview's square on the stack: painted as a frame, and moved by it with the mouse or the arrow keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.view_range import Extent, Screen

_FRAME, _EDGE = QColor(0, 229, 255), QColor(0, 0, 0, 170)
_LABEL = "Preview"
#: How near to the frame the pointer takes hold of it, in screen pixels.
_REACH = 6.0
_ARROWS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip


class PreviewFrame:
    """A CanvasLayer, and a CanvasTool for as long as the pointer is at the frame: elsewhere the button pans as ever.

    moved: called with the square's new place when the user has let it go.
    """

    def __init__(self, canvas: ImageCanvas, moved: Callable[[Roi], None]) -> None:
        self._canvas, self._moved = canvas, moved
        self._place: Roi | None = None
        self._pixel_nm, self._shape = 1.0, (0, 0)
        self._grabbed: tuple[float, float, Roi] | None = None
        canvas.add_layer(self)
        canvas.pointed.connect(self._point)

    @property
    def place(self) -> Roi | None:
        """Where the square lies, in camera pixels of the stack."""
        return self._place

    def set_place(self, place: Roi | None, pixel_nm: float, shape_yx: tuple[int, int]) -> None:
        """Show the square there, or none. `shape_yx`: of the frames that it lies in."""
        self._place, self._pixel_nm, self._shape, self._grabbed = place, pixel_nm, shape_yx, None
        if place is None:
            self._let_go()
        self._canvas.update()

    # Painting

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """See CanvasLayer.paint."""
        if self._place is None:
            return
        frame = QRectF(screen.rectangle(self._extent(self._place)).toRect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(_EDGE, 4), QPen(_FRAME, 2, Qt.PenStyle.DashLine)):
            painter.setPen(pen)
            painter.drawRect(frame)
        self._paint_label(painter, frame)

    def _paint_label(self, painter: QPainter, frame: QRectF) -> None:
        metrics = painter.fontMetrics()
        size = QRectF(0, 0, metrics.horizontalAdvance(_LABEL) + 8, metrics.height() + 2)
        if frame.width() < size.width() + 4:
            return
        size.moveTopLeft(frame.topLeft() + QPointF(1, 1))
        painter.fillRect(size, _EDGE)
        painter.setPen(_FRAME)
        painter.drawText(size, Qt.AlignmentFlag.AlignCenter, _LABEL)

    # The tool

    def press(self, x_nm: float, y_nm: float) -> None:
        """See CanvasTool.press."""
        if self._place is not None:
            self._grabbed = x_nm, y_nm, self._place

    def move(self, x_nm: float, y_nm: float, held: bool) -> None:
        """See CanvasTool.move."""
        if held and self._grabbed is not None:
            from_x, from_y, start = self._grabbed
            rows, columns = (round((now - then) / self._pixel_nm) for now, then in ((y_nm, from_y), (x_nm, from_x)))
            self._place = self._inside(Roi(start.y0 + rows, start.x0 + columns, start.height, start.width))

    def release(self, x_nm: float, y_nm: float) -> None:
        """See CanvasTool.release."""
        self.move(x_nm, y_nm, held=True)  # the pointer may have come on since it was last heard of
        grabbed, self._grabbed = self._grabbed, None
        if grabbed is not None and self._place is not None and self._place != grabbed[2]:
            self._moved(self._place)

    def double_click(self, x_nm: float, y_nm: float) -> None:
        """As two presses."""
        self.press(x_nm, y_nm)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc takes a drag back; arrows move the square by a pixel."""
        if key == Qt.Key.Key_Escape and self._grabbed is not None:
            self._place, self._grabbed = self._grabbed[2], None
            return True
        if key not in _ARROWS or modifiers & ~Qt.KeyboardModifier.KeypadModifier or self._place is None:
            return False
        place, (down, right) = self._place, _ARROWS[key]
        self._place = self._inside(Roi(place.y0 + down, place.x0 + right, place.height, place.width))
        if self._place != place:
            self._moved(self._place)
        return True

    def cursor(self) -> Qt.CursorShape:
        """See CanvasTool.cursor."""
        return Qt.CursorShape.SizeAllCursor

    # Taking hold of it

    def _point(self, x_nm: float, y_nm: float) -> None:
        """Be the canvas's tool while the pointer is at the frame, where nobody else is."""
        near = self._place is not None and self._is_near(x_nm, y_nm)
        if near and self._canvas.tool is None:
            self._canvas.set_tool(self)
        elif not near and self._grabbed is None:
            self._let_go()

    def _let_go(self) -> None:
        if self._canvas.tool is self:
            self._canvas.set_tool(None)

    def _is_near(self, x_nm: float, y_nm: float) -> bool:
        extent, reach = self._extent(self._place), _REACH * self._canvas.view.nm_per_pixel
        outside_x = max(extent.left_nm - x_nm, x_nm - extent.right_nm)
        outside_y = max(extent.top_nm - y_nm, y_nm - extent.bottom_nm)
        return abs(max(outside_x, outside_y)) <= reach

    def _inside(self, place: Roi) -> Roi:
        height, width = self._shape
        y0, x0 = min(max(place.y0, 0), height - place.height), min(max(place.x0, 0), width - place.width)
        return Roi(y0, x0, place.height, place.width)

    def _extent(self, place: Roi) -> Extent:
        pixel = self._pixel_nm
        return Extent(
            place.x0 * pixel, place.y0 * pixel, (place.x0 + place.width) * pixel, (place.y0 + place.height) * pixel
        )
