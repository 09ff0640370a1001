"""The dialog that answers "What can I expect?", as a user meets it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt

from fluogan_app.core.project.expectations import last_expectation
from fluogan_app.gui.features.expect import ExpectFeature


def expecting(window) -> ExpectFeature:
    return next(feature for feature in window.features if isinstance(feature, ExpectFeature))


@pytest.fixture
def asking(open_window: Callable) -> Callable:
    """A user with the sample open, few steps, and the dialog with a small pattern."""

    def begin():
        user = open_window()
        user.opens_sample()
        user.types("param_steps", "20")
        user.types("param_zoom", "2")
        user.presses("expect")
        dialog = user.dialog("expect_dialog")
        for name, value in (("rows", 4), ("frame_count", 10), ("photons_per_event", 0), ("signal_photons", 200),
                            ("background_photons", 5)):  # fmt: skip
            user.types(f"param_{name}", str(value), inside=dialog)
        return user, dialog

    return begin


def simulate(user, dialog) -> None:
    user.click("expect_start", inside=dialog)
    user.sees(lambda: dialog.start_button.isEnabled())


def test_it_shows_what_comes_out_and_keeps_it(asking) -> None:
    user, dialog = asking()
    assert dialog.headline.text() == "" and not dialog.limits.isVisible()
    simulate(user, dialog)
    found = expecting(user.window).found
    assert found.simulated["signal_photons"]["value"] == 200 and found.asked["params"]["zoom"] == 2
    assert "apart" in dialog.headline.text() and "NRMSE" in dialog.facts.text()
    assert "model is taken to be right" in dialog.limits.text()
    assert dialog.panes["estimate"].image is found.estimate
    assert dialog.panes["truth"].extent == dialog.panes["mean"].extent
    kept = last_expectation(user.session.project.folder)
    assert np.array_equal(kept.estimate, found.estimate)
    # What is held against each other has one scale, and each set of lines says its distance.
    assert dialog.panes["truth"].levels == dialog.panes["estimate"].levels != dialog.panes["mean"].levels
    spacings = [split.spacing_nm for split in found.tries[0].splits]
    assert dialog.distances.words == tuple(f"{spacing:g} nm" for spacing in spacings)
    # The viewers move together.
    canvas = dialog.panes["mean"].canvas
    canvas.setFocus()
    user.qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert len({pane.view for pane in dialog.panes.values()}) == 1
    # Closed and opened again, it is there.
    user.click("expect_close", inside=dialog)
    user.presses("expect")
    again = user.dialog("expect_dialog")
    assert "apart" in again.headline.text()
    says_whether_it_is_of_the_present_values(user, again)
    assert again.rows["rows"].value == 4
    user.click("expect_close", inside=again)


def says_whether_it_is_of_the_present_values(user, dialog) -> None:
    """An answer to another question does not pass for one to this."""
    former = dialog.former
    assert not former.isVisible() and dialog.headline.text().startswith(("Lines", "Not"))
    user.turns_to(user.window)
    user.types("param_zoom", "3")
    user.turns_to(dialog)
    user.types("param_rows", "0", inside=dialog)
    user.click("expect_start", inside=dialog)
    assert dialog.headline.text().startswith("With other values: ")
    assert former.isVisible() and "Others now: Zoom L, Rows." in former.text()
    user.types("param_rows", "4", inside=dialog)
    user.turns_to(user.window)
    user.types("param_zoom", "2")
    user.turns_to(dialog)
    assert not former.isVisible() and dialog.headline.text().startswith(("Lines", "Not"))


def is_remembered(user) -> None:
    """By the project."""
    feature = expecting(user.window)
    assert feature.gather() == {
        "rows": 4, "frame_count": 10, "photons_per_event": 0.0, "signal_photons": 200.0, "background_photons": 5.0
    }  # fmt: skip
    kept = feature.gather()
    feature.restore({})
    assert feature.gather() == {}
    feature.restore(kept)
    assert feature.gather() == kept
    feature.restore({"rows": "many"})
    assert feature.gather() == {}


def test_a_wrong_value_is_said_and_nothing_begins(asking) -> None:
    user, dialog = asking()
    user.types("param_tries", "0", inside=dialog)
    user.click("expect_start", inside=dialog)
    assert "Repetitions" in dialog.message.text() and not dialog.progress.isVisible()
    user.types("param_tries", "1", inside=dialog)
    simulate(user, dialog)
    assert dialog.message.text() == "" and dialog.headline.text()
    is_remembered(user)
    user.click("expect_close", inside=dialog)


def test_it_is_cancelled_and_leaves_the_machine_to_a_run(asking) -> None:
    user, dialog = asking()
    user.turns_to(user.window)
    user.types("param_steps", "100000")
    user.turns_to(dialog)
    user.click("expect_start", inside=dialog)
    user.sees(lambda: dialog.progress.value() > 250)
    user.click("expect_cancel", inside=dialog)
    assert "Cancelled" in dialog.message.text() and dialog.start_button.isEnabled()
    user.sees(lambda: not user.window.workbench.busy)
    assert expecting(user.window).found is None and last_expectation(user.session.project.folder) is None
    # A run has the machine to itself.
    user.presses("run")
    user.sees_step(2)
    assert not dialog.start_button.isEnabled() and "run is going on" in dialog.start_button.toolTip()
    user.presses("cancel")
    user.sees_end()
    assert dialog.start_button.isEnabled()
    user.click("expect_close", inside=dialog)


def test_nothing_that_goes_on_is_cut_off_without_a_word(asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving asks first, and says what is lost; going back leaves all as it was."""
    import fluogan_app.core.project.expect as module

    begun, release = threading.Event(), threading.Event()

    def waits(*_: object) -> None:
        begun.set()
        release.wait(60)

    monkeypatch.setattr(module, "expect", waits)
    user, dialog = asking()
    user.click("expect_start", inside=dialog)
    user.sees(begun.is_set)
    for leave in (user.window.close, user.window.close_project):
        leave()
        question = user.dialog("going_on_question")
        assert "nothing of it is kept" in question.informativeText()
        user.click("answer_cancel", inside=question)
        user.sees(lambda: not user.is_asked("going_on_question"))
        assert expecting(user.window).going_on() and user.session.project is not None
    user.window.close_project()
    user.answers("going_on_question", "stop")
    user.answers("unsaved_question", "discard")
    user.sees(lambda: user.session.project is None)
    assert expecting(user.window).going_on() == ""
    release.set()
