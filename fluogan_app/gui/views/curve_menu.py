"""The menu of one diagram: which curves are drawn, and on what axis."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton

from fluogan_app.core.data.result import Metric
from fluogan_app.gui.icons import IconButton


class CurveMenu(IconButton):
    """A button whose menu is filled just before it is seen."""

    opened = Signal()
    term_switched = Signal(str)
    logarithmic_chosen = Signal(bool)
    all_wanted = Signal()

    def __init__(self, name: str, title: str) -> None:
        words = f"Curves of “{title}”"
        super().__init__("less", f"curves_menu_{name}", words, f"{words}: which are drawn, and on what axis")
        self.setMenu(QMenu(self))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu().aboutToShow.connect(self.opened)

    def fill(self, metrics: Sequence[Metric], hidden: Collection[str], logarithmic: bool) -> None:
        """One entry for each curve, then the axis and the range."""
        menu = self.menu()
        menu.clear()
        for metric in metrics:
            action = menu.addAction(metric.label)
            action.setObjectName(f"curve_term_{metric.name}")
            action.setCheckable(True)
            action.setChecked(metric.name not in hidden)
            action.triggered.connect(lambda _=False, name=metric.name: self.term_switched.emit(name))
        menu.addSeparator()
        axis = menu.addAction("Logarithmic")
        axis.setCheckable(True)
        axis.setChecked(logarithmic)
        axis.triggered.connect(self.logarithmic_chosen)
        menu.addAction("All steps").triggered.connect(lambda: self.all_wanted.emit())
