"""Finished parts of a run: written once, read back to the bit, and refused where a bit is not the one written."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.finished_parts import FinishedParts
from fluogan_app.core.tensor_files import checksum

FIRST = {"0000.x": torch.arange(12.0).reshape(3, 4), "0000.about": torch.tensor([1, 2], dtype=torch.uint8)}
SECOND = {"0001.x": torch.full((2, 2), float("nan")), "0001.empty": torch.zeros(0)}


def test_parts_come_back_to_the_bit_and_only_those_that_are_asked_for(tmp_path: Path) -> None:
    sums = FinishedParts(tmp_path).save({**FIRST, **SECOND})
    assert sorted(sums) == ["0000", "0001"]
    read = FinishedParts(tmp_path).load(sums)
    assert read.keys() == FIRST.keys() | SECOND.keys()
    for name, tensor in {**FIRST, **SECOND}.items():
        assert read[name].dtype == tensor.dtype and torch.equal(read[name].nan_to_num(7), tensor.nan_to_num(7))
    assert FinishedParts(tmp_path).load({"0000": sums["0000"]}).keys() == FIRST.keys()


def test_a_part_is_written_once_and_again_only_by_who_does_not_know_it(tmp_path: Path) -> None:
    parts = FinishedParts(tmp_path)
    sums = parts.save(FIRST)
    file = tmp_path / "part-0000.safetensors"
    file.write_bytes(b"")
    assert parts.save({**FIRST, **SECOND})["0000"] == sums["0000"] and file.stat().st_size == 0
    # Another run in the same folder knows nothing of what lies there.
    FinishedParts(tmp_path).save(FIRST)
    assert FinishedParts(tmp_path).load(sums).keys() == FIRST.keys()


@pytest.mark.parametrize("place", [-1, -17])
def test_a_flipped_bit_is_noticed(tmp_path: Path, place: int) -> None:
    sums = FinishedParts(tmp_path).save(FIRST)
    file = tmp_path / "part-0000.safetensors"
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(ValueError, match="part 0000"):
        FinishedParts(tmp_path).load(sums)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ProjectError):
        FinishedParts(tmp_path / "file").save(FIRST)


def test_the_checksum_depends_on_names_and_values_and_not_on_their_order() -> None:
    forward, backward = checksum(FIRST.items()), checksum(reversed(FIRST.items()))
    assert forward == backward
    renamed = {name.replace("x", "y"): tensor for name, tensor in FIRST.items()}
    assert len({forward, checksum(renamed.items()), checksum(SECOND.items())}) == 3
