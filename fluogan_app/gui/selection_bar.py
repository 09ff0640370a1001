"""Which image of a file that holds several is looked at: scene, channel, plane, and the axis taken as time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QWidget

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.description import FileDescription, SceneDescription
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.readers.choice import with_time_axis
from fluogan_app.core.readers.roles import NO_TIME
from fluogan_app.gui.style import PaletteWatcher, origin_colour, set_colour
from fluogan_app.gui.views.controls import CalmComboBox, ElidedLabel, QuietLabel
from fluogan_app.gui.views.scene_words import channel_name, scene_names

_TIPS = {
    "scene": "Image or position in the file",
    "channel": "Colour channel",
    "plane": "Focal plane",
    "time_axis": "The axis of the file that counts the exposures. Change it where the file names it wrongly.",
}
_WORDS = {"scene": "Scene", "channel": "Channel", "plane": "Plane", "time_axis": "Time axis"}


class SelectionBar(QWidget):
    """Shows the choices that there are, and nothing where there is none. Setters never emit."""

    selection_changed = Signal(object)  # Selection
    choose_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("selection_bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 3, 6, 0)
        self._shown = Selection()
        self._boxes: dict[str, CalmComboBox] = {}
        self._labels: dict[str, QLabel] = {}
        for name, words in _WORDS.items():
            label, box = QuietLabel(words), CalmComboBox()
            box.setObjectName(f"select_{name}")
            box.setAccessibleName(words)
            box.setToolTip(_TIPS[name])
            label.setBuddy(box)
            box.activated.connect(lambda _: self.selection_changed.emit(self.selection))
            row.addWidget(label)
            row.addWidget(box)
            self._labels[name], self._boxes[name] = label, box
        self.remark = ElidedLabel()
        self.remark.setObjectName("select_remark")
        self.choose_button = QPushButton("Choose…")
        self.choose_button.setObjectName("select_choose")
        self.choose_button.setAccessibleName("Choose another image of the file")
        self.choose_button.setToolTip("See the images, channels and axes of the file, and choose among them")
        self.choose_button.clicked.connect(self.choose_requested)
        row.addWidget(self.remark, 1)
        row.addWidget(self.choose_button)
        PaletteWatcher(self).changed.connect(self._colour_remark)
        self._colour_remark()
        self.hide()

    def set_choices(
        self,
        description: FileDescription | None,
        selection: Selection = Selection(),
        remarks: Sequence[str] = (),
    ) -> None:
        """Show what a file holds, which of it is open, and what is to be said of it: a guess, a fault."""
        self._shown = selection
        choices = _choices(description, selection) if description is not None else {}
        for name, box in self._boxes.items():
            self._fill(name, box, choices.get(name, []), getattr(selection, name))
        self._show_remarks(remarks)
        self.setVisible(bool(remarks) or any(len(entries) > 1 for entries in choices.values()))

    def _show_remarks(self, remarks: Sequence[str]) -> None:
        more = f" (and {len(remarks) - 1} more)" if len(remarks) > 1 else ""
        self.remark.setText(f"⚠ {remarks[0]}{more}" if remarks else "")
        self.remark.setToolTip("\n".join(remarks))

    def _colour_remark(self) -> None:
        set_colour(self.remark, origin_colour(Origin.ASSUMED, QApplication.palette()))

    @property
    def selection(self) -> Selection:
        """What is chosen."""
        chosen = {name: box.currentData() for name, box in self._boxes.items()}
        return replace(self._shown, **{name: value for name, value in chosen.items() if value is not None})

    def _fill(self, name: str, box: CalmComboBox, entries: list[tuple[str, object]], value: object) -> None:
        blocked = QSignalBlocker(box)
        box.clear()
        for text, data in entries:
            box.addItem(text, data)
        box.setCurrentIndex(max(box.findData(value), 0) if entries else -1)
        del blocked
        for part in (box, self._labels[name]):
            part.setVisible(len(entries) > 1)


def _choices(description: FileDescription, selection: Selection) -> dict[str, list[tuple[str, object]]]:
    scenes = description.scenes
    scene = with_time_axis(scenes[selection.scene], selection.time_axis)
    return {
        "scene": [(name, index) for index, name in enumerate(scene_names(scenes))],
        "channel": [(channel_name(scene, index), index) for index in range(scene.sizes.get("C", 1))],
        "plane": [(f"{index + 1} of {scene.sizes['Z']}", index) for index in range(scene.sizes.get("Z", 1))],
        "time_axis": _time_axes(scene),
    }


def _time_axes(scene: SceneDescription) -> list[tuple[str, object]]:
    """The reader's choice first, then every axis of the file that is no side of the image."""
    letters = list(scene.axis_counts)
    if len(letters) < 2:
        return []
    return [("as the file says", ""), *((letter, letter) for letter in letters), ("none", NO_TIME)]
