"""Placing a few equal widgets in the grid in which they come out largest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

Size = tuple[float, float]


def best_columns(count: int, area_wh: Size, shape_wh: Size, frame_wh: Size = (0, 0)) -> int:
    """In how many columns that many pictures of one shape come out largest in an area.

    If equal, the fewer places stay empty the better, then the more columns.

    frame_wh: what titles and colour bars take of the place of each picture.
    """

    def magnification(columns: int) -> float:
        rows = -(-count // columns)
        width, height = area_wh[0] / columns - frame_wh[0], area_wh[1] / rows - frame_wh[1]
        return min(width / shape_wh[0], height / shape_wh[1])

    return max(range(1, count + 1), key=lambda columns: (magnification(columns), -(-count % columns), columns))


class FittingGrid(QGridLayout):
    """A grid of one to so many widgets that is laid out anew when another number of columns suits better."""

    def __init__(self, most: int = 4) -> None:
        super().__init__()
        self._most = most
        self.setSpacing(2)
        self._placed: tuple[int, tuple[QWidget, ...]] = (0, ())

    def place(self, widgets: Sequence[QWidget], area_wh: Size, shape_wh: Size, frame_wh: Size = (0, 0)) -> None:
        """Show these widgets, as pictures of that shape in frames of that size, as large as the area allows."""
        columns = best_columns(len(widgets), area_wh, shape_wh, frame_wh) if widgets else 1
        if (columns, tuple(widgets)) == self._placed:
            return
        for widget in self._placed[1]:
            self.removeWidget(widget)
        self._placed = columns, tuple(widgets)
        rows = -(-len(widgets) // columns)
        for index in range(self._most):
            self.setRowStretch(index, int(index < rows))
            self.setColumnStretch(index, int(index < columns))
        for index, widget in enumerate(widgets):
            self.addWidget(widget, index // columns, index % columns)
