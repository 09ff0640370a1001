"""One image drawn in nanometres: crisp pixels, y downward, scale bar, marker, region; pan and zoom by mouse and keys."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views.display import DEFAULT_COLOUR_MAP, Raster, colour_table
from fluogan_app.gui.views.region_edit import RegionDrag, grip_at
from fluogan_app.gui.views.scale_bar import paint_scale_bar
from fluogan_app.gui.views.view_range import Extent, ViewRange

_GROUND = QColor(24, 26, 29)
_QUIET = QColor(150, 158, 168)
_REGION, _SHADE = QColor(255, 214, 10), QColor(0, 0, 0, 105)
_MARKER = QColor(0, 229, 255)
_GRIP_REACH = 7.0
_CURSORS = {
    "new": Qt.CursorShape.CrossCursor,
    "inside": Qt.CursorShape.SizeAllCursor,
    "top": Qt.CursorShape.SizeVerCursor,
    "bottom": Qt.CursorShape.SizeVerCursor,
    "left": Qt.CursorShape.SizeHorCursor,
    "right": Qt.CursorShape.SizeHorCursor,
    "top left": Qt.CursorShape.SizeFDiagCursor,
    "bottom right": Qt.CursorShape.SizeFDiagCursor,
    "top right": Qt.CursorShape.SizeBDiagCursor,
    "bottom left": Qt.CursorShape.SizeBDiagCursor,
}
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class ImageCanvas(QWidget):
    """Draws an array [y, x]. Signals are emitted for what the user does, never for what a setter did."""

    view_moved = Signal(object)  # ViewRange
    fit_wanted = Signal()
    pointed = Signal(float, float)  # x, y in nm
    pointer_left = Signal()
    region_drawn = Signal(object)  # Roi
    region_edit_left = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._raster: Raster | None = None
        self._pixel, self._calibrated, self._origin = 1.0, False, (0.0, 0.0)
        self._levels, self._table = (0.0, 1.0), colour_table(DEFAULT_COLOUR_MAP)
        self._view = ViewRange(0.5, 0.5, 1.0)
        self._fitted = True
        self._placeholder = ""
        self._marker: tuple[float, float] | None = None
        self._region: Roi | None = None
        self._editable = False
        self._drag: RegionDrag | None = None
        self._panned_from: tuple[QPointF, ViewRange] | None = None
        self._scale_bar_patch = QRectF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(96, 96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # What is shown

    def set_array(self, array: np.ndarray | None, pixel_size_nm: float | None, origin_yx_nm: tuple[float, float]) -> None:
        """Show an array; its first pixel's corner lies at the origin. The view stays unless it was fitted."""
        before = self.extent
        self._raster = None if array is None else Raster(array)
        self._pixel, self._calibrated = pixel_size_nm or 1.0, pixel_size_nm is not None
        self._origin = origin_yx_nm
        if self._raster is not None:
            self._raster.colour(self._levels, self._table)
        if self._fitted or before is None or self.extent != before:
            self.fit()
        self.update()

    def set_colours(self, levels: tuple[float, float], table: np.ndarray) -> None:
        """Choose the values shown darkest and brightest, and the colours between."""
        self._levels, self._table = levels, table
        if self._raster is not None:
            self._raster.colour(levels, table)
        self.update()

    def set_placeholder(self, text: str) -> None:
        """Words to show while there is no image."""
        self._placeholder = text
        self.update()

    def set_marker(self, position_xy_nm: tuple[float, float] | None) -> None:
        """Show a small cross, where the pointer is in another viewer."""
        if position_xy_nm != self._marker:
            self._marker = position_xy_nm
            self.update()

    @property
    def array(self) -> np.ndarray | None:
        """What is shown."""
        return None if self._raster is None else self._raster.array

    @property
    def extent(self) -> Extent | None:
        """Where the image lies in the sample; None without an image."""
        if self._raster is None:
            return None
        height, width = self._raster.array.shape
        top, left = self._origin
        return Extent(left, top, left + width * self._pixel, top + height * self._pixel)

    @property
    def calibrated(self) -> bool:
        """Whether lengths are nm; they are camera pixels otherwise."""
        return self._calibrated

    def value_at(self, x_nm: float, y_nm: float) -> float | None:
        """The pixel's value at a point of the sample, None outside."""
        array = self.array
        if array is None:
            return None
        row, column = (math.floor(position) for position in self._pixel_position(x_nm, y_nm))
        inside = 0 <= row < array.shape[0] and 0 <= column < array.shape[1]
        return float(array[row, column]) if inside else None

    # Which part is shown

    @property
    def view(self) -> ViewRange:
        """Which part of the sample is shown."""
        return self._view

    def set_view(self, view: ViewRange) -> None:
        """Show a part of the sample."""
        self._view, self._fitted = view, False
        self.update()

    def fit(self) -> None:
        """Show the whole image, and go on doing so when the size changes."""
        self._fitted = True
        extent = self.extent
        if extent is not None:
            self._view = extent.fitted(self.width(), self.height())
        self.update()

    def to_screen(self, x_nm: float, y_nm: float) -> QPointF:
        """Where a point of the sample is drawn."""
        view = self._view
        across, down = (x_nm - view.x_nm) / view.nm_per_pixel, (y_nm - view.y_nm) / view.nm_per_pixel
        return QPointF(self.width() / 2 + across, self.height() / 2 + down)

    def to_sample(self, point: QPointF) -> tuple[float, float]:
        """Which point (x, y) of the sample is drawn there, in nm."""
        view = self._view
        x_nm = view.x_nm + (point.x() - self.width() / 2) * view.nm_per_pixel
        return x_nm, view.y_nm + (point.y() - self.height() / 2) * view.nm_per_pixel

    def _pixel_position(self, x_nm: float, y_nm: float) -> tuple[float, float]:
        """(y, x) in pixels of the image, fractions allowed."""
        return (y_nm - self._origin[0]) / self._pixel, (x_nm - self._origin[1]) / self._pixel

    # The region

    @property
    def region(self) -> Roi | None:
        """The region that is shown."""
        return self._region

    def set_region(self, region: Roi | None) -> None:
        """Show a region of the image's pixels."""
        self._drag = None
        if region != self._region:
            self._region = region
            self.update()

    def set_region_editable(self, editable: bool) -> None:
        """Let the mouse draw, move and resize the region, instead of panning."""
        self._editable, self._drag = editable, None
        self.setCursor(_CURSORS["new"] if editable else Qt.CursorShape.ArrowCursor)
        self.update()

    # The user's hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw or change the region, or to pan."""
        if self._raster is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        if self._editable and event.button() == Qt.MouseButton.LeftButton:
            y, x = self._pixel_position(*self.to_sample(event.position()))
            grip = grip_at(self._region, y, x, self._reach_pixels())
            self._drag = RegionDrag(grip, (y, x), self._region, self._raster.array.shape)
        else:
            self._panned_from = event.position(), self._view
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag, and tell where the pointer is."""
        x_nm, y_nm = self.to_sample(event.position())
        if self._drag is not None:
            self._region = self._drag.region_at(*self._pixel_position(x_nm, y_nm))
            self.update()
        elif self._panned_from is not None:
            self._pan(event.position())
        elif self._editable:
            self._show_grip(x_nm, y_nm)
        if self._raster is not None:
            self.pointed.emit(x_nm, y_nm)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if self._drag is not None and event.button() == Qt.MouseButton.LeftButton:
            drag, self._drag = self._drag, None
            self._settle(drag)
        elif self._panned_from is not None:
            self._panned_from = None
            self.setCursor(_CURSORS["new"] if self._editable else Qt.CursorShape.ArrowCursor)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Show the whole image."""
        if not self._editable:
            self._ask_to_fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        if self._raster is None:
            return
        notches = event.angleDelta().y() / 120
        self._zoom(1.25**notches, *self.to_sample(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, + and − zoom, 0 or Home shows everything, Esc takes a drag back or ends the drawing."""
        key = event.key()
        if key == Qt.Key.Key_Escape and (self._drag is not None or self._editable):
            self._escape()
        elif key in _ARROWS:
            right, down = _ARROWS[Qt.Key(key)]
            step = self._view.nm_per_pixel * 40
            self._move_to(self._view.moved(right * step, down * step))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(1.25, self._view.x_nm, self._view.y_nm)
        elif key == Qt.Key.Key_Minus:
            self._zoom(0.8, self._view.x_nm, self._view.y_nm)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self._ask_to_fit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, _event) -> None:
        """The pointer is elsewhere."""
        self.pointer_left.emit()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep showing everything if that was so."""
        if self._fitted:
            self.fit()
        self.resized.emit()

    def _pan(self, position: QPointF) -> None:
        begun, view = self._panned_from  # type: ignore[misc]
        shift = begun - position
        self._move_to(view.moved(shift.x() * view.nm_per_pixel, shift.y() * view.nm_per_pixel))

    def _zoom(self, factor: float, x_nm: float, y_nm: float) -> None:
        extent = self.extent
        if extent is None:
            return
        # From the image a quarter as large as the viewer's side, to one pixel that fills it.
        widest = 4 * max(extent.width_nm / max(self.width(), 1), extent.height_nm / max(self.height(), 1))
        closest = self._pixel / max(min(self.width(), self.height()), 1)
        scale = min(max(self._view.nm_per_pixel / factor, closest), widest)
        self._move_to(self._view.zoomed(self._view.nm_per_pixel / scale, x_nm, y_nm))

    def _move_to(self, view: ViewRange) -> None:
        if self._raster is not None and view != self._view:
            self.set_view(view)
            self.view_moved.emit(view)

    def _ask_to_fit(self) -> None:
        self.fit()
        self.fit_wanted.emit()

    def _reach_pixels(self) -> float:
        return _GRIP_REACH * self._view.nm_per_pixel / self._pixel

    def _show_grip(self, x_nm: float, y_nm: float) -> None:
        grip = grip_at(self._region, *self._pixel_position(x_nm, y_nm), self._reach_pixels())
        self.setCursor(_CURSORS[grip])

    def _settle(self, drag: RegionDrag) -> None:
        drawn = self._region
        if drawn is None:
            self._region = drag.before
            self.update()
        elif drawn != drag.before:
            self.region_drawn.emit(drawn)

    def _escape(self) -> None:
        if self._drag is not None:
            self._region, self._drag = self._drag.before, None
            self.update()
        else:
            self.region_edit_left.emit()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _GROUND)
        if self._raster is None:
            painter.setPen(_QUIET)
            words = QRectF(self.rect()).adjusted(12, 12, -12, -12)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._placeholder)
        else:
            self._paint_image(painter)
            self._paint_region(painter)
            self._paint_marker(painter)
            painter.setOpacity(1.0)
            area = QRectF(self.rect())
            self._scale_bar_patch = paint_scale_bar(painter, area, self._view.nm_per_pixel, self._calibrated)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_image(self, painter: QPainter) -> None:
        screen_pixels = self._pixel / self._view.nm_per_pixel * self.devicePixelRatioF()
        factor = 1 if screen_pixels >= 1 else 2 ** int(math.log2(1 / screen_pixels))
        image = self._raster.shrunk(factor)  # type: ignore[union-attr]
        extent = self.extent
        corner = self.to_screen(extent.left_nm, extent.top_nm)  # type: ignore[union-attr]
        size = factor * self._pixel / self._view.nm_per_pixel
        painter.save()
        painter.setClipRect(QRectF(corner, self.to_screen(extent.right_nm, extent.bottom_nm)))  # type: ignore[union-attr]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, screen_pixels < 1)
        source = self._visible_pixels(corner, size, image.width(), image.height())
        target = QRectF(corner.x() + source.x() * size, corner.y() + source.y() * size, 0, 0)
        target.setSize(source.size() * size)
        painter.drawImage(target, image, source)
        painter.restore()

    def _visible_pixels(self, corner: QPointF, size: float, width: int, height: int) -> QRectF:
        """The whole pixels that can be seen: drawing only them keeps a deep zoom into a large image fast."""
        left = max(0, math.floor(-corner.x() / size) - 1)
        top = max(0, math.floor(-corner.y() / size) - 1)
        right = min(width, math.ceil((self.width() - corner.x()) / size) + 1)
        bottom = min(height, math.ceil((self.height() - corner.y()) / size) + 1)
        return QRectF(left, top, max(right - left, 0), max(bottom - top, 0))

    def _region_on_screen(self, region: Roi) -> QRectF:
        top, left = self._origin[0] + region.y0 * self._pixel, self._origin[1] + region.x0 * self._pixel
        corner = self.to_screen(left, top)
        return QRectF(corner, self.to_screen(left + region.width * self._pixel, top + region.height * self._pixel))

    def _paint_region(self, painter: QPainter) -> None:
        if self._region is None:
            return
        frame = self._region_on_screen(self._region)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._shade_around(painter, frame)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 160), 3))
        painter.drawRect(frame)
        painter.setPen(QPen(_REGION, 1.5))
        painter.drawRect(frame)
        if self._editable:
            for x in (frame.left(), frame.center().x(), frame.right()):
                for y in (frame.top(), frame.center().y(), frame.bottom()):
                    if (x, y) != (frame.center().x(), frame.center().y()):
                        painter.fillRect(QRectF(x - 3, y - 3, 6, 6), _REGION)

    def _shade_around(self, painter: QPainter, frame: QRectF) -> None:
        whole = QRectF(self.rect())
        bands = (
            QRectF(whole.topLeft(), QPointF(whole.right(), frame.top())),
            QRectF(QPointF(whole.left(), frame.bottom()), whole.bottomRight()),
            QRectF(QPointF(whole.left(), frame.top()), QPointF(frame.left(), frame.bottom())),
            QRectF(QPointF(frame.right(), frame.top()), QPointF(whole.right(), frame.bottom())),
        )
        for band in bands:
            if band.width() > 0 and band.height() > 0:
                painter.fillRect(band, _SHADE)

    def _paint_marker(self, painter: QPainter) -> None:
        if self._marker is None:
            return
        point = self.to_screen(*self._marker)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for pen in (QPen(QColor(0, 0, 0, 170), 3), QPen(_MARKER, 1)):
            painter.setPen(pen)
            for right, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                ray = QPointF(right, down)
                painter.drawLine(point + ray * 4, point + ray * 11)
