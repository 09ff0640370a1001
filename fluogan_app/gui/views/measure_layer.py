"""Drawn shapes painted over an image: lines with the band over which they average, outlines, points, their names."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from fluogan_app.core.data.shape import Shape
from fluogan_app.gui.measurements import Measurements
from fluogan_app.gui.views.view_range import Screen

#: Okabe and Ito's, those that stand out on dark images of any colour map; told apart by colour-blind eyes.
MARK_COLOURS = tuple(QColor(name) for name in ("#ffd60a", "#56b4e9", "#ff8f5a", "#3fe0a8", "#f2a2d4", "#ffffff"))
_EDGE, _HANDLE, _POINT, _TEXT = QColor(0, 0, 0, 170), 4.0, 6.0, 4.0


def handles_of(shape: Shape) -> tuple[tuple[float, float], ...]:
    """Where a shape can be taken hold of: its points, and of rectangles and ellipses all four corners of the frame."""
    if shape.kind not in ("rectangle", "ellipse"):
        return shape.points_nm
    (x0, y0), (x1, y1) = shape.points_nm
    return (x0, y0), (x1, y1), (x1, y0), (x0, y1)


class MeasureLayer:
    """A CanvasLayer. `painted` is called at each painting: what is in sight may have changed.

    pending: the points of a polygon that is being drawn.
    """

    def __init__(
        self,
        measurements: Measurements,
        editing: Callable[[], bool],
        pending: Callable[[], tuple[tuple[float, float], ...]],
        painted: Callable[[], None],
    ) -> None:
        self._measurements, self._editing, self._pending, self._painted = measurements, editing, pending, painted

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """Draw all shapes, the chosen one last and with handles while it can be changed."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        shown = self._measurements
        order = [index for index in range(len(shown.items)) if index != shown.index]
        for index in [*order, *([shown.index] if shown.chosen is not None else [])]:
            item, chosen = shown.items[index], index == shown.index
            colour = MARK_COLOURS[item.colour % len(MARK_COLOURS)]
            _paint_shape(painter, screen, item.shape, colour, 2.2 if chosen else 1.4)
            _write_name(painter, screen, item.shape, item.name, colour)
            if chosen and self._editing():
                _paint_handles(painter, screen, item.shape, colour)
        _paint_pending(painter, screen, self._pending())
        painter.restore()
        self._painted()


def _paint_shape(painter: QPainter, screen: Screen, shape: Shape, colour: QColor, width: float) -> None:
    points = [screen.point(*point) for point in shape.points_nm]
    if shape.kind == "line" and shape.width_nm > 0:
        veil = QColor(colour)
        veil.setAlpha(48)
        painter.setPen(QPen(colour, 0.8, Qt.PenStyle.DotLine))
        painter.setBrush(veil)
        painter.drawPolygon(_band(points, screen.pixels(shape.width_nm)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(_EDGE, width + 2.0), QPen(colour, width)):
        painter.setPen(pen)
        _draw_outline(painter, shape.kind, points)


def _draw_outline(painter: QPainter, kind: str, points: list[QPointF]) -> None:
    if kind == "line":
        painter.drawLine(points[0], points[1])
    elif kind == "rectangle":
        painter.drawRect(QRectF(points[0], points[1]).normalized())
    elif kind == "ellipse":
        painter.drawEllipse(QRectF(points[0], points[1]).normalized())
    elif kind == "polygon":
        painter.drawPolygon(QPolygonF(points))
    else:
        for ray in (QPointF(_POINT, 0), QPointF(0, _POINT)):
            painter.drawLine(points[0] - ray, points[0] + ray)
        painter.drawEllipse(points[0], _POINT / 2, _POINT / 2)


def _band(points: list[QPointF], width: float) -> QPolygonF:
    along = points[1] - points[0]
    length = math.hypot(along.x(), along.y()) or 1.0
    across = QPointF(-along.y(), along.x()) * (width / 2 / length)
    return QPolygonF([points[0] + across, points[1] + across, points[1] - across, points[0] - across])


def _paint_handles(painter: QPainter, screen: Screen, shape: Shape, colour: QColor) -> None:
    painter.setPen(QPen(_EDGE, 1.5))
    painter.setBrush(colour)
    for handle in handles_of(shape):
        middle = screen.point(*handle)
        painter.drawRect(QRectF(middle.x() - _HANDLE, middle.y() - _HANDLE, 2 * _HANDLE, 2 * _HANDLE))


def _paint_pending(painter: QPainter, screen: Screen, points: tuple[tuple[float, float], ...]) -> None:
    if points:
        drawn = QPolygonF([screen.point(*point) for point in points])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(_EDGE, 3.5), QPen(MARK_COLOURS[0], 1.6, Qt.PenStyle.DashLine)):
            painter.setPen(pen)
            painter.drawPolyline(drawn)
            painter.drawEllipse(drawn.first(), _HANDLE, _HANDLE)


def _write_name(painter: QPainter, screen: Screen, shape: Shape, name: str, colour: QColor) -> None:
    """Beside the right end of a line, above the corner of a region; kept within the viewer."""
    metrics = painter.fontMetrics()
    wide, high = metrics.horizontalAdvance(name), metrics.height()
    left, top, _, _ = shape.bounds_nm
    beside = shape.kind in ("line", "point")
    corner = max(shape.points_nm) if beside else (left, top)
    place = screen.point(*corner) + (QPointF(_POINT + _TEXT, -_TEXT) if beside else QPointF(0, -_POINT))
    place.setX(max(_TEXT, min(place.x(), screen.width - wide - _TEXT)))
    place.setY(min(max(place.y(), high), screen.height - _TEXT))
    for pen, offset in ((QPen(_EDGE), QPointF(1, 1)), (QPen(colour), QPointF(0, 0))):
        painter.setPen(pen)
        painter.drawText(place + offset, name)
