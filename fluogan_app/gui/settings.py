"""What the window remembers between two starts, in one ini file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from fluogan_app.core import folders

RECENT_LIMIT = 10
CHOICE_LIMIT = 50
FOLDERS = ("open", "save", "export")
SCHEMES = ("system", "light", "dark")


class Settings:
    """Recent files, last folders, the window's place and its colours."""

    def __init__(self, file: Path | None = None) -> None:
        #: Set by the window, which asks the drives on threads: nothing here may wait for one.
        self.is_there: Callable[[str], bool | None] = lambda path: None
        self.note_there: Callable[[str], None] = lambda path: None
        self._store = QSettings(str(file or folders.settings_file()), QSettings.Format.IniFormat)

    @property
    def recent(self) -> tuple[str, ...]:
        """Paths of stacks and projects, the newest first, that are there. Asks their drives: not for the window."""
        return tuple(path for path in self.stored_recent if Path(path).exists())

    @property
    def stored_recent(self) -> tuple[str, ...]:
        """Paths of stacks and projects, the newest first, whether or not they are still there."""
        stored = self._store.value("recent", [])
        return (stored,) if isinstance(stored, str) else tuple(stored or ())

    def add_recent(self, path: Path) -> None:
        """Put a path at the top of the recent ones."""
        text = os.path.abspath(path)
        others = [known for known in self.stored_recent if known != text]
        self._store.setValue("recent", [text, *others][:RECENT_LIMIT])

    def forget_recent(self, path: str | None = None) -> None:
        """Take one path from the recent ones, or all."""
        kept = [known for known in self.stored_recent if path is not None and known != path]
        self._store.setValue("recent", kept)

    def choice(self, path: Path) -> str:
        """What was chosen in a file that holds several images, as text of who set it; "" before the first."""
        return dict(self._choices()).get(os.path.abspath(path), "")

    def set_choice(self, path: Path, choice: str) -> None:
        """Keep what was chosen in a file."""
        key = os.path.abspath(path)
        others = [entry for entry in self._choices() if entry[0] != key]
        self._store.setValue("choices", json.dumps([[key, choice], *others][:CHOICE_LIMIT]))

    def _choices(self) -> list[tuple[str, str]]:
        try:
            stored = json.loads(str(self._store.value("choices", "[]")))
            return [(str(path), str(choice)) for path, choice in stored]
        except (ValueError, TypeError):
            return []

    def folder(self, purpose: str) -> str:
        """The folder last used for a purpose, of FOLDERS, where its drive has answered; else the user's own."""
        stored = self.stored_folder(purpose)
        return stored if stored and self.is_there(stored) else str(Path.home())

    def stored_folder(self, purpose: str) -> str:
        """The folder last used for a purpose, "" before the first, whether or not it is still there."""
        return str(self._store.value(f"folders/{purpose}", ""))

    def set_folder(self, purpose: str, folder: Path) -> None:
        """Remember a folder for a purpose."""
        self._store.setValue(f"folders/{purpose}", str(folder))
        self.note_there(str(folder))

    @property
    def scheme(self) -> str:
        """Colours of the window: "system", "light" or "dark"."""
        stored = str(self._store.value("scheme", "system"))
        return stored if stored in SCHEMES else "system"

    @scheme.setter
    def scheme(self, scheme: str) -> None:
        self._store.setValue("scheme", scheme)

    def layout(self, name: str) -> QByteArray:
        """The stored geometry of the window or a splitter; empty where there is none."""
        stored = self._store.value(f"layout/{name}", QByteArray())
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def set_layout(self, name: str, state: QByteArray) -> None:
        """Keep the geometry of the window or a splitter."""
        self._store.setValue(f"layout/{name}", state)

    def pace(self, kind: str) -> float | None:
        """How fast runs of a kind went, in the unit of who set it; None before the first."""
        stored = self._store.value(f"pace/{kind}")
        try:
            return float(stored) if stored is not None else None
        except ValueError:
            return None

    def set_pace(self, kind: str, pace: float) -> None:
        """Keep how fast a run of a kind went."""
        self._store.setValue(f"pace/{kind}", float(pace))

    def switch(self, name: str, default: bool) -> bool:
        """Whether something that can be switched on is."""
        return str(self._store.value(f"switch/{name}", default)).lower() == "true"

    def set_switch(self, name: str, on: bool) -> None:
        """Keep whether it is on."""
        self._store.setValue(f"switch/{name}", bool(on))

    def kept(self, name: str) -> str:
        """A text that somebody kept under a name; "" before."""
        return str(self._store.value(f"kept/{name}", ""))

    def keep(self, name: str, text: str) -> None:
        """Keep a text under a name."""
        self._store.setValue(f"kept/{name}", text)

    def flush(self) -> None:
        """Write to disk now."""
        self._store.sync()
