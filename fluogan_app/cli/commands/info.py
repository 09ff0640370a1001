"""`fluogan info`: what is in a file, or which runs a project holds."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli import words
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.recording import FILE_HELP, stack_path
from fluogan_app.cli.records import project_object, steps_kept
from fluogan_app.cli.report import Report
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project.folder import DOCUMENT, is_project
from fluogan_app.core.project.store import Project
from fluogan_app.core.data.description import FileDescription


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE and --json."""
    parser.add_argument("file", metavar="FILE", help=f"{FILE_HELP} Of a project, its runs are listed.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Describe the file or the project. Raises ReadError, ProjectError."""
    from fluogan_app.core.readers.open import describe

    path = stack_path(arguments.file)
    if (Path(path).is_dir() or Path(path).name == DOCUMENT) and is_project(path):
        return _project(Project.open(path), arguments.json, report)
    description = describe(path)
    if arguments.json:
        report.json(description.to_json())
        return Exit.DONE
    report.text(*_table(description))
    report.warnings(description.warnings)
    return Exit.DONE


def _project(project: Project, as_json: bool, report: Report) -> Exit:
    damaged: list[ProjectError] = []
    runs = project.runs(damaged.append)
    warnings = [error.one_line for error in damaged]
    if as_json:
        report.json(project_object(project, runs, warnings))
        return Exit.DONE
    report.text(f"{project.folder.name} (FluoGAN project)", *words.table(words.project_rows(project.document)))
    for run in runs:
        report.text(words.run_line(run.record, steps_kept(run)))
    report.warnings(warnings)
    return Exit.DONE


def _table(description: FileDescription) -> list[str]:
    lines = [f"{description.path.name} (read as {description.reader})"]
    count = len(description.scenes)
    for index, scene in enumerate(description.scenes):
        if count > 1 or scene.name != description.path.stem:
            lines.append(f"Scene {index} of {count}: {scene.name or 'without a name'}")
        lines += words.table(words.scene_rows(scene))
    return lines
