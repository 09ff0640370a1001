"""`fluogan compare` and `fluogan import`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.project.store import Project

FLAGS = ("--pixel-size-nm", 100, "--fwhm-nm", 220, "--device", "cpu", "--zoom", 2, "--set", "fluogan.steps=6")


@pytest.fixture
def stack(make_stack) -> Path:
    return make_stack("cell.tif", (10, 20, 24))


@pytest.fixture
def rival(tmp_path: Path) -> Path:
    """An image that another program made of the whole frame, without a pixel size."""
    path = tmp_path / "rival.tif"
    tifffile.imwrite(path, np.random.default_rng(0).uniform(size=(60, 72)).astype(np.float32))
    return path


def test_methods_side_by_side_and_again(fluogan, stack, rival, project_path, tmp_path) -> None:
    figure, table = tmp_path / "all.svg", tmp_path / "all.csv"
    line = ("compare", stack, "--methods", "mean,fluogan", "-o", project_path, *FLAGS)
    said = fluogan(*line, "--import", rival, "--import-pixel-size-nm", 33.333, "--figure", figure, "--table", table)
    assert said.code == 0, said
    assert "Method 2 of 2: FluoGAN" in said.err and "Image" in said.out and "rival" in said.out
    assert "RSP" in said.out and figure.stat().st_size > 10_000
    rows = list(csv.reader(table.open()))
    assert [row[0] for row in rows] == ["Image", "Mean", "FluoGAN", "rival"] and "Time (s)" in rows[0]
    again = fluogan(*line, "--json")
    told = json.loads(again.out)
    assert again.code == 0 and [one["number"] for one in told["runs"]] == [1, 2]
    assert told["runs"][1]["changed"] == ["Zoom L 2 fine pixels per pixel", "Steps 6"]
    assert told["runs"][0]["measures"]["rsp"] > 0.9 and told["comparison"].endswith("0002")
    assert len(Project.open(project_path).runs()) == 3

    idle = fluogan("compare", project_path, "--zoom", 4, "--gain", 4, "--again")
    assert idle.code == 2 and "--zoom" in idle.err and "--gain" in idle.err and "--again" in idle.err
    chosen = fluogan("compare", project_path, "--runs", "3,1", "--halves", "--json")
    told = json.loads(chosen.out)
    assert chosen.code == 0 and [one["number"] for one in told["runs"]] == [3, 1]
    assert "frc_nm" in told["runs"][1]["measures"] and "frc_nm" not in told["runs"][0]["measures"]
    fluogan("compare", project_path, "--runs", "9").refused("no run 9")
    fluogan("compare", project_path, "--methods", "mean").refused("for a stack")


def test_a_method_that_fails_is_told_and_the_rest_goes_on(fluogan, stack, project_path, monkeypatch) -> None:
    from fluogan_app.core.errors import DataError
    from fluogan_app.core.methods.mean.method import MeanMethod

    def refuse(*_: object) -> None:
        raise DataError("There are too few frames.", "Record more.")

    monkeypatch.setattr(MeanMethod, "prepare", refuse)
    said = fluogan("compare", stack, "--methods", "mean,fluogan", "-o", project_path, *FLAGS)
    assert said.code == 2 and "fluogan: Mean: There are too few frames." in said.err
    assert "FluoGAN" in said.out and "Mean: There are too few frames." in said.out
    other = project_path.with_name("none.fluogan")
    alone = fluogan("compare", stack, "--methods", "mean", "-o", other, *FLAGS[:-2])
    assert alone.code == 2 and "too few frames" in alone.err and not other.exists()


def test_the_truth_beside_a_simulated_stack_is_found(fluogan, tmp_path, project_path) -> None:
    stack, truth = tmp_path / "lines.tif", tmp_path / "lines.truth.npz"
    fluogan("simulate", "lines", "-o", stack, "--truth", truth, "--rows", 16, "--frames", 6, "--spacing-from-nm", 390,
            "--spacing-to-nm", 360, "--zoom", 2, "--light", "bright")  # fmt: skip
    said = fluogan("compare", stack, "--methods", "mean", "-o", project_path, *FLAGS[:-2], "--gain", 7, "--json",
                   "--figure", tmp_path / "f.png")  # fmt: skip
    told = json.loads(said.out)
    assert told["truth"] == "lines.truth.npz" and told["written_files"]["figure"].endswith("f.png")
    assert {"nrmse", "nrmse_fitted", "truth_pearson", "finest_split_nm"} <= set(told["runs"][0]["measures"])


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--methods", "mean,sofy"), ("no method “sofy”", "fluogan")),
        (("--methods", ","), ("names no method",)),
        (("--methods", "mean", "--set", "fluogan.steps=3"), ("“fluogan”", "not compared")),
        (("--methods", "mean", "--set", "mean.steps=3"), ("no parameter “steps”",)),
        (("--methods", "mean", "--set", "mean.zoom=99"), ("Zoom",)),
        (("--methods", "mean", "--set", "zoom"), ("nothing to set",)),
        (("--methods", "mean", "--preset", "mean=odd"), ("no preset",)),
        (("--methods", "mean", "--runs", "1"), ("for a project",)),
        (("--methods", "mean", "--figure", "x.jpg"), (".png",)),
        (("--methods", "mean", "--truth", "nowhere.npz"), ("not there",)),
        (("--methods", "mean", "--import-pixel-size-nm", "0"), ("none",)),
        (("--methods", "mean", "--import", "nowhere.tif"), ("nowhere.tif",)),
    ],
)
def test_bad_input_is_refused_and_leaves_nothing(fluogan, stack, project_path, flags, words) -> None:
    fluogan("compare", stack, "-o", project_path, *flags).refused(*words)
    assert not project_path.exists()


def test_images_are_looked_at_before_the_methods_run(fluogan, stack, rival, project_path) -> None:
    line = ("compare", stack, "--methods", "mean", "-o", project_path, *FLAGS[:-2], "--import", rival)
    fluogan(*line).refused("does not state the size", "--import-pixel-size-nm")
    assert not project_path.exists()
    fluogan(*line, "--import-pixel-size-nm", 33, "--truth", rival).refused("holds no truth")
    said = fluogan(*line, "--import-pixel-size-nm", 33, "--preset", "mean=deviation")
    assert said.code == 0 and "Mean (standard deviation)" in said.out and "rival" in said.out


def test_an_image_of_another_program_comes_in(fluogan, stack, rival, project_path, tmp_path) -> None:
    fluogan("import", rival, "-o", project_path).refused("is not there")
    fluogan("compare", stack, "--methods", "mean", "-o", project_path, *FLAGS[:-2])
    fluogan("import", rival, "-o", project_path).refused("does not state the size", "--pixel-size-nm")
    fluogan("import", rival, "-o", project_path, "--corner", "x").refused("no corner")
    said = fluogan("import", rival, "-o", project_path, "--pixel-size-nm", 33.333, "--title", "ThunderSTORM",
                   "--unit", "localisations")  # fmt: skip
    assert said.code == 0 and "ThunderSTORM, from rival.tif" in said.out and "zoom 3" in said.out
    told = json.loads(fluogan("import", rival, "-o", project_path, "--pixel-size-nm", 20, "--corner", "200,300",
                              "--json").out)  # fmt: skip
    assert told["corner_yx_nm"] == [200.0, 300.0] and told["zoom"] == 5 and "covers" in told["notes"][0]
    export = fluogan("export", project_path, "--run", 2, "--estimate", tmp_path / "out.ome.tif")
    assert export.code == 0 and tifffile.imread(tmp_path / "out.ome.tif").shape == (60, 72)
    assert fluogan("info", project_path).code == 0
