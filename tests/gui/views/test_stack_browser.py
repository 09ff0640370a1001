"""Looking through a stack with mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.gui.views.stack_browser import StackBrowser

LEFT = Qt.MouseButton.LeftButton
FRAMES = np.random.default_rng(0).poisson(50, (12, 30, 41)).astype(np.uint16)


@pytest.fixture
def browser(shown) -> StackBrowser:
    """A stack of 12 frames of 30 × 41 pixels of 100 nm, at its first frame."""
    view = shown(StackBrowser(), 900, 620)
    view.set_stack(12, (30, 41), 100.0, "uint16", "beads.tif")
    view.show_frame(0, FRAMES[0])
    return view


def type_into(qtbot, field, text: str) -> None:
    """Replace a field's text and press return."""
    field.selectAll()
    qtbot.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_setters_tell_nothing(browser, listen):
    ear = listen(browser)
    browser.set_stack(9, (20, 25), None, "uint8", "other.tif")
    browser.show_frame(3, FRAMES[3])
    browser.show_projection("std", FRAMES.std(axis=0))
    browser.set_region(Roi(1, 2, 3, 4))
    browser.set_frame_range(FrameRange(2, 7))
    browser.set_pixel_size(65.0)
    browser.set_busy("Reading…")
    browser.set_drawing(True)
    assert ear.heard == []


def test_setters_are_shown(browser):
    browser.set_region(Roi(5, 6, 10, 20))
    browser.set_frame_range(FrameRange(2, 7))
    assert [field.value() for field in browser.region_controls.fields] == [5, 6, 10, 20]
    assert "2 µm × 1 µm" in browser.region_controls.words.text()
    assert (browser.range_controls.first.value(), browser.range_controls.last.value()) == (2, 6)
    assert browser.region == Roi(5, 6, 10, 20) and browser.frame_range == FrameRange(2, 7)


def test_slider_and_number_ask_for_frames(browser, listen, qtbot):
    ear = listen(browser)
    browser.slider.setFocus()
    QTest.keyClick(browser.slider, Qt.Key.Key_Right)
    type_into(qtbot, browser.player.number, "7")
    assert ear.values("frame_requested") == [(1,), (7,)]
    assert browser.slider.value() == browser.player.number.value() == 7


def test_view_buttons_ask_for_projections(browser, listen):
    ear = listen(browser)
    for kind in ("mean", "max", "std", "sum"):
        QTest.mouseClick(browser.view_buttons[kind], LEFT)
        browser.show_projection(kind, FRAMES.mean(axis=0))
        assert browser.view == kind
    QTest.mouseClick(browser.view_buttons["frame"], LEFT)
    assert ear.values("projection_requested") == [("mean",), ("max",), ("std",), ("sum",)]
    assert ear.values("frame_requested") == [(0,)]


def test_playing_waits_for_each_frame_and_loops_in_the_range(browser, listen, qtbot):
    ear = listen(browser)
    browser.set_frame_range(FrameRange(2, 5))
    browser.player.rate.setValue(60)
    QTest.mouseClick(browser.player.play_button, LEFT)
    assert browser.playing
    for _ in range(7):
        count = len(ear.values("frame_requested"))
        qtbot.waitUntil(lambda count=count: len(ear.values("frame_requested")) > count or browser.player._awaiting)
        browser.show_frame(ear.values("frame_requested")[-1][0], FRAMES[0])
    asked = [index for (index,) in ear.values("frame_requested")]
    assert asked[:7] == [2, 3, 4, 2, 3, 4, 2]
    QTest.keyClick(browser.player.play_button, Qt.Key.Key_Space)
    assert not browser.playing


def test_a_frame_that_does_not_come_is_not_asked_for_again(browser, listen, qtbot):
    ear = listen(browser)
    browser.player.rate.setValue(60)
    QTest.mouseClick(browser.player.play_button, LEFT)
    ticks = []
    browser.player._timer.timeout.connect(lambda: ticks.append(1))
    qtbot.waitUntil(lambda: len(ticks) >= 8)
    assert ear.values("frame_requested") == [(1,)]
    browser.stop_playing()


