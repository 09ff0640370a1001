"""One viewer: where things are drawn, what the hands do, what is read out."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.image_pane import ImagePane, position_text
from fluogan_app.gui.views.view_range import ViewRange

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(shown) -> ImagePane:
    """A viewer with an odd-sized image, 30 × 41 pixels of 100 nm."""
    view = shown(ImagePane())
    view.set_image(np.arange(30 * 41, dtype=np.float32).reshape(30, 41), 100.0, "counts")
    QApplication.processEvents()
    return view


def at(pane: ImagePane, x_nm: float, y_nm: float) -> QPoint:
    """Where a point of the sample is on the screen."""
    return pane.canvas.screen.point(x_nm, y_nm).toPoint()


def drag(pane: ImagePane, start: QPoint, end: QPoint) -> None:
    """Drag with the left button."""
    QTest.mousePress(pane.canvas, LEFT, pos=start)
    QTest.mouseMove(pane.canvas, (start + end) / 2)
    QTest.mouseMove(pane.canvas, end)
    QTest.mouseRelease(pane.canvas, LEFT, pos=end)


def wheel(pane: ImagePane, point: QPoint, notches: int) -> None:
    """Turn the wheel."""
    event = QWheelEvent(
        QPointF(point), pane.canvas.mapToGlobal(QPointF(point)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(pane.canvas, event)


# What is drawn


def test_each_pixel_is_drawn_where_its_value_is_read(pane):
    """Y points down, x to the right: the picture on the screen has in each place the gray of the array's value."""
    pane.set_levels(0, 30 * 41)
    picture = pane.canvas.grab().toImage()
    for row, column in ((0, 0), (0, 40), (29, 0), (14, 20), (5, 33)):
        point = at(pane, (column + 0.5) * 100, (row + 0.5) * 100)
        gray = (row * 41 + column) / (30 * 41) * 256
        assert picture.pixelColor(point).red() == pytest.approx(gray, abs=1.5)


