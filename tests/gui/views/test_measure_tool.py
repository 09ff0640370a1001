"""Drawing and reshaping with the tool alone, and the list that shows what was drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from fluogan_app.core.data.shape import Shape
from fluogan_app.gui.measurements import MOST_ITEMS, Measurement, Measurements
from fluogan_app.gui.views.measure_list import MeasureList
from fluogan_app.gui.views.measure_tool import MeasureTool
from fluogan_app.gui.views.trace_plot import TracePlot
from fluogan_app.gui.views.view_range import ViewRange

NONE = Qt.KeyboardModifier.NoModifier


class Hand:
    """A tool on a viewer of 10 nm per screen pixel, and what it drew."""

    def __init__(self, kind: str) -> None:
        self.kind, self.left = kind, 0
        self.shown = Measurements()
        self.tool = MeasureTool(
            self.shown, lambda: ViewRange(1000.0, 800.0, 10.0), lambda: self.kind, lambda: 200.0, self._leave
        )

    def _leave(self) -> None:
        self.left += 1

    def drags(self, *points: tuple[float, float]) -> None:
        self.tool.press(*points[0])
        for point in points[1:]:
            self.tool.move(*point, True)
        self.tool.release(*points[-1])

    def press(self, key: Qt.Key) -> bool:
        return self.tool.key(key, NONE)


@pytest.mark.parametrize("kind", ["line", "rectangle", "ellipse"])
def test_a_drag_draws_and_a_click_on_nothing_chooses_none(kind):
    hand = Hand(kind)
    hand.drags((100, 100), (300, 250), (500, 400))
    assert hand.shown.chosen.shape == Shape(kind, ((100, 100), (500, 400)), 200.0 if kind == "line" else 0.0)
    hand.drags((1500, 1500), (1510, 1510))
    assert len(hand.shown.items) == 1 and hand.shown.chosen is None
    hand.shown.undo()
    assert not hand.shown.items
    hand.shown.redo()
    assert len(hand.shown.items) == 1


@pytest.mark.parametrize(
    ("grip", "points"),
    [
        ((100, 100), ((50, 60), (500, 400))), ((500, 400), ((100, 100), (50, 60))),
        ((500, 100), ((100, 60), (50, 400))), ((100, 400), ((50, 100), (500, 60))),
    ],
)  # fmt: skip
def test_all_corners_of_a_frame_can_be_dragged(grip, points):
    hand = Hand("rectangle")
    hand.drags((100, 100), (500, 400))
    hand.drags(grip, (50, 60))
    (item,) = hand.shown.items
    assert sorted(item.shape.bounds_nm) == sorted(Shape("rectangle", points).bounds_nm)


@pytest.mark.parametrize("angle", [0.3, 2.0, 4.0])
def test_an_outline_is_taken_hold_of_and_the_inside_of_an_ellipse_is_not(angle):
    hand = Hand("ellipse")
    hand.drags((0, 0), (2000, 1000))
    on = (1000 + 1000 * math.cos(angle), 500 + 500 * math.sin(angle))
    hand.tool.move(*on, False)
    assert hand.tool.cursor() == Qt.CursorShape.SizeAllCursor
    hand.drags(on, (on[0] + 300, on[1] + 100))
    np.testing.assert_allclose(hand.shown.items[0].shape.points_nm, ((300, 100), (2300, 1100)))
    hand.tool.move(1300, 600, False)
    assert hand.tool.cursor() == Qt.CursorShape.CrossCursor


def test_a_polygon_takes_corners_back_and_needs_three():
    hand = Hand("polygon")
    for point in ((0, 0), (500, 0), (500, 500), (900, 900)):
        hand.drags(point)
        hand.tool.move(point[0] + 50, point[1], False)
    hand.press(Qt.Key.Key_Backspace)
    hand.press(Qt.Key.Key_Return)
    assert hand.shown.chosen.shape.points_nm == ((0, 0), (500, 0), (500, 500))
    for point in ((1200, 0), (1500, 0)):
        hand.drags(point)
    hand.press(Qt.Key.Key_Return)
    assert len(hand.shown.items) == 1 and hand.tool.pending == ()


def test_keys_draw_move_remove_and_leave():
    hand = Hand("polygon")
    for kind in ("line", "rectangle", "ellipse", "polygon", "point"):
        hand.kind = kind
        assert hand.press(Qt.Key.Key_Return)
        assert hand.shown.chosen.shape.kind == kind and hand.shown.chosen.shape.middle_nm == (1000, 800)
    hand.press(Qt.Key.Key_Left)
    assert hand.shown.chosen.shape.points_nm == ((990, 800),)
    hand.press(Qt.Key.Key_Delete)
    assert [item.shape.kind for item in hand.shown.items] == ["line", "rectangle", "ellipse", "polygon"]
    assert not hand.press(Qt.Key.Key_Plus) and not hand.tool.key(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    hand.press(Qt.Key.Key_Escape)
    assert hand.left == 1


def test_names_and_colours_differ_and_there_is_an_end():
    shown = Measurements()
    for _ in range(MOST_ITEMS + 5):
        shown.add(Shape("point", ((1.0, 1.0),)))
    assert len({item.name for item in shown.items}) == len(shown.items) == MOST_ITEMS
    assert len({item.colour for item in shown.items[:6]}) == 6


@pytest.fixture
def listed(shown) -> MeasureList:
    """A list with a line and an ellipse, the line chosen."""
    view = shown(MeasureList(), 280, 240)
    items = (
        Measurement("Line 1", Shape("line", ((0.0, 0.0), (300.0, 400.0)), 50.0)),
        Measurement("Cell", Shape("ellipse", ((0.0, 0.0), (1000.0, 1000.0))), 2),
    )
    view.show_items(items, 0, "nm")
    return view


def test_setters_of_the_list_tell_nothing(listed, listen):
    ear = listen(listed)
    listed.show_items((), -1, "px")
    listed.show_tool("line")
    listed.set_width(7.0)
    assert ear.heard == [] and listed.width == 7.0


def test_the_list_tells_what_the_user_does(listed, listen):
    ear = listen(listed)
    assert listed.words.text() == "500 nm, −53.1°"
    listed.fields["x1"].setFocus()
    listed.fields["x1"].selectAll()
    QTest.keyClicks(listed.fields["x1"], "600")
    QTest.keyClick(listed.fields["x1"], Qt.Key.Key_Return)
    assert ear.values("reshaped") == [(Shape("line", ((0.0, 0.0), (600.0, 400.0)), 50.0),)]
    QTest.keyClick(listed.list, Qt.Key.Key_Down)
    QTest.mouseClick(listed.tool_buttons["point"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(listed.tool_buttons["point"], Qt.MouseButton.LeftButton)
    assert ear.values("chosen") == [(1,)] and ear.values("tool_chosen") == [("point",), ("",)]
    QTest.keyClick(listed.list, Qt.Key.Key_Delete)
    assert ear.values("removed") == [(1,)]


def test_the_menu_of_a_line_recolours_it(listed, listen):
    ear = listen(listed)
    listed.list.customContextMenuRequested.emit(QPoint(5, 5))
    colours = next(menu for menu in listed.findChildren(QMenu) if menu.title() == "&Colour")
    colours.actions()[3].trigger()
    assert ear.values("recoloured") == [(0, 3)]
    for menu in listed.findChildren(QMenu):
        menu.close()


def test_a_trace_tells_the_frame_that_is_clicked_and_stays_in_range(shown, listen, qtbot):
    plot = shown(TracePlot(), 500, 240)
    plot.show_traces({"Point 1": np.arange(20.0)}, 5, "counts/px", 50.0)
    plot.show_frame(24)
    ear = listen(plot)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert ear.values("frame_wanted") == [(24,), (23,)] and plot.marker.value() == pytest.approx(1.2)
    inside = plot.plot.getPlotItem().vb.mapViewToScene(QPointF(0.7, 5.0))
    qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.plot.mapFromScene(inside))
    assert ear.values("frame_wanted")[-1] == (14,)
