"""The window's places: left what there is and what is set, in the middle what is looked at, below what happens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from fluogan_app.gui.selection_bar import SelectionBar
from fluogan_app.gui.settings import Settings
from fluogan_app.gui.views.curve_plots import CurvePlots
from fluogan_app.gui.views.linked_panes import LinkedPanes
from fluogan_app.gui.views.log_view import LogView
from fluogan_app.gui.views.parameter_form import ParameterForm
from fluogan_app.gui.views.project_tree import ProjectTree
from fluogan_app.gui.views.run_panel import RunPanel
from fluogan_app.gui.views.stack_browser import StackBrowser

STACK, RESULT = 0, 1
CURVES, LOG = 0, 1


class Workspace(QWidget):
    """Places the views; knows nothing of what they show."""

    def __init__(self, log: LogView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workspace")
        self.tree, self.form, self.run_panel = ProjectTree(), ParameterForm(), RunPanel()
        self.browser, self.panes = StackBrowser(), LinkedPanes()
        self.plots, self.log = CurvePlots(), log
        self.selection = SelectionBar()
        self.centre = _tabs("centre_tabs", ("&Stack", _above(self.selection, self.browser)), ("R&esult", self.panes))
        self.bottom = _tabs("bottom_tabs", ("Cur&ves", self.plots), ("Lo&g", self.log))
        self._splitters = self._split()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 0)
        layout.addWidget(self._splitters["whole"])

    @property
    def tabs(self) -> dict[str, QTabWidget]:
        """The tabs whose choice a project remembers."""
        return {"centre": self.centre, "bottom": self.bottom}

    def keep_layout(self, settings: Settings) -> None:
        """Remember how large each place is."""
        for name, splitter in self._splitters.items():
            settings.set_layout(name, splitter.saveState())

    def restore_layout(self, settings: Settings) -> None:
        """Make each place as large as it was."""
        for name, splitter in self._splitters.items():
            state = settings.layout(name)
            if not state.isEmpty():
                splitter.restoreState(state)

    def _split(self) -> dict[str, QSplitter]:
        have = _splitter(Qt.Orientation.Vertical, (self.tree, 100), (self.form, 420))
        left = QWidget()
        left.setMinimumWidth(352)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(have, 1)
        # Outside the splitter: the Run button stays in sight however the rest is pulled about.
        column.addWidget(self.run_panel)
        right = _splitter(Qt.Orientation.Vertical, (self.centre, 430), (self.bottom, 240))
        whole = _splitter(Qt.Orientation.Horizontal, (left, 390), (right, 890))
        whole.setStretchFactor(1, 1)
        right.setStretchFactor(0, 1)
        return {"whole": whole, "right": right, "have": have}


def _splitter(orientation: Qt.Orientation, *parts: tuple[QWidget, int]) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for part, _ in parts:
        splitter.addWidget(part)
    splitter.setSizes([size for _, size in parts])
    return splitter


def _above(bar: QWidget, view: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(bar)
    column.addWidget(view, 1)
    return page


def _tabs(name: str, *parts: tuple[str, QWidget]) -> QTabWidget:
    tabs = QTabWidget()
    tabs.setObjectName(name)
    tabs.setDocumentMode(True)
    for title, part in parts:
        tabs.addTab(part, title)
    return tabs
