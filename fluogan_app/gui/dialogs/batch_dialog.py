"""Many files with one set of parameters: which, where their projects go, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView, QDialog, QHBoxLayout, QHeaderView, QLabel, QProgressBar, QTableWidget, QTableWidgetItem,
    QVBoxLayout, QWidget,
)  # fmt: skip

from fluogan_app.core.project.batch import BatchItem, ItemState
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.views.controls import ElidedLabel, QuietLabel, WordButton
from fluogan_app.gui.wording import without_flags

_HEADS = ("File", "State", "Time", "Measures and remarks")


class BatchDialog(QDialog):
    """Shows the files and hands on what is wanted. Setters never emit. Closing it ends nothing by itself."""

    add_files_requested = Signal()
    add_folder_requested = Signal()
    remove_requested = Signal(object)  # numbers of rows
    folder_requested = Signal()
    start_requested = Signal()
    cancel_requested = Signal()
    open_requested = Signal(int)

    def __init__(self, measures_text: Callable[[BatchItem], str], parent: QWidget | None = None) -> None:
        """`measures_text` puts the measures of a file that is done into words."""
        super().__init__(parent)
        self._measures_text = measures_text
        self.setObjectName("batch_dialog")
        self.setWindowTitle("Reconstruct many files")
        self.add_button = WordButton("Add &files…", "open", "batch_files", "Choose stacks")
        self.folder_button = WordButton("Add f&older…", "stack", "batch_folder", "All stacks of a folder")
        self.remove_button = WordButton("&Remove", "clear", "batch_remove", "Take the marked files out of the list")
        self.place_button = WordButton("&Projects in…", "save", "batch_place", "The folder that the projects go to")
        self.place = ElidedLabel(object_name="batch_place_words")
        self.asked = QuietLabel(object_name="batch_asked")
        self.table = QTableWidget(0, len(_HEADS))
        self.bar = QProgressBar()
        self.words = QLabel()
        self.start_button = WordButton("&Start", "play", "batch_start", "Reconstruct all files", primary=True)
        self.cancel_button = WordButton("&Cancel", "stop", "batch_cancel", "End after this step and keep what is done")
        self.close_button = WordButton("C&lose", "done", "batch_close", "Close this window")
        self._items: tuple[BatchItem, ...] = ()
        self._running = False
        self._lay_out()
        self._connect()
        self.resize(860, 480)
        self.set_items(())
        self.set_place(None)
        self.set_running(False)

    # What is shown

    def set_asked(self, words: str) -> None:
        """What is asked of each file, in words."""
        self.asked.setText(words)

    def set_place(self, folder: Path | None) -> None:
        """Where the projects go: one folder, or each beside its file."""
        self.place.setText(f"Projects in {folder}" if folder is not None else "Each project beside its file")

    def set_items(self, items: Sequence[BatchItem]) -> None:
        """Show other files."""
        self._items = tuple(items)
        self.table.setRowCount(len(items))
        for index in range(len(items)):
            self._show_row(index)
        self._count()

    def set_item(self, index: int, item: BatchItem) -> None:
        """One file came on."""
        self._items = (*self._items[:index], item, *self._items[index + 1 :])
        self._show_row(index)
        self._count()

    def set_running(self, running: bool) -> None:
        """Whether the batch goes on."""
        self._running = running
        for button in (self.add_button, self.folder_button, self.remove_button, self.place_button):
            button.setEnabled(not running)
        self.start_button.setEnabled(not running and bool(self._items))
        self.cancel_button.setEnabled(running)
        self.cancel_button.set_words("&Cancel", "stop")
        if not running:
            self.words.setText(self._summary())

    def set_cancelling(self) -> None:
        """Cancelling was heard; the run in work ends within a step."""
        self.cancel_button.setEnabled(False)
        self.cancel_button.set_words("Cancelling…", "stop")

    def set_words(self, text: str) -> None:
        """How far the run in work is."""
        self.words.setText(text)

    @property
    def items(self) -> tuple[BatchItem, ...]:
        """The files as they are shown."""
        return self._items

    # Inside

    def _show_row(self, index: int) -> None:
        item = self._items[index]
        took = seconds_text(item.seconds) if item.seconds is not None else ""
        remark = " · ".join(part for part in (without_flags(item.words), self._measures_text(item)) if part)
        texts = (item.path.name, item.state.value, took, remark)
        tips = (str(item.path), item.state.value, took, f"{item.project}\n{remark}".strip())
        for column, (text, tip) in enumerate(zip(texts, tips, strict=True)):
            cell = QTableWidgetItem(text)
            cell.setToolTip(tip)
            self.table.setItem(index, column, cell)
        if item.state is ItemState.RUNNING:
            self.table.scrollToItem(self.table.item(index, 0))

    def _count(self) -> None:
        ended = [item for item in self._items if item.state not in (ItemState.WAITING, ItemState.RUNNING)]
        self.bar.setRange(0, max(len(self._items), 1))
        self.bar.setValue(len(ended))
        self.bar.setFormat(f"{len(ended)} of {len(self._items)} files" if self._items else "")
        self.start_button.setEnabled(not self._running and bool(self._items))

    def _summary(self) -> str:
        counts = {state: sum(item.state is state for item in self._items) for state in ItemState}
        return ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)

    def _lay_out(self) -> None:
        self.table.setObjectName("batch_table")
        self.table.setAccessibleName("Files, and what became of them")
        self.table.setToolTip("A double click opens a file's project")
        self.table.setHorizontalHeaderLabels(_HEADS)
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.bar.setAccessibleName("Files done")
        self.bar.setToolTip("Files done of all files")
        self.words.setObjectName("batch_words")
        self.asked.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(self.asked)
        column.addLayout(_row(self.add_button, self.folder_button, self.remove_button, None))
        column.addWidget(self.table, 1)
        column.addLayout(_row(self.place_button, self.place))
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addLayout(_row(self.start_button, self.cancel_button, None, self.close_button))

    def _connect(self) -> None:
        for button, signal in (
            (self.add_button, self.add_files_requested), (self.folder_button, self.add_folder_requested),
            (self.place_button, self.folder_requested), (self.start_button, self.start_requested),
            (self.cancel_button, self.cancel_requested),
        ):  # fmt: skip
            button.clicked.connect(signal)
        self.close_button.clicked.connect(self.close)
        self.remove_button.clicked.connect(self._remove)
        self.table.cellDoubleClicked.connect(lambda row, _: self.open_requested.emit(row))

    def _remove(self) -> None:
        self.remove_requested.emit(sorted({index.row() for index in self.table.selectedIndexes()}))


def _row(*parts: QWidget | None) -> QHBoxLayout:
    row = QHBoxLayout()
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part, 1 if isinstance(part, ElidedLabel) else 0)
    row.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    return row
