"""`fluogan pack`: a project as one archive."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli.exits import Exit
from fluogan_app.cli.progress import PercentLine
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_targets
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.pack import ENDING, pack_project
from fluogan_app.core.project.store import Project
from fluogan_app.core.units import bytes_text


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The project, the archive, and whether the raw stack goes in."""
    parser.add_argument("project", metavar=f"OUT{SUFFIX}", help="The project's folder.")
    parser.add_argument("-o", "--output", metavar=f"NAME{ENDING}", type=Path,
                        help="The archive. Default: beside the project, with its name.")  # fmt: skip
    parser.add_argument("--raw", action="store_true", help="With the raw stack. Deleted runs never go along.")
    parser.add_argument("--overwrite", action="store_true", help="Replace an archive that exists.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Pack. Raises UsageError, ProjectError."""
    project = Project.open(arguments.project)
    target = arguments.output or project.folder.with_name(project.folder.stem + ENDING)
    check_targets([target], arguments.overwrite)
    line = PercentLine(report.progress_stream, "Packing")
    try:
        pack_project(project, target, arguments.raw, line.amount)
    finally:
        line.done()
    report.text(f"{project.folder.name} is packed in {target}, {bytes_text(target.stat().st_size)}.")
    return Exit.DONE
