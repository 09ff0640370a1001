"""Undo and redo of every edit: values, region, frames, drift, presets, parameters taken over. Never of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtGui import QAction

from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

#: More letters of a step's words than these are left out in the menu.
_LONGEST = 60


class Editing(Feature):
    """The two commands, and what they say that they would do."""

    name: ClassVar[str] = "editing"
    commands: ClassVar[tuple[Command, ...]] = (
        Command("undo", "&Edit", "&Undo", ("Ctrl+Z",), "Take the last edit back; runs stay", needs="undo"),
        Command("redo", "&Edit", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do again what was undone", needs="redo"),
    )

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.session.history.changed.connect(self._follow)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """Undo and redo, told in the status bar."""
        return {"undo": self._undo, "redo": self._redo}

    def needs_met(self) -> set[str]:
        """Whether there is something to undo, and to redo."""
        history = self.session.history
        return {need for need, title in (("undo", history.undo_title), ("redo", history.redo_title)) if title}

    def _undo(self) -> None:
        title = self.session.history.undo_title
        self.session.undo()
        self.context.say(f"Undone: {title}")

    def _redo(self) -> None:
        title = self.session.history.redo_title
        self.session.redo()
        self.context.say(f"Done again: {title}")

    def _follow(self) -> None:
        history = self.session.history
        self._show(self.window.actions_["undo"], "&Undo", history.undo_title)
        self._show(self.window.actions_["redo"], "&Redo", history.redo_title)

    def _show(self, action: QAction, word: str, title: str) -> None:
        shown = title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…"
        action.setText(f"{word} {shown.replace('&', '&&')}".strip())
        action.setEnabled(bool(title))
