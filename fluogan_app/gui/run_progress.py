"""Where the run that goes on stands, as far as the window knows, and how long it still takes."""

from __future__ import annotations

import math

from fluogan_app.core.jobs.events import Ended, Progress
from fluogan_app.core.jobs.time_left import TimeLeft, TimeRange
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.run import Run
from fluogan_app.gui.pace import Pace
from fluogan_app.gui.run_state import JobState, final_progress
from fluogan_app.gui.run_thread import RunThread


class RunProgress:
    """Hears a run from its preparation to its end, and learns from it for the next one."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._time_left = TimeLeft()
        self.newest: Progress | None = None
        self.phase = ""
        self.cancelling = False

    def begin(self, words: str) -> None:
        """A run is being prepared."""
        self.newest, self.phase, self.cancelling = None, words, False
        self._time_left = TimeLeft()

    def started(self, record: RunRecord) -> None:
        """It has its folder; runs of its kind before it say how fast its phases will be."""
        self._time_left = TimeLeft(self._pace.phases(record, record.params, record.roi))

    def note(self, progress: Progress) -> bool:
        """A report came. Whether a new phase has begun."""
        begins = progress.phase != self.phase
        self.phase, self.newest = progress.phase, progress
        self._time_left.note(progress)
        return begins

    def ended(self, run: Run, ended: Ended) -> None:
        """It has ended."""
        self._pace.learn(run.record, self._time_left.phases)
        self.newest = final_progress(run, ended)

    @property
    def left(self) -> TimeRange | None:
        """What is left, where that can be told; without another end where only the least is known."""
        left, least_s = self._time_left.left(), self._time_left.at_least_s()
        return TimeRange(least_s, math.inf) if left is None and least_s is not None else left

    def state(self, thread: RunThread | None) -> JobState:
        """As the panel shows it."""
        running = thread is not None
        return JobState(
            running=running,
            paused=running and thread.control.paused,
            cancelling=self.cancelling,
            phase=self.phase,
            progress=self.newest,
            left=self.left if running else None,
        )
