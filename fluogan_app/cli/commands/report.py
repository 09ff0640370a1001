"""`fluogan report`: a run on one page."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli.arguments import run_number
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.store import Project


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The project, the run, and the file."""
    parser.add_argument("project", metavar=f"OUT{SUFFIX}", help="The project's folder.")
    parser.add_argument("--run", metavar="N", type=run_number, help="Which run. Default: the last one.")
    parser.add_argument("-o", "--output", metavar="REPORT.html", type=Path, required=True,
                        help="The page: one file of HTML with all of its pictures.")  # fmt: skip
    parser.add_argument("--no-check", action="store_true", help="Do not look at the raw frames.")
    parser.add_argument("--overwrite", action="store_true", help="Replace a file that exists.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Write it. Raises UsageError, ProjectError."""
    check_ending(arguments.output, (".html", ".htm"), "a report")
    check_targets([arguments.output], arguments.overwrite)
    from fluogan_app.core.project.report import write_report

    project = Project.open(arguments.project)
    run = project.run(arguments.run)
    write_report(project, run, arguments.output, with_check=not arguments.no_check)
    report.text(f"Report of run {run.number} written to {arguments.output}")
    return Exit.DONE
