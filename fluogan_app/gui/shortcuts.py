"""The keys of the commands: as they are declared, or as the user has set them."""

from __future__ import annotations

import json
import logging

from PySide6.QtGui import QKeySequence

from fluogan_app.gui.command import Command
from fluogan_app.gui.commands import COMMANDS, Actions
from fluogan_app.gui.settings import Settings

log = logging.getLogger(__name__)

_KEPT = "shortcuts"
#: Keys that fields and lists need themselves, with what they do there.
_TAKEN = {
    "Ctrl+C": "copies", "Ctrl+V": "pastes", "Ctrl+X": "cuts", "Ctrl+A": "selects all", "Tab": "goes to the next field",
    "Shift+Tab": "goes to the field before", "Return": "takes a value", "Esc": "leaves", "Space": "presses a button",
}  # fmt: skip


class Shortcuts:
    """Reads and changes them; what was changed is kept in the settings. Keys are written as Qt does: "Ctrl+Alt+L"."""

    def __init__(self, actions: Actions, settings: Settings) -> None:
        self._actions, self._settings = actions, settings
        self._changed = _stored(settings)

    def apply(self) -> None:
        """Give every action its keys."""
        for command in COMMANDS:
            self._actions[command.name].setShortcuts([QKeySequence(key) for key in self.keys(command)])

    def keys(self, command: Command) -> tuple[str, ...]:
        """The keys of a command, as they are now."""
        return self._changed.get(command.name, command.keys)

    def is_changed(self, command: Command) -> bool:
        """Whether the user has set them."""
        return command.name in self._changed

    def holder(self, key: str, wanted_for: Command) -> Command | None:
        """The other command that has a key; None where it is free."""
        sequence = QKeySequence(key)
        others = (command for command in COMMANDS if command is not wanted_for)
        return next((one for one in others if sequence in map(QKeySequence, self.keys(one))), None)

    def problem(self, key: str) -> str:
        """Why a key cannot be a command's; "" where it can."""
        shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        if key in _TAKEN:
            return f"{shown} {_TAKEN[key]} in every field and list. Choose another key."
        if "+" not in key.rstrip("+") and not _is_function_key(key):
            return f"{shown} alone is needed for typing. Hold Ctrl or Alt with it."
        if key.startswith("Shift+") and key.count("+") == 1 and not _is_function_key(key.removeprefix("Shift+")):
            return f"{shown} is needed for typing and in the viewers. Hold Ctrl or Alt with it."
        return ""

    def set_keys(self, command: Command, keys: tuple[str, ...]) -> None:
        """Give a command other keys, or none; whoever had them loses them."""
        for key in keys:
            loser = self.holder(key, command)
            if loser is not None:
                lost = QKeySequence(key)
                self._note(loser, tuple(one for one in self.keys(loser) if QKeySequence(one) != lost))
        self._note(command, keys)
        self._keep()

    def reset(self, command: Command) -> None:
        """Give a command its declared keys again; whoever took them loses them."""
        self.set_keys(command, command.keys)

    def reset_all(self) -> None:
        """All as declared."""
        self._changed = {}
        self._keep()

    def _note(self, command: Command, keys: tuple[str, ...]) -> None:
        if keys == command.keys:
            self._changed.pop(command.name, None)
        else:
            self._changed[command.name] = keys

    def _keep(self) -> None:
        self._settings.keep(_KEPT, json.dumps(self._changed))
        self.apply()


def _is_function_key(key: str) -> bool:
    return key.startswith("F") and key[1:].isdigit()


def _stored(settings: Settings) -> dict[str, tuple[str, ...]]:
    """What fits of what was kept: a damaged file, or a command that is no more, costs nothing else."""
    known = {command.name for command in COMMANDS}
    try:
        stored = json.loads(settings.kept(_KEPT) or "{}")
        fitting = {str(name): tuple(str(key) for key in keys) for name, keys in stored.items() if name in known}
    except (ValueError, TypeError, AttributeError):
        log.warning("the keys that were set could not be read: all are as declared")
        return {}
    return fitting
