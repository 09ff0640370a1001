"""Run, pause, cancel."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fluogan_app.gui.views.run_panel import RunPanel, RunPanelState, progress_words

LEFT = Qt.MouseButton.LeftButton
RUNNING = RunPanelState(
    can_run=True, running=True, step=420, total_steps=1000, phase="Against the critic", steps_per_second=34.24,
    seconds_left=77, seconds=12, device_text="Processor: no graphics card",
)  # fmt: skip


@pytest.fixture
def panel(shown) -> RunPanel:
    """A panel as wide as the left column."""
    return shown(RunPanel(), 340, 160)


def test_setters_tell_nothing(panel, listen):
    ear = listen(panel)
    for state in (RUNNING, RunPanelState(), RunPanelState(can_run=True)):
        panel.set_state(state)
    assert ear.heard == []


def test_each_button_tells_its_wish(panel, listen):
    ear = listen(panel)
    panel.set_state(RunPanelState(can_run=True))
    QTest.mouseClick(panel.run_button, LEFT)
    panel.set_state(RUNNING)
    QTest.mouseClick(panel.pause_button, LEFT)
    panel.set_state(RunPanelState(can_run=True, running=True, paused=True))
    QTest.mouseClick(panel.pause_button, LEFT)
    QTest.mouseClick(panel.cancel_button, LEFT)
    wishes = [name for name, *_ in ear.heard]
    assert wishes == ["run_requested", "pause_requested", "resume_requested", "cancel_requested"]


def test_while_running_there_is_no_second_run_and_without_one_nothing_to_cancel(panel, listen):
    ear = listen(panel)
    panel.set_state(RUNNING)
    QTest.mouseClick(panel.run_button, LEFT)
    panel.set_state(RunPanelState(can_run=True))
    QTest.mouseClick(panel.pause_button, LEFT)
    QTest.mouseClick(panel.cancel_button, LEFT)
    assert ear.heard == []


def test_cancelling_answers_at_once_and_cannot_be_asked_twice(panel, listen):
    ear = listen(panel)
    panel.set_state(RunPanelState(running=True, cancelling=True, step=3, total_steps=9))
    assert panel.cancel_button.text() == "Cancelling…" and "Cancelling…" in panel.words.text()
    QTest.mouseClick(panel.cancel_button, LEFT)
    assert ear.heard == []


def test_why_nothing_can_be_run_is_said(panel):
    panel.set_state(RunPanelState(why_not="Zoom L is 99; allowed is from 1 to 12."))
    assert not panel.run_button.isEnabled()
    assert panel.message.isVisible() and "Zoom L is 99" in panel.message.text()
    assert "Zoom L is 99" in panel.run_button.toolTip()


def test_progress_is_shown(panel):
    panel.set_state(RUNNING)
    assert (panel.bar.value(), panel.bar.maximum()) == (420, 1000)
    assert panel.bar.text() == "step 420 of 1000"
    assert panel.words.text() == "Against the critic · 34.2 steps/s · 1 min 17 s left · 12 s so far"
    assert panel.device.text() == "Processor: no graphics card"


@pytest.mark.parametrize(
    "state, words",
    [
        (RunPanelState(), ""),
        (
            RunPanelState(running=True, paused=True, phase="Mean fit", steps_per_second=9.0, seconds=61),
            "Mean fit · paused · 1 min 01 s so far",
        ),
        (RunPanelState(phase="Finished", seconds=8), "Finished · took 8 s"),
        (RunPanelState(running=True, cancelling=True, phase="Mean fit"), "Cancelling…"),
        (
            RunPanelState(
                running=True, phase="Mean fit", steps_per_second=9.0, seconds_left=40.0, seconds_left_most=math.inf
            ),
            "Mean fit · 9 steps/s · at least 40 s left",
        ),
    ],
)
def test_words_for_each_state(state, words):
    assert progress_words(state) == words


def test_buttons_can_be_pressed_with_keys(panel, listen):
    ear = listen(panel)
    panel.set_state(RunPanelState(can_run=True))
    panel.run_button.setFocus()
    QTest.keyClick(panel.run_button, Qt.Key.Key_Space)
    assert ear.heard == [("run_requested",)]


def test_many_steps_are_written_to_be_read(shown):
    panel = shown(RunPanel(), 360, 200)
    panel.set_state(RunPanelState(running=True, step=12_345, total_steps=1_000_000))
    assert panel.bar.format() == "step 12 345 of 1 000 000"


def test_before_a_run_no_step_is_told(shown):
    """The image in sight may be of step 164 of an earlier run."""
    panel = shown(RunPanel(), 360, 200)
    panel.set_state(RunPanelState(can_run=True, step=0, total_steps=400))
    assert panel.bar.format() == ""
