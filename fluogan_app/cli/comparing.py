"""A comparison on the command line: methods run one after the other, then all is measured, kept, drawn and told."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fluogan_app.cli import words
from fluogan_app.cli.comparison_report import comparison_lines, comparison_object
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import PercentLine, ProgressLine
from fluogan_app.cli.report import Report
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.files import write_text_atomic
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.project.comparison_table import comparison_table
from fluogan_app.core.project.comparisons import ComparedRun, KeptComparison, Shown
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import RunRequest

if TYPE_CHECKING:  # brings the measures, and with them SciPy
    from fluogan_app.core.project.comparing_methods import Tried


@dataclass(frozen=True)
class Wanted:
    """What is to be made of the runs: halves, imported images, and where figure and table go.

    truth: None where it is not known. again: also run what is done.
    """

    halves: bool
    again: bool
    imports: tuple[Path, ...]
    import_pixel_nm: float | None
    truth: Path | None
    same_scale: bool
    shown: Shown
    figure: Path | None
    table: Path | None


@dataclass
class Comparing:
    """What goes on: the project, once a run can begin in it, who is told, and what failed so far.

    started: called when a run stands in the project.
    """

    make_project: Callable[[], Project]
    report: Report
    started: Callable[[], None] = lambda: None
    control: Control = field(default_factory=Control)
    failed: list[ComparedRun] = field(default_factory=list)
    faults: int = 0
    made: Project | None = None

    def project(self) -> Project:
        """The project, made when it is asked for first."""
        if self.made is None:
            self.made = self.make_project()
        return self.made

    def methods(
        self, stack: Stack, asked: Sequence[RunRequest], wanted: Wanted, opened: ExitStack
    ) -> Exit:
        """Run the methods, then compare. Raises what the first one raised where none could begin."""
        from fluogan_app.core.project.comparing_methods import Heard, failed_ones, run_methods

        line, count = ProgressLine(self.report.progress_stream), len(asked)

        def began(index: int, request: RunRequest) -> None:
            line.done()
            self.report.note(f"Method {index + 1} of {count}: {method_named(request.method).title}.")

        heard = Heard(began, lambda run: self.started(), line)
        try:
            with cancelled_by_signals(self.control, self.report.stopping):
                tried = run_methods(self.project, stack, asked, self.control, heard, wanted.again)
        finally:
            line.done()
        runs = [one.run for one in tried if one.run is not None]
        self._tell(tried)
        left = [method_named(request.method).title for request in asked[len(tried) :]]
        if self.control.cancelled:
            others = f" Not begun: {', '.join(left)}." if left else ""
            self.report.note(f"Stopped.{others} The same command goes on from here.")
        if not runs:
            return self._nothing(tried)
        self.failed += failed_ones(tried)
        return compare_runs(self, runs, wanted, opened, stack)

    def _tell(self, tried: Sequence[Tried]) -> None:
        for one in tried:
            title = method_named(one.request.method).title
            if one.was_there:
                self.report.note(f"{title}: run {one.run.number} was done before with these values.")
            if one.error is not None:
                self.faults += 1
                self.report.error(FluoganError(f"{title}: {one.error.one_line}"))

    def _nothing(self, tried: Sequence[Tried]) -> Exit:
        errors = [one.error for one in tried if one.error is not None]
        if errors and not self.control.cancelled:
            return Exit.BAD_INPUT
        self.report.interrupted()
        return Exit.CANCELLED


def compare_runs(
    comparing: Comparing, runs: Sequence[Run], wanted: Wanted, opened: ExitStack, stack: Stack | None = None
) -> Exit:
    """Import, reconstruct halves, measure, keep, draw and tell. Raises FluoganError."""
    from fluogan_app.core.project.comparing_methods import compared_record, measure_all

    project, report = comparing.project(), comparing.report
    runs = [*runs, *_imported(comparing, runs, wanted)]
    record = compared_record(runs, comparing.failed, wanted.truth, wanted.same_scale, wanted.shown)
    line = PercentLine(report.progress_stream, "Measuring")
    with cancelled_by_signals(comparing.control, report.stopping):
        reasons = _halves(comparing, runs, wanted, opened, stack) if wanted.halves else {}
        kept = KeptComparison.create(project.folder, record)
        # What was finished is compared also where the rest was stopped: it takes seconds.
        measure_all(kept, runs, line.amount, None, reasons)
    line.done()
    _finish(comparing, kept, wanted)
    if comparing.control.cancelled:
        return Exit.CANCELLED
    return Exit.BAD_INPUT if comparing.faults else Exit.DONE


def _imported(comparing: Comparing, runs: Sequence[Run], wanted: Wanted) -> list[Run]:
    from fluogan_app.core.project.importing import ImportRequest, import_result

    first, made = next((run for run in runs if run.has_ended), None), []
    for path in wanted.imports:
        try:
            request = ImportRequest(path, pixel_size_nm=wanted.import_pixel_nm)
            made.append(import_result(comparing.project(), request, first))
        except FluoganError as error:  # one that lies elsewhere must not cost the comparison of all others
            comparing.faults += 1
            comparing.report.error(FluoganError(f"{path.name}: {error.one_line}"))
    return made


def _halves(
    comparing: Comparing, runs: Sequence[Run], wanted: Wanted, opened: ExitStack, stack: Stack | None
) -> dict[int, str]:
    from fluogan_app.core.project.comparing_methods import add_halves
    from fluogan_app.core.project.workflow import raw_stack

    if stack is None:
        stack = raw_stack(comparing.project(), runs[0].number)
        opened.callback(stack.close)
    line = ProgressLine(comparing.report.progress_stream)

    def sink_of(number: int, count: int, name: str) -> ProgressLine:
        line.done()
        comparing.report.note(f"Reconstructing the {name}.")
        return line

    try:
        return add_halves(runs, stack.raw, comparing.control, sink_of)
    finally:
        line.done()


def _finish(comparing: Comparing, kept: KeptComparison, wanted: Wanted) -> None:
    """Write figure and table, then tell."""
    from fluogan_app.core.project.comparing import truth_for
    from fluogan_app.core.project.comparison_figure import export_comparison, footer_of, pictures_of

    project, report, targets = comparing.project(), comparing.report, {}
    first = next((one.number for one in kept.record.runs if one.zoom), None)
    if wanted.figure is not None and first is not None:
        truth = truth_for(project.run(first), wanted.truth) if wanted.truth is not None else None
        link = project.document.link
        name = Path(link.path).name if link is not None else project.folder.stem
        footer = footer_of(kept, name, wanted.same_scale, wanted.shown)
        export_comparison(wanted.figure, pictures_of(project, kept, truth), wanted.same_scale, footer)
        targets["figure"] = wanted.figure
    if wanted.table is not None:
        write_text_atomic(wanted.table, comparison_table(kept.record.runs).csv_text())
        targets["table"] = wanted.table
    if report.json_only:
        report.json(comparison_object(kept, project.folder, targets))
        return
    report.text(*comparison_lines(kept, shutil.get_terminal_size().columns), *words.written(targets))
    report.text(f"Project: {project.folder}", f"Comparison: {kept.folder}")
