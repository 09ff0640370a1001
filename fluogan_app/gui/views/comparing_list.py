"""What can be compared, as a table: which are in sight, in which order, and what was measured of each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QModelIndex, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView, QApplication, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget,
    QTreeWidgetItem, QWidget,
)  # fmt: skip

from fluogan_app.gui.style import quiet_colour, small_font

_KEY = Qt.ItemDataRole.UserRole
_ALIGNED = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
#: The column of names is at most so wide at first, the others at least so wide, in pixels.
_NAMES, _LEAST, _LEAST_HEIGHT = 250, 62, 56
_ORDER_TIP = "Ticked lines are in sight above, in this order. Drag a line, or move it with Alt and an arrow."


@dataclass(frozen=True)
class ListColumn:
    """A column of measures: its name in code, its head with the unit, and what it tells."""

    name: str
    head: str
    tip: str = ""


@dataclass(frozen=True)
class ListRow:
    """One that can be compared: texts and values by column; `best`: columns in which it is the best of those in sight.

    value: by which it is sorted, NaN where it is not known.
    """

    key: str
    title: str
    tip: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    best: frozenset[str] = frozenset()


class _Boxes(QStyledItemDelegate):
    """Frames the box of every line: one without a tick is not to be seen on a dark ground otherwise."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw the cell, then the frame."""
        super().paint(painter, option, index)
        if index.column() == 0:
            shown = QStyleOptionViewItem(option)
            self.initStyleOption(shown, index)
            style = shown.widget.style()
            box = style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, shown, shown.widget)
            painter.save()
            painter.setPen(quiet_colour(shown.palette))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
            painter.restore()


