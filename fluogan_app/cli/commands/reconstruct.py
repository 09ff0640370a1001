"""`fluogan reconstruct`: from a stack to a project with one more run."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from fluogan_app.cli.arguments import add_declared, add_stack_selection, frame_range, given
from fluogan_app.cli.destination import Destination
from fluogan_app.cli.drift import chosen_drift
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.parser import Parser
from fluogan_app.cli.recording import FILE_HELP, open_recording, with_flags
from fluogan_app.cli.report import Report
from fluogan_app.cli.running import run_and_report
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.shifted import corrected, seen_in_all
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Sink
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import DEFAULT_METHOD, METHODS, method_named
from fluogan_app.core.params import Params, validated
from fluogan_app.core.project.folder import SUFFIX, project_folder
from fluogan_app.core.project.preset_folder import PresetFolder, find_preset
from fluogan_app.core.project.presets import recording_of
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.watching import kept_on_disk
from fluogan_app.core.project.workflow import RunRequest, Started, prepare_run, run_prepared


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE, -o, and a flag for every declared parameter of the recording, the method and the run."""
    method = _method_in(argv)
    parser.description = f"{parser.description} {METHODS[method].title}: {METHODS[method].summary}"
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    parser.add_argument("-o", "--output", metavar=f"OUT{SUFFIX}", required=True,
                        help="The project's folder. Where that project exists, the run is added to it.")  # fmt: skip
    replacing = "Replace an existing project instead of adding a run to it."
    parser.add_argument("--overwrite", action="store_true", help=replacing)
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout and no progress.")
    estimating = (
        "Estimate from the frames what neither the file nor a flag states of camera and PSF, where they tell it; "
        "“fluogan estimate” shows the evidence."
    )
    parser.add_argument("--estimate", action="store_true", help=estimating)
    parser.add_argument(
        "--drift", metavar="correct|none|TABLE.csv", default="none",
        help="Correct the drift of the sample: found in the frames (correct), or as a table of frame, y_pixels and "
        "x_pixels tells, or as it was in the run whose run.json is named. Default: none; drift that a quick look finds "
        "is told.",
    )  # fmt: skip
    methods = "|".join(METHODS)
    parser.add_argument("--method", metavar=methods, default=DEFAULT_METHOD, help=f"Default: {DEFAULT_METHOD}.")
    parser.add_argument("--preset", metavar="|".join([*(each.name for each in METHODS[method].presets), "FILE.json"]),
                        default=METHODS[method].presets[0].name, help=_preset_help(method))  # fmt: skip
    add_stack_selection(parser)
    add_declared(parser, "Recording", Acquisition)
    add_declared(parser, METHODS[method].title, METHODS[method].params_type)
    add_declared(parser, "Run", RunSettings)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Open, check, run, report. Raises FluoganError before anything is written where the input is bad."""
    if Path(arguments.output).name in ("", ".."):
        raise UsageError(f"“{arguments.output}” is no name for a project.", f"Give it one (-o NAME{SUFFIX}).")
    folder = project_folder(arguments.output)
    method = method_named(arguments.method)
    preset, unknown = find_preset(method, arguments.preset, PresetFolder())
    left_out = [f"Preset {preset.name}: {sentence}" for sentence in unknown]
    held = preset.values
    params = validated(method.params_type, {**held.get("method", {}), **given(arguments, method.params_type)})
    settings = validated(RunSettings, {**held.get("run", {}), **given(arguments, RunSettings)})
    with Destination(folder, arguments.overwrite) as destination:
        stack = open_recording(arguments.file, arguments)
        try:
            destination.check_stack(stack)
            drift, told = chosen_drift(arguments, stack, report)
            known = recording_of(preset, stack.acquisition)
            stack = replace(corrected(stack, drift), acquisition=known, warnings=(*left_out, *stack.warnings, *told))
            request = _request(arguments, stack, params, settings)
            return _run(destination, stack, request, report)
        finally:
            stack.close()


def _preset_help(method: str) -> str:
    """What each preset sets, and that flags come before it."""
    first, *others = METHODS[method].presets
    told = " ".join(f"{preset.name}: {preset.help}" for preset in others)
    return (
        f"Named set of parameters, which the flags below override: {told} One's own, as the window saves them, by their "
        f"name or file; of such a file camera and optics count too. Default: {first.name}."
    )


def _request(arguments: argparse.Namespace, stack: Stack, params: Params, settings: RunSettings) -> RunRequest:
    roi = arguments.roi.checked(stack.shape[1:]) if arguments.roi is not None else None
    return RunRequest(
        method=arguments.method,
        params=params,
        settings=settings,
        acquisition=_recording(arguments, stack),
        roi=roi,
        frames=frame_range(arguments.frames, stack.shape[0]),
        drift=stack.drift,
    )


def _recording(arguments: argparse.Namespace, stack: Stack) -> Acquisition:
    """What is known of the recording: from the file, from flags, and with --estimate from the frames."""
    known = with_flags(stack, given(arguments, Acquisition))
    if not arguments.estimate:
        return known
    from fluogan_app.core.estimate.recording import estimate_recording, with_estimates

    frames = frame_range(arguments.frames, stack.shape[0])
    roi = arguments.roi if stack.drift is None else (arguments.roi or seen_in_all(stack)).common(seen_in_all(stack))
    return with_estimates(known, estimate_recording(stack, known, roi, frames).estimates)


def _run(destination: Destination, stack: Stack, request: RunRequest, report: Report) -> Exit:
    def job(control: Control, sink: Sink, on_started: Started) -> tuple[Run, Ended]:
        def started(run: Run) -> None:
            destination.started()
            report.note(f"Project: {destination.folder}")
            on_started(run)

        prepared = prepare_run(stack, request)
        if control.cancelled:
            raise KeyboardInterrupt
        return run_prepared(destination.project(), prepared, control, sink, started, kept_on_disk)

    return run_and_report(destination.folder, job, report, stack.warnings)


def _method_in(argv: list[str]) -> str:
    """The method whose flags are to be offered; an unknown one is refused when the flags are read."""
    finder = Parser(add_help=False)
    finder.add_argument("--method", default=DEFAULT_METHOD)
    try:
        named = finder.parse_known_args(argv)[0].method
    except UsageError:
        return DEFAULT_METHOD
    return named if named in METHODS else DEFAULT_METHOD
