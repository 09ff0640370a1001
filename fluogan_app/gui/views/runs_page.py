"""The runs of a project side by side: the table, notes on one run, and what differs between two."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit, QPushButton, QSplitter, QStackedWidget, QVBoxLayout
from PySide6.QtWidgets import QWidget

from fluogan_app.core.project.differences import Difference
from fluogan_app.core.project.runs_table import RunsTable
from fluogan_app.gui.views.controls import QuietLabel, WordButton, row_of
from fluogan_app.gui.views.measure_table import MeasureRow, MeasureTable
from fluogan_app.gui.views.runs_list import RunsList

#: How the page's width is shared between table and notes; while nothing is typed for so long, notes are kept.
_SHARES, _REST_MS = (660, 200), 800


class NoteField(QPlainTextEdit):
    """Free text; `left` says that it was typed to the end: the field was left, or the hands rest."""

    left = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("runs_note")
        self.setAccessibleName("Notes on the marked run")
        self.setToolTip("Free text, kept beside the run")
        self.setTabChangesFocus(True)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._tell)
        self.textChanged.connect(self._rest.start)

    def set_text(self, text: str) -> None:
        """Show a text; what was typed before is told first."""
        self.settle()
        if text != self.toPlainText():
            blocked = QSignalBlocker(self)
            self.setPlainText(text)
            del blocked

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was typed is told now."""
        super().focusOutEvent(event)
        self.settle()

    def settle(self) -> None:
        """What was typed and is not told yet is told now."""
        if self._rest.isActive():
            self._tell()

    def _tell(self) -> None:
        self._rest.stop()
        self.left.emit(self.toPlainText())


class RunsPage(QWidget):
    """Setters never emit."""

    note_left = Signal(int, str)
    hidden_changed = Signal()
    compare_requested = Signal()
    judge_requested = Signal()
    delete_requested = Signal()
    csv_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs_page")
        self.list, self.filter = RunsList(), QLineEdit()
        self.columns_button, self.columns_menu = QPushButton("Columns"), QMenu(self)
        self.compare_button = WordButton("Compare", "link", "runs_compare", "Show the marked runs beside each other")
        self.judge_button = WordButton("Judge all", "done", "runs_judge", "Judge the runs that are not judged yet")
        self.csv_button = WordButton("Save table…", "export", "runs_csv", "Write the table as CSV")
        self.delete_button = WordButton("Delete…", "clear", "runs_delete", "Delete the marked runs")
        self.words, self.side = QuietLabel(object_name="runs_words"), QStackedWidget()
        self.note, self.note_head = NoteField(), QuietLabel(object_name="runs_note_head")
        self.differences = MeasureTable("runs_differences", "What differs between the two marked runs", ("", "", ""))
        self.difference_head = QuietLabel(object_name="runs_difference_head")
        self._noted: int | None = None
        self._hidden: set[str] = set()
        self._table = RunsTable((), {}, {})
        self._lay_out()
        self._connect()

    # Setters

    def set_table(self, table: RunsTable) -> None:
        """Show these runs."""
        self._table = table
        self.list.set_table(table, tuple(self._hidden))
        self._fill_menu()
        self.csv_button.setEnabled(bool(table.rows))
        self.words.setText("" if table.rows else "There is no run yet.")

    def set_hidden(self, names: Sequence[str]) -> None:
        """Leave these columns out of sight."""
        self._hidden = set(names)
        self.list.set_hidden(tuple(names))
        self._fill_menu()

    @property
    def hidden(self) -> tuple[str, ...]:
        """Columns that are out of sight."""
        return tuple(sorted(self._hidden))

    def show_note(self, number: int | None, text: str) -> None:
        """The notes of one run; None for no run."""
        self.note.set_text(text)
        self._noted = number
        self.note_head.setText("Mark a run to write notes on it." if number is None else f"Notes on run {number}")
        self.note.setEnabled(number is not None)
        self.side.setCurrentIndex(0)

    def show_differences(self, first: int, second: int, found: Sequence[Difference]) -> None:
        """What differs between two runs, the first one's values left."""
        self.note.set_text("")
        self._noted = None
        self.differences.setHorizontalHeaderLabels(["", f"run {first}", f"run {second}"])
        self.differences.set_rows([MeasureRow((one.label, one.before_text, one.after_text), one.text) for one in found])
        many = f"{len(found)} settings differ" if len(found) != 1 else "1 setting differs"
        self.difference_head.setText(f"Runs {first} and {second}: {many if found else 'all settings are the same'}")
        self.differences.setVisible(bool(found))
        self.side.setCurrentIndex(1)

    def set_can(self, compare: bool, delete: bool, judge: bool, words: str = "") -> None:
        """Which buttons can be used; words that say what goes on."""
        self.compare_button.setEnabled(compare)
        self.delete_button.setEnabled(delete)
        self.judge_button.setEnabled(judge)
        self.words.setText(words or ("" if self._table.rows else "There is no run yet."))

    # Inside

    def _fill_menu(self) -> None:
        self.columns_menu.clear()
        for column in self._table.columns[1:]:
            action = self.columns_menu.addAction(column.head)
            action.setCheckable(True)
            action.setChecked(column.name not in self._hidden)
            action.toggled.connect(lambda on, name=column.name: self._toggle(name, on))

    def _toggle(self, name: str, on: bool) -> None:
        self._hidden = self._hidden - {name} if on else self._hidden | {name}
        self.list.set_hidden(tuple(self._hidden))
        self.hidden_changed.emit()

    def _make_side(self) -> None:
        for head, part in ((self.note_head, self.note), (self.difference_head, self.differences)):
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(4, 0, 4, 4)
            column.setSpacing(2)
            column.addWidget(head)
            column.addWidget(part, 1 if part is self.note else 0)
            if part is not self.note:
                head.setWordWrap(True)
                column.addStretch(1)
            self.side.addWidget(page)

    def _lay_out(self) -> None:
        self.filter.setObjectName("runs_filter")
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Show the runs alone that hold these words")
        self.filter.setToolTip("Show the runs alone that hold these words")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(150)
        self.columns_button.setObjectName("runs_columns")
        self.columns_button.setAccessibleName("Choose columns")
        self.columns_button.setToolTip("Choose which columns are in sight")
        self.columns_button.setMenu(self.columns_menu)
        self._make_side()
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.list)
        parts.addWidget(self.side)
        parts.setSizes(_SHARES)
        parts.setStretchFactor(0, 1)
        buttons = (self.compare_button, self.judge_button, self.csv_button, self.delete_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        column.addLayout(row_of((self.filter, self.columns_button, self.words, None, *buttons)))
        column.addWidget(parts, 1)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self.list.set_filter)
        self.note.left.connect(self._note_left)
        self.compare_button.clicked.connect(self.compare_requested)
        self.judge_button.clicked.connect(self.judge_requested)
        self.csv_button.clicked.connect(self.csv_requested)
        self.delete_button.clicked.connect(self.delete_requested)
        self.list.delete_requested.connect(self.delete_requested)

    def _note_left(self, text: str) -> None:
        if self._noted is not None:
            self.note_left.emit(self._noted, text)
