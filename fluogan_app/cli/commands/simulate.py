"""`fluogan simulate SAMPLE`: a stack with known truth."""

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
from fluogan_app.core.params import specs, validated
from fluogan_app.core.simulate.recording import write_stack, write_truth
from fluogan_app.core.simulate.recording_params import RecordingParams
from fluogan_app.core.simulate.registry import SCENARIOS, Scenario


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The sample, the files, and a flag for every declared parameter of the sample that the line names."""
    scenario = _scenario_in(argv)
    names = "; ".join(f"{each.name}: {each.summary}" for each in SCENARIOS.values())
    parser.add_argument("scenario", metavar="SAMPLE", choices=tuple(SCENARIOS), help=f"{names}.")
    parser.add_argument("-o", "--output", metavar="STACK.tif", required=True, help="The stack, as ImageJ TIFF.")
    truth = "The true image, background, positions and parameters."
    parser.add_argument("--truth", metavar="TRUTH.npz", help=truth)
    parser.add_argument("--overwrite", action="store_true", help="Replace files that exist.")
    if scenario is None:
        parser.epilog = "“fluogan simulate SAMPLE --help” lists what can be set of that sample, its light and camera."
    else:
        _add_scenario(parser, scenario)
    add_declared(parser, "Run", RunSettings, only=("seed",))


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Simulate and write. Raises UsageError, ParameterError, ReadError, ProjectError."""
    stack_path, truth_path = Path(arguments.output), Path(arguments.truth) if arguments.truth else None
    check_ending(stack_path, (".tif", ".tiff"), "a stack")
    if truth_path is not None:
        check_ending(truth_path, (".npz",), "the truth")
    check_targets([path for path in (stack_path, truth_path) if path is not None], arguments.overwrite)
    declared = SCENARIOS[arguments.scenario].params_type
    params = validated(declared, given(arguments, declared))
    seed = validated(RunSettings, given(arguments, RunSettings)).seed
    _simulate(params, seed, stack_path, truth_path, report)
    return Exit.DONE


def _scenario_in(argv: list[str]) -> Scenario | None:
    """The sample whose flags are to be offered; an unknown one is refused when the line is read."""
    return next((SCENARIOS[word] for word in argv if word in SCENARIOS), None)


def _add_scenario(parser: argparse.ArgumentParser, scenario: Scenario) -> None:
    """The sample's own flags, then those that all samples share."""
    shared = {declared.name for declared in specs(RecordingParams)}
    own = {declared.name for declared in specs(scenario.params_type)} - shared
    add_declared(parser, scenario.title, scenario.params_type, only=own)
    add_declared(parser, "Light, optics and camera", scenario.params_type, only=shared)


def _simulate(params: RecordingParams, seed: int, stack_path: Path, truth_path: Path | None, report: Report) -> None:
    from fluogan_app.core.simulate.scenarios import simulate

    line = FrameLine(report.progress_stream)
    try:
        simulated = simulate(params, seed, line.frame)
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
