"""`fluogan open`: the window on a stack or a project. Who starts the window is handed in; nothing here knows Qt."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli.exits import Exit
from fluogan_app.cli.recording import stack_path
from fluogan_app.cli.report import Report
from fluogan_app.core.errors import ReadError, UsageError


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """PATH."""
    parser.add_argument("path", metavar="PATH", help="A stack, a project's folder, or sample:NAME.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Start the window and wait until it is closed. Raises ReadError where there is nothing at PATH."""
    path = Path(stack_path(arguments.path))
    if not path.exists():
        raise ReadError(f"There is no file or folder {path}.", "Check the path.")
    if arguments.open_window is None:
        raise UsageError("There is no window here.", "Use “fluogan reconstruct”.")
    return arguments.open_window(path)
