"""One image drawn in nanometres, y downward: pan and zoom by mouse and keys, and a region to draw."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views import canvas_painting as painting
from fluogan_app.gui.views.display import DEFAULT_COLOUR_MAP, Raster, colour_table
from fluogan_app.gui.views.region_edit import RegionDrag, grip_at
from fluogan_app.gui.views.scale_bar import paint_scale_bar
from fluogan_app.gui.views.view_range import Extent, Screen, ViewRange

_GRIP_REACH = 7.0
_KEY_STEP = 40
_NOTCH = 1.25
_CURSORS = {
    "new": Qt.CursorShape.CrossCursor, "inside": Qt.CursorShape.SizeAllCursor,
    "top": Qt.CursorShape.SizeVerCursor, "bottom": Qt.CursorShape.SizeVerCursor,
    "left": Qt.CursorShape.SizeHorCursor, "right": Qt.CursorShape.SizeHorCursor,
    "top left": Qt.CursorShape.SizeFDiagCursor, "bottom right": Qt.CursorShape.SizeFDiagCursor,
    "top right": Qt.CursorShape.SizeBDiagCursor, "bottom left": Qt.CursorShape.SizeBDiagCursor,
}  # fmt: skip
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_ZOOM_KEYS = {Qt.Key.Key_Plus: _NOTCH, Qt.Key.Key_Equal: _NOTCH, Qt.Key.Key_Minus: 1 / _NOTCH}


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
        self._view, self._fitted = ViewRange(0.5, 0.5, 1.0), True
        self._placeholder = ""
        self._marker: tuple[float, float] | None = None
        self.circled: tuple[tuple[int, int], ...] = ()
        self._region: Roi | None = None
        self._editable = False
        self._drag: RegionDrag | None = None
        self._panned_from: tuple[QPointF, ViewRange] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(96, 96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # What is shown

    def set_array(
        self,
        array: np.ndarray | None,
        pixel_size_nm: float | None,
        origin_yx_nm: tuple[float, float],
        camera_pixels: float = 1.0,
    ) -> None:
        """Show an array; its first pixel's corner lies at the origin. An image in another place is shown whole.

        camera_pixels: side of one of its pixels where the pixel size is not known.
        """
        before = self.extent
        self._raster = None if array is None else Raster(array)
        self._pixel, self._calibrated = pixel_size_nm or camera_pixels, pixel_size_nm is not None
        self._origin = origin_yx_nm
        if self._raster is not None:
            self._raster.colour(self._levels, self._table)
        if self._fitted or self.extent != before:
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

    def set_circled(self, pixels_yx: tuple[tuple[int, int], ...]) -> None:
        """Draw a circle around single pixels, which could not be found otherwise."""
        self.circled = pixels_yx
        self.update()

    @property
    def words(self) -> str:
        """What stands in place of an image, "" where there is one."""
        return self._placeholder if self._raster is None else ""

    @property
    def array(self) -> np.ndarray | None:
        """What is shown."""
        return None if self._raster is None else self._raster.array

    @property
    def extent(self) -> Extent | None:
        """Where the image lies in the sample; None without an image."""
        return None if self._raster is None else self._extent_of(Roi.whole(self._raster.array.shape))

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

    @property
    def screen(self) -> Screen:
        """From nm to screen pixels and back."""
        return Screen(self._view, self.width(), self.height())

    @property
    def fitted(self) -> bool:
        """Whether the whole image is shown, whatever the size of the viewer."""
        return self._fitted

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

    # The region

    @property
    def region(self) -> Roi | None:
        """The region that is shown."""
        return self._region

    def set_region(self, region: Roi | None) -> None:
        """Show a region of the image's pixels."""
        self._drag = None
        self._region = region
        self.update()

    def set_region_editable(self, editable: bool) -> None:
        """Let the left button draw, move and resize the region instead of panning; the middle one pans still."""
        self._editable, self._drag = editable, None
        self._show_cursor()
        self.update()

    # The user's hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw or change the region, or to pan."""
        if self._raster is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        if self._editable and event.button() == Qt.MouseButton.LeftButton:
            y, x = self._pixel_position(*self.screen.sample(event.position()))
            grip = grip_at(self._region, y, x, self._reach_pixels())
            self._drag = RegionDrag(grip, (y, x), self._region, self._raster.array.shape)
        else:
            self._panned_from = event.position(), self._view
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag, and tell where the pointer is."""
        x_nm, y_nm = self.screen.sample(event.position())
        if self._drag is not None:
            self._region = self._drag.region_at(*self._pixel_position(x_nm, y_nm))
            self.update()
        elif self._panned_from is not None:
            self._pan(event.position())
        elif self._editable:
            self.setCursor(_CURSORS[grip_at(self._region, *self._pixel_position(x_nm, y_nm), self._reach_pixels())])
        if self._raster is not None:
            self.pointed.emit(*self.screen.sample(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if self._drag is not None and event.button() == Qt.MouseButton.LeftButton:
            drag, self._drag = self._drag, None
            self._settle(drag)
        elif self._panned_from is not None:
            self._panned_from = None
            self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole image."""
        if self._editable:
            self.mousePressEvent(event)
        else:
            self._ask_to_fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self._zoom(_NOTCH ** (event.angleDelta().y() / 120), *self.screen.sample(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, + and − zoom, 0 or Home shows everything, Esc takes a drag back or ends the drawing."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and (self._drag is not None or self._editable):
            self._escape()
        elif key in _ARROWS:
            right, down = (part * _KEY_STEP * self._view.nm_per_pixel for part in _ARROWS[key])
            self._move_to(self._view.moved(right, down))
        elif key in _ZOOM_KEYS:
            self._zoom(_ZOOM_KEYS[key], self._view.x_nm, self._view.y_nm)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self._ask_to_fit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, _event: QEvent) -> None:
        """The pointer is elsewhere."""
        self.pointer_left.emit()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep showing everything if that was so."""
        if self._fitted:
            self.fit()
        self.resized.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything."""
        painter, area, screen = QPainter(self), QRectF(self.rect()), self.screen
        painter.fillRect(area, painting.GROUND)
        if self._raster is None:
            painting.paint_placeholder(painter, area, self._placeholder)
        else:
            painting.paint_image(painter, self._raster, self.extent, self._pixel, screen)
            if self._region is not None:
                painting.paint_region(painter, area, screen.rectangle(self._extent_of(self._region)), self._editable)
            for pixel in self.circled:
                painting.paint_circle(painter, screen.rectangle(self._extent_of(Roi(*pixel, 1, 1))))
            if self._marker is not None:
                painting.paint_marker(painter, screen.point(*self._marker))
            paint_scale_bar(painter, area, self._view.nm_per_pixel, self._calibrated)
        if self.hasFocus():
            painting.paint_focus(painter, area, self.palette().highlight().color())
        painter.end()

    # Inside

    def _extent_of(self, region: Roi) -> Extent:
        top, left = self._origin[0] + region.y0 * self._pixel, self._origin[1] + region.x0 * self._pixel
        return Extent(left, top, left + region.width * self._pixel, top + region.height * self._pixel)

    def _pixel_position(self, x_nm: float, y_nm: float) -> tuple[float, float]:
        """(y, x) in pixels of the image, fractions allowed."""
        return (y_nm - self._origin[0]) / self._pixel, (x_nm - self._origin[1]) / self._pixel

    def _reach_pixels(self) -> float:
        return _GRIP_REACH * self._view.nm_per_pixel / self._pixel

    def _show_cursor(self) -> None:
        self.setCursor(_CURSORS["new"] if self._editable else Qt.CursorShape.ArrowCursor)

    def _pan(self, position: QPointF) -> None:
        begun, view = self._panned_from  # type: ignore[misc]
        shift = (begun - position) * view.nm_per_pixel
        self._move_to(view.moved(shift.x(), shift.y()))

    def _zoom(self, factor: float, x_nm: float, y_nm: float) -> None:
        extent = self.extent
        if extent is None:
            return
        # From a quarter of the viewer's side for the whole image, to one pixel that fills it.
        widest = 4 * extent.fitted(self.width(), self.height()).nm_per_pixel
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

    def _settle(self, drag: RegionDrag) -> None:
        drawn = self._region
        if drawn is None:
            self._region = drag.before
        elif drawn != drag.before:
            self.region_drawn.emit(drawn)
        self.update()

    def _escape(self) -> None:
        if self._drag is not None:
            self._region, self._drag = self._drag.before, None
            self.update()
        else:
            self.region_edit_left.emit()
