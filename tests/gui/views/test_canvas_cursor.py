"""A canvas without a mouse: a cursor that keys move, and what Shift does to a drag."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.view_range import ViewRange

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
IMAGE = np.arange(30 * 41, dtype=np.float32).reshape(30, 41)


@pytest.fixture
def pane(shown) -> ImagePane:
    """30 × 41 pixels of 100 nm, the keys in it."""
    view = shown(ImagePane())
    view.set_image(IMAGE, 100.0, "counts")
    view.canvas.setFocus()
    QApplication.processEvents()
    return view


def test_the_cursor_begins_in_the_middle_and_reads_each_pixel_that_it_comes_to(pane, listen):
    """From the middle pixel (15, 20) by right, right, down: values of those pixels, at their middles."""
    ear = listen(pane)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(pane.canvas, key, SHIFT)
    told = ear.values("pointer_moved")
    rows, columns = [15, 15, 15, 16], [20, 21, 22, 22]
    assert [value for _, _, value in told] == [IMAGE[row, column] for row, column in zip(rows, columns)]
    assert told[-1][:2] == ((22 + 0.5) * 100, (16 + 0.5) * 100)
    assert pane.read_out.text() == "x 2.25 µm, y 1.65 µm: 678 counts"
    assert ear.values("view_changed") == []


def test_ctrl_takes_ten_pixels_and_the_border_ends_it(pane):
    QTest.keyClick(pane.canvas, Qt.Key.Key_Left, SHIFT)
    QTest.keyClick(pane.canvas, Qt.Key.Key_Left, SHIFT | CTRL)
    assert pane.canvas.cursor_nm == ((20 - 10 + 0.5) * 100, 1550.0)
    for _ in range(3):
        QTest.keyClick(pane.canvas, Qt.Key.Key_Left, SHIFT | CTRL)
    assert pane.canvas.cursor_nm == (50.0, 1550.0)


def test_the_view_follows_a_cursor_that_leaves_it(pane, listen):
    pane.zoom_to_nm(ViewRange(2050.0, 1550.0, 0.5))
    ear = listen(pane)
    QTest.keyClick(pane.canvas, Qt.Key.Key_Up, SHIFT)
    for _ in range(4):
        QTest.keyClick(pane.canvas, Qt.Key.Key_Up, SHIFT)
    x_nm, y_nm = pane.canvas.cursor_nm
    assert pane.canvas.rect().contains(pane.canvas.screen.point(x_nm, y_nm).toPoint())
    assert ear.values("view_changed")


@pytest.mark.parametrize("how", ["escape", "mouse", "focus"])
def test_escape_the_mouse_and_other_places_end_the_cursor(pane, how):
    QTest.keyClick(pane.canvas, Qt.Key.Key_Up, SHIFT)
    assert pane.canvas.cursor_nm is not None
    if how == "escape":
        QTest.keyClick(pane.canvas, Qt.Key.Key_Escape)
    elif how == "mouse":
        QTest.mouseMove(pane.canvas, QPoint(3, 3))
    else:
        pane.display_button.setFocus()
    assert pane.canvas.cursor_nm is None and pane.read_out.text() == ""


def test_the_cursor_is_drawn_where_it_stands(pane):
    """Its lines cross the viewer and leave the pixel itself free."""
    QTest.keyClick(pane.canvas, Qt.Key.Key_Up, SHIFT)
    point = pane.canvas.screen.point(*pane.canvas.cursor_nm).toPoint()
    picture = pane.canvas.grab().toImage()
    line, middle = (picture.pixelColor(point + QPoint(step, 0)) for step in (60, 0))
    assert (line.red(), line.blue()) == (0, 255)
    assert middle.red() == middle.blue()


def test_a_drag_with_shift_says_that_it_moves_this_viewer_alone(pane, listen):
    ear = listen(pane.canvas)
    QTest.mousePress(pane.canvas, Qt.MouseButton.LeftButton, SHIFT, QPoint(100, 100))
    QTest.mouseMove(pane.canvas, QPoint(130, 110))
    QTest.mouseRelease(pane.canvas, Qt.MouseButton.LeftButton, SHIFT, QPoint(130, 110))
    assert ear.values("moved_alone") == [(pane.view,)] and ear.values("view_moved") == []
