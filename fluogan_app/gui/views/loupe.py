"""A magnifier that shows one place of the sample in several images at once, each with its value there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from fluogan_app.core.units import length_text
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views import canvas_painting as painting
from fluogan_app.gui.views.placed_image import PlacedImage
from fluogan_app.gui.views.readings import position_text, value_text
from fluogan_app.gui.views.view_range import Screen, ViewRange

#: Side of one picture on the screen, the least in a small window, and of one of the finest pixels in it at least.
TILE, LEAST_TILE, FINEST = 144, 96, 8
#: A picture takes this part of the window's width at most: what lies below it stays in sight.
_SHARE = 12
_GAP, _COLUMNS, _AWAY = 8, 4, 26


@dataclass(frozen=True)
class Glimpse:
    """One image that is looked at through the loupe, at the point (x, y) in nm that is under the pointer."""

    title: str
    unit: str
    placed: PlacedImage
    at_nm: tuple[float, float]

    @property
    def value(self) -> str:
        """The value there, with its unit."""
        value = self.placed.value_at(*self.at_nm)
        return "outside" if value is None else value_text(value, self.unit)


class Loupe(QFrame):
    """Lies over the window beside the pointer, and lets it through."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("loupe")
        self.setAccessibleName("Magnifier")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFont(small_font(self))
        self._glimpses: tuple[Glimpse, ...] = ()
        self._heading, self._nm_per_pixel, self._tile = "", 1.0, TILE
        self.hide()

    @property
    def glimpses(self) -> tuple[Glimpse, ...]:
        """What is seen through it."""
        return self._glimpses

    @property
    def nm_per_pixel(self) -> float:
        """How much of the sample one pixel of the screen shows, the same in all pictures."""
        return self._nm_per_pixel

    @property
    def words(self) -> str:
        """Everything that it says: the place, then each image's value."""
        return "\n".join([self._heading, *(f"{one.title}: {one.value}" for one in self._glimpses)])

    def look(self, glimpses: Sequence[Glimpse], at: QPoint, most_nm_per_pixel: float) -> None:
        """Show these beside a point of the window, magnified at least as the viewer is; none hide it."""
        self._glimpses = tuple(glimpses)
        if not self._glimpses:
            self.hide()
            return
        self._tile = max(LEAST_TILE, min(TILE, self.parentWidget().width() // _SHARE))
        finest = min(one.placed.pixel_nm for one in self._glimpses)
        self._nm_per_pixel = min(finest / FINEST, most_nm_per_pixel)
        first = self._glimpses[0]
        place = position_text(*first.at_nm, first.placed.calibrated)
        side_nm = self._nm_per_pixel * self._tile
        side = length_text(side_nm) if first.placed.calibrated else f"{side_nm:.3g} px"
        self._heading = f"{place}    each {side} wide"
        self.setAccessibleDescription(self.words)
        self.resize(self.sizeHint())
        self._put_beside(at)
        self.show()
        self.raise_()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the pictures with two lines of words each."""
        count = len(self._glimpses)
        columns = min(count, _COLUMNS) or 1
        rows = -(-count // columns)
        line = self.fontMetrics().height()
        wide = max(columns * (self._tile + _GAP) + _GAP, self.fontMetrics().horizontalAdvance(self._heading) + 2 * _GAP)
        return QSize(wide, line + 2 * _GAP + rows * (self._tile + 2 * line + _GAP))

    def _put_beside(self, at: QPoint) -> None:
        """Below the pointer, or above it where there is no room; pushed aside as far as the window asks for."""
        area = self.parentWidget().rect()
        left, top = at.x() + _AWAY, at.y() + _AWAY
        if top + self.height() > area.bottom():
            top = at.y() - _AWAY - self.height()
        self.move(max(min(left, area.right() - self.width()), area.left()), max(top, area.top()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The place, then the pictures in rows."""
        super().paintEvent(event)
        painter, line = QPainter(self), self.fontMetrics().height()
        painter.setPen(self.palette().windowText().color())
        painter.drawText(QRectF(_GAP, _GAP, self.width(), line), Qt.AlignmentFlag.AlignLeft, self._heading)
        for index, glimpse in enumerate(self._glimpses):
            row, column = divmod(index, _COLUMNS)
            top = 2 * _GAP + line + row * (self._tile + 2 * line + _GAP)
            self._paint_one(painter, glimpse, QRectF(_GAP + column * (self._tile + _GAP), top, self._tile, self._tile))
        # It lies over images and words of all kinds: its border must stand out in light and dark.
        painter.setPen(QPen(self.palette().highlight().color(), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_one(self, painter: QPainter, glimpse: Glimpse, tile: QRectF) -> None:
        painter.save()
        painter.translate(tile.topLeft())
        painter.setClipRect(QRectF(0, 0, self._tile, self._tile))
        painter.fillRect(QRectF(0, 0, self._tile, self._tile), painting.GROUND)
        placed, screen = glimpse.placed, Screen(ViewRange(*glimpse.at_nm, self._nm_per_pixel), self._tile, self._tile)
        painting.paint_image(painter, placed.raster, placed.extent, placed.pixel_nm, screen)
        painting.paint_marker(painter, screen.point(*glimpse.at_nm))
        painter.restore()
        painter.setPen(QPen(self.palette().windowText().color()))
        line = self.fontMetrics().height()
        for number, words in enumerate((glimpse.title, glimpse.value)):
            place = QRectF(tile.left(), tile.bottom() + number * line, self._tile, line)
            shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self._tile)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, shown)
