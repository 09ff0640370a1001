"""Looking through a stack: frames with play, projections, contrast, the region and the range of frames."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.units import length_text
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.controls import QuietLabel, WholeNumberField
from fluogan_app.gui.views.image_pane import ImagePane

#: What can be looked at, with its words and their explanation.
VIEWS = {
    "frame": ("Frame", "One frame of the stack"),
    "mean": ("Mean", "Mean over the chosen frames"),
    "max": ("Maximum", "Brightest value of each pixel over the chosen frames"),
    "std": ("Std dev", "Standard deviation of each pixel over the chosen frames: shows what blinks"),
}


class StackBrowser(QWidget):
    """Setters never emit; what the user does is told by signals. Frames are numbered from 0."""

    frame_requested = Signal(int)
    projection_requested = Signal(str)
    region_changed = Signal(object)  # Roi | None
    frame_range_changed = Signal(object)  # FrameRange
    display_changed = Signal(object)  # DisplaySettings

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stack_browser")
        self._count, self._shape, self._pixel_size_nm = 0, (0, 0), None
        self._view, self._awaiting = "frame", False
        self._region: Roi | None = None
        self.pane = ImagePane(name="stack")
        self.pane.set_placeholder("No stack is open")
        self._timer = QTimer(self)
        self._make_view_controls()
        self._make_frame_controls()
        self._make_region_controls()
        self._make_range_controls()
        self._lay_out()
        self._connect()
        self._enable()

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
        self.stop_playing()
        self._count, self._shape, self._pixel_size_nm = frame_count, shape_yx, pixel_size_nm
        self._title, self._dtype = title, str(dtype)
        self._awaiting = False
        self.pane.set_image(None)
        self.pane.set_title(title)
        for field, low, high in (
            (self.slider, 0, max(frame_count - 1, 0)), (self.frame_field, 0, max(frame_count - 1, 0)),
            (self.start_field, 0, max(frame_count - 1, 0)), (self.stop_field, 1, max(frame_count, 1)),
        ):  # fmt: skip
            blocked = QSignalBlocker(field)
            field.setRange(low, high)
            del blocked
        self._set_frame_fields(0)
        self.set_frame_range(FrameRange.whole(max(frame_count, 1)))
        self.set_region(None)
        self._enable()

    def set_pixel_size(self, pixel_size_nm: float | None) -> None:
        """Change the scale, after the user corrected it."""
        if pixel_size_nm != self._pixel_size_nm:
            self._pixel_size_nm = pixel_size_nm
            if self.pane.image is not None:
                self.pane.set_image(self.pane.image, pixel_size_nm, "counts", keep_levels=True)
                self.pane.fit()
            self._show_region_words()

    def show_frame(self, index: int, array: np.ndarray) -> None:
        """Show one frame [y, x] in counts. Its contrast stays as the frame's before it."""
        keep = self._view == "frame" and self.pane.image is not None
        self._awaiting = False
        self._choose("frame")
        self._set_frame_fields(index)
        self.pane.set_title(self._title, f"frame {index} of 0 to {self._count - 1}")
        self.pane.set_image(array, self._pixel_size_nm, "counts", keep_levels=keep)

    def show_projection(self, kind: str, array: np.ndarray) -> None:
        """Show a projection, a key of VIEWS, [y, x] in counts."""
        self._awaiting = False
        self._choose(kind)
        self.pane.set_title(self._title, f"{VIEWS[kind][0].lower()} of {self.frame_range}")
        self.pane.set_image(array, self._pixel_size_nm, "counts")

    def set_region(self, region: Roi | None) -> None:
        """Show the region that will be reconstructed; None is the whole frame."""
        self._region = region
        self.pane.set_region(region)
        whole = Roi.whole(self._shape)
        shown = region or whole
        self._set_region_ranges(shown)
        for field, value in zip(self.region_fields, (shown.y0, shown.x0, shown.height, shown.width), strict=True):
            blocked = QSignalBlocker(field)
            field.setValue(value)
            del blocked
        self.clear_button.setEnabled(region is not None)
        self._show_region_words()

    def set_frame_range(self, frames: FrameRange) -> None:
        """Show the frames that will be used."""
        for field, value in ((self.start_field, frames.start), (self.stop_field, frames.stop)):
            blocked = QSignalBlocker(field)
            field.setValue(value)
            del blocked
        self._bound_range_fields()
        self.range_words.setText(f"{len(frames)} of {self._count}")
        self.all_frames_button.setEnabled(frames != FrameRange.whole(max(self._count, 1)))

    def set_busy(self, text: str) -> None:
        """Say what is being read; an empty text ends it."""
        self.busy.setText(text)
        if not text:
            self._awaiting = False

    def set_drawing(self, drawing: bool) -> None:
        """Let the mouse draw the region."""
        self.draw_button.setChecked(drawing)
        self.pane.set_region_editable(drawing)

    def stop_playing(self) -> None:
        """Stand still at the frame in sight."""
        self._timer.stop()
        self.play_button.setChecked(False)
        self.play_button.set_icon_name("play")

    # What the user has chosen

    @property
    def region(self) -> Roi | None:
        """The region in sight; None is the whole frame."""
        return self._region

    @property
    def frame_range(self) -> FrameRange:
        """The range of frames in sight."""
        return FrameRange(self.start_field.value(), self.stop_field.value())

    @property
    def view(self) -> str:
        """What is looked at, a key of VIEWS."""
        return self._view

    @property
    def playing(self) -> bool:
        """Whether frames are running."""
        return self._timer.isActive()

    # Parts

    def _make_view_controls(self) -> None:
        self._views = QButtonGroup(self)
        self.view_buttons = {}
        for kind, (text, tooltip) in VIEWS.items():
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setObjectName(f"stack_view_{kind}")
            button.setAccessibleName(f"Show {text.lower()}")
            button.setToolTip(tooltip)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._views.addButton(button)
            self.view_buttons[kind] = button
        self.view_buttons["frame"].setChecked(True)
        self.busy = QuietLabel(object_name="stack_busy")

    def _make_frame_controls(self) -> None:
        self.play_button = IconButton("play", "stack_play", "Play", "Play the frames (space)", checkable=True)
        self.play_button.setShortcut(Qt.Key.Key_Space)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("stack_slider")
        self.slider.setAccessibleName("Frame")
        self.slider.setToolTip("Frame, counted from 0 (arrow keys)")
        self.frame_field = WholeNumberField("stack_frame", "Frame number", "Frame, counted from 0")
        self.rate_field = WholeNumberField("stack_rate", "Frames per second", "Speed of playing", " fps")
        self.rate_field.setRange(1, 60)
        self.rate_field.setValue(15)

    def _make_region_controls(self) -> None:
        self.draw_button = IconButton(
            "region", "stack_draw_region", "Draw region", "Draw the region to reconstruct; drag its edges to change it, "
            "Esc ends", checkable=True,
        )  # fmt: skip
        self.draw_button.setText("Draw region")
        self.draw_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.clear_button = IconButton("clear", "stack_clear_region", "Clear region", "Use the whole frame")
        names = (("y", "First row of the region"), ("x", "First column of the region"),
                 ("height", "Rows of the region"), ("width", "Columns of the region"))  # fmt: skip
        self.region_fields = tuple(
            WholeNumberField(f"stack_region_{name}", words, f"{words}, in camera pixels") for name, words in names
        )
        self.region_words = QuietLabel(object_name="stack_region_words")

    def _make_range_controls(self) -> None:
        self.start_field = WholeNumberField("stack_range_start", "First frame used", "First frame that is used, from 0")
        self.stop_field = WholeNumberField(
            "stack_range_stop", "Frame after the last one used", "The frame after the last one that is used"
        )
        self.all_frames_button = QToolButton()
        self.all_frames_button.setText("All")
        self.all_frames_button.setObjectName("stack_range_all")
        self.all_frames_button.setAccessibleName("Use all frames")
        self.all_frames_button.setToolTip("Use all frames")
        self.all_frames_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.range_words = QuietLabel(object_name="stack_range_words")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(_row(*self.view_buttons.values(), self.busy, None))
        column.addWidget(self.pane, 1)
        column.addLayout(_row(self.play_button, self.slider, self.frame_field, self.rate_field))
        y_field, x_field, height_field, width_field = self.region_fields
        column.addLayout(
            _row(
                self.draw_button, self.clear_button, "row", y_field, "column", x_field, "height", height_field,
                "width", width_field, self.region_words, None,
            )
        )  # fmt: skip
        column.addLayout(
            _row("Frames", self.start_field, "up to, not with", self.stop_field, self.all_frames_button, self.range_words, None)
        )

    def _connect(self) -> None:
        for kind, button in self.view_buttons.items():
            button.clicked.connect(lambda _, kind=kind: self._view_clicked(kind))
        self.slider.valueChanged.connect(self._ask_for_frame)
        self.frame_field.valueChanged.connect(self._ask_for_frame)
        self.play_button.clicked.connect(self._play_clicked)
        self.rate_field.valueChanged.connect(lambda rate: self._timer.setInterval(1000 // rate))
        self._timer.timeout.connect(self._next_frame)
        self.draw_button.clicked.connect(self._draw_clicked)
        self.clear_button.clicked.connect(lambda: self._take_region(None))
        for field in self.region_fields:
            field.valueChanged.connect(self._region_typed)
        self.start_field.valueChanged.connect(self._range_typed)
        self.stop_field.valueChanged.connect(self._range_typed)
        self.all_frames_button.clicked.connect(lambda: self._take_range(FrameRange.whole(self._count)))
        self.pane.region_drawn.connect(self._take_region)
        self.pane.region_edit_left.connect(lambda: self.set_drawing(False))
        self.pane.display_changed.connect(self.display_changed)

    # The user's hands

    def _view_clicked(self, kind: str) -> None:
        self._awaiting = True
        if kind == "frame":
            self.frame_requested.emit(self.slider.value())
        else:
            self.stop_playing()
            self.projection_requested.emit(kind)

    def _ask_for_frame(self, index: int) -> None:
        self._set_frame_fields(index)
        self._awaiting = True
        self.frame_requested.emit(index)

    def _play_clicked(self, play: bool) -> None:
        if not play:
            return self.stop_playing()
        self.play_button.set_icon_name("pause")
        self._timer.start(1000 // self.rate_field.value())

    def _next_frame(self) -> None:
        # A frame is asked for when the last one has come: a slow disk slows the film and piles up nothing.
        if not self._awaiting and self._count:
            frames = self.frame_range
            following = self.slider.value() + 1
            self._ask_for_frame(following if frames.start <= following < frames.stop else frames.start)

    def _draw_clicked(self, drawing: bool) -> None:
        self.pane.set_region_editable(drawing)
        if drawing:
            self.pane.canvas.setFocus()

    def _region_typed(self) -> None:
        y0, x0, height, width = (field.value() for field in self.region_fields)
        rows, columns = self._shape
        self._take_region(Roi(y0, x0, min(height, rows - y0), min(width, columns - x0)))

    def _take_region(self, region: Roi | None) -> None:
        if region == Roi.whole(self._shape):
            region = None
        self.set_region(region)
        self.region_changed.emit(region)

    def _range_typed(self) -> None:
        self._take_range(self.frame_range)

    def _take_range(self, frames: FrameRange) -> None:
        self.set_frame_range(frames)
        self.frame_range_changed.emit(frames)

    # Display

    def _choose(self, kind: str) -> None:
        self._view = kind
        self.view_buttons[kind].setChecked(True)

    def _set_frame_fields(self, index: int) -> None:
        for field in (self.slider, self.frame_field):
            blocked = QSignalBlocker(field)
            field.setValue(index)
            del blocked

    def _set_region_ranges(self, shown: Roi) -> None:
        rows, columns = self._shape
        ranges = ((0, rows - 1), (0, columns - 1), (1, rows - shown.y0), (1, columns - shown.x0))
        for field, (low, high) in zip(self.region_fields, ranges, strict=True):
            blocked = QSignalBlocker(field)
            field.setRange(low, max(high, low))
            del blocked

    def _bound_range_fields(self) -> None:
        for field, low, high in (
            (self.start_field, 0, self.stop_field.value() - 1),
            (self.stop_field, self.start_field.value() + 1, max(self._count, 1)),
        ):
            blocked = QSignalBlocker(field)
            field.setRange(low, high)
            del blocked

    def _show_region_words(self) -> None:
        region = self._region or Roi.whole(self._shape)
        words = "whole frame" if self._region is None else "region"
        if self._pixel_size_nm and self._count:
            width, height = region.width * self._pixel_size_nm, region.height * self._pixel_size_nm
            words += f", {length_text(width)} × {length_text(height)}"
        self.region_words.setText(words if self._count else "")

    def _enable(self) -> None:
        for part in (
            *self.view_buttons.values(), self.play_button, self.slider, self.frame_field, self.rate_field,
            self.draw_button, *self.region_fields, self.start_field, self.stop_field,
        ):  # fmt: skip
            part.setEnabled(self._count > 0)


def _row(*parts: QWidget | str | None) -> QHBoxLayout:
    """Widgets beside each other; text becomes a label, None takes the room that is left."""
    row = QHBoxLayout()
    row.setContentsMargins(6, 1, 6, 1)
    row.setSpacing(5)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(QLabel(part) if isinstance(part, str) else part)
    return row
