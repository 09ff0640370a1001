"""Drift in the window: found, looked at, corrected, taken back, and as a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.check.result import Severity
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.drift_table import read_drift_table
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import moved_back
from fluogan_app.gui.controllers import drift as controller
from tests.core.drifting import filaments
from tests.gui.drifting_file import FRAMES, PATH, SIDE, write_drifting


@pytest.fixture(scope="module")
def drifting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file."""
    return write_drifting(tmp_path_factory.mktemp("drifting"))


@pytest.fixture
def looking(open_window: Callable, drifting: Path):
    """A user who has asked for the drift, and the dialog that shows it with the images before and after."""
    user = open_window(drifting)
    user.sees_stack()
    user.presses("drift")
    dialog = user.dialog("drift_dialog")
    user.sees(lambda: dialog.panes.pane("corrected").image is not None)
    return user, dialog


def test_the_check_leads_to_the_correction_and_sees_it(open_window: Callable, drifting: Path) -> None:
    """From the warning about an opened file to frames that stand still, by the buttons that are offered."""
    user = open_window(drifting)
    user.sees_stack()
    user.sees(lambda: "The sample moved" in user.window.notices.text("check"))
    assert "serious" in user.find("check_badge").text()
    user.click("notice_check_correct")
    dialog = user.dialog("drift_dialog")
    # The check has found the path: it is not looked for again.
    assert "The sample moved" in dialog.words.text() and dialog.apply_button.isEnabled()
    user.click("drift_apply", inside=dialog)
    user.click("drift_close", inside=dialog)
    assert not user.is_asked("drift_dialog")
    user.sees(lambda: user.window.checks.check is not None)
    left = user.window.checks.check.finding("drift")
    assert left.severity.rank <= Severity.NOTE.rank and "serious" not in user.find("check_badge").text()
    user.presses("show_check")
    user.window.workspace.check.select("drift")
    assert user.find("check_action").text() == "See the drift…"


def test_the_path_and_what_its_correction_changes_are_shown(looking) -> None:
    user, dialog = looking
    assert "The sample moved 2." in dialog.words.text() and "nm" in dialog.words.text()
    axis = dialog.plot.plot.getAxis("right")
    assert axis.isVisible() and "Position in nm" in axis.label.toPlainText() and axis.scale == 100.0
    before, after = (dialog.panes.pane(name).image for name in ("recorded", "corrected"))
    # What stands still is sharper: the same light on fewer pixels.
    assert after.std() > 1.02 * before.std() and after.mean() == pytest.approx(before.mean(), rel=0.02)
    user.click("drift_std", inside=dialog)
    assert dialog.panes.pane("recorded").image is not before and dialog.panes.linked
    dialog.close()


def test_a_correction_is_applied_shown_and_taken_back(looking) -> None:
    user, dialog = looking
    browser, session = user.window.workspace.browser, user.session
    recorded = browser.pane.image
    user.click("drift_apply", inside=dialog)
    drift = session.document.drift
    assert np.abs(drift.positions - (PATH - PATH[0])).max() < 0.3 and session.unsaved
    assert not dialog.apply_button.isEnabled() and "is corrected" in dialog.words.text()
    assert f"drift corrected (max {drift.span_pixels:.2g} pixels)" in browser.pane.title.text()
    seen = drift.seen((SIDE, SIDE))
    assert browser.pane.canvas.region == seen and browser.region is None and session.document.roi is None
    user.types("stack_frame", str(FRAMES - 1))
    user.sees(lambda: f"frame {FRAMES - 1} " in browser.pane.detail.text())
    last = session.stack.frame(FRAMES - 1)
    expected = moved_back(last, *drift.positions[-1].tolist())
    inner = (slice(8, -8), slice(8, -8))
    assert np.abs(browser.pane.image[inner] - expected[inner]).max() < 30
    user.turns_to(dialog)
    user.click("drift_remove", inside=dialog)
    assert session.document.drift is None and "drift corrected" not in browser.pane.title.text()
    assert browser.pane.canvas.region is None and dialog.apply_button.isEnabled()
    user.sees(lambda: browser.pane.image.dtype == recorded.dtype)
    dialog.close()


def test_a_region_keeps_to_what_all_frames_saw(looking) -> None:
    user, dialog = looking
    user.types("stack_region_height", "30")
    user.click("drift_apply", inside=dialog)
    seen = user.session.document.drift.seen((SIDE, SIDE))
    assert user.session.document.roi == Roi(seen.y0, seen.x0, 30 - seen.y0, seen.width)
    user.types("stack_region_height", str(seen.height))
    assert user.session.document.roi is None
    user.types("stack_region_y", "0")
    assert user.session.document.roi is None
    # Fewer frames saw more of the sample.
    user.session.change(frames=FrameRange(0, 10))
    assert user.window.workspace.browser.region_controls.limits != seen
    dialog.close()


def test_other_frames_are_compared_anew(looking) -> None:
    user, dialog = looking
    before = dialog.panes.pane("recorded").image
    user.types("stack_range_first", "40")
    user.sees(lambda: dialog.panes.pane("recorded").image is not before and not dialog.progress.isVisible())
    # Fewer frames moved less, and more of them is seen by all.
    assert dialog.panes.pane("recorded").image.size > before.size
    dialog.close()


