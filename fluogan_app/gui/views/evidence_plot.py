"""The evidence of an estimate as a diagram in the window."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from fluogan_app.core.estimate.result import Evidence, Series
from fluogan_app.gui.style import PaletteWatcher, curve_colours, is_dark, quiet_colour, small_font
from fluogan_app.gui.views.scale_bar import decade_ticks


#: More letters than this are written in two lines along the vertical axis.
_LONG_LABEL = 22
#: More points than these are drawn smaller, so that a line through them can be seen.
_MANY_POINTS = 60
_HEADROOM = 8
_POSITION = "Position in camera pixels"
#: In the legend: a line, or a dot.
_SIGNS = {"line": "&#9644;", "points": "&#9679;"}


@dataclass(frozen=True)
class SecondScale:
    """The values of the vertical axis in another unit: `factor` of it to one of the first."""

    label: str
    factor: float


def with_nm(curve: Evidence, nm_per_pixel: float | None) -> tuple[Evidence, SecondScale | None]:
    """Positions in camera pixels get a second scale in nm, which says how long a pixel is; other curves stay."""
    if not nm_per_pixel or not curve.y_label.startswith(_POSITION):
        return curve, None
    return replace(curve, y_label=_POSITION), SecondScale("Position in nm", nm_per_pixel)


class EvidencePlot(QWidget):
    """A pyqtgraph diagram with its legend above it; nothing is drawn until there is evidence."""

    def __init__(self) -> None:
        super().__init__()
        import pyqtgraph

        self._pyqtgraph = pyqtgraph
        self.setObjectName("evidence_plot")
        self._evidence: Evidence | None = None
        self._second: SecondScale | None = None
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.legend.setFont(small_font(self.legend))
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        self.plot.hideButtons()
        # Half of the number at the end of a scale stands above it.
        self.plot.getPlotItem().layout.setContentsMargins(1, _HEADROOM, 1, 1)
        for side in ("left", "bottom", "right"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        PaletteWatcher(self).changed.connect(lambda: self.show_evidence(self._evidence, self._second))
        self.show_evidence(None)

    def show_evidence(self, evidence: Evidence | None, second: SecondScale | None = None) -> None:
        """Draw a piece of evidence, or clear the diagram. The vertical axis may have a second scale, at the right."""
        self._evidence, self._second = evidence, second
        palette = QApplication.palette()
        self.plot.clear()
        self.plot.setBackground(palette.base().color())
        self.plot.setVisible(evidence is not None)
        self.legend.setText("")
        if evidence is None:
            return
        self.plot.setAccessibleName(evidence.title)
        self.plot.setLogMode(x=evidence.x_logarithmic, y=evidence.y_logarithmic)
        for side, label in (("bottom", evidence.x_label), ("left", evidence.y_label)):
            self._label(side, label)
        self.plot.showAxis("right", second is not None)
        if second is not None:
            self._label("right", second.label)
            self.plot.getAxis("right").setScale(second.factor)
        self.plot.showGrid(x=False, y=True, alpha=0.2 if is_dark(palette) else 0.15)
        # The second scale would draw lines of its own between those of the first.
        self.plot.getAxis("right").setGrid(False)
        self._draw(evidence)
        self._label_decades(evidence)
        self.plot.enableAutoRange()
        if evidence.y_range is not None:
            self.plot.setYRange(*evidence.y_range, padding=0.08)

    def _label_decades(self, evidence: Evidence) -> None:
        """Few round numbers on a logarithmic scale: those that come by themselves overlap where it is short."""
        for side, logarithmic in (("bottom", evidence.x_logarithmic), ("left", evidence.y_logarithmic)):
            ends = [series.x if side == "bottom" else series.y for series in evidence.series]
            values = np.concatenate(ends) if logarithmic and ends else np.zeros(0)
            positive = values[values > 0]
            ticks = decade_ticks(float(positive.min()), float(positive.max())) if len(positive) else []
            named = [(float(np.log10(value)), f"{value:g}") for value in ticks]
            self.plot.getAxis(side).setTicks([named] if named else None)

    def _label(self, side: str, label: str) -> None:
        axis, palette = self.plot.getAxis(side), QApplication.palette()
        axis.setPen(quiet_colour(palette))
        axis.setTextPen(palette.text().color())
        size = f"{small_font(self.plot).pointSizeF():g}pt"
        style = {"color": palette.text().color().name(), "font-size": size}
        self.plot.setLabel(side, label if side == "bottom" else _in_two_lines(label), **style)

    def _draw(self, evidence: Evidence) -> None:
        colours, words = curve_colours(QApplication.palette()), []
        for index, series in enumerate(evidence.series):
            colour = colours[(index if series.colour is None else series.colour) % len(colours)]
            self._draw_series(series, colour, evidence.y_logarithmic)
            if series.label:  # of curves that belong together one says what they are
                words.append(_legend(colour, _SIGNS[series.drawn_as], series.label))
        quiet = quiet_colour(QApplication.palette())
        for mark in evidence.marks:
            place = float(np.log10(mark.x)) if evidence.x_logarithmic else mark.x
            self.plot.addItem(self._pyqtgraph.InfiniteLine(place, 90, _pen(quiet, dashed=True)))
            words.append(_legend(quiet, "&#9478;", mark.label))
        self.legend.setText(f"<b>{evidence.title}</b><br>{'&ensp; '.join(words)}")

    def _draw_series(self, series: Series, colour, logarithmic: bool) -> None:
        y = np.where(series.y > 0, series.y, np.nan) if logarithmic else series.y
        if series.drawn_as == "line":
            if series.spread is not None and not logarithmic:
                self._draw_band(series, colour)
            self.plot.plot(series.x, y, pen=_pen(colour, width=2), connect="finite")
            return
        size = 6 if len(series.x) <= _MANY_POINTS else 3
        if series.spread is not None and not logarithmic:
            bars = self._pyqtgraph.ErrorBarItem(x=series.x, y=y, height=2 * series.spread, pen=_pen(colour))
            self.plot.addItem(bars)
        self.plot.plot(series.x, y, pen=None, symbol="o", symbolSize=size, symbolBrush=colour, symbolPen=None)

    def _draw_band(self, series: Series, colour) -> None:
        """One standard deviation to either side of a curve."""
        edges = [self._pyqtgraph.PlotDataItem(series.x, series.y + sign * series.spread) for sign in (-1, 1)]
        shade = QColor(colour)
        shade.setAlpha(60)
        self.plot.addItem(self._pyqtgraph.FillBetweenItem(*edges, brush=shade))


def _legend(colour, sign: str, label: str) -> str:
    """One entry as HTML, which is not broken over two lines."""
    return f'<span style="color:{colour.name()}">{sign}</span>&nbsp;{label.replace(" ", "&nbsp;")}'


def _in_two_lines(label: str) -> str:
    """A label as HTML that is broken in its middle where it is too long for a low diagram."""
    if len(label) <= _LONG_LABEL:
        return label
    gaps = [place for place, letter in enumerate(label) if letter == " "]
    middle = min(gaps, key=lambda place: abs(place - len(label) / 2), default=len(label))
    return f"<center>{label[:middle]}<br>{label[middle + 1 :]}</center>"


def _pen(colour, dashed: bool = False, width: int = 1) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    pen.setStyle(Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
    return pen
