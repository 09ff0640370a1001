"""Checkpoints on disk: the newest and the one before, as safetensors. No pickles."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import cannot_write, write_atomic
from fluogan_app.core.methods.base import Preview, State

LAST = "last.safetensors"
PREVIOUS = "previous.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """A run at one step: the solver's state, the curves so far, and the images, which can be shown without a solver."""

    state: State
    curves: Curves
    preview: Preview


class CheckpointFolder:
    """Where a run keeps its state. A damaged newest file falls back to the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint whose state is on the CPU; the former newest becomes the one before.

        Raises ProjectError; the checkpoints that stood before stand still.
        """
        from safetensors.torch import save_file

        state, curves = checkpoint.state, checkpoint.curves
        tensors = {_STATE + name: tensor.contiguous() for name, tensor in state.tensors.items()}
        tensors.update(_arrays_as_tensors(checkpoint))
        header = {"step": str(state.step), "metrics": json.dumps([vars(metric) for metric in curves.metrics])}
        incoming = self.folder / "incoming.safetensors"
        write_atomic(incoming, lambda path: save_file(tensors, str(path), metadata=header))
        try:
            if (self.folder / LAST).exists():
                os.replace(self.folder / LAST, self.folder / PREVIOUS)
            os.replace(incoming, self.folder / LAST)
        except OSError as error:
            raise cannot_write(self.folder / LAST, error) from error

    def load(self) -> Checkpoint | None:
        """The newest checkpoint that can be read, or None where there is none. Raises ProjectError if all are damaged."""
        present = [path for path in self._candidates() if path.exists()]
        for path in present:
            loaded = _load(path)
            if loaded is not None:
                return loaded
        if present:
            raise ProjectError(
                f"The checkpoints in {self.folder} are damaged.", "Start the run again with the same parameters."
            )
        return None

    def _candidates(self) -> list[Path]:
        # "incoming" is complete if it is there: a crash between the two renames leaves it as the newest.
        return [self.folder / "incoming.safetensors", self.folder / LAST, self.folder / PREVIOUS]


_STATE = "state/"
_COLUMN = "curve/"
_STEPS = "steps"
_ESTIMATE, _BACKGROUND = "image/estimate", "image/background"


def _arrays_as_tensors(checkpoint: Checkpoint) -> dict:
    import torch

    arrays = {_COLUMN + name: column for name, column in checkpoint.curves.columns.items()}
    arrays[_STEPS] = checkpoint.curves.steps
    arrays[_ESTIMATE], arrays[_BACKGROUND] = checkpoint.preview.estimate, checkpoint.preview.background
    # A copy of its own for each: safetensors refuses tensors that share memory, as views of one table do.
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}


def _load(path: Path) -> Checkpoint | None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        metrics = tuple(Metric(**entry) for entry in json.loads(header["metrics"]))
        return _checkpoint(int(header["step"]), metrics, tensors)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        return None


def _checkpoint(step: int, metrics: tuple[Metric, ...], tensors: dict) -> Checkpoint:
    def below(prefix: str) -> dict:
        return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

    columns = {name: tensor.numpy() for name, tensor in below(_COLUMN).items()}
    curves = Curves(metrics, tensors[_STEPS].numpy(), columns)
    preview = Preview(step, tensors[_ESTIMATE].numpy(), tensors[_BACKGROUND].numpy())
    return Checkpoint(State(step, below(_STATE)), curves, preview)


def write_curves_csv(path: Path, curves: Curves) -> None:
    """One row per step; the header names each metric with its unit. Raises ProjectError."""

    def write(temporary: Path) -> None:
        with open(temporary, "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["step", *(f"{m.name} [{m.unit}]" if m.unit else m.name for m in curves.metrics)])
            for index, step in enumerate(curves.steps):
                values = (curves.columns[metric.name][index] for metric in curves.metrics)
                rows.writerow([int(step), *("" if np.isnan(value) else repr(float(value)) for value in values)])

    write_atomic(path, write)
