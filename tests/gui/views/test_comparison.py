"""Two images in one viewer: what is painted where, in nanometres, and what the hands change."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.gui.views.comparison import PAIRS, Comparison
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.linked_panes import LinkedPanes
from fluogan_app.gui.views.pane_image import PaneImage
from fluogan_app.gui.views.view_range import ViewRange

LEFT = Qt.MouseButton.LeftButton
#: The same square of 1000 nm, once in pixels of 100 nm and once in those of 25 nm, in an image of 3000 nm.
COARSE, FINE = np.zeros((30, 30), np.float32), np.zeros((120, 120), np.float32)
COARSE[10:20, 10:20], FINE[40:80, 40:80] = 10.0, 1.0
FIXED = {"mean": DisplaySettings(levels=(0.0, 10.0)), "estimate": DisplaySettings(levels=(0.0, 1.0))}


@pytest.fixture
def panes(shown) -> LinkedPanes:
    """Mean and estimate of one square."""
    view = shown(LinkedPanes(), 900, 480)
    view.set_displays(FIXED)
    view.set_images(
        {"mean": PaneImage(COARSE, 100.0, "photons/px"), "estimate": PaneImage(FINE, 25.0, "photons/fine px")}
    )
    QApplication.processEvents()
    return view


def compare(panes: LinkedPanes, mode: str, **how) -> None:
    """Compare mean and estimate."""
    panes.set_comparison(Comparison(mode, "mean", "estimate", **how))
    QApplication.processEvents()


def colour(panes: LinkedPanes, x_nm: float, y_nm: float) -> tuple[int, int, int]:
    """What is painted at a point of the sample."""
    canvas = panes.compare_pane.canvas
    # Without the divider, which lies over it.
    panes.compare_pane.handle.hide()
    seen = canvas.grab().toImage().pixelColor(canvas.screen.point(x_nm, y_nm).toPoint())
    return seen.red(), seen.green(), seen.blue()


def test_overlaid_structures_of_different_pixels_lie_on_each_other(panes):
    """The square is white all over and its surroundings black: no border in magenta or green."""
    compare(panes, "overlay")
    panes.set_view(ViewRange(1500.0, 1500.0, 5.0))
    for x_nm in (1010, 1500, 1990):
        assert colour(panes, x_nm, 1500) == (255, 255, 255)
    for x_nm in (990, 2010, 500):
        assert colour(panes, x_nm, 1500) == (0, 0, 0)


@pytest.mark.parametrize("pair", PAIRS)
def test_each_image_has_its_colour_and_its_own_levels(panes, pair):
    """Half the mean's level and a quarter of the estimate's: each colour so bright, whatever the other does."""
    panes.set_images({"mean": PaneImage(COARSE * 0 + 5, 100.0), "estimate": PaneImage(FINE * 0 + 0.25, 25.0)})
    compare(panes, "overlay", colours=pair)
    _, first, second = PAIRS[pair]
    wanted = [round(one * 0.5 + other * 0.25) for one, other in zip(first, second)]
    assert colour(panes, 1500, 1500) == pytest.approx(wanted, abs=2)


def test_pairs_add_up_to_white_and_the_first_differs_for_every_eye():
    for _, first, second in PAIRS.values():
        assert [one + other for one, other in zip(first, second)] == [255, 255, 255]
    assert next(iter(PAIRS)) == "magenta_green"


def test_strength_dims_one_image_only(panes):
    compare(panes, "overlay", strengths=(0.5, 1.0))
    assert colour(panes, 1500, 1500) == pytest.approx((128, 255, 128), abs=1)


def test_swipe_shows_the_first_left_and_the_second_right(panes):
    panes.set_images({"estimate": PaneImage(1 - FINE, 25.0)})
    compare(panes, "swipe", divider=0.5)
    panes.set_view(ViewRange(1500.0, 1500.0, 5.0))
    assert colour(panes, 1480, 1500) == (255, 255, 255) and colour(panes, 1520, 1500) == (0, 0, 0)
    compare(panes, "swipe", divider=0.1)
    assert colour(panes, 1480, 1500) == (0, 0, 0)


def test_the_divider_is_dragged_and_moved_by_keys(panes, listen):
    compare(panes, "swipe")
    pane, ear = panes.compare_pane, listen(panes)
    handle, before = pane.handle, panes.view
    QTest.mousePress(handle, LEFT, pos=QPoint(6, 50))
    QTest.mouseMove(handle, QPoint(106, 50))
    QTest.mouseRelease(handle, LEFT, pos=QPoint(106, 50))
    moved = 0.5 + 100 / pane.canvas.width()
    assert panes.comparison.divider == pytest.approx(moved, abs=2 / pane.canvas.width())
    assert panes.view == before, "the image stays where it is"
    QTest.keyClick(handle, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(handle, Qt.Key.Key_Right)
    assert panes.comparison.divider == pytest.approx(moved - 0.1 + 0.01, abs=2 / pane.canvas.width())
    assert ear.values("comparison_changed")[-1] == (panes.comparison,)
    QTest.keyClick(handle, Qt.Key.Key_End)
    assert panes.comparison.divider == 1.0


def test_a_flicker_changes_by_the_button_and_says_which_is_in_front(panes):
    compare(panes, "flicker")
    pane = panes.compare_pane
    panes.set_images({"estimate": PaneImage(1 - FINE, 25.0)})
    seen = []
    for _ in range(3):
        seen.append((pane.title.text(), colour(panes, 1500, 1500)[0]))
        assert [bar.isVisible() for bar in pane.bars] == [pane.title.text() == "Mean", pane.title.text() != "Mean"]
        QTest.mouseClick(pane.flick_button, LEFT)
    assert seen == [("Mean", 255), ("Estimate", 0), ("Mean", 255)]


def test_a_flicker_by_itself_is_off_at_first_and_at_most_three_per_second(panes, qtbot):
    compare(panes, "flicker")
    pane = panes.compare_pane
    assert panes.comparison.per_second == 0
    assert max(pane.pace.itemData(index) for index in range(pane.pace.count())) == 3.0
    compare(panes, "flicker", per_second=3.0)
    qtbot.waitUntil(lambda: pane.second_in_front, timeout=2000)
    qtbot.waitUntil(lambda: not pane.second_in_front, timeout=2000)


def test_both_values_are_read_out_at_the_pointer(panes):
    compare(panes, "overlay")
    canvas = panes.compare_pane.canvas
    QTest.mouseMove(canvas, canvas.screen.point(1500, 1400).toPoint())
    assert panes.compare_pane.read_out.text().endswith(": Mean 10 photons/px, Estimate 1 photons/fine px")


def test_moving_the_comparison_moves_the_viewers_behind_it(panes, listen):
    compare(panes, "overlay")
    ear, canvas = listen(panes), panes.compare_pane.canvas
    QTest.mousePress(canvas, LEFT, pos=QPoint(80, 80))
    QTest.mouseMove(canvas, QPoint(120, 95))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(120, 95))
    assert ear.values("view_changed") == [(canvas.view,)]
    panes.set_comparison(None)
    QApplication.processEvents()
    assert panes.pane("mean").view == canvas.view and panes.pane("mean").isVisible()
    assert not panes.compare_pane.isVisible()


def test_the_menu_compares_the_first_two_images_and_goes_back(panes, listen):
    ear = listen(panes)
    panes.tools.compare.choices["overlay"].trigger()
    assert panes.comparison == Comparison("overlay", "mean", "estimate")
    assert panes.canvases() == (panes.compare_pane.canvas,) and panes.compare_pane.isVisible()
    QTest.mouseClick(panes.compare_pane.close_button, LEFT)
    assert panes.comparison is None and len(panes.canvases()) == 3
    assert [value for (value,) in ear.values("comparison_changed")] == [Comparison("overlay", "mean", "estimate"), None]


def test_other_viewers_can_be_chosen(panes):
    panes.set_images({"background": PaneImage(COARSE, 100.0, "photons/px")})
    compare(panes, "swipe")
    choice = panes.compare_pane.choices[1]
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    QTest.keyClick(choice, Qt.Key.Key_Return)
    assert panes.comparison.second == "background"
    assert [one.name for one in panes.compare_pane.pair] == ["mean", "background"]


def test_contrast_chosen_in_the_comparison_is_that_of_the_viewer(panes, listen):
    compare(panes, "swipe")
    ear = listen(panes)
    panes.compare_pane.menus[1].colours.setCurrentText("Viridis")
    assert panes.pane("estimate").display.colormap == "viridis"
    assert ear.values("display_changed") == [("estimate", panes.pane("estimate").display)]
    assert colour(panes, 2900, 1500)[2] > 50, "the darkest colour of viridis is violet"


def test_setters_tell_nothing(panes, listen):
    ear = listen(panes)
    compare(panes, "overlay", colours="cyan_red")
    compare(panes, "flicker", per_second=1.0)
    panes.set_comparison(None)
    pane_ear = listen(panes.compare_pane)
    compare(panes, "swipe", divider=0.2)
    # That the pointer is no longer over a viewer which has gone is no wish of the user's.
    assert {name for name, *_ in ear.heard} <= {"pointer_left"} and pane_ear.heard == []


def test_without_two_images_it_says_what_to_do(panes):
    panes.set_images({"estimate": None})
    compare(panes, "swipe")
    assert "Choose two viewers" in panes.compare_pane.canvas.words
    assert not panes.compare_pane.handle.isVisible()


# Viewers that are moved against each other


def shift_drag(canvas, by: QPoint) -> None:
    """Drag with Shift held."""
    shift, begin = Qt.KeyboardModifier.ShiftModifier, QPoint(60, 60)
    QTest.mousePress(canvas, LEFT, shift, begin)
    QTest.mouseMove(canvas, begin + by)
    QTest.mouseRelease(canvas, LEFT, shift, begin + by)


def test_shift_moves_one_viewer_and_the_distance_stays(panes):
    """30 screen pixels: the others stay, a later move of any of them keeps the distance, and it is said."""
    mean, estimate = panes.pane("mean"), panes.pane("estimate")
    before = mean.view
    shift_drag(estimate.canvas, QPoint(-30, 12))
    step = before.nm_per_pixel
    assert mean.view == before
    assert (estimate.view.x_nm, estimate.view.y_nm) == pytest.approx((before.x_nm + 30 * step, before.y_nm - 12 * step))
    mean.canvas.setFocus()
    QTest.keyClick(mean.canvas, Qt.Key.Key_Down)
    assert estimate.view.x_nm - mean.view.x_nm == pytest.approx(30 * step)
    assert estimate.view.y_nm - mean.view.y_nm == pytest.approx(-12 * step)
    assert "moved" in estimate.detail.text() and "right" in estimate.detail.text()


def test_linking_again_brings_them_together(panes):
    shift_drag(panes.pane("estimate").canvas, QPoint(-30, 12))
    for _ in range(2):
        QTest.mouseClick(panes.link_button, LEFT)
    assert panes.pane("estimate").view == panes.pane("mean").view
    assert panes.pane("estimate").detail.text() == ""


def test_linking_again_with_shift_keeps_them_apart(panes):
    QTest.mouseClick(panes.link_button, LEFT)
    canvas = panes.pane("estimate").canvas
    QTest.mousePress(canvas, LEFT, pos=QPoint(60, 60))
    QTest.mouseMove(canvas, QPoint(90, 60))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(90, 60))
    apart = panes.pane("estimate").view.x_nm - panes.pane("mean").view.x_nm
    QTest.mouseClick(panes.link_button, LEFT, Qt.KeyboardModifier.ShiftModifier)
    QTest.mouseMove(canvas, QPoint(50, 50))
    panes.pane("mean").canvas.setFocus()
    QTest.keyClick(panes.pane("mean").canvas, Qt.Key.Key_Right)
    assert panes.pane("estimate").view.x_nm - panes.pane("mean").view.x_nm == pytest.approx(apart) != 0


def test_the_overlay_takes_the_distance_over(panes):
    """The estimate is moved by two of its squares' widths: the squares no longer lie on each other."""
    panes.set_shifts({"estimate": (-2000.0, 0.0)})
    compare(panes, "overlay")
    assert colour(panes, 1500, 1500) == (255, 0, 255)


def test_a_distance_is_kept_by_pointer_marks(panes):
    panes.set_shifts({"estimate": (-500.0, 0.0)})
    mean = panes.pane("mean").canvas
    QTest.mouseMove(mean, mean.screen.point(2200, 1500).toPoint())
    assert panes.pane("estimate").read_out.text().endswith("1 photons/fine px")
