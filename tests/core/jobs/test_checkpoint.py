"""Checkpoints: bit for bit, and never lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core import files
from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.checkpoint import LAST, PREVIOUS, Checkpoint, CheckpointFolder
from fluogan_app.core.methods.base import Preview, State


def checkpoint_at(step: int) -> Checkpoint:
    import torch

    random = np.random.default_rng(step)
    tensors = {
        "x": torch.from_numpy(random.normal(size=(6, 10)).astype(np.float32)),
        "transposed": torch.from_numpy(random.normal(size=(3, 4))).T,
        "count": torch.tensor(step),
        "generator": torch.Generator().manual_seed(step).get_state(),
        "nothing": torch.empty(0),
        "nested/name": torch.tensor([True, False]),
    }
    steps = np.arange(1, step + 1)
    columns = {"loss": np.where(steps % 2, random.normal(size=step), np.nan)}
    curves = Curves((Metric("loss", "Loss", "photons", "generator"),), steps, columns)
    preview = Preview(step, np.ones((6, 10), np.float32), np.ones((3, 5), np.float32))
    return Checkpoint(State(step, tensors), curves, preview)


def assert_same(loaded: Checkpoint | None, saved: Checkpoint) -> None:
    assert loaded is not None and loaded.state.step == saved.state.step
    assert loaded.state.tensors.keys() == saved.state.tensors.keys()
    for name, tensor in saved.state.tensors.items():
        assert loaded.state.tensors[name].dtype == tensor.dtype
        assert np.array_equal(loaded.state.tensors[name].numpy(), tensor.numpy())
    assert loaded.curves.metrics == saved.curves.metrics
    assert np.array_equal(loaded.curves.steps, saved.curves.steps)
    assert np.array_equal(loaded.curves.columns["loss"], saved.curves.columns["loss"], equal_nan=True)
    assert np.array_equal(loaded.preview.estimate, saved.preview.estimate)


@pytest.fixture
def folder(tmp_path) -> CheckpointFolder:
    return CheckpointFolder(tmp_path / "checkpoint")


def test_it_comes_back_bit_for_bit(folder):
    folder.save(checkpoint_at(7))
    assert_same(folder.load(), checkpoint_at(7))


def test_the_step_is_known_from_the_header(folder):
    assert folder.step() is None
    folder.save(checkpoint_at(1))
    folder.save(checkpoint_at(2))
    assert folder.step() == 2
    empty(folder.folder / LAST)
    assert folder.step() == 1


def test_there_is_none_before_the_first(folder):
    assert folder.load() is None and folder.look() is None


def test_the_newest_and_the_one_before_are_kept_and_nothing_else(folder):
    for step in (1, 2, 3):
        folder.save(checkpoint_at(step))
    assert_same(folder.load(), checkpoint_at(3))
    assert sorted(path.name for path in folder.folder.iterdir()) == [LAST, PREVIOUS]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-30] ^= 4
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def overwrite(path: Path) -> None:
    path.write_text("this is no checkpoint")


@pytest.mark.parametrize("damage", [cut, flip, empty, overwrite])
def test_a_damaged_newest_one_falls_back_to_the_one_before(folder, damage):
    folder.save(checkpoint_at(1))
    folder.save(checkpoint_at(2))
    damage(folder.folder / LAST)
    assert_same(folder.load(), checkpoint_at(1))


def test_when_all_are_damaged_it_says_so(folder):
    folder.save(checkpoint_at(1))
    cut(folder.folder / LAST)
    with pytest.raises(ProjectError, match="damaged"):
        folder.load()


@pytest.mark.parametrize("fails_at", ["into previous", "into last"])
def test_a_crash_between_the_renames_loses_nothing(folder, monkeypatch, fails_at):
    folder.save(checkpoint_at(1))
    target = PREVIOUS if fails_at == "into previous" else LAST
    real = os.replace

    def failing(source, destination):
        if Path(destination).name == target:
            raise OSError(errno.EIO, "Input/output error")
        real(source, destination)

    monkeypatch.setattr(files.os, "replace", failing)
    with pytest.raises(ProjectError):
        folder.save(checkpoint_at(2))
    assert_same(folder.load(), checkpoint_at(2))
    monkeypatch.undo()
    folder.save(checkpoint_at(3))
    assert_same(folder.load(), checkpoint_at(3))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_a_full_disk_leaves_the_checkpoint_that_stood_and_no_litter(folder):
    import resource

    folder.save(checkpoint_at(1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(ProjectError, match="could not be written"):
            folder.save(checkpoint_at(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert_same(folder.load(), checkpoint_at(1))
    assert [path.name for path in folder.folder.iterdir()] == [LAST]


def test_looking_gives_curves_and_images_and_loads_no_torch(folder):
    folder.save(checkpoint_at(5))
    script = (
        "import sys; from pathlib import Path; from fluogan_app.core.jobs.checkpoint import CheckpointFolder\n"
        "curves, preview = CheckpointFolder(Path(sys.argv[1])).look()\n"
        "print(preview.step, curves.steps.tolist(), preview.estimate.shape, 'torch' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(folder.folder)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "5 [1, 2, 3, 4, 5] (6, 10) False"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_whoever_may_read_the_project_may_read_its_checkpoints(folder):
    folder.save(checkpoint_at(1))
    plain = folder.folder / "plain"
    plain.touch()
    assert (folder.folder / LAST).stat().st_mode == plain.stat().st_mode


def test_a_run_that_was_moved_away_is_not_made_again_in_part(tmp_path):
    folder = CheckpointFolder(tmp_path / "0001-walk" / "checkpoint")
    with pytest.raises(ProjectError, match="not there any more"):
        folder.save(checkpoint_at(1))
    assert not (tmp_path / "0001-walk").exists()
