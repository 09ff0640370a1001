"""The histogram in the contrast panel: what it counts, what is dragged, and the logarithmic scale beside it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.gui.views.colour_bar import ColourBar
from fluogan_app.gui.views.display import DisplaySettings, brightened, colour_table, scaled, to_image, unscaled
from fluogan_app.gui.views.image_pane import ImagePane

LEFT = Qt.MouseButton.LeftButton
IMAGE = np.linspace(0, 100, 64 * 64, dtype=np.float32).reshape(64, 64)


@pytest.fixture
def pane(shown) -> ImagePane:
    """Values from 0 to 100 counts, all from the smallest to the largest in use."""
    view = shown(ImagePane())
    view.set_percentiles(0, 100)
    view.set_image(IMAGE, 100.0, "counts")
    return view


@pytest.fixture
def plot(pane, qtbot):
    """Its histogram, in the open menu."""
    pane.display_button.menu().popup(pane.mapToGlobal(QPoint(0, 0)))
    qtbot.waitUntil(pane.menu.plot.isVisible)
    yield pane.menu.plot
    pane.display_button.menu().close()


def drag(plot, begin: float, end: float) -> None:
    """From one value to another."""
    y = plot.height() // 3
    points = [QPoint(round(plot.x_of(value)), y) for value in (begin, end)]
    QTest.mousePress(plot, LEFT, pos=points[0])
    QTest.mouseMove(plot, points[1])
    QTest.mouseRelease(plot, LEFT, pos=points[1])


def test_it_is_counted_when_it_is_looked_at(pane, plot):
    assert plot.histogram.counts.sum() == IMAGE.size
    pane.set_image(IMAGE[:10] * 0, 100.0, "counts")
    assert plot.histogram.counts.sum() == 640


def test_a_hidden_one_is_not_counted(pane):
    assert pane.menu.plot.histogram is None


def test_dragging_a_line_fixes_its_level_and_leaves_the_other(pane, plot, listen):
    ear = listen(pane)
    drag(plot, 100.0, 60.0)
    per_pixel = 100 / plot.width()
    assert pane.levels == pytest.approx((0.0, 60.0), abs=2 * per_pixel)
    drag(plot, 0.0, 20.0)
    assert pane.levels == pytest.approx((20.0, 60.0), abs=2 * per_pixel)
    assert ear.values("display_changed")[-1] == (pane.display,)
    assert pane.display.levels == pane.levels and pane.menu.contrast.currentText() == "Fixed values"


def test_lines_do_not_pass_each_other(pane, plot):
    drag(plot, 0.0, 200.0)
    low, high = pane.levels
    assert low < high == 100.0


def test_keys_move_the_lines(pane, plot):
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert pane.levels == pytest.approx((5.0, 95.0))


def test_setters_tell_nothing(pane, plot, listen):
    ear = listen(plot)
    pane.set_levels(10, 20)
    pane.set_image(IMAGE * 3, 100.0, "counts")
    plot.set_log_counts(False)
    assert ear.heard == []


def test_few_bright_pixels_are_seen_beside_many_dark_ones(pane, plot):
    """Ten among 4096: a linear height would be a four-hundredth of the plot."""
    image = np.zeros((64, 64), np.float32)
    image.flat[:10], image.flat[10] = 50.1, 100.0
    pane.set_image(image, 100.0, "counts")
    QApplication.processEvents()

    def bar_height() -> int:
        picture, x = plot.grab().toImage(), round(plot.x_of(50.15))
        columns = [[picture.pixelColor(x + step, y).name() for y in range(plot.height())] for step in (-1, 0, 1)]
        return max(column.count("#78828e") for column in columns)

    tall = bar_height()
    pane.menu.log_counts.setChecked(False)
    assert tall > 10 and bar_height() < 3


def test_pixels_that_are_no_number_are_said(pane, plot):
    image = IMAGE.copy()
    image[0, :3] = np.nan
    pane.set_image(image, 100.0, "counts")
    assert "3 pixels are not a number" in plot.accessibleDescription()


def test_automatic_takes_only_the_levels_back(pane, plot):
    pane.set_display(DisplaySettings("viridis", gamma=0.5, levels=(1.0, 2.0), scale="log"))
    QTest.mouseClick(pane.menu.auto, LEFT)
    assert pane.display == DisplaySettings("viridis", gamma=0.5, scale="log")
    QTest.mouseClick(pane.menu.reset, LEFT)
    assert pane.display == DisplaySettings()


# The logarithmic scale


def test_each_decade_has_its_share_of_the_colours():
    """0.1 %, 1 %, 10 % and all of the range: steps of one third, but for the share that keeps zero on the scale."""
    parts = scaled(np.array([0.0, 0.001, 0.01, 0.1, 1.0]), "log")
    assert parts[0] == 0 and parts[-1] == 1
    assert np.diff(parts[2:]) == pytest.approx(1 / 3, abs=0.02)
    assert unscaled(parts, "log") == pytest.approx([0.0, 0.001, 0.01, 0.1, 1.0])


def test_faint_values_are_told_apart_on_it():
    """A hundredth and two hundredths of the brightest: 2 and 5 of 255 linearly, 88 and 112 logarithmically."""
    values = np.array([[0.0, 0.01, 0.02, 1.0, 5.0, np.nan]])
    image = to_image(values, (0.0, 1.0), colour_table("gray", 1.0, "log"))
    grays = [image.pixelColor(x, 0).red() for x in range(5)]
    assert grays == pytest.approx([0, 88, 112, 255, 255], abs=1)
    assert image.pixelColor(5, 0).red() != image.pixelColor(5, 0).blue()


def test_scale_is_chosen_in_the_panel_and_the_colour_bar_follows(pane):
    pane.menu.scale.setCurrentText("Logarithmic")
    assert pane.display.scale == "log"
    assert "logarithmic" in pane.colour_bar.accessibleDescription()


def test_a_logarithmic_bar_names_round_values_a_decade_apart(shown):
    bar = shown(ColourBar(), 80, 300)
    bar.show_levels((0.0, 50.0), colour_table("gray", 1.0, "log"), "photons", "log")
    assert [text for _, text in bar.ticks()] == ["0", "0.5", "5", "50"]
    picture = bar.grab().toImage()
    grays = [picture.pixelColor(10, y).red() for y in range(20, 280, 20)]
    # As even as the linear bar: the same colours, at other values.
    assert np.diff(grays) == pytest.approx(np.diff(grays).mean(), abs=3)


def test_brighter_keeps_the_darkest_value():
    assert brightened((10.0, 20.0), 1.25) == (10.0, 18.0)
    assert brightened((0.0, 0.0), 2.0)[1] > 0


def test_a_unit_longer_than_its_bar_takes_two_lines(shown):
    bar = ColourBar()
    bar.show_levels((0.0, 1.0), colour_table("gray"), "photons/frame/fine px")
    shown(bar, 90, 300)
    assert bar.unit_lines == ("photons/frame/fine px",)
    wide = bar.sizeHint().width()
    bar.resize(90, 84)
    assert bar.unit_lines == ("photons/frame", "/fine px") and bar.sizeHint().width() > wide
