"""Trying values: a sweep over one or two parameters in the background, and the values that the user goes on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.params import specs
from fluogan_app.gui.asked import run_request
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.features.preview import PreviewFeature
from fluogan_app.gui.run_state import reason_against
from fluogan_app.gui.sweep_job import SweepJob, all_kept, loaded
from fluogan_app.gui.wording import for_the_eye, without_flags

if TYPE_CHECKING:
    from pathlib import Path

    from fluogan_app.core.project.sweep import SweepCell
    from fluogan_app.core.project.sweep_plan import SweepPlan
    from fluogan_app.core.project.sweeps import KeptSweep
    from fluogan_app.gui.dialogs.sweep_dialog import SweepDialog
    from fluogan_app.gui.main_window import MainWindow

_LOOK_MS = 100


class SweepFeature(Feature):
    """Joins the dialog, the session, the sweeps of the project, and the thread that computes cells."""

    name = "sweep"
    commands = (
        Command("sweep", "R&un", "Try &several values…", ("Ctrl+Shift+F7",),
                "Reconstruct a square with each of several values, and choose by what comes out", needs="stack"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._dialog: SweepDialog | None = None
        self._job: SweepJob | None = None
        self._kept: dict[int, KeptSweep] = {}
        self._shown: KeptSweep | None = None
        self._method = ""
        self._look_timer = QTimer(self, interval=_LOOK_MS)
        self._look_timer.timeout.connect(self._look)
        self.session.stack_left.connect(lambda _: self._leave())
        self.session.job_changed.connect(self._show_state)
        self.session.document_changed.connect(self._follow)

    @property
    def busy(self) -> bool:
        """Whether cells are being computed."""
        return self._job is not None

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"sweep": self.ask}

    def going_on(self) -> str:
        """See Feature.going_on."""
        if self._job is None:
            return ""
        kept = "nothing of them is kept, as the project is open for reading only"
        if self._folder is not None:
            kept = "the cells that are done are kept, and the sweep can be completed later"
        return f"Several values are being tried: {kept}."

    def stop(self, seconds: float) -> bool:
        """See Feature.stop."""
        self._look_timer.stop()
        if self._job is not None:
            self._job.control.cancel()
            self._job = None
        return True

    def ask(self) -> None:
        """Open the dialog with the sweep that was made last."""
        if self.session.stack is None or self.session.project is None:
            return
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        from fluogan_app.gui.dialogs.sweep_dialog import SweepDialog

        dialog = self._dialog = SweepDialog(self.session.stack_name, self.window)
        self._offer_method()
        dialog.name_chosen.connect(self._offer)
        dialog.start_requested.connect(self._start)
        dialog.completion_requested.connect(self._complete)
        dialog.pause_requested.connect(self._toggle_pause)
        dialog.cancel_requested.connect(self._cancel)
        dialog.kept_chosen.connect(self._show_kept)
        dialog.use_requested.connect(self._use)
        dialog.run_requested.connect(self._run)
        dialog.left.connect(lambda: self._forget(dialog))
        dialog.show()
        self._show_state()
        self._list_kept(newest=True)

    def _offer_method(self) -> None:
        """The parameters of the method that stands."""
        from fluogan_app.core.project.sweep_plan import first_to_vary, sweepable

        self._method = self.session.method.name
        declared = {item.name for item in specs(self.session.method.params_type)}
        self._dialog.set_method(has_critic="delta" in declared, has_steps="steps" in declared)
        self._dialog.set_names({name: item.label for name, (_, item) in sweepable(self._method).items()})
        for number, name in enumerate((first_to_vary(self._method), "")):
            self._offer(number, name)

    def _follow(self, changed: frozenset[str]) -> None:
        if self._dialog is not None and "method" in changed and self._method != self.session.method.name:
            self._offer_method()

    def _offer(self, number: int, name: str) -> None:
        """Values around the present one."""
        from fluogan_app.core.project.sweep_plan import sweepable, usual_values, values_text

        if not name:
            self._dialog.set_axis(number, "", "")
            return
        section, item = sweepable(self.session.method.name)[name]
        holder = self.session.document.acquisition if section == "acquisition" else self.session.params
        self._dialog.set_axis(number, name, values_text(usual_values(item, getattr(holder, name))))

    # Computing

    def _start(self) -> None:
        why_not = reason_against(self.session)
        try:
            plan = self._plan()
        except FluoganError as error:
            why_not = without_flags(error.one_line)
            for name, _ in self._dialog.wish.axes:
                why_not = for_the_eye(name, why_not)
        if why_not:
            former = " What is shown is the sweep before." if self._dialog.cells else ""
            self._dialog.set_message(f"{why_not}{former}", wrong=True)
            return
        self._dialog.set_message("")
        self._begin(SweepJob(self.session.stack, plan, self._folder))

    def _complete(self) -> None:
        """Compute the cells that the shown sweep lacks."""
        sweep = self._shown
        if sweep is not None and self.session.stack is not None:
            done = tuple(self._dialog.cells)
            job = SweepJob(self.session.stack, sweep.plan, self._folder, sweep if self._folder else None, done)
            self._begin(job, anew=False)

    def _plan(self) -> SweepPlan:
        from fluogan_app.core.project.sweep_plan import SweepPlan, axis_of, checked_plan

        wish, session = self._dialog.wish, self.session
        axes = tuple(axis_of(session.method.name, name, text) for name, text in wish.axes)
        square = next((one.place for one in self.window.features if isinstance(one, PreviewFeature)), None)
        place = square
        if wish.whole:
            place = session.document.roi or Roi.whole(session.stack.shape[1:])
        return checked_plan(SweepPlan(run_request(session), axes, place, wish.quick))

    @property
    def _folder(self) -> Path | None:
        project = self.session.project
        return None if project is None or project.read_only else project.folder

    def _begin(self, job: SweepJob, anew: bool = True) -> None:
        self._job = job
        if anew:
            self._shown = None
            self._dialog.show_plan(job.plan)
        done, failed = partial(self._ended, job), partial(self._failed, job)
        self.context.workbench.do(job.run, done, failed)
        self._look_timer.start()
        self._show_state()

    def _look(self) -> None:
        if self._job is not None and self._dialog is not None:
            for cell, picture in self._job.take():
                self._dialog.show_cell(cell, picture)

    def _ended(self, job: SweepJob, _: object) -> None:
        if job is not self._job:
            return
        self._look()
        self._finish()
        if self._dialog is not None:
            cut = "Cancelled: the cells that are done stay. " if job.control.cancelled else ""
            unkept = f"It was not kept: {job.unkept.message}" if job.unkept is not None else ""
            self._dialog.set_message(f"{cut}{unkept}".strip(), wrong=bool(unkept))
            self._list_kept(newest=False)

    def _failed(self, job: SweepJob, error: FluoganError) -> None:
        if job is self._job:
            self._finish()
            if self._dialog is not None:
                self._dialog.set_message(without_flags(error.one_line), wrong=True)

    def _finish(self) -> None:
        self._job = None
        self._look_timer.stop()
        self._show_state()

    def _toggle_pause(self) -> None:
        if self._job is not None:
            control = self._job.control
            control.resume() if control.paused else control.pause()
            self._show_state()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.control.cancel()

    def _show_state(self) -> None:
        if self._dialog is None:
            return
        busy, job = self.session.busy, self._job
        why_not = "A run is going on: wait until it has ended" if busy else ""
        self._dialog.set_state(job is not None, job is not None and job.control.paused, not busy, why_not)

    # What is kept

    def _list_kept(self, newest: bool) -> None:
        """The sweeps of the project; the newest is shown where nothing else is."""
        project, dialog = self.session.project, self._dialog

        def show(kept: list[KeptSweep]) -> None:
            if self._dialog is not dialog or dialog is None or self.session.project is not project:
                return
            self._kept = {sweep.number: sweep for sweep in kept}
            current = max(self._kept, default=None)
            dialog.set_kept({number: _title(sweep) for number, sweep in self._kept.items()}, current)
            self._shown = self._kept.get(current)
            self._show_state()
            if newest and current is not None and self._job is None:
                self._show_kept(current)

        drift = self.session.document.drift
        self.context.workbench.do(
            partial(all_kept, project.folder, drift), show, lambda error: self.context.say(error.one_line)
        )

    def _show_kept(self, number: int) -> None:
        """Show a sweep that was made before."""
        from fluogan_app.core.project.sweep_plan import values_text

        sweep, dialog = self._kept[number], self._dialog
        if self._job is not None:
            return

        def show(cells: list) -> None:
            if self._dialog is dialog and dialog is not None and self._job is None:
                self._shown = sweep
                dialog.show_plan(sweep.plan)
                for cell, picture in cells:
                    dialog.show_cell(cell, picture)
                own = sweep.plan.request.method == self.session.method.name
                for index, axis in enumerate(sweep.plan.axes if own else ()):
                    dialog.set_axis(index, axis.name, values_text(axis.values))
                self._show_state()

        self.context.workbench.do(
            partial(loaded, sweep), show, lambda error: dialog.set_message(error.one_line, wrong=True)
        )

    # Going on with a cell

    def _use(self) -> None:
        """Set the form to the values of the chosen cell."""
        cell = self._dialog.chosen
        if cell is None:
            return
        with self.session.step(f"Values of a sweep: {self._values_of(cell)}"):
            self.window.parameters.choose_method(self._dialog.plan.request.method)
            for name, value in cell.values.items():
                own = name in type(self.session.params).model_fields
                self.session.edit(type(self.session.params) if own else Acquisition, name, value)
        self._dialog.set_message(f"The form is set to {self._values_of(cell)}.{self._others_now(cell)}")

    def _values_of(self, cell: SweepCell) -> str:
        from fluogan_app.core.params import value_text
        from fluogan_app.core.project.sweep_plan import sweepable

        known = sweepable(self._dialog.plan.request.method)
        return ", ".join(f"{known[name][1].label} {value_text(known[name][1], v)}" for name, v in cell.values.items())

    def _others_now(self, cell: SweepCell) -> str:
        """What else would make a run differ from the picture; "" for nothing."""
        from fluogan_app.core.project.expect_asked import requests_differ_in

        plan = self._dialog.plan
        changed = requests_differ_in(plan.request_at(cell.place), run_request(self.session)) if plan is not None else ()
        return f" Other than in the sweep are: {', '.join(changed)}." if changed else ""

    def _run(self) -> None:
        self._use()
        self.window.runs.start()

    def _leave(self) -> None:
        """Another stack: its cells are no longer those of this one."""
        self.stop(0.0)
        self._kept, self._shown = {}, None
        if self._dialog is not None:
            self._dialog.close()

    def _forget(self, dialog: SweepDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None
            self.stop(0.0)


def _title(sweep: KeptSweep) -> str:
    labels = " × ".join(axis.spec(sweep.plan.request.method).label for axis in sweep.plan.axes)
    rows, columns = sweep.plan.shape
    return f"Sweep {sweep.number}: {labels}, {rows * columns} cells"
