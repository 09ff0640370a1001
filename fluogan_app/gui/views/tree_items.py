"""The rows of the project's tree: dragging one that waits to another place among those that wait."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem

#: Number of a run (0: the stack), and the key of one that waits.
NUMBER, KEY = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_UP, _DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down


class TreeItems(QTreeWidget):
    """A tree whose waiting rows can be dragged, moved with Alt and arrows, renamed with F2 and removed with Delete.

    It changes nothing itself: it tells what is wanted, and is filled anew.
    """

    move_wanted = Signal(str, int)  # key, position among those that wait
    remove_wanted = Signal(str)
    rename_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)

    def waiting(self) -> list[QTreeWidgetItem]:
        """The rows that wait, in their order."""
        stack = self.topLevelItem(0)
        rows = [stack.child(index) for index in range(stack.childCount())] if stack is not None else []
        return [row for row in rows if row.data(0, KEY)]

    def position(self, key: str) -> int:
        """Which of the rows that wait is that one, from 0; −1 where it waits no more."""
        return next((index for index, row in enumerate(self.waiting()) if row.data(0, KEY) == key), -1)

    @property
    def current_key(self) -> str:
        """The key of the chosen row; "" where it does not wait."""
        item = self.currentItem()
        return (item.data(0, KEY) or "") if item is not None else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys for a row that waits; the others as ever."""
        key, alt = self.current_key, event.modifiers() == Qt.KeyboardModifier.AltModifier
        if key and alt and event.key() in (_UP, _DOWN):
            self.move_wanted.emit(key, max(0, self.position(key) + (1 if event.key() == _DOWN else -1)))
        elif key and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_wanted.emit(key)
        elif key and event.key() == Qt.Key.Key_F2:
            self.rename_wanted.emit(key)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take rows of this tree; files go to the window."""
        event.acceptProposedAction() if event.source() is self else event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where a row would come to lie."""
        super().dragMoveEvent(event)
        if event.source() is self and self.current_key:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell where the dragged row is to go: before the row that it was let go on, or to the end."""
        key = self.current_key
        if event.source() is not self or not key:
            event.ignore()
            return
        onto = self.itemAt(event.position().toPoint())
        other = (onto.data(0, KEY) or "") if onto is not None else ""
        # The view must not take the row away itself.
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if onto is None:
            self.move_wanted.emit(key, len(self.waiting()) - 1)
        else:
            self.move_wanted.emit(key, self.position(other) if other else 0)
