"""The window's places: left what there is and what is set, in the middle what is looked at, below what happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from fluogan_app.gui.selection_bar import SelectionBar
from fluogan_app.gui.settings import Settings
from fluogan_app.gui.views.check_panel import CheckPanel
from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.curve_plots import CurvePlots
from fluogan_app.gui.views.linked_panes import NAMES, LinkedPanes
from fluogan_app.gui.views.log_view import LogView
from fluogan_app.gui.views.pane_image import PaneImage
from fluogan_app.gui.views.pane_links import PaneLinks
from fluogan_app.gui.views.parameter_form import ParameterForm
from fluogan_app.gui.views.project_tree import ProjectTree
from fluogan_app.gui.views.run_panel import RunPanel
from fluogan_app.gui.views.stack_browser import StackBrowser

STACK, RESULT = 0, 1
CURVES, LOG, CHECK = 0, 1, 2
#: What Qt takes for no limit, and the room for the words that stand where curves will be.
_ANY_HEIGHT, _EMPTY_HEIGHT = 16_777_215, 40


class Viewers(Protocol):
    """Linked viewers of one page: the images in sight by name, their viewers, and where they are drawn."""

    links: PaneLinks

    @property
    def same_scale(self) -> bool:
        """Whether images of the same unit share their levels."""

    def images(self) -> Mapping[str, PaneImage]:
        """The images in sight, by name."""

    def pane(self, name: str) -> ImagePane:
        """One viewer. Raises KeyError."""

    def canvases(self) -> tuple[ImageCanvas, ...]:
        """Where images are drawn now."""


class Workspace(QWidget):
    """Places the views; knows nothing of what they show. `viewers_added`: a page with viewers of its own has come."""

    viewers_added = Signal(object)

    def __init__(self, log: LogView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workspace")
        self.tree, self.form, self.run_panel = ProjectTree(), ParameterForm(), RunPanel()
        self.browser, self.panes = StackBrowser(), LinkedPanes(names=(*NAMES, "fourth"), usual=NAMES)
        self.plots, self.log = CurvePlots(), log
        self.selection, self.check = SelectionBar(), CheckPanel()
        #: Beside the stack, and below the viewers of a result: room for what features bring.
        self.stack_side = _splitter(Qt.Orientation.Horizontal, (self.browser, 600))
        self.result_footer = QVBoxLayout()
        self.centre = _tabs(
            "centre_tabs",
            "What is looked at",
            ("&Stack", _column(self.selection, self.stack_side)),
            ("R&esult", _column(self.panes, self.result_footer)),
        )
        below = (("Cur&ves", self.plots), ("Lo&g", self.log), ("Chec&k", self.check))
        self.bottom = _tabs("bottom_tabs", "What happens", *below)
        self._viewers: dict[QWidget, tuple[Viewers, str]] = {}
        self._splitters = self._split()
        self._has_curves, self._with_curves = True, self._splitters["right"].saveState()
        #: Beside methods that are compared the curves of one run are put away, until somebody asks for them.
        self._curves_asked = False
        self.bottom.currentChanged.connect(lambda _: self._share_room())
        self.bottom.tabBarClicked.connect(lambda index: index == CURVES and self.show_curves())
        self.centre.currentChanged.connect(lambda _: self._turn_page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 0)
        layout.addWidget(self._splitters["whole"])

    @property
    def tabs(self) -> dict[str, QTabWidget]:
        """The tabs whose choice a project remembers."""
        return {"centre": self.centre, "bottom": self.bottom}

    def add_page(self, place: str, name: str, title: str, page: QWidget) -> None:
        """Add a tab in the "centre" or at the "bottom"; a project remembers by its name whether it is chosen."""
        page.setObjectName(name)
        self.tabs[place].addTab(page, title)

    def add_viewers(self, page: QWidget, viewers: Viewers, tools: str) -> None:
        """A page of the centre has viewers of its own; `tools`: what the names of its buttons begin with."""
        self._viewers[page] = viewers, tools
        self.viewers_added.emit(viewers)

    @property
    def viewers(self) -> Viewers:
        """The linked viewers of the page in front; those of a result where it has none of its own."""
        return self._viewers.get(self.centre.currentWidget(), (self.panes, ""))[0]

    def tool_name(self, tool: str) -> str:
        """The name of the button on the page in front that does something for its viewers: "fit" or "same_scale"."""
        of_stack = self.centre.currentIndex() == STACK and tool == "fit"
        own = self._viewers.get(self.centre.currentWidget(), (self.panes, "stack" if of_stack else "panes"))
        return f"{own[1]}_{tool}"

    def look_at_run(self) -> None:
        """Bring the result to the front, unless a page with viewers of its own shows what comes."""
        if self.centre.currentWidget() not in self._viewers:
            self.centre.setCurrentIndex(RESULT)

    def show_page(self, page: QWidget) -> None:
        """Bring a tab to the front."""
        for tabs in self.tabs.values():
            if tabs.indexOf(page) >= 0:
                tabs.setCurrentWidget(page)

    def set_has_curves(self, has_curves: bool) -> None:
        """As long as there are no curves, nor going to be, the stack has their room."""
        self._has_curves = has_curves
        self._share_room()

    def show_curves(self) -> None:
        """Bring the curves to the front, also where they were put away."""
        self._curves_asked = True
        self.bottom.setCurrentIndex(CURVES)
        self._share_room()

    def _turn_page(self) -> None:
        self._curves_asked = False
        self._share_room()

    def _share_room(self) -> None:
        wants_curves = self._has_curves and (self._curves_asked or self.centre.currentWidget() not in self._viewers)
        wanted = wants_curves or self.bottom.currentIndex() != CURVES
        right, was = self._splitters["right"], self._is_shared
        if was and not wanted:
            self._with_curves = right.saveState()
        # Curves that are put away leave their tabs alone in sight; squeezed into a strip they would be no help.
        self.bottom.findChild(QStackedWidget).setVisible(wanted or not self._has_curves)
        words = 0 if self._has_curves else _EMPTY_HEIGHT
        least = self.bottom.tabBar().sizeHint().height() + words
        self.bottom.setMaximumHeight(_ANY_HEIGHT if wanted else least)
        if wanted and not was:
            right.restoreState(self._with_curves)
        elif not wanted:
            right.setSizes([sum(right.sizes()), 0])

    @property
    def _is_shared(self) -> bool:
        return self.bottom.maximumHeight() == _ANY_HEIGHT

    def keep_layout(self, settings: Settings) -> None:
        """Remember how large each place is."""
        for name, splitter in self._splitters.items():
            gave_way = name == "right" and not self._is_shared
            settings.set_layout(name, self._with_curves if gave_way else splitter.saveState())

    def restore_layout(self, settings: Settings) -> None:
        """Make each place as large as it was."""
        for name, splitter in self._splitters.items():
            state = settings.layout(name)
            if not state.isEmpty() and splitter.restoreState(state) and name == "right":
                self._with_curves = state

    def _split(self) -> dict[str, QSplitter]:
        have = _splitter(Qt.Orientation.Vertical, (self.tree, 100), (self.form, 420))
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(have, 1)
        # Outside the splitter: the Run button stays in sight however the rest is pulled about.
        column.addWidget(self.run_panel)
        right = _splitter(Qt.Orientation.Vertical, (self.centre, 430), (self.bottom, 240))
        whole = _splitter(Qt.Orientation.Horizontal, (left, 404), (right, 876))
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


def _column(*parts: QWidget | QVBoxLayout) -> QWidget:
    """Parts one below the other; the views among them take the room."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in parts:
        if isinstance(part, QVBoxLayout):
            column.addLayout(part)
        else:
            column.addWidget(part, 0 if isinstance(part, SelectionBar) else 1)
    return page


def _tabs(name: str, words: str, *parts: tuple[str, QWidget]) -> QTabWidget:
    tabs = QTabWidget()
    tabs.setObjectName(name)
    tabs.setAccessibleName(words)
    tabs.setDocumentMode(True)
    for title, part in parts:
        part.setObjectName(part.objectName() or f"page_{title.replace('&', '').lower()}")
        tabs.addTab(part, title)
    return tabs
