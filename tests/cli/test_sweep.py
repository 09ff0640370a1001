"""`fluogan sweep`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import tifffile

QUICK = ("--steps", 4, "--pixel-size-nm", 100, "--fwhm-nm", 220)


def test_a_table_a_picture_and_a_project(fluogan, stack_file: Path, tmp_path: Path) -> None:
    figure, project = tmp_path / "grid.png", tmp_path / "p.fluogan"
    said = fluogan("sweep", stack_file, "--vary", "lambda1=0.3,3", "--vary", "zoom=1,2", *QUICK, "--figure", figure,
                   "-o", project)  # fmt: skip
    assert said.code == 0, said
    assert said.out.startswith("4 of 4 cells") and "Sparsity λ1 0.3, Zoom L 2" in said.out
    assert "σ" in said.out and "%" in said.out and figure.is_file()
    assert len(list((project / "sweeps" / "0001").glob("cell-*.ome.tif"))) == 4
    again = fluogan("sweep", stack_file, "--vary", "zoom=1,2", *QUICK, "-o", project)
    assert again.code == 0 and (project / "sweeps" / "0002").is_dir()


def test_as_one_object(fluogan, stack_file: Path) -> None:
    said = fluogan("sweep", stack_file, "--vary", "lambda1=0.3:3:2log", *QUICK, "--json")
    told = json.loads(said.out)
    assert said.code == 0 and said.err == ""
    assert [cell["values"] for cell in told["cells"]] == [{"lambda1": 0.3}, {"lambda1": 3.0}]
    assert told["cells"][0]["measures"]["residual_sigmas"] > 0 and told["sweep"] is None


def test_bad_input_is_refused_and_leaves_nothing(fluogan, stack_file: Path, tmp_path: Path) -> None:
    fluogan("sweep", stack_file, "--vary", "lambda1", *QUICK).refused("nothing to vary")
    fluogan("sweep", stack_file, "--vary", "lambda1=-3", *QUICK).refused("Sparsity")
    fluogan("sweep", stack_file, "--vary", "delta=0,1", *QUICK).refused("cannot be varied")
    project = tmp_path / "new.fluogan"
    fluogan("sweep", stack_file, "--vary", "zoom=1:12:12", "--vary", "lambda1=1:12:12", *QUICK, "-o", project).refused(
        "144 cells"
    )
    assert not project.exists()


def test_pictures_that_are_no_light_are_ranked_by_what_repeats(fluogan, tmp_path: Path) -> None:
    stack_file, figure = tmp_path / "lines.tif", tmp_path / "grid.png"
    rows, columns = np.mgrid[:28, :30]
    lines = 20.0 * np.exp(-((columns - 0.3 * rows - 8) ** 2) / 3.0) + 5.0
    tifffile.imwrite(stack_file, np.random.default_rng(1).poisson(lines, (8, 28, 30)).astype(np.uint16))
    flags = ("--method", "esrrf", "--zoom", 4, "--pixel-size-nm", 100, "--fwhm-nm", 220)
    grid = ("--vary", "radius=1.5;2", "--vary", "sensitivity=1;2")
    said = fluogan("sweep", stack_file, *grid, *flags, "--figure", figure)
    assert said.code == 0, said
    assert "Radius R 1.5, Sensitivity S 2" in said.out and "QnR 0." in said.out and figure.is_file()
    assert "Photons" not in said.out and "Laine et al. 2023" in said.out
    told = json.loads(fluogan("sweep", stack_file, "--vary", "radius=1.5;2", *flags, "--json").out)
    assert {"frc_nm", "rsp"} <= set(told["cells"][0]["measures"]) and told["suggested"] is None
    assert told["cells"][0]["reasons"]["qnr"] == "fewer than 3 cells to rank"
    fluogan("sweep", stack_file, "--vary", "lambda1=1;2", *flags).refused("cannot be varied")
