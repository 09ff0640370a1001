"""`fluogan unpack`: a packed project as a folder again."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli.exits import Exit
from fluogan_app.cli.progress import PercentLine
from fluogan_app.cli.report import Report
from fluogan_app.core.project.pack import ENDING
from fluogan_app.core.project.unpack import unpack_project


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The archive, and the folder that the project goes into."""
    parser.add_argument("archive", metavar=f"NAME{ENDING}", type=Path, help="The archive of a packed project.")
    parser.add_argument("-o", "--output", metavar="FOLDER", type=Path, default=Path("."),
                        help="The folder that the project goes into. Default: this one.")  # fmt: skip


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Unpack. Raises ProjectError."""
    line = PercentLine(report.progress_stream, "Unpacking")
    try:
        folder = unpack_project(arguments.archive, arguments.output, line.amount)
    finally:
        line.done()
    report.text(f"Project: {folder}")
    return Exit.DONE
