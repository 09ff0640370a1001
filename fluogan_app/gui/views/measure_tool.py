"""Draws, moves and reshapes what is measured, with the left button and the keys, on any of the viewers."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Qt

from fluogan_app.core.data.shape import Shape
from fluogan_app.gui.measurements import Measurements
from fluogan_app.gui.views.measure_layer import handles_of
from fluogan_app.gui.views.view_range import ViewRange

#: On the screen: how near to a handle or an outline is on it, and how far a drag goes before it draws something.
_REACH, _LEAST = 7.0, 4.0
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_WHOLE = -1
Point = tuple[float, float]


class MeasureTool:
    """A CanvasTool of one canvas. kind: what is drawn, a key of KINDS. width_nm: of a new line.

    view: what its canvas shows. left: called when the user wants to draw no more.
    """

    def __init__(
        self,
        measurements: Measurements,
        view: Callable[[], ViewRange],
        kind: Callable[[], str],
        width_nm: Callable[[], float],
        left: Callable[[], None],
    ) -> None:
        self._measurements, self._view, self._left = measurements, view, left
        self._kind, self._width_nm = kind, width_nm
        self.pending: tuple[Point, ...] = ()
        self._grip: tuple[int, int] | None = None
        self._begun: Point | None = None
        self._before: Shape | None = None
        self._hovers = False

    # The mouse

    def press(self, x_nm: float, y_nm: float) -> None:
        """Take hold of what is here, or begin something new."""
        here = (x_nm, y_nm)
        if self.pending:
            self.pending = (*self.pending[:-1], here, here)
            return
        self._grip, self._begun, self._before = self._grip_at(here), here, None
        if self._grip is not None:
            self._measurements.note()
            self._measurements.choose(self._grip[0])
            self._before = self._measurements.items[self._grip[0]].shape
        elif self._kind() == "point":
            self._draw(Shape("point", (here,)))
            self._begun = None
        elif self._kind() == "polygon":
            self.pending, self._begun = (here, here), None

    def move(self, x_nm: float, y_nm: float, held: bool) -> None:
        """Follow the pointer."""
        here = (x_nm, y_nm)
        if self.pending:
            self.pending = (*self.pending[:-1], here)
        elif self._begun is None:
            self._hovers = self._grip_at(here) is not None
        elif self._before is not None and self._grip is not None:
            self._measurements.change(self._grip[0], shape=self._dragged(here))
        elif math.dist(here, self._begun) >= _LEAST * self._scale:
            width = self._width_nm() if self._kind() == "line" else 0.0
            self._draw(Shape(self._kind(), (self._begun, here), width))
            if self._measurements.chosen is not None:
                self._grip, self._before = (self._measurements.index, 1), self._measurements.chosen.shape

    def release(self, x_nm: float, y_nm: float) -> None:
        """What was drawn stands; a click on nothing chooses none."""
        if self._begun is not None and self._grip is None:
            self._measurements.choose(-1)
        self._begun = self._before = self._grip = None

    def double_click(self, x_nm: float, y_nm: float) -> None:
        """Close a polygon."""
        if self.pending:
            self._close()
        else:
            self.press(x_nm, y_nm)

    def cursor(self) -> Qt.CursorShape:
        """What a press here would do."""
        return Qt.CursorShape.SizeAllCursor if self._hovers and not self.pending else Qt.CursorShape.CrossCursor

    # The keys

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter draws in the middle or closes a polygon, arrows move, Delete removes, Esc takes back or leaves."""
        chosen = self._measurements.index
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close() if self.pending else self._draw_in_the_middle()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if self.pending:
                self._drop_corner()
            elif chosen >= 0:
                self._measurements.remove(chosen)
        elif key == Qt.Key.Key_Escape:
            self._step_back()
        elif key in _ARROWS and chosen >= 0 and modifiers in (_NONE, Qt.KeyboardModifier.KeypadModifier):
            right, down = _ARROWS[key]
            self._measurements.note()
            shape = self._measurements.items[chosen].shape.moved(right * self._scale, down * self._scale)
            self._measurements.change(chosen, shape=shape)
        else:
            return False
        return True

    def give_up(self) -> None:
        """What was begun and is not finished is dropped."""
        self.pending, self._begun, self._before, self._grip = (), None, None, None

    # Inside

    @property
    def _scale(self) -> float:
        return self._view().nm_per_pixel

    def _step_back(self) -> None:
        if self.pending:
            self.pending = ()
        elif self._before is not None:
            self._measurements.undo()
            self.give_up()
        else:
            self._left()

    def _drop_corner(self) -> None:
        self.pending = (*self.pending[:-2], self.pending[-1]) if len(self.pending) > 2 else ()

    def _close(self) -> None:
        # The last one is where the pointer is; and the presses of a double click at one place are one corner.
        corners: list[Point] = []
        for point in self.pending[:-1]:
            if not corners or math.dist(point, corners[-1]) > self._scale:
                corners.append(point)
        self.pending = ()
        if len(corners) >= 3:
            self._draw(Shape("polygon", tuple(corners)))

    def _draw(self, shape: Shape) -> None:
        self._measurements.note()
        self._measurements.add(shape)

    def _draw_in_the_middle(self) -> None:
        """A shape of a hundred screen pixels where the viewer looks, for whom has no mouse."""
        view, half, kind = self._view(), 50 * self._scale, self._kind()
        x, y = view.x_nm, view.y_nm
        corners = ((x - half, y - half), (x + half, y + half))
        points: dict[str, tuple[Point, ...]] = {
            "point": ((x, y),), "line": ((x - half, y), (x + half, y)),
            "polygon": ((x - half, y + half), (x, y - half), (x + half, y + half)),
        }  # fmt: skip
        self._draw(Shape(kind, points.get(kind, corners), self._width_nm() if kind == "line" else 0.0))

    def _dragged(self, here: Point) -> Shape:
        before, index = self._before, self._grip[1]  # type: ignore[index]
        if index == _WHOLE:
            return before.moved(here[0] - self._begun[0], here[1] - self._begun[1])  # type: ignore[index, union-attr]
        if index < len(before.points_nm):  # type: ignore[union-attr]
            return before.with_point(index, here)  # type: ignore[union-attr]
        # The other two corners of a frame: each moves one coordinate of both points.
        (x0, y0), (x1, y1) = before.points_nm  # type: ignore[union-attr]
        points = ((x0, here[1]), (here[0], y1)) if index == 2 else ((here[0], y0), (x1, here[1]))
        return Shape(before.kind, points, before.width_nm)  # type: ignore[union-attr]

    def _grip_at(self, here: Point) -> tuple[int, int] | None:
        """Which shape and which of its handles is here, the chosen one's first; the whole where its outline is."""
        shown, reach = self._measurements, _REACH * self._scale
        order = sorted(range(len(shown.items)), key=lambda index: (index != shown.index, -index))
        for index in order:
            handles = handles_of(shown.items[index].shape)
            near = [number for number, handle in enumerate(handles) if math.dist(handle, here) <= reach]
            if near:
                return index, min(near, key=lambda number: math.dist(handles[number], here))
        on = (index for index in order if _distance(shown.items[index].shape, here) <= reach)
        index = next(on, None)
        return None if index is None else (index, _WHOLE)


