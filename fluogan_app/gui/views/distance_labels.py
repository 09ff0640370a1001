"""What distance the lines of each set of a pattern have, written above them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from fluogan_app.core.units import length_text
from fluogan_app.gui.views.view_range import Screen

_GROUND, _INK = QColor(0, 0, 0, 170), QColor(255, 255, 255)
_PAD, _GAP = 3.0, 2.0


class DistanceLabels:
    """A CanvasLayer with a length at each place along x; labels that would touch the one before are left out."""

    def __init__(self) -> None:
        self._labels: tuple[tuple[float, str], ...] = ()

    def set_places(self, places: Sequence[tuple[float, float]]) -> None:
        """Where they stand and what they say: (x, distance) in nm, from left to right."""
        self._labels = tuple((x_nm, length_text(distance_nm)) for x_nm, distance_nm in places)

    @property
    def words(self) -> tuple[str, ...]:
        """All labels from left to right."""
        return tuple(text for _, text in self._labels)

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """See CanvasLayer.paint."""
        metrics, free_from = QFontMetricsF(painter.font()), 0.0
        for x_nm, text in self._labels:
            width = metrics.horizontalAdvance(text) + 2 * _PAD
            plate = QRectF(screen.point(x_nm, 0.0).x() - width / 2, 0.0, width, metrics.height())
            if plate.left() < free_from or plate.right() > screen.width:
                continue
            painter.fillRect(plate, _GROUND)
            painter.setPen(_INK)
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
            free_from = plate.right() + _GAP
