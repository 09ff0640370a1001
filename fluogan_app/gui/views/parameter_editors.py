"""The editors of one parameter: a text line, a choice, a tick box. Each says what the user has put in."""

from __future__ import annotations

import math
import re
from typing import Any

from PySide6.QtCore import QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from fluogan_app.core.params import Params, ParamSpec, problem_with
from fluogan_app.gui.style import quiet_colour
from fluogan_app.gui.views.controls import CalmComboBox, PoliteLineEdit
from fluogan_app.gui.views.parameter_help import value_text

_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
#: What border and cursor take of a field.
_FRAME_WIDTH = 12
#: Thousands of a whole number may be parted by points, as in 10.000; of a number with decimals only commas say so.
_GROUPED = {"int": re.compile(r"[+-]?\d{1,3}([.,]\d{3})+"), "float": re.compile(r"[+-]?\d{1,3}(,\d{3})+")}


class Unreadable(ValueError):
    """A text that is no value; its words are shown beside the field."""


def parsed(spec: ParamSpec, text: str) -> Any:
    """The value that a text means. Raises Unreadable.

    A decimal comma is taken as a point, except where it may as well part thousands: 1,000 is refused, and of a whole
    number 1.000.
    """
    if spec.kind == "text":
        return None if spec.optional and not text.strip() else text
    stripped = re.sub(r"[\s\u00a0\u202f]", "", text).replace("−", "-")
    if not stripped:
        if spec.optional:
            return None
        raise Unreadable(f"{spec.label} is empty; allowed is {spec.limits_text}.")
    if _GROUPED[spec.kind].fullmatch(stripped):
        plain = re.sub("[.,]", "", stripped)
        instead = f"write {plain}" if spec.kind == "int" else f"write {plain} or a decimal point"
        raise Unreadable(f"“{text}” can be read in two ways; {instead}.")
    if not _NUMBER.fullmatch(stripped):
        raise Unreadable(f"{spec.label}: “{text}” is no number; allowed is {spec.limits_text}.")
    number = float(stripped.replace(",", "."))
    if spec.kind == "int" and math.isfinite(number) and number.is_integer():
        return int(number)
    return number


class TextEditor(PoliteLineEdit):
    """A number or a text, with its unit written into the field. Numbers may be written as 2.5e-3."""

    user_edited = Signal()

    def __init__(self, params_type: type[Params], spec: ParamSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._params_type, self._spec = params_type, spec
        self.setPlaceholderText(spec.none_text if spec.optional else "")
        metrics = QFontMetrics(self.font())
        self._unit_width = metrics.horizontalAdvance(spec.unit) + 8 if spec.unit else 0
        self._words_width = metrics.horizontalAdvance(self.placeholderText())
        self.textChanged.connect(lambda _: self._make_room())
        self._make_room()
        self.setMinimumWidth(metrics.horizontalAdvance("0000") + self._unit_width + _FRAME_WIDTH)
        self.textEdited.connect(lambda _: self.user_edited.emit())

    def value(self) -> Any:
        """What the text means. Raises Unreadable."""
        return parsed(self._spec, self.text())

    def show_value(self, value: Any) -> None:
        """Write a value, unless the text means it already: the user may be typing it."""
        try:
            same = self.value() == value
        except Unreadable:
            same = False
        if not same:
            self.setText(value_text(value))
            self.setCursorPosition(0)

    def show_none_words(self, words: str) -> None:
        """Say what an empty field stands for now."""
        if words != self.placeholderText():
            self.setPlaceholderText(words)
            self._words_width = QFontMetrics(self.font()).horizontalAdvance(words)
            self._make_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down count whole numbers."""
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None or self._spec.kind != "int":
            return super().keyPressEvent(event)
        self._count(step)

    def _count(self, step: int) -> None:
        try:
            counted = self.value() + step
        except (Unreadable, TypeError):
            return
        if problem_with(self._params_type, self._spec.name, counted) is None:
            self.setText(str(counted))
            self.user_edited.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for the unit, or none."""
        super().resizeEvent(event)
        self._make_room()

    @property
    def shows_unit(self) -> bool:
        """Whether the unit is in sight; it gives way to the words of an empty field where both do not fit."""
        both = self._words_width + self._unit_width + _FRAME_WIDTH
        return self._unit_width > 0 and (bool(self.text()) or both <= self.width())

    def _make_room(self) -> None:
        self.setTextMargins(0, 0, self._unit_width if self.shows_unit else 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the unit at the right end."""
        super().paintEvent(event)
        if not self.shows_unit:
            return
        painter = QPainter(self)
        painter.setPen(quiet_colour(self.palette()))
        place = QRect(0, 0, self.width() - 7, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._spec.unit)
        painter.end()


class ChoiceEditor(CalmComboBox):
    """One of a few values."""

    user_edited = Signal()

    def __init__(self, _params_type: type[Params], spec: ParamSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for choice in spec.choices:
            self.addItem(str(choice), choice)
        self.activated.connect(lambda _: self.user_edited.emit())

    def value(self) -> Any:
        """The chosen value."""
        return self.currentData()

    def show_value(self, value: Any) -> None:
        """Choose a value. One beyond the usual, as one card of several, is listed from then on."""
        blocked = QSignalBlocker(self)
        if value is not None and self.findData(value) < 0:
            self.addItem(str(value), value)
        self.setCurrentIndex(self.findData(value))
        del blocked


class TickEditor(QCheckBox):
    """Yes or no."""

    user_edited = Signal()

    def __init__(self, _params_type: type[Params], _spec: ParamSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.clicked.connect(lambda _: self.user_edited.emit())

    def value(self) -> bool:
        """Whether it is ticked."""
        return self.isChecked()

    def show_value(self, value: Any) -> None:
        """Tick it or not."""
        self.setChecked(bool(value))


Editor = TextEditor | ChoiceEditor | TickEditor
EDITORS: dict[str, type[Editor]] = {
    "int": TextEditor, "float": TextEditor, "text": TextEditor, "choice": ChoiceEditor, "bool": TickEditor,
}  # fmt: skip
