"""`fluogan reconstruct`: from a stack to a project with one more run."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from fluogan_app.cli.arguments import origins
from fluogan_app.cli.asking import add_estimate_flag, add_method_flags, asked_of_all, method_in
from fluogan_app.cli.destination import Destination
from fluogan_app.cli.drift import chosen_drift
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.recording import FILE_HELP, open_recording
from fluogan_app.cli.report import Report
from fluogan_app.cli.running import run_and_report
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Sink
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.folder import SUFFIX, project_folder
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.watching import kept_on_disk
from fluogan_app.core.project.workflow import RunRequest, Started, prepare_run, run_prepared


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE, -o, and a flag for every declared parameter of the recording, the method and the run."""
    method = method_in(argv)
    parser.description = f"{parser.description} {METHODS[method].title}: {METHODS[method].summary}"
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    parser.add_argument("-o", "--output", metavar=f"OUT{SUFFIX}", required=True,
                        help="The project's folder. Where that project exists, the run is added to it.")  # fmt: skip
    replacing = "Replace an existing project instead of adding a run to it."
    parser.add_argument("--overwrite", action="store_true", help=replacing)
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout and no progress.")
    add_estimate_flag(parser)
    parser.add_argument(
        "--origins", metavar="NAME=ORIGIN,…", type=origins, default={},
        help="Where values that flags give come from: file, user, estimated or assumed, as in "
        "pixel_size_nm=file,fwhm_nm=assumed; it is noted with the run. Default: what a flag gives comes from the user.",
    )  # fmt: skip
    parser.add_argument(
        "--drift", metavar="correct|none|TABLE.csv", default="none",
        help="Correct the drift of the sample: found in the frames (correct), or as a table of frame, y_pixels and "
        "x_pixels tells, or as it was in the run whose run.json is named. Default: none; drift that a quick look finds "
        "is told.",
    )  # fmt: skip
    add_method_flags(parser, method)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Open, check, run, report. Raises FluoganError before anything is written where the input is bad."""
    if Path(arguments.output).name in ("", ".."):
        raise UsageError(f"“{arguments.output}” is no name for a project.", f"Give it one (-o NAME{SUFFIX}).")
    folder = project_folder(arguments.output)
    asked = asked_of_all(arguments)
    with Destination(folder, arguments.overwrite) as destination:
        stack = open_recording(arguments.file, arguments)
        try:
            destination.check_stack(stack)
            drift, told = chosen_drift(arguments, stack, report)
            stack = asked.known(corrected(stack, drift))
            stack = replace(stack, warnings=(*asked.left_out, *stack.warnings, *told))
            request = asked.request(arguments, stack)
            request = replace(request, acquisition=request.acquisition.with_origins(arguments.origins))
            return _run(destination, stack, request, report)
        finally:
            stack.close()


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
