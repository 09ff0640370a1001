"""A network's file: it comes back to the bit with its record, and whatever is not one is refused with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from fluogan_app.core.errors import ReadError
from fluogan_app.core.methods.learned.network_file import network_path, read_network, read_record, write_network

WEIGHTS = {"kernels.0": torch.arange(18.0).reshape(2, 1, 3, 3), "thresholds.0": torch.tensor([0.5, -1.0])}
SHAPES = {"kernels.0": (2, 1, 3, 3), "thresholds.0": (2,)}
RECORD = {"steps_done": 3, "params": {"σ": 0.2}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.safetensors"
    write_network(path, "denoiser", WEIGHTS, RECORD)
    return path


def test_weights_and_record_come_back(file: Path) -> None:
    network = read_network(file, "denoiser", SHAPES)
    assert network.record == RECORD == read_record(file, "denoiser") and len(network.sha256) == 64
    assert all(torch.equal(network.tensors[name], tensor) for name, tensor in WEIGHTS.items())
    assert network_path(str(file), "denoiser") == file
    assert network_path("", "denoiser").name == "denoiser.safetensors"


def test_what_is_no_such_network_is_refused_in_words(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no network file .*missing.* [Ll]eave the field empty"):
        read_network(tmp_path / "missing.safetensors", "denoiser")
    with pytest.raises(ReadError, match=r"another kind \(denoiser\)"):
        read_network(file, "unfolding")
    with pytest.raises(ReadError, match="built in another way"):
        read_network(file, "denoiser", {**SHAPES, "thresholds.0": (3,)})
    foreign = tmp_path / "foreign.safetensors"
    save_file(WEIGHTS, str(foreign))
    with pytest.raises(ReadError, match="no network of this program"):
        read_network(foreign, "denoiser")
    foreign.write_text("a letter")
    with pytest.raises(ReadError, match="no network file, or is damaged"):
        read_network(foreign, "denoiser")
    with pytest.raises(ReadError, match="no network file"):
        read_network(tmp_path, "denoiser")


def test_a_flipped_bit_a_cut_file_and_weights_that_are_no_numbers_are_noticed(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    with pytest.raises(ReadError, match="is damaged"):
        read_network(file, "denoiser")
    file.write_bytes(whole[:-5])
    with pytest.raises(ReadError, match="is damaged"):
        read_network(file, "denoiser")
    write_network(file, "denoiser", {"kernels.0": torch.tensor([float("nan")])}, RECORD)
    with pytest.raises(ReadError, match="is damaged"):
        read_network(file, "denoiser")


def test_a_newer_one_is_refused(file: Path) -> None:
    # The header is text at the file's beginning: a higher number of the same length.
    file.write_bytes(file.read_bytes().replace(b'"schema":"1"', b'"schema":"9"'))
    with pytest.raises(ReadError, match="newer program"):
        read_network(file, "denoiser")
