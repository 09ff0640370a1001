"""One image drawn in nanometres, y downward: pan and zoom by mouse and keys, and a region to draw."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views import canvas_painting as painting
from fluogan_app.gui.views.canvas_keys import NOTCH, ZOOM_KEYS, panned
from fluogan_app.gui.views.canvas_tool import CanvasLayer, CanvasTool
from fluogan_app.gui.views.display import DEFAULT_COLOUR_MAP, Raster, colour_table
from fluogan_app.gui.views.placed_image import PlacedImage
from fluogan_app.gui.views.region_tool import RegionTool
from fluogan_app.gui.views.scale_bar import paint_scale_bar
from fluogan_app.gui.views.view_range import Extent, Screen, ViewRange

_GRIP_REACH = 7.0


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
        self._image: PlacedImage | None = None
        self._levels, self._table = (0.0, 1.0), colour_table(DEFAULT_COLOUR_MAP)
        self._view, self._fitted = ViewRange(0.5, 0.5, 1.0), True
        self._placeholder = ""
        self._marker: tuple[float, float] | None = None
        self.circled: tuple[tuple[int, int], ...] = ()
        self._regions = RegionTool(
            self._position, self._reach_pixels, self._shape, self.region_drawn.emit, self.region_edit_left.emit
        )
        self._tool: CanvasTool | None = None
        self._layers: list[CanvasLayer] = []
        self._held = False
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
        self._image = None
        if array is not None:
            raster, calibrated = Raster(array), pixel_size_nm is not None
            raster.colour(self._levels, self._table)
            self._image = PlacedImage(raster, pixel_size_nm or camera_pixels, calibrated, origin_yx_nm)
        if self._fitted or self.extent != before:
            self.fit()
        self.update()

    def set_colours(self, levels: tuple[float, float], table: np.ndarray) -> None:
        """Choose the values shown darkest and brightest, and the colours between."""
        self._levels, self._table = levels, table
        if self._image is not None:
            self._image.raster.colour(levels, table)
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
        return self._placeholder if self._image is None else ""

    @property
    def array(self) -> np.ndarray | None:
        """What is shown."""
        return None if self._image is None else self._image.array

    @property
    def extent(self) -> Extent | None:
        """Where the image lies in the sample; None without an image."""
        return None if self._image is None else self._image.extent

    @property
    def calibrated(self) -> bool:
        """Whether lengths are nm; they are camera pixels otherwise."""
        return self._image is not None and self._image.calibrated

    def value_at(self, x_nm: float, y_nm: float) -> float | None:
        """The pixel's value at a point of the sample, None outside."""
        return None if self._image is None else self._image.value_at(x_nm, y_nm)

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

    # The region, tools and layers

    @property
    def region(self) -> Roi | None:
        """The region that is shown."""
        return self._regions.region

    def set_region(self, region: Roi | None) -> None:
        """Show a region of the image's pixels."""
        self._regions.set_region(region)
        self.update()

    def set_region_editable(self, editable: bool) -> None:
        """Let the left button draw, move and resize the region instead of panning."""
        self._regions.set_region(self.region)
        if editable or self._tool is self._regions:
            self.set_tool(self._regions if editable else None)

    @property
    def tool(self) -> CanvasTool | None:
        """What the left button does; None where it pans."""
        return self._tool

    def set_tool(self, tool: CanvasTool | None) -> None:
        """Give the left button and the keys to a tool; None lets it pan again."""
        self._tool, self._held = tool, False
        self._show_cursor()
        self.update()

    def add_layer(self, layer: CanvasLayer) -> None:
        """Paint something over the image from now on."""
        self._layers.append(layer)
        self.update()

    def remove_layer(self, layer: CanvasLayer) -> None:
        """Paint it no more. Raises ValueError where it is not there."""
        self._layers.remove(layer)
        self.update()

    # The user's hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Give the left button to the tool; else begin to pan."""
        if self._image is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        if self._tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self._tool.press(*self.screen.sample(event.position()))
            self.update()
        else:
            self._panned_from = event.position(), self._view
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag, and tell where the pointer is."""
        position = self.screen.sample(event.position())
        if self._panned_from is not None:
            self._pan(event.position())
        elif self._tool is not None and self._image is not None:
            self._tool.move(*position, self._held)
            self._show_cursor()
            self.update()
        if self._image is not None:
            self.pointed.emit(*self.screen.sample(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if self._held and event.button() == Qt.MouseButton.LeftButton:
            self._held = False
            if self._tool is not None:
                self._tool.release(*self.screen.sample(event.position()))
            self.update()
        elif self._panned_from is not None:
            self._panned_from = None
            self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole image, unless a tool takes it."""
        if self._tool is None:
            self._ask_to_fit()
        elif self._image is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self._tool.double_click(*self.screen.sample(event.position()))
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self._zoom(NOTCH ** (event.angleDelta().y() / 120), *self.screen.sample(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, + and − zoom, 0 or Home shows everything, and a tool has its own."""
        key = Qt.Key(event.key())
        if self._tool is not None and self._tool.key(key, event.modifiers()):
            self.update()
        elif (moved := panned(self._view, key)) is not None:
            self._move_to(moved)
        elif key in ZOOM_KEYS:
            self._zoom(ZOOM_KEYS[key], self._view.x_nm, self._view.y_nm)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self._ask_to_fit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, _event: QEvent) -> None:
        """The pointer is elsewhere."""
        self.pointer_left.emit()

    def resizeEvent(self, _: QResizeEvent) -> None:
        """Keep showing everything if that was so."""
        if self._fitted:
            self.fit()
        self.resized.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything."""
        painter, area, screen, image = QPainter(self), QRectF(self.rect()), self.screen, self._image
        painter.fillRect(area, painting.GROUND)
        if image is None:
            painting.paint_placeholder(painter, area, self._placeholder)
        else:
            painting.paint_image(painter, image.raster, image.extent, image.pixel_nm, screen)
            if self.region is not None:
                frame, editable = screen.rectangle(image.extent_of(self.region)), self._tool is self._regions
                painting.paint_region(painter, area, frame, editable)
            painting.paint_circles(painter, screen, image, self.circled)
            for layer in self._layers:
                layer.paint(painter, screen)
            if self._marker is not None:
                painting.paint_marker(painter, screen.point(*self._marker))
            paint_scale_bar(painter, area, self._view.nm_per_pixel, image.calibrated)
        if self.hasFocus():
            painting.paint_focus(painter, area, self.palette().highlight().color())
        painter.end()

    # Inside

    def _position(self, x_nm: float, y_nm: float) -> tuple[float, float]:
        return (0.0, 0.0) if self._image is None else self._image.position(x_nm, y_nm)

    def _reach_pixels(self) -> float:
        return 0.0 if self._image is None else _GRIP_REACH * self._view.nm_per_pixel / self._image.pixel_nm

    def _show_cursor(self) -> None:
        self.setCursor(Qt.CursorShape.ArrowCursor if self._tool is None else self._tool.cursor())

    def _shape(self) -> tuple[int, int]:
        return (0, 0) if self._image is None else self._image.array.shape

    def _pan(self, position: QPointF) -> None:
        begun, view = self._panned_from  # type: ignore[misc]
        self._move_to(view.moved(*((begun - position) * view.nm_per_pixel).toTuple()))

    def _zoom(self, factor: float, x_nm: float, y_nm: float) -> None:
        image = self._image
        if image is None:
            return
        closest, widest = image.scale_limits(self.width(), self.height())
        scale = min(max(self._view.nm_per_pixel / factor, closest), widest)
        self._move_to(self._view.zoomed(self._view.nm_per_pixel / scale, x_nm, y_nm))

    def _move_to(self, view: ViewRange) -> None:
        if self._image is not None and view != self._view:
            self.set_view(view)
            self.view_moved.emit(view)

    def _ask_to_fit(self) -> None:
        self.fit()
        self.fit_wanted.emit()
