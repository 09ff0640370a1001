"""`fluogan batch`: the same reconstruction for many files, a project for each."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli import words
from fluogan_app.cli.arguments import selection
from fluogan_app.cli.asking import add_estimate_flag, add_method_flags, asked_of_all, method_in
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import ProgressLine
from fluogan_app.cli.report import Report
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.project.batch import ENDINGS, TABLE, BatchItem, ItemState, batch_items, run_batch
from fluogan_app.core.project.workflow import RunRequest


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """FILES, where the projects go, and all flags of `reconstruct` that hold for each file."""
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path,
                        help=f"Stacks, or folders with stacks ({', '.join(ENDINGS)}).")  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="FOLDER", type=Path,
        help=f"The folder of the projects, and of the table {TABLE} with state and measures of all files. Default: "
        "each project beside its file, and no table.",
    )  # fmt: skip
    parser.add_argument("--again", action="store_true",
                        help="Also run what a finished run in its project has done with these parameters.")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout and no progress.")
    add_estimate_flag(parser)
    add_method_flags(parser, method_in(argv))


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """Run all, tell of each as it ends. Raises UsageError, ParameterError before anything is written."""
    asked = asked_of_all(arguments)
    items = batch_items(arguments.files, arguments.output)
    table = arguments.output / TABLE if arguments.output is not None else None

    def ask(stack: Stack) -> RunRequest:
        return asked.request(arguments, asked.known(stack))

    report.warnings(asked.left_out)
    control, line = Control(), ProgressLine(report.progress_stream)

    def told(index: int, item: BatchItem) -> None:
        line.done()
        report.note(f"{index + 1} of {len(items)}: {_sentence(item)}")

    with cancelled_by_signals(control, report.stopping):
        done = run_batch(items, ask, control, line, told, table, arguments.again, selection(arguments))
    line.done()
    _tell(done, report)
    return Exit.CANCELLED if control.cancelled else _code(done)


def _code(done: tuple[BatchItem, ...]) -> Exit:
    """A file that failed is a fault of the whole: a script must hear of it."""
    return Exit.BAD_INPUT if any(item.state is ItemState.FAILED for item in done) else Exit.DONE


def _sentence(item: BatchItem) -> str:
    return " ".join(part for part in (f"{item.path}: {item.state.value}.", item.words) if part)


def _tell(done: tuple[BatchItem, ...], report: Report) -> None:
    if report.json_only:
        report.json({"files": [_object(item) for item in done]})
        return
    counts = {state: sum(item.state is state for item in done) for state in ItemState}
    told = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    report.text(f"{len(done)} files: {told}.", *words.table([(str(item.path), _outcome(item)) for item in done]))


def _outcome(item: BatchItem) -> str:
    if item.run is None:
        return _sentence(item).removeprefix(f"{item.path}: ")
    took = f" in {words.duration(item.seconds)}" if item.seconds and item.state is ItemState.FINISHED else ""
    remark = f" {item.words}" if item.words else ""
    return f"{item.state.value}{took}, run {item.run} of {item.project}.{remark}"


def _object(item: BatchItem) -> dict[str, object]:
    return {
        "file": str(item.path), "project": str(item.project), "run": item.run, "state": item.state.value,
        "seconds": item.seconds, "measures": dict(item.measures), "remark": item.words,
    }  # fmt: skip
