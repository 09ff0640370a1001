"""The project's tree, the welcome page and the log."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from fluogan_app.gui.views.log_view import LogView
from fluogan_app.gui.views.project_tree import ProjectTree, RunRow
from fluogan_app.gui.views.welcome import Welcome

LEFT = Qt.MouseButton.LeftButton
RUNS = [RunRow(1, "0001-fluogan", "finished"), RunRow(2, "0002-fluogan", "interrupted", "400 of 1000 steps")]


@pytest.fixture
def tree(shown) -> ProjectTree:
    """A stack with two runs."""
    view = shown(ProjectTree(), 340, 200)
    view.set_content("beads.tif", RUNS)
    return view


def click(tree: ProjectTree, number: int) -> None:
    """Press a row."""
    place = tree.tree.visualItemRect(tree._find(number)).center()
    QTest.mouseClick(tree.tree.viewport(), LEFT, pos=place)


def test_tree_setters_tell_nothing(tree, listen):
    ear = listen(tree)
    tree.select(2)
    tree.set_content("beads.tif", RUNS[:1])
    tree.select(None)
    assert ear.heard == []


def test_tree_tells_what_is_chosen(tree, listen):
    ear = listen(tree)
    click(tree, 2)
    click(tree, 1)
    click(tree, 0)
    assert ear.heard == [("run_selected", 2), ("run_selected", 1), ("stack_selected",)]


def test_tree_can_be_walked_with_keys(tree, listen):
    tree.select(None)
    ear = listen(tree)
    QTest.keyClick(tree.tree, Qt.Key.Key_Down)
    assert ear.heard == [("run_selected", 1)]


def test_selected_run_stays_selected_when_runs_are_added(tree):
    tree.select(2)
    tree.set_content("beads.tif", [*RUNS, RunRow(3, "0003-fluogan", "running")])
    assert tree.selected == 2
    tree.set_content("beads.tif", RUNS[:1])
    assert tree.selected is None


def test_a_run_tells_its_state_in_words(tree):
    item = tree._find(2)
    assert item.text(1) == "interrupted" and "400 of 1000 steps" in item.toolTip(0)
    assert not item.icon(1).isNull()


def test_only_runs_that_stopped_can_go_on(tree, listen):
    ear = listen(tree)
    assert "Go on with this run" not in _entries(tree.menu_for(1))
    assert "Go on with this run" in _entries(tree.menu_for(2))
    chosen = [(2, "Go on with this run"), (1, "Export…"), (1, "Use its parameters again"), (0, "Open another stack…")]
    for number, words in chosen:
        next(action for action in tree.menu_for(number).actions() if action.text() == words).trigger()
    assert ear.heard == [("resume_requested", 2), ("export_requested", 1), ("reuse_requested", 1), ("open_requested",)]


def test_welcome_offers_and_tells(shown, listen):
    page = shown(Welcome(), 800, 600)
    page.set_samples([("mito", "Mitochondria", "Real"), ("lines", "Lines", "Simulated")])
    page.set_recent([("/data/a.fluogan", "a"), ("/data/b.tif", "b.tif")])
    QApplication.processEvents()
    ear = listen(page)
    for name in ("welcome_open", "welcome_sample_1", "welcome_recent_0"):
        QTest.mouseClick(page.findChild(QAbstractButton, name), LEFT)
    assert ear.heard == [("open_requested",), ("sample_requested", "lines"), ("recent_requested", "/data/a.fluogan")]


def test_welcome_tells_the_whole_of_a_sample(shown):
    words = "Pairs of lines at tens of photons per pixel, with known truth; 200 frames, pixels of 100 nm, FWHM 324 nm."
    page = shown(Welcome(), 800, 600)
    page.set_samples([("lines", "Lines", words)])
    QApplication.processEvents()
    button = page.findChild(QAbstractButton, "welcome_sample_0")
    assert button.description().replace("\n", " ") == words
    lines = button.description().count("\n") + 2
    assert lines > 2 and button.height() >= lines * button.fontMetrics().height()


def test_welcome_without_recent_files_has_no_heading_for_them(shown):
    page = shown(Welcome(), 800, 600)
    assert not page._recent_heading.isVisible() and not page._samples_heading.isVisible()


def test_log_is_copied_whole(shown):
    log = shown(LogView(), 500, 200)
    log.extend(["first", "second"])
    log.append("third")
    QTest.mouseClick(log.copy_button, LEFT)
    assert log.lines() == ["first", "second", "third"]
    assert QApplication.clipboard().text() == "first\nsecond\nthird"
    log.clear()
    assert log.lines() == []


def test_log_forgets_the_oldest_lines_before_it_gets_slow(shown):
    log = shown(LogView(), 500, 200)
    log.extend(str(number) for number in range(6000))
    assert len(log.lines()) == 5000 and log.lines()[-1] == "5999"


def _entries(menu) -> list[str]:
    return [action.text() for action in menu.actions()]
