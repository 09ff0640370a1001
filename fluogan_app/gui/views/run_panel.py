"""Run, queue, pause, cancel, how far it is, and what it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from fluogan_app.core.units import seconds_text
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.controls import QuietLabel, WordButton, number_text
from fluogan_app.gui.views.ways_row import WaysRow

_RUN_TIP = "Reconstruct the region with these parameters"
_QUEUE_TIP = "Run with these parameters, as they stand now, after the runs before it"
#: Where the ends of what is left differ by less, one number says it.
_ONE_NUMBER = 1.5


@dataclass(frozen=True)
class RunPanelState:
    """What the panel shows. `why_not` says what is missing while nothing can be run; steps count from 0.

    seconds_left_most: the other end of what is left, where it is not known better; without end where no more than the
    least is known. queue: what waits, in words.
    can_go: it waits to be asked. device_text: where it computes and what it takes. device_tip: why there. ways: what
    would make it fit.
    """

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
    can_queue: bool = False
    seconds_left_most: float | None = None
    queue: str = ""
    can_go: bool = False
    device_tip: str = ""
    ways: tuple[str, ...] = ()


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
            parts.append(f"{left_words(state.seconds_left, state.seconds_left_most)} left")
    if state.seconds:
        spent = seconds_text(state.seconds)
        parts.append(f"{spent} so far" if state.running else f"took {spent}")
    return " · ".join(parts)


def left_words(least_s: float, most_s: float | None = None) -> str:
    """A time, or a range where its ends lie apart: "1 min 17 s", "2 to 5 min", "at least 40 s"."""
    if most_s == math.inf:
        return f"at least {seconds_text(least_s)}"
    if most_s is None or most_s <= _ONE_NUMBER * max(least_s, 1.0):
        return seconds_text(least_s if most_s is None else 0.5 * (least_s + most_s))
    for unit, size in (("h", 3600), ("min", 60)):
        if most_s >= 2 * size:
            low, high = round(least_s / size), round(most_s / size)
            return f"{low} to {high} {unit}" if low else f"up to {high} {unit}"
    return f"{round(least_s)} to {round(most_s)} s"


class RunPanel(QWidget):
    """The one Run button, the queue, pause and cancel, progress, rate, time left, device and memory."""

    run_requested = Signal()
    queue_requested = Signal()
    queue_go_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()
    device_menu_requested = Signal()
    way_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_panel")
        self._state = RunPanelState()
        self.run_button = WordButton("&Run", "play", "run", _RUN_TIP, primary=True)
        self.queue_button = IconButton("queue", "queue_add", "Add to queue", "Add to queue: " + _QUEUE_TIP.lower())
        self.pause_button = WordButton("&Pause", "pause", "pause", "Wait after the current step, with the state saved")
        self.cancel_button = WordButton("&Cancel", "stop", "cancel", "End the run and keep what there is")
        self.bar = QProgressBar()
        self.words = QuietLabel(object_name="run_words")
        self.queue = QuietLabel(object_name="run_queue")
        self.go_button = IconButton("play", "run_queue_go", "Run the queue", "Run what waits, one after another")
        self.device = QuietLabel(object_name="run_device")
        self.device_button = IconButton("device", "run_device_choose", "Choose where to compute")
        self.message = QLabel()
        self.ways = WaysRow()
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
        reason = "" if state.can_run or state.running else state.why_not
        self._show_buttons(reason)
        self._show_progress()
        self.words.setText(progress_words(state))
        self.queue.setText(state.queue)
        self.go_button.setVisible(state.can_go)
        self.device.setText(state.device_text)
        self.device.setToolTip(state.device_tip)
        self.device_button.setVisible(bool(state.device_text) and not state.running)
        self.message.setText(state.message or reason)
        self.ways.set_ways(state.ways)
        for label in (self.words, self.queue, self.message, self.device):
            label.setVisible(bool(label.text()))

    def _show_buttons(self, reason: str) -> None:
        state = self._state
        queues = state.running and state.can_queue
        self.run_button.setEnabled(queues or (state.can_run and not state.running))
        self.run_button.set_words(*(("&Queue", "queue") if queues else ("&Run", "play")))
        self.run_button.setToolTip(reason or (_QUEUE_TIP if queues else _RUN_TIP))
        self.queue_button.setVisible(not state.running)
        self.queue_button.setEnabled(state.can_run)
        self.pause_button.setEnabled(state.running and not state.cancelling)
        self.pause_button.set_words(*(("&Resume", "play") if state.paused else ("&Pause", "pause")))
        self.cancel_button.setEnabled(state.running and not state.cancelling)
        self.cancel_button.set_words("Cancelling…" if state.cancelling else "&Cancel", "stop")

    def _show_progress(self) -> None:
        state = self._state
        self.bar.setRange(0, max(state.total_steps, 1))
        self.bar.setValue(min(state.step, max(state.total_steps, 1)))
        words = f"step {number_text(state.step)} of {number_text(state.total_steps)}"
        # Before a run goes on there is no progress: "step 0" beside the image of an earlier run would be taken for its.
        self.bar.setFormat(words if state.total_steps and (state.running or state.step) else "")

    def _lay_out(self) -> None:
        self.bar.setObjectName("run_progress")
        self.bar.setAccessibleName("Progress")
        self.bar.setToolTip("Steps done of all steps")
        self.message.setObjectName("run_message")
        for label in (self.message, self.words, self.queue, self.device):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button, share in (
            (self.run_button, 2), (self.queue_button, 0), (self.pause_button, 1), (self.cancel_button, 1),
        ):  # fmt: skip
            buttons.addWidget(button, share)
        queue, device = QHBoxLayout(), QHBoxLayout()
        for row, label, button in (
            (queue, self.queue, self.go_button), (device, self.device, self.device_button),
        ):  # fmt: skip
            row.addWidget(label, 1)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addLayout(buttons)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addLayout(queue)
        column.addWidget(self.message)
        column.addWidget(self.ways)
        column.addLayout(device)
        column.addStretch(1)

    def _connect(self) -> None:
        self.run_button.clicked.connect(self._run_clicked)
        self.queue_button.clicked.connect(self.queue_requested)
        self.go_button.clicked.connect(self.queue_go_requested)
        self.pause_button.clicked.connect(self._pause_clicked)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.device_button.clicked.connect(self.device_menu_requested)
        self.ways.chosen.connect(self.way_chosen)

    def _run_clicked(self) -> None:
        (self.queue_requested if self._state.running else self.run_requested).emit()

    def _pause_clicked(self) -> None:
        (self.resume_requested if self._state.paused else self.pause_requested).emit()
