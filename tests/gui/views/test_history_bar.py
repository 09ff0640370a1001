"""The bar that goes back through a run's steps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fluogan_app.gui.views.history_bar import HistoryBar

STEPS = (0, 1, 10, 100, 1000)


@pytest.fixture
def bar(shown) -> HistoryBar:
    made = shown(HistoryBar(), 600, 40)
    made.set_steps(STEPS)
    return made


def test_setters_tell_nothing(bar, listen):
    ear = listen(bar)
    bar.set_shown(10)
    bar.set_steps((0, 10, 20))
    assert bar.chosen == 10 and bar.words.text() == "step 10"
    bar.set_steps((0, 20))
    assert bar.chosen is None and bar.words.text() == "newest"
    bar.set_steps(())
    assert ear.heard == [] and not bar.isVisible()


def test_keys_go_back_and_the_last_moment_is_the_newest(bar, listen):
    ear = listen(bar)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End):
        QTest.keyClick(bar.slider, key)
    assert ear.values("moment_wanted") == [(100,), (10,), (0,), (None,)]
    assert not bar.newest_button.isEnabled()


def test_more_moments_leave_the_chosen_one_in_sight(bar, listen):
    bar.set_shown(10)
    ear = listen(bar)
    bar.set_steps((*STEPS, 2000))
    assert bar.chosen == 10 and bar.slider.value() == 2 and ear.heard == []
    QTest.mouseClick(bar.newest_button, Qt.MouseButton.LeftButton)
    assert ear.values("moment_wanted") == [(None,)] and bar.slider.value() == 5


def test_the_film_waits_for_each_image_and_ends_at_the_newest(bar, listen, qtbot):
    ear = listen(bar)
    QTest.mouseClick(bar.play_button, Qt.MouseButton.LeftButton)
    assert ear.values("moment_wanted") == [(0,)]
    qtbot.wait(200)
    assert ear.values("moment_wanted") == [(0,)], "it did not wait for the image"
    bar.moment_wanted.connect(lambda step: bar.set_shown(step))
    bar.set_shown(0)
    qtbot.waitUntil(lambda: not bar.playing, timeout=5000)
    assert [step for (step,) in ear.values("moment_wanted")] == [0, 1, 10, 100, None]
