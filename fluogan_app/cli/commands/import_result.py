"""`fluogan import`: the result of another program as a run of a project, placed in the field by its pixel size."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli.arguments import run_number
from fluogan_app.cli.destination import held
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.core.errors import UsageError
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.store import Project
from fluogan_app.core.units import length_text


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The image, the project, and what nobody can read from the file."""
    parser.add_argument("file", metavar="IMAGE", type=Path, help="One image of the same field: TIFF, PNG and others.")
    parser.add_argument("-o", "--output", metavar=f"PROJECT{SUFFIX}", required=True,
                        help="The project that it is to stand in, which has a stack or runs.")  # fmt: skip
    parser.add_argument("--run", metavar="N", type=run_number,
                        help="The run whose region it lies in. Default: the newest.")  # fmt: skip
    parser.add_argument(
        "--pixel-size-nm", metavar="F", type=float,
        help="Side of one of its pixels in the sample, in nm. Default: as the file states it.",
    )  # fmt: skip
    parser.add_argument(
        "--corner", metavar="Y,X", type=_corner,
        help="Where its upper left corner lies, in nm from that of the camera's frame. Default: the region's corner; "
        "an image as large as the whole frame begins with the frame.",
    )  # fmt: skip
    parser.add_argument("--title", metavar="TEXT", default="", help="What it is called. Default: the file's name.")
    parser.add_argument("--unit", metavar="TEXT", default="", help="What its values are. Default: no unit.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Read, place, keep and tell. Raises FluoganError; the project then is as it was."""
    from fluogan_app.core.project.importing import ImportRequest, import_result

    project = held(Project.open(arguments.output))
    try:
        run = project.run(arguments.run) if arguments.run is not None else None
        made = import_result(project, ImportRequest(
            arguments.file, arguments.title, arguments.unit, arguments.pixel_size_nm, arguments.corner
        ), run)  # fmt: skip
    finally:
        project.let_go()
    record, params = made.record, made.record.params
    corner = tuple(params[name] for name in ("corner_y_nm", "corner_x_nm"))
    if report.json_only:
        report.json({
            "project": str(project.folder), "run": made.number, "title": params["title"], "unit": record.claims.unit,
            "pixel_size_nm": params["source_pixel_nm"], "corner_yx_nm": list(corner), "zoom": params["zoom"],
            "notes": list(record.notes),
        })  # fmt: skip
        return Exit.DONE
    place = " and ".join(f"{axis} {length_text(at)}" for axis, at in zip(("y", "x"), corner, strict=True))
    report.text(
        f"Run {made.number} of {project.folder.name}: {params['title']}, from {params['source']}.",
        f"  Pixels of {length_text(params['source_pixel_nm'])}, from {place} of the camera's frame, at zoom "
        f"{params['zoom']}.",
        *(f"Note: {note}" for note in record.notes),
    )
    return Exit.DONE


def _corner(text: str) -> tuple[float, float]:
    try:
        y_nm, x_nm = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"“{text}” is no corner.", "Write y and x in nm, as in --corner 1200,0.") from None
    return y_nm, x_nm
