"""The steps of an edit that can be undone and redone: snapshots before and after, with the words of what was done."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.project.differences import PARTS, differences
from fluogan_app.core.project.model import ProjectDocument

#: More steps than anybody goes back; each holds a snapshot that shares nearly all with its neighbours.
MOST_STEPS = 500
#: The same change again within so many seconds goes on with the step: an arrow held down, a region that is dragged.
_GOING_ON_S = 0.8


@dataclass(frozen=True)
class Step:
    """One edit. `field` names the one value that was typed, for edits in a row of it to be one step."""

    title: str
    before: ProjectDocument
    after: ProjectDocument
    field: Hashable = None
    ended_s: float = 0.0

    @property
    def is_nothing(self) -> bool:
        """Whether all is as it was before. Parameters that are stored need not be others than those left open."""
        kept = (part for part in PARTS if part != "params")
        same = all(getattr(self.before, part) == getattr(self.after, part) for part in kept)
        return same and not differences(self.before, self.after)


class History(QObject):
    """Steps done and undone, the newest last. `changed` says that undo or redo would do something else now."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._closed = True
        self._grouping = False

    def note(self, before: ProjectDocument, after: ProjectDocument, title: str = "", field: Hashable = None) -> None:
        """An edit was made. What was undone before it is gone."""
        if self._grouping:
            return
        now = self._clock()
        step = Step(title, before, after, field, now)
        last = self._done[-1] if self._done else None
        if last is not None and not self._closed and self._goes_on(last, step):
            self._done.pop()
            step = replace(step, before=last.before, title=title or last.title)
        if not step.is_nothing:
            self._done.append(step)
            del self._done[:-MOST_STEPS]
        self._undone.clear()
        self._closed = False
        self.changed.emit()

    @contextmanager
    def group(self, title: str, document: Callable[[], ProjectDocument]) -> Iterator[None]:
        """All edits that are made inside are one step. `document` gives the snapshot that stands."""
        if self._grouping:
            yield
            return
        before, self._grouping = document(), True
        try:
            yield
        finally:
            self._grouping = False
            self.close_step()
            if document() is not before:
                self.note(before, document(), title)

    def close_step(self) -> None:
        """What comes next is a step of its own, whatever it is."""
        self._closed = True

    def clear(self) -> None:
        """Another project: nothing of this one can be undone."""
        self._done.clear()
        self._undone.clear()
        self._closed = True
        self.changed.emit()

    @property
    def undo_title(self) -> str:
        """What undo would take back, "" where there is nothing."""
        return _words(self._done[-1]) if self._done else ""

    @property
    def redo_title(self) -> str:
        """What redo would do again, "" where there is nothing."""
        return _words(self._undone[-1]) if self._undone else ""

    def undo(self) -> ProjectDocument | None:
        """Go back by one step: the snapshot before it, or None where there is none."""
        return self._move(self._done, self._undone, lambda step: step.before)

    def redo(self) -> ProjectDocument | None:
        """Do again what was undone last: the snapshot after it, or None where there is none."""
        return self._move(self._undone, self._done, lambda step: step.after)

    def _move(
        self, source: list[Step], target: list[Step], snapshot: Callable[[Step], ProjectDocument]
    ) -> ProjectDocument | None:
        if not source:
            return None
        step = source.pop()
        target.append(step)
        self._closed = True
        self.changed.emit()
        return snapshot(step)

    def _goes_on(self, last: Step, step: Step) -> bool:
        if last.field is None or last.field != step.field:
            return False
        typed = isinstance(step.field, tuple)
        return typed or step.ended_s - last.ended_s < _GOING_ON_S


def _words(step: Step) -> str:
    """The step's own words, else what it changed: "Zoom L 6 → 8 fine pixels per pixel"."""
    if step.title:
        return step.title
    found = differences(step.before, step.after)
    if len(found) == 1:
        return found[0].text
    return f"{len(found)} values" if found else "the word on where a value comes from"
