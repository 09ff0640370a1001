"""A run in the terminal: heard by Ctrl-C, shown as it goes, and told at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fluogan_app.cli import words
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import ProgressLine
from fluogan_app.cli.records import run_object
from fluogan_app.cli.report import Report
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Outcome, Sink
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.workflow import Started

_CODES = {Outcome.FINISHED: Exit.DONE, Outcome.CANCELLED: Exit.CANCELLED, Outcome.FAILED: Exit.INTERNAL}

#: What starts or resumes a run: called with a control, a sink and a function to call once the run stands.
Job = Callable[[Control, Sink, Started], tuple[Run, Ended]]


def run_and_report(folder: Path, job: Job, report: Report, warnings: Iterable[str] = ()) -> Exit:
    """Run to the end and tell how it went. Raises FluoganError where the run could not start."""
    warnings = tuple(warnings)
    control, line = Control(), ProgressLine(report.progress_stream)
    try:
        with cancelled_by_signals(control, report.stopping):
            run, ended = job(control, line, lambda run: _tell_start(run, warnings, report))
    finally:
        line.done()
    _tell_end(folder, run, ended, warnings, report)
    return _CODES[ended.outcome]


def _tell_start(run: Run, warnings: Iterable[str], report: Report) -> None:
    record = run.record
    report.warnings(warnings)
    what = f"{record.total_steps} steps on {record.frames}, {record.roi}"
    report.note(f"Run {run.number}: {what}.")
    report.note(f"Device: {record.device_title or record.device}. {record.device_reason}")
    for sentence in words.recording_sentences(record.acquisition):
        report.note(sentence)


def _tell_end(folder: Path, run: Run, ended: Ended, warnings: Iterable[str], report: Report) -> None:
    if report.json_only:
        report.json(run_object(folder, run, ended, warnings))
    else:
        report.warnings(ended.warnings)
        report.text(*_summary(folder, run, ended))
    if ended.outcome is Outcome.FAILED:
        report.failed_run(ended.error, run.log_path)


def _summary(folder: Path, run: Run, ended: Ended) -> list[str]:
    total = run.record.total_steps
    took = words.duration(run.record.seconds or ended.seconds)
    lines = [f"Run {run.number} {ended.outcome}: {ended.steps} of {total} steps in {took}."]
    lines += words.table(_rows(ended))
    lines += [f"Note: {note}" for note in (ended.result.notes if ended.result is not None else ())]
    lines.append(f"Project: {folder}")
    if ended.outcome is Outcome.FINISHED:
        lines.append(f"Export:  {words.command('export', str(folder), '--estimate', folder.stem + '.tif')}")
    else:
        lines.append(f"Go on:   {words.command('resume', str(folder), '--run', str(run.number))}")
    return lines


def _rows(ended: Ended) -> list[tuple[str, str]]:
    result: Any = ended.result
    if result is None:
        return []
    images = [(result.claims.title, words.image_text(result.estimate.shape, result.fine_pixel_size_nm))]
    if result.claims.background:
        images.append(("Background", words.image_text(result.background.shape, result.pixel_size_nm)))
    return images + words.measure_rows(result.measures)
