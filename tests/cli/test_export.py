"""What a run gave, as files that other programs read, with their pixel size."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.project.store import Project


@pytest.fixture
def finished(reconstruct, project_path: Path) -> Path:
    """A project with one finished run, 6 steps at zoom 2."""
    assert reconstruct().code == 0
    return project_path


def test_all_files_at_once_hold_what_the_run_holds(fluogan, finished, tmp_path) -> None:
    x, b, c, f = (tmp_path / name for name in ("x.tif", "b.ome.tif", "c.csv", "f.png"))
    said = fluogan("export", finished, "--estimate", x, "--background", b, "--curves", c, "--figure", f)
    assert said.code == 0
    assert all(str(path) in said.out for path in (x, b, c, f))
    result = Project.open(finished).run().result()
    np.testing.assert_array_equal(tifffile.imread(x), result.estimate)
    np.testing.assert_array_equal(tifffile.imread(b), result.background)
    assert [row[0] for row in csv.reader(c.open(encoding="utf-8"))] == ["step", "1", "2", "3", "4", "5", "6"]
    assert f.read_bytes().startswith(b"\x89PNG")


def test_images_carry_their_pixel_size(fluogan, finished, tmp_path) -> None:
    x, b = tmp_path / "x.tif", tmp_path / "b.ome.tif"
    fluogan("export", finished, "--estimate", x, "--background", b)
    assert "Pixel size        50 nm (from the file)" in fluogan("info", x).out
    assert "Pixel size        100 nm (from the file)" in fluogan("info", b).out
    with tifffile.TiffFile(x) as file:
        assert file.is_imagej and file.pages[0].dtype == np.float32
    with tifffile.TiffFile(b) as file:
        assert file.is_ome and file.pages[0].dtype == np.float32


def test_a_run_is_chosen_by_its_number(fluogan, finished, reconstruct, tmp_path) -> None:
    reconstruct("--lambda1", 30)
    for number, name in ((1, "one.tif"), (2, "two.tif"), (None, "last.tif")):
        which = () if number is None else ("--run", number)
        assert fluogan("export", finished, "--estimate", tmp_path / name, *which).code == 0
    one, two, last = (tifffile.imread(tmp_path / name) for name in ("one.tif", "two.tif", "last.tif"))
    assert not np.array_equal(one, two)
    np.testing.assert_array_equal(two, last)
    fluogan("export", finished, "--estimate", tmp_path / "x.tif", "--run", 7).refused("7", "1, 2")


def test_a_file_that_exists_is_only_replaced_on_demand(fluogan, finished, tmp_path) -> None:
    x, b = tmp_path / "x.tif", tmp_path / "b.tif"
    x.write_text("mine")
    fluogan("export", finished, "--background", b, "--estimate", x).refused("x.tif", "--overwrite")
    assert x.read_text() == "mine" and not b.exists()
    assert fluogan("export", finished, "--estimate", x, "--overwrite").code == 0
    assert tifffile.imread(x).shape == (22, 28)


def test_names_that_do_not_fit_are_refused_before_anything_is_written(fluogan, finished, tmp_path) -> None:
    x = tmp_path / "x.tif"
    fluogan("export", finished, "--estimate", x, "--background", x).refused("two outputs")
    fluogan("export", finished, "--estimate", x, "--figure", tmp_path / "f.jpg").refused("f.jpg", ".png")
    fluogan("export", finished, "--estimate", tmp_path / "x.png").refused("x.png", ".tif")
    fluogan("export", finished, "--estimate", x, "--curves", tmp_path / "c.txt").refused("c.txt", ".csv")
    fluogan("export", finished, "--estimate", tmp_path).refused(str(tmp_path))
    fluogan("export", finished).refused("--estimate")
    fluogan("export", tmp_path, "--estimate", x).refused("project")
    assert not x.exists()


def test_a_third_of_a_pixel_stays_a_third(fluogan, reconstruct, project_path, tmp_path) -> None:
    reconstruct("--zoom", 3)
    for name in ("x.tif", "x.ome.tif"):
        fluogan("export", project_path, "--estimate", tmp_path / name)
        scene = json.loads(fluogan("info", tmp_path / name, "--json").out)["scenes"][0]
        assert scene["pixel_size_nm"]["x"] == pytest.approx(100 / 3, rel=1e-9)


def test_a_film_of_the_run_beside_its_image(fluogan, reconstruct, project_path, tmp_path) -> None:
    from PIL import Image

    assert reconstruct().code == 0
    said = fluogan("export", project_path, "--movie", tmp_path / "x.gif", "--estimate", tmp_path / "x.tif")
    assert said.code == 0 and "x.gif" in said.out, said
    with Image.open(tmp_path / "x.gif") as film:
        assert film.n_frames >= 2
    fluogan("export", project_path, "--movie", tmp_path / "x.avi", "--estimate", tmp_path / "y.tif").refused("x.avi")
    assert not (tmp_path / "y.tif").exists()
