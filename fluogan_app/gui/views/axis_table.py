"""The axes of an image as the file has them, what each is taken as, and which one is time."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QApplication, QButtonGroup, QGridLayout, QLabel, QToolButton, QWidget

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.description import SceneDescription
from fluogan_app.core.readers.choice import TIME, roles_of
from fluogan_app.gui.style import PaletteWatcher, origin_colour, set_colour
from fluogan_app.gui.views.controls import QuietLabel, toggle_button
from fluogan_app.gui.views.scene_words import AXIS_WORDS

_HEADS = ("Axis", "Length", "Taken as", "Take as")


class AxisTable(QWidget):
    """Setters never emit; `time_axis_chosen` carries the letter of the user's time axis, "" for none."""

    time_axis_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("axis_table")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(28)
        self._grid.setColumnStretch(len(_HEADS), 1)
        self._grid.setVerticalSpacing(3)
        self._group = QButtonGroup(self)
        self._rows: list[QWidget] = []
        self._guess: QLabel | None = None
        PaletteWatcher(self).changed.connect(self._colour_guess)

    def set_scene(self, scene: SceneDescription) -> None:
        """Show the axes as they are taken."""
        had_keys = self._group.checkedButton() is not None and self._group.checkedButton().hasFocus()
        self._clear()
        for column, words in enumerate(_HEADS):
            self._add(QuietLabel(words), 0, column)
        for row, (letter, role) in enumerate(roles_of(scene).items(), 1):
            self._add_axis(row, letter, scene, role)
        row = len(scene.axis_counts) + 1
        for column, words in enumerate(("Y, X", f"{scene.sizes['Y']} × {scene.sizes['X']}", "sides of the image")):
            self._add(QLabel(words), row, column)
        if scene.axis_counts:
            self._add(QLabel("no axis is time: one frame only"), row + 1, 0, 3)
            self._add(self._choice("", "No axis is time", scene.time_axis == ""), row + 1, 3)
        self._colour_guess()
        # The keys stay where they were: it was one of these that was chosen, and all of them are new now.
        if had_keys and self._group.checkedButton() is not None:
            self._group.checkedButton().setFocus()

    @property
    def choices(self) -> list[QToolButton]:
        """The buttons that choose, from above."""
        return [button for button in self._group.buttons() if isinstance(button, QToolButton)]

    def _add_axis(self, row: int, letter: str, scene: SceneDescription, role: str) -> None:
        word = AXIS_WORDS.get(letter, "")
        name = QLabel(f"{letter} ({word})" if word else letter)
        taken = QLabel(role)
        taken.setObjectName(f"axis_{letter}_role")
        if role == TIME and scene.time_guessed:
            taken.setText("? time, a guess")
            taken.setToolTip("The file names no time axis. Choose another one if this is not how it was recorded.")
            self._guess = taken
        for column, part in enumerate((name, QLabel(str(scene.axis_counts[letter])), taken)):
            self._add(part, row, column)
        self._add(self._choice(letter, f"Take axis {letter} as time", role == TIME), row, 3)

    def _choice(self, letter: str, words: str, checked: bool) -> QToolButton:
        button = toggle_button("time" if letter else "none", f"time_axis_{letter or 'none'}", words)
        button.setChecked(checked)
        self._group.addButton(button)
        button.toggled.connect(lambda on: on and self.time_axis_chosen.emit(letter))
        return button

    def _add(self, part: QWidget, row: int, column: int, span: int = 1) -> None:
        self._grid.addWidget(part, row, column, 1, span)
        self._rows.append(part)

    def _clear(self) -> None:
        self._guess = None
        for part in self._rows:
            blocked = QSignalBlocker(part)
            if isinstance(part, QToolButton):
                self._group.removeButton(part)
            self._grid.removeWidget(part)
            part.hide()
            part.deleteLater()
            del blocked
        self._rows = []

    def _colour_guess(self) -> None:
        if self._guess is not None:
            set_colour(self._guess, origin_colour(Origin.ASSUMED, QApplication.palette()))
