"""`fluogan measure`: how fine an image, a stack or a run resolves, and how near it comes to a reference."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from fluogan_app.cli.arguments import SELECTED, add_stack_selection, frame_range, given, run_number
from fluogan_app.cli.commands import measure_profile
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.findings import Subject, findings_lines, findings_object
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import ProgressLine
from fluogan_app.cli.recording import FILE_HELP, open_recording, stack_path
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.project.folder import SUFFIX, is_project
from fluogan_app.core.project.run import RECORD, Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers.base import ONE_FRAME


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """What is measured, against what, and where the figure goes."""
    if measure_profile.is_meant(argv):
        measure_profile.add_arguments(parser)
        return
    parser.epilog = "The values along a line: “fluogan measure profile --help”."
    parser.add_argument(
        "file", metavar="X",
        help=f"An image, or a stack, whose mean is measured and whose odd and even frames are compared. {FILE_HELP} "
        f"Or a project (OUT{SUFFIX}) or the folder of a run, whose estimate is measured.",
    )  # fmt: skip
    parser.add_argument(
        "--reference", metavar="R", type=Path,
        help="What the image is compared with: the truth of a simulation (.npz), or an image of the same field. With "
        "at least as many pixels it is the truth; with fewer, what the microscope saw, for example the mean frame.",
    )  # fmt: skip
    parser.add_argument("--run", metavar="N", type=run_number, help="Which run of a project. Default: the last one.")
    parser.add_argument(
        "--frc", action="store_true",
        help="Of a run: reconstruct odd and even frames separately, with δ = 0, and correlate the two ring by ring. "
        "Takes about as long as the run's mean fit.",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout and no progress.")
    parser.add_argument("--figure", metavar="F.png", type=Path, help="The image, error map and curves as a figure.")
    parser.add_argument("--overwrite", action="store_true", help="Replace a figure that exists.")
    parser.add_argument(
        "--pixel-size-nm", metavar="F", default=argparse.SUPPRESS,
        help="Side of one pixel of X in the sample, in nm. Default: as the file states it.",
    )  # fmt: skip
    add_stack_selection(parser)


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Measure and tell. Raises FluoganError."""
    if "begin" in arguments:
        return measure_profile.execute(arguments, report)
    if arguments.figure is not None:
        check_ending(arguments.figure, (".png",), "the figure")
        check_targets([arguments.figure], arguments.overwrite)
    found = run_of(arguments)
    subject = _of_file(arguments) if found is None else _of_run(*found, arguments, report)
    if subject is None:
        return Exit.CANCELLED
    if arguments.reference is not None:
        subject = _compared(subject, arguments.reference)
    if report.json_only:
        report.json(findings_object(subject))
    else:
        report.warnings(subject.warnings)
        report.text(*findings_lines(subject))
    if arguments.figure is not None:
        _draw(arguments.figure, subject)
        report.text(f"Figure written to {arguments.figure}")
    return Exit.DONE


def run_of(arguments: argparse.Namespace) -> tuple[Project, Run] | None:
    """The run that X names, or None where it is a file. Raises UsageError, ProjectError."""
    folder = Path(arguments.file)
    if folder.is_dir() and (folder / RECORD).is_file():
        run = Run.open(folder)
        if arguments.run not in (None, run.number):
            raise UsageError(f"{folder} is run {run.number}, not {arguments.run}.", "Leave --run away.")
        return Project.open(folder.parent.parent), run
    if is_project(folder):
        project = Project.open(folder)
        return project, project.run(arguments.run)
    if arguments.frc or arguments.run is not None:
        flag = "--frc" if arguments.frc else "--run"
        raise UsageError(f"{flag} is for a run, and {folder} is no project.", "Give the project or leave it away.")
    return None


def _of_file(arguments: argparse.Namespace) -> Subject:
    from fluogan_app.core.project.measure import known_pixel_size, mean_picture, measure_image, measure_stack

    stack = open_recording(arguments.file, arguments)
    try:
        known = stack.acquisition.with_values(Origin.USER, **given(arguments, Acquisition))
        size_nm = known_pixel_size(known, stack.recording)
        frames = frame_range(arguments.frames, stack.shape[0])
        count = stack.shape[0] if frames is None else len(frames)
        if count > 1:
            picture, findings = measure_stack(stack, size_nm, frames, arguments.roi)
        else:
            picture = mean_picture(stack, frames, arguments.roi)
            findings = measure_image(picture.image, size_nm)
        warnings = tuple(warning for warning in stack.warnings if warning != ONE_FRAME)
        return Subject(
            stack_path(arguments.file), count, picture.image, size_nm, findings, warnings, {}, arguments.roi,
            stack.shape[1:],
        )  # fmt: skip
    finally:
        stack.close()


def _of_run(project: Project, run: Run, arguments: argparse.Namespace, report: Report) -> Subject | None:
    from fluogan_app.core.project.measure import measure_run

    refuse_flags_for_files(arguments)
    result = run.result()
    findings = measure_run(run, result)
    if arguments.frc:
        from fluogan_app.core.metrics.findings import agreement

        halves = _halves(project, run, report)
        if halves is None:
            return None
        findings += agreement(*halves, result.fine_pixel_size_nm, reconstructed=True)
    findings = replace(findings, notes=(*findings.notes, *result.notes))
    link = run.record.link
    return Subject(
        str(run.folder), 0, result.estimate, result.fine_pixel_size_nm, findings, (), result.measures,
        run.record.roi if link is not None else None, link.shape_tyx[1:] if link is not None else None,
        claims=run.record.claims,
    )  # fmt: skip


def refuse_flags_for_files(arguments: argparse.Namespace) -> None:
    """Raises UsageError: a run knows its frames, region and pixel size."""
    flags = vars(arguments)
    named = [name for name in ("frames", "roi", *SELECTED) if flags[name] is not None]
    named += [name for name in ("pixel_size_nm",) if name in flags]
    named += [name for name in ("time_axis", "alone") if flags[name]]
    if named:
        flag = "--" + named[0].replace("_", "-")
        raise UsageError(f"{flag} is for a file; a run has its own.", "Leave it away, or export the image first.")


def _halves(project: Project, run: Run, report: Report):
    """The estimates from odd and from even frames; None where the user stopped them."""
    from fluogan_app.core.project.halves import half_reconstructions
    from fluogan_app.core.project.workflow import raw_stack

    control, line = Control(), ProgressLine(report.progress_stream)

    def sink_of(half: str) -> ProgressLine:
        line.done()
        report.note(f"Reconstructing the {half} frames.")
        return line

    stack = raw_stack(project, run.number)
    try:
        with cancelled_by_signals(control, report.stopping):
            return half_reconstructions(stack, run.record, control, sink_of)
    finally:
        line.done()
        stack.close()


def _compared(subject: Subject, path: Path) -> Subject:
    from fluogan_app.core.project.reference import compare, read_reference

    reference = read_reference(path)
    if subject.roi is not None:
        camera_nm = subject.pixel_size_nm * subject.image.shape[0] / subject.roi.height
        reference = reference.within(subject.roi, subject.whole, camera_nm)
    return subject.with_reference(reference.name, compare(subject.image, subject.pixel_size_nm, reference))


def _draw(path: Path, subject: Subject) -> None:
    from fluogan_app.core.project.measure_figure import export_measures

    export_measures(
        path, subject.image, subject.pixel_size_nm, subject.findings, subject.title, subject.unit, subject.caption
    )
