"""Which stack of a file is opened: its image, channel and plane, the axis that is time, and the range of frames."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluogan_app.core.data.description import FileDescription, SceneDescription
from fluogan_app.core.data.preview import Preview
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.readers.choice import kept_place, with_time_axis
from fluogan_app.core.readers.roles import NO_TIME
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.axis_table import AxisTable
from fluogan_app.gui.views.emission_colour import emission_colour
from fluogan_app.gui.views.frame_range_controls import FrameRangeControls
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.plane_controls import PlaneControls
from fluogan_app.gui.views.scene_words import channel_title, opening_line, pixel_text, scene_line, scene_names
from fluogan_app.gui.views.thumbnail_list import Entry, ThumbnailList
from fluogan_app.gui.views.warning_words import WarningWords

#: What readers call files that are one stack by their numbers.
SERIES = "Numbered"
#: The rest is in the tooltip: a file with many faults must not push the buttons off the screen.
_MOST_WARNINGS = 4


class StackChooser(QDialog):
    """Says by `chosen(Selection, FrameRange | None)` what to open; None is all frames.

    `previews_wanted` carries the selections whose pictures are in sight and not there yet, the most wanted first.
    """

    chosen = Signal(object, object)
    previews_wanted = Signal(object)  # tuple[Selection, ...]

    def __init__(
        self,
        description: FileDescription,
        selection: Selection = Selection(),
        frames: FrameRange | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._description, self._selection = description, selection
        self._preview: Selection | None = None
        self._frame_count = 0
        self.scenes = ThumbnailList("chooser_scenes", "Images in the file", 72)
        self.channels = ThumbnailList("chooser_channels", "Channels of the image", 64, across=True)
        self.pane = ImagePane(name="chooser")
        self.planes, self.axes, self.frames = PlaneControls("chooser"), AxisTable(), FrameRangeControls(name="chooser")
        self.warnings, self.summary = WarningWords("chooser_warnings", _MOST_WARNINGS), QLabel()
        self._buttons = QDialogButtonBox()
        self._dress()
        self._lay_out()
        self._connect()
        self._show_scenes()
        self._show_scene(frames)

    # What is shown

    def show_preview(self, selection: Selection, preview: Preview) -> None:
        """Show the picture of a selection, wherever it is in sight."""
        if selection == self._selection:
            pixel_size = self._scene.recording.pixel_size_nm
            shrunk_nm = None if pixel_size is None else pixel_size * preview.shrunk
            self.pane.set_image(preview.image, shrunk_nm, "counts", camera_pixels=preview.shrunk)
            self._preview = selection
        for entries, row in self._places_of(selection):
            entries.set_picture(row, preview.image)

    def show_failure(self, selection: Selection, error: FluoganError) -> None:
        """Say that there is no picture of a selection, and why."""
        if selection == self._selection:
            self.pane.set_image(None)
            self.pane.set_placeholder(error.one_line)
            self._preview = selection
        for entries, row in self._places_of(selection):
            entries.set_word(row, "cannot be read", error.one_line)

    def show_overdue(self, words: str) -> None:
        """Say that the drive does not answer, where the picture will be."""
        if self._preview != self._selection:
            self._await_preview(words)

    @property
    def selection(self) -> Selection:
        """What would be opened."""
        return self._selection

    @property
    def frame_range(self) -> FrameRange | None:
        """The frames that would be used; None for all."""
        frames = self.frames.frame_range
        return None if frames == FrameRange.whole(self._scene.sizes["T"]) else frames

    # The user's hands

    def showEvent(self, event: QShowEvent) -> None:
        """Only now is it known which pictures are in sight."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._ask_for_previews)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More of them may be in sight."""
        super().resizeEvent(event)
        self._ask_for_previews()

    def _choose(self, **changes: object) -> None:
        """Another scene, channel, plane or time axis; what no longer fits falls back to the first."""
        self._selection = replace(self._selection, **changes)
        self._show_scene()

    def _choose_scene(self, index: int) -> None:
        # Channels of the same names are others all the same: none keeps its picture.
        self.channels.set_entries((), -1)
        self._change_scene(index, "")

    def _choose_time(self, letter: str) -> None:
        stated = self._description.scenes[self._selection.scene].time_axis
        self.channels.forget_pictures()
        self._change_scene(self._selection.scene, "" if letter == stated else letter or NO_TIME)

    def _change_scene(self, index: int, time_axis: str) -> None:
        after = with_time_axis(self._description.scenes[index], time_axis)
        channel, plane = kept_place(self._selection.channel, self._selection.plane, self._scene, after)
        self._choose(scene=index, channel=channel, plane=plane, time_axis=time_axis)

    def _choose_plane(self, index: int) -> None:
        self.channels.forget_pictures()
        self._choose(plane=index)

    def accept(self) -> None:
        """Open what is chosen."""
        super().accept()
        self.chosen.emit(self._selection, self.frame_range)

    # Inside

    @property
    def _scene(self) -> SceneDescription:
        return with_time_axis(self._description.scenes[self._selection.scene], self._selection.time_axis)

    def _default(self, scene: int) -> Selection:
        """What stands for a scene in the list: its first channel and plane."""
        return Selection(scene=scene, alone=self._selection.alone)

    def _show_scenes(self) -> None:
        scenes = self._description.scenes
        names = scene_names(scenes)
        entries = [
            Entry(name, f"{scene_line(scene)}\n{_pixels_text(scene)}")
            for name, scene in zip(names, scenes, strict=True)
        ]
        self.scenes.set_entries(entries, self._selection.scene)

    def _show_scene(self, frames: FrameRange | None = None) -> None:
        scene, chosen = self._scene, self._selection
        self._show_channels(scene, chosen.channel)
        self.planes.set_plane(chosen.plane, scene.sizes["Z"])
        self.axes.set_scene(scene)
        self._order_keys()
        self._show_frames(scene.sizes["T"], frames)
        self._show_words()
        self._ask_for_previews()

    def _order_keys(self) -> None:
        """The tabulator goes from above to below, to buttons that were made later too."""
        before: QWidget = self.channels
        for button in self.axes.choices:
            self.setTabOrder(before, button)
            before = button

    def _show_channels(self, scene: SceneDescription, channel: int) -> None:
        entries = []
        for index in range(scene.sizes["C"]):
            emission = scene.recording.emission_nm(index)
            colour = emission_colour(emission) if emission is not None else None
            entries.append(Entry(channel_title(scene, index), f"{emission:g} nm" if emission else "", colour))
        self.channels.set_entries(entries, channel)
        self._channel_part.setVisible(len(entries) > 1)

    def _show_frames(self, count: int, frames: FrameRange | None) -> None:
        if count == self._frame_count and frames is None:
            return
        self._frame_count = count
        self.frames.setVisible(count > 1)
        self.frames.set_count(count)
        if frames is not None and frames.stop <= count:
            self.frames.set_frame_range(frames)

    def _show_words(self) -> None:
        scene = self._scene
        self.summary.setText(opening_line(scene, self._selection, self.frames.frame_range))
        self.warnings.set_warnings(scene.warnings)

    def _ask_for_previews(self) -> None:
        if not self.isVisible():
            return
        chosen = self._selection
        wanted = [chosen] if self._preview != chosen else []
        if self._preview != chosen and self._preview is not None and self._preview.scene != chosen.scene:
            self._await_preview("Reading…")
        if self.channels.isVisible():
            wanted += [replace(chosen, channel=row) for row in self.channels.rows_without_picture()]
        if self.scenes.isVisible():
            wanted += [self._default(row) for row in self.scenes.rows_without_picture()]
        self.previews_wanted.emit(tuple(dict.fromkeys(wanted)))

    def _await_preview(self, words: str) -> None:
        self.pane.set_image(None)
        self.pane.set_placeholder(words)

    def _places_of(self, selection: Selection) -> list[tuple[ThumbnailList, int]]:
        places = []
        if selection == self._default(selection.scene):
            places.append((self.scenes, selection.scene))
        if replace(selection, channel=0) == replace(self._selection, channel=0):
            places.append((self.channels, selection.channel))
        return [(entries, row) for entries, row in places if row < entries.count()]

    def _dress(self) -> None:
        name, count = self._description.path.name, len(self._description.scenes)
        self.setObjectName("stack_chooser")
        self.setWindowTitle(f"Choose a stack of {name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(960 if count > 1 else 720, 620)
        self.pane.drop_fit_button()
        self.pane.set_title(name, self._description.reader)
        self.pane.set_placeholder("Reading…")
        self.pane.setMinimumSize(320, 200)
        self.pane.alone_button.hide()
        self.summary.setObjectName("chooser_summary")
        self.summary.setFont(small_font(self.summary, 1.0, bold=True))
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.frames.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def _lay_out(self) -> None:
        several = len(self._description.scenes) > 1
        columns = QHBoxLayout()
        if several:
            columns.addLayout(_titled(f"&Images in the file ({len(self._description.scenes)})", self.scenes), 3)
        columns.addLayout(self._middle(), 5)
        whole = QVBoxLayout(self)
        whole.addLayout(columns, 1)
        for part in (self.frames, self.warnings, self.summary):
            whole.addWidget(part)
        whole.addWidget(self._buttons)
        for role, words, name in (
            (QDialogButtonBox.ButtonRole.AcceptRole, "&Open", "chooser_open"),
            (QDialogButtonBox.ButtonRole.RejectRole, "Cancel", "chooser_cancel"),
        ):
            button = self._buttons.addButton(words, role)
            button.setObjectName(name)
        self._add_series_button()
        self.open_button = self._buttons.findChild(QPushButton, "chooser_open")
        self.open_button.setDefault(True)
        (self.scenes if several else self.channels).setFocus()

    def _add_series_button(self) -> None:
        """A file of a numbered series can be opened alone, and the series again from it."""
        alone = self._selection.alone
        if not alone and not self._description.reader.startswith(SERIES):
            return
        button = self._buttons.addButton(
            "Open the whole &series" if alone else "Open this file &alone", QDialogButtonBox.ButtonRole.ActionRole
        )
        button.setObjectName("chooser_series")
        button.clicked.connect(lambda: self._end_with(Selection(alone=not alone)))

    def _end_with(self, selection: Selection) -> None:
        super().accept()
        self.chosen.emit(selection, None)

    def _middle(self) -> QVBoxLayout:
        """The picture of what is chosen, with what chooses it: plane, channel, axes."""
        self._channel_part = QWidget()
        self._channel_part.setLayout(_titled("&Channels", self.channels))
        self._channel_part.layout().setContentsMargins(0, 0, 0, 0)
        middle = QVBoxLayout()
        middle.addWidget(self.pane, 1)
        for part in (self.planes, self._channel_part, self.axes):
            middle.addWidget(part)
        return middle

    def _connect(self) -> None:
        self.scenes.chosen.connect(self._choose_scene)
        self.channels.chosen.connect(lambda index: self._choose(channel=index))
        self.planes.plane_changed.connect(self._choose_plane)
        self.axes.time_axis_chosen.connect(self._choose_time)
        self.frames.frame_range_changed.connect(lambda _: self._show_words())
        for entries in (self.scenes, self.channels):
            entries.scrolled.connect(self._ask_for_previews)
            entries.itemDoubleClicked.connect(lambda _: self.accept())
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)


def _pixels_text(scene: SceneDescription) -> str:
    return f"{scene.sizes['Y']} × {scene.sizes['X']} pixels, {pixel_text(scene)}"


def _titled(title: str, part: QWidget) -> QVBoxLayout:
    label = QLabel(title)
    label.setBuddy(part)
    column = QVBoxLayout()
    column.addWidget(label)
    column.addWidget(part, 1)
    return column
