"""`fluogan locate`: where the raw stack of a project is now."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from fluogan_app.cli.destination import held
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.core.errors import ReadError
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.search import search_folder
from fluogan_app.core.project.store import Project


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The project, and where to look."""
    parser.add_argument("project", metavar=f"OUT{SUFFIX}", help="The project's folder.")
    parser.add_argument("place", metavar="PLACE", type=Path, nargs="?",
                        help="The raw file, or a folder that is searched for it, also under another name. Default: "
                        "only say where it is.")  # fmt: skip


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Find it, and let the project remember it. Raises ReadError, ProjectError."""
    project = Project.open(arguments.project)
    if arguments.place is None:
        with closing(project.open_stack()) as stack:
            report.warnings(stack.warnings)
            report.text(f"The raw stack of {project.folder.name} is {stack.path}")
        return Exit.DONE
    project = held(project)
    try:
        stack = project.locate(_found(project, arguments.place))
        stack.close()
    finally:
        project.let_go()
    report.warnings(stack.warnings)
    report.text(f"The raw stack of {project.folder.name} is {stack.path}")
    return Exit.DONE


def _found(project: Project, place: Path) -> Path:
    link = project.document.link
    if link is None or not place.is_dir():
        return place
    found = search_folder(link, place)
    if found is None:
        raise ReadError(f"The raw stack {link.path} is not in {place}.", "Name another folder, or the file itself.")
    return found
