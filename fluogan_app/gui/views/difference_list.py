"""What differs from another run: a button that says how much, and the list of old and new values that it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QScrollArea, QToolButton, QWidget

from fluogan_app.core.project.differences import Difference
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.controls import QuietLabel, WordButton, row_of, toggle_button
from fluogan_app.gui.views.popover import HeadButton, Popover

#: Beyond so many pixels the list scrolls.
_HIGHEST = 320


class DifferenceButton(HeadButton):
    """Setters never emit. `taken_back` carries the differences that the user wants gone, `compared_with` a choice."""

    taken_back = Signal(object)  # tuple[Difference, ...]
    compared_with = Signal(str)

    def __init__(self) -> None:
        super().__init__("differences", "What was changed since that run, and back with one click")
        self._differences: tuple[Difference, ...] = ()
        self._title, self._choices, self._chosen = "", {}, ""
        self.panel: DifferencePanel | None = None
        self.clicked.connect(self.open)
        self.hide()

    def show_differences(
        self, title: str, differences: Sequence[Difference], choices: Mapping[str, str], chosen: str
    ) -> None:
        """Show what differs from “title”; `choices` are what else can be compared with, by key, one of them chosen."""
        self._title, self._differences = title, tuple(differences)
        self._choices, self._chosen = dict(choices), chosen
        count = len(self._differences)
        many = "1 value differs" if count == 1 else f"{count} values differ"
        self.set_words(f"{many} from {title}" if count else f"As {title}")
        self.setVisible(bool(title))
        if self.panel is not None:
            self.panel.show_list(self._title, self._differences, self._choices, self._chosen)
            self.panel.place_at(self)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What is shown."""
        return self._differences

    def open(self) -> None:
        """Open the list below the button."""
        panel = self.panel = DifferencePanel(self)
        panel.closed.connect(self._forget)
        panel.taken_back.connect(self.taken_back)
        panel.compared_with.connect(self.compared_with)
        panel.show_list(self._title, self._differences, self._choices, self._chosen)
        panel.show_at(self)

    def _forget(self) -> None:
        panel, self.panel = self.panel, None
        if panel is not None:
            panel.deleteLater()


class DifferencePanel(Popover):
    """The list: label, old → new with units, and a button to take each back, or all."""

    taken_back = Signal(object)
    compared_with = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("difference_panel", "Differences from a run", parent)
        self.title = QLabel()
        self.title.setObjectName("difference_title")
        self._choices = QButtonGroup(self)
        self._choice_row, self._area = QWidget(), QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.all_button = WordButton(
            "Take all back", "reset", "differences_take_back", "Set everything as it was in that run; one step for undo"
        )
        for part in (self.title, self._choice_row, self._area, self.all_button):
            self.column.addWidget(part)
        self._differences: tuple[Difference, ...] = ()
        self.all_button.clicked.connect(lambda: self.taken_back.emit(self._differences))

    def show_list(
        self, title: str, differences: Sequence[Difference], choices: Mapping[str, str], chosen: str
    ) -> None:
        """Show what differs."""
        self._differences = tuple(differences)
        self.title.setText(f"<b>Now, against {title}</b>" if differences else f"Everything is as in {title}.")
        self._show_choices(choices, chosen)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 6, 0)
        grid.setColumnStretch(3, 1)
        for row, difference in enumerate(self._differences):
            self._add(grid, row, difference)
        self._area.setWidget(page)
        wanted = page.sizeHint()
        self._area.setFixedSize(max(wanted.width() + 18, 300), min(wanted.height() + 2, _HIGHEST))
        self._area.setVisible(bool(differences))
        self.all_button.setVisible(bool(differences))

    def _add(self, grid: QGridLayout, row: int, difference: Difference) -> None:
        old, new = difference.short_before, difference.after_text
        parts = (QLabel(difference.label), QuietLabel(old), QLabel("→"), QLabel(new))
        for column, part in enumerate(parts):
            grid.addWidget(part, row, column)
        button = IconButton(
            "reset", f"take_back_{difference.name}", f"Take {difference.label} back",
            f"Back to {difference.before_text}",
        )  # fmt: skip
        button.clicked.connect(lambda: self.taken_back.emit((difference,)))
        grid.addWidget(button, row, len(parts))

    def _show_choices(self, choices: Mapping[str, str], chosen: str) -> None:
        for button in self._choices.buttons():
            self._choices.removeButton(button)
        old, self._choice_row = self._choice_row, QWidget()
        buttons = [self._choice(key, words, key == chosen) for key, words in choices.items()]
        self._choice_row.setLayout(row_of((*buttons, None), (0, 0, 0, 0)))
        self.column.replaceWidget(old, self._choice_row)
        old.deleteLater()
        self._choice_row.setVisible(len(choices) > 1)

    def _choice(self, key: str, words: str, chosen: bool) -> QToolButton:
        button = toggle_button(words, f"compare_with_{key}", f"Compare with {words}")
        button.setChecked(chosen)
        self._choices.addButton(button)
        button.clicked.connect(lambda: self.compared_with.emit(key))
        return button
