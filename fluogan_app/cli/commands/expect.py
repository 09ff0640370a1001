"""`fluogan expect`: how finely a recording like this one can be resolved, on lines that are known."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluogan_app.cli import words
from fluogan_app.cli.arguments import add_declared, add_stack_selection, frame_range, given
from fluogan_app.cli.asking import add_method_name, method_in
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import PercentLine
from fluogan_app.cli.recording import FILE_HELP, open_recording, with_flags
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS, method_to_run
from fluogan_app.core.params import validated
from fluogan_app.core.project.expect_params import ExpectParams
from fluogan_app.core.project.prepare import RunRequest

if TYPE_CHECKING:
    from fluogan_app.core.project.expect import Expectation, ExpectStage


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILE, --figure, and a flag for what is simulated, how it was recorded, and how it is reconstructed."""
    parser.description = (
        f"{parser.description} The lines have this stack's pixel size, PSF, light and number of frames, and are "
        "reconstructed with the same settings; it takes some seconds."
    )
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    parser.add_argument("--figure", metavar="LINES.png", help="Truth, mean frame and reconstruction, PNG at 300 dpi.")
    parser.add_argument("--overwrite", action="store_true", help="Replace a figure that exists.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")
    add_declared(parser, "Simulated lines", ExpectParams)
    add_stack_selection(parser)
    add_declared(parser, "Recording", Acquisition)
    method = METHODS[method_in(argv)]
    add_method_name(parser)
    add_declared(parser, method.title, method.params_type)
    add_declared(parser, "Run", RunSettings, only=("device",))


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Look at the light, simulate, reconstruct, tell. Raises FluoganError where the input is bad."""
    from fluogan_app.core.project.expect import expect

    figure = _figure(arguments)
    method = method_to_run(arguments.method)
    asked = validated(ExpectParams, given(arguments, ExpectParams))
    params = validated(method.params_type, given(arguments, method.params_type))
    settings = validated(RunSettings, given(arguments, RunSettings))
    stack = open_recording(arguments.file, arguments)
    control, line = Control(), PercentLine(report.progress_stream, "Simulating and reconstructing lines")
    try:
        roi = arguments.roi.checked(stack.shape[1:]) if arguments.roi is not None else None
        camera = with_flags(stack, given(arguments, Acquisition))
        frames = frame_range(arguments.frames, stack.shape[0])
        request = RunRequest(method.name, params, settings, camera, roi, frames)

        def tell(stage: ExpectStage) -> None:
            line.amount(round(1000 * stage.fraction), 1000)

        with cancelled_by_signals(control, report.stopping):
            found = expect(stack, request, asked, tell, control)
    finally:
        line.done()
        stack.close()
    if found is None:
        report.interrupted()
        return Exit.CANCELLED
    _tell(found, figure, report)
    return Exit.DONE


def _figure(arguments: argparse.Namespace) -> Path | None:
    if arguments.figure is None:
        return None
    path = Path(arguments.figure)
    check_ending(path, (".png",), "the figure")
    check_targets([path], arguments.overwrite)
    return path


def _tell(found: Expectation, figure: Path | None, report: Report) -> None:
    from fluogan_app.core.project.expect_figure import export_expectation
    from fluogan_app.core.project.expect_words import LIMITS, conditions, facts, headline, spread_words

    if figure is not None:
        export_expectation(figure, found)
    if report.json_only:
        report.json(_object(found, figure))
        return
    report.text(headline(found), "")
    report.text(*words.table(_share_rows(found)), "")
    report.text(*words.table(facts(found)), "", "Simulated:")
    report.text(*words.table(conditions(found)))
    for sentence in (*found.notes, spread_words(found), *LIMITS):
        report.text(f"Note: {sentence}")
    if figure is not None:
        report.text(*words.written({"figure": figure}))


def _share_rows(found: Expectation) -> list[tuple[str, str]]:
    from fluogan_app.core.project.expect_words import shares

    rows = [("Distance", "told apart in")]
    for spacing_nm, share, least, most, error_nm in shares(found):
        between = f" ({100 * least:.0f} to {100 * most:.0f} %)" if most > least else ""
        off = "" if error_nm is None else f", {round(error_nm) or 0:+d} nm off".replace("-", "−")
        rows.append((f"{spacing_nm:.4g} nm", f"{100 * share:.0f} % of the rows{between}{off}"))
    return rows


def _object(found: Expectation, figure: Path | None) -> dict[str, Any]:
    from fluogan_app.core.project.expect_words import headline

    def plain(value: Any) -> Any:
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return {
        "says": headline(found),
        "finest_nm": list(found.finest_nm),
        "tries": [{name: plain(value) for name, value in asdict(one).items()} for one in found.tries],
        "simulated": found.simulated,
        "asked": found.asked,
        "run_seconds": found.run_seconds,
        "notes": list(found.notes),
        "figure": str(figure) if figure is not None else None,
    }
