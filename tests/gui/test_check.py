"""The data check in the window: made by itself, shown, acted upon, and never in the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from fluogan_app.core.check.result import Severity
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.errors import ReadError
from fluogan_app.gui.controllers import check as controller
from fluogan_app.gui.workspace import CHECK, LOG
from tests.gui.views.made_checks import made_check


class Made:
    """Stands for the check itself: notes what it was asked, and waits while it is held."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []
        self.given_up = 0
        self.held, self._never = False, threading.Event()
        self.drifts = True
        self.error: ReadError | None = None

    def __call__(self, stack, document, watch):
        self.asked.append((stack, document))
        while self.held and not watch.cancelled():
            watch.note(2, 5)
            self._never.wait(0.005)
        if watch.cancelled():
            self.given_up += 1
            return None
        if self.error is not None:
            raise self.error
        return made_check(drifts=self.drifts and stack.drift is None)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """In place of the check, which has tests of its own."""
    check = Made()
    monkeypatch.setattr(controller, "check_of", check)
    return check


@pytest.fixture
def user(made: Made, open_window: Callable):
    """A user who has opened the sample and waited for its check."""
    user = open_window()
    user.opens_sample()
    user.sees(lambda: user.window.checks.check is not None)
    return user


def test_opening_a_stack_checks_it_and_says_so_beside_it(user) -> None:
    badge, place = user.find("check_badge"), user.window.workspace
    assert badge.text() == "Data check: 1 serious problem, 2 warnings"
    user.qtbot.mouseClick(badge, Qt.MouseButton.LeftButton)
    assert place.bottom.currentIndex() == CHECK and place.check.selected == "drift"
    assert user.find("check_found").text() == "The sample moved 2.3 pixels (230 nm) in 500 frames."
    user.presses("show_log")
    assert place.bottom.currentIndex() == LOG
    user.presses("show_check")
    assert place.bottom.currentIndex() == CHECK and place.check.picture.plot.isVisible()


def test_what_is_serious_is_said_once(user, made: Made) -> None:
    assert "2.3 pixels" in user.window.notices.text("check")
    user.click("notice_check_details")
    assert user.window.workspace.bottom.currentIndex() == CHECK and not user.window.notices.text("check")
    user.click("check_repeat")
    user.sees(lambda: len(made.asked) == 2 and user.window.checks.check is not None)
    assert not user.window.notices.text("check")


def test_what_is_mended_is_not_said_any_longer(user) -> None:
    user.session.change(drift=Drift.of([(0.0, 0.01 * frame) for frame in range(user.session.stack.shape[0])]))
    user.sees(lambda: user.window.checks.check is not None)
    assert user.window.checks.check.finding("drift").severity is Severity.FINE
    assert not user.window.notices.text("check") and "serious" not in user.find("check_badge").text()


def test_frames_and_values_that_change_are_checked_together(user, made: Made) -> None:
    """The newest values count, after a rest; how things look is no reason to look again."""
    user.types("stack_range_first", "3")
    user.types("param_gain", "2.5")
    user.types("stack_region_height", "30")
    assert user.window.checks.check is None
    user.sees(lambda: user.window.checks.check is not None)
    asked = made.asked[1:]
    assert [(document.frames, document.acquisition.gain, document.roi.height) for _, document in asked] == [
        (FrameRange(3, 50), 2.5, 30)
    ]
    user.types("param_zoom", "4")
    assert user.window.checks.check is not None


def test_frames_worth_keeping_are_taken(user, made: Made) -> None:
    user.presses("show_check")
    user.window.workspace.check.select("dark_frames")
    assert user.find("check_action", QPushButton).text() == "Use frames 20 to 499"
    user.click("check_action")
    assert user.session.document.frames == FrameRange(20, 500)
    user.session.change(frames=None)


def test_the_camera_is_estimated_from_the_finding(user, made: Made) -> None:
    user.presses("show_check")
    user.window.workspace.check.select("photons")
    assert user.find("check_action", QPushButton).text() == "Estimate camera…"
    user.click("check_action")
    user.dialog("estimates_dialog").close()


def test_another_stack_ends_the_check_of_the_former(made: Made, open_window: Callable) -> None:
    made.held = True
    user = open_window()
    user.opens_sample()
    user.sees(lambda: "Data check… 40%" in user.find("check_badge").text())
    assert user.window.workspace.browser.pane.image is not None
    first = user.session.stack
    user.drops(first.path)
    user.sees(lambda: made.given_up == 1 and len(made.asked) == 2)
    assert made.asked[1][0] is user.session.stack is not first and not user.window.notices.text("check")
    made.held = False
    user.sees(lambda: user.window.checks.check is not None)
    user.window.close_project()
    user.sees(lambda: user.session.stack is None)
    assert user.window.checks.check is None and not user.window.workspace.browser.check_badge.text()


def test_a_run_does_not_wait_for_a_check(user, made: Made) -> None:
    user.types("param_steps", "5")
    user.types("stack_region_height", "12")
    user.click("run")
    user.sees(lambda: user.session.busy)
    assert user.window.checks.check is None
    user.sees_end()
    user.sees(lambda: user.window.checks.check is not None)
    assert made.asked[-1][1].roi.height == 12


def test_frames_that_cannot_be_read_are_said_in_the_panel(made: Made, open_window: Callable) -> None:
    made.error = ReadError("Frame 12 is damaged.", "Copy the file again.")
    user = open_window()
    user.opens_sample()
    user.sees(lambda: user.find("check_badge").text() == "Data check: not possible")
    user.presses("show_check")
    assert "Frame 12 is damaged." in user.find("check_state").text()


def test_the_figure_is_written_where_the_user_says(user, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(controller, "write_check", lambda path, check, name: written.append((path, check, name)))
    user.presses("show_check")
    user.click("check_save")
    user.names_file("choose_check_figure", tmp_path / "seen.png")
    user.sees(lambda: bool(written))
    path, check, name = written[0]
    assert path == tmp_path / "seen.png" and check is user.window.checks.check and name == user.session.stack_name
