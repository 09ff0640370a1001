"""What takes its time for a judgement: a button for each with what it will take, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from fluogan_app.gui.views.controls import CalmComboBox, QuietLabel, WholeNumberField, WordButton, row_of

#: Kinds of repeats, as they are named in the core, with their words.
KIND_WORDS = {"halves": "random halves of the frames", "seeds": "other random numbers"}
FEWEST, USUAL, MOST = 3, 8, 1000


class QualityCosts(QWidget):
    """Setters never emit."""

    halves_requested = Signal()
    repeats_requested = Signal(str, int)  # kind, how many in all
    variance_requested = Signal()
    cancel_requested = Signal()
    asked_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("quality_costs")
        self.halves = WordButton("Odd and even frames", "run", "quality_halves",
                                 "Reconstruct odd and even frames separately, without the critic, and compare them")
        self.repeat = WordButton("Repeat", "reset", "quality_repeat",
                                 "Make the run again so many times and tell which pixels vary")
        self.variance = WordButton("Variance of the frames", "stack", "quality_variance",
                                   "Read the frames once and compare their variance with the model's")
        self.cancel = WordButton("Cancel", "stop", "quality_cancel", "End this; repeats that are done are kept")
        self.kind = CalmComboBox()
        self.count = WholeNumberField("quality_count", "How many repeats in all", suffix=" ×")
        self.times = {name: QuietLabel(object_name=f"quality_time_{name}") for name in ("halves", "repeat", "variance")}
        self.words, self.progress = QuietLabel(object_name="quality_work"), QProgressBar()
        self._can: dict[str, str] = {}
        #: Stands where it is always in sight.
        self.work = QWidget()
        self._lay_out()
        self._connect()
        self.show_work("", None)

    @property
    def asked(self) -> tuple[str, int]:
        """The kind of repeats and how many."""
        return self.kind.currentData(), self.count.value()

    def set_costs(self, texts: Mapping[str, str], reasons: Mapping[str, str]) -> None:
        """What each will take, in words, by the name of its button; and why it cannot be had, where it cannot."""
        for name, label in self.times.items():
            reason = reasons.get(name, "")
            label.setText(reason or texts.get(name, ""))
            label.setToolTip(reason)
        self._can = dict(reasons)
        self._enable()

    def show_work(self, words: str, fraction: float | None) -> None:
        """Something goes on, so far; "" for nothing. A fraction of None is not known."""
        self.words.setText(words)
        busy = bool(words)
        self.work.setVisible(busy)
        self.progress.setRange(0, 0 if fraction is None else 100)
        self.progress.setValue(0 if fraction is None else round(100 * fraction))
        self._enable()

    def _enable(self) -> None:
        busy = bool(self.words.text())
        for name, button in (("halves", self.halves), ("repeat", self.repeat), ("variance", self.variance)):
            button.setEnabled(not busy and not self._can.get(name, "") and not self._can.get("all", ""))

    def _lay_out(self) -> None:
        self.kind.setObjectName("quality_kind")
        self.kind.setAccessibleName("What differs between the repeats")
        self.kind.setToolTip("What differs between the repeats: the frames that they see, or the random numbers")
        for name, words in KIND_WORDS.items():
            self.kind.addItem(words, name)
        self.count.setRange(FEWEST, MOST)
        self.count.setValue(USUAL)
        self.progress.setAccessibleName("Progress of what is computed for the judgement")
        self.progress.setMaximumWidth(110)
        self.work.setLayout(row_of((self.words, self.progress, self.cancel), (0, 0, 0, 0)))
        for label in self.times.values():
            label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        margins = (0, 0, 0, 0)
        for name, button in (("variance", self.variance), ("halves", self.halves)):
            column.addLayout(row_of((button, None), margins))
            column.addWidget(self.times[name])
        column.addLayout(row_of((self.repeat, self.count, None), margins))
        column.addWidget(self.kind)
        column.addWidget(self.times["repeat"])

    def _connect(self) -> None:
        self.halves.clicked.connect(self.halves_requested)
        self.variance.clicked.connect(self.variance_requested)
        self.cancel.clicked.connect(self.cancel_requested)
        self.repeat.clicked.connect(lambda: self.repeats_requested.emit(*self.asked))
        self.kind.activated.connect(lambda _: self.asked_changed.emit())
        self.count.valueChanged.connect(lambda _: self.asked_changed.emit())

    def set_asked(self, kind: str, count: int) -> None:
        """Choose kind and number of repeats."""
        blocked = [QSignalBlocker(self.kind), QSignalBlocker(self.count)]
        self.kind.setCurrentIndex(max(self.kind.findData(kind), 0))
        self.count.setValue(count)
        del blocked
