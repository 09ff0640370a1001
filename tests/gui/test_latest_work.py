"""Of several wishes only the newest counts, and one at a time is worked on."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import Workbench
from fluogan_app.gui.latest_work import LatestWork, Notepad, Wish


class Work:
    """Waits until it is let go or is not wanted any more."""

    going = 0
    most = 0

    def __init__(self, answer: str) -> None:
        self.answer, self.began, self.free = answer, threading.Event(), threading.Event()

    def __call__(self, notepad: Notepad) -> str:
        Work.going += 1
        Work.most = max(Work.most, Work.going)
        self.began.set()
        notepad.tell(f"{self.answer} under way")
        while not self.free.wait(0.005) and not notepad.stopped():
            pass
        Work.going -= 1
        return self.answer


@pytest.fixture
def place(qtbot):
    """A place for work; at the end no thread may be left."""
    parent = QObject()
    workbench = Workbench(parent)
    Work.going = Work.most = 0
    yield LatestWork(workbench, parent)
    assert workbench.close(10)


def wish_for(work: Work, heard: list) -> Wish:
    return Wish(work, heard.append, heard.append, heard.append)


def test_only_the_newest_is_heard_of_and_one_at_a_time_works(place, qtbot) -> None:
    heard: list = []
    first, passed_over, last = Work("first"), Work("passed over"), Work("last")
    place.ask(wish_for(first, heard))
    assert first.began.wait(10)
    place.ask(wish_for(passed_over, heard))
    place.ask(wish_for(last, heard))
    qtbot.waitUntil(last.began.is_set)
    last.free.set()
    qtbot.waitUntil(lambda: "last" in heard)
    assert not passed_over.began.is_set() and Work.most == 1
    assert not place.busy and set(heard) <= {"last under way", "last", "first under way"} and "first" not in heard


def test_what_is_under_way_is_told_and_nothing_after_a_stop(place, qtbot) -> None:
    heard: list = []
    work = Work("done")
    place.ask(wish_for(work, heard))
    qtbot.waitUntil(lambda: heard == ["done under way"])
    place.stop()
    assert not place.busy
    qtbot.waitUntil(lambda: Work.going == 0)
    place.ask(wish_for(again := Work("again"), heard))
    again.free.set()
    qtbot.waitUntil(lambda: "again" in heard)
    assert "done" not in heard


def test_a_failure_is_told_and_the_next_wish_is_served(place, qtbot) -> None:
    heard: list = []

    def fails(_: Notepad) -> None:
        raise FluoganError("It failed.", "Try again.")

    place.ask(Wish(fails, heard.append, heard.append, heard.append))
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0], FluoganError) and not place.busy
    work = Work("next")
    work.free.set()
    place.ask(wish_for(work, heard))
    qtbot.waitUntil(lambda: "next" in heard)
