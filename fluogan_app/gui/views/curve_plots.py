"""The curves of a run against the step: losses of generator and critic, photon sums, convergence."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.gui.style import PaletteWatcher
from fluogan_app.gui.views.controls import QuietLabel
from fluogan_app.gui.views.curve_plot import CurvePlot

#: Diagrams in their order with their titles; a metric of another kind is drawn with the convergence.
TITLES = {
    "generator": "Generator losses",
    "critic": "Critic losses",
    "photons": "Photon sums",
    "convergence": "Convergence",
}
_NARROWEST = 250


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
        self._placed: tuple = ()
        self.buttons = {name: self._make_button(name, title) for name, title in TITLES.items()}
        self.log_box = QCheckBox("Logarithmic")
        self.empty = QLabel("The curves of a run are drawn here while it goes on.")
        self._grid = QGridLayout()
        self._lay_out()
        PaletteWatcher(self).changed.connect(self._recolour)
        self.set_curves(Curves())

    def set_curves(self, curves: Curves) -> None:
        """Draw these curves. Steps at which a metric was not computed are passed over."""
        self._filled = by_plot(curves)
        self.empty.setVisible(not self._filled)
        for name, metrics in self._filled.items():
            self._plot(name).show_curves(metrics, curves)
        for name, button in self.buttons.items():
            button.setVisible(name in self._filled)
        self.log_box.setVisible(bool(self._filled))
        self._arrange()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Draw the values on a logarithmic axis; those that are not positive are left out."""
        self.log_box.setChecked(logarithmic)
        for plot in self._plots.values():
            plot.set_logarithmic(logarithmic)

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

    # Inside

    def _plot(self, name: str) -> CurvePlot:
        # Made when first needed: loading pyqtgraph takes a quarter of a second that the start does not pay.
        if name not in self._plots:
            self._plots[name] = CurvePlot(name, TITLES[name])
            self._plots[name].set_logarithmic(self.logarithmic)
        return self._plots[name]

    def _arrange(self) -> None:
        shown = self.shown
        columns = max(1, min(len(shown), self.width() // _NARROWEST))
        if len(shown) == 4 and columns == 3:
            columns = 2
        if (columns, shown) == self._placed:
            return
        self._placed = columns, shown
        for name, plot in self._plots.items():
            self._grid.removeWidget(plot)
            plot.setVisible(name in shown)
        for index in range(4):
            self._grid.setColumnStretch(index, 1 if index < columns else 0)
            self._grid.setRowStretch(index, 1 if index < -(-len(shown) // columns) else 0)
        for index, name in enumerate(shown):
            self._grid.addWidget(self._plots[name], index // columns, index % columns)

    def resizeEvent(self, event) -> None:
        """Place the diagrams beside or below each other."""
        super().resizeEvent(event)
        self._arrange()

    def _toggle(self, name: str, shown: bool) -> None:
        self._hidden.discard(name) if shown else self._hidden.add(name)
        self._arrange()
        self.shown_changed.emit(self.shown)

    def _make_button(self, name: str, title: str) -> QToolButton:
        button = QToolButton()
        button.setText(title)
        button.setObjectName(f"curves_show_{name}")
        button.setAccessibleName(f"Show {title.lower()}")
        button.setToolTip(f"Show or hide “{title}”")
        button.setCheckable(True)
        button.setChecked(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda shown: self._toggle(name, shown))
        return button

    def _lay_out(self) -> None:
        self.log_box.setObjectName("curves_logarithmic")
        self.log_box.setAccessibleName("Logarithmic axis")
        self.log_box.setToolTip("Logarithmic axis of values; values that are not positive are left out")
        self.log_box.clicked.connect(self.set_logarithmic)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 2, 6, 0)
        for button in self.buttons.values():
            bar.addWidget(button)
        bar.addStretch(1)
        bar.addWidget(QuietLabel("drag to move, wheel to zoom, double-click for all"))
        bar.addWidget(self.log_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(bar)
        column.addWidget(self.empty, 1)
        column.addLayout(self._grid, 1)

    def _recolour(self) -> None:
        for plot in self._plots.values():
            plot.recolour()
