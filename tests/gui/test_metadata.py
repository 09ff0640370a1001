"""What a file states, as the user reads, searches, copies and saves it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QTableWidget, QTreeView

from fluogan_app.core.data.metadata_text import entries, is_branch
from fluogan_app.gui.views.metadata_tree import MetadataTree

FRAMES = np.random.default_rng(5).poisson(30, (5, 20, 16)).astype(np.uint16)


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    """A stack that states its pixel size, 65 nm, and its channel."""
    path = tmp_path / "cells.ome.tif"
    metadata = {"axes": "TYX", "PhysicalSizeX": 0.065, "PhysicalSizeY": 0.065, "Channel": {"Name": ["GFP"]}}
    tifffile.imwrite(path, FRAMES, metadata=metadata, photometric="minisblack")
    return path


def row_of(table: QTableWidget, label: str) -> list[str]:
    """Value, origin and note of a line."""
    rows = [row for row in range(table.rowCount()) if table.item(row, 0).text() == label]
    assert len(rows) == 1, label
    return [table.item(rows[0], column).text() for column in (1, 2, 3)]


def test_values_stand_with_their_origin_and_follow_what_is_typed(open_window: Callable, stated: Path) -> None:
    user = open_window()
    user.drops(stated)
    user.sees_stack()
    user.click("stack_metadata")
    dialog = user.dialog("metadata_dialog")
    table = user.find("fact_table", QTableWidget, dialog)
    assert row_of(table, "Pixel size")[:2] == ["65 nm", "● file"]
    assert row_of(table, "Channel")[:2] == ["GFP", "● file"]
    assert row_of(table, "Numerical aperture")[1] == "○ missing"
    assert row_of(table, "Camera gain")[1] == "? assumed"
    user.types("param_numerical_aperture", "1.4")
    user.types("param_pixel_size_nm", "80")
    assert row_of(table, "Numerical aperture")[:2] == ["1.4", "✎ user"]
    assert row_of(table, "Pixel size")[:2] == ["80 nm", "✎ user"]
    dialog.close()


def test_the_tree_holds_all_that_the_file_states(open_window: Callable, stated: Path) -> None:
    user = open_window()
    user.drops(stated)
    user.sees_stack()
    user.presses("metadata")
    dialog = user.dialog("metadata_dialog")
    dialog.tabs.setCurrentIndex(1)
    assert dialog.tree.count == _values(user.session.stack.metadata) > 0
    user.types("metadata_search", "physicalsizex", dialog)
    user.sees(lambda: dialog.tree.words.text().startswith("1 of "))
    view = user.find("metadata_view", QTreeView, dialog)
    view.setFocus()
    user.qtbot.keyClick(view, Qt.Key.Key_End)
    user.qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert float(QApplication.clipboard().text()) == 0.065
    user.qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.clipboard().text().endswith("PhysicalSizeX")
    dialog.close()


def test_all_of_it_is_copied_and_saved(open_window: Callable, stated: Path, tmp_path: Path) -> None:
    user = open_window()
    user.drops(stated)
    user.sees_stack()
    user.presses("metadata")
    dialog = user.dialog("metadata_dialog")
    user.click("metadata_copy", inside=dialog)
    text = QApplication.clipboard().text()
    assert "Pixel size: 65 nm (file)" in text and "PhysicalSizeX" in text
    for name in ("words.txt", "words.json"):
        user.click("metadata_save", inside=dialog)
        user.names_file("choose_metadata", tmp_path / name)
        user.sees((tmp_path / name).exists)
    assert (tmp_path / "words.txt").read_text(encoding="utf-8") == text + "\n"
    assert json.loads((tmp_path / "words.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(user.session.stack.metadata, default=str)
    )
    dialog.close()


def test_it_follows_the_stack_and_closes_with_it(open_window: Callable, stated: Path) -> None:
    user = open_window()
    user.drops(stated)
    user.sees_stack()
    user.presses("metadata")
    dialog = user.dialog("metadata_dialog")
    user.window.findChild(QMenu, "menu_samples").actions()[0].trigger()
    user.sees(lambda: dialog.title.text() == user.session.stack.path.name != stated.name)
    user.presses("close_project")
    user.sees(lambda: not dialog.isVisible())


def test_ten_thousand_entries_are_shown_and_searched(qtbot) -> None:
    """Every one of them, and exactly those that hold the word, or lie below a name that does."""
    metadata = {f"Block {block}": {f"Key {key}": block * key for key in range(100)} for block in range(100)}
    tree = MetadataTree()
    qtbot.addWidget(tree)
    tree.show()
    tree.set_metadata(metadata)
    assert tree.count == 10_000
    for text, found in (("block 7", 1100), ("nowhere", 0), ("key 99", 100), ("", None)):
        tree.search.setText(text)
        expected = "10000 values" if found is None else f"{found} of 10000 values"
        qtbot.waitUntil(lambda expected=expected: tree.words.text() == expected, timeout=20_000)


def test_a_text_of_any_length_is_found_copied_and_saved_to_its_end(
    open_window: Callable, tmp_path: Path
) -> None:
    words = "it rained " * 3000 + "until the sun came out"
    path = tmp_path / "told.tif"
    tifffile.imwrite(path, FRAMES, imagej=True, metadata={"axes": "TYX", "Info": words})
    user = open_window()
    user.drops(path)
    user.sees_stack()
    user.presses("metadata")
    dialog = user.dialog("metadata_dialog")
    dialog.tabs.setCurrentIndex(1)
    user.types("metadata_search", "the sun came out", dialog)
    user.sees(lambda: dialog.tree.words.text().startswith("1 of "))
    view = user.find("metadata_view", QTreeView, dialog)
    view.setFocus()
    user.qtbot.keyClick(view, Qt.Key.Key_End)
    user.qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == words
    user.click("metadata_copy", inside=dialog)
    assert words in QApplication.clipboard().text()
    assert all(sentence in QApplication.clipboard().text() for sentence in user.session.stack.warnings)
    user.click("metadata_save", inside=dialog)
    user.names_file("choose_metadata", tmp_path / "words.txt")
    user.sees((tmp_path / "words.txt").exists)
    user.sees(lambda: words in (tmp_path / "words.txt").read_text(encoding="utf-8"))
    dialog.close()


def _values(metadata: object) -> int:
    return sum(_values(value) if is_branch(value) else 1 for _, value in entries(metadata))
