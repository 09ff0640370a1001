from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.drift_table import read_drift_table
from fluogan_app.core.data.shifted import moved_back

PATH = np.linspace((0.0, 0.0), (2.4, -1.2), 60)


@pytest.fixture(scope="module")
def drifting_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty frames of blurred points that drift, with one copied frame."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:44, :48]
    light = sum(
        np.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / 4.0) for at_y, at_x in rng.uniform(2.0, 44.0, (40, 2))
    )
    frames = np.stack([rng.poisson(np.maximum(100 + 200 * moved_back(light, *-place), 0)) for place in PATH])
    frames[30] = frames[29]
    path = tmp_path_factory.mktemp("drifting") / "drifting.tif"
    scale = {"resolution": (10.0, 10.0), "metadata": {"axes": "TYX", "unit": "um"}}
    tifffile.imwrite(path, frames.astype(np.uint16), imagej=True, **scale)
    return path


def test_a_check_tells_the_worst_first(fluogan, drifting_file) -> None:
    said = fluogan("check", drifting_file, "--fwhm-nm", 330)
    assert said.code == 0 and said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == "drifting.tif: frames 0 to 59, 44 × 48 pixels at row 0, column 0"
    assert lines[1].startswith("Serious: Drift: The sample moved 2.")
    assert "correct the drift first (--drift correct)" in lines[2]
    words = "Warning: Repeated frames: 1 of 60 frames is an exact copy of an earlier one (frame 30 of frame 29)."
    assert words in lines


def test_a_check_for_a_script(fluogan, drifting_file, tmp_path) -> None:
    table, figure = tmp_path / "drift.csv", tmp_path / "check.png"
    said = fluogan("check", drifting_file, "--json", "--drift", table, "--figure", figure)
    found = json.loads(said.out)
    assert said.err == "" and found["severity"] == "serious" and found["frames_used"] == 60
    assert found["written"] == {"figure": str(figure), "drift": str(table)} and figure.stat().st_size > 20_000
    assert {finding["name"] for finding in found["findings"]} > {"drift", "saturation", "bleaching", "photons"}
    positions = read_drift_table(table).positions
    assert np.sqrt(np.mean((positions - positions.mean(0) - PATH + PATH.mean(0)) ** 2)) < 0.1


def test_what_a_check_refuses(fluogan, drifting_file, stack_file, tmp_path) -> None:
    fluogan("check", drifting_file, "--figure", tmp_path / "check.pdf").refused(".png")
    fluogan("check", stack_file, "--drift", tmp_path / "no.csv").refused("no drift to write")
    fluogan("check", drifting_file, "--frames", "50:70").refused("50:70")
    fluogan("check", tmp_path / "none.tif").refused("no file")


def test_a_run_with_its_drift_found_and_corrected(fluogan, drifting_file, quick, tmp_path) -> None:
    project, table = tmp_path / "p.fluogan", tmp_path / "d.csv"
    said = fluogan("reconstruct", drifting_file, "-o", project, *quick, "--drift", "correct")
    assert said.code == 0, said
    assert "Note: Drift of 2." in said.out and "which all frames saw" in said.out
    assert "moved" not in said.err
    assert fluogan("export", project, "--drift", table).code == 0
    again = fluogan("reconstruct", drifting_file, "-o", project, *quick, "--drift", table)
    assert again.code == 0 and "from the table d.csv" in again.out
    first, second = (tifffile.imread(project / "runs" / run / "mean.ome.tif")
                     for run in ("0001-fluogan", "0002-fluogan"))  # fmt: skip
    assert np.allclose(first, second, rtol=1e-4)
    told = json.loads(fluogan("info", project, "--json").out)["runs"]
    assert [run["drift"]["span_pixels"] > 2 for run in told] == [True, True]


def test_drift_that_is_not_corrected_is_told(fluogan, drifting_file, quick, tmp_path) -> None:
    said = fluogan("reconstruct", drifting_file, "-o", tmp_path / "p.fluogan", *quick)
    assert said.code == 0 and "correct it with --drift correct" in said.err
    fluogan("export", tmp_path / "p.fluogan", "--drift", tmp_path / "d.csv").refused("has no drift")


def test_a_stack_that_tells_no_drift_is_left_as_it_is(fluogan, reconstruct) -> None:
    said = reconstruct("--drift", "correct")
    assert said.code == 0 and "used as they were recorded" in said.err


def test_what_drift_refuses(reconstruct, tmp_path) -> None:
    reconstruct("--drift", "corect").refused("none of correct, none and a table")
    reconstruct("--drift", tmp_path / "none.csv").refused("could not be read")
    (tmp_path / "short.csv").write_text("frame,y,x\n0,0,0\n1,1,1\n")
    reconstruct("--drift", tmp_path / "short.csv").refused("2 frames", "12")
