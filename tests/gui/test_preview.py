"""The preview as a user meets it: it follows every change, never stands in the way, and says what it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.project.preview import Previewer, PreviewWish
from fluogan_app.gui.asked import run_request
from fluogan_app.gui.features.preview import PreviewFeature
from fluogan_app.gui.main_window import MainWindow
from fluogan_app.gui.settings import Settings


def preview_of(window: MainWindow) -> PreviewFeature:
    return next(feature for feature in window.features if isinstance(feature, PreviewFeature))


@pytest.fixture
def previewing(open_window: Callable) -> Callable:
    """A user with the sample open, few steps, a small square, and its preview in sight."""

    def begin():
        user = open_window()
        user.opens_sample()
        user.types("param_steps", "60")
        user.types("param_zoom", "2")
        user.presses("preview")
        choose_side(user, 32)
        feature = preview_of(user.window)
        user.sees(lambda: feature.settled and feature.panel.estimate.image is not None)
        return user, feature

    return begin


def choose_side(user, side: int) -> None:
    box = user.find("preview_side")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    while box.currentData() != side:
        QTest.keyClick(box, Qt.Key.Key_Down)


def test_it_shows_the_square_that_its_frame_marks_as_a_run_would(previewing) -> None:
    user, feature = previewing()
    place = feature.frame.place
    assert (place.height, place.width) == (32, 32)
    stack = user.session.stack
    expected = Previewer().show(PreviewWish(stack, run_request(user.session), place), lambda _: None, lambda: False)
    assert np.array_equal(feature.panel.estimate.image, expected.result.estimate)
    assert np.array_equal(feature.panel.mean.image, expected.result.mean)
    words = feature.panel.words.text()
    assert "60 steps" in words and "zoom 2" in words and "a run of this square gives the same numbers" in words
    assert "times the noise" in feature.panel.measures.text()
    # Both at one scale, where the stack has them.
    size_nm = user.session.document.acquisition.pixel_size_nm
    assert feature.panel.mean.extent == feature.panel.estimate.extent
    assert feature.panel.mean.extent.left_nm == place.x0 * size_nm
    # At 1280 × 720 there is room for both, though the check of the data has much to say.
    user.window.resize(QSize(1280, 720))
    assert feature.panel.estimate.canvas.width() >= 215 and user.window.minimumSizeHint().width() < 1200
    badge = user.find("check_badge")
    assert "warning" in badge.shown or badge.shown == badge.text()
    assert feature.panel.mean.view.nm_per_pixel == pytest.approx(feature.panel.estimate.view.nm_per_pixel, rel=0.05)


def greys_the_last_picture(user, feature) -> None:
    """A wrong value does, and it is said why."""
    shown = feature.panel.estimate.image
    user.types("param_lambda1", "-1")
    user.sees(lambda: feature.panel.stale)
    assert feature.panel.estimate.image is shown
    assert "No preview" in feature.panel.problem.text() and "Sparsity" in feature.panel.problem.text()
    assert not feature.panel.words.isVisible()
    user.types("param_lambda1", "1")
    user.sees(lambda: feature.settled and not feature.panel.stale)
    assert feature.panel.words.isVisible() and not feature.panel.problem.isVisible()


def test_it_follows_the_values_and_greys_the_last_picture_for_wrong_ones(previewing, monkeypatch) -> None:
    user, feature = previewing()
    said, words = [], feature.panel.words
    show = words.setText
    monkeypatch.setattr(words, "setText", lambda text: (said.append(text), show(text)))
    for field, value in (("param_lambda1", "5"), ("param_zoom", "3"), ("param_pixel_size_nm", "90")):
        before = feature.panel.estimate.image
        user.types(field, value)
        user.sees(lambda: feature.settled and feature.panel.estimate.image is not before)
        # From the change on nothing is claimed of the picture that is still in sight.
        assert "values before" in said[0] and "values before" not in words.text()
        said.clear()
    assert feature.panel.estimate.image.shape == (96, 96)
    assert feature.panel.estimate.extent.width_nm == pytest.approx(32 * 90)
    assert feature.frame.place.width == 32
    greys_the_last_picture(user, feature)


def at_frame(feature: PreviewFeature, window: MainWindow) -> QPoint:
    """A point on the left side of the frame."""
    canvas = window.workspace.browser.pane.canvas
    place, size_nm = feature.frame.place, window.session.document.acquisition.pixel_size_nm
    point = canvas.screen.point(place.x0 * size_nm, (place.y0 + place.height / 2) * size_nm)
    return point.toPoint()


def test_its_frame_is_dragged_and_moved_by_arrows_and_elsewhere_the_image_pans(previewing) -> None:
    user, feature = previewing()
    canvas = user.window.workspace.browser.pane.canvas
    before, start = feature.frame.place, at_frame(feature, user.window)
    step = canvas.screen.pixels(user.session.document.acquisition.pixel_size_nm)
    right = 1 if before.x0 < 20 else -1
    user.qtbot.mouseMove(canvas, start)
    user.draws(canvas, start, start + QPoint(round(right * 5 * step), 0))
    assert feature.frame.place == Roi(before.y0, before.x0 + right * 5, 32, 32)
    user.sees(lambda: feature.settled and feature.panel.mean.extent.left_nm == feature.frame.place.x0 * 80)
    user.qtbot.mouseMove(canvas, at_frame(feature, user.window))
    user.qtbot.keyClick(canvas, Qt.Key.Key_Left if right > 0 else Qt.Key.Key_Right)
    assert feature.frame.place.x0 == before.x0 + right * 4
    view, place = canvas.view, feature.frame.place
    middle = at_frame(feature, user.window) + QPoint(round(10 * step), 0)
    user.qtbot.mouseMove(canvas, middle)
    user.draws(canvas, middle, middle + QPoint(15, 0))
    assert feature.frame.place == place and canvas.view != view
    assert user.session.document.roi is None
    # Drawing a region goes before moving the frame.
    user.presses("draw_region")
    start = at_frame(feature, user.window)
    user.qtbot.mouseMove(canvas, start)
    user.draws(canvas, start, start + QPoint(60, 60))
    assert user.session.document.roi is not None and feature.frame.place == place


def test_it_waits_while_a_run_goes_on_and_then_catches_up(previewing) -> None:
    user, feature = previewing()
    user.types("param_steps", "100000")
    user.sees(lambda: feature.settled)
    user.presses("run")
    user.sees_step(5)
    user.presses("show_stack")
    shown = feature.panel.estimate.image
    user.types("param_steps", "61")
    user.sees(lambda: feature.panel.stale)
    assert feature.panel.problem.text() == "Waits until the run has ended."
    assert feature.settled and feature.panel.estimate.image is shown
    user.presses("cancel")
    user.sees_end()
    user.sees(lambda: feature.settled and not feature.panel.stale)
    assert "61 steps" in feature.panel.words.text()


def comes_to_sight_by_its_key(user, feature) -> None:
    """Beside another tab than the stack's nothing is computed for nobody, and its key leads to it."""
    user.presses("show_result")
    shown = feature.panel.estimate.image
    user.types("param_lambda1", "7")
    assert feature.settled and not feature.panel.isVisible() and feature.panel.estimate.image is shown
    user.presses("preview")
    assert feature.is_on and feature.panel.isVisible()
    user.sees(lambda: feature.settled and feature.panel.estimate.image is not shown)


def test_it_is_switched_off_and_stays_so(previewing, open_window) -> None:
    user, feature = previewing()
    comes_to_sight_by_its_key(user, feature)
    user.click("preview_close")
    assert not feature.is_on and not feature.panel.isVisible() and feature.frame.place is None
    assert not Settings().switch("preview", True)
    user.types("param_lambda1", "2")
    assert feature.settled
    user.click("preview_toggle")
    user.sees(lambda: feature.settled and feature.panel.isVisible())
    assert Settings().switch("preview", False)
    assert preview_of(open_window().window).is_on


def test_its_place_and_size_are_remembered_by_the_project(previewing) -> None:
    user, feature = previewing()
    kept = feature.gather()
    assert kept["side"] == 32
    feature.restore({})
    user.sees(lambda: feature.settled and feature.frame.place is not None)
    assert feature.gather() != kept or feature.frame.place.height == 64
    feature.restore(kept)
    user.sees(lambda: feature.settled)
    assert feature.gather() == kept and feature.panel.side.currentData() == 32
    user.presses("close_project")
    user.answers("unsaved_question", "discard") if user.is_asked("unsaved_question") else None
    user.sees(lambda: user.session.project is None)
    assert feature.frame.place is None and feature.settled