class ComparingList(QTreeWidget):
    """Setters never emit. `chosen_changed` carries the keys with a tick from above, `order_changed` those of all."""

    chosen_changed = Signal(object)
    order_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparing_list")
        self.setAccessibleName("What is compared, with its measures")
        self.setAccessibleDescription("Space ticks a line, Alt with an arrow moves it, the copy keys copy all ticked")
        self.setRootIsDecorated(False)
        self.setAllColumnsShowFocus(True)
        self.setAlternatingRowColors(True)
        self.setUniformRowHeights(True)
        self.setTabKeyNavigation(False)
        self.setItemDelegate(_Boxes(self))
        self.setFont(small_font(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self._columns: tuple[ListColumn, ...] = ()
        self._rows: dict[str, ListRow] = {}
        self._dragged: QTreeWidgetItem | None = None
        self._sorted: tuple[int, bool] = (-1, False)
        header = self.header()
        header.setFont(small_font(self))
        header.setSectionsClickable(True)
        header.setStretchLastSection(False)
        header.sectionClicked.connect(self._sort)
        self.itemChanged.connect(lambda *_: self.chosen_changed.emit(self.chosen))
        self.set_rows((), (), ())

    # Setters

    def set_rows(self, columns: Sequence[ListColumn], rows: Sequence[ListRow], chosen: Sequence[str]) -> None:
        """Show these in their order, with a tick at the chosen ones; the line with the keys keeps them."""
        blocked = QSignalBlocker(self)
        current = self.currentItem().data(0, _KEY) if self.currentItem() is not None else None
        same = (tuple(columns), [row.key for row in rows]) == (self._columns, list(self._rows))
        self._columns, self._rows = tuple(columns), {row.key: row for row in rows}
        if not same:
            self.clear()
            self._show_heads()
            self.addTopLevelItems([QTreeWidgetItem() for _ in rows])
        for place, row in enumerate(rows):
            self._show_row(self.topLevelItem(place), row, row.key in chosen)
            if row.key == current:
                self.setCurrentItem(self.topLevelItem(place))
        self._fit()
        del blocked

    @property
    def chosen(self) -> tuple[str, ...]:
        """Keys of the lines with a tick, from above."""
        return tuple(item.data(0, _KEY) for item in self._items() if item.checkState(0) == Qt.CheckState.Checked)

    @property
    def order(self) -> tuple[str, ...]:
        """All keys, from above."""
        return tuple(item.data(0, _KEY) for item in self._items())

    def text(self) -> str:
        """The ticked lines with their heads and tabulators between, as a spreadsheet takes them."""
        lines = [["Method", *(column.head for column in self._columns)]]
        lines += [[self._rows[key].title, *(self._rows[key].texts.get(column.name, "") for column in self._columns)]
                  for key in self.chosen]  # fmt: skip
        return "\n".join("\t".join(line) for line in lines)

    def sizeHint(self) -> QSize:
        """All lines, up to six of them."""
        lines = min(max(self.topLevelItemCount(), 2), 6)
        return QSize(600, self.header().sizeHint().height() + lines * (self.fontMetrics().height() + 6) + 4)

    # The user's hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt with an arrow moves the line, the copy keys copy."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.matches(QKeySequence.StandardKey.Copy):
            QApplication.clipboard().setText(self.text())
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and Qt.Key(event.key()) in steps:
            item = self.currentItem()
            if item is not None:
                self._move(item, self.indexOfTopLevelItem(item) + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A line can be dragged from here."""
        super().mousePressEvent(event)
        self._dragged = self.itemAt(event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A line that is dragged takes the place of the one that it is dragged over."""
        if self._dragged is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        over = self.itemAt(event.position().toPoint())
        if over is not None and over is not self._dragged:
            self._move(self._dragged, self.indexOfTopLevelItem(over))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It stays where it is."""
        super().mouseReleaseEvent(event)
        self._dragged = None

    # Inside

    def _items(self) -> list[QTreeWidgetItem]:
        return [self.topLevelItem(place) for place in range(self.topLevelItemCount())]

    def _move(self, item: QTreeWidgetItem, place: int) -> None:
        before = self.indexOfTopLevelItem(item)
        if not 0 <= place < self.topLevelItemCount() or place == before:
            return
        blocked = QSignalBlocker(self)
        self.insertTopLevelItem(place, self.takeTopLevelItem(before))
        self.setCurrentItem(item)
        del blocked
        self._rows = {key: self._rows[key] for key in self.order}
        self.order_changed.emit(self.order)

    def _sort(self, column: int) -> None:
        """By what stands in a column; the same head again turns it round. What is not known stands last."""
        descending = self._sorted == (column, False)
        self._sorted = (column, descending)
        keys = sorted(self.order, key=lambda key: self._place(key, column, descending))
        if tuple(keys) == self.order:
            return
        chosen = self.chosen
        self.set_rows(self._columns, [self._rows[key] for key in keys], chosen)
        self.order_changed.emit(self.order)

    def _place(self, key: str, column: int, descending: bool) -> tuple:
        row, sign = self._rows[key], -1 if descending else 1
        if column == 0:
            return tuple(sign * ord(letter) for letter in row.title.casefold())
        value = row.values.get(self._columns[column - 1].name, math.nan)
        return (math.isnan(value), 0.0 if math.isnan(value) else sign * value)

    def _show_heads(self) -> None:
        self.setColumnCount(1 + len(self._columns))
        head = self.headerItem()
        head.setText(0, "Method")
        head.setToolTip(0, _ORDER_TIP)
        for place, column in enumerate(self._columns, 1):
            head.setText(place, column.head)
            head.setToolTip(place, f"{column.tip}\nClick to sort." if column.tip else "Click to sort.")
            head.setTextAlignment(place, _ALIGNED)

    def _show_row(self, item: QTreeWidgetItem, row: ListRow, chosen: bool) -> None:
        item.setData(0, _KEY, row.key)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(0, Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
        item.setText(0, row.title)
        item.setToolTip(0, row.tip or row.title)
        for place, column in enumerate(self._columns, 1):
            text, best = row.texts.get(column.name, ""), column.name in row.best
            item.setText(place, text)
            item.setTextAlignment(place, _ALIGNED)
            item.setFont(place, small_font(self, 1.0, bold=best))
            words = f"{text}: the best of those in sight, in this column alone" if best else text
            item.setToolTip(place, words)
            item.setData(place, Qt.ItemDataRole.AccessibleTextRole, words)

    def _fit(self) -> None:
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column in range(self.columnCount()):
            self.resizeColumnToContents(column)
            wide = self.columnWidth(column)
            self.setColumnWidth(column, min(wide, _NAMES) if column == 0 else max(wide, _LEAST))
