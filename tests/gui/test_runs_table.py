"""The table of runs: what differs, names and notes that stay, deleting and bringing back, comparing, and as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from fluogan_app.core.project.run_notes import read_notes


@pytest.fixture
def user(open_window):
    """Two runs of the sample, of 20 and of 30 steps, and the table in sight."""
    made = open_window()
    made.opens_sample()
    made.types("param_delta", "0")
    made.types("param_zoom", "2")
    for steps in ("20", "30"):
        made.types("param_steps", steps)
        made.click("run")
        made.sees_end()
    made.presses("show_runs")
    made.sees(lambda: made.find("runs_list").rowCount() == 2)
    return made


def column(user, head: str) -> int:
    table = user.find("runs_list")
    heads = [table.horizontalHeaderItem(index).text() for index in range(table.columnCount())]
    return heads.index(head)


def cells(user, head: str) -> list[str]:
    table = user.find("runs_list")
    return [table.item(row, column(user, head)).text() for row in range(table.rowCount())]


def clicks(user, row: int, head: str, double: bool = False, key=Qt.KeyboardModifier.NoModifier) -> None:
    table = user.find("runs_list")
    item = table.item(row, column(user, head))
    table.scrollToItem(item)
    place = table.visualItemRect(item).center()
    user.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, key, place)
    if double:
        user.qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, key, place)


def sorts(user, head: str) -> None:
    header = user.find("runs_list").horizontalHeader()
    at = column(user, head)
    place = QPoint(header.sectionViewportPosition(at) + 12, header.height() // 2)
    user.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_it_tells_what_differs_is_sorted_filtered_saved_and_shows(user, tmp_path: Path) -> None:
    table = user.find("runs_list")
    heads = [table.horizontalHeaderItem(index).text() for index in range(table.columnCount())]
    assert heads.count("Steps") == 1 and "Zoom L" not in " ".join(heads)
    assert cells(user, "Run") == ["1", "2"]
    for _ in range(3):
        sorts(user, "Run")
        if cells(user, "Run") == ["2", "1"]:
            break
    assert cells(user, "Run") == ["2", "1"]
    user.click("runs_csv")
    user.names_file("choose_runs_table", tmp_path / "runs.csv")
    user.sees((tmp_path / "runs.csv").exists)
    rows = list(csv.reader((tmp_path / "runs.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0][0] == "Run" and [row[0] for row in rows[1:]] == ["2", "1"]
    assert user.session.shown_run.number == 2
    table = user.find("runs_list")
    table.setFocus()
    user.qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().startswith("Run\tName\t")
    clicks(user, cells(user, "Run").index("1"), "Run", double=True)
    user.sees(lambda: user.session.shown_run.number == 1)
    assert user.window.workspace.centre.currentIndex() == 1


def test_names_and_notes_are_kept_beside_the_run_and_two_runs_are_compared(user) -> None:
    clicks(user, 1, "Name", double=True)
    table = user.find("runs_list")
    editor = table.viewport().findChild(QLineEdit)
    user.qtbot.keyClicks(editor, "The finer one")
    user.qtbot.keyClick(editor, Qt.Key.Key_Return)
    folder = user.session.runs[1].folder
    user.sees(lambda: read_notes(folder).title == "The finer one")
    clicks(user, 1, "Run")
    note = user.find("runs_note")
    note.setFocus()
    user.qtbot.keyClicks(note, "Sharper at the rim.")
    user.qtbot.keyClick(note, Qt.Key.Key_Tab)
    user.sees(lambda: read_notes(folder).note == "Sharper at the rim.")
    assert read_notes(folder).title == "The finer one"
    user.qtbot.keyClicks(user.find("runs_filter"), "FINER finished")
    assert [table.isRowHidden(row) for row in range(2)] == [True, False]
    user.find("runs_filter").clear()
    clicks(user, 0, "Run")
    assert note.toPlainText() == ""
    clicks(user, 1, "Run")
    assert note.toPlainText() == "Sharper at the rim."
    clicks(user, 0, "Run")
    assert user.find("runs_note_head").text() == "Notes on run 1"
    clicks(user, 1, "Run", key=Qt.KeyboardModifier.ControlModifier)
    differing = user.find("runs_differences")
    texts = [[differing.item(row, at).text() for at in range(3)] for row in range(differing.rowCount())]
    assert texts == [["Steps", "20", "30"]]
    user.click("runs_compare")
    panes = user.window.workspace.panes
    user.sees(lambda: len(panes.shown) == 2 and all(panes.pane(name).image is not None for name in panes.shown))
    assert [user.window.results.pictures.choices[name].run for name in panes.shown] == [1, 2]


def test_a_deleted_run_comes_back_and_all_are_judged(user) -> None:
    folder = user.session.runs[1].folder
    clicks(user, 1, "Run")
    user.click("runs_delete")
    user.answers("delete_question", "cancel")
    assert folder.exists()
    user.qtbot.keyClick(user.find("runs_list"), Qt.Key.Key_Delete)
    user.answers("delete_question", "delete")
    user.sees(lambda: not folder.exists() and len(user.session.runs) == 1)
    user.sees(lambda: user.find("runs_list").rowCount() == 1)
    assert user.session.shown_run.number == 1
    user.click("notice_trash_undo")
    user.sees(lambda: folder.exists() and len(user.session.runs) == 2 and user.session.shown_run.number == 2)
    user.presses("show_runs")
    user.click("runs_judge")
    user.sees(lambda: all(cells(user, "RSP")) if "RSP" in _heads(user) else False)
    user.click("runs_columns")
    menu = user.find("runs_columns").menu()
    action = next(action for action in menu.actions() if action.text() == "Device")
    user.qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert user.find("runs_list").isColumnHidden(column(user, "Device"))


def _heads(user) -> list[str]:
    table = user.find("runs_list")
    return [table.horizontalHeaderItem(index).text() for index in range(table.columnCount())]
