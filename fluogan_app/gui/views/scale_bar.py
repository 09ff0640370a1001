"""Round lengths and round numbers, and the bar that gives an image its scale."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from fluogan_app.core.units import length_text

_MARGIN, _PAD, _THICKNESS = 8.0, 6.0, 4.0
_GROUND, _INK = QColor(0, 0, 0, 150), QColor(255, 255, 255)


def round_below(limit: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above a positive limit."""
    power = 10.0 ** math.floor(math.log10(limit))
    # A limit such as 0.2 may be a hair below 2 · 10⁻¹ in binary.
    return max(step * power for step in (1, 2, 5) if step * power <= limit * (1 + 1e-9))


def round_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers between low and high, about that many."""
    # A step longer than the whole could leave no tick at all.
    step = round_below((high - low) * min(1.5 / max(about - 1, 1), 1.0))
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def decade_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round numbers on a logarithmic scale from low to high, both positive: 1, 2, 5 times powers of ten, or fewer."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        inside = [tick for tick in ticks if low / 1.3 <= tick <= high * 1.3]
        if len(inside) <= most:
            break
    every = max(1, math.ceil(len(inside) / most))
    return inside[::every]


def bar_length(length_per_pixel: float, width_pixels: float) -> float:
    """Length of a scale bar that takes at most a quarter of the width, in the unit of `length_per_pixel`."""
    return round_below(length_per_pixel * width_pixels / 4)


def paint_scale_bar(
    painter: QPainter, area: QRectF, length_per_pixel: float, calibrated: bool, at_left: bool = False
) -> QRectF:
    """Draw the bar with its length in the lower right corner of `area`, or the left one. Returns the patch it covers.

    Without a pixel size lengths are in pixels, and the text says so.
    """
    length = bar_length(length_per_pixel, area.width())
    text = length_text(length) if calibrated else f"{length:g} px, size not known"
    size = length / length_per_pixel
    metrics = QFontMetricsF(painter.font())
    width = max(size, metrics.horizontalAdvance(text)) + 2 * _PAD
    height = metrics.height() + _THICKNESS + 2 * _PAD - 2
    left = area.left() + _MARGIN if at_left else area.right() - _MARGIN - width
    patch = QRectF(left, area.bottom() - _MARGIN - height, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_GROUND)
    painter.drawRoundedRect(patch, 4, 4)
    _paint_bar(painter, patch, size)
    painter.setPen(_INK)
    words = QRectF(patch.left(), patch.top() + _PAD - 2, patch.width(), metrics.height())
    painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, text)
    return patch


def _paint_bar(painter: QPainter, patch: QRectF, size: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    left = round(patch.center().x() - size / 2)
    top = round(patch.bottom() - _PAD - _THICKNESS + 1)
    painter.fillRect(QRectF(QPointF(left, top), QPointF(left + round(size), top + _THICKNESS)), _INK)
