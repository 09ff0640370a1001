"""The cells of a sweep as a grid of pictures at one colour scale; one of them can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from fluogan_app.core.project.sweep import SweepCell, SweepMeasure, measure_text, measures_told
from fluogan_app.core.project.sweep_figure import cell_title, common_levels, levels_of_cells, scale_words, unit_at
from fluogan_app.core.project.sweep_plan import SweepPlan
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.colour_bar import ColourBar
from fluogan_app.gui.views.controls import ElidedLabel, WrappedLabel
from fluogan_app.gui.views.display import DEFAULT_COLOUR_MAP, colour_table
from fluogan_app.gui.views.image_canvas import ImageCanvas

_CELL_SIDE = 128
_ARROWS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip
Place = tuple[int, int]


@dataclass(frozen=True)
class CellPicture:
    """A picture as `per_camera_pixel` gives it, and the side of its pixels in nm."""

    image: np.ndarray
    pixel_size_nm: float | None


class SweepCellView(QFrame):
    """One cell: what it was made with, its picture, its numbers."""

    chosen = Signal()

    def __init__(self, place: Place, title: str, measures: Sequence[SweepMeasure], unit: str) -> None:
        super().__init__()
        self.place, self._measures, self.unit = place, measures, unit
        self._is_chosen, self._is_suggested = False, False
        self.setObjectName(f"sweep_cell_{place[0]}_{place[1]}")
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title, self.numbers = ElidedLabel(title), WrappedLabel()
        self.title.setFont(small_font(self, bold=True))
        self.numbers.setFont(small_font(self))
        self.canvas = ImageCanvas()
        self.canvas.setMinimumSize(_CELL_SIDE, _CELL_SIDE)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # A click anywhere chooses the cell, also on its picture.
        self.canvas.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.canvas.set_placeholder("…")
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 4, 5, 4)
        column.setSpacing(2)
        column.addWidget(self.title)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.numbers)

    def show_cell(self, cell: SweepCell, picture: CellPicture | None) -> None:
        """Show what came of it."""
        if picture is not None:
            self.canvas.set_array(picture.image, picture.pixel_size_nm, (0.0, 0.0))
        self.canvas.set_placeholder(cell.error or "…")
        self.show_numbers(cell)

    def show_numbers(self, cell: SweepCell) -> None:
        """Show its measures, some of which depend on the other cells."""
        said = " · ".join(f"{item.label} {measure_text(cell, item)}" for item in self._measures)
        self.numbers.setText(said if cell.done else "failed")
        meanings = "\n".join(f"{item.label} {measure_text(cell, item)}: {item.meaning}" for item in self._measures)
        self.setToolTip(f"{meanings}\nValues in {self.unit}" if cell.done else cell.error)
        self.setAccessibleDescription(self.toolTip())

    def set_marks(self, chosen: bool, suggested: bool) -> None:
        """Show whether it is chosen, and whether it is suggested."""
        if suggested != self._is_suggested:
            text = self.title.text().removeprefix("★ ")
            self.title.setText(f"★ {text}" if suggested else text)
        self._is_chosen, self._is_suggested = chosen, suggested
        self.update()

    @property
    def is_suggested(self) -> bool:
        """Whether it carries the star."""
        return self._is_suggested

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        self.setFocus()
        self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter choose it."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A border around the chosen one, a thin one around that which has the keys."""
        super().paintEvent(event)
        width = 3 if self._is_chosen else 1 if self.hasFocus() else 0
        if width:
            painter = QPainter(self)
            painter.setPen(QPen(self.palette().highlight().color(), width))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
            painter.end()


class SweepGrid(QWidget):
    """Setters never emit. `chosen` carries the place (row, column) that the user has chosen."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.views: dict[Place, SweepCellView] = {}
        self._pictures: dict[Place, CellPicture] = {}
        self._chosen: Place | None = None
        self.colour_bar = ColourBar()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._area, 1)
        row.addWidget(self.colour_bar)
        self.show_plan(None)

    def show_plan(self, plan: SweepPlan | None) -> None:
        """Lay out empty cells; None for no sweep."""
        self._plan = plan
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        self.views, self._pictures, self._chosen = {}, {}, None
        for place in plan.places() if plan is not None else ():
            title = cell_title(plan, SweepCell(*place, plan.values_at(place)))
            view = SweepCellView(place, title, measures_told(plan.claims), unit_at(plan, place))
            view.chosen.connect(lambda place=place: self._choose(place))
            self.views[place] = view
            grid.addWidget(view, *place)
        if plan is None:
            words = QLabel("Choose what to vary, and press Start.")
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(words, 0, 0)
        self._area.setWidget(page)
        self.colour_bar.setVisible(False)

    def show_cell(self, cell: SweepCell, picture: CellPicture | None) -> None:
        """Show what came of one cell; all pictures of light go on having one scale, others have their own."""
        view = self.views[cell.place]
        view.show_cell(cell, picture)
        if picture is not None:
            self._pictures[cell.place] = picture
            self._show_colours()

    def show_numbers(self, cells: Iterable[SweepCell]) -> None:
        """Show the measures of cells anew."""
        for cell in cells:
            self.views[cell.place].show_numbers(cell)

    def show_marks(self, chosen: Place | None, suggested: Place | None) -> None:
        """Mark the chosen cell and the suggested one."""
        self._chosen = chosen
        for place, view in self.views.items():
            view.set_marks(place == chosen, place == suggested)

    @property
    def levels(self) -> tuple[float, float]:
        """The values shown darkest and brightest, in all pictures."""
        return common_levels([picture.image for picture in self._pictures.values()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from cell to cell."""
        step = _ARROWS.get(Qt.Key(event.key()))
        held = next((place for place, view in self.views.items() if view.hasFocus()), None)
        if step is None or held is None:
            super().keyPressEvent(event)
            return
        following = self.views.get((held[0] + step[0], held[1] + step[1]))
        if following is not None:
            following.setFocus()

    def _choose(self, place: Place) -> None:
        self.chosen.emit(place)

    def _show_colours(self) -> None:
        table = colour_table(DEFAULT_COLOUR_MAP)
        images = {place: picture.image for place, picture in self._pictures.items()}
        for place, levels in levels_of_cells(self._plan, images).items():
            self.views[place].canvas.set_colours(levels, table)
        if all(self._plan.claims_at(place).photons for place in self._plan.places()):
            self.colour_bar.show_levels(self.levels, table, scale_words(self._plan))
        else:
            self.colour_bar.show_levels((0.0, 100.0), table, scale_words(self._plan))
        self.colour_bar.setVisible(True)
