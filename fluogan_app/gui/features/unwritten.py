"""What cannot be put on the disk: told while a run goes on, and the end of a run held until it can be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.jobs.events import Ended, Progress
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.notice_bar import Offer

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

#: Runs by their folder's name, each with its end that is not on disk.
Held = dict[str, tuple[Run, Ended]]


class Unwritten(Feature):
    """Holds the image of a run whose disk was full or gone at its end; it is asked for before the project is left."""

    name = "unwritten"
    commands = (
        Command("write_again", "R&un", "Write the end of the run ag&ain", (),
                "Put the image of a run on the disk that was full or not there when it ended", needs="unwritten"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._held: Held = {}
        self._of, self._told = "", ""
        window.runs.unwritten.connect(self._hold)
        window.runs.progressed.connect(self._tell_trouble)
        self.session.job_changed.connect(lambda: self._tell("") if not self.session.busy else None)
        self.session.project_changed.connect(self._follow)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"write_again": self.write_again}

    def needs_met(self) -> set[str]:
        """See Feature.needs_met."""
        return {"unwritten"} if self._held else set()

    def going_on(self) -> str:
        """See Feature.going_on."""
        if not self._held:
            return ""
        return f"{self._which} could not be put on the disk and {self._are} only in this window: nothing of it is kept."

    def write_again(self) -> None:
        """Put on disk what is held, in the project as it stands now."""
        project = self.session.project
        if project is None or not self._held:
            return
        self.context.notices.clear("unwritten")
        held = dict(self._held)
        done, failed = partial(self._written, project, held), partial(self._not_written, project)
        self.context.workbench.do(partial(_written_again, project, held), done, failed)

    # While a run goes on

    def _tell_trouble(self, progress: Progress) -> None:
        self._tell(progress.message)

    def _tell(self, trouble: str) -> None:
        if trouble == self._told:
            return
        self._told = trouble
        self.context.notices.clear("trouble")
        if trouble:
            text = (
                f"At present nothing of this run can be kept: {trouble} The run goes on in this window. Free some "
                "space or bring the drive back; or save the project elsewhere, which is done when the run has ended."
            )
            self.context.say(text)
            self.context.notices.show_notice("trouble", text, [self._elsewhere])

    # After its end

    def _hold(self, run: Run, ended: Ended) -> None:
        self._held[run.name] = (run, ended)
        self._offer()

    def _offer(self) -> None:
        text = f"{self._which} could not be put on the disk and {self._are} only in this window."
        offers = [Offer("Write it again", self.write_again), self._elsewhere]
        self.context.notices.show_notice("unwritten", text, offers)
        self._enable()

    @property
    def _elsewhere(self) -> Offer:
        return Offer("Save elsewhere…", lambda: self.window.saving.save_as(self.write_again))

    def _written(self, project: Project, held: Held, runs: tuple[Run, ...]) -> None:
        self._held = {name: pair for name, pair in self._held.items() if held.get(name) is not pair}
        self._enable()
        numbers = ", ".join(str(run.number) for run, _ in held.values())
        self.context.say(f"The end of run {numbers} is on the disk now.")
        if self.session.project is project:
            self.session.refresh_runs(runs)
            self.session.show_run(max(run.number for run in runs))

    def _not_written(self, project: Project, error: FluoganError) -> None:
        if self.session.project is project:
            self._offer()
        self.context.fail("The end of the run could not be written", error)

    def _follow(self) -> None:
        """What is held belongs to its project, also where that was saved in another place."""
        project = self.session.project
        of = project.document.created if project is not None else ""
        if of != self._of:
            self._of, self._held, self._told = of, {}, ""
            self.context.notices.clear("unwritten")
            self.context.notices.clear("trouble")
            self._enable()

    def _enable(self) -> None:
        self.window.actions_["write_again"].setEnabled(bool(self._held))

    @property
    def _which(self) -> str:
        numbers = [str(run.number) for run, _ in self._held.values()]
        return f"The image of run {numbers[0]}" if len(numbers) == 1 else f"The images of runs {', '.join(numbers)}"

    @property
    def _are(self) -> str:
        return "is" if len(self._held) == 1 else "are"


def _written_again(project: Project, held: Held) -> tuple[Run, ...]:
    """On a thread: the runs of the project, with those ends."""
    # Brings the library that reads and writes images, which the window's start does not need.
    from fluogan_app.core.project.ending import write_again

    for run, ended in held.values():
        write_again(project, run, ended)
    return tuple(project.runs())
