"""Checkpoints on disk: the newest and the one before, as safetensors. No pickles.

What a state has finished lies beside them, one file for each part, written once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.data.result import Curves, Metric, PhaseMark
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import cannot_write, gone, replace, write_atomic
from fluogan_app.core.jobs.finished_parts import FinishedParts
from fluogan_app.core.methods.base import Preview, State
from fluogan_app.core.tensor_files import checksum, read_tensors, write_tensors

INCOMING = "incoming.safetensors"
LAST = "last.safetensors"
PREVIOUS = "previous.safetensors"

_STATE, _COLUMN, _STEPS = "state/", "curve/", "steps"
_ESTIMATE, _BACKGROUND = "image/estimate", "image/background"


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
        self._parts = FinishedParts(folder)

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint whose state is on the CPU; the former newest becomes the one before.

        Raises ProjectError; the checkpoints that stood before stand still.
        """
        if not self.folder.parent.is_dir():
            raise gone("run", self.folder.parent)
        parts = self._parts.save(checkpoint.state.finished)
        incoming = self.folder / INCOMING
        write_atomic(incoming, lambda path: _write(path, checkpoint, parts))
        try:
            if (self.folder / LAST).exists():
                replace(self.folder / LAST, self.folder / PREVIOUS)
            replace(incoming, self.folder / LAST)
        except OSError as error:
            raise cannot_write(self.folder / LAST, error) from error

    def load(self) -> Checkpoint | None:
        """The newest checkpoint that can be read, None where there is none. Raises ProjectError if all are damaged."""
        return self._newest(partial(_checkpoint, self._parts))

    def look(self) -> tuple[Curves, Preview] | None:
        """Curves and images of the newest checkpoint, without its state and without torch. Raises as `load`."""
        return self._newest(_looked_at)

    def step(self) -> int | None:
        """The step of the newest checkpoint whose header can be read, None where there is none."""
        try:
            return self._newest(_step)
        except ProjectError:
            return None

    def _newest(self, read) -> Any:
        # "incoming" is complete if it is there: a crash between the two renames leaves it as the newest.
        present = [path for name in (INCOMING, LAST, PREVIOUS) if (path := self.folder / name).exists()]
        for path in present:
            content = _content(path, read)
            if content is not None:
                return content
        if present:
            raise ProjectError(
                f"The checkpoints in {self.folder} are damaged.", "Start the run again with the same parameters."
            )
        return None


def _write(path: Path, checkpoint: Checkpoint, parts: Mapping[str, str]) -> None:
    tensors = {_STATE + name: tensor for name, tensor in checkpoint.state.tensors.items()}
    tensors.update(_shown_tensors(checkpoint))
    header = {
        "step": str(checkpoint.state.step),
        "metrics": json.dumps([vars(metric) for metric in checkpoint.curves.metrics]),
        "marks": json.dumps([vars(mark) for mark in checkpoint.curves.marks]),
        "finished": json.dumps(parts),
        "checksum": checksum(tensors.items()),
    }
    write_tensors(path, tensors, header)


def _shown_tensors(checkpoint: Checkpoint) -> dict:
    import torch

    arrays = {_COLUMN + name: column for name, column in checkpoint.curves.columns.items()}
    arrays[_STEPS] = checkpoint.curves.steps
    arrays[_ESTIMATE], arrays[_BACKGROUND] = checkpoint.preview.estimate, checkpoint.preview.background
    # A copy of its own for each: safetensors refuses tensors that share memory, as views of one table do.
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}


def _content(path: Path, read) -> Any:
    from safetensors import SafetensorError

    try:
        return read(path)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        return None


def _checkpoint(parts: FinishedParts, path: Path) -> Checkpoint:
    tensors, header = read_tensors(path)
    if checksum(tensors.items()) != header["checksum"]:
        raise ValueError("the checksum does not match")
    state = {name.removeprefix(_STATE): value for name, value in tensors.items() if name.startswith(_STATE)}
    arrays = {name: value.numpy() for name, value in tensors.items() if not name.startswith(_STATE)}
    step, finished = int(header["step"]), parts.load(json.loads(header.get("finished", "{}")))
    return Checkpoint(State(step, state, finished), _curves(header, arrays), _preview(step, arrays))


def _looked_at(path: Path) -> tuple[Curves, Preview]:
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as file:
        header = file.metadata() or {}
        arrays = {name: np.array(file.get_tensor(name)) for name in file.keys() if not name.startswith(_STATE)}
    return _curves(header, arrays), _preview(int(header["step"]), arrays)


def _step(path: Path) -> int:
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as file:
        return int((file.metadata() or {})["step"])


def _curves(header: Mapping[str, str], arrays: Mapping[str, np.ndarray]) -> Curves:
    metrics = tuple(Metric(**entry) for entry in json.loads(header["metrics"]))
    columns = {name.removeprefix(_COLUMN): array for name, array in arrays.items() if name.startswith(_COLUMN)}
    marks = tuple(PhaseMark(**entry) for entry in json.loads(header.get("marks", "[]")))
    return Curves(metrics, arrays[_STEPS], columns, marks)


def _preview(step: int, arrays: Mapping[str, np.ndarray]) -> Preview:
    return Preview(step, arrays[_ESTIMATE], arrays[_BACKGROUND])