def test_a_session_with_a_drift_is_shown(open_window: Callable, drifting: Path) -> None:
    """The other direction: what the session holds comes into sight, and says nothing back."""
    user = open_window(drifting)
    user.sees_stack()
    drift = Drift.of(np.outer(np.arange(FRAMES), (0.05, 0.0)))
    user.session.change(drift=drift, roi=Roi(3, 2, 20, 20))
    browser = user.window.workspace.browser
    assert "drift corrected (max 4 pixels)" in browser.pane.title.text() and browser.region == Roi(3, 2, 20, 20)
    assert user.session.document.roi == Roi(3, 2, 20, 20) and user.session.stack.drift is None
    assert user.session.shown_stack.drift == drift
    user.presses("projection_mean")
    user.sees(lambda: browser.view == "mean" and browser.pane.image.dtype == np.float32)
    user.presses("drift")
    dialog = user.dialog("drift_dialog")
    assert "is corrected" in dialog.words.text() and dialog.remove_button.isEnabled()
    user.session.change(drift=None)
    assert dialog.apply_button.isEnabled() and not dialog.remove_button.isEnabled()
    dialog.close()


def test_a_correction_is_saved_and_runs_take_it(looking, tmp_path: Path) -> None:
    user, dialog = looking
    user.click("drift_apply", inside=dialog)
    dialog.close()
    drift = user.session.document.drift
    user.types("param_steps", "3")
    user.types("stack_region_height", "12")
    user.click("run")
    user.sees_end()
    assert user.session.shown_run.record.drift == drift
    assert "was corrected" in user.window.workspace.panes.message.text()
    user.presses("export")
    export = user.dialog("export_dialog")
    assert export.request.drift.name.endswith("-drift.csv")
    export.close()
    user.session.change(drift=None)
    user.presses("save_as")
    user.names_file("choose_new_project", tmp_path / "still.fluogan")
    user.sees(lambda: not user.session.untitled and not user.window.workbench.busy)
    user.session.change(drift=drift)
    assert user.session.unsaved and user.session.shown_run.record.drift == drift
    user.presses("save")
    user.sees(lambda: not user.session.unsaved)
    user.drops(tmp_path / "still.fluogan")
    user.sees(lambda: user.window.workspace.browser.pane.image is not None and not user.session.unsaved)
    assert user.session.document.drift == drift and user.session.shown_stack.drift == drift
    user.sees(lambda: "drift corrected" in user.window.workspace.browser.pane.title.text())


def test_a_table_goes_out_and_comes_in(looking, tmp_path: Path) -> None:
    user, dialog = looking
    user.click("drift_export", inside=dialog)
    user.names_file("choose_drift_table", tmp_path / "path.csv")
    user.sees(lambda: (tmp_path / "path.csv").exists() and not user.window.workbench.busy)
    found = read_drift_table(tmp_path / "path.csv")
    user.turns_to(dialog)
    user.click("drift_import", inside=dialog)
    user.names_file("choose_table", tmp_path / "path.csv")
    user.sees(lambda: "From path.csv" in dialog.words.text() and not user.window.workbench.busy)
    user.click("drift_apply", inside=dialog)
    assert user.session.document.drift.positions == pytest.approx(found.positions, abs=1e-3)
    assert np.ptp(found.positions, axis=0) == pytest.approx(np.ptp(PATH, axis=0), abs=0.2)
    short = tmp_path / "short.csv"
    short.write_text("\n".join((tmp_path / "path.csv").read_text().splitlines()[:-5]) + "\n")
    user.click("drift_import", inside=dialog)
    user.names_file("choose_table", short)
    user.sees(lambda: str(FRAMES) in dialog.words.text() and not dialog.progress.isVisible())
    assert not dialog.apply_button.isEnabled()
    dialog.close()


def test_a_wrong_table_spoils_no_path(looking, tmp_path: Path) -> None:
    user, dialog = looking
    found, legend, image = dialog.words.text(), dialog.plot.legend.text(), dialog.panes.pane("corrected").image
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("this is no drift\n")
    user.click("drift_import", inside=dialog)
    user.names_file("choose_table", wrong)
    user.sees(lambda: "wrong.csv" in dialog.words.text() and not dialog.progress.isVisible())
    assert dialog.detail.text() == found and dialog.panes.pane("corrected").image is image
    assert dialog.plot.legend.text() == legend and dialog.plot.plot.isVisible()
    user.turns_to(dialog)
    user.click("drift_apply", inside=dialog)
    assert user.session.document.drift is not None and dialog.export_button.isEnabled()
    dialog.close()


def test_an_estimate_is_given_up_at_once(open_window: Callable, drifting: Path, monkeypatch) -> None:
    """Cancel, and leaving the dialog or the stack: what comes later is not heard of."""

    def endless(_stack, _frames, watch):
        while not watch.cancelled():
            watch.note(1, 4)

    monkeypatch.setattr(controller, "drift_of", endless)
    user = open_window(drifting)
    user.sees_stack()
    user.window.checks.stop()
    user.presses("drift")
    dialog = user.dialog("drift_dialog")
    user.sees(lambda: dialog.progress.value() == 25)
    user.click("drift_cancel", inside=dialog)
    assert not dialog.progress.isVisible() and "not looked for" in dialog.words.text()
    user.click("drift_estimate", inside=dialog)
    user.sees(lambda: dialog.progress.isVisible())
    user.window.close_project()
    user.sees(lambda: user.session.stack is None and not user.is_asked("drift_dialog"))
    user.sees(lambda: not user.window.workbench.busy)


def test_no_drift_is_nothing_to_correct(open_window: Callable, tmp_path: Path) -> None:
    path = tmp_path / "still.tif"
    tifffile.imwrite(path, filaments(np.zeros((40, 2)), SIDE, signal_photons=200.0).frames)
    user = open_window(path)
    user.sees_stack()
    user.presses("drift")
    dialog = user.dialog("drift_dialog")
    user.sees(lambda: bool(dialog.words.text()) and not dialog.progress.isVisible())
    assert "No drift" in dialog.words.text()
    assert not dialog.apply_button.isEnabled() and not dialog.export_button.isEnabled()
    assert dialog.panes.pane("corrected").image is None
    dialog.close()
