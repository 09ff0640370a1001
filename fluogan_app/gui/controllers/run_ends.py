"""How a run ended, in words, and what can be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluogan_app.core.errors import FluoganError, ParameterError, ProjectError
from fluogan_app.core.jobs.events import Ended, Outcome
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.run import Run
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.run_state import only_for_reading

if TYPE_CHECKING:
    from fluogan_app.gui.controllers.run import RunController

_STILL_HERE = (
    "Its image is still in this window. Free some space or bring the drive back, then choose “Write it again”; "
    "or save the project elsewhere."
)


class RunEnds:
    """Tells the user of a run's end. A run of the queue opens no dialog: nobody may be there to close it."""

    def __init__(self, context: Context, runs: RunController) -> None:
        self._context, self._runs = context, runs

    def tell(self, run: Run, ended: Ended, leaving: bool, unattended: bool) -> None:
        """A run has ended. leaving: the user ended it to leave, and wants no offers."""
        for warning in ended.warnings:
            self._context.say(warning)
        steps = "1 step" if ended.steps == 1 else f"{ended.steps} steps"
        took = f"after {steps} and {seconds_text(ended.seconds)}"
        if ended.unwritten is not None and ended.result is not None:
            self._tell_unwritten(f"Run {run.number} ended {took}, but not on the disk", ended, leaving, unattended)
        elif ended.outcome is Outcome.FINISHED:
            self._context.say(f"Run {run.number} finished {took}.")
            self._offer_next(f"Run {run.number} finished {took}.")
        elif ended.outcome is Outcome.CANCELLED:
            self._context.say(f"Run {run.number} was cancelled {took}; its last state is kept.")
            if not leaving:
                self._offer_resume(f"Run {run.number} was cancelled at step {ended.steps} of {run.record.total_steps}.")
        elif ended.error is not None:
            self._tell_error(f"Run {run.number} failed {took}", ended.error, unattended)

    def tell_refusal(self, error: FluoganError, unattended: bool) -> None:
        """A run could not start."""
        if isinstance(error, ParameterError) and not unattended:
            self._context.session.note_problems(error.problems)
        self._tell_error("The run could not start", error, unattended)

    def offer_interrupted(self) -> None:
        """After opening: a run that was cut short by a crash or a power failure can go on."""
        session = self._context.session
        cut = [run for run in session.runs if run.record.status is RunStatus.INTERRUPTED]
        if not cut or session.busy or only_for_reading(session):
            return
        run = cut[-1]
        text = f"Run {run.number} was interrupted before it ended. It can go on from its last saved state."
        go_on = Offer("Resume", lambda: (session.show_run(run.number), self._runs.resume()))
        self._context.notices.show_notice("run", text, [go_on])

    def _tell_unwritten(self, title: str, ended: Ended, leaving: bool, unattended: bool) -> None:
        error = ProjectError(ended.error.message, _STILL_HERE)
        if leaving:  # the question that follows tells of it
            self._context.say(f"{title}. {error.one_line}")
        else:
            self._tell_error(title, error, unattended)

    def _tell_error(self, title: str, error: FluoganError, unattended: bool) -> None:
        if unattended:
            self._context.say(f"{title}. {error.one_line}")
            self._context.notices.show_notice("run", f"{title}. {error.one_line}")
        else:
            self._context.fail(title, error)

    def _offer_next(self, text: str) -> None:
        """After a run the next step is to keep what it gave."""
        offers = [Offer("Save…", self._runs.save_wanted.emit)] if self._context.session.untitled else []
        offers.append(Offer("Export…", self._runs.export_wanted.emit))
        self._context.notices.show_notice("run", text, offers)

    def _offer_resume(self, text: str) -> None:
        self._context.notices.show_notice("run", text, [Offer("Resume", self._runs.resume)])
