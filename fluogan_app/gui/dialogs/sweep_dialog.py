"""Trying values: what to vary, the grid of what comes out, a map of each measure, and the values to go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox, QDialog, QFormLayout, QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QTabWidget, QVBoxLayout,
    QWidget,
)  # fmt: skip

from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.project.sweep import SweepCell, measure_text, measures_told, rule_told, suggested
from fluogan_app.core.project.sweep_figure import cell_title
from fluogan_app.core.project.sweep_plan import SweepPlan
from fluogan_app.core.project.sweep_score import scored
from fluogan_app.gui.style import problem_colour, set_colour, small_font
from fluogan_app.gui.views.controls import CalmComboBox, QuietLabel, WordButton, WrappedLabel, row_of
from fluogan_app.gui.views.measure_map import MeasureMap
from fluogan_app.gui.views.sweep_grid import CellPicture, Place, SweepGrid

_LEFT_WIDTH = 330
_ABOUT = (
    "One square of the stack is reconstructed with every combination of these values, each as a run of that square "
    "would give it{without}. Each cell is kept in the project as soon as it is done."
)
_VALUES_TIP = (
    "Values, as in 0.3, 1, 3: decimals with a point, a comma between values. Or first:last:how many, as in 2:6:3, with "
    "“log” behind for even ratios"
)
NOTHING = ""


@dataclass(frozen=True)
class SweepWish:
    """What stands in the fields: names and values of one or two parameters; whole: the run's region, not a square."""

    axes: tuple[tuple[str, str], ...]
    whole: bool
    quick: bool


