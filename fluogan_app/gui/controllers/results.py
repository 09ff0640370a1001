"""What is looked at: the images and curves of the shown run, as they form or as they were kept."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from fluogan_app.core.data.result import Curves, Result
from fluogan_app.core.errors import FluoganError, ProjectError
from fluogan_app.core.jobs.events import Ended, Progress
from fluogan_app.core.methods.base import Preview
from fluogan_app.core.methods.registry import DEFAULT_METHOD
from fluogan_app.core.project.images import read_image
from fluogan_app.core.project.method_words import method_title
from fluogan_app.core.project.model import RunRecord, RunStatus
from fluogan_app.core.project.run import MEAN, Run
from fluogan_app.core.units import CAMERA_UNIT
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.pictures import Pictures
from fluogan_app.gui.controllers.run import RunController
from fluogan_app.gui.run_pictures import no_background, origin_nm, pictures_of
from fluogan_app.gui.views.controls import number_text
from fluogan_app.gui.views.curve_plots import CurvePlots
from fluogan_app.gui.views.linked_panes import LinkedPanes
from fluogan_app.gui.views.pane_image import PaneImage

log = logging.getLogger(__name__)

#: Curves are drawn so often at most: drawing takes time from the run.
_CURVES_MS = 200
_UNITS = {"percent": "%", "nm": "nm", "photons": "photons", "pixels": "pixels", "frames": "frames", "seconds": "s"}


class ResultsController(QObject):
    """Shows the pictures of one run, and its curves. `pictures`: what each viewer shows of it, or of other runs."""

    result_shown = Signal()

    def __init__(self, context: Context, panes: LinkedPanes, plots: CurvePlots, runs: RunController) -> None:
        super().__init__(context.window)
        self._context, self._panes, self._plots = context, panes, plots
        self.pictures = Pictures(context, panes)
        self._request = 0
        self._drawn = QElapsedTimer()
        #: An earlier step that is looked at while newer ones come, and the newest that came.
        self._moment: Preview | None = None
        self._newest: Preview | None = None
        context.session.shown_run_changed.connect(self.show_run)
        runs.previewed.connect(self._show_preview)
        runs.progressed.connect(self._show_progress)
        runs.ended.connect(self._show_end)

    def show_run(self) -> None:
        """Fetch the shown run's images and curves in the background; the newest wish wins."""
        self._request += 1
        self._moment = self._newest = None
        run = self._context.session.shown_run
        if run is None:
            self._show_nothing()
            return
        if run.number == self._context.session.running_number:
            self._begin_live(run)
            return
        done = partial(self._loaded, self._request, run)
        self._context.workbench.do(partial(_load, run), done, partial(self._not_loaded, self._request, run))

    def _show_nothing(self) -> None:
        self.pictures.clear_followers()
        self._panes.set_message("")
        self._plots.set_method(True)
        self._plots.set_curves(Curves())

    def _loaded(self, request: int, run: Run, loaded: tuple[Result, Curves]) -> None:
        if request == self._request:
            self._show_result(run.record, loaded[0])
            self._show_curves(run.record, loaded[1])

    def _show_curves(self, record: RunRecord, curves: Curves) -> None:
        """The curves of a run that has ended, or words where it has none."""
        self._plots.set_method(record.method == DEFAULT_METHOD, f"{method_title(record.method)} has no curves.")
        self._plots.set_curves(curves)

    def _not_loaded(self, request: int, run: Run, error: FluoganError) -> None:
        if request == self._request:
            self._show_nothing()
            self._panes.set_message(f"Run {run.number}: {error.one_line}")

    def _show_result(self, record: RunRecord, result: Result) -> None:
        found = {"background": None, **pictures_of(record, result)}
        self.pictures.show_of_run(record.number, found, no_background(record))
        self.pictures.renew_followers()
        self._panes.set_message(" ".join(result.notes), summary((), result.measures))
        self.result_shown.emit()

    # A run as it goes on

    def _begin_live(self, run: Run) -> None:
        self._plots.set_method(run.record.method == DEFAULT_METHOD)
        self._plots.set_curves(Curves())
        self._panes.set_message("")
        self.pictures.show_of_run(run.number, {"estimate": None})
        none = "" if run.record.claims.background else no_background(run.record)
        self.pictures.show_of_run(run.number, {"background": None}, none)
        self.pictures.renew_followers()
        try:
            mean, size_nm, _ = read_image(run.folder / MEAN)
        except ProjectError as error:
            log.warning("%s", error)
            return
        image = PaneImage(mean, size_nm, CAMERA_UNIT, origin_nm=origin_nm(run.record))
        self.pictures.show_of_run(run.number, {"mean": image})

    @property
    def _live_record(self) -> RunRecord | None:
        session = self._context.session
        shown = session.shown_run
        return shown.record if shown is not None and shown.number == session.running_number else None

    def _show_preview(self, preview: Preview) -> None:
        record = self._live_record
        if record is None:
            return
        self._newest = preview
        if self._moment is None:
            self._show_step(record, preview)

    def show_moment(self, preview: Preview | None) -> None:
        """Look at an earlier step of the shown run; None goes back to the newest, and to what still comes."""
        before, self._moment = self._moment, preview
        run = self._context.session.shown_run
        if run is None or preview is before:
            return
        if preview is not None:
            self._show_step(run.record, preview)
        elif self._live_record is None:
            self.show_run()
        elif self._newest is not None:
            self._show_step(run.record, self._newest)

    def _show_step(self, record: RunRecord, preview: Preview) -> None:
        camera = record.acquisition.pixel_size_nm
        height_nm = record.roi.height * camera
        detail = f"step {number_text(preview.step)} of {number_text(record.total_steps)}"
        # A preview may be thinned out: its pixel follows from the region's size, not from the zoom.
        images = {"estimate": (preview.estimate, record.claims.unit)}
        if record.claims.background:
            images["background"] = (preview.background, CAMERA_UNIT)
        shown = {
            name: PaneImage(
                image, height_nm / image.shape[0], unit, detail=detail, origin_nm=origin_nm(record),
                title=record.claims.title if name == "estimate" else "",
            )
            for name, (image, unit) in images.items()
        }  # fmt: skip
        self.pictures.show_of_run(record.number, shown)

    def _show_progress(self, progress: Progress) -> None:
        due = progress.paused or not self._drawn.isValid() or self._drawn.elapsed() >= _CURVES_MS
        if due and self._live_record is not None:
            self._plots.set_curves(progress.curves)
            self._drawn.start()

    def _show_end(self, ended: Ended) -> None:
        run = self._context.session.shown_run
        if run is None:
            return
        self._request += 1
        self._moment = None
        if ended.result is None:
            # What was last seen stays in sight, but it is not on disk, and the user is told so.
            message = f"Run {run.number} ended before a state was kept. What is shown is lost when it is left."
            self._panes.set_message(message)
            return
        self._show_result(run.record, ended.result)
        self._show_curves(run.record, ended.curves)


def _load(run: Run) -> tuple[Result, Curves]:
    """On a thread."""
    return run.result(), run.curves()


def summary(notes: tuple[str, ...], measures: Mapping[str, float]) -> str:
    """What is to be known of a result, on as few lines as it takes."""
    numbers = "  ·  ".join(measure_text(name, value) for name, value in measures.items())
    return "\n".join(part for part in (" ".join(notes), numbers) if part)


def measure_text(name: str, value: float) -> str:
    """A measure with its unit, which ends its name: photon_balance_percent → "Photon balance 0.31 %"."""
    words = name.split("_")
    unit = _UNITS.get(words[-1], "")
    if unit:
        words = words[:-1]
    number = f"{value:.3g}"
    if number == "1" and unit in ("photons", "pixels", "frames"):
        unit = unit.removesuffix("s")
    return f"{' '.join(words).capitalize()} {number} {unit}".strip().replace("-", "−")


def status_text(record: RunRecord) -> str:
    """How far a run came, in words."""
    if record.status is RunStatus.FINISHED:
        return f"finished, {record.steps} step{'s' * (record.steps != 1)}"
    if record.status is RunStatus.RUNNING:
        return "running"
    return f"{record.status.value} at step {record.steps} of {record.total_steps}"
