"""What the frames tell of their recording: values with uncertainty, their evidence, and a button to use each."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QLabel, QProgressBar
from PySide6.QtWidgets import QPushButton, QRadioButton, QVBoxLayout, QWidget

from fluogan_app.core.estimate.result import Estimate, Finding, Missing
from fluogan_app.gui.style import problem_colour, set_colour
from fluogan_app.gui.views.evidence_plot import EvidencePlot


class EstimatesDialog(QDialog):
    """Stays beside the window. `wanted(Estimate)` says that the user takes a value."""

    wanted = Signal(object)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("estimates_dialog")
        self.setWindowTitle(f"Estimates from {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(920, 520)
        self.words = QLabel("Reading the frames and estimating…")
        self.words.setObjectName("estimates_words")
        self.words.setWordWrap(True)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setAccessibleName("Estimating")
        self.explanation = QLabel()
        self.explanation.setObjectName("estimate_explanation")
        self.explanation.setWordWrap(True)
        self.warning = QLabel()
        self.warning.setWordWrap(True)
        self.plot = EvidencePlot()
        self._group = QButtonGroup(self)
        self._rows = QGridLayout()
        self.use_buttons: dict[str, QPushButton] = {}
        self._choices: dict[str, QRadioButton] = {}
        self._estimates: dict[str, Estimate] = {}
        self._idle: dict[str, str] = {}
        self._lay_out()

    def show_findings(self, findings: Sequence[Finding], usable: Container[str], used: str) -> None:
        """Show what was found; only values in `usable` have a place in the form."""
        self.busy.hide()
        self.words.setText(f"From {used}. Each value with one standard deviation.")
        estimates = [finding for finding in findings if isinstance(finding, Estimate)]
        for row, estimate in enumerate(estimates):
            self._add_estimate(row, estimate, estimate.name in usable)
        absent = [finding for finding in findings if isinstance(finding, Missing)]
        for row, missing in enumerate(absent, len(estimates)):
            label = QLabel(f"{missing.label}: {missing.reason}")
            label.setWordWrap(True)
            self._rows.addWidget(label, row, 0, 1, 3)
        if estimates:
            self._group.buttons()[0].setChecked(True)

    def show_failure(self, sentence: str) -> None:
        """Say why nothing could be estimated."""
        self.busy.hide()
        self.words.setText(sentence)
        set_colour(self.words, problem_colour(self.palette()))

    def show_used(self, name: str, idle_words: str = "") -> None:
        """A value was taken into the form. `idle_words` say why it changes nothing there, as the others stand."""
        button = self.use_buttons[name]
        button.setText("In form" if idle_words else "In use")
        button.setEnabled(False)
        self._idle[name] = idle_words
        if self._group.checkedButton() is self._choices[name]:
            self._warn(self._estimates[name])
        elif idle_words:
            self._choices[name].setChecked(True)

    def _add_estimate(self, row: int, estimate: Estimate, usable: bool) -> None:
        choice = QRadioButton(estimate.label)
        choice.setObjectName(f"estimate_{estimate.name}")
        choice.toggled.connect(lambda on, estimate=estimate: on and self._explain(estimate))
        self._group.addButton(choice)
        self._choices[estimate.name], self._estimates[estimate.name] = choice, estimate
        use = QPushButton("Use")
        use.setObjectName(f"use_{estimate.name}")
        use.setAccessibleName(f"Use {estimate.label}")
        use.setAutoDefault(False)
        use.clicked.connect(partial(self.wanted.emit, estimate))
        self.use_buttons[estimate.name] = use
        for column, part in enumerate((choice, QLabel(estimate.text), use)):
            self._rows.addWidget(part, row, column)
        # Once it has its place: before, it would be shown as a window of its own. A limit is no value: the true one may
        # lie far below it, and a width taken too large invents spots.
        use.setVisible(usable and not estimate.upper_limit)

    def _explain(self, estimate: Estimate) -> None:
        self.explanation.setText(estimate.how)
        self._warn(estimate)
        self.plot.show_evidence(estimate.evidence)

    def _warn(self, estimate: Estimate) -> None:
        idle = self._idle.get(estimate.name, "")
        self.warning.setText(" ".join(f"⚠ {sentence}" for sentence in (*estimate.warnings, *[idle] * bool(idle))))
        set_colour(self.warning, problem_colour(self.palette()))

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        for part in (self.words, self.busy):
            left.addWidget(part)
        left.addLayout(self._rows)
        self._rows.setColumnStretch(1, 1)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.plot, 1)
        right.addWidget(self.explanation)
        right.addWidget(self.warning)
        both = QHBoxLayout()
        both.addLayout(left, 5)
        both.addSpacing(12)
        both.addLayout(right, 6)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        whole = QVBoxLayout(self)
        whole.addLayout(both, 1)
        whole.addWidget(buttons)
