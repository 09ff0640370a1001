"""Estimates in the window: shown beside it with their evidence, and taken one by one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel

from fluogan_app.core.data.acquisition import Origin


@pytest.fixture
def asked(open_window: Callable):
    """A user who looks at the estimates of the sample, and the dialog that shows them."""
    user = open_window()
    user.opens_sample()
    user.presses("estimate")
    dialog = user.dialog("estimates_dialog")
    user.sees(lambda: bool(dialog.use_buttons))
    return user, dialog


def test_a_value_that_is_used_goes_into_the_form_with_its_origin(asked) -> None:
    user, dialog = asked
    user.click("use_gain", inside=dialog)
    recording = user.session.document.acquisition
    assert recording.gain == pytest.approx(2.14, rel=0.03) and recording.origin("gain") is Origin.ESTIMATED
    row = user.window.workspace.form.row("gain")
    assert row.value == recording.gain and row.chip.text() == "estimated"
    assert not dialog.use_buttons["gain"].isEnabled() and dialog.use_buttons["offset"].isEnabled()
    dialog.close()


def test_a_value_that_is_used_replaces_what_is_no_value(asked) -> None:
    user, dialog = asked
    user.types("param_gain", "much")
    user.turns_to(dialog)
    user.click("use_gain", inside=dialog)
    row = user.window.workspace.form.row("gain")
    assert row.value == user.session.document.acquisition.gain and row.problem is None
    dialog.close()


def test_each_value_shows_its_evidence_and_what_it_assumes(asked) -> None:
    user, dialog = asked
    titles = set()
    for name in dialog.use_buttons:
        user.click(f"estimate_{name}", inside=dialog)
        titles.add(dialog.plot.plot.accessibleName())
        assert dialog.plot.plot.listDataItems() and dialog.explanation.text()
    assert {"Noise of the camera", "Widest PSF that fits"} <= titles
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Read noise" in said and "only be told apart from the offset" in said
    # The widest PSF that fits is a limit, which nobody should put in place of a width.
    assert "≤" in said and not dialog.use_buttons["fwhm_nm"].isVisible() and dialog.use_buttons["gain"].isVisible()
    dialog.close()


def test_the_dialog_goes_with_its_stack(asked) -> None:
    user, dialog = asked
    user.window.close_project()
    user.sees(lambda: user.session.stack is None)
    user.sees(lambda: not user.window.workspace.form.estimate_button.isEnabled())


def test_nothing_to_estimate_from_is_said_in_the_dialog(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.types("stack_range_last", "2")
    user.click("estimate_values")
    dialog = user.dialog("estimates_dialog")
    user.sees(lambda: not dialog.busy.isVisible())
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "too few" in said and not dialog.use_buttons
    dialog.close()
