"""The parts of a run that are written once, beside its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fluogan_app.core.files import write_atomic
from fluogan_app.core.tensor_files import checksum, read_tensors, write_tensors

if TYPE_CHECKING:
    import torch


class FinishedParts:
    """The finished tensors of a run, "PART.name", in one file for each part, which is written once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._present: dict[str, str] = {}

    def save(self, finished: Mapping[str, torch.Tensor]) -> dict[str, str]:
        """Write the parts that are new; the checksum of each part. Raises ProjectError."""
        parts: dict[str, dict[str, torch.Tensor]] = {}
        for name, tensor in finished.items():
            parts.setdefault(name.split(".")[0], {})[name] = tensor
        for part, tensors in parts.items():
            if part not in self._present:
                write_atomic(self._path(part), lambda path, tensors=tensors: write_tensors(path, tensors, {}))
                self._present[part] = checksum(tensors.items())
        return {part: self._present[part] for part in parts}

    def load(self, parts: Mapping[str, str]) -> dict[str, torch.Tensor]:
        """The tensors of these parts. Raises ValueError, OSError, SafetensorError where one is not what was written."""
        finished: dict[str, torch.Tensor] = {}
        for part, expected in parts.items():
            tensors, _ = read_tensors(self._path(part))
            if checksum(tensors.items()) != expected:
                raise ValueError(f"the checksum of part {part} does not match")
            finished |= tensors
        self._present = dict(parts)
        return finished

    def _path(self, part: str) -> Path:
        return self._folder / f"part-{part}.safetensors"
