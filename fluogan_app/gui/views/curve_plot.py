"""One diagram: some metrics with one axis of values, thinned out to what the screen can show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QVBoxLayout, QWidget

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.gui.style import curve_colours, is_dark, quiet_colour, small_font
from fluogan_app.gui.views.controls import number_text

_FEWEST, _NO_UNIT = 160, "dimensionless"


def thinned(steps: np.ndarray, values: np.ndarray, buckets: int) -> tuple[np.ndarray, np.ndarray]:
    """The curve without gaps, with at most two points per bucket: its lowest and its highest, so that no peak is lost.

    steps (N,), values (N,); returns the finite points in order, all of them where they are few.
    """
    finite = np.isfinite(values)
    steps, values = steps[finite], values[finite]
    size = -(-len(values) // buckets)
    if size <= 2:
        return steps, values
    whole = len(values) // size * size
    table = values[:whole].reshape(-1, size)
    starts = np.arange(0, whole, size)
    extremes = np.sort(np.stack([starts + table.argmin(axis=1), starts + table.argmax(axis=1)], axis=1), axis=1)
    # The newest values are kept as they are, or the end of the curve would jump with the buckets.
    chosen = np.concatenate([[0], extremes.ravel(), np.arange(whole, len(values)), [len(values) - 1]])
    return steps[chosen], values[chosen]


class CurvePlot(QWidget):
    """A pyqtgraph diagram with a legend above it that names each curve and its newest value."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        import pyqtgraph

        self._pyqtgraph = pyqtgraph
        self.setObjectName(f"curves_{name}")
        self._logarithmic = False
        self._metrics: tuple[Metric, ...] = ()
        self._curves = Curves()
        self._lines: dict[str, object] = {}
        self._title = title
        self.legend = QLabel()
        self.legend.setFont(small_font(self.legend))
        self.legend.setWordWrap(True)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.plot = self._make_plot(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 0, 6, 0)
        column.setSpacing(1)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        self.recolour()

    def show_curves(self, metrics: Sequence[Metric], curves: Curves) -> None:
        """Draw some metrics of these curves."""
        self._curves = curves
        if tuple(metrics) != self._metrics:
            self._set_metrics(tuple(metrics))
        for metric in metrics:
            values = curves.columns[metric.name]
            if self._logarithmic:
                values = np.where(values > 0, values, np.nan)
            self._lines[metric.name].setData(*thinned(curves.steps, values, max(_FEWEST, self.plot.width())))
        self._write_legend()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Choose the axis of values."""
        if logarithmic != self._logarithmic:
            self._logarithmic = logarithmic
            self.plot.setLogMode(x=False, y=logarithmic)
            self.show_curves(self._metrics, self._curves)
            self.plot.enableAutoRange()

    def recolour(self) -> None:
        """Follow a change between light and dark."""
        palette = QApplication.palette()
        self.plot.setBackground(palette.base().color())
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(quiet_colour(palette))
            axis.setTextPen(palette.text().color())
        self.plot.showGrid(x=False, y=True, alpha=0.2 if is_dark(palette) else 0.15)
        for colour, line in zip(curve_colours(palette), self._lines.values(), strict=False):
            line.setPen(_pen(colour))
        self._label_axes()
        self._write_legend()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """At another width the legend breaks its lines elsewhere."""
        super().resizeEvent(event)
        self._write_legend()

    def legend_height(self) -> int:
        """The height that the legend needs at its width."""
        return self.legend.heightForWidth(self.legend.width())

    @property
    def point_count(self) -> int:
        """How many points are drawn."""
        return sum(len(line.xData) for line in self._lines.values() if line.xData is not None)

    def _make_plot(self, title: str):
        plot = self._pyqtgraph.PlotWidget()
        plot.setAccessibleName(title)
        plot.setToolTip("The wheel zooms, a double-click shows all")
        plot.setMenuEnabled(False)
        plot.setMinimumHeight(70)
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.hideButtons()
        plot.scene().sigMouseClicked.connect(self._clicked)
        for side in ("left", "bottom"):
            plot.getAxis(side).setStyle(tickFont=small_font(self, 0.85), autoExpandTextSpace=True)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        return plot

    def _clicked(self, event) -> None:
        if event.double():
            self.plot.enableAutoRange()

    def _set_metrics(self, metrics: tuple[Metric, ...]) -> None:
        for line in self._lines.values():
            self.plot.removeItem(line)
        self._metrics = metrics
        colours = curve_colours(QApplication.palette())
        self._lines = {
            metric.name: self.plot.plot([], [], pen=_pen(colours[index % len(colours)]))
            for index, metric in enumerate(metrics)
        }
        self._label_axes()

    def _unit(self) -> str:
        """The unit that all curves share, or that they have none; "" where units differ."""
        units = {metric.unit or _NO_UNIT for metric in self._metrics}
        return units.pop() if len(units) == 1 else ""

    def _label_axes(self) -> None:
        text = QApplication.palette().text().color().name()
        font = small_font(self, 0.9)
        style = {"color": text, "font-size": f"{font.pointSizeF():.1f}pt"}
        self.plot.setLabel("bottom", "step", **style)
        # That numbers have no unit stands with the title; along the axis it would only take room.
        unit = self._unit().removesuffix(_NO_UNIT)
        self.plot.setLabel("left", unit, **style)
        self.plot.getAxis("left").showLabel(bool(unit))
        # pyqtgraph reserves room for a label of twice the height.
        self.plot.getAxis("bottom").setHeight(int(2.3 * QFontMetricsF(font).height()))

    def _write_legend(self) -> None:
        """Title and curves, each with its newest value; a unit that all share stands with the title."""
        colours, unit = curve_colours(QApplication.palette()), self._unit()
        text = f"<b>{self._title}</b>" + (f" ({unit})" if unit else "")
        alone = True
        for index, metric in enumerate(self._metrics):
            colour = colours[index % len(colours)].name()
            words = f"{metric.label} {self._newest(metric)} {'' if unit else metric.unit}".strip()
            # Longer than a line, it is broken and has its lines for itself; else it stays whole, beside others.
            before, alone = alone, self.legend.fontMetrics().horizontalAdvance(f"■ {words}") > self.legend.width()
            words = words if alone else words.replace(" ", "&nbsp;")
            text += "<br>" if alone or before else "&ensp; "
            text += f'<span style="color:{colour}">&#9632;</span>&nbsp;{words}'
        self.legend.setText(text)

    def _newest(self, metric: Metric) -> str:
        values = self._curves.columns.get(metric.name, np.empty(0))
        finite = np.flatnonzero(np.isfinite(values))
        return number_text(values[finite[-1]]) if len(finite) else ""


def _pen(colour) -> QPen:
    # One device pixel wide: Qt draws wider lines ten times slower.
    pen = QPen(colour, 1)
    pen.setCosmetic(True)
    return pen
