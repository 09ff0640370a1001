"""Which methods are to be run on the same region and frames, each with which values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.controls import CalmComboBox, QuietLabel, WordButton, WrappedLabel, row_of

_SUMMARY_COLUMNS, _WAYS_WIDTH = 3, 190


@dataclass(frozen=True)
class MethodRow:
    """One method. ways: the values that it may have, in words by key. words: its time, or that it is there already."""

    name: str
    title: str
    summary: str
    citation: str
    ways: Mapping[str, str] = field(default_factory=dict)
    way: str = "default"
    words: str = ""


class MethodLine(QWidget):
    """One method with a tick, its values, its time, and what it is."""

    toggled = Signal(bool)
    way_chosen = Signal(str)

    def __init__(self, row: MethodRow) -> None:
        super().__init__()
        self.tick = QCheckBox(row.title)
        self.tick.setObjectName(f"compare_{row.name}")
        self.tick.setToolTip(f"{row.summary}\n{row.citation}")
        self.ways, self.words = CalmComboBox(), QuietLabel(object_name=f"compare_{row.name}_words")
        self.ways.setObjectName(f"compare_{row.name}_values")
        self.ways.setAccessibleName(f"Values for {row.title}")
        self.ways.setToolTip("Its own defaults, one of its presets, or what was set for it in the form")
        self.ways.setFixedWidth(_WAYS_WIDTH)
        summary = WrappedLabel(row.summary)
        summary.setFont(small_font(summary))
        grid = QGridLayout(self)
        grid.setContentsMargins(2, 2, 8, 4)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.tick, 0, 0)
        grid.addWidget(self.words, 0, 1)
        grid.addWidget(self.ways, 0, 2)
        grid.addWidget(summary, 1, 0, 1, _SUMMARY_COLUMNS)
        self.tick.clicked.connect(self.toggled)
        self.ways.activated.connect(lambda _: self.way_chosen.emit(self.ways.currentData()))

    def show_row(self, row: MethodRow, ticked: bool) -> None:
        """Show its state."""
        self.words.setText(row.words)
        for part, show in ((self.tick, lambda: self.tick.setChecked(ticked)),
                           (self.ways, lambda: self._show_ways(row))):  # fmt: skip
            blocked = QSignalBlocker(part)
            show()
            del blocked

    def _show_ways(self, row: MethodRow) -> None:
        """The form beside the dialog may have come to values of its own meanwhile."""
        if [self.ways.itemData(index) for index in range(self.ways.count())] != list(row.ways):
            self.ways.clear()
            for key, words in row.ways.items():
                self.ways.addItem(words, key)
        self.ways.setCurrentIndex(self.ways.findData(row.way))


class CompareMethodsDialog(QDialog):
    """Setters never emit. Nothing waits for it: it stays beside the window until it is answered."""

    ticked = Signal(str, bool)
    way_chosen = Signal(str, str)
    again_toggled = Signal(bool)
    start_requested = Signal()

    def __init__(self, rows: Sequence[MethodRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_methods_dialog")
        self.setWindowTitle("Compare methods")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.lines = {row.name: MethodLine(row) for row in rows}
        self.asked, self.message = WrappedLabel(), WrappedLabel()
        self.again = QCheckBox("&Run again what there is already")
        self.again.setObjectName("compare_again")
        self.again.setToolTip("A finished run of the same method with the same values is shown as it is otherwise")
        self.all = WordButton("&All", "done", "compare_all", "Tick every method")
        self.none = WordButton("&None", "clear", "compare_none", "Tick no method")
        self.start = WordButton(
            "&Compare", "play", "compare_start", "Run what is missing, one after another, and show all side by side",
            primary=True,
        )  # fmt: skip
        self.close_button = WordButton("C&lose", "clear", "compare_leave", "Close without running anything")
        self._lay_out()
        self._connect()
        self.resize(720, 600)

    def show_rows(self, rows: Sequence[MethodRow], ticked: Sequence[str]) -> None:
        """Show how each method stands."""
        for row in rows:
            self.lines[row.name].show_row(row, row.name in ticked)

    def set_asked(self, words: str) -> None:
        """What all of them are asked alike."""
        self.asked.setText(words)

    def set_start(self, can: bool, words: str, wrong: bool = False) -> None:
        """Whether it can begin, and what would."""
        self.start.setEnabled(can)
        self.message.setText(f"⚠ {words}" if wrong else words)

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for line in self.lines.values():
            column.addWidget(line)
        column.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName("Methods")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.StyledPanel)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.asked.setObjectName("compare_asked")
        self.message.setObjectName("compare_message")
        whole = QVBoxLayout(self)
        whole.addWidget(self.asked)
        whole.addWidget(area, 1)
        whole.addLayout(row_of((self.all, self.none, self.again, None), (0, 0, 0, 0)))
        whole.addWidget(self.message)
        whole.addLayout(row_of((None, self.start, self.close_button), (0, 0, 0, 0)))

    def _connect(self) -> None:
        for name, line in self.lines.items():
            line.toggled.connect(lambda on, name=name: self.ticked.emit(name, on))
            line.way_chosen.connect(lambda way, name=name: self.way_chosen.emit(name, way))
        self.again.clicked.connect(self.again_toggled)
        self.all.clicked.connect(lambda: self._tick_all(True))
        self.none.clicked.connect(lambda: self._tick_all(False))
        self.start.clicked.connect(self.start_requested)
        self.close_button.clicked.connect(self.close)

    def _tick_all(self, on: bool) -> None:
        for name in self.lines:
            self.ticked.emit(name, on)
