"""One diagram: some metrics against the step, with the phases of the run, a cursor, and another run behind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from fluogan_app.core.data.curve_parts import nearest_step
from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.gui.style import curve_colours, is_dark, quiet_colour, small_font
from fluogan_app.gui.views.curve_axes import SecondAxis, label_axes
from fluogan_app.gui.views.curve_legend import NO_UNIT, CurveLegend, summary_words, units_of
from fluogan_app.gui.views.curve_lines import drawn_points
from fluogan_app.gui.views.curve_marks import StepMarks
from fluogan_app.gui.views.curve_menu import CurveMenu

_FEWEST = 160
#: How far a page key moves the cursor: this part of the steps in sight.
_PAGE = 10
#: So many values are drawn as points too: drawing more of them takes longer than all lines.
_MOST_DOTS = 60
_TIP = "The wheel zooms, dragging moves, a double-click or 0 shows all; arrow keys read the curves step by step"


class CurvePlot(QWidget):
    """A pyqtgraph diagram with a legend above it. Setters never emit; the user's hands do."""

    pointed = Signal(object)  # a step, or None
    ranged = Signal(object)  # (first, last) step, or None for all
    term_switched = Signal(str)  # the name of a metric that is to be hidden, or shown again
    logarithmic_changed = Signal(bool)

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        import pyqtgraph

        self._pyqtgraph = pyqtgraph
        self.setObjectName(f"curves_{name}")
        self._title, self._logarithmic = title, False
        self._metrics: tuple[Metric, ...] = ()
        self._curves, self._reference = Curves(), Curves()
        self._hidden: set[str] = set()
        self._sparse: set[str] = set()
        self._cursor: int | None = None
        self._range: tuple[float, float] | None = None
        self._span: tuple[float, float] | None = None
        self._lines: dict[str, object] = {}
        self._behind: dict[str, object] = {}
        self.legend = CurveLegend(title)
        self.menu_button = CurveMenu(name, title)
        self.plot = self._make_plot(title)
        self._marks, self._second = StepMarks(self.plot), SecondAxis(self.plot)
        self._lay_out()
        self._connect()
        self.recolour()

    # Setters

    def show_curves(self, metrics: Sequence[Metric], curves: Curves) -> None:
        """Draw some metrics of these curves."""
        self._curves = curves
        if tuple(metrics) != self._metrics:
            self._set_metrics(tuple(metrics))
        self._marks.show_phases(curves.marks)
        self._draw_lines(self._lines, curves)
        self._show_range()
        self._write_legend()
        self._marks.place_names()
        self.plot.setAccessibleDescription(summary_words(self._title, self._metrics, curves))

    def shows(self, metrics: Sequence[Metric], curves: Curves) -> bool:
        """Whether these are what is drawn."""
        return curves is self._curves and tuple(metrics) == self._metrics

    def show_reference(self, curves: Curves, title: str) -> None:
        """Draw another run's curves thin behind; no curves take them away."""
        self._reference = curves
        self._draw_lines(self._behind, curves)
        self.plot.setToolTip(f"{_TIP}. Thin behind: {title}." if title else _TIP)

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Choose the axis of values."""
        if logarithmic != self._logarithmic:
            self._logarithmic = logarithmic
            self.plot.setLogMode(x=False, y=logarithmic)
            self._draw_all()
            self._fit()

    @property
    def logarithmic(self) -> bool:
        """Whether the values' axis is logarithmic."""
        return self._logarithmic

    def set_hidden(self, names: Sequence[str]) -> None:
        """Choose which curves are not drawn."""
        self._hidden = set(names)
        for lines in (self._lines, self._behind):
            for name, line in lines.items():
                line.setVisible(name not in self._hidden)
        self._draw_all()
        self._write_legend()

    @property
    def shown_terms(self) -> tuple[str, ...]:
        """Names of the metrics that are drawn."""
        return tuple(metric.name for metric in self._metrics if metric.name not in self._hidden)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics of the diagram, drawn or hidden."""
        return self._metrics

    def set_cursor(self, step: int | None) -> None:
        """Mark a step, whose values the legend then tells."""
        if step != self._cursor:
            self._cursor = step
            self._marks.show_cursor(step)
            self._write_legend()

    def set_best(self, step: int | None, words: str = "") -> None:
        """Mark the best step."""
        self._marks.show_best(step, words)

    def set_span(self, span: tuple[float, float] | None) -> None:
        """Show the steps from one to another, or all."""
        self._span = span
        if span is None:
            self._fit()
        self._show_range()
        self._draw_all()

    def recolour(self) -> None:
        """Follow a change between light and dark."""
        palette = QApplication.palette()
        self.plot.setBackground(palette.base().color())
        for side in ("left", "bottom", "right"):
            axis = self.plot.getAxis(side)
            axis.setPen(quiet_colour(palette))
            axis.setTextPen(palette.text().color())
        self.plot.showGrid(x=False, y=True, alpha=0.2 if is_dark(palette) else 0.15)
        self.plot.getAxis("right").setGrid(False)
        colours = curve_colours(palette)
        for lines, strength in ((self._lines, 255), (self._behind, 110)):
            for index, line in enumerate(lines.values()):
                pen = _pen(colours[index % len(colours)], strength)
                line.setPen(pen)
                if line.opts["symbol"] is not None:
                    line.setSymbolBrush(pen.color())
        self._marks.recolour()
        label_axes(self.plot, self._metrics)
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

    # What the user does

    def _choose_logarithmic(self, logarithmic: bool) -> None:
        self.set_logarithmic(logarithmic)
        self.logarithmic_changed.emit(logarithmic)

    def _show_all(self) -> None:
        self.set_span(None)
        self.ranged.emit(None)

    def _point(self, step: int | None) -> None:
        self.set_cursor(step)
        self.pointed.emit(step)

    def _hover(self, position) -> None:
        if self.plot.plotItem.vb.sceneBoundingRect().contains(position):
            self._point(nearest_step(self._curves, self.plot.plotItem.vb.mapSceneToView(position).x()))
        elif self._cursor is not None:
            self._point(None)

    def _zoomed(self) -> None:
        """By hand: what is in sight is drawn as finely as the screen can show it."""
        first, last = self.plot.viewRange()[0]
        self._span = self._range = (first, last)
        self._draw_all()
        self.ranged.emit(self._span)

    def _clicked(self, event) -> None:
        if event.double():
            self._show_all()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys read the curves; a pointer that leaves takes the cursor with it."""
        if event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        if event.type() == QEvent.Type.Leave and self._cursor is not None and not self.plot.hasFocus():
            self._point(None)
        return False

    def _key(self, key: Qt.Key) -> bool:
        steps = self._curves.steps
        if key == Qt.Key.Key_0:
            self._show_all()
        elif key == Qt.Key.Key_Escape and self._cursor is not None:
            self._point(None)
        elif key in _MOVES and len(steps):
            row = len(steps) - 1 if self._cursor is None else int(np.searchsorted(steps, self._cursor))
            self._point(int(steps[np.clip(_MOVES[key](row, len(steps)), 0, len(steps) - 1)]))
        else:
            return False
        return True

    # Inside

    def _fit(self) -> None:
        """All values; the steps are set by `_show_range`."""
        self.plot.enableAutoRange(axis="y")
        self._second.fit()

    def _show_range(self) -> None:
        """The steps in sight: the same in all diagrams, also where a metric is measured at few of them."""
        last = float(self._curves.steps[-1]) if len(self._curves.steps) else 1.0
        wanted = self._span or (-0.02 * last, 1.02 * last)
        if wanted != self._range:
            self._range = wanted
            self.plot.setXRange(*wanted, padding=0)
        self._second.follow()

    def _draw_all(self) -> None:
        self._draw_lines(self._lines, self._curves)
        self._draw_lines(self._behind, self._reference)
        self._second.follow()

    def _draw_lines(self, lines: dict[str, object], curves: Curves) -> None:
        buckets, ends = max(_FEWEST, self.plot.width()), [mark.step for mark in curves.marks]
        for name, line in lines.items():
            values = curves.columns.get(name)
            if values is None or name in self._hidden:
                line.setData([], [])
                continue
            if self._logarithmic:
                values = np.where(values > 0, values, np.nan)
            points = drawn_points(curves.steps, values, buckets, ends, self._span)
            if name in self._sparse:
                line.setSymbol("o" if len(points[0]) <= _MOST_DOTS else None)
            line.setData(*points)

    def _set_metrics(self, metrics: tuple[Metric, ...]) -> None:
        for line in (*self._behind.values(), *self._lines.values()):
            self._second.remove(line)
            self.plot.removeItem(line)
        self._metrics = metrics
        # What is measured now and then only is drawn as points too: one alone has no line.
        self._sparse = {metric.name for metric in metrics if metric.plot == "quality"}
        units = units_of(metrics)
        self._second.set_used(len(units) > 1)
        colours = curve_colours(QApplication.palette())
        for lines, strength in ((self._behind, 110), (self._lines, 255)):
            lines.clear()
            for index, metric in enumerate(metrics):
                pen = _pen(colours[index % len(colours)], strength)
                dots = {"symbolSize": 4, "symbolPen": None, "symbolBrush": pen.color(), "symbol": "o"}
                dots = dots if metric.name in self._sparse else {}
                line = self._pyqtgraph.PlotDataItem([], [], pen=pen, connect="finite", **dots)
                line.setVisible(metric.name not in self._hidden)
                lines[metric.name] = line
                (self.plot if (metric.unit or NO_UNIT) == units[0] else self._second).addItem(line)
        self._draw_lines(self._behind, self._reference)
        label_axes(self.plot, self._metrics)

    def _write_legend(self) -> None:
        self.legend.write(self._metrics, self._curves, self._hidden, self._cursor)

    def _make_plot(self, title: str):
        plot = self._pyqtgraph.PlotWidget()
        plot.setAccessibleName(title)
        plot.setToolTip(_TIP)
        plot.setMenuEnabled(False)
        plot.setMinimumHeight(70)
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.hideButtons()
        for side in ("left", "bottom", "right"):
            plot.getAxis(side).setStyle(tickFont=small_font(self, 0.85), autoExpandTextSpace=True)
            plot.getAxis(side).enableAutoSIPrefix(False)
        return plot

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.legend, 1)
        head.addWidget(self.menu_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 0, 6, 0)
        column.setSpacing(1)
        column.addLayout(head)
        column.addWidget(self.plot, 1)

    def _connect(self) -> None:
        self.legend.term_clicked.connect(self.term_switched)
        menu = self.menu_button
        menu.opened.connect(lambda: menu.fill(self._metrics, self._hidden, self._logarithmic))
        menu.term_switched.connect(self.term_switched)
        menu.logarithmic_chosen.connect(self._choose_logarithmic)
        menu.all_wanted.connect(self._show_all)
        scene = self.plot.scene()
        scene.sigMouseClicked.connect(self._clicked)
        scene.sigMouseMoved.connect(self._hover)
        box = self.plot.plotItem.vb
        box.sigRangeChangedManually.connect(self._zoomed)
        for signal in (box.sigResized, box.sigXRangeChanged):
            signal.connect(lambda *_: self._marks.place_names())
        self.plot.installEventFilter(self)


_MOVES = {
    Qt.Key.Key_Left: lambda row, count: row - 1,
    Qt.Key.Key_Right: lambda row, count: row + 1,
    Qt.Key.Key_PageUp: lambda row, count: row - max(count // _PAGE, 1),
    Qt.Key.Key_PageDown: lambda row, count: row + max(count // _PAGE, 1),
    Qt.Key.Key_Home: lambda row, count: 0,
    Qt.Key.Key_End: lambda row, count: count - 1,
}


def _pen(colour: QColor, strength: int = 255) -> QPen:
    # One device pixel wide: Qt draws wider and broken lines ten times slower.
    shade = QColor(colour)
    shade.setAlpha(strength)
    pen = QPen(shade, 1)
    pen.setCosmetic(True)
    return pen
