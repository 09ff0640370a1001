"""One to four viewers side by side that show the same part of the sample, whatever their pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.arrangement import FittingGrid
from fluogan_app.gui.views.controls import SHOW_SHEET, row_of, toggle_button
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.view_range import Extent, ViewRange

#: Names in their order, with the words above each viewer.
TITLES = {
    "mean": "Mean", "estimate": "Estimate", "background": "Background", "frame": "Frame",
    "recorded": "As recorded", "corrected": "Corrected",
}  # fmt: skip

NAMES = ("mean", "estimate", "background")
_TOOLS_HEIGHT = 40
#: Colour bar beside, title and read-out above and below each image.
_FRAME = (76, 56)


@dataclass(frozen=True)
class PaneImage:
    """What one viewer shows: array [y, x], pixel size in nm (None: not known), unit, (y, x) of its corner in nm."""

    array: np.ndarray
    pixel_size_nm: float | None
    unit: str = "photons"
    title: str = ""
    detail: str = ""
    origin_nm: tuple[float, float] = (0.0, 0.0)


class LinkedPanes(QWidget):
    """Viewers by name, linked in nanometres. Setters never emit; the user's hands do."""

    view_changed = Signal(object)  # ViewRange
    fit_requested = Signal()
    pointer_moved = Signal(str, float, float, float)  # name, x_nm, y_nm, value
    display_changed = Signal(str, object)  # name, DisplaySettings
    linked_changed = Signal(bool)
    same_scale_changed = Signal(bool)
    shown_changed = Signal(object)  # tuple of names
    region_drawn = Signal(str, object)  # name, Roi

    def __init__(
        self, parent: QWidget | None = None, names: tuple[str, ...] = NAMES, before: tuple[QWidget, ...] = ()
    ) -> None:
        """`before`: controls of the owner's, at the head of the row above the viewers."""
        super().__init__(parent)
        self.setObjectName("linked_panes")
        self._panes = {name: ImagePane(name=name) for name in names}
        self._moving = False
        self._fitted = True
        self.link_button = IconButton("link", "panes_link", "Link", "Move all viewers together", checkable=True)
        self.scale_button = IconButton(
            "scale", "panes_same_scale", "Same colour scale", "One colour scale for images of one unit", checkable=True
        )
        self.fit_button = IconButton("fit", "panes_fit", "Show everything", "Show everything in all viewers (0)")
        self.show_buttons = {name: self._make_show_button(name) for name in names}
        self.message = QLabel()
        self._grid = FittingGrid()
        self._lay_out(before)
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
                pane.set_image(None)
                pane.set_title(TITLES.get(name, name))
            else:
                pane.set_title(image.title or TITLES.get(name, name), image.detail)
                pane.set_image(image.array, image.pixel_size_nm, image.unit, image.origin_nm, keep_levels)
        self._share_levels()
        self._arrange()
        self._restore_view()

    def clear(self) -> None:
        """Empty all viewers."""
        self.set_images(dict.fromkeys(self._panes))

    def set_message(self, text: str) -> None:
        """A sentence above the viewers: how far the result can be trusted, or that it is not finished."""
        self.message.setText(text)
        self.message.setVisible(bool(text))

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the viewers in sight."""
        return tuple(name for name, button in self.show_buttons.items() if button.isChecked())

    def set_shown(self, names: tuple[str, ...]) -> None:
        """Choose which viewers are in sight; at least one is."""
        for name, button in self.show_buttons.items():
            button.setChecked(name in names)
            self._panes[name].setVisible(name in names)
            self._panes[name].alone_button.setChecked(tuple(names) == (name,))
        self._arrange()
        self._restore_view()

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
        return self.link_button.isChecked()

    def set_linked(self, linked: bool) -> None:
        """Let the viewers move together; they take the first one's view."""
        self.link_button.setChecked(linked)
        if linked and not self._fitted:
            self._move_all(self._first().view)

    @property
    def view(self) -> ViewRange | None:
        """The part of the sample in sight; None while everything is shown."""
        return None if self._fitted else self._first().view

    def set_view(self, view: ViewRange | None) -> None:
        """Show a part of the sample in all viewers; None shows everything."""
        if view is None:
            self.fit()
        else:
            self._fitted = False
            self._move_all(view)

    def fit(self) -> None:
        """Show all images whole."""
        self._fitted = True
        self._restore_view()

    # The region

    def set_region(self, name: str, region: Roi | None) -> None:
        """Show a region in one viewer, in its own pixels."""
        self._panes[name].set_region(region)

    # Inside

    def _first(self) -> ImagePane:
        shown = [self._panes[name] for name in self.shown]
        return next((pane for pane in shown if pane.image is not None), next(iter(self._panes.values())))

    def _united_extent(self) -> Extent | None:
        united: Extent | None = None
        for name in self.shown:
            extent = self._panes[name].extent
            if extent is not None:
                united = extent if united is None else united.united(extent)
        return united

    def _restore_view(self) -> None:
        """After a change of size or of images: everything again where everything was shown, else the same part."""
        if self._fitted:
            self._fit_all()
        elif self.linked:
            self._move_all(self._first().view)

    def _fit_all(self) -> None:
        extent = self._united_extent()
        if extent is None:
            return
        canvases = [self._panes[name].canvas for name in self.shown]
        views = [extent.fitted(canvas.width(), canvas.height()) for canvas in canvases]
        # One scale for all: the one at which the smallest viewer still shows everything.
        self._move_all(max(views, key=lambda view: view.nm_per_pixel))

    def _move_all(self, view: ViewRange) -> None:
        self._moving = True
        try:
            for pane in self._panes.values():
                pane.zoom_to_nm(view)
        finally:
            self._moving = False

    def _view_moved(self, view: ViewRange) -> None:
        if self._moving:
            return
        self._fitted = False
        if self.linked:
            self._move_all(view)
        self.view_changed.emit(view)

    def _fit_clicked(self) -> None:
        self.fit()
        self.fit_requested.emit()

    def _fit_one(self, pane: ImagePane) -> None:
        if self.linked:
            self._fit_clicked()
        else:
            self._fitted = False
            self.view_changed.emit(pane.view)

    def _resized(self) -> None:
        if not self._moving:
            self._restore_view()

    def _pointed(self, name: str, x_nm: float, y_nm: float, value: float) -> None:
        for other, pane in self._panes.items():
            if other != name and self.linked:
                pane.set_marker((x_nm, y_nm))
        self.pointer_moved.emit(name, x_nm, y_nm, value)

    def _unpoint(self) -> None:
        for pane in self._panes.values():
            pane.set_marker(None)

    def _display_chosen(self, name: str, settings: DisplaySettings) -> None:
        self._share_levels()
        self.display_changed.emit(name, settings)

    def _share_levels(self) -> None:
        units: dict[str, list[ImagePane]] = {}
        for pane in self._panes.values():
            if pane.image is not None:
                units.setdefault(pane.unit, []).append(pane)
        for panes in units.values():
            own = [pane.own_levels() for pane in panes] if self.same_scale and len(panes) > 1 else []
            common = (min(low for low, _ in own), max(high for _, high in own)) if own else None
            for pane in panes:
                pane.share_levels(common)

    def _show_toggled(self, name: str) -> None:
        if not self.shown:
            self.show_buttons[name].setChecked(True)
        self.set_shown(self.shown)
        self.shown_changed.emit(self.shown)

    def _alone_toggled(self, name: str) -> None:
        self.set_shown(tuple(self._panes) if self.shown == (name,) else (name,))
        self.shown_changed.emit(self.shown)

    def _make_show_button(self, name: str) -> QToolButton:
        title = TITLES.get(name, name)
        button = toggle_button(title, f"panes_show_{name}", f"Show or hide the viewer “{title}”", SHOW_SHEET)
        button.setChecked(True)
        button.clicked.connect(lambda: self._show_toggled(name))
        return button

    def _lay_out(self, before: tuple[QWidget, ...]) -> None:
        self.message.setObjectName("panes_message")
        self.message.setWordWrap(True)
        self.message.setFont(small_font(self))
        self.message.setContentsMargins(8, 0, 8, 0)
        self.message.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        tools = (self.link_button, self.scale_button, self.fit_button)
        column.addLayout(row_of((*before, *self.show_buttons.values(), None, *tools)))
        column.addWidget(self.message)
        column.addLayout(self._grid, 1)
        for name, pane in self._panes.items():
            pane.set_title(TITLES.get(name, name))
            # One button for all of them is enough.
            pane.drop_fit_button()
            pane.alone_button.setVisible(True)
        self._arrange()

    def _arrange(self) -> None:
        extent = self._united_extent()
        shape = (extent.width_nm, extent.height_nm) if extent is not None else (1.0, 1.0)
        panes = [self._panes[name] for name in self.shown]
        tools = _TOOLS_HEIGHT + (self.message.sizeHint().height() if self.message.text() else 0)
        self._grid.place(panes, (self.width(), max(self.height() - tools, 1)), shape, _FRAME)

    def resizeEvent(self, event) -> None:
        """Place the viewers so that they come out largest."""
        super().resizeEvent(event)
        self._arrange()

    def _connect(self) -> None:
        for name, pane in self._panes.items():
            pane.view_changed.connect(self._view_moved)
            pane.fit_requested.connect(lambda pane=pane: self._fit_one(pane))
            pane.pointer_moved.connect(lambda x, y, value, name=name: self._pointed(name, x, y, value))
            pane.pointer_left.connect(self._unpoint)
            pane.display_changed.connect(lambda settings, name=name: self._display_chosen(name, settings))
            pane.region_drawn.connect(lambda region, name=name: self.region_drawn.emit(name, region))
            pane.alone_button.clicked.connect(lambda _=False, name=name: self._alone_toggled(name))
            pane.resized.connect(self._resized)
        self.link_button.clicked.connect(self._link_clicked)
        self.scale_button.clicked.connect(self._scale_clicked)
        self.fit_button.clicked.connect(self._fit_clicked)

    def _link_clicked(self, linked: bool) -> None:
        self.set_linked(linked)
        self.linked_changed.emit(linked)

    def _scale_clicked(self, same: bool) -> None:
        self._share_levels()
        self.same_scale_changed.emit(same)
