"""The list of all keys, to be searched and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog, QDialogButtonBox, QHBoxLayout, QKeySequenceEdit, QLabel, QLineEdit, QPushButton, QTreeWidget,
    QTreeWidgetItem, QVBoxLayout,
)  # fmt: skip

from fluogan_app.gui.command import Command
from fluogan_app.gui.commands import COMMANDS
from fluogan_app.gui.shortcuts import Shortcuts
from fluogan_app.gui.views.canvas_keys import VIEWER_KEYS
from fluogan_app.gui.views.controls import WrappedLabel

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_COMMAND = Qt.ItemDataRole.UserRole
_VIEWERS = "In a viewer that has the keys"


class ShortcutsDialog(QDialog):
    """Every command with its keys, by menu; below, the keys of the chosen one can be changed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("shortcuts_dialog")
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shortcuts = Shortcuts(window.actions_, window.settings)
        self.search, self.tree = _search_field(), _tree()
        self.chosen, self.problem = QLabel(), WrappedLabel("")
        self.keys = _key_field()
        self.take = _button("take", "&Take it from there", "Give the key to this command; the other one loses it")
        self.none = _button("none", "&No key", "Leave the command without a key")
        self.reset = _button("reset", "&Reset", "The key that the command had at first")
        self.reset_all = _button("reset_all", "Reset &all", "All commands with the keys that they had at first")
        self._wanted = ""
        self._lay_out()
        self._connect()
        self._fill()
        self._show_chosen()
        self.resize(700, 600)

    # What is listed

    def _fill(self) -> None:
        chosen = self._command
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for command in COMMANDS:
            title = command.menu.replace("&", "")
            if title not in groups:
                groups[title] = self._group(title)
            item = QTreeWidgetItem(groups[title], [words_of(command), self._keys_text(command), self._note(command)])
            item.setData(0, _COMMAND, command.name)
            item.setToolTip(0, command.tip)
            if command is chosen:
                self.tree.setCurrentItem(item)
        viewers = self._group(_VIEWERS)
        for words, keys in VIEWER_KEYS:
            QTreeWidgetItem(viewers, [words, keys, "cannot be changed"])
        self.tree.expandAll()
        for column in (0, 1):
            self.tree.resizeColumnToContents(column)
        self._filter(self.search.text())

    def _group(self, title: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [title])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        return item

    def _keys_text(self, command: Command) -> str:
        return " or ".join(native(key) for key in self._shortcuts.keys(command))

    def _note(self, command: Command) -> str:
        if not self._shortcuts.is_changed(command):
            return ""
        first = " or ".join(native(key) for key in command.keys) or "none"
        return f"changed (at first: {first})"

    def _filter(self, wanted: str) -> None:
        """Rows with these letters in words or keys, and the headings of what is left."""
        wanted = wanted.strip().lower()
        for index in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(index)
            rows = [group.child(row) for row in range(group.childCount())]
            for row in rows:
                row.setHidden(wanted not in f"{group.text(0)} {row.text(0)} {row.text(1)}".lower())
            group.setHidden(all(row.isHidden() for row in rows))

    # The chosen one

    @property
    def _command(self) -> Command | None:
        item = self.tree.currentItem()
        name = item.data(0, _COMMAND) if item is not None else None
        return next((command for command in COMMANDS if command.name == name), None)

    def _show_chosen(self) -> None:
        command = self._command
        self.chosen.setText(f"{words_of(command)}:" if command is not None else "Choose a command to change its key.")
        for part in (self.keys, self.none, self.reset):
            part.setEnabled(command is not None)
        keys = self._shortcuts.keys(command) if command is not None else ()
        self.keys.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())
        self._say("")

    def _say(self, sentence: str, can_take: bool = False) -> None:
        self.problem.setText(sentence)
        self.take.setVisible(can_take)

    def _keys_pressed(self, sequence: QKeySequence) -> None:
        """Take the key at once where it is free; else say whose it is."""
        command, key = self._command, sequence.toString()
        if command is None or not key or key in self._shortcuts.keys(command):
            return
        self._wanted, holder = key, self._shortcuts.holder(key, command)
        problem = self._shortcuts.problem(key)
        if problem:
            self._say(f"⚠ {problem}")
        elif holder is not None:
            self._say(f"⚠ {native(key)} is used by “{words_of(holder)}”.", can_take=True)
        else:
            self._set((key,))

    def _set(self, keys: tuple[str, ...]) -> None:
        command = self._command
        if command is not None:
            self._shortcuts.set_keys(command, keys)
            self._fill()
            self._show_chosen()

    def _reset_one(self) -> None:
        command = self._command
        if command is None:
            return
        holders = [self._shortcuts.holder(key, command) for key in command.keys]
        losing = [holder for holder in holders if holder is not None]
        self._set(command.keys)
        if losing:
            self._say("The key was taken back from " + ", ".join(f"“{words_of(one)}”" for one in losing) + ".")

    def _reset_everything(self) -> None:
        self._shortcuts.reset_all()
        self._fill()
        self._show_chosen()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for part in (self.chosen, self.keys, self.none, self.reset):
            row.addWidget(part, 1 if part is self.chosen else 0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.reset_all, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.close)
        said = QHBoxLayout()
        said.addWidget(self.problem, 1)
        said.addWidget(self.take)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addLayout(row)
        column.addLayout(said)
        column.addWidget(buttons)
        self.problem.setObjectName("shortcut_problem")

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(lambda *_: self._show_chosen())
        self.keys.keySequenceChanged.connect(self._keys_pressed)
        self.take.clicked.connect(lambda: self._set((self._wanted,)))
        self.none.clicked.connect(lambda: self._set(()))
        self.reset.clicked.connect(self._reset_one)
        self.reset_all.clicked.connect(self._reset_everything)


def words_of(command: Command) -> str:
    """A command's words without the mark of its letter."""
    return command.text.replace("&", "").rstrip("…")


def native(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _search_field() -> QLineEdit:
    field = QLineEdit()
    field.setObjectName("shortcut_search")
    field.setAccessibleName("Search commands and keys")
    field.setPlaceholderText("Search for a command or a key")
    field.setClearButtonEnabled(True)
    return field


def _tree() -> QTreeWidget:
    tree = QTreeWidget()
    tree.setObjectName("shortcut_list")
    tree.setAccessibleName("Keyboard shortcuts")
    tree.setHeaderLabels(["What", "Keys", ""])
    tree.setRootIsDecorated(False)
    tree.setUniformRowHeights(True)
    return tree


def _key_field() -> QKeySequenceEdit:
    field = QKeySequenceEdit()
    field.setObjectName("shortcut_keys")
    field.setAccessibleName("New key")
    field.setToolTip("Click here and press the new key")
    field.setMaximumSequenceLength(1)
    return field


def _button(name: str, words: str, tooltip: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(f"shortcut_{name}")
    button.setToolTip(tooltip)
    button.setAutoDefault(False)
    return button
