"""Everything that a file states, in its own words, as a tree to look through, search and copy from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QHeaderView, QLineEdit, QMenu, QTreeView, QVBoxLayout, QWidget

from fluogan_app.core.data.metadata_text import entries, is_branch, value_text
from fluogan_app.gui.views.controls import QuietLabel

_HEADS = ("Name", "Value")
#: Typing goes on for so long before the tree is searched.
_REST_MS = 150
#: Room for names four levels down.
_NAMES_WIDTH = 280
#: The whole of a text, to search in and to copy; a line shows the beginning, as Qt lays out all that it shows.
_WHOLE = Qt.ItemDataRole.UserRole
_SHOWN, _POINTED_AT = 300, 2000
#: A tree of fewer entries is shown unfolded.
_UNFOLDED = 60


class MetadataTree(QWidget):
    """A field to search in, and the tree of what is found; an empty field finds everything."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("metadata_tree")
        self._model = QStandardItemModel(0, len(_HEADS), self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._model)
        self._found.setFilterKeyColumn(-1)
        self._found.setFilterRole(_WHOLE)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        # What lies below a name that was found belongs to it, and what lies above leads there.
        self._found.setRecursiveFilteringEnabled(True)
        self._found.setAutoAcceptChildRows(True)
        self.search, self.view, self.words = QLineEdit(), QTreeView(), QuietLabel(object_name="metadata_words")
        self._count = 0
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._search)
        self._dress()

    def set_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Show a file's words, nested as in the file."""
        self._found.setSourceModel(None)
        self._model.clear()
        self._model.setHorizontalHeaderLabels(_HEADS)
        self._count = _fill(self._model.invisibleRootItem(), metadata)
        self._found.setSourceModel(self._model)
        self.view.header().resizeSection(0, _NAMES_WIDTH)
        self._search()

    @property
    def count(self) -> int:
        """How many values there are in all."""
        return self._count

    def copy_value(self) -> None:
        """Put the value of the current entry on the clipboard; of a branch, its name."""
        name, value = self._current()
        QApplication.clipboard().setText(value.data(_WHOLE) or name.data(_WHOLE) or "")

    def copy_path(self) -> None:
        """Put the way to the current entry on the clipboard: "Image › Pixels › SizeX"."""
        index, parts = self._current()[0], []
        while index.isValid():
            parts.insert(0, str(index.data(_WHOLE)))
            index = index.parent()
        QApplication.clipboard().setText(" › ".join(parts))

    def _current(self) -> tuple[QModelIndex, QModelIndex]:
        index = self.view.currentIndex()
        return index.siblingAtColumn(0), index.siblingAtColumn(1)

    def _search(self) -> None:
        text = self.search.text().strip()
        self._found.setFilterFixedString(text)
        if text or self._count < _UNFOLDED:
            self.view.expandAll()
        else:
            self.view.collapseAll()
            self.view.expandToDepth(0)
        found = _leaves(self._found, QModelIndex()) if text else self._count
        self.words.setText(f"{found} of {self._count} values" if text else f"{self._count} values")
        if not self._count:
            self.words.setText("The file states nothing more.")

    def _offer(self, place: QPoint) -> None:
        if self.view.indexAt(place).isValid():
            menu = QMenu(self)
            menu.addActions(self.view.actions())
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.view.viewport().mapToGlobal(place))

    def _dress(self) -> None:
        self.search.setObjectName("metadata_search")
        self.search.setPlaceholderText("Search names and values")
        self.search.setAccessibleName("Search the metadata")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._rest.start())
        view = self.view
        view.setObjectName("metadata_view")
        view.setAccessibleName("All metadata of the file")
        view.setModel(self._found)
        view.setUniformRowHeights(True)
        view.setAlternatingRowColors(True)
        view.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        view.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._offer)
        self._add_action("Copy the value", QKeySequence(QKeySequence.StandardKey.Copy), self.copy_value)
        self._add_action("Copy the path", QKeySequence("Ctrl+Shift+C"), self.copy_path)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        for part in (self.search, self.view, self.words):
            column.addWidget(part)

    def _add_action(self, text: str, keys: QKeySequence, act) -> None:
        action = QAction(text, self.view)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda _=False: act())
        self.view.addAction(action)


def _fill(branch: QStandardItem, metadata: Any) -> int:
    """Add what lies below; how many values that are."""
    count = 0
    for key, value in entries(metadata):
        name = _item(key)
        if is_branch(value):
            branch.appendRow([name, QStandardItem()])
            count += _fill(name, value)
        else:
            branch.appendRow([name, _item(value_text(value))])
            count += 1
    return count


def _item(text: str) -> QStandardItem:
    item = QStandardItem(_beginning(text, _SHOWN))
    item.setData(text, _WHOLE)
    item.setToolTip(_beginning(text, _POINTED_AT))
    return item


def _beginning(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _leaves(model: QSortFilterProxyModel, parent: QModelIndex) -> int:
    below = [model.index(row, 0, parent) for row in range(model.rowCount(parent))]
    return sum(_leaves(model, index) if model.hasChildren(index) else 1 for index in below)
