"""The values of an image as a histogram, with the two levels to drag between which its colours lie."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from fluogan_app.core.metrics.histogram import Histogram
from fluogan_app.gui.style import quiet_colour, small_font
from fluogan_app.gui.views.controls import number_text

_RAMP, _PAD, _REACH = 9, 7, 12.0
#: Part of the width by which an arrow key moves a level, and with Ctrl.
_STEP, _FAR = 0.005, 0.05
_BARS = QColor(120, 130, 142)


class HistogramPlot(QWidget):
    """Setters never emit. `levels_chosen` carries what the user dragged: the values shown darkest and brightest."""

    levels_chosen = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("display_histogram")
        self.setAccessibleName("Histogram of the image's values")
        self.setToolTip(
            "How many pixels have which value. Drag the two lines: left what is shown darkest, right brightest. "
            "Left and right keys move the left line, with Shift the right one."
        )
        self.setFont(small_font(self))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._histogram: Histogram | None = None
        self._levels, self._table, self._unit = (0.0, 1.0), np.zeros(256, np.uint32), ""
        self._log_counts, self._dragged, self._span = True, "", (0.0, 1.0)

    @property
    def histogram(self) -> Histogram | None:
        """What is shown."""
        return self._histogram

    def show_histogram(self, histogram: Histogram | None) -> None:
        """Show how the values of an image are spread."""
        self._histogram = histogram
        self._choose_span()

    def show_levels(self, levels: tuple[float, float], table: np.ndarray, unit: str) -> None:
        """Show which values are darkest and brightest, and the colours between."""
        self._levels, self._table, self._unit = levels, table, unit
        if not self._dragged:
            self._choose_span()
        self.update()

    def set_log_counts(self, log: bool) -> None:
        """Show counts on a logarithmic scale, so that few bright pixels are seen beside many dark ones."""
        self._log_counts = log
        self.update()

    # What is where

    @property
    def _plot(self) -> QRectF:
        text = self.fontMetrics().height()
        return QRectF(_PAD, 2, self.width() - 2 * _PAD, self.height() - text - _RAMP - 6)

    def x_of(self, value: float) -> float:
        """Where a value lies on the screen."""
        low, high = self._span
        return self._plot.left() + (value - low) / (high - low) * self._plot.width()

    def value_at(self, x: float) -> float:
        """Which value lies there."""
        low, high = self._span
        return low + (x - self._plot.left()) / max(self._plot.width(), 1) * (high - low)

    def _choose_span(self) -> None:
        """From the smallest to the largest value, and to the levels where they lie outside."""
        ends = list(self._levels)
        if self._histogram is not None:
            ends += [self._histogram.low, self._histogram.high]
        self._span = (min(ends), max(ends)) if max(ends) > min(ends) else (min(ends), min(ends) + 1.0)
        self.setAccessibleDescription(self._words())
        self.update()

    def _words(self) -> str:
        low, high = (number_text(level) for level in self._levels)
        empty = self._histogram.empty if self._histogram is not None else 0
        holes = f"; {empty} pixels are not a number" if empty else ""
        return f"Colours from {low} to {high} {self._unit}{holes}"

    # The user's hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the nearer line."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged = self._line_at(event.position().x())
            self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it, never past the other one."""
        x = event.position().x()
        near = min(abs(x - self.x_of(level)) for level in self._levels) <= _REACH
        self.setCursor(Qt.CursorShape.SplitHCursor if near or self._dragged else Qt.CursorShape.ArrowCursor)
        if self._dragged:
            self._choose(self._dragged, self.value_at(x))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._dragged = ""
        self._choose_span()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the left line, with Shift the right one, with Ctrl further."""
        if event.key() not in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            super().keyPressEvent(event)
            return
        held = event.modifiers()
        which = "high" if held & Qt.KeyboardModifier.ShiftModifier else "low"
        step = (_FAR if held & Qt.KeyboardModifier.ControlModifier else _STEP) * (self._span[1] - self._span[0])
        signed = step if event.key() == Qt.Key.Key_Right else -step
        self._choose(which, self._levels[which == "high"] + signed)

    def _line_at(self, x: float) -> str:
        low, high = (abs(x - self.x_of(level)) for level in self._levels)
        return "low" if low < high or (low == high and x < self.x_of(self._levels[0])) else "high"

    def _choose(self, which: str, value: float) -> None:
        low, high = self._levels
        least = (self._span[1] - self._span[0]) * 1e-3
        levels = (min(value, high - least), high) if which == "low" else (low, max(value, low + least))
        if levels != self._levels:
            self._levels = levels
            self.update()
            self.levels_chosen.emit(*levels)

    # Painting

    def sizeHint(self) -> QSize:
        """Flat and wide."""
        return QSize(260, 110)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Bars, the part between the levels brighter; the colours below; the lines; both ends in numbers."""
        painter, plot = QPainter(self), self._plot
        painter.fillRect(plot, self.palette().base())
        low_x, high_x = (self.x_of(level) for level in self._levels)
        painter.setClipRect(plot)
        painter.fillRect(QRectF(low_x, plot.top(), high_x - low_x, plot.height()), self.palette().midlight())
        self._paint_bars(painter, plot)
        painter.setClipping(False)
        self._paint_ramp(painter, plot, low_x, high_x)
        self._paint_lines(painter, plot, (low_x, high_x))
        self._paint_ends(painter, plot)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(plot)
        painter.end()

    def _paint_bars(self, painter: QPainter, plot: QRectF) -> None:
        histogram = self._histogram
        if histogram is None or not histogram.counts.any():
            return
        heights = np.log1p(histogram.counts) if self._log_counts else histogram.counts.astype(float)
        heights = heights / heights.max() * (plot.height() - 3)
        edges = np.linspace(histogram.low, histogram.high, len(heights) + 1)
        outline = [QPointF(self.x_of(histogram.low), plot.bottom())]
        for index, height in enumerate(heights):
            top = plot.bottom() - height
            outline += [QPointF(self.x_of(edges[index]), top), QPointF(self.x_of(edges[index + 1]), top)]
        outline.append(QPointF(self.x_of(histogram.high), plot.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BARS)
        painter.drawPolygon(QPolygonF(outline))

    def _paint_ramp(self, painter: QPainter, plot: QRectF, low_x: float, high_x: float) -> None:
        row = QRectF(plot.left(), plot.bottom() + 2, plot.width(), _RAMP)
        table = np.ascontiguousarray(self._table[:: max(1, len(self._table) // 256)][:256])
        colours = [QColor.fromRgb(int(colour)) for colour in (table[0], table[-1])]
        painter.fillRect(row, colours[0])
        painter.fillRect(QRectF(high_x, row.top(), max(row.right() - high_x, 0), _RAMP), colours[1])
        ramp = QImage(table.data, len(table), 1, 4 * len(table), QImage.Format.Format_RGB32).copy()
        painter.drawImage(QRectF(low_x, row.top(), max(high_x - low_x, 1.0), _RAMP), ramp)

    def _paint_lines(self, painter: QPainter, plot: QRectF, places: tuple[float, float]) -> None:
        colour = self.palette().highlight().color()
        for x in places:
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + 2 + _RAMP))
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(x, plot.center().y()), 3.5, 3.5)

    def _paint_ends(self, painter: QPainter, plot: QRectF) -> None:
        painter.setPen(quiet_colour(self.palette()))
        line = self.fontMetrics().height()
        row = QRectF(plot.left(), self.height() - line, plot.width(), line)
        low, high = (number_text(end) for end in self._span)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, f"{high} {self._unit}")
