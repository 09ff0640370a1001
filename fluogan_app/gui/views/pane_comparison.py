"""Two of several viewers in one: which two, how, and the viewer that shows them, made when it is first wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from fluogan_app.gui.views.compare_pane import ComparePane
from fluogan_app.gui.views.comparison import Compared, Comparison
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.pane_links import PaneLinks

#: The name of the viewer that compares.
COMPARE = "compare"


class PaneComparison(QObject):
    """Setters never emit; `chosen` tells what the user chose, None for side by side."""

    chosen = Signal(object)  # Comparison | None
    left = Signal()
    pointed = Signal(str, float, float, float)  # name, x_nm, y_nm, value
    unpointed = Signal()

    def __init__(self, panes: Mapping[str, ImagePane], links: PaneLinks, place: QWidget) -> None:
        super().__init__(place)
        self._panes, self._links, self._place = panes, links, place
        self._made: ComparePane | None = None
        self.now: Comparison | None = None

    @property
    def pane(self) -> ComparePane:
        """The viewer that shows two images."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def set(self, comparison: Comparison | None) -> None:
        """Compare two viewers; None, or viewers that are not there: side by side."""
        known = comparison is not None and {comparison.first, comparison.second} <= set(self._panes)
        self.now = comparison if known else None
        if self.now is not None:
            self.pane.set_comparison(self.now)
            self.renew()

    def flick(self) -> None:
        """Show the other one of two images that flicker."""
        if self.now is not None:
            self.pane.flick()

    def suggested(self, mode: str, shown: tuple[str, ...]) -> Comparison:
        """The two that were compared last; else the first two images, those in sight before others."""
        last = self._made.comparison if self._made is not None else Comparison("", "", "")
        filled = [name for name, pane in self._panes.items() if pane.image is not None]
        if {last.first, last.second} <= set(filled):
            return replace(last, mode=mode)
        order = sorted(self._panes, key=lambda name: (name not in filled, name not in shown))
        return replace(last, mode=mode, first=order[0], second=order[min(1, len(order) - 1)])

    def renew(self) -> None:
        """The viewers have other images, words, levels or colours."""
        if self.now is None:
            return
        names = (self.now.first, self.now.second)
        self.pane.set_titles({name: _words(pane) for name, pane in self._panes.items()})
        first, second = (self._compared(name) for name in names)
        (right, down), (other_right, other_down) = (self._links.shifts.get(name, (0.0, 0.0)) for name in names)
        pair = (first, second) if first is not None and second is not None else None
        self.pane.set_pair(pair, (other_right - right, other_down - down))

    def _compared(self, name: str) -> Compared | None:
        pane = self._panes[name]
        placed = pane.canvas.placed
        if placed is None:
            return None
        detail = pane.detail.text()
        title = f"{_words(pane)} ({detail})" if detail and "run" not in _words(pane) else _words(pane)
        return Compared(name, title, pane.unit, pane.levels, pane.display, placed)

    def _make(self) -> ComparePane:
        made = ComparePane(self._place)
        made.setVisible(False)
        self._links.add(COMPARE, made.canvas)
        made.comparison_changed.connect(self._take)
        made.left.connect(self.left)
        made.display_changed.connect(lambda name, settings: self._panes[name].choose_display(settings))
        made.pointer_moved.connect(self.pointed)
        made.pointer_left.connect(self.unpointed)
        made.canvas.fit_wanted.connect(lambda: self._links.fit_one(made.canvas))
        return made

    def _take(self, comparison: Comparison) -> None:
        self.now = comparison
        self.renew()
        self.chosen.emit(comparison)


def _words(pane: ImagePane) -> str:
    return pane.title.text()
