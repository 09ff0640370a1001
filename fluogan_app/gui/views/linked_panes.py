"""One to four viewers side by side that show the same part of the sample, or two of them in one viewer."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from fluogan_app.gui.views.arrangement import FittingGrid
from fluogan_app.gui.views.compare_pane import ComparePane
from fluogan_app.gui.views.comparison import Comparison
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.pane_comparison import COMPARE, PaneComparison
from fluogan_app.gui.views.pane_image import PaneImage
from fluogan_app.gui.views.pane_links import PaneLinks, Shift
from fluogan_app.gui.views.pane_message import PaneMessage
from fluogan_app.gui.views.pane_tools import PaneTools
from fluogan_app.gui.views.shared_levels import share_levels
from fluogan_app.gui.views.view_range import ViewRange

#: Names in their order, with the words above each viewer.
TITLES = {
    "mean": "Mean", "estimate": "Estimate", "background": "Background", "fourth": "+ Viewer", "frame": "Frame",
    "recorded": "As recorded", "corrected": "Corrected",
}  # fmt: skip

NAMES = ("mean", "estimate", "background")
_TOOLS_HEIGHT = 40
#: Colour bar beside, title and read-out above and below each image.
_FRAME = (76, 56)


class LinkedPanes(QWidget):
    """Viewers by name, linked in nanometres. Setters never emit; the user's hands do."""

    view_changed = Signal(object)  # ViewRange
    fit_requested = Signal()
    pointer_moved = Signal(str, float, float, float)  # name, x_nm, y_nm, value
    pointer_left = Signal()
    display_changed = Signal(str, object)  # name, DisplaySettings
    linked_changed = Signal(bool)
    same_scale_changed = Signal(bool)
    shown_changed = Signal(object)  # tuple of names
    comparison_changed = Signal(object)  # Comparison | None

    def __init__(
        self,
        parent: QWidget | None = None,
        names: tuple[str, ...] = NAMES,
        before: tuple[QWidget, ...] = (),
        usual: tuple[str, ...] = (),
    ) -> None:
        """`before`: controls of the owner's, at the head of the row above the viewers. `usual`: in sight at first."""
        super().__init__(parent)
        self.setObjectName("linked_panes")
        self._panes = {name: ImagePane(name=name) for name in names}
        self._images: dict[str, PaneImage] = {}
        self.usual = usual or names
        self.links = PaneLinks({name: pane.canvas for name, pane in self._panes.items()}, lambda: self.in_sight)
        self.compared = PaneComparison(self._panes, self.links, self)
        self._before_alone: tuple[str, ...] = ()
        self._seen: tuple[str, ...] = ()
        self.tools = PaneTools({name: TITLES.get(name, name) for name in names}, self.usual, before)
        self.link_button, self.scale_button = self.tools.link, self.tools.scale
        self.fit_button, self.show_buttons = self.tools.fit, self.tools.buttons
        self.message = PaneMessage()
        self._grid = FittingGrid()
        self._lay_out()
        self._connect()
        self.set_linked(True)

    # What is shown

    def pane(self, name: str) -> ImagePane:
        """One viewer. Raises KeyError."""
        return self._panes[name]

    @property
    def panes(self) -> Mapping[str, ImagePane]:
        """All viewers by name."""
        return self._panes

    def set_images(self, images: Mapping[str, PaneImage | None], keep_levels: bool = False) -> None:
        """Show images by name; viewers that are not named stay as they are, None empties one."""
        for name, image in images.items():
            pane = self._panes[name]
            if image is None:
                self._images.pop(name, None)
                pane.set_image(None)
                self.set_words(name, TITLES.get(name, name))
            else:
                self._images[name] = image
                self.set_words(name, image.title or TITLES.get(name, name), image.detail)
                pane.set_image(image.array, image.pixel_size_nm, image.unit, image.origin_nm, keep_levels)
        self._share_levels()
        self._arrange()
        self.links.restore()

    def set_words(self, name: str, title: str, detail: str = "") -> None:
        """What a viewer shows, above it and on the button that shows or hides it."""
        self._panes[name].set_title(title, detail)
        self.tools.set_words(name, title)

    def clear(self) -> None:
        """Empty all viewers."""
        self.set_images(dict.fromkeys(self._panes))

    def images(self) -> dict[str, PaneImage]:
        """The images in sight, by viewer; in a comparison the two that are compared."""
        now = self.comparison
        names = self.shown if now is None else (now.first, now.second)
        return {name: self._images[name] for name in names if name in self._images}

    def set_message(self, sentences: str, numbers: str = "") -> None:
        """Words above the viewers: how far the result can be trusted, or that it is not finished; and its measures."""
        self.message.show_words(sentences, numbers)

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the viewers that were chosen to be in sight."""
        return self.tools.shown

    @property
    def in_sight(self) -> tuple[str, ...]:
        """Names of the viewers that stand on the page now: the chosen ones, or the one that compares."""
        return self.tools.in_sight if self.comparison is None else (COMPARE,)

    def set_absent(self, words: Mapping[str, str]) -> None:
        """Let viewers give their room to the others as long as they have nothing to show, and say why."""
        self.tools.set_absent(words)
        self._arrange()
        self.links.restore()

    def canvases(self) -> tuple[ImageCanvas, ...]:
        """Where images are drawn now; `links.sight_changed` says that these are others."""
        return tuple(self._canvas(name) for name in self.in_sight)

    def set_shown(self, names: tuple[str, ...]) -> None:
        """Choose which viewers are in sight; at least one is."""
        for name, button in self.show_buttons.items():
            button.setChecked(name in names)
            self._panes[name].alone_button.setChecked(tuple(names) == (name,))
        self._arrange()
        self.links.restore()

    # How it is shown

    def displays(self) -> dict[str, DisplaySettings]:
        """Contrast and colours of each viewer."""
        return {name: pane.display for name, pane in self._panes.items()}

    def set_displays(self, displays: Mapping[str, DisplaySettings]) -> None:
        """Choose contrast and colours by name."""
        for name, settings in displays.items():
            self._panes[name].set_display(settings)
        self._share_levels()

    @property
    def same_scale(self) -> bool:
        """Whether images of the same unit share their levels."""
        return self.scale_button.isChecked()

    def set_same_scale(self, same: bool) -> None:
        """Let images of the same unit share their levels."""
        self.scale_button.setChecked(same)
        self._share_levels()

    # Which part is shown

    @property
    def linked(self) -> bool:
        """Whether the viewers move together."""
        return self.links.linked

    def set_linked(self, linked: bool) -> None:
        """Let the viewers move together; they take the first one's view."""
        self.link_button.setChecked(linked)
        self.links.set_linked(linked)
        self._show_shifts()

    @property
    def view(self) -> ViewRange | None:
        """The part of the sample in sight; None while everything is shown."""
        return self.links.view

    def set_view(self, view: ViewRange | None) -> None:
        """Show a part of the sample in all viewers; None shows everything."""
        self.links.set_view(view)

    def fit(self) -> None:
        """Show all images whole."""
        self.links.set_view(None)

    def set_shifts(self, shifts: Mapping[str, Shift]) -> None:
        """Move viewers against the others, (right, down) in nm."""
        self.links.set_shifts({name: shift for name, shift in shifts.items() if name in self._panes})
        self._show_shifts()
        self.links.restore()

    def align(self) -> None:
        """Bring viewers together that were moved against each other."""
        self.set_shifts({})

    # Two in one

    @property
    def comparison(self) -> Comparison | None:
        """Which two are compared, and how; None side by side."""
        return self.compared.now

    @property
    def compare_pane(self) -> ComparePane:
        """The viewer that shows two images."""
        return self.compared.pane

    def set_comparison(self, comparison: Comparison | None) -> None:
        """Compare two viewers in one, or show them side by side again."""
        view = self.links.view
        self.compared.set(comparison)
        self.tools.compare.set_mode(self.comparison.mode if self.comparison else "")
        self._arrange()
        self.links.set_view(view)

    def compare(self, mode: str) -> None:
        """Compare as the user asks; "": side by side."""
        self.set_comparison(self.compared.suggested(mode, self.shown) if mode else None)
        self.comparison_changed.emit(self.comparison)

    # Inside

    def _canvas(self, name: str) -> ImageCanvas:
        return self.compare_pane.canvas if name == COMPARE else self._panes[name].canvas

    def _show_shifts(self) -> None:
        for name, pane in self._panes.items():
            pane.set_shift(self.links.shifts.get(name))
        self.compared.renew()

    def _pointed(self, name: str, x_nm: float, y_nm: float, value: float) -> None:
        for other, pane in self._panes.items():
            if other != name and self.linked:
                pane.set_marker(self.links.elsewhere(name, other, x_nm, y_nm))
        self.pointer_moved.emit(name, x_nm, y_nm, value)

    def _unpoint(self) -> None:
        for pane in self._panes.values():
            pane.set_marker(None)
        self.pointer_left.emit()

    def _display_chosen(self, name: str, settings: DisplaySettings) -> None:
        self._share_levels()
        self.display_changed.emit(name, settings)

    def _share_levels(self) -> None:
        share_levels(self._panes.values(), self.same_scale)
        self.compared.renew()

    def _show_toggled(self, name: str) -> None:
        if not self.shown:
            self.show_buttons[name].setChecked(True)
        if self.comparison is not None:
            self.compare("")
        self.set_shown(self.shown)
        self.shown_changed.emit(self.shown)

    def _alone_toggled(self, name: str) -> None:
        if self.shown == (name,):
            self.set_shown(self._before_alone or self.usual)
        else:
            self._before_alone = self.shown
            self.set_shown((name,))
        self.shown_changed.emit(self.shown)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.tools)
        column.addWidget(self.message)
        column.addLayout(self._grid, 1)
        for name, pane in self._panes.items():
            pane.setParent(self)
            pane.set_title(TITLES.get(name, name))
            # One button for all of them is enough.
            pane.drop_fit_button()
            pane.alone_button.setVisible(True)
        self._arrange()

    def _arrange(self) -> None:
        sight = self.in_sight
        widgets = [self.compare_pane if name == COMPARE else self._panes[name] for name in sight]
        for other in (*self._panes.values(), *self.findChildren(ComparePane)):
            other.setVisible(other in widgets)
        extent = self.links.united_extent()
        shape = (extent.width_nm, extent.height_nm) if extent is not None else (1.0, 1.0)
        tools = _TOOLS_HEIGHT + (self.message.sizeHint().height() if self.message.text() else 0)
        self._grid.place(widgets, (self.width(), max(self.height() - tools, 1)), shape, _FRAME)
        if sight != self._seen:
            self._seen = sight
            self.links.sight_changed.emit()

    def resizeEvent(self, event) -> None:
        """Place the viewers so that they come out largest."""
        super().resizeEvent(event)
        self._arrange()

    def _connect(self) -> None:
        for name, pane in self._panes.items():
            pane.fit_requested.connect(lambda pane=pane: self.links.fit_one(pane.canvas))
            pane.pointer_moved.connect(lambda x, y, value, name=name: self._pointed(name, x, y, value))
            pane.pointer_left.connect(self._unpoint)
            pane.display_changed.connect(lambda settings, name=name: self._display_chosen(name, settings))
            pane.alone_button.clicked.connect(lambda _=False, name=name: self._alone_toggled(name))
        self.tools.toggled.connect(self._show_toggled)
        self.links.moved.connect(self.view_changed)
        self.links.fitted_by_hand.connect(self.fit_requested)
        self.links.shifted.connect(lambda _: self._show_shifts())
        self.compared.chosen.connect(lambda now: (self.links.restore(), self.comparison_changed.emit(now)))
        self.compared.left.connect(lambda: self.compare(""))
        self.compared.pointed.connect(self.pointer_moved)
        self.compared.unpointed.connect(self.pointer_left)
        self.tools.compare.chosen.connect(self.compare)
        self.link_button.clicked.connect(self._link_clicked)
        self.scale_button.clicked.connect(lambda same: (self._share_levels(), self.same_scale_changed.emit(same)))
        self.fit_button.clicked.connect(lambda: (self.fit(), self.fit_requested.emit()))

    def _link_clicked(self, linked: bool) -> None:
        held = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        self.links.set_linked(linked, keep_shifts=bool(held))
        self._show_shifts()
        self.linked_changed.emit(linked)
