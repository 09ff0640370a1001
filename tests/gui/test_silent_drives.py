"""What computes from frames or shows them beside the window says it when their drive is silent, and can be given up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from fluogan_app.gui.background import Workbench
from fluogan_app.gui.watched_work import Watch, WatchedWork
from tests.gui.slow_drive import Drive

SILENT = "drive of far.slow does not answer"


@pytest.fixture
def opened(open_window: Callable, drive: Drive, slow: Path):
    """A user who sees a stack and its check, from a drive that then falls silent."""
    drive.opening.set()
    drive.reading.set()
    user = open_window()
    user.drops(slow)
    user.sees_stack()
    user.sees(lambda: user.window.checks.check is not None)
    user.presses("show_check")
    drive.reading.clear()
    return user


def test_a_check_that_hangs_is_said_given_up_and_made_again(opened, drive: Drive) -> None:
    opened.click("check_repeat")
    opened.sees(lambda: SILENT in opened.window.notices.text("checking"))
    opened.click("notice_checking_cancel")
    assert "did not answer" in opened.find("check_state").text()
    assert opened.window.checks.check is None and opened.window.notices.text("checking") == ""
    drive.reading.set()
    opened.click("check_repeat")
    opened.sees(lambda: opened.window.checks.check is not None)


def test_the_notice_of_a_check_goes_when_the_drive_answers(opened, drive: Drive) -> None:
    opened.click("check_repeat")
    opened.sees(lambda: SILENT in opened.window.notices.text("checking"))
    drive.reading.set()
    opened.sees(lambda: opened.window.checks.check is not None)
    assert opened.window.notices.text("checking") == ""


def test_the_drift_dialog_says_what_it_waits_for(opened, drive: Drive) -> None:
    opened.presses("drift")
    dialog = opened.dialog("drift_dialog")
    opened.sees(lambda: SILENT in opened.find("drift_stage", inside=dialog).text())
    opened.click("drift_cancel", inside=dialog)
    assert not dialog.stage.isVisible()
    drive.reading.set()
    opened.click("drift_estimate", inside=dialog)
    opened.sees(lambda: not dialog.stage.isVisible() and dialog.words.text() != "")
    dialog.close()


def test_a_chooser_says_what_its_pictures_wait_for(open_window: Callable, drive: Drive, slow: Path) -> None:
    drive.opening.set()
    drive.free_frames, drive.scene_count = 0, 4
    user = open_window()
    user.drops(slow)
    dialog = user.dialog("stack_chooser")
    user.sees(lambda: SILENT in dialog.pane.canvas.words)
    for row in (1, 2, 3):
        dialog.scenes.setCurrentRow(row)
        user.sees(lambda: SILENT in dialog.pane.canvas.words)
    drive.reading.set()
    user.sees(lambda: dialog.pane.image is not None)
    user.click("chooser_cancel", inside=dialog)


def test_many_short_reads_are_no_long_one(qtbot) -> None:
    """A read that goes on is told once; where another one has begun in the meantime, the wait begins anew."""
    parent = QObject()
    bench = Workbench(parent)
    work, told = WatchedWork(bench, parent), []
    work.read_began.connect(lambda: told.append("began"))
    work.read_ended.connect(lambda: told.append("ended"))
    never = threading.Event()

    def reads(watch: Watch) -> None:
        while not watch.cancelled():
            with watch.read():
                never.wait(0.15)

    work.start(reads, lambda _: None, lambda _: None)
    qtbot.waitUntil(lambda: told.count("began") >= 3, timeout=10_000)
    work.stop()
    assert bench.close(10)
    assert told == ["began", "ended"] * (len(told) // 2)
