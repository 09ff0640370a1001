"""One estimate beside its field: value and error, how far to trust it, the evidence, and a button to use it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QWidget

from fluogan_app.core.estimate.result import Estimate, Finding, Missing
from fluogan_app.gui.style import PaletteWatcher, problem_colour, quiet_colour, set_colour, severity_colour, small_font
from fluogan_app.gui.views.controls import WrappedLabel, row_of
from fluogan_app.gui.views.evidence_plot import EvidencePlot
from fluogan_app.gui.views.popover import Popover

_WIDTH, _PLOT_HEIGHT = 420, 230
#: What each confidence is called, and the colour of findings that goes with it.
_CONFIDENCE = {
    "good": ("well known", "fine"), "fair": ("fairly known", "note"), "rough": ("roughly known", "warning"),
    "limit": ("an upper limit only", "warning"),
}  # fmt: skip


class EstimatePopover(Popover):
    """Setters never emit. `wanted` carries the estimate that the user takes."""

    wanted = Signal(object)
    again_wanted = Signal()
    all_wanted = Signal()
    cancelled = Signal()

    def __init__(self, label: str, parent: QWidget) -> None:
        super().__init__("estimate_popover", f"Estimate of {label}", parent)
        self._label = label
        self._estimate: Estimate | None = None
        self.title, self.confidence = QLabel(), QLabel()
        self.words, self.warning, self.note = WrappedLabel(), WrappedLabel(), WrappedLabel()
        self.progress, self.plot = QProgressBar(), EvidencePlot()
        self.use_button = _button("&Use it", "estimate_use", "Put this value into the form")
        self.again_button = _button("&Again", "estimate_again", "Estimate with the values as they stand now")
        self.all_button = _button("A&ll estimates…", "estimate_all", "All that the frames tell, beside each other")
        self.cancel_button = _button("&Cancel", "estimate_cancel", "Give it up")
        self._lay_out()
        PaletteWatcher(self).changed.connect(self._recolour)

    def show_progress(self, fraction: float | None) -> None:
        """It is being estimated; None is not known how far."""
        self._show(busy=True)
        self.progress.setRange(0, 0 if fraction is None else 100)
        self.progress.setValue(0 if fraction is None else round(100 * fraction))
        self.words.setText("Estimating from the frames…")

    def show_finding(self, finding: Finding, used: str, idle_words: str = "", stale: bool = False) -> None:
        """Show what was found in the part `used`. stale: values that it rests on have been changed since."""
        self._show(busy=False)
        estimate = self._estimate = finding if isinstance(finding, Estimate) else None
        self.words.setText(finding.reason if isinstance(finding, Missing) else estimate.how)
        self.title.setText(f"<b>{self._label}</b>" + (f"&ensp;{estimate.text}" if estimate else "&ensp;not told"))
        self.confidence.setVisible(estimate is not None)
        self.plot.setVisible(estimate is not None and estimate.evidence is not None)
        self.use_button.setVisible(estimate is not None and not estimate.upper_limit)
        sentences = (*(estimate.warnings if estimate else ()), *[idle_words] * bool(idle_words))
        self.warning.setText("\n".join(f"⚠ {sentence}" for sentence in sentences))
        self.warning.setVisible(bool(sentences))
        since = " Values that it rests on were changed since." if stale else ""
        self.note.setText(f"From {used}, with one standard deviation.{since}" if estimate else f"From {used}.")
        self.note.setVisible(bool(used))
        if estimate is not None:
            self.plot.show_evidence(estimate.evidence)
        self._recolour()

    def show_failure(self, sentence: str) -> None:
        """Say why nothing could be estimated."""
        self.show_finding(Missing("", self._label, sentence), "")
        set_colour(self.words, problem_colour(QApplication.palette()))

    def _show(self, busy: bool) -> None:
        for part in (self.progress, self.cancel_button):
            part.setVisible(busy)
        for part in (self.again_button, self.all_button):
            part.setVisible(not busy)
        if busy:
            self.title.setText(f"<b>{self._label}</b>")
            for part in (self.confidence, self.plot, self.warning, self.note, self.use_button):
                part.hide()

    def _recolour(self) -> None:
        palette = QApplication.palette()
        set_colour(self.warning, severity_colour("warning", palette))
        set_colour(self.note, quiet_colour(palette))
        set_colour(self.words, palette.windowText().color())
        if self._estimate is not None:
            words, severity = _CONFIDENCE[self._estimate.confidence]
            self.confidence.setText(f"● {words}")
            set_colour(self.confidence, severity_colour(severity, palette))

    def _lay_out(self) -> None:
        self.setFixedWidth(_WIDTH + 26)
        self.plot.setFixedHeight(_PLOT_HEIGHT)
        self.progress.setAccessibleName("Estimating")
        names = {"title": self.title, "confidence": self.confidence, "words": self.words, "warning": self.warning,
                 "note": self.note}  # fmt: skip
        for name, part in names.items():
            part.setObjectName(f"estimate_{name}")
        self.note.setFont(small_font(self.note))
        self.column.addLayout(row_of((self.title, None, self.confidence), (0, 0, 0, 0)))
        for part in (self.progress, self.plot, self.words, self.warning, self.note):
            self.column.addWidget(part)
        buttons = (self.use_button, None, self.again_button, self.all_button, self.cancel_button)
        self.column.addLayout(row_of(buttons, (0, 4, 0, 0)))
        self.use_button.clicked.connect(lambda: self.wanted.emit(self._estimate))
        for button, signal in ((self.again_button, self.again_wanted), (self.all_button, self.all_wanted),
                               (self.cancel_button, self.cancelled)):  # fmt: skip
            button.clicked.connect(signal)


def _button(text: str, name: str, tooltip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tooltip)
    button.setAutoDefault(False)
    return button
