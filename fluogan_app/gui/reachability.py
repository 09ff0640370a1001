"""Which of the paths that the window knows are there. A drive that is gone may never answer: nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import groupby
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import Workbench

#: A drive that takes longer to say whether a folder is there is not offered as the place to begin in.
_ANSWER_MS = 1000


class Reachability(QObject):
    """Asks on threads, one for each folder, and keeps the answers. `changed` says that one came, or was due."""

    changed = Signal()

    def __init__(self, workbench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._there: dict[str, bool] = {}
        self._asked: set[str] = set()

    def ask(self, paths: Iterable[str]) -> None:
        """Find out anew whether these are there; a folder that still owes an answer is not asked twice."""
        for folder, group in groupby(sorted(set(paths), key=_folder), key=_folder):
            if folder not in self._asked:
                self._ask(folder, list(group))

    def note(self, path: str) -> None:
        """This one was just used."""
        self._there[path] = True

    def knows(self, path: str) -> bool | None:
        """Whether it is there; None where nobody has said yet."""
        return self._there.get(path)

    def _ask(self, folder: str, paths: list[str]) -> None:
        self._asked.add(folder)
        done, failed = partial(self._answered, folder), partial(self._failed, folder)
        self._workbench.leave_behind(self._workbench.do(partial(present, paths), done, failed))
        QTimer.singleShot(_ANSWER_MS, self, partial(self._overdue, folder, paths))

    def _answered(self, folder: str, there: dict[str, bool]) -> None:
        self._asked.discard(folder)
        before = dict(self._there)
        self._there |= there
        if self._there != before:
            self.changed.emit()

    def _failed(self, folder: str, _error: FluoganError) -> None:
        self._asked.discard(folder)

    def _overdue(self, folder: str, paths: list[str]) -> None:
        """No answer is no yes: what was there before may be gone."""
        if folder in self._asked:
            for path in paths:
                self._there.pop(path, None)
            self.changed.emit()


def present(paths: Iterable[str]) -> dict[str, bool]:
    """Whether each path is there. On a thread: a drive may take its time."""
    return {path: Path(path).exists() for path in paths}


def _folder(path: str) -> str:
    return str(Path(path).parent)
