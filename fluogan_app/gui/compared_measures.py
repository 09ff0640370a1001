"""What was measured of runs that stand side by side: computed one after another, kept in the project, read back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.beside import remarks_on
from fluogan_app.core.project.comparison_table import ComparisonTable, comparison_table
from fluogan_app.core.project.comparisons import ComparedRun, ComparisonRecord, KeptComparison, kept_comparisons
from fluogan_app.core.project.run import Run
from fluogan_app.core.units import CAMERA_UNIT
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.following_work import FollowingWork
from fluogan_app.gui.run_pictures import origin_nm
from fluogan_app.gui.views.comparing_list import ListColumn
from fluogan_app.gui.views.pane_image import PaneImage

if TYPE_CHECKING:
    from fluogan_app.core.project.comparing import Measured
    from fluogan_app.core.project.store import Project

log = logging.getLogger(__name__)

#: What the comparison that the window keeps is called.
_OWN = "Compare page"


@dataclass(frozen=True)
class ShownTable:
    """Columns of the list, and what stands in the line of a run."""

    columns: tuple[ListColumn, ...] = ()
    lines: Mapping[int, Mapping[str, Any]] | None = None

    def row(self, run: Run | None) -> Mapping[str, Any]:
        """Texts, values and bests of a run's line; nothing of one that is not measured."""
        return {} if run is None or self.lines is None else self.lines.get(run.number, {})


class ComparedMeasures(QObject):
    """`changed`: something was found, or what goes on is another. `truth`: the file of a simulation's truth."""

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.truth: Path | None = None
        self._found: dict[int, ComparedRun] = {}
        self._maps: dict[int, np.ndarray | None] = {}
        self._refused: dict[int, str] = {}
        self._wanted: tuple[Run, ...] = ()
        self._may_measure, self._cancelled, self._ready = True, False, False
        self._going = 0
        self._project: Project | None = None
        self._unkept = False
        self._work = FollowingWork(context.workbench, self._next, self._measured, self._failed, self)

    # What is wanted

    def want(self, runs: Sequence[Run]) -> None:
        """Measure these, where they are not measured yet."""
        if {run.number for run in runs} != {run.number for run in self._wanted}:
            self._cancelled = False
        self._wanted = tuple(runs)
        self._work.renew()

    def set_may_measure(self, may: bool) -> None:
        """While a run goes on nothing is measured: it would take its time, and spoil what is noted of its memory."""
        if may != self._may_measure:
            self._may_measure = may
            self._work.renew()

    def cancel(self) -> None:
        """Measure no more; what is found stays."""
        self._cancelled = True
        self.changed.emit()

    def forget(self) -> None:
        """Another project is open."""
        self._found, self._maps, self._refused, self._wanted = {}, {}, {}, ()
        self._project, self._ready, self._unkept = self._context.session.project, False, False
        self._going = 0

    def take_up(self, truth: Path | None, known: bool) -> None:
        """Read back what was measured before. truth: that of a simulation; `known`: whether it could be looked for."""
        self.truth = truth
        project = self._project
        if project is not None:
            name = (truth.name if truth is not None else "") if known else None
            work = partial(_kept, project.folder, self._context.session.runs, name)
            self._context.workbench.do(work, partial(self._read_back, project), partial(self._not_read, project))

    def stop(self) -> None:
        """Begin nothing any more."""
        self._work.stop()

    # What there is

    @property
    def busy(self) -> bool:
        """Whether something is being measured that can be given up."""
        return self._work.busy and not self._cancelled

    @property
    def words(self) -> str:
        """What goes on, or why nothing does."""
        left = self._left()
        if self.busy:
            more = f", {len(left) - 1} more to go" if len(left) > 1 else ""
            return f"Measuring run {self._going}{more}…"
        if left and not self._may_measure:
            return "What is there is measured when no run goes on."
        return f"{len(left)} not measured." if left else ""

    def error_map(self, run: Run) -> PaneImage | None:
        """Where the blurred estimate differs from the recorded mean."""
        image = self._maps.get(run.number)
        if image is None:
            return None
        size_nm = run.record.acquisition.pixel_size_nm
        return PaneImage(image, size_nm, CAMERA_UNIT, detail=f"run {run.number}", origin_nm=origin_nm(run.record))

    def words_of(self, run: Run | None) -> str:
        """Why there is no error map of a run."""
        if run is None:
            return ""
        if run.number in self._found:
            return "It has no error map. " + self.notes_of(run)
        return self._refused.get(run.number) or "It is not measured yet."

    def notes_of(self, run: Run | None) -> str:
        """What is to be known of a run's measures: what could not be told, and why."""
        found = self._found.get(run.number) if run is not None else None
        return " ".join(found.notes) if found is not None else ""

    def entries(self, runs: Sequence[Run]) -> list[ComparedRun]:
        """What is known of some runs, in their order."""
        return [self._found[run.number] for run in runs if run.number in self._found]

    def record(self, runs: Sequence[Run]) -> ComparisonRecord:
        """A comparison of those of some runs that are measured, in their order."""
        truth = self.truth
        return ComparisonRecord(
            title=_OWN, runs=tuple(self.entries(runs)), truth=truth.name if truth else "", truth_path=str(truth or ""),
            remarks=remarks_on(runs),
        )  # fmt: skip

    def maps(self, runs: Sequence[Run]) -> dict[int, np.ndarray]:
        """Error maps of some runs by number."""
        numbers = [run.number for run in runs]
        return {number: image for number, image in self._maps.items() if number in numbers and image is not None}

    def table(self, shown: Sequence[Run]) -> ShownTable:
        """All that is known as the list shows it; the best of a column are those of the runs that are shown."""
        if not self._found:
            return ShownTable()
        everything = list(self._found.values())
        in_sight = self.entries(shown)
        best = _best_of(comparison_table(in_sight), in_sight) if in_sight else {}
        return _shown_table(comparison_table(everything), everything, best)

    # On threads

    def _left(self) -> list[Run]:
        return [run for run in self._wanted if run.number not in self._found and run.number not in self._refused]

    def _next(self) -> Callable[[], tuple[Run, Measured | FluoganError]] | None:
        # What is on its way is asked for once, also where its outcome is not taken yet.
        left = [run for run in self._left() if run.number != self._going]
        if not left or self._cancelled or not self._may_measure or not self._ready:
            return None
        self._going = left[0].number
        return partial(_measure, left[0], self.truth)

    def _measured(self, outcome: tuple[Run, Measured | FluoganError]) -> None:
        """By the time that it is taken, the next one may be on its way."""
        run, found = outcome
        if self._going == run.number:
            self._going = 0
        if isinstance(found, FluoganError):
            self._refused[run.number] = found.one_line
        elif any(one.folder == run.folder for one in self._context.session.runs):
            self._found[run.number], self._maps[run.number] = found.compared, found.error
            self._unkept = True
        else:  # of a project that was left, or saved in another place meanwhile
            self._wanted = tuple(one for one in self._wanted if one.folder != run.folder)
        self._go_on()

    def _failed(self, error: FluoganError) -> None:
        log.error("%s", error.one_line)
        self._going = 0
        self._go_on()

    def _go_on(self) -> None:
        self._work.renew()
        if not self._left() and self._unkept:
            self._keep()
        self.changed.emit()

    def _keep(self) -> None:
        # Saved in another place it is still the same project, and that is where it is kept.
        project, before, self._unkept = self._context.session.project, self._project, False
        if project is None or before is None or project.read_only:
            return
        if project.document.created != before.document.created:
            return
        runs = tuple(run for run in self._wanted if run.number in self._found)
        work = partial(_keep, project.folder, self.record(runs), runs, self.maps(runs))
        self._context.workbench.do(work, lambda _: None, lambda error: log.warning("%s", error.one_line))

    def _read_back(self, project: Project, kept: tuple[dict[int, Any], dict[int, Any]]) -> None:
        if project is self._project:
            self._found, self._maps = {**self._found, **kept[0]}, {**self._maps, **kept[1]}
            self._ready = True
            self._work.renew()
            self.changed.emit()

    def _not_read(self, project: Project, error: FluoganError) -> None:
        log.warning("%s", error.one_line)
        self._read_back(project, ({}, {}))


