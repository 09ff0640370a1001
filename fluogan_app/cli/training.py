"""The training of a network in the terminal: heard by Ctrl-C, shown as it goes, kept, and told at its end."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluogan_app.cli import words
from fluogan_app.cli.arguments import add_declared, given
from fluogan_app.cli.exits import Exit
from fluogan_app.cli.interrupts import cancelled_by_signals
from fluogan_app.cli.progress import ProgressLine
from fluogan_app.cli.report import Report
from fluogan_app.cli.targets import check_ending, check_targets
from fluogan_app.core.data.result import Curves
from fluogan_app.core.errors import UsageError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Progress
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.learned.network_file import SUFFIX, read_network, write_network
from fluogan_app.core.methods.learned.params import TrainingParams
from fluogan_app.core.methods.learned.training_file import training_path
from fluogan_app.core.params import validated

if TYPE_CHECKING:
    from fluogan_app.core.methods.learned.lesson import Lesson
    from fluogan_app.core.methods.learned.training import Trained

#: Makes what is learned, with these parameters on this device; may take a minute.
LessonMaker = Callable[[Any, str], "Lesson"]


def add_training(parser: argparse.ArgumentParser, declared: type[TrainingParams], default: str) -> None:
    """-o, --resume, --overwrite, --json, a flag for every declared parameter, and the device."""
    network = f"The network's file; its record is written beside it as JSON. Default: {default}."
    parser.add_argument("-o", "--output", metavar="FILE.safetensors", default=default, help=network)
    parser.add_argument(
        "--resume", action="store_true", help="Go on with a training of the same parameters that was stopped."
    )
    parser.add_argument("--overwrite", action="store_true", help="Replace a network that exists.")
    parser.add_argument("--json", action="store_true", help="One JSON object on stdout: the record of the training.")
    add_declared(parser, "Training", declared)
    add_declared(parser, "Run", RunSettings, only=("device",))


def run_training(
    arguments: argparse.Namespace, declared: type[TrainingParams], make: LessonMaker, report: Report
) -> Exit:
    """Train, keep and tell. Raises UsageError, ParameterError, DeviceError, ReadError, SolverError, ProjectError."""
    from fluogan_app.core.device import choose_device
    from fluogan_app.core.methods.learned.training import train

    output = Path(arguments.output)
    _check_output(output, arguments.resume, arguments.overwrite)
    params = validated(declared, given(arguments, declared))
    device = choose_device(validated(RunSettings, given(arguments, RunSettings)).device)
    report.note(f"Device: {device.title}. {device.reason} Drawing the images to learn from …")
    lesson, control, heard = make(params, device.device), Control(), _Heard(report)
    try:
        with cancelled_by_signals(control, report.stopping):
            checkpoint = training_path(output)
            trained = train(lesson, params, heard, checkpoint, arguments.resume, lambda: control.cancelled)
    finally:
        heard.line.done()
    return _keep(output, lesson.kind, trained, report)


def _check_output(output: Path, resume: bool, overwrite: bool) -> None:
    check_ending(output, (SUFFIX,), "a network")
    checkpoint = training_path(output)
    if checkpoint.exists() and not (resume or overwrite):
        raise UsageError(
            f"{checkpoint} holds a training that was stopped.",
            "Go on with it with --resume, or drop it with --overwrite.",
        )
    if resume and not checkpoint.exists():
        raise UsageError(f"There is no {checkpoint} to go on from.", "Start the training without --resume.")
    # A training that was stopped has left the best network so far, which going on replaces.
    check_targets([output], overwrite or resume)
    check_targets([output.with_suffix(".json")], overwrite or (resume and output.exists()))


def _keep(output: Path, kind: str, trained: Trained, report: Report) -> Exit:
    code, record = Exit.DONE if trained.finished else Exit.CANCELLED, dict(trained.record)
    if trained.record["curves"]:
        write_network(output, kind, trained.tensors, trained.record)
        record["sha256"] = read_network(output, kind).sha256
        write_json_atomic(output.with_suffix(".json"), record)
    if trained.finished:
        training_path(output).unlink(missing_ok=True)
    if report.json_only:
        report.json(record)
    else:
        report.text(*_told(output, trained))
    return code


def _told(output: Path, trained: Trained) -> list[str]:
    record = trained.record
    took = words.duration(record["seconds"])
    lines = [f"Trained {record['steps_done']} of {record['params']['steps']} steps in {took}."]
    if record["curves"]:
        lines.append(f"{output}: {record['weights']} weights, {measures_text(record['kept'])}.")
    if not trained.finished:
        lines.append("Go on: give the same command with --resume.")
    return lines


def measures_text(measures: Mapping[str, float]) -> str:
    """“step 250, error 0.0012, PSNR 29.1 dB”: names that end in a unit have it behind the number."""
    parts = []
    for name, value in measures.items():
        word = f"{name.removesuffix('_db')} {value:.4g}"
        parts.append(f"{word} dB".replace("psnr", "PSNR") if name.endswith("_db") else word.replace("_", " "))
    return ", ".join(parts)


class _Heard:
    """Shows how a training goes on: one line that moves, and a line for each validation."""

    def __init__(self, report: Report) -> None:
        self._report, self.line = report, ProgressLine(report.progress_stream)
        self._began: tuple[float, int] | None = None

    def step(self, step: int, total_steps: int, loss: float) -> None:
        now = time.perf_counter()
        self._began = self._began or (now, step)
        seconds, steps = now - self._began[0], step - self._began[1]
        rate = steps / seconds if seconds > 1.0 else None
        left = (total_steps - step) / rate if rate else None
        self.line.progress(Progress(step, total_steps, "Training", False, seconds, rate, left, Curves()))

    def validated(self, step: int, measures: Mapping[str, float], best: bool) -> None:
        self.line.done()
        kept = " (the best so far)" if best else ""
        self._report.note(f"Step {step}: {measures_text(measures)}{kept}.")
