"""One image drawn in nanometres: crisp pixels, a region to draw, tools, layers, and a cursor that keys move."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views import canvas_painting as painting
from fluogan_app.gui.views.canvas_keys import cursor_steps
from fluogan_app.gui.views.canvas_tool import CanvasLayer, CanvasTool
from fluogan_app.gui.views.display import DEFAULT_COLOUR_MAP, Raster, colour_table
from fluogan_app.gui.views.placed_image import PlacedImage
from fluogan_app.gui.views.region_tool import RegionTool
from fluogan_app.gui.views.sample_view import SampleView
from fluogan_app.gui.views.scale_bar import paint_scale_bar
from fluogan_app.gui.views.view_range import Extent, ViewRange

_GRIP_REACH = 7.0


class ImageCanvas(SampleView):
    """Draws an array [y, x]. Signals are emitted for what the user does, never for what a setter did."""

    region_drawn = Signal(object)  # Roi
    region_edit_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: PlacedImage | None = None
        self._levels, self._table = (0.0, 1.0), colour_table(DEFAULT_COLOUR_MAP)
        self._placeholder = ""
        self._marker: tuple[float, float] | None = None
        self._cursor: tuple[float, float] | None = None
        self.circled: tuple[tuple[int, int], ...] = ()
        self._regions = RegionTool(
            self._position, self._reach_pixels, self._shape, self.region_drawn.emit, self.region_edit_left.emit
        )
        self._tool: CanvasTool | None = None
        self._layers: list[CanvasLayer] = []
        self._held = self.bar_at_left = False

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

    @property
    def placed(self) -> PlacedImage | None:
        """The image with its place and its colours."""
        return self._image

    def set_placed(self, image: PlacedImage | None) -> None:
        """Show an image that has its place and its colours already, and may be shown elsewhere too."""
        self._image = image
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

    def scale_limits(self) -> tuple[float, float]:
        """From one pixel of the image that fills the viewer to the whole image on a quarter of its side."""
        image = self._image
        return super().scale_limits() if image is None else image.scale_limits(self.width(), self.height())

    @property
    def cursor_nm(self) -> tuple[float, float] | None:
        """Where the cursor is that keys move, (x, y) in nm; None where there is none."""
        return self._cursor

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
        """Give the left button to the tool; else begin to pan, with Shift this viewer alone."""
        if self._image is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        if self._tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self._tool.press(*self.screen.sample(event.position()))
            self.update()
        else:
            self.begin_pan(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag, and tell where the pointer is."""
        position = self.screen.sample(event.position())
        if self.panning:
            self.go_on_panning(event.position())
        elif self._tool is not None and self._image is not None:
            self._tool.move(*position, self._held)
            self._show_cursor()
            self.update()
        if self._image is not None:
            self._put_cursor(None)
            self.pointed.emit(*self.screen.sample(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if self._held and event.button() == Qt.MouseButton.LeftButton:
            self._held = False
            if self._tool is not None:
                self._tool.release(*self.screen.sample(event.position()))
            self.update()
        elif self.panning:
            self.end_pan()
            self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole image, unless a tool takes it."""
        if self._tool is None:
            self.ask_to_fit()
        elif self._image is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self._tool.double_click(*self.screen.sample(event.position()))
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A tool's own keys; Shift and arrows move the cursor; the rest moves the view."""
        key = Qt.Key(event.key())
        steps = cursor_steps(key, event.modifiers())
        if self._tool is not None and self._tool.key(key, event.modifiers()):
            self.update()
        elif steps is not None and self._image is not None:
            self._step_cursor(*steps)
        elif key == Qt.Key.Key_Escape and self._cursor is not None:
            self._leave_cursor()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The cursor goes with the keys."""
        super().focusOutEvent(event)
        if self._cursor is not None:
            self._leave_cursor()

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
            if self._cursor is not None:
                painting.paint_cursor(painter, area, screen.point(*self._cursor))
            paint_scale_bar(painter, area, self._view.nm_per_pixel, image.calibrated, self.bar_at_left)
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

    def _step_cursor(self, right: int, down: int) -> None:
        """Move the cursor by whole pixels, from one pixel's middle to another's, and keep it in sight."""
        image, view = self._image, self._view
        if image is None:
            return
        if self._cursor is None:
            row, column = image.pixel_at(view.x_nm, view.y_nm)
        else:
            row, column = (part + step for part, step in zip(image.pixel_at(*self._cursor), (down, right)))
        x_nm, y_nm = image.middle_of(row, column)
        if not self.rect().contains(self.screen.point(x_nm, y_nm).toPoint()):
            self._move_to(ViewRange(x_nm, y_nm, view.nm_per_pixel))
        self._put_cursor((x_nm, y_nm))
        self.pointed.emit(x_nm, y_nm)

    def _leave_cursor(self) -> None:
        self._put_cursor(None)
        self.pointer_left.emit()

    def _put_cursor(self, position_xy_nm: tuple[float, float] | None) -> None:
        if position_xy_nm != self._cursor:
            self._cursor = position_xy_nm
            self.update()
