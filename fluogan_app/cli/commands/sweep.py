"""`fluogan sweep`: a square of a stack with every combination of a few values, as a table and as pictures."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.cli import words
from fluogan_app.cli.arguments import add_declared, add_stack_selection, frame_range, given
from fluogan_app.cli.asking import add_method_name, method_in
from fluogan_app.cli.destination import Destination
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import PercentLine
from fluogan_app.cli.recording import FILE_HELP, open_recording, with_flags
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS, method_to_run
from fluogan_app.core.params import specs, validated
from fluogan_app.core.project.folder import SUFFIX, project_folder
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.project.sweep_plan import SweepPlan, axis_of, checked_plan

if TYPE_CHECKING:
    from fluogan_app.core.data.result import Result
    from fluogan_app.core.project.sweep import SweepCell
    from fluogan_app.core.project.sweeps import KeptSweep


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE, --vary, --figure, -o, and a flag for every declared parameter of the recording and the method."""
    method = METHODS[method_in(argv)]
    declared = {item.name for item in specs(method.params_type)}
    without = " without a critic" if "delta" in declared else ""
    parser.description = (
        f"{parser.description} Each cell is what a run of a square (--roi, else one that the program finds) would "
        f"give{without}. {method.title}: {method.summary}"
    )
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    parser.add_argument(
        "--vary", metavar="NAME=VALUES", action="append", required=True,
        help="A parameter and its values: lambda1=0.3,1,3 or lambda1=0.1:10:5log or zoom=2:6:3. A semicolon "
        "where a comma could be read as a decimal: radius=1;2, in quotes. Twice for a grid of two parameters.",
    )  # fmt: skip
    add_method_name(parser)
    parser.add_argument("--quick", action="store_true", help="Take a third of the steps, where the method has steps.")
    parser.add_argument("--figure", metavar="GRID.png", help="All pictures at one colour scale, PNG at 300 dpi.")
    parser.add_argument("-o", "--output", metavar=f"OUT{SUFFIX}", help="Keep the sweep in this project.")
    parser.add_argument("--overwrite", action="store_true", help="Replace a figure that exists.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")
    add_stack_selection(parser)
    add_declared(parser, "Recording", Acquisition)
    add_declared(parser, method.title, method.params_type)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Compute all cells and tell of them. Raises FluoganError where the input is bad."""
    figure = _figure(arguments)
    # Refused before a folder is looked at: a name that is none.
    folder = project_folder(arguments.output) if arguments.output else None
    stack = open_recording(arguments.file, arguments)
    try:
        plan = _plan(arguments, stack)
        with Destination(folder, overwrite=False) if folder is not None else nullcontext() as destination:
            if destination is not None:
                destination.check_stack(stack)
            return _swept(stack, plan, destination, figure, report)
    finally:
        stack.close()


def _figure(arguments: argparse.Namespace) -> Path | None:
    if arguments.figure is None:
        return None
    path = Path(arguments.figure)
    check_ending(path, (".png",), "the figure")
    check_targets([path], arguments.overwrite)
    return path


def _plan(arguments: argparse.Namespace, stack: Stack) -> SweepPlan:
    method = method_to_run(arguments.method)
    axes = []
    for text in arguments.vary:
        name, equals, values = text.partition("=")
        if not equals:
            raise UsageError(f"“{text}” says nothing to vary.", "Write --vary lambda1=0.3,1,3.")
        axes.append(axis_of(method.name, name.strip().replace("-", "_"), values))
    roi = arguments.roi.checked(stack.shape[1:]) if arguments.roi is not None else None
    params = validated(method.params_type, given(arguments, method.params_type))
    camera = with_flags(stack, given(arguments, Acquisition))
    frames = frame_range(arguments.frames, stack.shape[0])
    request = RunRequest(method.name, params, RunSettings(), camera, roi, frames)
    return checked_plan(SweepPlan(request, tuple(axes), roi, arguments.quick))


def _swept(
    stack: Stack, plan: SweepPlan, destination: Destination | None, figure: Path | None, report: Report
) -> Exit:
    from fluogan_app.core.project.sweep import placed, run_sweep
    from fluogan_app.core.project.sweep_figure import per_camera_pixel
    from fluogan_app.core.project.sweeps import KeptSweep

    control, cells, images = Control(), [], {}
    plan = placed(stack, plan, control)
    kept = None
    if destination is not None:
        project = destination.project()
        project.attach(stack, hashed=True)
        kept = KeptSweep.create(project.folder, plan)
        destination.started()
    line, total = PercentLine(report.progress_stream, "Cells"), plan.shape[0] * plan.shape[1]

    def tell(cell: SweepCell, result: Result | None) -> None:
        cells.append(cell)
        if kept is not None:
            kept.keep(cell, result)
        if result is not None:
            images[cell.place] = per_camera_pixel(result.estimate, result.mean.shape, result.claims)
        line.amount(len(cells), total)

    try:
        with cancelled_by_signals(control, report.stopping):
            run_sweep(stack, plan, tell, control)
    finally:
        line.done()
    _tell(plan, cells, images, figure, kept, report)
    return Exit.CANCELLED if control.cancelled else Exit.DONE


def _tell(
    plan: SweepPlan, cells: list[SweepCell], images: dict[tuple[int, int], np.ndarray], figure: Path | None,
    kept: KeptSweep | None, report: Report,
) -> None:  # fmt: skip
    from fluogan_app.core.project.sweep import rule_told, suggested
    from fluogan_app.core.project.sweep_figure import cell_title, export_sweep
    from fluogan_app.core.project.sweep_score import scored

    cells = scored(cells)
    if figure is not None and images:
        export_sweep(figure, plan, cells, images, plan.request.acquisition.pixel_size_nm)
    best = suggested(cells)
    if report.json_only:
        report.json({
            "place": asdict(plan.place), "axes": [asdict(axis) for axis in plan.axes],
            "cells": [asdict(cell) for cell in cells], "suggested": best.values if best is not None else None,
            "sweep": str(kept.folder) if kept is not None else None,
            "figure": str(figure) if figure is not None and images else None,
        })  # fmt: skip
        return
    report.text(f"{len(cells)} of {plan.shape[0] * plan.shape[1]} cells on {plan.place}.")
    report.text(*words.table(_rows(plan, cells)))
    if best is not None:
        report.text(f"{cell_title(plan, best)}. {rule_told(plan.claims)}")
    if figure is not None and images:
        report.text(*words.written({"figure": figure}))
    if kept is not None:
        report.text(f"Sweep: {kept.folder}")


def _rows(plan: SweepPlan, cells: list[SweepCell]) -> list[tuple[str, str]]:
    from fluogan_app.core.project.sweep import measure_text, measures_told
    from fluogan_app.core.project.sweep_figure import cell_title

    rows = []
    for cell in cells:
        said = ", ".join(f"{measure.label} {measure_text(cell, measure)}" for measure in measures_told(plan.claims))
        rows.append((cell_title(plan, cell), said if cell.done else f"failed: {cell.error}"))
    return rows


