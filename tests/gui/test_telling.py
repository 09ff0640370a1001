"""The end of a long run reaches a user who works in another window, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from fluogan_app.core.data.result import Curves
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.jobs.events import Ended, Outcome


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the desktop is told, on one that has a place for messages."""
    heard: list[str] = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda self: None)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda self, title, text, *_: heard.append(text))
    monkeypatch.setattr(QApplication, "alert", staticmethod(lambda window, *_: heard.append("alert")))
    monkeypatch.setattr(QApplication, "beep", staticmethod(lambda: heard.append("beep")))
    return heard


@pytest.mark.parametrize("elsewhere, seconds, tells", [(True, 61.0, True), (True, 5.0, False), (False, 61.0, False)])
def test_long_runs_are_told_where_another_window_is_in_use(
    open_window: Callable, told, monkeypatch, elsewhere, seconds, tells
) -> None:
    window = open_window().window
    monkeypatch.setattr(QApplication, "activeWindow", staticmethod(lambda: None if elsewhere else window))
    window.runs.ended.emit(Ended(Outcome.CANCELLED, 40, seconds, Curves()))
    assert (told[:2] == ["alert", "beep"] and "was cancelled after 40 steps and 1 min 01 s" in told[2]) == tells
    assert bool(told) == tells


def test_it_can_be_switched_off_and_stays_so(open_window: Callable, told, monkeypatch) -> None:
    user = open_window()
    user.presses("tell_ends")
    monkeypatch.setattr(QApplication, "activeWindow", staticmethod(lambda: None))
    user.window.runs.ended.emit(Ended(Outcome.FINISHED, 40, 61.0, Curves()))
    assert told == []
    later = open_window().window
    assert not later.actions_["tell_ends"].isChecked()


def test_the_title_tells_how_far_the_run_is(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    title = user.window.windowTitle()
    user.session.change(roi=Roi(20, 20, 14, 18))
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(3)
    assert user.window.windowTitle() == f"0 % – {title}"
    user.click("cancel")
    user.sees_end()
    assert user.window.windowTitle() == title
