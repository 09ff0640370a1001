"""The file of a learned network: its weights, and the record of its training, which says what it may be trusted with.

A safetensors file whose header holds the record as JSON, so that no network goes without it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluogan_app.core.errors import ReadError
from fluogan_app.core.files import write_atomic
from fluogan_app.core.tensor_files import checksum, read_tensors, write_tensors

if TYPE_CHECKING:
    import torch

#: The ending of network files.
SUFFIX = ".safetensors"
#: The newest form of the header that this program writes and reads.
SCHEMA = 1
_KIND, _SCHEMA, _RECORD, _CHECKSUM = "fluogan_network", "schema", "record", "checksum"
#: The command that makes a network of each kind.
COMMANDS = {"denoiser": "train-denoiser", "unfolding": "train-unfolding"}


@dataclass(frozen=True)
class Network:
    """A network as it lies in its file.

    kind: what it does ("denoiser"). tensors: its weights by name. record: how it was trained. sha256: of the file.
    """

    kind: str
    tensors: Mapping[str, torch.Tensor]
    record: Mapping[str, Any]
    sha256: str


def network_path(written: str, kind: str) -> Path:
    """The file that is meant: the user's, or the one that comes with the program where nothing is written."""
    if written:
        return Path(written).expanduser()
    return Path(str(resources.files("resources").joinpath(kind, kind + SUFFIX)))


def write_network(path: Path, kind: str, tensors: Mapping[str, torch.Tensor], record: Mapping[str, Any]) -> None:
    """Write weights and record in one step. Raises ProjectError."""
    weights = {name: tensor.detach().to("cpu").contiguous() for name, tensor in tensors.items()}
    header = {
        _KIND: kind,
        _SCHEMA: str(SCHEMA),
        _RECORD: json.dumps(record, ensure_ascii=False, allow_nan=False),
        _CHECKSUM: checksum(weights.items()),
    }
    write_atomic(path, lambda temporary: write_tensors(temporary, weights, header))


def read_network(path: Path, kind: str, shapes: Mapping[str, tuple[int, ...]] | None = None) -> Network:
    """Weights and record of a network of this kind, checked; `shapes`: of the weights that are wanted, by name.

    Raises ReadError: missing, no network, of another kind, newer than the program, damaged, of another build.
    """
    from safetensors import SafetensorError

    read_record(path, kind)
    try:
        tensors, header = read_tensors(path)
        whole = checksum(tensors.items()) == header.get(_CHECKSUM)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged(path, kind) from error
    if not whole or not all(bool(tensor.isfinite().all()) for tensor in tensors.values()):
        raise _damaged(path, kind)
    if shapes is not None and {name: tuple(tensor.shape) for name, tensor in tensors.items()} != dict(shapes):
        raise ReadError(f"The network in {path} is built in another way than this program's.", _make_anew(kind))
    return Network(kind, tensors, json.loads(header[_RECORD]), digest)


def read_record(path: Path, kind: str) -> Mapping[str, Any]:
    """The record of a network's training, without its weights and without torch. Raises ReadError."""
    header = _header(path, kind)
    if header.get(_KIND) != kind:
        what = f"a network of another kind ({header[_KIND]})" if _KIND in header else "no network of this program"
        raise ReadError(f"{path} holds {what}; a {kind} is wanted.", _make_anew(kind))
    if not header.get(_SCHEMA, "").isdigit() or int(header[_SCHEMA]) > SCHEMA:
        raise ReadError(f"The network in {path} was written by a newer program.", "Install the newest version.")
    try:
        record = json.loads(header[_RECORD])
    except (KeyError, ValueError) as error:
        raise _damaged(path, kind) from error
    if not isinstance(record, dict):
        raise _damaged(path, kind)
    return record


def _header(path: Path, kind: str) -> Mapping[str, str]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ReadError(f"There is no network file {path}.", _make_anew(kind))
    try:
        with safe_open(str(path), framework="np") as file:
            return file.metadata() or {}
    except (SafetensorError, OSError, ValueError) as error:
        raise ReadError(f"{path} is no network file, or is damaged.", _make_anew(kind)) from error


def _damaged(path: Path, kind: str) -> ReadError:
    return ReadError(f"The network file {path} is damaged.", _make_anew(kind))


def _make_anew(kind: str) -> str:
    command = COMMANDS.get(kind)
    own = f", or make one with “fluogan {command}”" if command else ""
    return f"Leave the field empty for the network that comes with the program{own}."
