"""The line that says what differs from a run, its list, the dots at the fields, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.gui.features.differences import Differences


@pytest.fixture
def ran(open_window: Callable):
    """A user with a short run of a small region."""
    user = open_window()
    user.opens_sample()
    user.session.change(roi=Roi(20, 20, 14, 18))
    user.types("param_steps", "20")
    user.click("run")
    user.sees_end()
    user.sees(lambda: user.session.shown_run is not None)
    return user


def button_of(user):
    return next(each for each in user.window.features if isinstance(each, Differences)).button


def test_what_differs_is_counted_listed_marked_and_taken_back(ran) -> None:
    user = ran
    button, form = button_of(user), user.window.workspace.form
    assert button.isVisible() and button.words == "As run 1"
    user.types("param_zoom", "8")
    user.types("param_gain", "2")
    user.session.change(frames=FrameRange(0, 20))
    assert button.words == "3 values differ from run 1"
    assert form.row("zoom").mark == "Run 1: 6 fine pixels per pixel" and "●" in form.row("zoom").label.text()
    assert "Run 1" in form.row("gain").editor.accessibleDescription() and form.row("steps").mark == ""
    user.click("differences")
    said = [label.text() for label in button.panel.findChildren(QLabel)]
    for words in ("Frames", "all", "0 to 19", "Camera gain", "1", "2 counts/photon", "Zoom L", "6"):
        assert words in said
    user.click("take_back_gain", inside=button.panel)
    assert user.session.document.acquisition.gain == 1.0 and form.row("gain").chip.text() == "assumed"
    assert user.session.history.undo_title == "Camera gain as in run 1"
    user.click("differences_take_back", inside=button.panel)
    assert user.session.params.zoom == 6 and user.session.document.frames is None
    assert button.words == "As run 1" and form.row("zoom").mark == ""
    assert "Everything is as in run 1." in [label.text() for label in button.panel.findChildren(QLabel)]
    button.panel.close()
    user.presses("undo")
    assert button.words == "2 values differ from run 1"
    user.presses("undo")
    assert button.words == "3 values differ from run 1", "each step back is a step of its own"


def test_parameters_that_are_taken_over_leave_nothing_that_differs(ran) -> None:
    """Nor a width that is stated now, where the run's followed from NA and wavelength."""
    user = ran
    user.types("param_zoom", "8")
    user.types("param_fwhm_nm", "300")
    user.presses("use_run")
    assert button_of(user).words == "As run 1" and user.session.document.acquisition.fwhm_nm is None
    assert user.session.history.undo_title == "Parameters of run 1"
    user.presses("undo")
    assert button_of(user).words == "2 values differ from run 1"


def test_the_last_run_can_be_compared_with_while_another_is_shown(ran) -> None:
    user = ran
    button = button_of(user)
    user.types("param_zoom", "4")
    user.click("run")
    user.sees_end()
    user.sees(lambda: len(user.session.runs) == 2 and button.words == "As run 2")
    user.session.show_run(1)
    assert button.words == "1 value differs from run 1"
    user.presses("show_differences")
    user.click("compare_with_last", inside=button.panel)
    assert button.words == "As run 2"
    button.panel.close()
    kept = next(each for each in user.window.features if isinstance(each, Differences)).gather()
    assert kept == {"kind": "last"}
    user.session.show_run(2)
    assert button.words == "As run 2"


def test_nothing_is_said_without_a_run(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    assert not button_of(user).isVisible()
    assert not user.window.actions_["take_back"].isEnabled()
