"""A training at one step on disk: weights, the optimiser's moments, random numbers, curves. No pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluogan_app.core.errors import ReadError
from fluogan_app.core.files import write_atomic
from fluogan_app.core.tensor_files import checksum, read_tensors, write_tensors

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class TrainingState:
    """All that a training needs to go on. `about`: plain values, as JSON writes them."""

    step: int
    tensors: Mapping[str, torch.Tensor]
    about: Mapping[str, Any]


def training_path(network: Path) -> Path:
    """Where the checkpoint of the training lies whose network goes to `network`."""
    return network.with_name(f"{network.stem}.training{network.suffix}")


def write_training(path: Path, state: TrainingState) -> None:
    """Write a state whose tensors are on the processor, in one step. Raises ProjectError."""
    header = {
        "fluogan_training": "1",
        "step": str(state.step),
        "about": json.dumps(state.about, allow_nan=False),
        "checksum": checksum(state.tensors.items()),
    }
    write_atomic(path, lambda temporary: write_tensors(temporary, state.tensors, header))


def read_training(path: Path) -> TrainingState:
    """A state as it was written. Raises ReadError: missing, no such file, damaged."""
    from safetensors import SafetensorError

    if not path.is_file():
        raise ReadError(f"There is no checkpoint {path} to go on from.", "Start the training without --resume.")
    try:
        tensors, header = read_tensors(path)
        if checksum(tensors.items()) != header["checksum"]:
            raise ValueError("the checksum does not match")
        return TrainingState(int(header["step"]), tensors, json.loads(header["about"]))
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ReadError(
            f"{path} is no checkpoint of a training, or is damaged.", "Start the training without --resume."
        ) from error
