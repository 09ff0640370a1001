"""`fluogan estimate`: values with uncertainty for people and scripts, their evidence as a figure, and their use."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image


@pytest.fixture
def blinking_file(tmp_path: Path) -> Path:
    """60 frames of 40 × 44 pixels of 100 nm: light in events of 15 photons, gain 2, offset 50."""
    source, (y, x) = np.random.default_rng(0), np.mgrid[:40, :44]
    events = source.poisson(0.6, (60, 8, 9))
    light = np.full((60, 40, 44), 8.0)
    for row, column in np.ndindex(8, 9):
        spot = np.exp(-((y - 5 * row - 2) ** 2 + (x - 5 * column - 1) ** 2) / (2 * 1.3**2)) / (2 * np.pi * 1.3**2)
        light += 15.0 * 12.0 * events[:, row, column, None, None] * spot
    counts = 2.0 * (source.poisson(light) + source.normal(0, 1.5, light.shape)) + 50.0
    path = tmp_path / "blinking.tif"
    scale = {"resolution": (10.0, 10.0), "metadata": {"axes": "TYX", "unit": "um"}}
    tifffile.imwrite(path, np.rint(counts).astype(np.uint16), imagej=True, **scale)
    return path


def test_the_json_names_every_value_or_the_reason(fluogan, blinking_file) -> None:
    said = fluogan("estimate", blinking_file, "--json")
    assert (said.code, said.err) == (0, "")
    content = json.loads(said.out)
    assert set(content) == {"file", "used", "estimates", "missing", "flags", "figure", "warnings"}
    found = {entry["name"]: entry for entry in content["estimates"]}
    for entry in found.values():
        assert set(entry) == {"name", "label", "value", "uncertainty", "unit", "upper_limit", "how", "warnings"}
    assert {entry["name"] for entry in content["missing"]} | set(found) == {
        "gain", "offset", "read_noise", "fwhm_nm", "kappa",
    }  # fmt: skip
    assert abs(found["gain"]["value"] - 2.0) < 3 * found["gain"]["uncertainty"]
    assert found["fwhm_nm"]["value"] == pytest.approx(1.3 * 235.48, rel=0.06)


def test_the_table_gives_values_with_uncertainty_and_unit(fluogan, blinking_file) -> None:
    said = fluogan("estimate", blinking_file)
    assert said.code == 0
    for word in ("Camera gain", " ± ", "counts/photon", "Read noise is not known", "Reconstruct with --gain"):
        assert word in said.out, word


def test_what_is_stated_serves_the_other_values_and_is_not_taken_over(fluogan, blinking_file) -> None:
    content = json.loads(fluogan("estimate", blinking_file, "--offset", 50, "--json").out)
    read_noise = next(entry for entry in content["estimates"] if entry["name"] == "read_noise")
    assert abs(read_noise["value"] - 1.5) < 3 * read_noise["uncertainty"]
    assert not any(flag.startswith("--offset") for flag in content["flags"])


def test_the_evidence_is_a_picture_that_is_not_replaced_unasked(fluogan, blinking_file, tmp_path) -> None:
    figure = tmp_path / "evidence.png"
    assert fluogan("estimate", blinking_file, "--figure", figure).code == 0
    picture = np.asarray(Image.open(figure).convert("RGB"))
    assert picture.shape[0] > 700 and picture.shape[1] > 1000 and np.ptp(picture) > 200
    fluogan("estimate", blinking_file, "--figure", figure).refused("exists already", "--overwrite")
    assert fluogan("estimate", blinking_file, "--figure", figure, "--overwrite").code == 0
    fluogan("estimate", blinking_file, "--figure", tmp_path / "evidence.jpg").refused(".png")


def test_bad_input_is_refused(fluogan, blinking_file, tmp_path) -> None:
    fluogan("estimate", tmp_path / "nothing.tif").refused("nothing.tif")
    fluogan("estimate", blinking_file, "--roi", "0,0,90,90").refused("90 × 90", "40 × 44")
    fluogan("estimate", blinking_file, "--gain", 0).refused("Camera gain", "above 0")
    even = tmp_path / "even.tif"
    tifffile.imwrite(even, np.full((12, 30, 30), 7, np.uint16), imagej=True, metadata={"axes": "TYX"})
    fluogan("estimate", even).refused("the same value, 7")


def test_few_frames_leave_everything_unknown_with_the_reason(fluogan, stack_file, tmp_path) -> None:
    said = fluogan("estimate", stack_file, "--frames", "0:3")
    assert said.code == 0 and said.out.count("is not known") == 5 and "3 frames are too few" in said.out
    fluogan("estimate", stack_file, "--frames", "0:3", "--figure", tmp_path / "none.png").refused("no evidence")


def test_a_reconstruction_takes_what_the_frames_tell(fluogan, blinking_file, tmp_path, quick) -> None:
    line = ("reconstruct", blinking_file, "-o", tmp_path / "out.fluogan", *quick, "--estimate", "--offset", 50)
    content = json.loads(fluogan(*line, "--json").out)
    assert content["origins"]["gain"] == content["origins"]["fwhm_nm"] == "estimated"
    assert content["origins"]["offset"] == "user" and content["parameters"]["offset"] == 50
    assert content["parameters"]["gain"] == pytest.approx(2.0, rel=0.15)


def test_sparsity_is_estimated_where_it_is_asked_for(fluogan, blinking_file) -> None:
    content = json.loads(fluogan("estimate", blinking_file, "--frames", "0:30", "--sparsity", "--json").out)
    names = {entry["name"] for entry in (*content["estimates"], *content["missing"])}
    assert "lambda1" in names
