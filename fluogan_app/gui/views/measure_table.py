"""A small table of measures, as high as its lines, that can be marked and copied with its heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableWidget, QTableWidgetItem

#: Added to the height of a line, in pixels.
_ROOM = 4


@dataclass(frozen=True)
class MeasureRow:
    """One line: its texts from left to right, and what is said when it is pointed at."""

    texts: tuple[str, ...]
    tip: str = ""


class MeasureTable(QTableWidget):
    """The first column is words, the others numbers. Copying takes the marked lines, all where none is."""

    def __init__(self, name: str, words: str, heads: Sequence[str]) -> None:
        super().__init__(0, len(heads))
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._heads = tuple(heads)
        self.setHorizontalHeaderLabels(list(heads))
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column in range(len(heads)):
            self.horizontalHeaderItem(column).setTextAlignment(_alignment(column))

    def set_rows(self, rows: Sequence[MeasureRow]) -> None:
        """Show these."""
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(row.texts):
                item = QTableWidgetItem(text)
                item.setToolTip(row.tip or text)
                item.setTextAlignment(_alignment(column))
                self.setItem(number, column, item)
            self.setRowHeight(number, self.fontMetrics().height() + _ROOM)
        self.setFixedHeight(self.sizeHint().height())

    def sizeHint(self) -> QSize:
        """All lines and the heads."""
        lines = sum(self.rowHeight(row) for row in range(self.rowCount()))
        return QSize(260, lines + self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth())

    def text(self, rows: Sequence[int] | None = None) -> str:
        """Lines with their heads, columns apart by tabulators, as a spreadsheet takes them."""
        wanted = range(self.rowCount()) if rows is None else rows
        lines = ["\t".join(self.item(row, column).text() for column in range(self.columnCount())) for row in wanted]
        return "\n".join(["\t".join(self._heads), *lines])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The copy keys."""
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted({index.row() for index in self.selectedIndexes()})
            QApplication.clipboard().setText(self.text(rows or None))
        else:
            super().keyPressEvent(event)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
