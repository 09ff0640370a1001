"""The project as a tree: its stack, its runs, and those that wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QApplication, QHeaderView, QMenu, QTreeWidgetItem, QVBoxLayout, QWidget

from fluogan_app.gui.icons import icon
from fluogan_app.gui.style import PaletteWatcher
from fluogan_app.gui.views.tree_items import KEY, NUMBER, TreeItems

_STACK = 0
#: Run states in words, with what can be done with such a run beside looking at it.
RESUMABLE = ("interrupted", "cancelled", "failed")
_STATUS_ICONS = {
    "running": "play", "finished": "done", "interrupted": "pause", "cancelled": "stop", "failed": "problem",
    "queued": "recent", "refused": "problem",
}  # fmt: skip


@dataclass(frozen=True)
class RunRow:
    """One run as the tree shows it. `detail` becomes the tooltip and the grey words behind the status."""

    number: int
    name: str
    status: str
    detail: str = ""


@dataclass(frozen=True)
class QueueRow:
    """One run that waits: the key that names it, its name, "queued" or "refused", and what else is to be told."""

    key: str
    name: str
    status: str = "queued"
    detail: str = ""


class ProjectTree(QWidget):
    """Setters never emit. Runs are named by their number, those that wait by their key."""

    run_selected = Signal(int)
    stack_selected = Signal()
    open_requested = Signal()
    resume_requested = Signal(int)
    export_requested = Signal(int)
    reuse_requested = Signal(int)
    move_wanted = Signal(str, int)  # key, position among those that wait
    remove_wanted = Signal(str)
    rename_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("project_tree")
        self.tree = TreeItems()
        self.tree.setObjectName("project_tree_items")
        self.tree.setAccessibleName("Stack and runs of the project")
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.header().setStretchLastSection(True)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tree)
        self._rows: dict[int, RunRow] = {}
        self._waiting: tuple[QueueRow, ...] = ()
        self._added: list[tuple[str, Callable[[int], object]]] = []
        self._stack_title = ""
        self.tree.currentItemChanged.connect(self._selected)
        self.tree.itemActivated.connect(self._activated)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        for name in ("move_wanted", "remove_wanted", "rename_wanted"):
            getattr(self.tree, name).connect(getattr(self, name))
        PaletteWatcher(self).changed.connect(self._recolour)
        self.set_content("", ())

    def set_content(self, stack_title: str, runs: Sequence[RunRow]) -> None:
        """Show a stack and its runs; the selected run stays selected where it is still there."""
        chosen, chosen_key = self.selected, self.tree.current_key
        self._stack_title = stack_title
        self._rows = {run.number: run for run in runs}
        blocked = QSignalBlocker(self.tree)
        self.tree.clear()
        stack = self._item(stack_title or "No stack", "", _STACK, stack_title or "Open a file to begin")
        for run in runs:
            self._item(run.name, run.status, run.number, f"{run.name}: {run.status}. {run.detail}".strip(), stack)
        for position, waiting in enumerate(self._waiting, start=1):
            self._queue_item(waiting, position, stack)
        stack.setExpanded(True)
        del blocked
        self.select(chosen)
        self.select_waiting(chosen_key)

    def set_queue(self, waiting: Sequence[QueueRow]) -> None:
        """Show the runs that wait, behind the others."""
        self._waiting = tuple(waiting)
        self.set_content(self._stack_title, tuple(self._rows.values()))

    def select_waiting(self, key: str) -> None:
        """Select a run that waits; one that waits no more changes nothing."""
        item = next((item for item in self.tree.waiting() if item.data(0, KEY) == key), None)
        if item is not None:
            blocked = QSignalBlocker(self.tree)
            self.tree.setCurrentItem(item)
            del blocked

    def select(self, number: int | None) -> None:
        """Select a run, or the stack."""
        blocked = QSignalBlocker(self.tree)
        self.tree.setCurrentItem(self._find(number or _STACK))
        del blocked

    def add_run_action(self, text: str, act: Callable[[int], object]) -> None:
        """One more thing that can be done with a run: its words in the menu, and what it does with the number."""
        self._added.append((text, act))

    @property
    def selected(self) -> int | None:
        """Number of the selected run; None for the stack, and for one that waits."""
        item = self.tree.currentItem()
        return (item.data(0, NUMBER) or None) if item is not None else None

    @property
    def selected_waiting(self) -> str:
        """Key of the selected run that waits; "" for others."""
        return self.tree.current_key

    def _item(self, text: str, status: str, number: int, tooltip: str, above: QTreeWidgetItem | None = None):
        item = QTreeWidgetItem([text, status])
        item.setData(0, NUMBER, number)
        item.setToolTip(0, tooltip)
        item.setToolTip(1, tooltip)
        item.setIcon(0, icon("stack" if number == _STACK else "run", QApplication.palette()))
        if status in _STATUS_ICONS:
            item.setIcon(1, icon(_STATUS_ICONS[status], QApplication.palette()))
        item.setFlags(item.flags() & ~(Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled))
        self.tree.addTopLevelItem(item) if above is None else above.addChild(item)
        return item

    def _queue_item(self, waiting: QueueRow, position: int, stack: QTreeWidgetItem) -> None:
        status = f"{waiting.status} {position}" if waiting.status == "queued" else waiting.status
        item = self._item(waiting.name, status, _STACK, f"{waiting.name}: {status}. {waiting.detail}".strip(), stack)
        item.setData(0, KEY, waiting.key)
        item.setIcon(0, icon("run", QApplication.palette()))
        item.setIcon(1, icon(_STATUS_ICONS[waiting.status], QApplication.palette()))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled)

    def _find(self, number: int) -> QTreeWidgetItem:
        stack = self.tree.topLevelItem(0)
        children = (stack.child(index) for index in range(stack.childCount()))
        return next((item for item in children if number and item.data(0, NUMBER) == number), stack)

    def _selected(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if item is None or item.data(0, KEY):
            return
        number = item.data(0, NUMBER)
        self.run_selected.emit(number) if number else self.stack_selected.emit()

    def _activated(self, item: QTreeWidgetItem) -> None:
        if item.data(0, KEY):
            self.rename_wanted.emit(item.data(0, KEY))
        elif item.data(0, NUMBER) == _STACK and not self._stack_title:
            self.open_requested.emit()

    def menu_for(self, number: int) -> QMenu:
        """What can be done with a run (or with the stack: 0)."""
        menu = QMenu(self)
        if number == _STACK:
            menu.addAction("Open another stack…").triggered.connect(lambda: self.open_requested.emit())
            return menu
        if self._rows[number].status in RESUMABLE:
            menu.addAction("Go on with this run").triggered.connect(lambda: self.resume_requested.emit(number))
        menu.addAction("Use its parameters again").triggered.connect(lambda: self.reuse_requested.emit(number))
        menu.addAction("Export…").triggered.connect(lambda: self.export_requested.emit(number))
        for text, act in self._added:
            menu.addAction(text).triggered.connect(lambda _=False, act=act: act(number))
        return menu

    def menu_for_waiting(self, key: str) -> QMenu:
        """What can be done with a run that waits."""
        menu, at = QMenu(self), self.tree.position(key)
        last = len(self._waiting) - 1
        places = (("Run it next", 0), ("Earlier", max(at - 1, 0)), ("Later", min(at + 1, last)))
        for words, place in places:
            action = menu.addAction(words)
            action.setEnabled(place != at)
            action.triggered.connect(lambda _=False, place=place: self.move_wanted.emit(key, place))
        menu.addSeparator()
        menu.addAction("Rename…").triggered.connect(lambda: self.rename_wanted.emit(key))
        menu.addAction("Remove from the queue").triggered.connect(lambda: self.remove_wanted.emit(key))
        return menu

    def _show_menu(self, position: QPoint) -> None:
        item = self.tree.itemAt(position)
        if item is not None:
            key = item.data(0, KEY)
            menu = self.menu_for_waiting(key) if key else self.menu_for(item.data(0, NUMBER))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.tree.viewport().mapToGlobal(position))

    def _recolour(self) -> None:
        self.set_content(self._stack_title, tuple(self._rows.values()))
