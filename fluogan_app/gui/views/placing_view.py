"""Where an image of another program comes to lie: over the recorded mean, each in a colour of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluogan_app.core.units import CAMERA_UNIT
from fluogan_app.gui.views.comparison import SecondImage
from fluogan_app.gui.views.controls import QuietLabel
from fluogan_app.gui.views.display import DisplaySettings, Raster, colour_table, percentile_levels
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.placed_image import PlacedImage
from fluogan_app.gui.views.view_range import Screen

#: Green and magenta are told apart by colour-blind eyes, and add up to white.
_BELOW, _ABOVE = "green", "magenta"
#: A frame that is seen on dark and on bright parts.
_DARK, _LIGHT = QColor(0, 0, 0, 170), QColor(255, 255, 255)
_LEGEND = "Recorded mean in green, the image in magenta; where both are bright it is white. The frame is the image's."


class PlacingView(QWidget):
    """Setters only; zoom and pan as in every viewer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pane, self._second, self._outline = ImagePane(name="placing"), SecondImage(), _Outline()
        self._second.mode = "overlay"
        self.pane.set_title("Where it lies")
        self.pane.set_display(DisplaySettings(_BELOW))
        self.pane.canvas.add_layer(self._second)
        self.pane.canvas.add_layer(self._outline)
        legend = QuietLabel(_LEGEND)
        legend.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane, 1)
        column.addWidget(legend)

    def set_mean(self, mean: np.ndarray, pixel_size_nm: float, origin_yx_nm: tuple[float, float]) -> None:
        """The recorded mean (Y, X) of the region that the image is placed in."""
        self.pane.set_image(mean, pixel_size_nm, CAMERA_UNIT, origin_yx_nm)

    def set_image(self, image: np.ndarray) -> None:
        """The image that is placed; it is not to be seen before it has a place."""
        raster = Raster(image)
        raster.colour(percentile_levels(image), colour_table(_ABOVE))
        self._second.image = self._outline.image = None
        self._image = PlacedImage(raster, 1.0, True, (0.0, 0.0))

    def set_place(self, pixel_size_nm: float | None, corner_yx_nm: tuple[float, float] = (0.0, 0.0)) -> None:
        """Lay the image there; None takes it away."""
        placed = None
        if pixel_size_nm is not None:
            placed = replace(self._image, pixel_nm=pixel_size_nm, origin_yx_nm=corner_yx_nm)
        self._second.image = self._outline.image = placed
        self.pane.canvas.update()

    @property
    def placed(self) -> PlacedImage | None:
        """The image where it lies; None while it has no place."""
        return self._second.image


class _Outline:
    """A CanvasLayer: the frame of an image."""

    def __init__(self) -> None:
        self.image: PlacedImage | None = None

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """Draw it."""
        if self.image is None:
            return
        painter.save()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, style in ((_DARK, Qt.PenStyle.SolidLine), (_LIGHT, Qt.PenStyle.DashLine)):
            painter.setPen(QPen(colour, 1.5, style))
            painter.drawRect(screen.rectangle(self.image.extent))
        painter.restore()
