"""`fluogan measure profile`: the values of an image or a run along a line, with widths and distances of peaks."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluogan_app.cli.arguments import add_stack_selection, frame_range, given, run_number
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.recording import FILE_HELP, open_recording, stack_path
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.errors import UsageError
from fluogan_app.core.files import write_text_atomic
from fluogan_app.core.project.folder import SUFFIX

if TYPE_CHECKING:  # they bring SciPy and Pillow, which --help does not wait for
    from fluogan_app.core.project.line_profiles import MeasuredProfile, PlacedPicture
    from fluogan_app.core.project.run import Run

NAME = "profile"


@dataclass(frozen=True)
class _Subject:
    """What is measured: its path, its images, and the unit of lengths."""

    path: str
    pictures: tuple[PlacedPicture, ...]
    unit: str


def is_meant(argv: list[str]) -> bool:
    """Whether the command line asks for a profile; a file of that name is ./profile."""
    return [word for word in argv if not word.startswith("-")][:2] == ["measure", NAME]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The line, the image, and where the table goes."""
    parser.description = "The values along a line, with width and distance of the peaks on it."
    parser.set_defaults(frc=False)
    parser.add_argument("what", metavar=NAME, choices=[NAME], help="A profile along a line.")
    parser.add_argument(
        "file", metavar="X",
        help=f"An image, or a stack, whose mean is measured. {FILE_HELP} Or a project (OUT{SUFFIX}) or the folder of a "
        "run: its mean, estimate and background.",
    )  # fmt: skip
    for flag, dest, words in (("--from", "begin", "first"), ("--to", "end", "second")):
        parser.add_argument(
            flag, dest=dest, metavar="X,Y", type=_point, required=True,
            help=f"The {words} end of the line in the frame: from the left and from above, in nm; in pixels where the "
            "pixel size is not known.",
        )  # fmt: skip
    parser.add_argument(
        "--width", metavar="W", type=_width, default=0.0,
        help="Width over which is averaged across the line, in nm (or pixels). Default: 0, the line alone.",
    )
    parser.add_argument("--fit", action="store_true", help="Fit Gaussians to the peaks too.")
    parser.add_argument("--run", metavar="N", type=run_number, help="Which run of a project. Default: the last one.")
    parser.add_argument("--csv", metavar="F.csv", type=Path, help="Write the profiles as a table.")
    parser.add_argument("--peaks", metavar="F.csv", type=Path, help="Write the peaks as a table.")
    parser.add_argument("--figure", metavar="F", type=Path, help="Draw the profiles: .png, .svg or .pdf.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")
    parser.add_argument("--overwrite", action="store_true", help="Replace files that exist.")
    parser.add_argument(
        "--pixel-size-nm", metavar="F", default=argparse.SUPPRESS,
        help="Side of one pixel of X in the sample, in nm. Default: as the file states it.",
    )  # fmt: skip
    add_stack_selection(parser)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Measure and tell. Raises FluoganError."""
    from fluogan_app.core.project.line_profiles import measured_profiles

    targets = {name: getattr(arguments, name) for name in ("csv", "peaks", "figure")}
    targets = {name: path for name, path in targets.items() if path is not None}
    for name, path in targets.items():
        endings, what = ((".png", ".svg", ".pdf"), "the figure") if name == "figure" else ((".csv",), "a table")
        check_ending(path, endings, what)
    check_targets(targets.values(), arguments.overwrite)
    line = Shape("line", (arguments.begin, arguments.end), arguments.width)
    subject = _subject(arguments)
    found = measured_profiles(line, subject.pictures, arguments.fit)
    if not any(np.isfinite(one.profile.values).any() for one in found):
        raise UsageError("The line lies outside the image.", "Give both ends in nm from the frame's upper left corner.")
    if report.json_only:
        report.json(_object(subject, line, found))
    else:
        report.text(*_lines(subject, line, found))
    _write(targets, subject, line, found)
    for path in targets.values():
        report.text(f"Written: {path}")
    return Exit.DONE


def _subject(arguments: argparse.Namespace) -> _Subject:
    from fluogan_app.cli.commands.measure import refuse_flags_for_files, run_of

    found = run_of(arguments)
    if found is not None:
        refuse_flags_for_files(arguments)
        return _of_run(found[1])
    return _of_file(arguments)


def _of_run(run: Run) -> _Subject:
    from fluogan_app.core.project.line_profiles import pictures_of_run

    return _Subject(str(run.folder), pictures_of_run(run, run.result()), "nm")


def _of_file(arguments: argparse.Namespace) -> _Subject:
    from fluogan_app.core.data.placement import Placement
    from fluogan_app.core.project.line_profiles import PlacedPicture
    from fluogan_app.core.project.measure import mean_picture

    stack = open_recording(arguments.file, arguments)
    try:
        known = stack.acquisition.with_values(Origin.USER, **given(arguments, Acquisition))
        frames, roi = frame_range(arguments.frames, stack.shape[0]), arguments.roi
        size_nm = known.pixel_size_nm
        image, pixel = mean_picture(stack, frames, roi).image, size_nm or 1.0
        corner = (0.0, 0.0) if roi is None else (roi.y0 * pixel, roi.x0 * pixel)
        count = stack.shape[0] if frames is None else len(frames)
        title = "Image" if count == 1 else f"Mean of {count} frames"
        picture = PlacedPicture(title, "counts", image, Placement(pixel, corner), known.offset)
        return _Subject(stack_path(arguments.file), (picture,), "px" if size_nm is None else "nm")
    finally:
        stack.close()


def _lines(subject: _Subject, line: Shape, found: tuple[MeasuredProfile, ...]) -> list[str]:
    from fluogan_app.core.project.line_profiles import caution, pair_text, peak_text

    unit = subject.unit
    drawn = f"{line.length_nm:.6g} {unit} at {line.angle_degrees:.1f}°, width {line.width_nm:g} {unit}"
    lines = [f"{subject.path}: {drawn}"]
    for one in found:
        lines.append(f"{one.title} ({one.unit})")
        lines += [f"  peak {index} {peak_text(peak, unit)}" for index, peak in enumerate(one.found.peaks, 1)]
        lines += [
            f"  peaks {index} and {index + 1}: {pair_text(pair, unit)}" for index, pair in enumerate(one.found.pairs, 1)
        ]
        lines.append(f"  {caution([one])}")
    return lines


def _object(subject: _Subject, line: Shape, found: tuple[MeasuredProfile, ...]) -> dict[str, Any]:
    return {
        "path": subject.path, "length_unit": subject.unit,
        "from": list(line.points_nm[0]), "to": list(line.points_nm[1]),
        "length": line.length_nm, "angle_degrees": line.angle_degrees, "width": line.width_nm,
        "distance": found[0].profile.distance_nm.tolist(),
        "profiles": [_profile_object(one) for one in found],
    }  # fmt: skip


def _profile_object(one: MeasuredProfile) -> dict[str, Any]:
    peaks = [
        _plain(place=peak.place_nm, place_error=peak.place_error_nm, height=peak.height, fwhm=peak.fwhm_nm,
               fwhm_error=peak.fwhm_error_nm) | {"fwhm_is_upper_bound": bool(peak.is_of_the_grid)}
        for peak in one.found.peaks
    ]  # fmt: skip
    pairs = [
        _plain(distance=pair.distance_nm, distance_error=pair.distance_error_nm, valley_of_lower_peak=pair.valley,
               valley_error=pair.valley_error) | {"resolved": bool(pair.resolved)}
        for pair in one.found.pairs
    ]  # fmt: skip
    fitted = one.fit.gaussians if one.fit is not None else ()
    fits = [_plain(place=fit.place_nm, fwhm=fit.fwhm_nm, fwhm_error=fit.fwhm_error_nm) for fit in fitted]
    values = [_number(value) for value in one.profile.values.tolist()]
    about = {"title": one.title, "unit": one.unit, "values": values, "noise": _number(one.found.noise)}
    return about | {"peaks": peaks, "pairs": pairs, "gaussians": fits}


def _plain(**values: float) -> dict[str, float | None]:
    return {name: _number(value) for name, value in values.items()}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _write(targets: dict[str, Path], subject: _Subject, line: Shape, found: tuple[MeasuredProfile, ...]) -> None:
    if not targets:
        return
    from fluogan_app.core.project.measurement_tables import ProfiledLine, peaks_table, profiles_table
    from fluogan_app.core.project.profile_figure import export_profiles

    lines, about = (ProfiledLine("Line", line, found),), {"Measured": subject.path}
    if "csv" in targets:
        write_text_atomic(targets["csv"], profiles_table(lines, subject.unit, about))
    if "peaks" in targets:
        write_text_atomic(targets["peaks"], peaks_table(lines, subject.unit, about))
    if "figure" in targets:
        export_profiles(targets["figure"], found, subject.unit, caption=Path(subject.path).name)


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = float("nan")
    if not np.isfinite([x, y]).all():
        raise argparse.ArgumentTypeError(f"“{text}” is no point; write two numbers, x and y, as in 800,1200")
    return x, y


def _width(text: str) -> float:
    try:
        width = float(text)
    except ValueError:
        width = -1.0
    if not 0 <= width < 1e9:
        raise argparse.ArgumentTypeError(f"“{text}” is no width; write a number from 0")
    return width