_NONE = Qt.KeyboardModifier.NoModifier


def _distance(shape: Shape, here: Point) -> float:
    """From a point to the outline of a shape."""
    if shape.kind == "ellipse":
        left, top, right, bottom = shape.bounds_nm
        (x, y), a, b = shape.middle_nm, (right - left) / 2, (bottom - top) / 2
        angle = math.atan2((here[1] - y) * a, (here[0] - x) * b)
        return math.dist(here, (x + a * math.cos(angle), y + b * math.sin(angle)))
    corners = list(shape.points_nm)
    if shape.kind == "rectangle":
        (x0, y0), (x1, y1) = corners
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    ends = [*corners[1:], corners[0]] if shape.has_area else corners[1:] or corners
    return min(_to_side(here, begin, end) for begin, end in zip(corners, ends))


def _to_side(here: Point, begin: Point, end: Point) -> float:
    length = math.dist(begin, end)
    if length == 0:
        return math.dist(here, begin)
    along = ((here[0] - begin[0]) * (end[0] - begin[0]) + (here[1] - begin[1]) * (end[1] - begin[1])) / length**2
    along = min(max(along, 0.0), 1.0)
    return math.dist(here, (begin[0] + along * (end[0] - begin[0]), begin[1] + along * (end[1] - begin[1])))
