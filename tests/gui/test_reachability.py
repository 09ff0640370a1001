"""Which paths are there: every one is asked about, none twice while an answer is due, and silence is no yes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from fluogan_app.gui import reachability
from fluogan_app.gui.background import Workbench
from fluogan_app.gui.reachability import Reachability


def test_every_path_gets_its_answer(qtbot, tmp_path: Path) -> None:
    """Files and folders at all depths, in one question."""
    (tmp_path / "a").mkdir()
    there = [tmp_path / "a", tmp_path / "a" / "cells.tif", tmp_path / "b.tif"]
    for path in there[1:]:
        path.touch()
    gone = [tmp_path / "a" / "gone.tif", tmp_path / "gone" / "far.tif"]
    parent = QObject()
    bench = Workbench(parent)
    known = Reachability(bench, parent)
    known.ask(str(path) for path in [*there, *gone])
    qtbot.waitUntil(lambda: all(known.knows(str(path)) is not None for path in [*there, *gone]), timeout=20_000)
    assert all(known.knows(str(path)) for path in there) and not any(known.knows(str(path)) for path in gone)
    assert bench.wait(20)


def test_a_drive_that_owes_an_answer_is_not_asked_again(qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, questions = threading.Event(), []

    def hangs(paths: list[str]) -> dict[str, bool]:
        questions.append(paths)
        gate.wait(30)
        return dict.fromkeys(paths, True)

    monkeypatch.setattr(reachability, "present", hangs)
    monkeypatch.setattr(reachability, "_ANSWER_MS", 20)
    parent = QObject()
    bench = Workbench(parent)
    known = Reachability(bench, parent)
    known.note("/far/cells.tif")
    known.ask(["/far/cells.tif"])
    with qtbot.waitSignal(known.changed, timeout=20_000):
        known.ask(["/far/cells.tif"])
    assert known.knows("/far/cells.tif") is None, "it was there before; now nobody says so"
    gate.set()
    qtbot.waitUntil(lambda: known.knows("/far/cells.tif") is True, timeout=20_000)
    assert questions == [["/far/cells.tif"]] and bench.wait(20)