def _measure(run: Run, truth: Path | None) -> tuple[Run, Measured | FluoganError]:
    """On a thread."""
    from fluogan_app.core.project.comparing import measured, truth_for

    try:
        return run, measured(run, None if truth is None else truth_for(run, truth))
    except FluoganError as error:
        return run, error


def _kept(folder: Path, runs: Sequence[Run], truth_name: str | None) -> tuple[dict[int, Any], dict[int, Any]]:
    """What was measured of runs before and still holds, and their error maps. On a thread. Raises FluoganError.

    truth_name: of the truth that there is now; None where nobody could look for it.
    """
    from fluogan_app.core.project.comparing import is_current

    found, maps = {}, {}
    for one in kept_comparisons(folder):
        for run in runs:
            compared = one.record.of(run.number)
            if compared is None:
                continue
            if is_current(compared, run, compared.truth if truth_name is None else truth_name):
                found[run.number], maps[run.number] = compared, one.error(run.number)
    return found, maps


def _keep(folder: Path, record: ComparisonRecord, runs: Sequence[Run], maps: Mapping[int, np.ndarray]) -> None:
    """Into the window's own comparison, made where there is none: those of others stay as they are. On a thread.

    Raises ProjectError.
    """
    own = [kept for kept in kept_comparisons(folder) if kept.record.title == _OWN]
    one = own[-1] if own else KeptComparison.create(folder, ComparisonRecord(title=_OWN))
    others = [compared for compared in one.record.runs if record.of(compared.number) is None]
    for run in runs:
        if run.number in maps:
            size_nm = run.record.acquisition.pixel_size_nm
            one.keep_error(run.number, maps[run.number], size_nm, {"run": run.name})
    one.write(record.replace(runs=(*record.runs, *others)))


def _best_of(table: ComparisonTable, entries: Sequence[ComparedRun]) -> dict[int, set[str]]:
    """The columns in which each run is the best."""
    found: dict[int, set[str]] = {}
    for column, places in table.best.items():
        for place in places:
            found.setdefault(entries[place].number, set()).add(column)
    return found


def _shown_table(table: ComparisonTable, entries: Sequence[ComparedRun], best: Mapping[int, set[str]]) -> ShownTable:
    columns = tuple(ListColumn(one.name, one.head, one.tip) for one in table.columns if one.about == "measure")
    lines = {}
    for compared, cells in zip(entries, table.rows, strict=True):
        known = {name: cell for name, cell in cells.items() if isinstance(cell.key, float)}
        lines[compared.number] = {
            "texts": {name: cell.text for name, cell in cells.items()},
            "values": {name: float(cell.key) for name, cell in known.items()},
            "best": frozenset(best.get(compared.number, ())),
        }
    return ShownTable(columns, lines)
