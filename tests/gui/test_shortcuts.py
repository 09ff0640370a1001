"""The list of keys: searched, changed, kept, reset."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QKeySequenceEdit, QTreeWidget, QTreeWidgetItem

from fluogan_app.gui.commands import COMMANDS
from fluogan_app.gui.settings import Settings
from fluogan_app.gui.shortcuts import Shortcuts

CTRL, ALT, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.MouseButton.LeftButton


def rows(tree: QTreeWidget) -> dict[str, QTreeWidgetItem]:
    """All that is in sight, by words."""
    groups = [tree.topLevelItem(index) for index in range(tree.topLevelItemCount())]
    found = [group.child(row) for group in groups for row in range(group.childCount())]
    return {item.text(0): item for item in found if not item.isHidden()}


def keys_of(user, name: str) -> list[str]:
    return [keys.toString() for keys in user.window.actions_[name].shortcuts()]


@pytest.fixture
def user(open_window: Callable):
    return open_window()


@pytest.fixture
def dialog(user):
    """The list, opened by its key."""
    user.presses("shortcuts")
    box = user.dialog("shortcuts_dialog")
    yield box
    box.close()


def chooses(user, dialog, words: str) -> None:
    """Click on a command's row."""
    tree = user.find("shortcut_list", QTreeWidget, dialog)
    item = rows(tree)[words]
    tree.scrollToItem(item)
    QTest.mouseClick(tree.viewport(), LEFT, pos=tree.visualItemRect(item).center() - QPoint(20, 0))
    assert tree.currentItem() is item


def presses_key(user, dialog, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    """Press a new key in its field."""
    field = user.find("shortcut_keys", QKeySequenceEdit, dialog)
    field.setFocus()
    QTest.keyClick(field, key, held)


def test_every_command_is_listed_with_its_keys_and_found_by_words_and_keys(user, dialog) -> None:
    tree = user.find("shortcut_list", QTreeWidget, dialog)
    listed = rows(tree)
    assert {command.text.replace("&", "").rstrip("…") for command in COMMANDS} <= set(listed)
    assert listed["Run"].text(1) == "F5 or Ctrl+Return"
    assert "Shift + arrows" in {item.text(1) for item in listed.values()}, "what viewers do with keys is there too"
    for wanted in ("overlay", "F4"):
        user.types("shortcut_search", wanted, dialog)
        left = rows(user.find("shortcut_list", QTreeWidget, dialog))
        assert "Overlay" in left and len(left) < 8


def test_a_new_key_works_at_once_and_in_the_next_window(user, dialog, open_window: Callable) -> None:
    chooses(user, dialog, "About FluoGAN")
    presses_key(user, dialog, Qt.Key.Key_F11, CTRL | ALT)
    assert keys_of(user, "about") == ["Ctrl+Alt+F11"]
    listed = rows(user.find("shortcut_list", QTreeWidget, dialog))["About FluoGAN"]
    assert listed.text(1) == "Ctrl+Alt+F11" and listed.text(2) == "changed (at first: Shift+F1)"
    user.presses("about")
    user.dialog("about_dialog").close()
    user.window.settings.flush()
    assert keys_of(open_window(), "about") == ["Ctrl+Alt+F11"]


def test_a_key_that_is_used_is_said_and_taken_only_if_wished(user, dialog) -> None:
    chooses(user, dialog, "About FluoGAN")
    presses_key(user, dialog, Qt.Key.Key_S, CTRL)
    assert "Ctrl+S is used by “Save”" in user.find("shortcut_problem", inside=dialog).text()
    assert keys_of(user, "about") == ["Shift+F1"] and keys_of(user, "save") == ["Ctrl+S"]
    user.click("shortcut_take", dialog)
    assert keys_of(user, "about") == ["Ctrl+S"] and keys_of(user, "save") == []
    chooses(user, dialog, "Save")
    user.click("shortcut_reset", dialog)
    assert keys_of(user, "save") == ["Ctrl+S"] and keys_of(user, "about") == []
    assert "taken back from “About FluoGAN”" in user.find("shortcut_problem", inside=dialog).text()
    user.click("shortcut_reset_all", dialog)
    assert keys_of(user, "about") == ["Shift+F1"]


def test_keys_that_fields_need_are_refused_with_a_reason_and_no_key_is_possible(user, dialog) -> None:
    chooses(user, dialog, "About FluoGAN")
    for key, held, words in (
        (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "needed for typing"), (Qt.Key.Key_C, CTRL, "copies"),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, "in the viewers"),
    ):  # fmt: skip
        presses_key(user, dialog, key, held)
        assert words in user.find("shortcut_problem", inside=dialog).text()
    assert keys_of(user, "about") == ["Shift+F1"]
    user.click("shortcut_none", dialog)
    assert keys_of(user, "about") == []


def test_what_was_kept_by_another_version_or_is_damaged_does_no_harm(user) -> None:
    actions, about = user.window.actions_, next(command for command in COMMANDS if command.name == "about")
    for kept, keys in (
        ('{"about": ["Ctrl+Alt+F11"], "no_more": ["F9"]}', ("Ctrl+Alt+F11",)),
        ("{broken", ("Shift+F1",)), ('["about"]', ("Shift+F1",)), ('{"about": 7}', ("Shift+F1",)),
    ):  # fmt: skip
        settings = Settings()
        settings.keep("shortcuts", kept)
        shortcuts = Shortcuts(actions, settings)
        shortcuts.apply()
        assert shortcuts.keys(about) == keys
        assert [QKeySequence(key) for key in keys] == actions["about"].shortcuts()
