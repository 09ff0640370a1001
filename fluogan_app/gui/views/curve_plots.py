"""The curves of a run against the step: losses of generator and critic, photon sums, convergence, quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QToolButton, QVBoxLayout, QWidget

from fluogan_app.core.data.curve_parts import part_of, phase_words, with_balance
from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.core.metrics.live_quality import BestStep, best_step
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import PaletteWatcher
from fluogan_app.gui.views.arrangement import FittingGrid
from fluogan_app.gui.views.controls import (
    SHOW_SHEET, CalmComboBox, ElidedLabel, QuietLabel, number_text, row_of, toggle_button,
)  # fmt: skip
from fluogan_app.gui.views.curve_help import HELP
from fluogan_app.gui.views.curve_plot import CurvePlot

#: Diagrams in their order with their titles; a metric of another kind is drawn with the convergence.
TITLES = {
    "generator": "Generator losses",
    "critic": "Critic losses",
    "photons": "Photon sums",
    "convergence": "Convergence",
    "quality": "Quality",
}
#: What the first diagram is called of methods that have a critic, and of others.
FIT_TITLES = {True: ("Generator losses", "Generator"), False: ("Terms of the fit", "Fit")}
#: Short words for the buttons that show and hide them.
_SHORT = {"generator": "Generator", "critic": "Critic", "photons": "Photons"}
#: What changes by powers of ten from the first step to the last, and is read by them.
_ALWAYS_LOGARITHMIC = ("convergence",)
#: Width to height at which a diagram reads best, and the height of the row of buttons.
_SHAPE, _TOOLS_HEIGHT = (1.3, 1.0), 30
#: Room for the name of a run in the choice of runs.
_CHOICE_WIDTH = 118
_ALONE = "This run alone"
_LOG_TIP = (
    "Logarithmic axis of values in all diagrams; values that are not positive are left out. Each diagram has its own "
    "choice in its menu."
)
_TO_COME = "The curves of a run are drawn here while it goes on."
#: Where a diagram would be narrower than this, some give way until the user asks for them: Quality tells as much, and
#: the photons' balance stands with the result.
_NARROWEST, _GIVE_WAY = 235, ("convergence", "photons")


def by_plot(curves: Curves) -> dict[str, list[Metric]]:
    """The metrics of each diagram, in order, without those that have no value yet."""
    grouped: dict[str, list[Metric]] = {name: [] for name in TITLES}
    for metric in curves.metrics:
        column = curves.columns.get(metric.name)
        if column is not None and bool(np.isfinite(column).any()):
            grouped[metric.plot if metric.plot in TITLES else "convergence"].append(metric)
    return {name: metrics for name, metrics in grouped.items() if metrics}


class CurvePlots(QWidget):
    """One diagram per kind of metric, with one cursor and one range of steps. Diagrams without values are left out."""

    shown_changed = Signal(object)  # tuple of names
    terms_changed = Signal(object)  # tuple of the names that are hidden
    reference_wanted = Signal(object)  # number of a run, or None
    best_wanted = Signal(int)
    copy_wanted = Signal()
    save_wanted = Signal()
    help_wanted = Signal()
    drawn = Signal()  # curves were set: no user's wish, but what can be done with them may have changed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("curve_plots")
        self._plots, self._fit_title = dict[str, CurvePlot](), TITLES["generator"]
        self._hidden: set[str] = set()
        self._chosen, self._hidden_terms = False, set[str]()
        self._legend_lines: tuple = ()
        self._filled: dict[str, list[Metric]] = {}
        self._curves, self._reference, self._reference_title = Curves(), Curves(), ""
        self._best: BestStep | None = None
        self._span: tuple[float, float] | None = None
        self.buttons = {name: self._make_button(name, title) for name, title in TITLES.items()}
        self.log_box = QCheckBox("Logarithmic")
        self.references, self.phase = CalmComboBox(), ElidedLabel(object_name="curves_phase", quiet=True)
        self.tools = self._make_tools()
        self.empty = QuietLabel(_TO_COME)
        self._grid = FittingGrid()
        self._lay_out()
        PaletteWatcher(self).changed.connect(self._recolour)
        self.set_curves(Curves())

    # Setters

    def set_method(self, has_critic: bool, empty: str = "") -> None:
        """Call the diagrams as they are called of a method. empty: stands where it has no curves; "": they may come."""
        self.empty.setText(empty or _TO_COME)
        self._fit_title, words = FIT_TITLES[has_critic]
        self.buttons["generator"].setText(words)
        if "generator" in self._plots:
            self._plots["generator"].legend.set_title(self._fit_title)

    @property
    def expected(self) -> bool:
        """Whether there are curves, or may still come."""
        return bool(self._filled) or self.empty.text() == _TO_COME

    def set_curves(self, curves: Curves) -> None:
        """Draw these curves. Steps at which a metric was not computed are passed over."""
        self._curves = curves = with_balance(curves)
        before, self._filled = self._filled, by_plot(curves)
        for name in self.shown:
            self._plot(name).show_curves(self._filled[name], curves)
        if self._filled != before or not self._filled:
            self.empty.setVisible(not self._filled)
            for part in (self.log_box, self.references, self.phase, *self.tools.values()):
                part.setVisible(bool(self._filled))
            for name, button in self.buttons.items():
                button.setVisible(name in self._filled)
            self._arrange()
        self._align_legends()
        self._show_best()
        self.drawn.emit()

    @property
    def curves(self) -> Curves:
        """What is drawn, with the photon balance."""
        return self._curves

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Draw the values on a logarithmic axis; those that are not positive are left out."""
        self.log_box.setChecked(logarithmic)
        for name, plot in self._plots.items():
            plot.set_logarithmic(logarithmic or name in _ALWAYS_LOGARITHMIC)

    @property
    def logarithmic(self) -> bool:
        """Whether the values' axis is logarithmic."""
        return self.log_box.isChecked()

    def set_references(self, runs: Sequence[tuple[int, str]], chosen: int | None) -> None:
        """The runs, number and title, whose curves can be drawn behind, and which one is."""
        blocked = QSignalBlocker(self.references)
        self.references.clear()
        self.references.addItem(_ALONE, None)
        for number, title in runs:
            self.references.addItem(f"{title[0].upper()}{title[1:]} behind", number)
        self.references.setCurrentIndex(max(self.references.findData(chosen), 0))
        self.references.setEnabled(bool(runs))
        del blocked

    def show_reference(self, curves: Curves, title: str) -> None:
        """Draw another run's curves thin behind; without a title none."""
        self._reference, self._reference_title = with_balance(curves), title
        for plot in self._plots.values():
            plot.show_reference(self._reference, title)
        self._align_legends()

    @property
    def reference_title(self) -> str:
        """Whose curves are drawn behind; "" without any."""
        return self._reference_title

    def set_shown(self, names: Sequence[str] | None) -> None:
        """Choose the diagrams in sight, among those that have values; None leaves it to the room that there is."""
        self._chosen = names is not None
        self._hidden = set(TITLES) - set(names) if names is not None else set()
        self._arrange()

    @property
    def chosen(self) -> tuple[str, ...] | None:
        """The diagrams that the user chose to see; None where nothing was chosen."""
        return tuple(name for name in TITLES if name not in self._hidden) if self._chosen else None

    def set_hidden_terms(self, names: Sequence[str]) -> None:
        """Choose the curves that are not drawn, by the names of their metrics."""
        self._hidden_terms = set(names)
        for plot in self._plots.values():
            plot.set_hidden(names)
        self._align_legends()

    @property
    def hidden_terms(self) -> tuple[str, ...]:
        """The curves that are not drawn."""
        return tuple(sorted(self._hidden_terms))

    def set_span(self, span: tuple[float, float] | None) -> None:
        """Show the steps from one to another in all diagrams, or all steps."""
        self._span = span
        for plot in self._plots.values():
            plot.set_span(span)

    @property
    def span(self) -> tuple[float, float] | None:
        """First and last step in sight; None while all are."""
        return self._span

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the diagrams in sight."""
        names = tuple(name for name in self._filled if name not in self._hidden)
        if self._chosen or "quality" not in names:
            return names
        for giving in _GIVE_WAY:
            if len(names) * _NARROWEST > self.width():
                names = tuple(name for name in names if name != giving)
        return names

    @property
    def plots(self) -> Mapping[str, CurvePlot]:
        """The diagrams that were made so far."""
        return self._plots

    @property
    def best(self) -> BestStep | None:
        """The step that is marked as the best."""
        return self._best

    def seen(self) -> Curves:
        """What is in sight: the curves that are drawn, at the steps that are shown."""
        names = [name for plot in self.shown for name in self._plots[plot].shown_terms]
        return part_of(self._curves, names, *(self._span or (-np.inf, np.inf)))

    def warm_up(self) -> bool:
        """Make one diagram ahead of its first curves, so that a run begins without a stutter. Whether one is left."""
        missing = [name for name in TITLES if name not in self._plots]
        if missing:
            self._plot(missing[0]).setVisible(False)
        return len(missing) > 1

    # Inside

    def _plot(self, name: str) -> CurvePlot:
        # Made when first needed: loading pyqtgraph takes a quarter of a second that the start does not pay.
        if name not in self._plots:
            plot = self._plots[name] = CurvePlot(name, self._fit_title if name == "generator" else TITLES[name])
            # Without a parent, showing it before it has its place would open a window of its own.
            plot.setParent(self)
            plot.set_logarithmic(self.logarithmic or name in _ALWAYS_LOGARITHMIC)
            plot.show_reference(self._reference, self._reference_title)
            plot.set_hidden(self.hidden_terms)
            plot.pointed.connect(self._point)
            plot.ranged.connect(self._range)
            plot.term_switched.connect(self._switch_term)
        return self._plots[name]

    def _point(self, step: int | None) -> None:
        """The cursor stands at one step in all diagrams."""
        for plot in self._plots.values():
            plot.set_cursor(step)
        phase = phase_words(self._curves, step) if step is not None else ""
        said = f"Step {number_text(step)}" if step is not None else ""
        self.phase.setText(f"{said}: {phase}" if phase else said)
        self.phase.setToolTip(self.phase.text())
        self._align_legends()

    def _switch_term(self, name: str) -> None:
        self.set_hidden_terms(tuple(self._hidden_terms ^ {name}))
        self.terms_changed.emit(self.hidden_terms)

    def _range(self, span: tuple[float, float] | None) -> None:
        self._span = span
        for plot in self._plots.values():
            if plot is not self.sender():
                plot.set_span(span)

    def _show_best(self) -> None:
        self._best = best_step(self._curves)
        words = f"{self._best.words[0].upper()}{self._best.words[1:]}" if self._best is not None else ""
        if "quality" in self._plots:
            self._plots["quality"].set_best(self._best.step if self._best else None, words)
        self.tools["best"].setVisible(self._best is not None)
        self.tools["best"].setToolTip(f"Show the image of the best step. {words}")

    def _arrange(self) -> None:
        for name in self.shown:
            if not self._plot(name).shows(self._filled[name], self._curves):
                self._plots[name].show_curves(self._filled[name], self._curves)
        for name, plot in self._plots.items():
            plot.setVisible(name in self.shown)
        for name in self._filled:
            self.buttons[name].setChecked(name in self.shown)
        plots = [self._plots[name] for name in self.shown]
        self._grid.place(plots, (self.width(), max(self.height() - _TOOLS_HEIGHT, 1)), _SHAPE)
        for plot in plots:
            plot.legend.setMinimumHeight(0)
        self._legend_lines = ()
        self._align_legends()

    def _align_legends(self) -> None:
        """Legends of one height, so that the diagrams stand in line. Longer numbers may take another line."""
        plots = [self._plots[name] for name in self.shown]
        lines = tuple((plot.legend.width(), plot.legend.lines) for plot in plots)
        if lines == self._legend_lines:
            return
        self._legend_lines = lines
        tallest = max((plot.legend_height() for plot in plots), default=0)
        for plot in plots:
            if plot.legend.minimumHeight() != tallest:
                plot.legend.setMinimumHeight(tallest)

    def resizeEvent(self, event) -> None:
        """Place the diagrams beside or below each other."""
        super().resizeEvent(event)
        self._arrange()

    def _toggle(self, name: str, shown: bool) -> None:
        in_sight = set(self.shown) | {name for name in TITLES if name not in self._filled} - self._hidden
        self._hidden = set(TITLES) - (in_sight | {name} if shown else in_sight - {name})
        self._chosen = True
        self._arrange()
        self.shown_changed.emit(self.shown)

    def _make_button(self, name: str, title: str) -> QToolButton:
        tip = f"Show or hide “{title}”. {HELP[name]}"
        button = toggle_button(_SHORT.get(name, title), f"curves_show_{name}", tip, SHOW_SHEET)
        button.setAccessibleName(f"Show or hide “{title}”")
        button.setChecked(True)
        button.clicked.connect(lambda shown: self._toggle(name, shown))
        return button

    def _make_tools(self) -> dict[str, IconButton]:
        tools = {
            "best": IconButton("done", "curves_best", "Show the best step"),
            "all": IconButton("fit", "curves_all", "All steps", "Show all steps in all diagrams (double-click, 0)"),
            "copy": IconButton("copy", "curves_copy", "Copy curves", "Copy the curves in sight as a table"),
            "save": IconButton("export", "curves_save", "Save curves", "Write the curves in sight as CSV"),
            "help": IconButton("help", "curves_help", "What the curves mean", "What the curves mean, and their units"),
        }
        tools["best"].clicked.connect(lambda: self.best_wanted.emit(self._best.step) if self._best else None)
        tools["all"].clicked.connect(lambda: self.set_span(None))
        tools["copy"].clicked.connect(lambda: self.copy_wanted.emit())
        tools["save"].clicked.connect(lambda: self.save_wanted.emit())
        tools["help"].clicked.connect(lambda: self.help_wanted.emit())
        return tools

    def _lay_out(self) -> None:
        self.log_box.setObjectName("curves_logarithmic")
        self.log_box.setAccessibleName("Logarithmic axis")
        self.log_box.setToolTip(_LOG_TIP)
        self.log_box.clicked.connect(self.set_logarithmic)
        self.references.setObjectName("curves_reference")
        self.references.setAccessibleName("Run to compare with")
        self.references.setToolTip("Draw the curves of another run thin behind")
        self.references.setMinimumWidth(_CHOICE_WIDTH)
        self.references.activated.connect(lambda _: self.reference_wanted.emit(self.references.currentData()))
        self.set_references((), None)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        tools = (self.phase, self.references, self.log_box, *self.tools.values())
        column.addLayout(row_of((*self.buttons.values(), *tools)))
        column.addWidget(self.empty, 1)
        column.addLayout(self._grid, 1)

    def _recolour(self) -> None:
        for plot in self._plots.values():
            plot.recolour()
