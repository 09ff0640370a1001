"""Tensors by name as safetensors files that notice a flipped bit. No pickles."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor], header: Mapping[str, str]) -> None:
    """Write tensors of the CPU with a header of texts over an existing file. Raises OSError."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    mode = path.stat().st_mode
    try:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, str(path), metadata=dict(header))
        # safetensors writes for this user alone; whoever may read the project may read its checkpoints.
        path.chmod(mode)
    except SafetensorError as error:  # a full disk comes in this form, not as OSError
        raise _in_system_words(error) from error


def _in_system_words(error: Exception) -> OSError:
    """The system's own error, whose number the library puts at the end of its words."""
    number = re.search(r"os error (\d+)", str(error))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else OSError(0, str(error))


def read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors and header. Raises OSError, SafetensorError."""
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as file:
        header = file.metadata() or {}
        # Clones: the tensors may be maps of the file, which must stay free to be replaced.
        return {name: file.get_tensor(name).clone() for name in file.keys()}, header


def checksum(tensors: Iterable[tuple[str, Any]]) -> str:
    """CRC-32 over names and bytes: safetensors itself notices a cut file, but not a flipped bit."""
    import torch

    value = 0
    for name, tensor in sorted(tensors):
        value = zlib.crc32(name.encode(), value)
        if tensor.numel():
            value = zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy(), value)
    return f"{value:08x}"
