"""The runs of a project as a table that is sorted, filtered and marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableWidget, QTableWidgetItem

from fluogan_app.core.project.runs_table import Cell, Column, RunsTable

_NUMBER = Qt.ItemDataRole.UserRole
_TITLE = "title"
_ROOM = 6
#: A column is at most so wide at first, in pixels.
_WIDEST = 170


class RunsList(QTableWidget):
    """Setters never emit; the user's hands do. Runs are known by their numbers."""

    shown_requested = Signal(int)
    renamed = Signal(int, str)
    marked_changed = Signal()
    delete_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("runs_list")
        self.setAccessibleName("Runs with the settings that differ, and their measures")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.verticalHeader().hide()
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsMovable(True)
        self.horizontalHeader().setSortIndicatorShown(True)
        self._columns: tuple[Column, ...] = ()
        self._filter = ""
        self.itemChanged.connect(self._edited)
        self.itemSelectionChanged.connect(self.marked_changed)
        self.itemDoubleClicked.connect(self._double_clicked)

    # Setters

    def set_table(self, table: RunsTable, hidden: Sequence[str] = ()) -> None:
        """Show these runs; what is marked, and the order, stay as far as they can."""
        marked, order = self.marked, self.order
        blocked = QSignalBlocker(self)
        self.setSortingEnabled(False)
        if [column.name for column in table.columns] != [column.name for column in self._columns]:
            self.setColumnCount(len(table.columns))
        self._columns = table.columns
        self.setRowCount(len(table.rows))
        for index, column in enumerate(table.columns):
            head = QTableWidgetItem(column.head)
            head.setToolTip(column.tip or column.head)
            self.setHorizontalHeaderItem(index, head)
        for row, (number, cells) in enumerate(table.rows.items()):
            for index, column in enumerate(table.columns):
                self.setItem(row, index, _Item(number, column, cells.get(column.name, Cell(""))))
            self.setRowHeight(row, self.fontMetrics().height() + _ROOM)
        self.setSortingEnabled(True)
        self.set_order(*order)
        self.set_hidden(hidden)
        self._fit()
        self.mark(marked)
        self.set_filter(self._filter)
        del blocked
        self.viewport().update()

    def mark(self, numbers: Sequence[int]) -> None:
        """Select some runs."""
        blocked = QSignalBlocker(self)
        self.clearSelection()
        mode = self.selectionMode()
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        for row in range(self.rowCount()):
            if self._number(row) in numbers:
                self.selectRow(row)
        self.setSelectionMode(mode)
        del blocked

    def set_filter(self, text: str) -> None:
        """Show the runs alone that hold all of these words somewhere."""
        self._filter = text
        words = text.casefold().split()
        for row in range(self.rowCount()):
            whole = " ".join(self.item(row, column).text() for column in range(self.columnCount())).casefold()
            self.setRowHidden(row, not all(word in whole for word in words))

    def set_hidden(self, names: Sequence[str]) -> None:
        """Leave these columns out of sight."""
        for index, column in enumerate(self._columns):
            self.setColumnHidden(index, column.name in names)

    def set_order(self, name: str, descending: bool) -> None:
        """Sort by a column."""
        names = [column.name for column in self._columns]
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.sortByColumn(names.index(name) if name in names else 0, order)

    # What the user has chosen

    @property
    def marked(self) -> tuple[int, ...]:
        """Numbers of the selected runs that are in sight, from above."""
        rows = sorted({index.row() for index in self.selectedIndexes()})
        return tuple(self._number(row) for row in rows if not self.isRowHidden(row))

    @property
    def in_sight(self) -> tuple[int, ...]:
        """Numbers of the runs that the filter leaves, from above."""
        return tuple(self._number(row) for row in range(self.rowCount()) if not self.isRowHidden(row))

    @property
    def order(self) -> tuple[str, bool]:
        """The column that sorts, and whether the largest is first."""
        header = self.horizontalHeader()
        at = header.sortIndicatorSection()
        name = self._columns[at].name if 0 <= at < len(self._columns) else "number"
        return name, header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder

    @property
    def columns_in_sight(self) -> tuple[str, ...]:
        """Names of the columns that are not hidden."""
        return tuple(one.name for index, one in enumerate(self._columns) if not self.isColumnHidden(index))

    def text(self) -> str:
        """The marked lines, all where none is, with their heads and tabulators between."""
        shown = [index for index in range(self.columnCount()) if not self.isColumnHidden(index)]
        rows = [row for row in range(self.rowCount()) if self._number(row) in (self.marked or self.in_sight)]
        lines = ["\t".join(self.horizontalHeaderItem(index).text() for index in shown)]
        return "\n".join([*lines, *("\t".join(self.item(row, index).text() for index in shown) for row in rows)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return shows a run, F2 edits its name, Delete deletes, the copy keys copy."""
        row = self.currentRow()
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Copy):
            QApplication.clipboard().setText(self.text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self.shown_requested.emit(self._number(row))
        elif event.key() == Qt.Key.Key_F2 and row >= 0:
            names = [column.name for column in self._columns]
            self.editItem(self.item(row, names.index(_TITLE)))
        elif event.key() == Qt.Key.Key_Delete and self.marked:
            self.delete_requested.emit()
        else:
            super().keyPressEvent(event)

    # Inside

    def _number(self, row: int) -> int:
        return self.item(row, 0).data(_NUMBER)

    def _edited(self, item: QTableWidgetItem) -> None:
        if self._columns[item.column()].name == _TITLE:
            self.renamed.emit(item.data(_NUMBER), item.text())

    def _double_clicked(self, item: QTableWidgetItem) -> None:
        if self._columns[item.column()].name == _TITLE:
            self.editItem(item)
        else:
            self.shown_requested.emit(item.data(_NUMBER))

    def _fit(self) -> None:
        self.resizeColumnsToContents()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for index in range(self.columnCount()):
            self.setColumnWidth(index, min(self.columnWidth(index), _WIDEST))


class _Item(QTableWidgetItem):
    """Sorted by its key; what is not known stands last, whichever way it is sorted."""

    def __init__(self, number: int, column: Column, cell: Cell) -> None:
        super().__init__(cell.text)
        self._key = cell.key
        self.setData(_NUMBER, number)
        self.setToolTip(cell.text or "not known")
        if isinstance(cell.key, float):
            self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if column.name != _TITLE:
            self.setFlags(self.flags() & ~Qt.ItemFlag.ItemIsEditable)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        mine, theirs = (_order(item._key) for item in (self, other))
        descending = self.tableWidget().horizontalHeader().sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        if mine[0] != theirs[0]:
            return mine[0] < theirs[0] if not descending else mine[0] > theirs[0]
        return mine[1:] < theirs[1:]


def _order(key: float | str) -> tuple[int, int, float, str]:
    """Known before unknown, numbers before words."""
    if isinstance(key, float):
        return (0, 0, key, "") if key == key else (1, 0, 0.0, "")
    return (0 if key else 1, 1, 0.0, key)
