"""How two images are shown in one viewer: swiped, flickered or overlaid; and the painting of the second."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from fluogan_app.gui.views.canvas_painting import GROUND, paint_image
from fluogan_app.gui.views.display import DisplaySettings, tint_table
from fluogan_app.gui.views.placed_image import PlacedImage
from fluogan_app.gui.views.view_range import Screen

#: What can be done with two images, with its words and their explanation.
MODES = {
    "swipe": ("Swipe", "One image left of a line, the other right of it"),
    "flicker": ("Flicker", "One image in the place of the other, by a key or by itself"),
    "overlay": ("Overlay", "Both at once, each in a colour of its own; where both are bright it is white"),
}
#: Pairs of colours that add up to white, those first that colour-blind eyes tell apart.
PAIRS = {
    "magenta_green": ("Magenta and green", (255, 0, 255), (0, 255, 0)),
    "orange_blue": ("Orange and blue", (255, 128, 0), (0, 127, 255)),
    "cyan_red": ("Cyan and red", (0, 255, 255), (255, 0, 0)),
}
#: Changes per second of a flicker; more could harm people whom flashing light does harm.
PACES = {"By key": 0.0, "1 per second": 1.0, "2 per second": 2.0, "3 per second": 3.0}


@dataclass(frozen=True)
class Comparison:
    """Which two viewers are compared, and how.

    divider: where the line of a swipe stands, as a part of the width. per_second: changes of a flicker, 0: by key.
    colours: of PAIRS. strengths: 0 to 1, of the first and the second image in an overlay.
    """

    mode: str
    first: str
    second: str
    divider: float = 0.5
    per_second: float = 0.0
    colours: str = "magenta_green"
    strengths: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True)
class Compared:
    """One of the two images: its viewer's name, words, unit, levels, contrast, and its place and colours."""

    name: str
    title: str
    unit: str
    levels: tuple[float, float]
    display: DisplaySettings
    placed: PlacedImage

    def tinted(self, rgb: tuple[int, int, int], strength: float) -> PlacedImage:
        """The same image from black to one colour, with levels, gamma and scale of its own."""
        raster = self.placed.raster.twin()
        raster.colour(self.levels, tint_table(rgb, strength, self.display.gamma, self.display.scale))
        return replace(self.placed, raster=raster)


class SecondImage:
    """A CanvasLayer that paints the second image over the first, as the comparison says.

    shift_nm: by how much the second lies (right, down) of where its own coordinates say.
    """

    def __init__(self) -> None:
        self.image: PlacedImage | None = None
        self.mode, self.divider, self.in_front = "swipe", 0.5, False
        self.shift_nm = (0.0, 0.0)

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """Draw what is to be seen of it."""
        if self.image is None or (self.mode == "flicker" and not self.in_front):
            return
        painter.save()
        if self.mode == "overlay":
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        else:
            # What the second image does not cover shows the ground, not the first one.
            painter.setClipRect(self._part(screen))
            painter.fillRect(self._part(screen), GROUND)
        shifted = Screen(screen.view.moved(*self.shift_nm), screen.width, screen.height)
        paint_image(painter, self.image.raster, self.image.extent, self.image.pixel_nm, shifted)
        painter.restore()

    def _part(self, screen: Screen) -> QRectF:
        left = round(self.divider * screen.width) if self.mode == "swipe" else 0
        return QRectF(left, 0, screen.width - left, screen.height)
