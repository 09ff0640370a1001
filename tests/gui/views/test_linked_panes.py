"""Viewers of different pixels show the same part of the sample."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.gui.views.arrangement import best_columns
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.linked_panes import LinkedPanes, PaneImage
from fluogan_app.gui.views.view_range import ViewRange

LEFT = Qt.MouseButton.LeftButton
MEAN = np.random.default_rng(1).normal(100, 10, (30, 41)).astype(np.float32)
ESTIMATE = np.random.default_rng(2).gamma(0.1, 1.0, (180, 246)).astype(np.float32)


@pytest.fixture
def panes(shown) -> LinkedPanes:
    """Mean and background of 100 nm pixels, an estimate six times finer."""
    view = shown(LinkedPanes(), 960, 420)
    view.set_images(
        {
            "mean": PaneImage(MEAN, 100.0, "photons per pixel"),
            "estimate": PaneImage(ESTIMATE, 100 / 6, "photons per fine pixel"),
            "background": PaneImage(MEAN * 3, 100.0, "photons per pixel"),
        }
    )
    QApplication.processEvents()
    return view


def drag(pane, start: QPoint, end: QPoint) -> None:
    """Pan with the left button."""
    QTest.mousePress(pane.canvas, LEFT, pos=start)
    QTest.mouseMove(pane.canvas, end)
    QTest.mouseRelease(pane.canvas, LEFT, pos=end)


def test_moving_one_moves_all_in_nanometres(panes, listen):
    ear = listen(panes)
    drag(panes.pane("estimate"), QPoint(80, 80), QPoint(120, 95))
    views = {pane.view for pane in panes.panes.values()}
    assert len(views) == 1
    assert ear.values("view_changed") == [(panes.pane("mean").view,)]


def test_a_hundred_moves_back_and_forth_do_not_drift(panes):
    """Each view is passed on as it is: no viewer rounds it to its own pixels or size, so nothing adds up."""
    begun = panes.pane("mean").view
    names = list(panes.panes)
    for turn in range(50):
        drag(panes.pane(names[turn % 3]), QPoint(80, 80), QPoint(117, 103))
        drag(panes.pane(names[(turn + 1) % 3]), QPoint(117, 103), QPoint(80, 80))
    for pane in panes.panes.values():
        assert (pane.view.x_nm, pane.view.y_nm) == pytest.approx((begun.x_nm, begun.y_nm), rel=1e-12)
        assert pane.view.nm_per_pixel == begun.nm_per_pixel


def test_a_move_in_answer_to_a_move_is_not_passed_on_again(panes, listen):
    """A listener that sets the views while they are being set must not start them all over."""
    ear = listen(panes)
    panes.view_changed.connect(panes.set_view)
    drag(panes.pane("mean"), QPoint(80, 80), QPoint(120, 95))
    assert len(ear.values("view_changed")) == 1


def test_same_point_is_under_the_same_place_in_all(panes):
    """A landmark at (2050, 1450) nm is drawn at the middle of each viewer, whatever its pixels."""
    panes.set_view(ViewRange(2050.0, 1450.0, 5.0))
    for pane in panes.panes.values():
        point = pane.canvas.screen.point(2050.0, 1450.0)
        assert (point.x(), point.y()) == (pane.canvas.width() / 2, pane.canvas.height() / 2)


def test_unlinked_viewers_move_alone(panes):
    QTest.mouseClick(panes.link_button, LEFT)
    assert not panes.linked
    before = panes.pane("mean").view
    drag(panes.pane("estimate"), QPoint(80, 80), QPoint(120, 95))
    assert panes.pane("mean").view == before != panes.pane("estimate").view
    QTest.mouseClick(panes.link_button, LEFT)
    assert panes.pane("estimate").view == panes.pane("mean").view


def test_setters_tell_nothing(panes, listen):
    ear = listen(panes)
    panes.set_view(ViewRange(100, 100, 2))
    panes.set_view(None)
    panes.set_linked(False)
    panes.set_same_scale(True)
    panes.set_shown(("mean",))
    panes.set_displays({"mean": DisplaySettings("viridis")})
    panes.set_message("Unfinished.")
    panes.clear()
    assert ear.heard == []


def test_view_is_kept_when_new_images_of_the_same_place_come(panes):
    chosen = ViewRange(2000.0, 1000.0, 4.0)
    panes.set_view(chosen)
    panes.set_images({"estimate": PaneImage(ESTIMATE * 2, 100 / 6, "photons per fine pixel")})
    assert {pane.view for pane in panes.panes.values()} == {chosen}
    assert panes.view == chosen


def test_fitted_shows_everything_at_one_scale(panes):
    panes.set_view(ViewRange(100, 100, 2))
    QTest.mouseClick(panes.fit_button, LEFT)
    assert panes.view is None
    assert len({pane.view.nm_per_pixel for pane in panes.panes.values()}) == 1
    for pane in panes.panes.values():
        area = pane.canvas.screen.rectangle(pane.extent)
        assert pane.canvas.rect().adjusted(-1, -1, 1, 1).contains(area.toRect())


def test_same_scale_joins_images_of_one_unit_only(panes, listen):
    ear = listen(panes)
    own = panes.pane("estimate").levels
    QTest.mouseClick(panes.scale_button, LEFT)
    assert panes.pane("mean").levels == panes.pane("background").levels
    assert panes.pane("estimate").levels == own
    assert ear.values("same_scale_changed") == [(True,)]
    QTest.mouseClick(panes.scale_button, LEFT)
    assert panes.pane("mean").levels != panes.pane("background").levels


def test_pointer_is_shown_in_the_other_viewers(panes):
    pane = panes.pane("mean")
    QTest.mouseMove(pane.canvas, pane.canvas.screen.point(1250, 850).toPoint())
    x_nm, y_nm = pane.canvas.screen.sample(pane.canvas.screen.point(1250, 850).toPoint().toPointF())
    value = ESTIMATE[int(y_nm / (100 / 6)), int(x_nm / (100 / 6))]
    assert panes.pane("estimate").read_out.text().endswith(f"{value:.4g} photons per fine pixel")
    panes.pane("mean").canvas.pointer_left.emit()
    assert panes.pane("estimate").read_out.text() == ""


def test_viewers_are_hidden_but_never_all(panes, listen):
    ear = listen(panes)
    for name in ("mean", "estimate", "background"):
        QTest.mouseClick(panes.show_buttons[name], LEFT)
    assert panes.shown == ("background",)
    assert panes.pane("background").isVisible() and not panes.pane("mean").isVisible()
    assert ear.values("shown_changed")[0] == (("estimate", "background"),)


def test_one_viewer_takes_all_the_room_and_gives_it_back(panes, listen):
    ear = listen(panes)
    width = panes.pane("estimate").canvas.width()
    button = panes.pane("estimate").alone_button
    QTest.mouseClick(button, LEFT)
    QApplication.processEvents()
    assert panes.shown == ("estimate",) and button.isChecked()
    assert panes.pane("estimate").canvas.width() > 2 * width
    QTest.mouseClick(button, LEFT)
    assert panes.shown == ("mean", "estimate", "background") and not button.isChecked()
    assert ear.values("shown_changed") == [(("estimate",),), (("mean", "estimate", "background"),)]


@pytest.mark.parametrize(
    "count, area, shape, columns",
    [(3, (900, 300), (1, 1), 3), (3, (300, 900), (1, 1), 1), (4, (500, 500), (1, 1), 2),
     (3, (900, 600), (5, 1), 1), (1, (9, 9), (1, 1), 1), (4, (900, 500), (1, 1), 2)],
)  # fmt: skip
def test_viewers_stand_as_they_come_out_largest(count, area, shape, columns):
    assert best_columns(count, area, shape) == columns


def test_titles_and_colour_bars_count():
    assert best_columns(3, (880, 350), (74, 40)) == 2
    # Two rows leave 350 / 2 − 70 = 105 for the height; one row leaves 880 / 3 − 76 = 217 for the width: 117 high.
    assert best_columns(3, (880, 350), (74, 40), (76, 70)) == 3


def test_sentences_are_never_cut_and_numbers_are_whole_in_the_tip(panes):
    sentences = "The image differs from the mean frame. " * 8
    numbers = "  ·  ".join(f"Measure {n} 0.5 nm" for n in range(40))
    panes.set_message(sentences, numbers)
    QApplication.processEvents()
    message = panes.message
    assert message.isVisible() and message.text() == f"{sentences}\n{numbers}"
    needed = message.sentences.heightForWidth(message.sentences.width())
    assert message.sentences.height() >= needed > message.fontMetrics().height()
    assert message.numbers.height() < 2 * message.fontMetrics().height()
    assert message.numbers.toolTip().count("\n") == 39
    panes.set_message("")
    assert not message.isVisible() and message.text() == ""