def test_pixels_have_sharp_edges(pane):
    """A chessboard, enlarged: black and white and nothing between."""
    board = (np.indices((30, 41)).sum(axis=0) % 2).astype(np.float32)
    pane.set_image(board, 100.0, "counts")
    pane.set_levels(0, 1)
    pane.zoom_to_nm(ViewRange(2050, 1450, 3.3))
    picture = pane.canvas.grab().toImage()
    y = pane.canvas.height() // 2
    seen = {picture.pixelColor(x, y).red() for x in range(5, pane.canvas.width() // 2)}
    assert seen == {0, 255}


def test_zoomed_out_thin_lines_are_not_dropped(shown):
    """One bright row in 16: each screen pixel shows the mean of what it covers, wherever the sampling falls."""
    view = shown(ImagePane(), 400, 400)
    image = np.zeros((1600, 1600), np.float32)
    image[::16] = 16.0
    view.set_image(image, 10.0)
    view.set_levels(0, 2)
    view.zoom_to_nm(ViewRange(8000, 8000, 160))
    QApplication.processEvents()
    picture = view.canvas.grab().toImage()
    centre = view.canvas.rect().center()
    offsets = [QPoint(dx, dy) for dx in range(-20, 20) for dy in range(-20, 20)]
    gray = [picture.pixelColor(centre + offset).red() for offset in offsets]
    assert np.mean(gray) == pytest.approx(128, abs=4)
    assert min(gray) > 100


def test_an_image_in_another_place_lies_in_its_place(pane):
    """A cut that starts at row 10, column 20 is drawn where those pixels were."""
    before = at(pane, 2000, 1000)
    view = pane.view
    pane.set_image(pane.image[10:, 20:], 100.0, "counts", origin_nm=(1000.0, 2000.0))
    pane.zoom_to_nm(view)
    assert at(pane, 2000, 1000) == before
    assert pane.canvas.value_at(2050, 1050) == 10 * 41 + 20
    assert pane.canvas.value_at(1950, 1050) is None


# What is told


def test_setters_tell_nothing(pane, listen):
    ear = listen(pane)
    canvas_ear = listen(pane.canvas)
    pane.set_image(pane.image * 2, 100.0, "counts")
    pane.zoom_to_nm(ViewRange(500, 500, 3))
    pane.set_levels(0, 10)
    pane.set_percentiles(1, 99)
    pane.set_gamma(0.5)
    pane.set_colormap("viridis")
    pane.set_region(Roi(1, 2, 3, 4))
    pane.set_region_editable(True)
    pane.set_marker((100.0, 100.0))
    pane.fit()
    assert ear.heard == [] and canvas_ear.heard == []


def test_wheel_zooms_around_the_pointer(pane, listen):
    ear = listen(pane)
    point = at(pane, 1230, 880)
    before = pane.canvas.screen.sample(QPointF(point))
    wheel(pane, point, 3)
    assert pane.canvas.screen.sample(QPointF(point)) == pytest.approx(before, rel=1e-9)
    assert ear.values("view_changed") == [(pane.view,)]


def test_dragging_moves_the_image_with_the_pointer(pane, listen):
    ear = listen(pane)
    start, end = QPoint(200, 150), QPoint(260, 190)
    held = pane.canvas.screen.sample(QPointF(start))
    drag(pane, start, end)
    assert pane.canvas.screen.sample(QPointF(end)) == pytest.approx(held, rel=1e-9)
    assert ear.values("view_changed")


def test_keys_pan_zoom_and_fit(pane, listen):
    ear = listen(pane)
    pane.canvas.setFocus()
    before = pane.view
    QTest.keyClick(pane.canvas, Qt.Key.Key_Right)
    assert pane.view.x_nm > before.x_nm and pane.view.y_nm == before.y_nm
    QTest.keyClick(pane.canvas, Qt.Key.Key_Plus)
    assert pane.view.nm_per_pixel == pytest.approx(before.nm_per_pixel / 1.25)
    QTest.keyClick(pane.canvas, Qt.Key.Key_0)
    assert pane.view == before
    assert len(ear.values("view_changed")) == 2 and len(ear.values("fit_requested")) == 1


def test_zooming_ends_before_the_image_is_lost(pane):
    for _ in range(200):
        wheel(pane, QPoint(100, 100), 1)
    assert pane.view.nm_per_pixel * pane.canvas.width() >= 100
    for _ in range(400):
        wheel(pane, QPoint(100, 100), -1)
    assert 4100 / pane.view.nm_per_pixel >= 50


def test_fitted_view_follows_the_size_and_a_chosen_one_does_not(pane):
    pane.resize(900, 700)
    QApplication.processEvents()
    assert pane.view == pane.extent.fitted(pane.canvas.width(), pane.canvas.height())
    chosen = ViewRange(500, 600, 4.0)
    pane.zoom_to_nm(chosen)
    pane.resize(500, 400)
    QApplication.processEvents()
    assert pane.view == chosen


def test_new_image_of_the_same_place_keeps_the_part_in_sight(pane):
    chosen = ViewRange(500, 600, 4.0)
    pane.zoom_to_nm(chosen)
    pane.set_image(pane.image + 1, 100.0, "counts")
    assert pane.view == chosen


# The read-out


def test_pointer_is_read_out_with_units(pane, listen):
    ear = listen(pane)
    QTest.mouseMove(pane.canvas, at(pane, 1250, 850))
    assert re.fullmatch(r"x 1\.2\d µm, y 0\.8\d µm: 340 counts", pane.read_out.text())
    x_nm, y_nm, value = ear.values("pointer_moved")[-1]
    assert value == 8 * 41 + 12
    # A pointer stands on whole screen pixels.
    assert (x_nm, y_nm) == pytest.approx((1250, 850), abs=pane.view.nm_per_pixel)


def test_outside_the_image_nothing_is_read(pane, listen):
    ear = listen(pane)
    QTest.mouseMove(pane.canvas, QPoint(2, 2))
    assert pane.read_out.text() == ""
    assert all(np.isnan(value) for _, _, value in ear.values("pointer_moved"))


def test_without_a_pixel_size_lengths_are_pixels(pane):
    pane.set_image(pane.image, None, "counts")
    QTest.mouseMove(pane.canvas, at(pane, 12.5, 8.5))
    assert pane.read_out.text().startswith("x 12.5 px, y 8.") and pane.read_out.text().endswith("340 counts")


@pytest.mark.parametrize(
    "x, y, text",
    [(1234, 880, "x 1.23 µm, y 0.88 µm"), (80, 40, "x 80 nm, y 40 nm"), (0, 25_000, "x 0.00 µm, y 25.00 µm")],
)
def test_positions_in_words(x, y, text):
    assert position_text(x, y, calibrated=True) == text


def test_not_a_number_is_said(pane):
    image = pane.image.copy()
    image[8, 12] = np.nan
    pane.set_image(image, 100.0, "counts")
    pane.set_marker((1250.0, 850.0))
    assert pane.read_out.text().endswith("not a number")


# Contrast


def test_kept_levels_stay_and_others_follow_the_image(pane):
    before = pane.levels
    pane.set_image(pane.image * 10, 100.0, "counts", keep_levels=True)
    assert pane.levels == before
    pane.set_image(pane.image, 100.0, "counts")
    assert pane.levels[1] == pytest.approx(10 * before[1])


def test_contrast_menu_tells_and_shows(pane, listen):
    ear = listen(pane)
    menu = pane.menu
    menu.contrast.setCurrentText("1 to 99 %")
    assert pane.display == DisplaySettings(low_percent=1.0, high_percent=99.0)
    menu.colours.setCurrentText("Viridis")
    menu.gamma.setValue(0.5)
    assert [settings for (settings,) in ear.values("display_changed")][-1] == pane.display
    assert pane.display == DisplaySettings("viridis", 1.0, 99.0, 0.5)


def test_fixed_levels_are_typed(pane, qtbot):
    for field, text in ((pane.menu.low, "100"), (pane.menu.high, "2e2")):
        field.selectAll()
        qtbot.keyClicks(field, text)
    QTest.keyClick(pane.menu.high, Qt.Key.Key_Return)
    assert pane.levels == (100, 200) and pane.display.levels == (100, 200)
    assert pane.menu.contrast.currentText() == "Fixed values"


@pytest.mark.parametrize(
    "low, high, words", [("3", "2", "smaller"), ("a", "2", "two numbers"), ("nan", "2", "two numbers")]
)
def test_impossible_levels_are_refused_with_a_reason(pane, qtbot, low, high, words):
    before = pane.levels
    for field, text in ((pane.menu.low, low), (pane.menu.high, high)):
        field.selectAll()
        qtbot.keyClicks(field, text)
    QTest.keyClick(pane.menu.high, Qt.Key.Key_Return)
    assert words in pane.menu.problem.text()
    assert pane.levels == before


def test_unknown_colour_map_is_refused(pane):
    with pytest.raises(ValueError, match="jet"):
        pane.set_colormap("jet")


# The region


def test_drawing_tells_the_region_in_whole_pixels(pane, listen):
    ear = listen(pane)
    pane.set_region_editable(True)
    drag(pane, at(pane, 510, 390), at(pane, 2190, 1810))
    assert ear.values("region_drawn") == [(Roi(4, 5, 14, 17),)]
    assert ear.values("view_changed") == []


def test_dragging_inside_moves_the_region(pane, listen):
    pane.set_region(Roi(4, 5, 14, 17))
    pane.set_region_editable(True)
    ear = listen(pane)
    drag(pane, at(pane, 1300, 1100), at(pane, 1600, 1300))
    assert ear.values("region_drawn") == [(Roi(6, 8, 14, 17),)]


def test_dragging_a_corner_resizes_the_region(pane, listen):
    pane.set_region(Roi(4, 5, 14, 17))
    pane.set_region_editable(True)
    ear = listen(pane)
    drag(pane, at(pane, 2200, 1800), at(pane, 2500, 2000))
    assert ear.values("region_drawn") == [(Roi(4, 5, 16, 20),)]


def test_escape_takes_a_drag_back(pane, listen):
    pane.set_region(Roi(4, 5, 14, 17))
    pane.set_region_editable(True)
    ear = listen(pane)
    QTest.mousePress(pane.canvas, LEFT, pos=at(pane, 1300, 1100))
    QTest.mouseMove(pane.canvas, at(pane, 1800, 1500))
    assert pane.canvas.region != Roi(4, 5, 14, 17)
    QTest.keyClick(pane.canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(pane.canvas, LEFT, pos=at(pane, 1800, 1500))
    assert pane.canvas.region == Roi(4, 5, 14, 17)
    assert ear.values("region_drawn") == []
    QTest.keyClick(pane.canvas, Qt.Key.Key_Escape)
    assert len(ear.values("region_edit_left")) == 1


def test_not_editable_regions_stay(pane, listen):
    pane.set_region(Roi(4, 5, 14, 17))
    ear = listen(pane)
    drag(pane, at(pane, 1300, 1100), at(pane, 1600, 1300))
    assert pane.canvas.region == Roi(4, 5, 14, 17) and ear.values("region_drawn") == []


def test_without_an_image_hands_do_nothing(shown, listen):
    view = shown(ImagePane())
    ear = listen(view)
    drag(view, QPoint(50, 50), QPoint(90, 90))
    wheel(view, QPoint(60, 60), 2)
    QTest.keyClick(view.canvas, Qt.Key.Key_Right)
    assert ear.heard == []
