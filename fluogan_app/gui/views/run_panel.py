"""Run, pause, cancel, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from fluogan_app.core.units import seconds_text
from fluogan_app.gui.views.controls import QuietLabel, WordButton, number_text

_RUN_TIP = "Reconstruct the region with these parameters"


@dataclass(frozen=True)
class RunPanelState:
    """What the panel shows. `why_not` says what is missing while nothing can be run; steps count from 0."""

    can_run: bool = False
    why_not: str = ""
    running: bool = False
    paused: bool = False
    cancelling: bool = False
    step: int = 0
    total_steps: int = 0
    phase: str = ""
    steps_per_second: float | None = None
    seconds_left: float | None = None
    seconds: float | None = None
    device_text: str = ""
    message: str = ""


def progress_words(state: RunPanelState) -> str:
    """Phase, rate and time of a running job on one line."""
    parts = [state.phase] if state.phase else []
    if state.cancelling:
        parts = ["Cancelling…"]
    elif state.paused:
        parts.append("paused")
    elif state.running and state.steps_per_second:
        parts.append(f"{state.steps_per_second:.3g} steps/s")
        if state.seconds_left is not None:
            parts.append(f"{seconds_text(state.seconds_left)} left")
    if state.seconds:
        spent = seconds_text(state.seconds)
        parts.append(f"{spent} so far" if state.running else f"took {spent}")
    return " · ".join(parts)


class RunPanel(QWidget):
    """The one Run button, pause and cancel, progress, rate, time left and device."""

    run_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_panel")
        self._state = RunPanelState()
        self.run_button = WordButton("&Run", "play", "run", _RUN_TIP, primary=True)
        self.pause_button = WordButton("&Pause", "pause", "pause", "Wait after the current step, with the state saved")
        self.cancel_button = WordButton("&Cancel", "stop", "cancel", "End the run and keep what there is")
        self.bar = QProgressBar()
        self.words = QuietLabel(object_name="run_words")
        self.device = QuietLabel(object_name="run_device")
        self.message = QLabel()
        self._lay_out()
        self._connect()
        self.set_state(self._state)

    @property
    def state(self) -> RunPanelState:
        """What is shown."""
        return self._state

    def set_state(self, state: RunPanelState) -> None:
        """Show a state."""
        self._state = state
        self.run_button.setEnabled(state.can_run and not state.running)
        self.pause_button.setEnabled(state.running and not state.cancelling)
        self.cancel_button.setEnabled(state.running and not state.cancelling)
        self._show_pause()
        self.cancel_button.set_words("Cancelling…" if state.cancelling else "&Cancel", "stop")
        self._show_progress()
        self.words.setText(progress_words(state))
        self.device.setText(state.device_text)
        reason = "" if state.can_run or state.running else state.why_not
        self.message.setText(state.message or reason)
        self.run_button.setToolTip(reason or _RUN_TIP)
        for label in (self.words, self.message, self.device):
            label.setVisible(bool(label.text()))

    def _show_pause(self) -> None:
        self.pause_button.set_words(*(("&Resume", "play") if self._state.paused else ("&Pause", "pause")))

    def _show_progress(self) -> None:
        state = self._state
        self.bar.setRange(0, max(state.total_steps, 1))
        self.bar.setValue(min(state.step, max(state.total_steps, 1)))
        words = f"step {number_text(state.step)} of {number_text(state.total_steps)}"
        self.bar.setFormat(words if state.total_steps else "")

    def _lay_out(self) -> None:
        self.bar.setObjectName("run_progress")
        self.bar.setAccessibleName("Progress")
        self.bar.setToolTip("Steps done of all steps")
        self.message.setObjectName("run_message")
        for label in (self.message, self.words, self.device):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.run_button, 2)
        buttons.addWidget(self.pause_button, 1)
        buttons.addWidget(self.cancel_button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addLayout(buttons)
        column.addWidget(self.bar)
        for label in (self.words, self.message, self.device):
            column.addWidget(label)
        column.addStretch(1)

    def _connect(self) -> None:
        self.run_button.clicked.connect(self.run_requested)
        self.pause_button.clicked.connect(self._pause_clicked)
        self.cancel_button.clicked.connect(self.cancel_requested)

    def _pause_clicked(self) -> None:
        (self.resume_requested if self._state.paused else self.pause_requested).emit()
