"""What is painted on an image canvas: the image with crisp pixels, the region, the other viewers' pointer."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views.display import Raster
from fluogan_app.gui.views.placed_image import PlacedImage
from fluogan_app.gui.views.view_range import Extent, Screen

GROUND = QColor(24, 26, 29)
_QUIET = QColor(150, 158, 168)
_REGION, _SHADE, _EDGE = QColor(255, 214, 10), QColor(0, 0, 0, 105), QColor(0, 0, 0, 170)
_MARKER = QColor(0, 229, 255)
_GRIP = 6
#: Least radius of a ring around a pixel.
_RING = 5.0


def paint_placeholder(painter: QPainter, area: QRectF, text: str) -> None:
    """Words where the image will be."""
    painter.setPen(_QUIET)
    painter.drawText(area.adjusted(12, 12, -12, -12), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)


def paint_image(painter: QPainter, raster: Raster, extent: Extent, pixel_nm: float, screen: Screen) -> None:
    """Draw the part of an image that can be seen.

    Enlarged pixels have sharp edges; where several share one screen pixel, their mean is shown, so that thin
    structures do not come and go with the zoom.
    """
    ratio = screen.pixels(pixel_nm) * painter.device().devicePixelRatioF()
    factor = 1 if ratio >= 1 else 2 ** int(math.log2(1 / ratio))
    image = raster.shrunk(factor)
    whole = screen.rectangle(extent)
    size = screen.pixels(factor * pixel_nm)
    source = _visible(whole.topLeft(), size, (image.width(), image.height()), (screen.width, screen.height))
    target = QRectF(whole.left() + source.x() * size, whole.top() + source.y() * size, 0, 0)
    target.setSize(source.size() * size)
    painter.save()
    # The last block of means may reach beyond the image.
    painter.setClipRect(whole, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, ratio < 1)
    painter.drawImage(target, image, source)
    painter.restore()


def _visible(corner: QPointF, size: float, shape_wh: tuple[int, int], area_wh: tuple[float, float]) -> QRectF:
    """The whole pixels that can be seen: drawing only them keeps a deep zoom into a large image fast."""
    left, top = max(0, math.floor(-corner.x() / size) - 1), max(0, math.floor(-corner.y() / size) - 1)
    right = min(shape_wh[0], math.ceil((area_wh[0] - corner.x()) / size) + 1)
    bottom = min(shape_wh[1], math.ceil((area_wh[1] - corner.y()) / size) + 1)
    return QRectF(left, top, max(right - left, 0), max(bottom - top, 0))


def paint_region(painter: QPainter, area: QRectF, frame: QRectF, grips: bool) -> None:
    """Shade what lies outside a region, draw its border, and its grips where it can be changed."""
    frame = QRectF(frame.toRect())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _shade_around(painter, area, frame)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(_EDGE, 4), QPen(_REGION, 2)):
        painter.setPen(pen)
        painter.drawRect(frame)
    if grips:
        middle = frame.center()
        for x in (frame.left(), middle.x(), frame.right()):
            for y in (frame.top(), middle.y(), frame.bottom()):
                if (x, y) != (middle.x(), middle.y()):
                    painter.fillRect(QRectF(x - _GRIP / 2, y - _GRIP / 2, _GRIP, _GRIP).adjusted(-1, -1, 1, 1), _REGION)


def _shade_around(painter: QPainter, area: QRectF, frame: QRectF) -> None:
    bands = (
        QRectF(area.topLeft(), QPointF(area.right(), frame.top())),
        QRectF(QPointF(area.left(), frame.bottom()), area.bottomRight()),
        QRectF(QPointF(area.left(), frame.top()), QPointF(frame.left(), frame.bottom())),
        QRectF(QPointF(frame.right(), frame.top()), QPointF(area.right(), frame.bottom())),
    )
    for band in bands:
        if band.width() > 0 and band.height() > 0:
            painter.fillRect(band, _SHADE)


def paint_marker(painter: QPainter, point: QPointF) -> None:
    """A small open cross where the pointer is in another viewer."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for pen in (QPen(_EDGE, 3), QPen(_MARKER, 1)):
        painter.setPen(pen)
        for ray in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
            painter.drawLine(point + ray * 4, point + ray * 11)


def paint_cursor(painter: QPainter, area: QRectF, point: QPointF) -> None:
    """Lines across the whole viewer that leave their middle free: where keys have moved to."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for pen in (QPen(_EDGE, 3), QPen(_MARKER, 1)):
        painter.setPen(pen)
        for ray in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
            painter.drawLine(point + ray * 6, point + ray * (area.width() + area.height()))


def paint_circles(
    painter: QPainter, screen: Screen, image: PlacedImage, pixels_yx: tuple[tuple[int, int], ...]
) -> None:
    """Circle single pixels of an image, which could not be found otherwise."""
    for pixel in pixels_yx:
        paint_circle(painter, screen.rectangle(image.extent_of(Roi(*pixel, 1, 1))))


def paint_circle(painter: QPainter, pixel: QRectF) -> None:
    """A ring around one pixel, wide enough to be seen however small the pixel is."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = max(pixel.width(), _RING)
    for pen in (QPen(_EDGE, 3), QPen(_MARKER, 1.4)):
        painter.setPen(pen)
        painter.drawEllipse(pixel.center(), radius, radius)


def paint_focus(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """A border that says where the keys go."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 2))
    painter.drawRect(area.adjusted(1, 1, -1, -1))
