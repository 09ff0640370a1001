"""Runs that wait in the project's tree: moved, renamed and removed by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.gui.views.project_tree import ProjectTree, QueueRow, RunRow
from fluogan_app.gui.views.tree_items import TreeItems

ALT = Qt.KeyboardModifier.AltModifier
WAITING = [QueueRow("a", "Zoom 4"), QueueRow("b", "Zoom 6"), QueueRow("c", "Zoom 8", "refused", "No light.")]


@pytest.fixture
def tree(shown) -> ProjectTree:
    view = shown(ProjectTree(), 340, 240)
    view.set_content("beads.tif", [RunRow(1, "Run 1", "finished")])
    view.set_queue(WAITING)
    return view


def _place(tree: ProjectTree, key: str):
    return tree.tree.visualItemRect(tree.tree.waiting()[tree.tree.position(key)]).center()


def _choose(tree: ProjectTree, key: str) -> None:
    QTest.mouseClick(tree.tree.viewport(), Qt.MouseButton.LeftButton, pos=_place(tree, key))


def test_setters_tell_nothing_and_keep_what_is_chosen(tree, listen):
    _choose(tree, "b")
    ear = listen(tree)
    tree.set_queue([WAITING[1], WAITING[0]])
    tree.set_content("beads.tif", [RunRow(1, "Run 1", "finished"), RunRow(2, "Run 2", "running")])
    assert ear.heard == [] and tree.selected_waiting == "b" and tree.selected is None
    tree.set_queue([])
    assert tree.selected_waiting == "" and ear.heard == []


def test_each_tells_its_position_and_why_it_was_refused(tree):
    texts = [(item.text(0), item.text(1)) for item in tree.tree.waiting()]
    assert texts == [("Zoom 4", "queued 1"), ("Zoom 6", "queued 2"), ("Zoom 8", "refused")]
    assert "No light." in tree.tree.waiting()[2].toolTip(0)


def test_choosing_one_shows_no_run_and_no_stack(tree, listen):
    ear = listen(tree)
    _choose(tree, "a")
    assert ear.heard == [] and tree.selected_waiting == "a"


def test_keys_move_rename_and_remove(tree, listen):
    _choose(tree, "b")
    ear = listen(tree)
    for key, modifier in ((Qt.Key.Key_Up, ALT), (Qt.Key.Key_Down, ALT)):
        QTest.keyClick(tree.tree, key, modifier)
    QTest.keyClick(tree.tree, Qt.Key.Key_F2)
    QTest.keyClick(tree.tree, Qt.Key.Key_Delete)
    wanted = [("move_wanted", "b", 0), ("move_wanted", "b", 2), ("rename_wanted", "b"), ("remove_wanted", "b")]
    assert ear.heard == wanted


def test_keys_do_nothing_of_the_kind_to_a_run_that_is_done(tree, listen):
    tree.select(1)
    ear = listen(tree)
    QTest.keyClick(tree.tree, Qt.Key.Key_Delete)
    QTest.keyClick(tree.tree, Qt.Key.Key_F2)
    assert ear.heard == []


@pytest.mark.parametrize("onto, position", [("a", 0), ("c", 2), (None, 2)])
def test_a_row_is_dragged_to_another_place(tree, listen, monkeypatch, onto, position):
    _choose(tree, "b")
    ear = listen(tree)
    viewport = tree.tree.viewport()
    place = QPointF(_place(tree, onto)) if onto else QPointF(20, viewport.height() - 3)
    drop = QDropEvent(
        place, Qt.DropAction.MoveAction, QMimeData(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    monkeypatch.setattr(QDropEvent, "source", lambda self: tree.tree)
    TreeItems.dropEvent(tree.tree, drop)
    QApplication.processEvents()
    assert ear.heard == [("move_wanted", "b", position)]
    assert len(tree.tree.waiting()) == 3, "the view took the row away itself"


def test_the_menu_offers_what_can_be_done(tree, listen):
    ear = listen(tree)
    menu = tree.menu_for_waiting("b")
    for action in menu.actions():
        if action.isEnabled() and action.text():
            action.trigger()
    assert ear.heard == [
        ("move_wanted", "b", 0), ("move_wanted", "b", 0), ("move_wanted", "b", 2),
        ("rename_wanted", "b"), ("remove_wanted", "b"),
    ]  # fmt: skip
    first = tree.menu_for_waiting("a").actions()
    assert not first[0].isEnabled() and not first[1].isEnabled() and first[2].isEnabled()
