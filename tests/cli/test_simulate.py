"""A simulated stack opens with its scale, and its truth lies beside it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tifffile

from fluogan_app.core.simulate.recording import read_truth
from fluogan_app.core.simulate.registry import SCENARIOS

SMALL = ("--frames", 5, "--rows", 4, "--spacing-from-nm", 300, "--spacing-to-nm", 300, "--zoom", 3)


def test_stack_and_truth_are_written(fluogan, tmp_path) -> None:
    stack, truth = tmp_path / "s.tif", tmp_path / "t.npz"
    said = fluogan("simulate", "lines", "-o", stack, "--truth", truth, *SMALL, "--seed", 3, "--pixel-size-nm", 110)
    assert (said.code, said.err) == (0, "")
    frames = tifffile.imread(stack)
    known = read_truth(truth)
    assert frames.dtype == np.uint16 and frames.shape[:2] == (5, 4)
    assert known.truth.shape == (12, 3 * frames.shape[2])
    assert (known.seed, known.params.pixel_size_nm, known.params.frames) == (3, 110.0, 5)
    scene = json.loads(fluogan("info", stack, "--json").out)["scenes"][0]
    assert abs(scene["pixel_size_nm"]["y"] - 110) < 0.01
    assert scene["time_step_ms"] == 10


def test_the_seed_decides_the_counts(fluogan, tmp_path) -> None:
    for name, seed in (("a.tif", 1), ("b.tif", 1), ("c.tif", 2)):
        fluogan("simulate", "lines", "-o", tmp_path / name, *SMALL, "--seed", seed)
    a, b, c = (tifffile.imread(tmp_path / name) for name in ("a.tif", "b.tif", "c.tif"))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_what_is_said_is_what_a_reconstruction_needs(fluogan, tmp_path) -> None:
    said = fluogan("simulate", "lines", "-o", tmp_path / "s.tif", *SMALL, "--light", "bright", "--offset", 100)
    assert "5 frames of 4 ×" in said.out and "pixels of 100 nm" in said.out
    assert "--fwhm-nm 324 --gain 7 --offset 100 --read-noise 0" in said.out


def test_an_airy_pattern_is_said_with_the_width_that_it_has(fluogan, tmp_path) -> None:
    optics = ("--psf", "airy", "--numerical-aperture", 1.4, "--emission-nm", 600)
    said = fluogan("simulate", "lines", "-o", tmp_path / "s.tif", *SMALL, *optics)
    assert "--psf airy --fwhm-nm 220.499 " in said.out


def test_nothing_is_replaced_without_being_asked(fluogan, tmp_path) -> None:
    stack, truth = tmp_path / "s.tif", tmp_path / "t.npz"
    truth.write_text("mine")
    line = ("simulate", "lines", "-o", stack, "--truth", truth, *SMALL)
    fluogan(*line).refused("t.npz", "--overwrite")
    assert not stack.exists()
    assert fluogan(*line, "--overwrite").code == 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_sample_is_written_with_its_truth(fluogan, tmp_path, name: str) -> None:
    stack, truth = tmp_path / "s.tif", tmp_path / "t.npz"
    said = fluogan("simulate", name, "-o", stack, "--truth", truth, "--frames", 3, "--zoom", 2)
    assert (said.code, said.err) == (0, "")
    frames, known = tifffile.imread(stack), read_truth(truth)
    assert known.truth.shape == (2 * frames.shape[1], 2 * frames.shape[2])
    assert type(known.params) is SCENARIOS[name].params_type


def test_without_a_sample_the_help_names_them_all(fluogan) -> None:
    said = fluogan("simulate", "--help")
    assert said.code == 0
    for name in SCENARIOS:
        assert name in said.out
    assert "--gain" not in said.out and "--help" in said.out
    own = fluogan("simulate", "filaments", "--help").out
    assert "--persistence-nm" in own and "--gain" in own and "--spacing-from-nm" not in own


def test_an_unknown_sample_and_a_flag_of_another_are_refused(fluogan, tmp_path) -> None:
    fluogan("simulate", "line", "-o", tmp_path / "s.tif").refused("line")
    fluogan("simulate", "points", "-o", tmp_path / "s.tif", "--line-width-nm", 50).refused("--line-width-nm")
    fluogan("simulate", "-o", tmp_path / "s.tif").refused("SAMPLE")


def test_a_file_of_positions_becomes_a_stack_and_a_missing_one_is_refused(fluogan, tmp_path) -> None:
    table = tmp_path / "p.csv"
    table.write_text("x_nm,y_nm\n100,200\n900,300\n")
    line = ("simulate", "filaments", "-o", tmp_path / "s.tif", "--frames", 3, "--positions-file")
    assert fluogan(*line, table).code == 0
    assert tifffile.imread(tmp_path / "s.tif").shape == (3, 5, 12)
    fluogan(*line, tmp_path / "none.csv", "--overwrite").refused("none.csv")
