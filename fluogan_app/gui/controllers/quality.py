"""Judging the shown run: what its folder tells at once, what takes its time when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.quality_work import (
    VARIATION, compute_halves, compute_repeats, compute_variance, costs_of, judgement_of, keep_maps,
    reasons_against,
)  # fmt: skip
from fluogan_app.gui.views.quality_page import QualityPage
from fluogan_app.gui.watched_work import Watch, WatchedWork

if TYPE_CHECKING:
    from fluogan_app.core.project.quality import Judgement


class QualityController(QObject):
    """One judgement and one costly computation at a time; nothing is computed while the page is out of sight."""

    def __init__(self, context: Context, page: QualityPage) -> None:
        super().__init__(context.window)
        self._context, self._page = context, page
        self._work = WatchedWork(context.workbench, self)
        self._control = Control()
        self._doing, self._about = "", ""
        self._request = 0
        self._stale = True
        self._against: dict[str, str] = {}
        self._judged: tuple[Run, Judgement] | None = None
        self.variation = VARIATION
        session = context.session
        for signal in (session.shown_run_changed, session.job_changed, session.project_changed):
            signal.connect(self.refresh)
        self._work.progressed.connect(lambda fraction: page.costs.show_work(self._doing, fraction))
        self._connect_page()
        self.refresh()

    def _connect_page(self) -> None:
        costs, picture = self._page.costs, self._page.picture
        costs.halves_requested.connect(self.compute_halves)
        costs.repeats_requested.connect(self.compute_repeats)
        costs.variance_requested.connect(self.compute_variance)
        costs.cancel_requested.connect(self.cancel)
        costs.asked_changed.connect(self._show_costs)
        picture.variation_chosen.connect(self.choose_variation)
        self._page.save_requested.connect(self.save)

    # The judgement

    @property
    def run(self) -> Run | None:
        """The shown run, if it has ended."""
        run = self._context.session.shown_run
        return run if run is not None and run.has_ended and not self._is_running(run) else None

    @property
    def judged(self) -> tuple[Run, Judgement] | None:
        """The run that is judged on the page, and its judgement."""
        return self._judged if self.run is not None and self._judged and self._judged[0] is self.run else None

    def judgement_with(self, run: Run, name: str) -> Judgement:
        """The judgement of a run for its map of that name: the one at hand if it has it. On a thread."""
        kept = self._judged
        if kept is not None and kept[0] is run and any(one.name == name for one in kept[1].maps):
            return kept[1]
        return judgement_of(run, self.variation)

    def refresh(self) -> None:
        """Another run is shown, or it has ended."""
        self._request += 1
        self._stale = True
        run = self._context.session.shown_run
        self._page.show_title(f"Quality of run {run.number}" if run is not None else "")
        self._page.save_button.setEnabled(False)
        self._show_costs()
        if self.run is None:
            self._page.show_words(self._why_not(run))
        elif self._page.isVisible():
            self.judge()
        else:
            self._page.show_words("")

    def page_shown(self) -> None:
        """The page comes into sight: now a judgement is wanted."""
        if self._stale and self.run is not None:
            self.judge()

    def judge(self) -> None:
        """Judge the shown run in the background; the newest wish wins."""
        run = self.run
        if run is None:
            return
        self._request += 1
        self._stale = False
        if self.judged is None:
            self._page.show_words("Judging…")
        done, failed = partial(self._show, self._request, run), partial(self._fail, self._request)
        self._context.workbench.do(partial(judgement_of, run, self.variation, self._may_write), done, failed)

    def choose_variation(self, variation: float) -> None:
        """From which ratio of deviation to value on a pixel is doubtful."""
        self.variation = variation
        self._stale = True
        if self._page.isVisible():
            self.judge()

    def save(self) -> None:
        """Write numbers and maps into the run's folder."""
        if self.judged is None or not self._may_write:
            return
        run, found = self.judged
        done = partial(self._saved, run)
        self._context.workbench.do(
            partial(keep_maps, run, found), done, partial(self._context.fail, "The maps could not be saved")
        )

    def _saved(self, run: Run, _: object) -> None:
        self._context.say(f"Numbers and maps of run {run.number} are in {run.folder / 'quality'}")

    def _show(self, request: int, run: Run, found: Judgement) -> None:
        if request == self._request:
            self._judged = (run, found)
            self._page.show_judgement(found, _origin_nm(run.record))
            self._page.save_button.setEnabled(self._may_write)
            self._show_costs()

    def _fail(self, request: int, error: FluoganError) -> None:
        if request == self._request:
            self._judged = None
            self._page.show_words(error.one_line)

    def _why_not(self, run: Run | None) -> str:
        if run is None:
            return "A run can be judged when it has ended. There is none yet."
        if self._is_running(run):
            return f"Run {run.number} goes on; it is judged when it has ended."
        return f"Run {run.number} has not ended: resume it, then it is judged."

    @property
    def _may_write(self) -> bool:
        project = self._context.session.project
        return project is not None and not project.read_only

    def _is_running(self, run: Run) -> bool:
        return run.number == self._context.session.running_number

    # What takes its time

    def compute_halves(self) -> None:
        """Reconstruct odd and even frames."""
        self._begin("halves", "Odd and even frames", compute_halves)

    def compute_repeats(self, kind: str, count: int) -> None:
        """Make the run again until there are so many repeats of a kind."""
        self._begin("repeat", f"Repeats, {count} in all", partial(compute_repeats, kind, count))

    def compute_variance(self) -> None:
        """Read the frames and take their variance."""
        self._begin("variance", "Variance of the frames", compute_variance)

    def cancel(self) -> None:
        """End what goes on; what it has kept is shown."""
        self._control.cancel()
        self._page.costs.show_work("Cancelling…", None)

    def stop(self) -> None:
        """Give up what goes on, as the project is left."""
        self._control.cancel()
        self._work.stop()
        self._page.costs.show_work("", None)

    @property
    def busy(self) -> bool:
        """Whether something costly goes on."""
        return self._work.busy

    @property
    def going_on(self) -> str:
        """What goes on and what of it is kept when it is ended now; "" without."""
        kept = "those that are done are kept" if self._about.startswith("Repeats") else "nothing of it is kept yet"
        return f"{self._doing.removesuffix('…')}: {kept}." if self.busy else ""

    def _begin(self, name: str, words: str, work: Callable[[Project, Run, Control, Watch], Any]) -> None:
        run, project = self.run, self._context.session.project
        if run is None or not self._may_write or self.busy or self._context.session.busy:
            return
        if name in self._against:
            self._context.say(f"{words}: {self._against[name]}")
            return
        self._control = Control()
        self._doing, self._about = f"{words}, run {run.number}…", words
        self._page.costs.show_work(self._doing, 0.0)
        self._work.start(partial(work, project, run, self._control), self._done, self._not_done)

    def _done(self, words: str) -> None:
        self._page.costs.show_work("", None)
        self._context.say(f"{self._about}: {words}")
        self.refresh()

    def _not_done(self, error: FluoganError) -> None:
        self._page.costs.show_work("", None)
        self._context.fail(f"{self._about} could not be computed", error)
        self.refresh()

    def _show_costs(self) -> None:
        run = self.run
        if run is None or self._context.session.busy:
            self._page.costs.set_costs({}, {"all": "Not while a run goes on."})
            return
        if not self._may_write:
            reason = "The project is open for reading only."
            self._page.costs.set_costs({}, dict.fromkeys(("halves", "repeat", "variance"), reason))
            return
        kind, count = self._page.costs.asked
        kept = self.judged[1].kept_repeats.get(kind, 0) if self.judged is not None else 0
        self._against = reasons_against(run.record, kind, count, kept)
        self._page.costs.set_costs(costs_of(run.record, kind, count, kept), self._against)


def _origin_nm(record: RunRecord) -> tuple[float, float]:
    size_nm = record.acquisition.pixel_size_nm or 1.0
    return record.roi.y0 * size_nm, record.roi.x0 * size_nm
