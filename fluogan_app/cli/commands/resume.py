"""`fluogan resume`: go on with a run that was cancelled, killed or failed, or add steps to a finished one."""

from __future__ import annotations

import argparse

from fluogan_app.cli.arguments import checked_value, run_number
from fluogan_app.cli.destination import held
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.cli.running import run_and_report
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Sink
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.watching import kept_on_disk
from fluogan_app.core.project.workflow import Started, params_with_steps, resume_run, stack_at


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The project, the run, the steps."""
    parser.add_argument("project", metavar=f"OUT{SUFFIX}", help="The project's folder.")
    parser.add_argument("--run", metavar="N", type=run_number, help="Which run. Default: the last one.")
    parser.add_argument("--steps", metavar="TOTAL", help="Steps of the whole run, those already done included.")
    parser.add_argument("--stack", metavar="FILE", help="Where the raw stack is now, if it was moved.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout and no progress.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Open the project and go on. Raises FluoganError where that is not possible."""
    project = held(Project.open(arguments.project))
    try:
        return _resume(project, arguments, report)
    finally:
        project.let_go()


def _resume(project: Project, arguments: argparse.Namespace, report: Report) -> Exit:
    number = project.run(arguments.run).number
    total_steps = _total_steps(project, number, arguments.steps)
    stack = stack_at(project, number, arguments.stack) if arguments.stack is not None else None

    def job(control: Control, sink: Sink, on_started: Started) -> tuple[Run, Ended]:
        return resume_run(project, number, control, sink, total_steps, stack, on_started, kept_on_disk)

    return run_and_report(project.folder, job, report, stack.warnings if stack is not None else ())


def _total_steps(project: Project, number: int, text: str | None) -> int | None:
    if text is None:
        return None
    return checked_value(params_with_steps(project.run(number).record), "steps", text)
