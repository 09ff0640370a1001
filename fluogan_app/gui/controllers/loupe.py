"""The loupe follows the pointer, or the cursor that keys move, over every viewer of the window."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.linked_panes import LinkedPanes
from fluogan_app.gui.views.loupe import Glimpse, Loupe
from fluogan_app.gui.views.stack_browser import StackBrowser

_STACK = ""


class LoupeController(QObject):
    """Shows the same place of the raw frame and of all pictures of the results while it is switched on."""

    def __init__(self, window: QWidget, panes: LinkedPanes, browser: StackBrowser) -> None:
        super().__init__(window)
        self._panes, self._browser = panes, browser
        self.loupe = Loupe(window)
        self._on = False
        self._last: tuple[str, float, float] | None = None
        panes.pointer_moved.connect(lambda name, x_nm, y_nm, _: self._look(name, x_nm, y_nm))
        panes.pointer_left.connect(self._leave)
        browser.pane.pointer_moved.connect(lambda x_nm, y_nm, _: self._look(_STACK, x_nm, y_nm))
        browser.pane.pointer_left.connect(self._leave)

    @property
    def on(self) -> bool:
        """Whether it is switched on."""
        return self._on

    def set_on(self, on: bool) -> None:
        """Switch it on or off."""
        self._on = on
        if on and self._last is not None:
            self._look(*self._last)
        elif not on:
            self.loupe.hide()

    def _look(self, name: str, x_nm: float, y_nm: float) -> None:
        self._last = (name, x_nm, y_nm)
        if not self._on:
            return
        canvas = self._canvas(name)
        at = canvas.mapTo(self.loupe.parentWidget(), canvas.screen.point(x_nm, y_nm).toPoint())
        self.loupe.look(self._glimpses(name, x_nm, y_nm), at, canvas.view.nm_per_pixel)

    def _leave(self) -> None:
        self._last = None
        self.loupe.hide()

    def _canvas(self, name: str) -> ImageCanvas:
        if name == _STACK:
            return self._browser.pane.canvas
        return self._panes.pane(name).canvas if self._panes.comparison is None else self._panes.compare_pane.canvas

    def _glimpses(self, name: str, x_nm: float, y_nm: float) -> list[Glimpse]:
        """The stack first, then the viewers in their order; images without a pixel size only among their like."""
        calibrated, links = self._canvas(name).calibrated, self._panes.links
        glimpses = [_glimpse(self._browser.pane, "Stack, ", (x_nm, y_nm))]
        for other, pane in self._panes.panes.items():
            point = (x_nm, y_nm) if name == _STACK else links.elsewhere(name, other, x_nm, y_nm)
            glimpses.append(_glimpse(pane, "", point))
        fitting = [one for one in glimpses if one is not None and one.placed.calibrated == calibrated]
        # The frame may stand in a viewer of the results as well as in the stack's own.
        seen: dict[int, Glimpse] = {}
        for one in fitting:
            seen.setdefault(id(one.placed.array), one)
        return list(seen.values())


def _glimpse(pane: ImagePane, before: str, at_nm: tuple[float, float]) -> Glimpse | None:
    placed = pane.canvas.placed
    if placed is None:
        return None
    title = f"{before}{pane.detail.text().split(' of ')[0]}" if before else pane.title.text()
    return Glimpse(title, pane.unit, placed, at_nm)
