"""`fluogan train-denoiser`: a denoiser of one's own for PnP-COL0RME."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fluogan_app.cli.exits import Exit
from fluogan_app.cli.report import Report
from fluogan_app.cli.training import add_training, run_training
from fluogan_app.core.methods.pnp_col0rme.training_params import DenoiserTraining

if TYPE_CHECKING:
    from fluogan_app.core.methods.learned.lesson import Lesson


def add_arguments(parser: argparse.ArgumentParser, argv: list[str]) -> None:
    """The network's file, and a flag for what it learns from and how."""
    parser.description = (
        f"{parser.description} It learns from simulated covariance images with noise; with the defaults that takes "
        "about twenty minutes on one core. The network that comes with the program was trained with these defaults."
    )
    parser.epilog = "Use it with: fluogan reconstruct FILE --method pnp_col0rme --network denoiser.safetensors …"
    add_training(parser, DenoiserTraining, "denoiser.safetensors")


def execute(arguments: argparse.Namespace, report: Report) -> Exit:
    """See run_training."""
    return run_training(arguments, DenoiserTraining, _lesson, report)


def _lesson(params: DenoiserTraining, device: str) -> Lesson:
    from fluogan_app.core.methods.pnp_col0rme.lesson import DenoiserLesson

    return DenoiserLesson(params, device)
