"""What is known of a recording, line by line: its name, the value with its unit, and where that comes from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.facts import Fact
from fluogan_app.gui.style import ORIGIN_WORDS, PaletteWatcher, origin_colour, quiet_colour

_HEADS = ("Quantity", "Value", "From", "Remark")
#: Added to the height of a line, in pixels.
_ROOM = 6
_NAME, _VALUE, _ORIGIN, _NOTE = range(4)
#: A sign beside the word, for who does not see the colours apart.
_SIGNS = {
    Origin.FILE: "●", Origin.USER: "✎", Origin.ESTIMATED: "≈", Origin.ASSUMED: "?", Origin.MISSING: "○",
}  # fmt: skip


class FactTable(QTableWidget):
    """Rows can be marked and copied as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_HEADS), parent)
        self.setObjectName("fact_table")
        self.setAccessibleName("What is known of the recording, and where it comes from")
        self.setHorizontalHeaderLabels(_HEADS)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_NOTE, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self._facts: tuple[Fact, ...] = ()
        PaletteWatcher(self).changed.connect(self._colour)

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Show these, in this order; the marked row stays marked."""
        if tuple(facts) == self._facts:
            return
        self._facts = tuple(facts)
        self.setRowCount(len(facts))
        for row, fact in enumerate(facts):
            texts = (fact.label, fact.text, f"{_SIGNS[fact.origin]} {fact.origin.value}", fact.note)
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(_origin_words(fact) if column == _ORIGIN else text)
                self.setItem(row, column, item)
        self._colour()
        self.resizeRowsToContents()
        for row in range(len(facts)):
            self.setRowHeight(row, self.rowHeight(row) + _ROOM)

    def text(self) -> str:
        """All rows, one on a line."""
        return "\n".join(_line(fact) for fact in self._facts)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The copy keys take the marked rows."""
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted({index.row() for index in self.selectedIndexes()})
            QApplication.clipboard().setText("\n".join(_line(self._facts[row]) for row in rows))
        else:
            super().keyPressEvent(event)

    def _colour(self) -> None:
        palette = QApplication.palette()
        for row, fact in enumerate(self._facts):
            self.item(row, _ORIGIN).setForeground(origin_colour(fact.origin, palette))
            self.item(row, _NOTE).setForeground(quiet_colour(palette))
            if fact.origin is Origin.MISSING:
                self.item(row, _VALUE).setForeground(quiet_colour(palette))


def _origin_words(fact: Fact) -> str:
    needed = fact.origin is not Origin.MISSING or fact.name == "pixel_size_nm"
    return ORIGIN_WORDS[fact.origin] if needed else "Missing: the file does not state it. A run can do without."


def _line(fact: Fact) -> str:
    remark = f" – {fact.note}" if fact.note else ""
    return f"{fact.label}: {fact.text} ({fact.origin.value}){remark}"