class SweepDialog(QDialog):
    """Stays beside the window. Setters never emit; `left` says that nobody waits for cells any more."""

    name_chosen = Signal(int, str)  # which axis, name of the parameter
    start_requested = Signal()
    completion_requested = Signal()
    pause_requested = Signal()
    cancel_requested = Signal()
    kept_chosen = Signal(int)  # number of a kept sweep
    cell_chosen = Signal(object)  # (row, column)
    use_requested = Signal()
    run_requested = Signal()
    left = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep_dialog")
        self.setWindowTitle(f"Try values on {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1160, 660)
        self.names = (_choice("sweep_name_0", "First parameter"), _choice("sweep_name_1", "Second parameter"))
        self.values = (_field("sweep_values_0", "First values"), _field("sweep_values_1", "Second values"))
        self.where, self.kept = _choice("sweep_where", "Where"), _choice("sweep_kept", "Sweeps of this project")
        self.quick = QCheckBox("Quick: a third of the steps")
        self.message, self.about_cell, self.rule = WrappedLabel(), WrappedLabel(), WrappedLabel()
        self.about = WrappedLabel(_ABOUT.format(without=""))
        self.grid, self.map, self.measure = SweepGrid(), MeasureMap(), _choice("sweep_measure", "Measure")
        self.progress, self.stage = QProgressBar(), QuietLabel(object_name="sweep_stage")
        self._plan: SweepPlan | None = None
        self._cells: dict[Place, SweepCell] = {}
        self._scored: dict[Place, SweepCell] = {}
        self._chosen: Place | None = None
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.show_plan(None)
        self.set_state(running=False, paused=False, can_start=True)

    # Setters

    def set_names(self, titles: Mapping[str, str]) -> None:
        """What can be varied, by name; the second may be none."""
        for number, box in enumerate(self.names):
            box.clear()
            if number:
                box.addItem("none", NOTHING)
            for name, title in titles.items():
                box.addItem(title, name)

    def set_method(self, has_critic: bool, has_steps: bool) -> None:
        """What the method has that a sweep can leave out: its critic, and part of its steps."""
        self.about.setText(_ABOUT.format(without=", without the critic" if has_critic else ""))
        self.quick.setVisible(has_steps)
        if not has_steps:
            self.quick.setChecked(False)

    def set_axis(self, number: int, name: str, values: str) -> None:
        """Show a parameter and its values."""
        box = self.names[number]
        box.setCurrentIndex(max(0, box.findData(name)))
        self.values[number].setText(values)
        self.values[number].setEnabled(bool(name))

    def set_kept(self, titles: Mapping[int, str], current: int | None) -> None:
        """The sweeps that the project holds, by number."""
        self.kept.clear()
        for number, title in titles.items():
            self.kept.addItem(title, number)
        self.kept.setCurrentIndex(self.kept.findData(current))
        self.kept.setVisible(bool(titles))

    def set_state(self, running: bool, paused: bool, can_start: bool, why_not: str = "") -> None:
        """What can be done now."""
        self.start_button.setEnabled(can_start and not running)
        self.start_button.setToolTip(why_not or "Reconstruct the square with each of these values")
        missing = self._plan is not None and 0 < len(self._cells) < self.progress.maximum()
        self.complete_button.setVisible(missing and not running)
        self.complete_button.setEnabled(can_start)
        for part in (self.pause_button, self.cancel_button, self.progress):
            part.setVisible(running)
        self.pause_button.set_words("&Go on" if paused else "&Pause", "play" if paused else "pause")
        self.stage.setVisible(running)
        self._show_choice()

    def set_message(self, sentence: str, wrong: bool = False) -> None:
        """Say something; "" takes it away."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
        set_colour(self.message, problem_colour(self.palette()) if wrong else self.palette().windowText().color())

    def show_plan(self, plan: SweepPlan | None) -> None:
        """Begin a grid of empty cells."""
        self._plan, self._cells, self._chosen = plan, {}, None
        self.grid.show_plan(plan)
        self._set_measures()
        count = plan.shape[0] * plan.shape[1] if plan is not None else 1
        self.progress.setRange(0, count)
        self._refresh()

    def show_cell(self, cell: SweepCell, picture: CellPicture | None) -> None:
        """Show one cell more."""
        self._cells[cell.place] = cell
        self.grid.show_cell(cell, picture)
        self._refresh()

    def choose(self, place: Place | None) -> None:
        """Mark a cell as the chosen one."""
        self._chosen = place if place in self._cells and self._cells[place].done else None
        self._refresh()

    @property
    def wish(self) -> SweepWish:
        """What stands in the fields."""
        named = ((box.currentData(), field.text()) for box, field in zip(self.names, self.values))
        axes = tuple((name, text) for name, text in named if name)
        return SweepWish(axes, self.where.currentData() == "region", self.quick.isChecked())

    @property
    def plan(self) -> SweepPlan | None:
        """What the grid shows."""
        return self._plan

    @property
    def chosen(self) -> SweepCell | None:
        """The chosen cell."""
        return self._cells.get(self._chosen) if self._chosen is not None else None

    @property
    def cells(self) -> Sequence[SweepCell]:
        """All that are there."""
        return list(self._cells.values())

    # Inside

    def _set_measures(self) -> None:
        """The measures of such pictures as the plan makes, and how the suggestion is made among them."""
        claims = self._plan.claims if self._plan is not None else LIGHT
        self._measures = measures_told(claims)
        self.rule.setText(rule_told(claims))
        self.measure.clear()
        for item in self._measures:
            self.measure.addItem(f"{item.label}: {item.meaning}", item.name)

    def _refresh(self) -> None:
        self._scored = {cell.place: cell for cell in scored(self.cells)}
        best = suggested(self.cells)
        self.grid.show_numbers(self._scored.values())
        self.grid.show_marks(self._chosen, best.place if best is not None else None)
        self.rule.setVisible(best is not None)
        self.progress.setValue(len(self._cells))
        self.stage.setText(f"{len(self._cells)} of {self.progress.maximum()} cells")
        self._show_map()
        self._show_choice()

    def _show_map(self) -> None:
        measure = self._measures[max(self.measure.currentIndex(), 0)]
        self.map.show_map(self._plan, list(self._scored.values()), measure)

    def _show_choice(self) -> None:
        cell = self._scored.get(self._chosen) if self._chosen is not None else None
        for button in (self.use_button, self.run_button):
            button.setEnabled(cell is not None)
        if cell is None or self._plan is None:
            self.about_cell.setText("Click a picture to choose its values." if self._cells else "")
            return
        said = [f"{item.label} {measure_text(cell, item)} – {item.meaning}" for item in self._measures]
        self.about_cell.setText("\n".join([cell_title(self._plan, cell), *said]))

    def _make_buttons(self) -> None:
        self.start_button = WordButton("&Start", "play", "sweep_start", "", primary=True)
        self.pause_button = WordButton("&Pause", "pause", "sweep_pause", "Wait after the current step")
        self.cancel_button = WordButton("Cancel", "stop", "sweep_cancel", "End it; the cells that are done stay")
        self.complete_button = _button("Co&mplete it", "sweep_complete", "Compute the cells that it lacks")
        self.use_button = _button("&Use these values", "sweep_use", "Set the form to the values of the chosen picture")
        self.run_button = _button("&Run with these", "sweep_run", "Set the form to them, and start a run")
        self.close_button = _button("Close", "sweep_close", "Close this window; the sweep stays in the project")

    def _lay_out(self) -> None:
        for part in (self.about_cell, self.rule):
            part.setFont(small_font(self))
        named = {"message": self.message, "intro": self.about, "about": self.about_cell, "rule": self.rule}
        for name, label in named.items():
            label.setObjectName(f"sweep_{name}")
        self.where.addItem("A square, as in the preview", "square")
        self.where.setToolTip("The preview's square; where there is none, the one with most structure")
        self.where.addItem("The region of the run", "region")
        self.quick.setObjectName("sweep_quick")
        self.progress.setAccessibleName("Cells that are done")
        row = QHBoxLayout(self)
        row.addWidget(self._make_left())
        row.addWidget(self._make_pages(), 1)

    def _make_left(self) -> QWidget:
        left = QWidget()
        left.setFixedWidth(_LEFT_WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.about)
        form = QFormLayout()
        for name, words in enumerate(("Vary", "and")):
            form.addRow(words, self.names[name])
            form.addRow("over", self.values[name])
        form.addRow("on", self.where)
        form.addRow("", self.quick)
        column.addLayout(form)
        column.addLayout(row_of((self.start_button, self.complete_button, self.pause_button, self.cancel_button, None),
                                (0, 0, 0, 0)))  # fmt: skip
        for part in (self.stage, self.progress, self.message, self.kept):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self.about_cell)
        column.addWidget(self.rule)
        column.addLayout(row_of((self.use_button, self.run_button, None, self.close_button), (0, 0, 0, 0)))
        return left

    def _make_pages(self) -> QTabWidget:
        maps, pages = QWidget(), QTabWidget(accessibleName="Results of the sweep")
        column = QVBoxLayout(maps)
        column.addWidget(self.measure)
        column.addWidget(self.map, 1)
        pages.setObjectName("sweep_pages")
        pages.setAccessibleName("Pictures and maps of the sweep")
        pages.addTab(self.grid, "Pi&ctures")
        pages.addTab(maps, "&Maps")
        return pages

    def _connect(self) -> None:
        for number, box in enumerate(self.names):
            box.activated.connect(
                lambda _, number=number, box=box: self.name_chosen.emit(number, box.currentData())
            )
        self.kept.activated.connect(lambda _: self.kept_chosen.emit(int(self.kept.currentData())))
        self.measure.activated.connect(lambda _: self._show_map())
        self.grid.chosen.connect(self._take_choice)
        told = {
            self.start_button: self.start_requested, self.complete_button: self.completion_requested,
            self.pause_button: self.pause_requested,
            self.cancel_button: self.cancel_requested, self.use_button: self.use_requested,
            self.run_button: self.run_requested,
        }  # fmt: skip
        for button, signal in told.items():
            button.clicked.connect(lambda _=False, signal=signal: signal.emit())
        self.close_button.clicked.connect(self.close)
        self.finished.connect(lambda _: self.left.emit())

    def _take_choice(self, place: Place) -> None:
        self.choose(place)
        if self.chosen is not None:
            self.cell_chosen.emit(place)


def _choice(name: str, words: str) -> CalmComboBox:
    box = CalmComboBox()
    box.setObjectName(name)
    box.setAccessibleName(words)
    return box


def _field(name: str, words: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(words)
    field.setToolTip(_VALUES_TIP)
    return field


def _button(text: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
