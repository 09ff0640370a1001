"""`fluogan diagnostics`: what somebody who helps needs to see, in one archive."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli import words
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_targets
from fluogan_app.core.project.diagnostics import write_diagnostics
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.store import Project


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """A project that it is about, if any, and where the archive goes."""
    parser.add_argument(
        "project", metavar=f"OUT{SUFFIX}", nargs="?", help="A project whose values, records and logs go in too."
    )
    parser.add_argument(
        "-o", "--output", metavar="D.zip", type=Path, default=Path("fluogan-diagnostics.zip"),
        help="The archive: machine, versions, the device in use and why, logs, traces of crashes, settings. It holds "
        "neither images nor raw data. Default: fluogan-diagnostics.zip.",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="Replace a file that exists.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Write the archive. Raises UsageError, ProjectError."""
    check_targets([arguments.output], arguments.overwrite)
    folder = Project.open(arguments.project).folder if arguments.project else None
    write_diagnostics(arguments.output, folder)
    report.text(*words.written({"diagnostics": arguments.output}))
    return Exit.DONE
