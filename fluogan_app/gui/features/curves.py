"""The curves of a run: compared with another run's, copied, saved, explained, and the way to the best step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication

from fluogan_app.core.data.result import Curves
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.jobs.curves_csv import curves_text, write_curves_csv
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.dialogs.reading_dialog import ReadingDialog
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.features.history import History
from fluogan_app.gui.views.controls import number_text
from fluogan_app.gui.views.curve_help import help_text
from fluogan_app.gui.views.curve_plots import TITLES

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow


class CurvesFeature(Feature):
    """Joins the diagrams at the bottom with the runs of the project."""

    name = "curves"
    commands = (
        Command("curves_best", "&Live", "Image of the &best step", ("Ctrl+F3",),
                "The finest image of the run that still explains the recording", needs="best_step"),
        Command("curves_all", "&Live", "&All steps of the curves", ("Shift+F3",),
                "Show the curves from the first step to the last", needs="curves"),
        Command("curves_copy", "&Live", "&Copy the curves", ("Ctrl+Shift+F3",),
                "Copy the curves in sight as a table", needs="curves"),
        Command("curves_save", "&Live", "&Save the curves…", ("Alt+F3",),
                "Write the curves in sight as CSV, with their units", needs="curves"),
        Command("curves_help", "&Live", "What the curves &mean", ("Alt+F1",)),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.plots = window.workspace.plots
        self._wish, self._reference = 0, None
        self._met: set[str] = set()
        self.plots.reference_wanted.connect(self.compare_with)
        self.plots.best_wanted.connect(self.show_step)
        self.plots.copy_wanted.connect(self.copy)
        self.plots.save_wanted.connect(self.save)
        self.plots.help_wanted.connect(self.explain)
        self.plots.drawn.connect(self._enable)
        for signal in (self.session.runs_changed, self.session.shown_run_changed, self.session.project_changed):
            signal.connect(self._offer_runs)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {
            "curves_best": lambda: self.show_step(self.plots.best.step) if self.plots.best else None,
            "curves_all": lambda: self.plots.set_span(None),
            "curves_copy": self.copy,
            "curves_save": self.save,
            "curves_help": self.explain,
        }

    def needs_met(self) -> set[str]:
        """See Feature.needs_met."""
        so = {"curves": bool(self.plots.shown), "best_step": self.plots.best is not None}
        return {name for name, met in so.items() if met}

    def gather(self) -> dict[str, Any]:
        """See Feature.gather."""
        kept: dict[str, Any] = {"hidden": list(self.plots.hidden_terms), "logarithmic": self.plots.logarithmic}
        return kept | ({"shown": list(self.plots.chosen)} if self.plots.chosen is not None else {})

    def restore(self, kept: Mapping[str, Any]) -> None:
        """See Feature.restore."""
        self.plots.set_hidden_terms([str(name) for name in kept.get("hidden", ())])
        self.plots.set_logarithmic(bool(kept.get("logarithmic", False)))
        shown = kept.get("shown")
        self.plots.set_shown(None if shown is None else [name for name in shown if name in TITLES])

    # What the user asks for

    def compare_with(self, number: int | None) -> None:
        """Draw the curves of another run thin behind; None takes them away."""
        self._wish += 1
        self._reference = number
        run = next((run for run in self.session.runs if run.number == number), None)
        if run is None:
            self._reference = None
            self.plots.show_reference(Curves(), "")
            return
        done = partial(self._loaded, self._wish, number)
        self.context.workbench.do(run.curves, done, partial(self._not_loaded, self._wish))

    def show_step(self, step: int) -> None:
        """Show the kept image that is nearest to a step."""
        history = next((feature for feature in self.window.features if isinstance(feature, History)), None)
        found = history.show_step(step) if history is not None else None
        if found is None:
            self.context.say(f"No image of step {number_text(step)} was kept: the run's history has none.")
            return
        self.window.actions_["show_result"].trigger()
        near = "" if found == step else f", the kept one nearest to step {number_text(step)}"
        self.context.say(f"The image after step {number_text(found)} is shown{near}.")

    def copy(self) -> None:
        """Put the curves in sight on the clipboard, as a table."""
        QGuiApplication.clipboard().setText(curves_text(self.plots.seen()))
        self.context.say("The curves in sight were copied as a table.")

    def save(self) -> None:
        """Ask where, then write the curves in sight in the background."""
        run, folder = self.session.shown_run, self.context.settings.folder("export")
        name = f"{run.name if run is not None else 'run'}-curves.csv"
        write = partial(self._write, self.plots.seen())
        choose_new_file(self.window, "save_curves", "Save the curves in sight", folder, name, "Tables (*.csv)", write)

    def explain(self) -> None:
        """What the curves mean, beside the window."""
        ReadingDialog("curves_help_dialog", "What the curves mean", help_text(TITLES), self.window).show()

    # Inside

    def _write(self, curves: Curves, path: Path) -> None:
        self.context.settings.set_folder("export", path.parent)
        failed = partial(self.context.fail, "The curves could not be saved")
        self.context.workbench.do(
            lambda: write_curves_csv(path, curves), lambda _: self.context.say(f"The curves are in {path}."), failed
        )

    def _loaded(self, wish: int, number: int, curves: Curves) -> None:
        if wish == self._wish:
            self.plots.show_reference(curves, f"run {number}")

    def _not_loaded(self, wish: int, error: FluoganError) -> None:
        if wish == self._wish:
            self.compare_with(None)
            self._offer_runs()
            self.context.say(error.one_line)

    def _offer_runs(self) -> None:
        """All runs but the one that is shown, and no longer one that is gone."""
        shown = self.session.shown_run
        others = [run.number for run in self.session.runs if shown is None or run.number != shown.number]
        if self._reference is not None and self._reference not in others:
            self.compare_with(None)
        self.plots.set_references([(number, f"run {number}") for number in others], self._reference)

    def _enable(self) -> None:
        """Commands follow what there is to see, when that changes."""
        met = self.needs_met()
        if met != self._met:
            self._met = met
            for command in self.commands:
                self.window.actions_[command.name].setEnabled(not command.needs or command.needs in met)
