"""A measure of a sweep over its grid, as numbers on colours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from fluogan_app.core.project.sweep import SweepCell, SweepMeasure, measure_text
from fluogan_app.core.project.sweep_plan import SweepPlan
from fluogan_app.gui.style import contrast_ratio
from fluogan_app.gui.views.display import colour_table

#: Told apart by colour-blind eyes, and lighter from low to high.
_COLOURS = "viridis"


class MeasureMap(QTableWidget):
    """Columns are the first parameter's values, rows the second one's; each field has its number and unit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep_map")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)

    def show_map(self, plan: SweepPlan | None, cells: Sequence[SweepCell], measure: SweepMeasure) -> None:
        """Show one measure of all cells; nothing without a plan."""
        self.clear()
        rows, columns = plan.shape if plan is not None else (0, 0)
        self.setRowCount(rows)
        self.setColumnCount(columns)
        if plan is None:
            return
        self.setAccessibleName(f"{measure.label}: {measure.meaning}")
        self.setHorizontalHeaderLabels(_labels(plan, 0))
        self.setVerticalHeaderLabels(_labels(plan, 1) if len(plan.axes) > 1 else [""])
        values = [cell.measures[measure.name] for cell in cells if measure.name in cell.measures]
        for cell in cells:
            self.setItem(*cell.place, _item(cell, measure, min(values, default=0.0), max(values, default=0.0)))


def _labels(plan: SweepPlan, number: int) -> list[str]:
    axis = plan.axes[number]
    label = axis.spec(plan.request.method).label
    return [f"{label} {value:g}" if isinstance(value, float) else f"{label} {value}" for value in axis.values]


def _item(cell: SweepCell, measure: SweepMeasure, low: float, high: float) -> QTableWidgetItem:
    item = QTableWidgetItem(measure_text(cell, measure) if cell.done else "failed")
    item.setToolTip(measure.meaning if cell.done else cell.error)
    value = cell.measures.get(measure.name)
    if value is not None and high > low:
        table = colour_table(_COLOURS)
        ground = QColor.fromRgb(int(table[round((len(table) - 1) * (value - low) / (high - low))]) & 0xFFFFFF)
        black, white = QColor("black"), QColor("white")
        item.setBackground(ground)
        item.setForeground(black if contrast_ratio(ground, black) > contrast_ratio(ground, white) else white)
    return item