def test_region_is_typed(browser, listen, qtbot):
    ear = listen(browser)
    y, x, height, width = browser.region_controls.fields
    type_into(qtbot, y, "20")
    type_into(qtbot, width, "12")
    # Ten rows are left below row 20.
    assert ear.values("region_changed") == [(Roi(20, 0, 10, 41),), (Roi(20, 0, 10, 12),)]
    assert browser.pane.canvas.region == Roi(20, 0, 10, 12)


def test_region_is_drawn_and_cleared(browser, listen):
    ear = listen(browser)
    QTest.mouseClick(browser.region_controls.draw_button, LEFT)
    screen = browser.pane.canvas.screen
    start, end = screen.point(510, 390).toPoint(), screen.point(2190, 1810).toPoint()
    QTest.mousePress(browser.pane.canvas, LEFT, pos=start)
    QTest.mouseMove(browser.pane.canvas, end)
    QTest.mouseRelease(browser.pane.canvas, LEFT, pos=end)
    assert ear.values("region_changed") == [(Roi(4, 5, 14, 17),)]
    assert [field.value() for field in browser.region_controls.fields] == [4, 5, 14, 17]
    QTest.keyClick(browser.pane.canvas, Qt.Key.Key_Escape)
    assert not browser.region_controls.draw_button.isChecked()
    QTest.mouseClick(browser.region_controls.clear_button, LEFT)
    assert ear.values("region_changed")[-1] == (None,)
    assert browser.region is None and browser.pane.canvas.region is None


def test_a_region_of_the_whole_frame_is_no_region(browser, listen):
    ear = listen(browser)
    browser.region_controls.take(Roi(0, 0, 30, 41))
    assert ear.values("region_changed") == [(None,)]


def test_frame_range_is_typed_and_reset(browser, listen, qtbot):
    ear = listen(browser)
    type_into(qtbot, browser.range_controls.first, "3")
    type_into(qtbot, browser.range_controls.last, "8")
    QTest.mouseClick(browser.range_controls.all_button, LEFT)
    assert ear.values("frame_range_changed") == [(FrameRange(3, 12),), (FrameRange(3, 9),), (FrameRange(0, 12),)]


def test_first_frame_cannot_come_after_the_last(browser, qtbot):
    browser.set_frame_range(FrameRange(2, 5))
    type_into(qtbot, browser.range_controls.first, "9")
    assert len(browser.frame_range) >= 1


def test_frames_keep_the_contrast_and_projections_get_their_own(browser):
    before = browser.pane.levels
    browser.show_frame(1, FRAMES[1] * 3)
    assert browser.pane.levels == before
    browser.show_projection("mean", FRAMES.mean(axis=0) * 3)
    assert browser.pane.levels != before


def test_without_a_stack_nothing_can_be_pressed(shown, listen):
    view = shown(StackBrowser())
    ear = listen(view)
    QTest.mouseClick(view.player.play_button, LEFT)
    QTest.mouseClick(view.view_buttons["mean"], LEFT)
    QTest.mouseClick(view.region_controls.draw_button, LEFT)
    assert ear.heard == [] and not view.playing


def test_pixel_size_changes_the_scale_only(browser):
    image = browser.pane.image
    browser.set_pixel_size(50.0)
    assert browser.pane.image is image
    assert browser.pane.extent.width_nm == pytest.approx(41 * 50)


def test_space_plays_where_no_button_wants_it(browser, listen):
    for part in (browser.slider, browser.pane.canvas):
        QTest.keyClick(part, Qt.Key.Key_Space)
        assert browser.playing
        QTest.keyClick(part, Qt.Key.Key_Space)
        assert not browser.playing
    ear = listen(browser)
    QTest.keyClick(browser.view_buttons["mean"], Qt.Key.Key_Space)
    assert ear.heard == [("projection_requested", "mean")] and not browser.playing
