"""`fluogan compare`: several methods on one stack, or runs that there are, side by side with the same measures."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from fluogan_app.cli.arguments import add_declared, add_stack_selection, given
from fluogan_app.cli.asked_methods import ALL, asked_methods, requests
from fluogan_app.cli.asking import add_estimate_flag
from fluogan_app.cli.comparing import Comparing, Wanted, compare_runs
from fluogan_app.cli.destination import Destination, held
from fluogan_app.cli.drift import chosen_drift
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.recording import FILE_HELP, open_recording, stack_path
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.errors import ReadError, UsageError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.beside import newest_of_each, truth_beside
from fluogan_app.core.project.folder import SUFFIX, is_project, project_folder
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project

_FIGURES = (".png", ".svg", ".pdf")


#: What a comparison of runs that there are takes.
_OF_RUNS = frozenset((
    "file", "methods", "output", "runs", "halves", "truth", "imports", "import_pixel_size_nm", "figure", "table",
    "scale", "show", "overwrite", "json",
))  # fmt: skip


@dataclass(frozen=True)
class _Files:
    """Where figure and table go, and the truth."""

    figure: Path | None
    table: Path | None
    truth: Path | None


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE, the methods with their values, what is compared with what, and where it goes."""
    parser.description = (
        f"{parser.description} All methods get the same region, frames, recording and grid. They run one after the "
        "other as runs of one project; the same command goes on where it was cut off. The comparison is kept in the "
        "project."
    )
    parser.add_argument("file", metavar="FILE", help=f"{FILE_HELP} Or a project (OUT{SUFFIX}) whose runs are compared.")
    parser.add_argument("--methods", metavar="A,B,C", default="", help=f"{', '.join(METHODS)}; or {ALL}.")
    parser.add_argument("-o", "--output", metavar=f"OUT{SUFFIX}", help="The project of a stack's runs.")
    parser.add_argument(
        "--runs", metavar="1,2,5", type=_numbers, default=(),
        help="Of a project: these runs, in this order. Default: the newest of each method.",
    )  # fmt: skip
    parser.add_argument("--again", action="store_true", help="Also run what is done with the same values.")
    _add_values(parser)
    _add_measures(parser)
    add_estimate_flag(parser)
    parser.add_argument("--drift", metavar="correct|none|TABLE.csv", default="none",
                        help="Correct the drift of the sample, for all methods alike. Default: none.")  # fmt: skip
    add_stack_selection(parser)
    add_declared(parser, "Recording", Acquisition)
    add_declared(parser, "Run", RunSettings)


