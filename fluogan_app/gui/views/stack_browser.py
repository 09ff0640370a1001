"""Looking through a stack: frames with play, projections, contrast, the region and the range of frames."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QSlider, QVBoxLayout, QWidget

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.check_badge import CheckBadge
from fluogan_app.gui.views.controls import ElidedLabel, row_of, toggle_button
from fluogan_app.gui.views.frame_player import FramePlayer
from fluogan_app.gui.views.frame_range_controls import FrameRangeControls
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.region_controls import RegionControls

#: What can be looked at, with its words and their explanation.
VIEWS = {
    "frame": ("Frame", "Show one frame of the stack"),
    "mean": ("Mean", "Show the mean over the frames"),
    "max": ("Maximum", "Show the brightest value of each pixel over the frames"),
    "std": ("Std dev", "Show the standard deviation of each pixel over the frames: what blinks, and how strongly"),
    "sum": ("Sum", "Show the sum over the frames: all the light that was recorded"),
}
UNIT = "counts"


class StackBrowser(QWidget):
    """Setters never emit; what the user does is told by signals. Frames are numbered from 0."""

    frame_requested = Signal(int)
    projection_requested = Signal(str)
    region_changed = Signal(object)  # Roi | None
    frame_range_changed = Signal(object)  # FrameRange
    display_changed = Signal(object)  # DisplaySettings
    cancel_requested = Signal()
    metadata_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stack_browser")
        self._count, self._pixel_size_nm, self._title, self._correction = 0, None, "", ""
        self._view = "frame"
        self.pane = ImagePane(name="stack")
        self.player, self.region_controls, self.range_controls = FramePlayer(), RegionControls(), FrameRangeControls()
        self._views = QButtonGroup(self)
        self.view_buttons = {
            kind: toggle_button(text, f"stack_view_{kind}", tip) for kind, (text, tip) in VIEWS.items()
        }
        self.busy, self.check_badge = ElidedLabel(object_name="stack_busy", grows=False, quiet=True), CheckBadge()
        self.cancel_button = IconButton("clear", "stack_cancel_reading", "Read no further")
        self.metadata_button = IconButton("info", "stack_metadata", "What the file states of this stack")
        self._lay_out()
        self._connect()
        self._choose("frame")
        self.set_stack(0, (0, 0), None)

    # Setters

    def set_stack(
        self,
        frame_count: int,
        shape_yx: tuple[int, int],
        pixel_size_nm: float | None,
        dtype: str = "",
        title: str = "",
    ) -> None:
        """Say which stack is looked at; the image comes with show_frame or show_projection. 0 frames: none."""
        self._count, self._pixel_size_nm, self._title, self._correction = frame_count, pixel_size_nm, title, ""
        self.pane.set_placeholder("" if frame_count else "No stack is open")
        self.pane.set_image(None)
        self.pane.set_region(None)
        self.pane.set_title(title)
        self.pane.title.setToolTip(f"{frame_count} frames of {shape_yx[0]} × {shape_yx[1]} pixels, {dtype}")
        self.player.set_count(frame_count)
        self.region_controls.set_frame(shape_yx, pixel_size_nm)
        self.range_controls.set_count(frame_count)
        self.player.set_loop(self.frame_range)
        for button in self.view_buttons.values():
            button.setEnabled(frame_count > 0)
        self.metadata_button.setEnabled(frame_count > 0)
        self.set_busy("")
        self.set_drawing(False)

    def set_correction(self, words: str, seen: Roi | None) -> None:
        """Say that frames are shown moved back, and which part all of them saw; "" and None: as recorded."""
        former, self._correction = self._heading, words
        if self.pane.title.text() == former:
            self.pane.set_title(self._heading, self.pane.detail.text())
        self.region_controls.set_limits(seen)
        self._show_region(self.region)

    def set_pixel_size(self, pixel_size_nm: float | None) -> None:
        """Change the scale, after the user corrected it."""
        if pixel_size_nm == self._pixel_size_nm:
            return
        self._pixel_size_nm = pixel_size_nm
        self.region_controls.set_pixel_size(pixel_size_nm)
        if self.pane.image is not None:
            self.pane.set_image(self.pane.image, pixel_size_nm, UNIT, keep_levels=True)

    def show_frame(self, index: int, array: np.ndarray) -> None:
        """Show one frame [y, x] in counts, with the contrast of the frame before it."""
        keep = self._view == "frame"
        self._choose("frame")
        self.player.set_index(index)
        self.pane.set_title(self._heading, f"frame {index} of 0 to {self._count - 1}")
        self.pane.set_image(array, self._pixel_size_nm, UNIT, keep_levels=keep)

    def show_projection(self, kind: str, array: np.ndarray) -> None:
        """Show a projection, a key of VIEWS, [y, x] in counts."""
        self._choose(kind)
        self.pane.set_title(self._heading, VIEWS[kind][0].lower())
        self.pane.set_image(array, self._pixel_size_nm, UNIT)

    def show_unread(self, kind: str, index: int) -> None:
        """Say in the image's place which frame could not be read: no older image may pass for what was asked for."""
        words = f"Frame {index} could not be read"
        self._choose(kind)
        if kind == "frame":
            self.player.set_index(index)
        self.pane.set_title(self._heading, words.lower())
        self.pane.set_placeholder(words)
        self.pane.set_image(None)

    def set_region(self, region: Roi | None) -> None:
        """Show the region that will be reconstructed; None is the whole frame."""
        self.region_controls.set_region(region)
        self._show_region(region)

    def set_frame_range(self, frames: FrameRange) -> None:
        """Show the frames that will be used."""
        self.range_controls.set_frame_range(frames)
        self.player.set_loop(frames)

    def set_busy(self, text: str) -> None:
        """Say what is being read; an empty text ends it."""
        self.busy.setText(text)
        self.cancel_button.setVisible(bool(text))

    def set_drawing(self, drawing: bool) -> None:
        """Let the mouse draw the region."""
        self.region_controls.set_drawing(drawing)
        self.pane.set_region_editable(drawing)

    def stop_playing(self) -> None:
        """Stand still at the frame in sight."""
        self.player.stop()

    # What the user has chosen

    @property
    def region(self) -> Roi | None:
        """The region in sight; None is the whole frame."""
        return self.region_controls.region

    @property
    def frame_range(self) -> FrameRange:
        """The range of frames in sight."""
        return self.range_controls.frame_range

    @property
    def view(self) -> str:
        """What is looked at, a key of VIEWS."""
        return self._view

    @property
    def slider(self) -> QSlider:
        """The frames' slider."""
        return self.player.slider

    @property
    def playing(self) -> bool:
        """Whether frames are running."""
        return self.player.playing

    # The user's hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space plays and stops, unless a button or field has its own use for it."""
        if event.key() == Qt.Key.Key_Space:
            self.player.toggle()
        else:
            super().keyPressEvent(event)

    def _view_clicked(self, kind: str) -> None:
        if kind == "frame":
            self.frame_requested.emit(self.player.index)
        else:
            self.stop_playing()
            self.projection_requested.emit(kind)

    def _drawing_clicked(self, drawing: bool) -> None:
        self.pane.set_region_editable(drawing)
        if drawing:
            self.pane.canvas.setFocus()

    def _region_taken(self, region: Roi | None) -> None:
        self._show_region(region)
        self.region_changed.emit(region)

    def _range_taken(self, frames: FrameRange) -> None:
        self.player.set_loop(frames)
        self.frame_range_changed.emit(frames)

    # Inside

    @property
    def _heading(self) -> str:
        return f"{self._title}, {self._correction}" if self._correction else self._title

    def _show_region(self, region: Roi | None) -> None:
        """Without a region of the user's, a correction leaves what all frames saw."""
        self.pane.set_region(region or self.region_controls.limits)

    def _choose(self, kind: str) -> None:
        self._view = kind
        self.view_buttons[kind].setChecked(True)

    def _lay_out(self) -> None:
        for button in self.view_buttons.values():
            self._views.addButton(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(2)
        about = (self.check_badge, self.metadata_button)
        column.addLayout(row_of((*self.view_buttons.values(), self.busy, self.cancel_button, None, *about)))
        column.addWidget(self.pane, 1)
        frames = row_of((self.player, self.range_controls), (0, 0, 0, 0))
        frames.setStretch(0, 1)
        column.addLayout(frames)
        column.addWidget(self.region_controls)

    def _connect(self) -> None:
        for kind, button in self.view_buttons.items():
            button.clicked.connect(lambda _, kind=kind: self._view_clicked(kind))
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.metadata_button.clicked.connect(self.metadata_requested)
        self.player.frame_wanted.connect(self.frame_requested)
        self.region_controls.region_changed.connect(self._region_taken)
        self.region_controls.drawing_changed.connect(self._drawing_clicked)
        self.range_controls.frame_range_changed.connect(self._range_taken)
        self.pane.region_drawn.connect(self.region_controls.take)
        self.pane.region_edit_left.connect(lambda: self.set_drawing(False))
        self.pane.display_changed.connect(self.display_changed)
