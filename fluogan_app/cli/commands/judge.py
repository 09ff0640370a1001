"""`fluogan judge`: what can be trusted of a run, in sentences, with the numbers behind them."""

from __future__ import annotations

import argparse

from fluogan_app.cli import words
from fluogan_app.cli.arguments import run_number
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import ProgressLine
from fluogan_app.cli.report import Report
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.project.expected import why_no_model
from fluogan_app.core.project.folder import SUFFIX
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project

#: Repeats that are made where nothing else is said.
_REPEATS = 8


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The run, and what is to be computed for its judgement."""
    parser.add_argument("project", metavar=f"OUT{SUFFIX}", help="The project's folder.")
    parser.add_argument("--run", metavar="N", type=run_number, help="Which run. Default: the last one.")
    parser.add_argument(
        "--halves", action="store_true",
        help="Reconstruct odd and even frames separately, with δ = 0, and tell up to which period they agree.",
    )  # fmt: skip
    parser.add_argument(
        "--repeats", metavar="K", type=_repeat_count, nargs="?", const=_REPEATS,
        help=f"Make the run again until there are K repeats (default {_REPEATS}, at least 3) and tell which pixels "
        "vary. Those of an earlier call count.",
    )  # fmt: skip
    parser.add_argument(
        "--over", choices=("halves", "seeds"), default="halves",
        help="What differs between the repeats: random halves of the frames (default), or the random numbers.",
    )  # fmt: skip
    parser.add_argument(
        "--variance", action="store_true",
        help="Read the frames once and compare their variance over time with what the model says.",
    )  # fmt: skip
    parser.add_argument(
        "--doubtful-from", metavar="P", type=_share, default=50.0,
        help="A pixel is doubtful where its standard deviation exceeds P percent of its value. Default: 50.",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout and no progress.")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Compute what was asked for, judge, keep and tell. Raises FluoganError."""
    from fluogan_app.core.project.quality import judge, keep_judgement

    project = Project.open(arguments.project)
    run = project.run(arguments.run)
    run.result()  # a run without one is refused before hours of repeats
    if arguments.variance and (reason := why_no_model(run.record)):
        raise UsageError(f"The variance of the frames tells nothing of run {run.number}. {reason}", "Leave it out.")
    ended = _compute(project, run, arguments, report)
    found = judge(run, variation=arguments.doubtful_from / 100.0)
    keep_judgement(run, found)
    if report.json_only:
        report.json(found.to_json())
    else:
        report.text(*_lines(run, found))
    return Exit.DONE if ended else Exit.CANCELLED


def _compute(project: Project, run: Run, arguments: argparse.Namespace, report: Report) -> bool:
    """What takes its time; whether all of it came to its end."""
    if not (arguments.halves or arguments.repeats or arguments.variance):
        return True
    from fluogan_app.core.project.repeats import keep_halves, keep_repeats, keep_variance
    from fluogan_app.core.project.workflow import raw_stack

    control, line = Control(), ProgressLine(report.progress_stream)

    def sink_of(number: int, count: int, name: str) -> ProgressLine:
        line.done()
        report.note(f"Reconstructing: {name}.")
        return line

    stack = raw_stack(project, run.number)
    try:
        with cancelled_by_signals(control, report.stopping):
            if arguments.variance:
                keep_variance(run, stack, control)
            if arguments.halves and not control.cancelled:
                keep_halves(run, stack, control, sink_of)
            if arguments.repeats and not control.cancelled:
                keep_repeats(run, stack, arguments.over, arguments.repeats, control, sink_of)
    finally:
        line.done()
        stack.close()
    return not control.cancelled


def _lines(run: Run, found) -> list[str]:
    lines = [f"Run {run.number} of {run.folder.parent.parent.name}:", *(f"  {sentence}" for sentence in found.summary)]
    if found.balance is not None:
        lines.append(f"Photons                      per frame   in {found.balance.frames} frames")
        lines += [
            f"  {name:<24} {each:>11.4g}  {total:>11.4g}  {percent:>7.2f} %"
            for name, each, total, percent in found.balance.rows()
        ]
    rows = [(one.label, _value(one), one.meaning) for one in found.findings.measures]
    first, second = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    lines += [f"  {label:<{first}}  {value:<{second}}  {meaning}" for label, value, meaning in rows]
    lines += [f"Not told: {what}: {reason}" for what, reason in found.reasons.items()]
    return lines + [f"Note: {note}" for note in found.findings.notes]


def _value(measure) -> str:
    if measure.value is None:
        return "none"
    if measure.is_below_all_doubt:
        return "below 1e-6"
    text = words.measure_row(measure.name, measure.rounded)[1]
    number, _, unit = text.partition(" ")
    return f"{number} ± {measure.spread:.2g} {unit}".rstrip() if measure.spread is not None else text


def _repeat_count(text: str) -> int:
    if not text.isdecimal() or not 3 <= int(text) <= 1000:
        raise UsageError(f"--repeats takes a number from 3 to 1000, not {text}.", "Give for example --repeats 8.")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 1.0 <= value <= 1000.0:
        raise UsageError(f"--doubtful-from takes a share from 1 to 1000 %, not {text}.", "Give for example 50.")
    return value
