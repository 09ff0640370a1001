"""One viewer: title, image with scale bar, colour bar with unit, the pointer's position and value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget, QWidgetAction

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.units import scale_group
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.colour_bar import ColourBar
from fluogan_app.gui.views.controls import ElidedLabel
from fluogan_app.gui.views.display import COLOUR_MAPS, DisplaySettings, colour_table, percentile_levels
from fluogan_app.gui.views.display_menu import DisplayMenu
from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.readings import position_text, shift_text, value_text
from fluogan_app.gui.views.view_range import Extent, ViewRange


class ImagePane(QWidget):
    """Shows one image in the sample's coordinates. Setters never emit; the user's hands do."""

    view_changed = Signal(object)  # ViewRange
    moved_alone = Signal(object)  # ViewRange
    fit_requested = Signal()
    pointer_moved = Signal(float, float, float)  # x_nm, y_nm, value; NaN outside the image
    pointer_left = Signal()
    region_drawn = Signal(object)  # Roi
    region_edit_left = Signal()
    display_changed = Signal(object)  # DisplaySettings
    resized = Signal()

    def __init__(self, parent: QWidget | None = None, name: str = "image") -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_pane")
        self._unit, self._pixel_size_nm, self._settings = "photons", None, DisplaySettings()
        self._levels = (0.0, 1.0)
        self._shared_levels: tuple[float, float] | None = None
        self._own_fit, self._detail, self._shift = True, "", ""
        self.canvas = ImageCanvas()
        self.canvas.setObjectName(f"{name}_canvas")
        self.colour_bar = ColourBar()
        self.title, self.detail, self.read_out = ElidedLabel(grows=False), ElidedLabel(), ElidedLabel(keeps_end=True)
        self.menu = DisplayMenu()
        self.display_button = self._make_display_button(name)
        self.fit_button = IconButton("fit", f"{name}_fit", "Show everything", "Show the whole image (double-click, 0)")
        self.chooser_button = IconButton("less", f"{name}_picture", "Choose what this viewer shows")
        self.chooser_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.alone_button = IconButton(
            "alone", f"{name}_alone", "Alone", "Give this viewer all the room, or all of them their own", checkable=True
        )
        self._lay_out()
        self._connect()
        self.set_title("")

    # What is shown

    def set_image(
        self,
        array: np.ndarray | None,
        pixel_size_nm: float | None = None,
        unit: str = "photons",
        origin_nm: tuple[float, float] = (0.0, 0.0),
        keep_levels: bool = False,
        camera_pixels: float = 1.0,
    ) -> None:
        """Show an image [y, x], or nothing.

        pixel_size_nm: side of one pixel of this image; None where it is not known. unit: of the values.
        origin_nm: (y, x) of the corner of its first pixel in the sample. keep_levels: leave the contrast as it is.
        camera_pixels: side of one pixel of this image in pixels of the camera, for lengths where no size is known.
        """
        had_image = self.canvas.array is not None
        self._unit, self._pixel_size_nm = unit, pixel_size_nm
        self.canvas.set_array(array, pixel_size_nm, origin_nm, camera_pixels)
        self.menu.show_image(array)
        self._show_colours(renew=not (keep_levels and had_image))
        for part in (self.colour_bar, self.display_button):
            part.setVisible(array is not None)
        self.fit_button.setVisible(array is not None and self._own_fit)
        if array is None:
            self.read_out.setText("")

    def set_title(self, title: str, detail: str = "") -> None:
        """What the image is, and a quieter word on it ("step 120 of 1000")."""
        self.title.setText(title)
        self._detail = detail
        self._show_detail()
        self.canvas.setAccessibleName(title or "Image")

    def set_shift(self, right_down_nm: tuple[float, float] | None) -> None:
        """Say that this viewer is moved against the others, or not."""
        self._shift = "" if right_down_nm is None else shift_text(*right_down_nm, self.canvas.calibrated)
        self._show_detail()

    def drop_fit_button(self) -> None:
        """Leave showing everything to a button for all viewers."""
        self._own_fit = False
        self.fit_button.setVisible(False)

    def let_title_give_way(self) -> None:
        """Where viewers are narrow: the title takes what room there is, the quieter word stands at the right."""
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.detail.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._head.setStretchFactor(self.title, 1)
        self._head.setStretchFactor(self.detail, 0)

    def set_placeholder(self, text: str) -> None:
        """Words that stand where the image will be."""
        self.canvas.set_placeholder(text)

    @property
    def image(self) -> np.ndarray | None:
        """The array that is shown."""
        return self.canvas.array

    @property
    def unit(self) -> str:
        """Of the values."""
        return self._unit

    @property
    def scale_group(self) -> str:
        """With which images it can share a scale; "" with none."""
        return scale_group(self._unit, self._pixel_size_nm)

    # How it is shown

    @property
    def display(self) -> DisplaySettings:
        """Contrast, colours and gamma in use."""
        return self._settings

    def set_display(self, settings: DisplaySettings) -> None:
        """Choose contrast, colours and gamma."""
        self._settings = settings
        self._show_colours(renew=True)

    def set_colormap(self, name: str) -> None:
        """Choose the colours, a key of COLOUR_MAPS. Raises ValueError."""
        if name not in COLOUR_MAPS:
            raise ValueError(f"there is no colour map {name!r}")
        self._settings = replace(self._settings, colormap=name)
        self._show_colours(renew=False)

    def set_levels(self, low: float, high: float) -> None:
        """Fix the values shown darkest and brightest, in the image's unit."""
        self.set_display(replace(self._settings, levels=(low, high)))

    def set_percentiles(self, low_percent: float, high_percent: float) -> None:
        """Take the levels from percentiles of each image."""
        self.set_display(replace(self._settings, low_percent=low_percent, high_percent=high_percent, levels=None))

    def set_gamma(self, gamma: float) -> None:
        """Below 1 lifts the dark parts."""
        self.set_display(replace(self._settings, gamma=gamma))

    @property
    def levels(self) -> tuple[float, float]:
        """The values shown darkest and brightest."""
        return self._levels

    def own_levels(self) -> tuple[float, float]:
        """The levels that this image alone would have."""
        settings, array = self._settings, self.canvas.array
        if settings.levels is not None:
            return settings.levels
        if array is None:
            return 0.0, 1.0
        return percentile_levels(array, settings.low_percent, settings.high_percent)

    def share_levels(self, levels: tuple[float, float] | None) -> None:
        """Take levels common to several viewers; None goes back to the image's own."""
        if levels != self._shared_levels:
            self._shared_levels = levels
            self._show_colours(renew=True)

    # Which part is shown

    @property
    def view(self) -> ViewRange:
        """Which part of the sample is shown."""
        return self.canvas.view

    @property
    def extent(self) -> Extent | None:
        """Where the image lies in the sample."""
        return self.canvas.extent

    def zoom_to_nm(self, view: ViewRange) -> None:
        """Show a part of the sample."""
        self.canvas.set_view(view)

    def fit(self) -> None:
        """Show the whole image."""
        self.canvas.fit()

    def set_marker(self, position_xy_nm: tuple[float, float] | None) -> None:
        """Show where the pointer is in another viewer, and the value that stands there here."""
        self.canvas.set_marker(position_xy_nm)
        self._read(*position_xy_nm) if position_xy_nm is not None else self.read_out.setText("")

    # The region

    def set_region(self, region: Roi | None) -> None:
        """Show a region of this image's pixels."""
        self.canvas.set_region(region)

    def set_region_editable(self, editable: bool) -> None:
        """Let the mouse draw and change the region."""
        self.canvas.set_region_editable(editable)

    # Inside

    def _show_colours(self, renew: bool) -> None:
        if renew:
            self._levels = self._shared_levels or self.own_levels()
        table = colour_table(self._settings.colormap, self._settings.gamma, self._settings.scale)
        self.canvas.set_colours(self._levels, table)
        self.colour_bar.show_levels(self._levels, table, self._unit, self._settings.scale)
        self.menu.show_settings(self._settings, self._levels, self._unit)

    def _show_detail(self) -> None:
        self.detail.setText(", ".join(part for part in (self._shift, self._detail) if part))

    def choose_display(self, settings: DisplaySettings) -> None:
        """Take what the user chose, here or where the image is shown too."""
        self.set_display(settings)
        self.display_changed.emit(settings)

    def _point(self, x_nm: float, y_nm: float) -> None:
        value = self._read(x_nm, y_nm)
        self.pointer_moved.emit(x_nm, y_nm, float("nan") if value is None else value)

    def _read(self, x_nm: float, y_nm: float) -> float | None:
        value = self.canvas.value_at(x_nm, y_nm)
        if value is None:
            self.read_out.setText("")
        else:
            place = position_text(x_nm, y_nm, self.canvas.calibrated)
            self.read_out.setText(f"{place}: {value_text(value, self._unit)}")
        return value

    def _leave(self) -> None:
        self.read_out.setText("")
        self.pointer_left.emit()

    def _make_display_button(self, name: str) -> IconButton:
        button = IconButton("contrast", f"{name}_display", "Contrast and colours")
        menu, action = QMenu(button), QWidgetAction(button)
        action.setDefaultWidget(self.menu)
        menu.addAction(action)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _lay_out(self) -> None:
        self.title.setFont(small_font(self, 1.0, bold=True))
        for label in (self.detail, self.read_out):
            label.setFont(small_font(self))
        self.read_out.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head = self._head = QHBoxLayout()
        head.setSpacing(3)
        head.addWidget(self.title)
        head.addWidget(self.chooser_button)
        head.addWidget(self.detail, 1)
        head.addWidget(self.fit_button)
        head.addWidget(self.alone_button)
        head.addWidget(self.display_button)
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 2, 4, 2)
        grid.setSpacing(2)
        grid.addLayout(head, 0, 0, 1, 2)
        grid.addWidget(self.canvas, 1, 0)
        grid.addWidget(self.colour_bar, 1, 1)
        grid.addWidget(self.read_out, 2, 0, 1, 2)
        grid.setRowStretch(1, 1)
        for part in (self.colour_bar, self.chooser_button, self.display_button, self.fit_button, self.alone_button):
            part.setVisible(False)

    def _connect(self) -> None:
        canvas = self.canvas
        canvas.view_moved.connect(self.view_changed)
        canvas.moved_alone.connect(self.moved_alone)
        canvas.fit_wanted.connect(self.fit_requested)
        canvas.pointed.connect(self._point)
        canvas.pointer_left.connect(self._leave)
        canvas.region_drawn.connect(self.region_drawn)
        canvas.region_edit_left.connect(self.region_edit_left)
        canvas.resized.connect(self.resized)
        self.menu.changed.connect(self.choose_display)
        self.fit_button.clicked.connect(self._fit_clicked)

    def _fit_clicked(self) -> None:
        self.canvas.fit()
        self.fit_requested.emit()
