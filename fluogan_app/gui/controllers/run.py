"""Starting, watching, pausing, ending and resuming runs. One run at a time, on its own thread."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.jobs.events import Progress
from fluogan_app.core.jobs.time_left import TimeRange
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.watching import watched_in_window
from fluogan_app.core.project.workflow import RunRequest, resume_run, start_run
from fluogan_app.gui.asked import run_request
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.run_ends import RunEnds
from fluogan_app.gui.dialogs.steps_dialog import StepsDialog
from fluogan_app.gui.pace import Pace
from fluogan_app.gui.run_progress import RunProgress
from fluogan_app.gui.run_state import PanelNotes, only_for_reading, panel_state
from fluogan_app.gui.run_thread import RunThread, Work
from fluogan_app.gui.views.run_panel import RunPanel

log = logging.getLogger(__name__)

#: How often the mailbox is looked into.
_LOOK_MS = 50
#: How long leaving waits for a cancelled run; a step takes far less.
_PATIENCE_MS = 20_000


class RunController(QObject):
    """Joins the run panel, the session and the run's thread. `progressed` and `previewed` carry the newest only.

    `freed` says that another run may begin, and why the one before could not, "" where it began; `left` that the run
    was ended because the user leaves.
    """

    started = Signal()
    progressed = Signal(object)
    previewed = Signal(object)
    seen = Signal(object)  # what a watcher saw
    ended = Signal(object)
    field_wanted = Signal(str)
    save_wanted = Signal()
    export_wanted = Signal()
    queue_wanted = Signal()
    unwritten = Signal(object, object)  # a run and its end, which is not on disk
    freed = Signal(str)
    left = Signal()
    warmed_up = Signal()

    def __init__(self, context: Context, panel: RunPanel) -> None:
        super().__init__(context.window)
        self._context, self._panel = context, panel
        self._thread: RunThread | None = None
        self._project: Project | None = None
        self._progress = RunProgress(Pace(context.settings))
        self._unattended, self._notes = False, PanelNotes()
        self._ends = RunEnds(context, self)
        self._when_ended: list[Callable[[], None]] = []
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        session = context.session
        for signal in (session.project_changed, session.stack_changed, session.problems_changed, session.job_changed):
            signal.connect(self.refresh)
        session.document_changed.connect(lambda _: self.refresh())
        panel.run_requested.connect(self.start)
        panel.queue_requested.connect(self.queue_wanted)
        panel.pause_requested.connect(self.pause)
        panel.resume_requested.connect(self.go_on)
        panel.cancel_requested.connect(self.cancel)
        self.refresh()

    # What the user asks for

    def start(self) -> None:
        """Run with the values as they stand, or say why that cannot be and go to the field."""
        session = self._context.session
        if self._thread is not None or session.project is None:
            return
        request = self.request()
        if request is not None:
            self.start_request(request)

    def request(self) -> RunRequest | None:
        """What a run with the values as they stand would be asked; None where it cannot be, which the user is told."""
        session = self._context.session
        if reading := only_for_reading(session):
            self._context.say(reading)
            return None
        if session.stack is None:
            self._context.say("The raw stack is needed for a run. Locate it first (File › Locate raw data).")
            return None
        for name, sentence in session.problems.items():
            self._context.say(sentence)
            self.field_wanted.emit(name)
            return None
        return run_request(session)

    def start_request(self, request: RunRequest, unattended: bool = False) -> None:
        """Run what was asked, on the stack that is open. unattended: whoever asked may not be there any more."""
        session = self._context.session
        if self._thread is None and session.project is not None and session.stack is not None:
            work = partial(_ran, session.project, session.stack, request)
            self._begin(work, "Preparing the run…", unattended)

    def resume(self) -> None:
        """Go on with the shown run from its last state."""
        session = self._context.session
        if session.shown_run is not None and self._thread is None and session.project is not None:
            self._resume(session.shown_run.number, None)

    def ask_more_steps(self) -> None:
        """Ask how many steps more the shown run is to get, then go on with it."""
        run = self._context.session.shown_run
        if run is not None and self._thread is None:
            chosen = partial(self._resume, run.number)
            StepsDialog(f"Run {run.number}", run.record.steps, chosen, self._context.window).open()

    def pause(self) -> None:
        """Wait after the current step."""
        if self._thread is not None:
            self._thread.control.pause()
            self.refresh()

    def go_on(self) -> None:
        """Let a paused run go on."""
        if self._thread is not None:
            self._thread.control.resume()
            self.refresh()

    def toggle_pause(self) -> None:
        """Pause, or go on."""
        if self._thread is not None:
            self.go_on() if self._thread.control.paused else self.pause()

    def cancel(self, then: Callable[[], None] | None = None) -> None:
        """End the run within a step; its last state is kept. `then` is called when it has ended, or does not answer."""
        if self._thread is None:
            (then or _nothing)()
            return
        self._progress.cancelling = True
        self._thread.control.cancel()
        if then is not None:
            self.left.emit()
            self._when_ended.append(then)
            QTimer.singleShot(_PATIENCE_MS, self, lambda: self._stop_waiting(then))
        self.refresh()

    def warm_up(self) -> None:
        """Load the computing library ahead of the first run, in the background."""
        if "torch" not in sys.modules and self._thread is None:
            self._context.workbench.do(_load_torch, lambda _: self.warmed_up.emit(), log.warning)
        elif "torch" in sys.modules:
            self.warmed_up.emit()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread for a bounded time; whether there is none any more."""
        return self._thread is None or self._thread.wait(int(seconds * 1000))

    # The thread

    def _resume(self, number: int, total_steps: int | None) -> None:
        session = self._context.session
        if session.project is None or self._thread is not None:
            return
        if reading := only_for_reading(session):
            self._context.say(reading)
            return
        work = partial(_resumed, session.project, number, total_steps, session.stack)
        self._begin(work, f"Preparing to go on with run {number}…")

    def _begin(self, work: Work, words: str, unattended: bool = False) -> None:
        self._context.notices.clear("run")
        self._progress.begin(words)
        self._unattended = unattended
        self._project = self._context.session.project
        self._thread = RunThread(work, self._project.runs, self)
        self._thread.finished.connect(self._finished)
        self._context.session.set_job(True)
        self._context.say(words)
        self._thread.start()
        self._timer.start()
        self.refresh()

    def _look(self) -> None:
        if self._thread is None:
            return
        run, progress, preview = self._thread.mailbox.take()
        if self._context.session.project is not self._project:
            return
        if run is not None:
            self._started(run)
        if progress is not None:
            self._show_progress(progress)
        if preview is not None:
            self.previewed.emit(preview)
        for insight in self._thread.mailbox.take_insights():
            self.seen.emit(insight)

    def _started(self, run: Run) -> None:
        session = self._context.session
        session.note_saved(session.project.document)
        session.set_job(True, run.number)
        self._take_runs()
        session.show_run(run.number)
        self._progress.started(run.record)
        self.started.emit()
        self._context.say(f"Run {run.number} started on {run.record.device_title}. {run.record.device_reason}")

    def _show_progress(self, progress: Progress) -> None:
        if self._progress.note(progress):
            self._context.say(f"Step {progress.step}: {progress.phase}")
        self.progressed.emit(progress)
        self.refresh()

    def _take_runs(self) -> None:
        if self._thread.runs is not None and self._context.session.project is self._project:
            self._context.session.refresh_runs(self._thread.runs)

    def _finished(self) -> None:
        thread = self._thread
        if thread is None:
            return
        self._look()
        self._timer.stop()
        self._take_runs()
        self._thread = None
        thread.deleteLater()
        if thread.ended is not None:
            self._progress.ended(thread.run_made, thread.ended)
        self._context.session.set_job(False)
        if self._context.session.project is not self._project:
            log.warning("a run ended after its project was left")
        elif thread.ended is not None:
            self._tell_end(thread)
        elif thread.error is not None:
            self._ends.tell_refusal(thread.error, self._unattended)
        self._progress.cancelling = False
        self.refresh()
        self._tell_waiting()
        self.freed.emit("" if thread.ended is not None else _why_not(thread.error))

    def _tell_end(self, thread: RunThread) -> None:
        run, ended = thread.run_made, thread.ended
        self._context.session.note_saved(self._context.session.project.document)
        self.ended.emit(ended)
        if ended.unwritten is not None and ended.result is not None:
            self.unwritten.emit(run, ended.unwritten)
        self._ends.tell(run, ended, bool(self._when_ended), self._unattended)

    def offer_interrupted(self) -> None:
        """After opening: a run that was cut short can go on."""
        self._ends.offer_interrupted()

    def _stop_waiting(self, then: Callable[[], None]) -> None:
        if then in self._when_ended:
            log.error("the run does not answer")
            self._when_ended.remove(then)
            then()

    def _tell_waiting(self) -> None:
        waiting, self._when_ended = self._when_ended, []
        for then in waiting:
            then()

    # The panel

    def refresh(self) -> None:
        """Show how things stand."""
        self._panel.set_state(panel_state(self._context.session, self._progress.state(self._thread), self._notes))

    def note(self, **notes: Any) -> None:
        """Show something more in the panel: fields of PanelNotes."""
        self._notes = replace(self._notes, **notes)
        self.refresh()

    def kept_words(self) -> str:
        """What is kept of the run that goes on when it is ended now."""
        progress = self._progress.newest
        if progress is None or not progress.message:
            return "Its last state is kept in the project and can be resumed later."
        return f"Its state cannot be kept in the project at present: {progress.message}"

    @property
    def time_left(self) -> TimeRange | None:
        """What is left of the run that goes on, where that can be told."""
        return self._progress.left if self._thread is not None else None


def _ran(project, stack, request, control, sink, on_started):
    """On the thread."""
    return start_run(project, stack, request, control, sink, on_started, watched_in_window)


def _resumed(project, number, total_steps, stack, control, sink, on_started):
    """On the thread."""
    return resume_run(project, number, control, sink, total_steps, stack, on_started, watched_in_window)


def _why_not(error: FluoganError | None) -> str:
    return error.one_line if error is not None else "It could not start; the log says why."


def _load_torch() -> None:
    import torch  # noqa: F401


def _nothing(_: object = None) -> None:
    return None


