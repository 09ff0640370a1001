"""A denoiser of one's own: trained, stopped, resumed and used from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fluogan_app.core.jobs.control import Control
from fluogan_app.core.methods.learned.network_file import read_network
from fluogan_app.core.methods.learned.training_file import training_path

TINY = ("--pairs", 4, "--validation", 2, "--side", 24, "--patch", 16, "--batch", 1, "--device", "cpu")
LINE = ("train-denoiser", *TINY, "--steps", 4, "--validate-every", 2)


def test_a_network_and_its_record_are_written(fluogan, tmp_path: Path) -> None:
    file = tmp_path / "own.safetensors"
    said = fluogan(*LINE, "-o", file)
    assert said.code == 0 and "Trained 4 of 4 steps" in said.out and "PSNR" in said.out
    assert "Step 2: error" in said.err and not training_path(file).exists()
    record, network = json.loads(file.with_suffix(".json").read_text()), read_network(file, "denoiser")
    assert record["sha256"] == network.sha256 and record["steps_done"] == 4 and record["params"]["pairs"] == 4
    fluogan(*LINE, "-o", file).refused("exists", "--overwrite")


def test_a_stopped_training_goes_on_to_the_same_end(fluogan, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.safetensors", tmp_path / "cut.safetensors"
    assert fluogan(*LINE, "-o", whole).code == 0
    with pytest.MonkeyPatch.context() as patch:
        asked = iter(range(3))
        patch.setattr(Control, "cancelled", property(lambda control: next(asked, None) is None))
        said = fluogan(*LINE, "-o", cut)
    assert said.code == 130 and "--resume" in said.out and training_path(cut).exists()
    assert read_network(cut, "denoiser").record["steps_done"] == 3
    fluogan(*LINE, "-o", cut).refused("stopped", "--resume")
    other = fluogan(*LINE, "-o", cut, "--resume", "--seed", 5)
    assert other.code == 2 and "other parameters" in other.err
    assert fluogan(*LINE, "-o", cut, "--resume").code == 0
    one, other = (read_network(file, "denoiser").tensors for file in (whole, cut))
    assert all(one[name].equal(other[name]) for name in one)


def test_what_makes_no_sense_is_refused(fluogan, tmp_path: Path) -> None:
    file = tmp_path / "own.safetensors"
    fluogan(*LINE, "-o", tmp_path / "own.txt").refused(".safetensors")
    fluogan(*LINE, "-o", file, "--sigma-max", 2).refused("Strongest noise")
    fluogan(*LINE, "-o", file, "--resume").refused("own.training.safetensors", "--resume")
    beside = file.with_suffix(".json")
    beside.write_text("of somebody else")
    fluogan(*LINE, "-o", file).refused("own.json", "--overwrite")
    assert not file.exists() and beside.read_text() == "of somebody else"


def test_json_is_the_record(fluogan, tmp_path: Path) -> None:
    said = fluogan(*LINE, "-o", tmp_path / "own.safetensors", "--json")
    record = json.loads(said.out)
    assert said.err == "" and record["kind"] == "denoiser" and record["kept"]["stretch"] > 0
