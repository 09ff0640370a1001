"""`fluogan export`: what a run gave, as files that other programs read."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli import words
from fluogan_app.cli.arguments import flags_of, run_number
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_targets
from fluogan_app.core.errors import UsageError
from fluogan_app.core.project.export import export_run
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.movie import check_movie_name, write_movie
from fluogan_app.core.project.store import Project

_TARGETS = ("estimate", "background", "deviation", "error_map", "curves", "figure", "drift")

#: Made of the run's history, and not of its result.
_MOVIE = "movie"


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The project, the run, and a file for each of what is wanted."""
    parser.add_argument("project", metavar=f"OUT{SUFFIX}", help="The project's folder.")
    parser.add_argument("--run", metavar="N", type=run_number, help="Which run. Default: the last one.")
    parser.add_argument(
        "--estimate", metavar="X.tif", type=Path,
        help="The super-resolved image in photons per frame per fine pixel, float32, with its pixel size: "
        "ImageJ TIFF, or OME-TIFF where the name ends in .ome.tif.",
    )  # fmt: skip
    parser.add_argument(
        "--background", metavar="B.tif", type=Path,
        help="The background in photons per frame per camera pixel, likewise.",
    )  # fmt: skip
    parser.add_argument(
        "--deviation", metavar="S.tif", type=Path,
        help="The estimate's standard deviation in each fine pixel, of a run with --repeats.",
    )  # fmt: skip
    parser.add_argument(
        "--error-map", metavar="E.tif", type=Path,
        help="Where the estimate, blurred again, differs from the recorded mean.",
    )  # fmt: skip
    parser.add_argument("--curves", metavar="C.csv", type=Path, help="Losses and photon counts, one row per step.")
    parser.add_argument(
        "--figure", metavar="F.png", type=Path,
        help="Mean, estimate and background side by side, with scale bars and colour bars; PNG, SVG or PDF.",
    )  # fmt: skip
    parser.add_argument(
        "--drift", metavar="D.csv", type=Path,
        help="The path that was corrected, one row per frame, of a run with --drift.",
    )  # fmt: skip
    parser.add_argument(
        "--movie", metavar="M.gif", type=Path,
        help="How the estimate came about: an animated GIF or PNG, or a stack for ImageJ where the name ends in .tif.",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="Replace files that exist.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Write what was asked for. Raises UsageError, ProjectError."""
    targets = {name: vars(arguments)[name] for name in (*_TARGETS, _MOVIE) if vars(arguments)[name] is not None}
    if not targets:
        flags = flags_of((*_TARGETS, _MOVIE))
        raise UsageError("Nothing to export was named.", f"Name a file with one or more of {flags}.")
    check_targets(targets.values(), arguments.overwrite)
    run = Project.open(arguments.project).run(arguments.run)
    images = {name: path for name, path in targets.items() if name != _MOVIE}
    if _MOVIE in targets:
        check_movie_name(targets[_MOVIE])
    for note in export_run(run, **images) if images else ():
        report.note(f"Run {run.number}: {note}")
    if _MOVIE in targets:
        write_movie(run, targets[_MOVIE])
    report.text(*words.written(targets))
    return Exit.DONE
