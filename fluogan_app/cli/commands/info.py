"""`fluogan info`: what is in a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from fluogan_app.cli import words
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.recording import FILE_HELP, stack_path
from fluogan_app.cli.report import Report


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE and --json."""
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Describe the file. Raises ReadError."""
    from fluogan_app.core.readers.open import describe

    description = describe(stack_path(arguments.file))
    if arguments.json:
        report.json(description.to_json())
        return Exit.DONE
    report.text(*_table(description))
    report.warnings(description.warnings)
    return Exit.DONE


def _table(description: Any) -> list[str]:
    lines = [f"{Path(description.path).name} (read as {description.reader})"]
    count = len(description.scenes)
    for index, scene in enumerate(description.scenes):
        if count > 1 or scene.name:
            lines.append(f"Scene {index} of {count}: {scene.name or 'without a name'}")
        lines += words.table(words.scene_rows(scene))
    return lines
