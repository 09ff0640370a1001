"""What was drawn to measure: a list of named shapes of which one is chosen, with undo. Views are told by signals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.data.shape import Shape

#: So many steps can be undone, and so many shapes be drawn.
_MOST_STEPS, MOST_ITEMS = 100, 200


@dataclass(frozen=True)
class Measurement:
    """A shape with the name that the user knows it by; `colour` counts in the colours for marks on images."""

    name: str
    shape: Shape
    colour: int = 0

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Measurement:
        """What `plain` gave. Raises FluoganError, TypeError, ValueError or KeyError for what is nothing like it."""
        return cls(str(values["name"]), Shape.from_plain(values["shape"]), int(values.get("colour", 0)))

    @property
    def plain(self) -> dict[str, Any]:
        """As values for JSON."""
        return {"name": self.name, "shape": self.shape.plain, "colour": self.colour}


class Measurements(QObject):
    """The one list of a window. `changed`: of shapes, names or colours; `chosen_changed`: another one is chosen."""

    changed = Signal()
    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[Measurement, ...] = ()
        self.index = -1
        self._past: list[tuple[tuple[Measurement, ...], int]] = []
        self._future: list[tuple[tuple[Measurement, ...], int]] = []

    @property
    def chosen(self) -> Measurement | None:
        """The one that is chosen."""
        return self.items[self.index] if 0 <= self.index < len(self.items) else None

    def of(self, *kinds: str) -> tuple[Measurement, ...]:
        """Those of some kinds, in their order."""
        return tuple(item for item in self.items if item.shape.kind in kinds)

    def set_items(self, items: Iterable[Measurement], index: int = -1) -> None:
        """Another project's list; nothing of the former can be undone."""
        self.items, self.index = tuple(items), index
        self._past, self._future = [], []
        self.changed.emit()
        self.chosen_changed.emit()

    def choose(self, index: int) -> None:
        """Choose one, or none with -1."""
        if index != self.index:
            self.index = index
            self.chosen_changed.emit()

    def note(self) -> None:
        """What follows can be taken back to here."""
        state = self.items, self.index
        if not self._past or self._past[-1] != state:
            self._past = [*self._past[-_MOST_STEPS:], state]
        self._future = []

    def add(self, shape: Shape) -> bool:
        """A new one, which is chosen; whether there was room for it. Call `note` before."""
        if len(self.items) >= MOST_ITEMS:
            return False
        kind = shape.kind.capitalize()
        numbers = {item.name for item in self.items}
        number = next(number for number in range(1, MOST_ITEMS + 2) if f"{kind} {number}" not in numbers)
        used = [item.colour for item in self.items]
        colour = min(range(COLOUR_COUNT), key=used.count)
        self._take((*self.items, Measurement(f"{kind} {number}", shape, colour)), len(self.items))
        return True

    def change(self, index: int, **fields: Any) -> None:
        """Exchange fields of one. Call `note` before what is to be one step back."""
        item = replace(self.items[index], **fields)
        if item != self.items[index]:
            self._take((*self.items[:index], item, *self.items[index + 1 :]), self.index)

    def remove(self, index: int) -> None:
        """Take one away; the next one is chosen."""
        self.note()
        rest = (*self.items[:index], *self.items[index + 1 :])
        self._take(rest, min(index, len(rest) - 1))

    def clear(self) -> None:
        """Take all away."""
        if self.items:
            self.note()
            self._take((), -1)

    def scale(self, factor: float) -> None:
        """Keep all on their pixels after the pixel size was corrected."""
        self._past, self._future = [], []
        self._take(tuple(replace(item, shape=item.shape.scaled(factor)) for item in self.items), self.index)

    def undo(self) -> None:
        """One step back."""
        self._step(self._past, self._future)

    def redo(self) -> None:
        """One step forth."""
        self._step(self._future, self._past)

    def _step(self, source: list, target: list) -> None:
        now = self.items, self.index
        while source and source[-1][0] == now[0]:
            source.pop()
        if source:
            target.append(now)
            self._take(*source.pop())

    def _take(self, items: tuple[Measurement, ...], index: int) -> None:
        moved = index != self.index
        self.items, self.index = items, index
        self.changed.emit()
        if moved:
            self.chosen_changed.emit()


#: How many colours there are for marks on images.
COLOUR_COUNT = 6
