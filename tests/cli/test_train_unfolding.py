"""`fluogan train-unfolding`: a small network from beginning to end, and a reconstruction with it."""

from __future__ import annotations

import json
from pathlib import Path

SMALL = (
    "--fields", 2, "--validation", 1, "--fewest-frames", 12, "--most-frames", 14, "--folds", 1, "--patch", 48,
    "--batch", 1, "--steps", 2, "--validate-every", 1, "--device", "cpu",
)  # fmt: skip


def test_a_network_is_trained_recorded_and_used(fluogan, tmp_path: Path, stack_file: Path) -> None:
    network = tmp_path / "mine.safetensors"
    said = fluogan("train-unfolding", *SMALL, "-o", network)
    assert said.code == 0 and "Trained 2 of 2 steps" in said.out and str(network) in said.out
    record = json.loads(network.with_suffix(".json").read_text())
    assert record["kind"] == "unfolding" and record["lesson"]["folds"] == 1 and len(record["sha256"]) == 64
    assert "line pattern" in record["lesson"]["left_out"] and record["params"]["fields"] == 2
    fluogan("train-unfolding", *SMALL, "-o", network).refused("mine.safetensors")
    line = ("reconstruct", stack_file, "--method", "lsparcom", "--network", network, "--zoom", 2, "--fwhm-nm", 300)
    done = fluogan(*line, "-o", tmp_path / "out.fluogan")
    assert done.code == 0, done


def test_a_file_that_is_no_network_is_refused_in_one_line(fluogan, tmp_path: Path, stack_file: Path) -> None:
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"not a network")
    line = ("reconstruct", stack_file, "--method", "lsparcom", "--network", wrong, "--fwhm-nm", 300)
    said = fluogan(*line, "-o", tmp_path / "out.fluogan")
    assert said.code != 0 and "is no network file, or is damaged" in said.err and "Traceback" not in said.err
