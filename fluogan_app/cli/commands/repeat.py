"""`fluogan repeat`: how to compute a run again, as a line for the shell or as a script."""

from __future__ import annotations

import argparse

from fluogan_app.cli.arguments import run_number
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.repeating import command_of, recipe_of, script_of
from fluogan_app.core.project.store import Project


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The project, the run, and in which language."""
    parser.add_argument("project", metavar=f"OUT{SUFFIX}", help="The project's folder.")
    parser.add_argument("--run", metavar="N", type=run_number, help="Which run. Default: the last one.")
    parser.add_argument("--python", action="store_true", help="A Python script instead of a command line.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Print it. Raises ProjectError."""
    project = Project.open(arguments.project)
    recipe = recipe_of(project, project.run(arguments.run))
    text = script_of(recipe) if arguments.python else command_of(recipe)
    report.text(*text.splitlines())
    report.warnings(recipe.cautions)
    return Exit.DONE
