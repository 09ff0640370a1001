"""The bar beside an image that says which colour is which value, in which unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fluogan_app.gui.style import quiet_colour, small_font
from fluogan_app.gui.views.display import DEFAULT_COLOUR_MAP, colour_table, scaled, unscaled
from fluogan_app.gui.views.scale_bar import round_below, round_ticks

_BAR_WIDTH, _GAP, _TICK = 12.0, 4.0, 4.0


def tick_text(value: float, step: float) -> str:
    """A tick's value with just the digits that its distance to the next one asks for."""
    if value == 0:
        return "0"
    if abs(value) >= 1e5 or step < 1e-3:
        return f"{value:.3g}"
    decimals = max(0, -int(np.floor(np.log10(step) + 1e-9)))
    return f"{value:.{decimals}f}"


class ColourBar(QWidget):
    """A vertical colour bar with round ticks; the unit runs along it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._levels, self._table, self._unit = (0.0, 1.0), colour_table(DEFAULT_COLOUR_MAP), ""
        self._kinds: tuple[str, ...] = ()
        self._scale = "linear"
        self.setFont(small_font(self))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_levels(self, levels: tuple[float, float], table: np.ndarray, unit: str, scale: str = "linear") -> None:
        """Show values from dark to bright; on a logarithmic scale each decade has its share of the bar."""
        self._levels, self._table, self._unit, self._scale = levels, table, unit, scale
        how = ", logarithmic" if scale == "log" else ""
        words = f"Colours from {levels[0]:.4g} to {levels[1]:.4g} {unit}{how}"
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        if self._kinds:
            self._show_bands()
        self.updateGeometry()
        self.update()

    def set_kinds(self, kinds: Sequence[str]) -> None:
        """Words for the values 0, 1, 2 … where these are kinds and no amounts; none otherwise. Show levels after it."""
        self._kinds = tuple(kinds)

    def _show_bands(self) -> None:
        """One even band for each kind, in the colour that it has between the levels."""
        count, (low, high) = len(self._kinds), self._levels
        band = np.arange(256) * count // 256
        place = np.clip((band - low) / (high - low), 0.0, 1.0)
        self._table = self._table[np.round(255 * place).astype(int)]
        self._levels, self._unit = (-0.5, count - 0.5), ""
        words = "Colours of " + ", ".join(self._kinds)
        self.setAccessibleDescription(words)
        self.setToolTip(words)

    def ticks(self) -> list[tuple[float, str]]:
        """Value and text of each tick."""
        if self._kinds:
            return [(float(kind), f"{kind} {word}") for kind, word in enumerate(self._kinds)]
        low, high = self._levels
        if self._scale == "log":
            return [(value, tick_text(value, abs(value) or 1.0)) for value in _decades(low, high)]
        metrics = QFontMetricsF(self.font())
        about = int(min(6, max(2, self.height() / (3 * metrics.height()))))
        # On a short bar few round numbers may mean none: it says at least two, or it would be a bar without a scale.
        tries = (round_ticks(low, high, count) for count in range(about, about + 4))
        values = next((values for values in tries if len(values) > 1), [low, high])
        step = values[1] - values[0] if len(values) > 1 else high - low
        return [(value, tick_text(value, step)) for value in values]

    def sizeHint(self) -> QSize:
        """Wide enough for the longest number and the unit beside it."""
        metrics = QFontMetricsF(self.font())
        widest = max((metrics.horizontalAdvance(text) for _, text in self.ticks()), default=0.0)
        widest = max(widest, metrics.horizontalAdvance("0.000"))
        beside = len(self.unit_lines) * metrics.height()
        return QSize(int(_BAR_WIDTH + 2 * _GAP + _TICK + widest + beside + 2), 96)

    @property
    def unit_lines(self) -> tuple[str, ...]:
        """The unit, in two lines where it is longer than the bar."""
        head, bar, tail = self._unit.rpartition("/")
        if not head or QFontMetricsF(self.font()).horizontalAdvance(self._unit) <= self.height():
            return (self._unit,)
        return head, bar + tail

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A lower bar may take two lines."""
        super().resizeEvent(event)
        if event.size().height() != event.oldSize().height():
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bar, ticks and unit."""
        painter = QPainter(self)
        half = QFontMetricsF(self.font()).height() / 2
        bar = QRectF(_GAP, half, _BAR_WIDTH, self.height() - 2 * half)
        along = unscaled(np.linspace(1, 0, 256), self._scale)
        ramp = np.ascontiguousarray(self._table[np.round(along * (len(self._table) - 1)).astype(int)])
        painter.drawImage(bar, QImage(ramp.data, 1, 256, 4, QImage.Format.Format_RGB32).copy())
        painter.setPen(quiet_colour(self.palette()))
        painter.drawRect(bar)
        painter.setPen(self.palette().windowText().color())
        self._paint_ticks(painter, bar, half)
        self._paint_unit(painter)
        painter.end()

    def _paint_ticks(self, painter: QPainter, bar: QRectF, half: float) -> None:
        low, high = self._levels
        for value, text in self.ticks():
            y = bar.bottom() - scaled((value - low) / (high - low), self._scale) * bar.height()
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + _TICK, y))
            words = QRectF(bar.right() + _TICK + 2, y - half, self.width(), 2 * half)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_unit(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(self.font())
        height = metrics.height()
        for line, text in enumerate(reversed(self.unit_lines), start=1):
            painter.save()
            painter.translate(self.width() - line * height, self.height())
            painter.rotate(-90)
            # On a very low bar its end gives way; the whole is in the tip.
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.height())
            painter.drawText(QRectF(0, 0, self.height(), height), Qt.AlignmentFlag.AlignCenter, shown)
            painter.restore()


def _decades(low: float, high: float) -> list[float]:
    """The ends of a logarithmic bar, and round values a decade apart that have room between them."""
    span = high - low
    steps = [round_below(span * 10.0**-power) for power in (1, 2)]
    return [low, *(low + step for step in reversed(steps)), high]
