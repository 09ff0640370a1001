"""`fluogan train-unfolding`: a network of one's own for LSPARCOM."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.cli.training import add_training, run_training
from fluogan_app.core.methods.lsparcom.training_params import UnfoldingTraining

if TYPE_CHECKING:
    from fluogan_app.core.methods.learned.lesson import Lesson


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The network's file, and a flag for what it learns from and how."""
    parser.description = (
        f"{parser.description} It learns from simulated recordings; with the defaults that takes some minutes on one "
        "core. The network that comes with the program was made by this command."
    )
    parser.epilog = "Use it with: fluogan reconstruct FILE --method lsparcom --network unfolding.safetensors …"
    add_training(parser, UnfoldingTraining, "unfolding.safetensors")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """See run_training."""
    return run_training(arguments, UnfoldingTraining, _lesson, report)


def _lesson(params: UnfoldingTraining, device: str) -> Lesson:
    from fluogan_app.core.methods.lsparcom.lesson import UnfoldingLesson

    return UnfoldingLesson(params, device)
