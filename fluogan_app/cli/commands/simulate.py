"""`fluogan simulate lines`: a stack with known truth."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli import words
from fluogan_app.cli.arguments import add_declared, given
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.progress import FrameLine
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.params import validated
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.recording import write_stack, write_truth

SCENARIOS = ("lines",)


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The scenario, the files, and a flag for every declared parameter of the scenario."""
    parser.add_argument("scenario", choices=SCENARIOS, help="lines: sets of lines that come ever closer.")
    parser.add_argument("-o", "--output", metavar="STACK.tif", required=True, help="The stack, as ImageJ TIFF.")
    truth = "The true image, background, line positions and parameters."
    parser.add_argument("--truth", metavar="TRUTH.npz", help=truth)
    parser.add_argument("--overwrite", action="store_true", help="Replace files that exist.")
    add_declared(parser, "Line pattern", LinesParams)
    add_declared(parser, "Run", RunSettings, only=("seed",))


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Simulate and write. Raises UsageError, ParameterError, ProjectError."""
    stack_path, truth_path = Path(arguments.output), Path(arguments.truth) if arguments.truth else None
    check_ending(stack_path, (".tif", ".tiff"), "a stack")
    if truth_path is not None:
        check_ending(truth_path, (".npz",), "the truth")
    check_targets([path for path in (stack_path, truth_path) if path is not None], arguments.overwrite)
    params = validated(LinesParams, given(arguments, LinesParams))
    seed = validated(RunSettings, given(arguments, RunSettings)).seed
    _simulate(params, seed, stack_path, truth_path, report)
    return Exit.DONE


def _simulate(params: LinesParams, seed: int, stack_path: Path, truth_path: Path | None, report: Report) -> None:
    from fluogan_app.core.simulate.scenarios import simulate_lines

    line = FrameLine(report.progress_stream)
    try:
        simulated = simulate_lines(params, seed, line.frame)
    finally:
        line.done()
    write_stack(stack_path, simulated)
    if truth_path is not None:
        write_truth(truth_path, simulated)
    count, height, width = simulated.frames.shape
    report.text(f"{stack_path}: {count} frames of {words.image_text((height, width), simulated.pixel_size_nm)}.")
    if truth_path is not None:
        report.text(f"{truth_path}: truth of {words.image_text(simulated.truth.shape, simulated.fine_pixel_size_nm)}.")
    report.text(words.camera_sentence(simulated.acquisition))
