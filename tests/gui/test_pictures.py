"""Pictures of every state of the window, to be looked at. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize

from fluogan_app.core.errors import ReadError
from fluogan_app.gui.dialogs.about import AboutDialog
from fluogan_app.gui.dialogs.error_dialog import show_error
from fluogan_app.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from tests.gui.drifting_file import write_drifting

LAPTOP, LARGE = QSize(1280, 720), QSize(1920, 1080)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state(open_window: Callable, take: Callable, scheme: str) -> None:
    """Empty, loaded, missing value, running, paused, finished, log, export, error."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(LAPTOP)
    take(window, f"{scheme}-1-empty")
    user.opens_sample()
    take(window, f"{scheme}-2-loaded")
    user.click("stack_view_std")
    user.sees(lambda: window.workspace.browser.view == "std")
    user.types("stack_region_y", "5")
    user.types("stack_region_height", "40")
    user.types("param_pixel_size_nm", "")
    take(window, f"{scheme}-3-value-missing")
    user.types("param_pixel_size_nm", "80")
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(200)
    take(window, f"{scheme}-4-running")
    user.click("pause")
    user.sees(lambda: "paused" in window.workspace.run_panel.words.text())
    take(window, f"{scheme}-5-paused")
    user.click("cancel")
    user.sees_end()
    take(window, f"{scheme}-6-cancelled")
    user.types("param_steps", "400")
    user.click("run")
    user.sees_end()
    take(window, f"{scheme}-7-finished")
    window.resize(LARGE)
    take(window, f"{scheme}-8-finished-large")
    window.resize(LAPTOP)
    user.presses("show_log")
    take(window, f"{scheme}-9-log")
    user.presses("export")
    dialog = user.dialog("export_dialog")
    take(dialog, f"{scheme}-10-export")
    dialog.close()
    window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_check_and_drift(open_window: Callable, take: Callable, tmp_path: Path, scheme: str) -> None:
    """The findings of a check with their pictures, the drift, and a corrected stack."""
    user = open_window(write_drifting(tmp_path))
    window = user.window
    window.set_scheme(scheme)
    window.resize(LAPTOP)
    user.sees_stack()
    user.sees(lambda: window.checks.check is not None)
    take(window, f"{scheme}-20-checked")
    user.presses("show_check")
    for finding in window.checks.check.findings:
        window.workspace.check.select(finding.name)
        take(window, f"{scheme}-21-{finding.name}")
    user.presses("drift")
    dialog = user.dialog("drift_dialog")
    user.sees(lambda: dialog.panes.pane("corrected").image is not None)
    take(dialog, f"{scheme}-22-drift")
    user.click("drift_std", inside=dialog)
    user.click("drift_apply", inside=dialog)
    take(dialog, f"{scheme}-23-corrected")
    user.sees(lambda: window.checks.check is not None)
    take(window, f"{scheme}-24-stack-corrected")
    dialog.close()
    window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_dialog(open_window: Callable, take: Callable, scheme: str) -> None:
    """Error, questions, about, shortcuts, notice."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(LAPTOP)
    user.opens_sample()
    window.files.raw_stack.tell_trouble(ReadError("The raw stack cells.tif is not there any more.", "Locate it."))
    take(window, f"{scheme}-11-notice")
    error = ReadError("cells.tif is damaged: page 12 of 300 ends early.", "Copy it again from where it was recorded.")
    show_error(window, "cells.tif could not be opened", error)
    dialog = user.dialog("error_dialog")
    take(dialog, f"{scheme}-12-error")
    user.click("error_fold", inside=dialog)
    take(dialog, f"{scheme}-13-error-details")
    dialog.close()
    user.presses("estimate")
    estimates = user.dialog("estimates_dialog")
    user.sees(lambda: bool(estimates.use_buttons))
    user.click("use_gain", inside=estimates)
    take(estimates, f"{scheme}-17-estimates")
    take(window, f"{scheme}-18-estimated")
    estimates.close()
    for made, name in ((AboutDialog(window), "about"), (ShortcutsDialog(window), "shortcuts")):
        made.show()
        take(user.dialog(f"{name}_dialog"), f"{scheme}-14-{name}")
        made.close()
    user.types("param_zoom", "5")
    window.close()
    question = user.dialog("unsaved_question")
    take(question, f"{scheme}-15-unsaved")
    user.click("answer_cancel", inside=question)
    window.set_scheme("light")
