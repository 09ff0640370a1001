"""The curves of a run against the step: losses of generator and critic, photon sums, convergence."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QToolButton, QVBoxLayout, QWidget

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.gui.style import PaletteWatcher
from fluogan_app.gui.views.arrangement import FittingGrid
from fluogan_app.gui.views.controls import SHOW_SHEET, QuietLabel, row_of, toggle_button
from fluogan_app.gui.views.curve_plot import CurvePlot

#: Diagrams in their order with their titles; a metric of another kind is drawn with the convergence.
TITLES = {
    "generator": "Generator losses",
    "critic": "Critic losses",
    "photons": "Photon sums",
    "convergence": "Convergence",
}
#: What changes by powers of ten from the first step to the last, and is read by them.
_ALWAYS_LOGARITHMIC = ("convergence",)
#: Width to height at which a diagram reads best, and the height of the row of buttons.
_SHAPE, _TOOLS_HEIGHT = (1.3, 1.0), 30


def by_plot(curves: Curves) -> dict[str, list[Metric]]:
    """The metrics of each diagram, in order, without those that have no value yet."""
    grouped: dict[str, list[Metric]] = {name: [] for name in TITLES}
    for metric in curves.metrics:
        column = curves.columns.get(metric.name)
        if column is not None and bool(np.isfinite(column).any()):
            grouped[metric.plot if metric.plot in TITLES else "convergence"].append(metric)
    return {name: metrics for name, metrics in grouped.items() if metrics}


class CurvePlots(QWidget):
    """One diagram per kind of metric. Diagrams without values are left out."""

    shown_changed = Signal(object)  # tuple of names

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("curve_plots")
        self._plots: dict[str, CurvePlot] = {}
        self._hidden: set[str] = set()
        self._filled: dict[str, list[Metric]] = {}
        self.buttons = {name: self._make_button(name, title) for name, title in TITLES.items()}
        self.log_box = QCheckBox("Logarithmic")
        self.empty = QuietLabel("The curves of a run are drawn here while it goes on.")
        self._grid = FittingGrid()
        self._lay_out()
        PaletteWatcher(self).changed.connect(self._recolour)
        self.set_curves(Curves())

    def set_curves(self, curves: Curves) -> None:
        """Draw these curves. Steps at which a metric was not computed are passed over."""
        before, self._filled = self._filled, by_plot(curves)
        for name, metrics in self._filled.items():
            self._plot(name).show_curves(metrics, curves)
        if self._filled != before or not self._filled:
            self.empty.setVisible(not self._filled)
            self.log_box.setVisible(bool(self._filled))
            for name, button in self.buttons.items():
                button.setVisible(name in self._filled)
            self._arrange()
        self._align_legends()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Draw the values on a logarithmic axis; those that are not positive are left out."""
        self.log_box.setChecked(logarithmic)
        for name, plot in self._plots.items():
            plot.set_logarithmic(logarithmic or name in _ALWAYS_LOGARITHMIC)

    @property
    def logarithmic(self) -> bool:
        """Whether the values' axis is logarithmic."""
        return self.log_box.isChecked()

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the diagrams in sight."""
        return tuple(name for name in self._filled if name not in self._hidden)

    @property
    def plots(self) -> Mapping[str, CurvePlot]:
        """The diagrams that were made so far."""
        return self._plots

    def warm_up(self) -> bool:
        """Make one diagram ahead of its first curves, so that a run begins without a stutter. Whether one is left."""
        missing = [name for name in TITLES if name not in self._plots]
        if missing:
            self._plot(missing[0]).setVisible(False)
        return len(missing) > 1

    # Inside

    def _plot(self, name: str) -> CurvePlot:
        # Made when first needed: loading pyqtgraph takes a quarter of a second that the start does not pay.
        if name not in self._plots:
            self._plots[name] = CurvePlot(name, TITLES[name])
            # Without a parent, showing it before it has its place would open a window of its own.
            self._plots[name].setParent(self)
            self._plots[name].set_logarithmic(self.logarithmic or name in _ALWAYS_LOGARITHMIC)
        return self._plots[name]

    def _arrange(self) -> None:
        for name, plot in self._plots.items():
            plot.setVisible(name in self.shown)
        plots = [self._plots[name] for name in self.shown]
        self._grid.place(plots, (self.width(), max(self.height() - _TOOLS_HEIGHT, 1)), _SHAPE)
        for plot in plots:
            plot.legend.setMinimumHeight(0)
        self._align_legends()

    def _align_legends(self) -> None:
        """Legends of one height, so that the diagrams stand in line. Longer numbers may take another line."""
        plots = [self._plots[name] for name in self.shown]
        tallest = max((plot.legend_height() for plot in plots), default=0)
        for plot in plots:
            if plot.legend.minimumHeight() != tallest:
                plot.legend.setMinimumHeight(tallest)

    def resizeEvent(self, event) -> None:
        """Place the diagrams beside or below each other."""
        super().resizeEvent(event)
        self._arrange()

    def _toggle(self, name: str, shown: bool) -> None:
        self._hidden.discard(name) if shown else self._hidden.add(name)
        self._arrange()
        self.shown_changed.emit(self.shown)

    def _make_button(self, name: str, title: str) -> QToolButton:
        button = toggle_button(title, f"curves_show_{name}", f"Show or hide “{title}”", SHOW_SHEET)
        button.setChecked(True)
        button.clicked.connect(lambda shown: self._toggle(name, shown))
        return button

    def _lay_out(self) -> None:
        self.log_box.setObjectName("curves_logarithmic")
        self.log_box.setAccessibleName("Logarithmic axis")
        self.log_box.setToolTip("Logarithmic axis of values; values that are not positive are left out")
        self.log_box.clicked.connect(self.set_logarithmic)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row_of((*self.buttons.values(), None, self.log_box)))
        column.addWidget(self.empty, 1)
        column.addLayout(self._grid, 1)

    def _recolour(self) -> None:
        for plot in self._plots.values():
            plot.recolour()
