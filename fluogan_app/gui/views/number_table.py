"""Rows of words and numbers to be read and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableWidget, QTableWidgetItem

from fluogan_app.gui.style import small_font

_ROOM = 4


class NumberTable(QTableWidget):
    """What is marked can be copied, with tabulators between the columns."""

    def __init__(self, name: str, words: str, heads: Sequence[str], tips: Sequence[str] = (), first: int = 0) -> None:
        """first: the first column, of long names, takes so many pixels at most; 0 is no limit."""
        super().__init__(0, len(heads))
        self._first = first
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setFont(small_font(self))
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.set_heads(heads, tips)
        header = self.horizontalHeader()
        header.setFont(small_font(self))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)

    def set_heads(self, heads: Sequence[str], tips: Sequence[str] = ()) -> None:
        """Name the columns; tips explain them."""
        self.setColumnCount(len(heads))
        for column, head in enumerate(heads):
            item = QTableWidgetItem(head)
            item.setToolTip(tips[column] if column < len(tips) else head)
            self.setHorizontalHeaderItem(column, item)

    @property
    def heads(self) -> list[str]:
        """What the columns are called."""
        return [self.horizontalHeaderItem(column).text() for column in range(self.columnCount())]

    def set_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these rows."""
        if [list(row) for row in rows] == self.rows:
            return
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.setItem(number, column, item)
            self.setRowHeight(number, self.fontMetrics().height() + _ROOM)
        if self._first:
            header = self.horizontalHeader()
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(0, min(self._first, self.sizeHintForColumn(0) + _ROOM))

    @property
    def rows(self) -> list[list[str]]:
        """What stands in it."""
        columns = range(self.columnCount())
        return [[self._text(row, column) for column in columns] for row in range(self.rowCount())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The copy keys take the marked cells, or all."""
        if event.matches(QKeySequence.StandardKey.Copy):
            marked = {(index.row(), index.column()) for index in self.selectedIndexes()}
            rows = sorted({row for row, _ in marked}) or range(self.rowCount())
            columns = sorted({column for _, column in marked}) or range(self.columnCount())
            lines = ("\t".join(self._text(row, column) for column in columns) for row in rows)
            QApplication.clipboard().setText("\n".join(lines))
        else:
            super().keyPressEvent(event)

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text() if item is not None else ""
