"""The button beside a field: estimated from the frames, seen with its evidence, taken with one click, given up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.gui.features.field_estimates import FieldEstimates


@pytest.fixture
def user(open_window: Callable):
    user = open_window()
    user.opens_sample()
    return user


def feature_of(user) -> FieldEstimates:
    return next(each for each in user.window.features if isinstance(each, FieldEstimates))


def asks(user, name: str):
    """Press the button beside a field and wait for what is found."""
    user.window.workspace.form.focus(name)
    user.click(f"estimate_field_{name}")
    user.sees(lambda: feature_of(user).popover is not None and not feature_of(user).popover.progress.isVisible())
    return feature_of(user).popover


def test_a_value_is_seen_with_its_error_and_evidence_and_taken(user) -> None:
    panel = asks(user, "gain")
    assert "2.141 ± 0.031 counts/photon" in panel.title.text() and panel.confidence.text() == "● well known"
    assert panel.plot.plot.accessibleName() == "Noise of the camera" and "Slope of the noise" in panel.words.text()
    assert "frames 0 to 49" in panel.note.text()
    user.click("estimate_use", inside=panel)
    recording = user.session.document.acquisition
    assert recording.gain == 2.141 and recording.origin("gain") is Origin.ESTIMATED
    assert feature_of(user).popover is None
    assert user.session.history.undo_title == "Camera gain 2.141 counts/photon, estimated"
    user.presses("undo")
    assert user.session.document.acquisition.origin("gain") is Origin.ASSUMED


def test_what_was_found_is_kept_while_the_stack_and_the_region_are_the_same(user) -> None:
    asks(user, "gain")
    user.qtbot.keyClick(feature_of(user).popover, Qt.Key.Key_Escape)
    user.click("estimate_field_offset")
    panel = feature_of(user).popover
    assert "75.7" in panel.title.text(), "the frames were read once for all of them"
    user.click("estimate_use", inside=panel)
    user.click("estimate_field_gain")
    panel = feature_of(user).popover
    assert "changed since" in panel.note.text()
    user.click("estimate_again", inside=panel)
    user.sees(lambda: not panel.progress.isVisible())
    assert "changed since" not in panel.note.text()
    panel.close()
    user.types("stack_range_last", "40")
    panel = asks(user, "gain")
    assert "frames 0 to 40" in panel.note.text()
    panel.close()


def test_what_the_frames_do_not_tell_is_said_and_a_limit_is_not_taken(user) -> None:
    panel = asks(user, "read_noise")
    assert "offset" in panel.words.text() and not panel.use_button.isVisible() and not panel.plot.isVisible()
    panel.close()
    panel = asks(user, "fwhm_nm")
    assert "≤" in panel.title.text() and panel.confidence.text() == "● an upper limit only"
    assert not panel.use_button.isVisible()
    panel.close()


def test_a_kappa_that_changes_nothing_is_said_to(user) -> None:
    panel = asks(user, "kappa")
    assert "Of no effect while the adversarial term δ is 0" in panel.warning.text()
    user.click("estimate_use", inside=panel)
    assert user.session.params.kappa == pytest.approx(3.34, abs=0.02)
    assert "Of no effect" in user.window.workspace.form.row("kappa").idle
    user.session.change(params={"fluogan": {"delta": 1, "generator": "double-poisson"}})
    assert user.window.workspace.form.row("kappa").idle == ""


def test_a_long_estimate_is_given_up_at_once(user) -> None:
    """λ1 takes some ten seconds of short fits."""
    user.window.workspace.form.focus("lambda1")
    user.presses("estimate_field")
    panel = feature_of(user).popover
    assert panel.progress.isVisible() and "Sparsity" in panel.title.text()
    user.click("estimate_cancel", inside=panel)
    assert feature_of(user).popover is None
    user.sees(lambda: not user.window.workbench.busy)
    assert user.session.params.lambda1 == 1.0


def test_without_a_stack_there_is_nothing_to_estimate_from(user) -> None:
    user.window.close_project()
    user.sees(lambda: user.session.stack is None)
    assert not any(button.isEnabled() for button in feature_of(user).buttons.values())