def _add_values(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("Values of the methods")
    group.add_argument("--zoom", metavar="N", help="Fine pixels per camera pixel, of all methods.")
    group.add_argument("--preset", metavar="METHOD=NAME", action="append", default=[],
                       help="A preset of one method. Can be given several times.")  # fmt: skip
    group.add_argument(
        "--set", metavar="METHOD.NAME=VALUE", action="append", default=[],
        help="A parameter of one method, as in --set fluogan.lambda1=0.5. Can be given several times. “fluogan "
        "reconstruct --method METHOD --help” lists them.",
    )  # fmt: skip


def _add_measures(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("What is measured, and where it goes")
    group.add_argument(
        "--halves", action="store_true",
        help="Reconstruct odd and even frames too, two more runs of each method, for the ring correlation.",
    )  # fmt: skip
    group.add_argument(
        "--truth", metavar="TRUTH.npz", type=Path,
        help="The truth of a simulated stack. Default: STACK.truth.npz or STACK.npz beside it (STACK: its "
        "name without .tif, .ome.tif …), where there is one.",
    )  # fmt: skip
    group.add_argument(
        "--import", metavar="IMAGE", dest="imports", action="append", type=Path, default=[],
        help="The result of another program, placed by its pixel size. Can be given several times; “fluogan import” "
        "takes title, unit and place too.",
    )  # fmt: skip
    group.add_argument(
        "--import-pixel-size-nm", metavar="F", type=float,
        help="Side of the pixels of imported images, in nm, where their files do not state it.",
    )  # fmt: skip
    group.add_argument("--figure", metavar="F.png", type=Path, help="All images in one figure: PNG, SVG or PDF.")
    group.add_argument("--table", metavar="T.csv", type=Path, help="All measures, with units in the head.")
    group.add_argument(
        "--scale", choices=("own", "same"), default="own",
        help="Colours of the figure: each image its own scale, or one for images that show light in the same unit.",
    )  # fmt: skip
    group.add_argument(
        "--show", choices=("images", "errors"), default="images",
        help="In the figure: the images, or how far each, blurred again, is from the recorded mean.",
    )  # fmt: skip
    group.add_argument("--overwrite", action="store_true", help="Replace a figure and a table that exist.")
    group.add_argument("--json", action="store_true", help="One JSON object on stdout and no progress.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Run what is to be run, compare and tell. Raises FluoganError where the input is bad."""
    files = _files(arguments)
    wanted = Wanted(
        arguments.halves, arguments.again, tuple(arguments.imports), arguments.import_pixel_size_nm, files.truth,
        arguments.scale == "same", arguments.show, files.figure, files.table,
    )  # fmt: skip
    if is_project(Path(arguments.file)):
        return _of_project(arguments, wanted, report)
    return _of_stack(arguments, wanted, report)


def _of_project(arguments: argparse.Namespace, wanted: Wanted, report: Report) -> Exit:
    if arguments.methods or arguments.output:
        raise UsageError(
            "--methods and -o are for a stack, and a project was given.",
            "Give the stack with -o PROJECT to add methods, or leave the two away.",
        )
    _refuse_values(arguments)
    project = held(Project.open(arguments.file))
    try:
        runs = [project.run(number) for number in arguments.runs] or newest_of_each(project.runs())
        if not runs and not wanted.imports:
            raise UsageError(f"{project.folder.name} has no finished run to compare.", "Reconstruct a stack first.")
        with ExitStack() as opened:
            comparing = Comparing(lambda: project, report)
            return compare_runs(comparing, runs, _with_truth(wanted, project, runs), opened)
    finally:
        project.let_go()


def _refuse_values(arguments: argparse.Namespace) -> None:
    """What only new runs could follow. Raises UsageError."""
    plain = _plain_parser().parse_args([arguments.file])
    changed = [
        f"--{name.replace('_', '-')}" for name, value in vars(plain).items()
        if name not in _OF_RUNS and getattr(arguments, name, value) != value
    ]  # fmt: skip
    declared = (given(arguments, Acquisition), given(arguments, RunSettings))
    changed += [f"--{name.replace('_', '-')}" for part in declared for name in part]
    if changed:
        raise UsageError(
            f"{', '.join(changed)} would change how images are made, and a project's runs are made already.",
            "Leave it away, or give the stack with --methods and -o PROJECT.",
        )


def _plain_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser, [])
    return parser


def _of_stack(arguments: argparse.Namespace, wanted: Wanted, report: Report) -> Exit:
    if arguments.runs:
        raise UsageError("--runs is for a project, and a stack was given.", "Name the methods with --methods.")
    if not arguments.output:
        raise UsageError("The runs need a project.", f"Name it with -o OUT{SUFFIX}.")
    asked, folder = asked_methods(arguments), project_folder(arguments.output)
    with Destination(folder, overwrite=False) as destination, ExitStack() as opened:
        stack = open_recording(arguments.file, arguments)
        opened.callback(stack.close)
        destination.check_stack(stack)
        drift, told = chosen_drift(arguments, stack, report)
        stack = corrected(stack, drift)
        report.warnings((*stack.warnings, *told, *(remark for one in asked for remark in one.remarks)))
        path = Path(stack_path(arguments.file))
        wanted = wanted if wanted.truth is not None else replace(wanted, truth=_fitting_truth(path, stack.shape[1:]))
        comparing = Comparing(destination.project, report, destination.started)
        return comparing.methods(stack, requests(asked, arguments, stack), wanted, opened)


def _files(arguments: argparse.Namespace) -> _Files:
    if arguments.figure is not None:
        check_ending(arguments.figure, _FIGURES, "the figure")
    if arguments.table is not None:
        check_ending(arguments.table, (".csv",), "the table")
    check_targets([path for path in (arguments.figure, arguments.table) if path is not None], arguments.overwrite)
    if arguments.truth is not None:
        _check_truth(arguments.truth)
    size_nm = arguments.import_pixel_size_nm
    if size_nm is not None and not 0.01 <= size_nm <= 100_000:
        raise UsageError(f"A pixel of {size_nm:g} nm is none.", "Give --import-pixel-size-nm in nm, from 0.01.")
    for path in arguments.imports:
        _check_image(path, size_nm)
    return _Files(arguments.figure, arguments.table, arguments.truth)


def _check_truth(path: Path) -> None:
    """Before hours of runs. Raises ReadError."""
    from fluogan_app.core.project.reference import TRUTH_ENDING
    from fluogan_app.core.simulate.recording import read_truth

    hint = f"Give the file that “simulate --truth” wrote; its name ends in {TRUTH_ENDING}."
    if not path.is_file():
        raise ReadError(f"{path} is not there.", hint)
    if path.suffix.lower() != TRUTH_ENDING:
        raise ReadError(f"{path.name} holds no truth of a simulated stack.", hint)
    read_truth(path)


def _check_image(path: Path, size_nm: float | None) -> None:
    """Likewise. Raises ReadError, DataError, UsageError."""
    from fluogan_app.core.project.importing import look_at

    if look_at(path).pixel_size_nm is None and size_nm is None:
        raise UsageError(
            f"{path.name} does not state the size of its pixels, so it cannot be placed.",
            "Give the side of one of them in the sample, in nm (--import-pixel-size-nm).",
        )


def _fitting_truth(path: Path, shape_yx: tuple[int, int]) -> Path | None:
    """A truth that lies beside a stack of so many camera pixels, and is of as many."""
    from fluogan_app.core.simulate.recording import read_truth

    beside = truth_beside(path)
    try:
        fits = beside is not None and read_truth(beside).background.shape == tuple(shape_yx)
    except ReadError:
        return None
    return beside if fits else None


def _with_truth(wanted: Wanted, project: Project, runs: list[Run]) -> Wanted:
    link = project.document.link
    if wanted.truth is not None or link is None or not runs:
        return wanted
    return replace(wanted, truth=_fitting_truth(Path(link.path), link.shape_tyx[1:]))


def _numbers(text: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” names no runs; write their numbers, as in 1,2,5")
    return tuple(dict.fromkeys(numbers))
