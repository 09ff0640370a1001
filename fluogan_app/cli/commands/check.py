"""`fluogan check`: what there is about the frames that would spoil a reconstruction."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fluogan_app.cli import words
from fluogan_app.cli.arguments import add_declared, add_stack_selection, frame_range, given
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import FrameLine
from fluogan_app.cli.recording import FILE_HELP, open_recording, overruled
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.control import Control

if TYPE_CHECKING:  # the check itself brings SciPy, which --help does not wait for
    from fluogan_app.core.check.result import DataCheck


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE, --figure, --drift, --json, the part of the stack, and what is known of the recording."""
    parser.description = (
        f"{parser.description} Each finding says what was seen, and what it means for a reconstruction. The exit code "
        "is 0 whatever is found."
    )
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    parser.add_argument(
        "--figure", metavar="CHECK.png", type=Path,
        help="The findings with the curves and the pixels behind them, PNG at 300 dpi.",
    )  # fmt: skip
    parser.add_argument(
        "--drift", metavar="DRIFT.csv", type=Path,
        help="The path of the drift that was found, one row per frame, as reconstruct --drift reads it.",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="Replace files that exist.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout and no progress.")
    add_stack_selection(parser)
    add_declared(parser, "Recording", Acquisition)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Look at the frames once and tell. Raises FluoganError where the input is bad."""
    targets = {name: vars(arguments)[name] for name in ("figure", "drift") if vars(arguments)[name] is not None}
    for name, ending in (("figure", ".png"), ("drift", ".csv")):
        if name in targets:
            check_ending(targets[name], (ending,), f"the {name}")
    check_targets(targets.values(), arguments.overwrite)
    stack = open_recording(arguments.file, arguments)
    try:
        known = overruled(stack.acquisition, given(arguments, Acquisition))
        found = _checked(stack, known, arguments, report)
    finally:
        stack.close()
    if found is None:
        return Exit.CANCELLED
    _write(found, stack, known, targets)
    _tell(found, stack, targets, report)
    return Exit.DONE


def _checked(stack: Stack, known: Acquisition, arguments: argparse.Namespace, report: Report) -> DataCheck | None:
    from fluogan_app.core.check.check import check_data

    control, line = Control(), FrameLine(report.progress_stream, "Checking")
    frames = frame_range(arguments.frames, stack.shape[0])
    try:
        with cancelled_by_signals(control, report.stopping):
            return check_data(stack, known, arguments.roi, frames, line.frame, lambda: control.cancelled)
    finally:
        line.done()


def _write(found: DataCheck, stack: Stack, known: Acquisition, targets: dict[str, Path]) -> None:
    from fluogan_app.core.data.drift_table import write_drift_table
    from fluogan_app.core.project.check_figure import export_check

    if "drift" in targets:
        if found.drift.drift is None:
            raise UsageError(f"There is no drift to write. {found.drift.words}", "Leave --drift away.")
        write_drift_table(targets["drift"], found.drift.drift, known.pixel_size_nm)
    if "figure" in targets:
        export_check(targets["figure"], found, f"{stack.path.name} · {found.used}")


def _tell(found: DataCheck, stack: Stack, targets: dict[str, Path], report: Report) -> None:
    if report.json_only:
        written = {name: str(targets[name]) if name in targets else None for name in ("figure", "drift")}
        about = {"file": str(stack.path), "warnings": list(stack.warnings), "written": written}
        report.json({**about, **found.to_json()})
        return
    report.warnings(stack.warnings)
    report.text(f"{stack.path.name}: {found.used}")
    for finding in found.by_severity:
        report.text(f"{finding.severity.value.capitalize()}: {finding.label}: {finding.found}")
        if finding.advice:
            report.text(f"  {finding.advice}")
    report.text(*words.written(targets))
