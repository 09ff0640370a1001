"""`fluogan measure`: images, stacks and runs, alone and against references, and what cannot be measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy.ndimage import gaussian_filter

from fluogan_app.core.project.store import Project

ZOOM, FINE_NM = 4, 25.0


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    """A true image of points, 96 × 120 fine pixels."""
    generator = np.random.default_rng(0)
    image = np.zeros((96, 120))
    image[generator.integers(0, 96, 80), generator.integers(0, 120, 80)] = generator.uniform(5, 20, 80)
    return image


@pytest.fixture
def write(tmp_path: Path):
    """Write an array as an ImageJ TIFF with its pixel size."""

    def written(name: str, image: np.ndarray, pixel_size_nm: float | None = FINE_NM, axes: str = "YX") -> Path:
        scale = {} if pixel_size_nm is None else {"resolution": (1000 / pixel_size_nm,) * 2}
        about = {"axes": axes} if pixel_size_nm is None else {"axes": axes, "unit": "um"}
        tifffile.imwrite(tmp_path / name, image.astype(np.float32), imagej=True, metadata=about, **scale)
        return tmp_path / name

    return written


def seen(image: np.ndarray) -> np.ndarray:
    """What a microscope with a blur of 1.3 camera pixels sees of it."""
    blurred = gaussian_filter(image, 1.3 * ZOOM)
    return blurred.reshape(24, ZOOM, 30, ZOOM).sum(axis=(1, 3)) + 3.0


def measured(said) -> dict:
    assert (said.code, said.err) == (0, ""), said
    return json.loads(said.out)


def test_an_estimate_against_its_truth(fluogan, write, points):
    x, truth = write("x.tif", gaussian_filter(points, 0.8)), write("truth.tif", points)
    found = measured(fluogan("measure", x, "--reference", truth, "--json"))
    assert found["kind"] == "image" and found["shape_yx"] == [96, 120] and found["pixel_size_nm"] == FINE_NM
    measures = found["measures"]
    matched = gaussian_filter(points, 0.8).astype(np.float32)
    expected = np.linalg.norm(matched * points.sum() / matched.sum() - points) / np.linalg.norm(points)
    assert measures["nrmse"] == pytest.approx(expected, rel=1e-4)
    assert 0 < measures["jaccard"] < measures["jaccard_tolerant"] <= 1
    assert set(found["meanings"]) == set(measures)


def test_the_truth_itself_is_perfect_and_a_shifted_one_is_not(fluogan, write, points):
    truth, wrong = write("truth.tif", points), write("wrong.tif", np.roll(points, 5, axis=0))
    perfect, shifted = (measured(fluogan("measure", x, "--reference", truth, "--json")) for x in (truth, wrong))
    assert perfect["measures"]["nrmse"] == pytest.approx(0, abs=1e-6) and perfect["measures"]["jaccard"] == 1
    assert perfect["measures"]["psnr_db"] is None
    assert shifted["measures"]["nrmse"] > 1 and shifted["measures"]["jaccard"] < 0.1


def test_an_estimate_against_what_the_microscope_saw(fluogan, write, points):
    x, mean = write("x.tif", points), write("mean.tif", seen(points), 100.0)
    found = measured(fluogan("measure", x, "--reference", mean, "--json"))["measures"]
    assert found["rse_percent"] < 0.1 and found["rsp"] > 0.9999 and "nrmse" not in found
    assert found["rsf_fwhm_nm"] == pytest.approx(1.3 * 2.3548 * 100.0, rel=0.01)
    empty = points.copy()
    empty[:48] = 0
    wrong = measured(fluogan("measure", write("w.tif", empty), "--reference", mean, "--json"))["measures"]
    assert wrong["rse_percent"] > 100 * found["rse_percent"] and wrong["rsp"] < 0.9


def test_a_coarser_truth_is_compared_on_its_own_pixels(fluogan, write, points, tmp_path):
    """Zoom 4 against zoom 6: both on two fine pixels to a camera pixel."""
    camera = np.random.default_rng(1).uniform(size=(24, 30))
    fine = [np.kron(camera, np.ones((zoom, zoom))) / zoom**2 for zoom in (4, 6)]
    found = measured(
        fluogan("measure", write("x.tif", fine[0]), "--reference", write("t.tif", fine[1], 100 / 6), "--json")
    )
    assert found["measures"]["nrmse"] == pytest.approx(0, abs=1e-6)
    assert "50 nm" in found["notes"][-1]


def test_a_simulated_stack_against_its_truth_file(fluogan, tmp_path):
    stack, truth = tmp_path / "s.tif", tmp_path / "t.npz"
    assert fluogan("simulate", "lines", "-o", stack, "--truth", truth, "--frames", 8, "--rows", 16).code == 0
    found = measured(fluogan("measure", stack, "--reference", truth, "--json"))
    assert found["kind"] == "stack" and found["reference"] == "t.npz"
    assert {"frc_nm", "nrmse", "finest_split_nm", "spacing_error_nm"} <= set(found["measures"])
    # The blur of 324 nm lets no frame show lines as near as 270 nm.
    finest = found["measures"]["finest_split_nm"]
    assert finest is None or finest >= 270


def test_a_region_is_compared_with_its_part_of_the_truth(fluogan, tmp_path, quick):
    stack, truth, project = tmp_path / "s.tif", tmp_path / "t.npz", tmp_path / "p.fluogan"
    assert fluogan("simulate", "lines", "-o", stack, "--truth", truth, "--frames", 8, "--rows", 24).code == 0
    roi = ("--roi", "2,30,20,60")
    assert fluogan("reconstruct", stack, "-o", project, *quick, *roi).code == 0
    for measured_thing in ((stack, *roi), (project,)):
        found = measured(fluogan("measure", *measured_thing, "--reference", truth, "--json"))
        assert 0 < found["measures"]["nrmse"] < 1 and "finest_split_nm" in found["measures"]
    fluogan("measure", stack, "--roi", "2,30,20,61", "--reference", project / "runs").refused("folder")


def test_the_table_has_units_spreads_and_meanings(fluogan, make_stack):
    said = fluogan("measure", make_stack("s.tif", (40, 32, 33)))
    assert said.code == 0
    assert "32 × 33 pixels of 100 nm" in said.out and "odd and even frames agree" in said.out
    (line,) = [line for line in said.out.splitlines() if "Ring correlation, 1/7" in line]
    assert " ± " in line and " nm " in line


def test_a_run_is_measured_against_its_own_mean(fluogan, reconstruct, make_stack, tmp_path, quick):
    stack, project = make_stack("s.tif", (12, 20, 24)), tmp_path / "p.fluogan"
    assert fluogan("reconstruct", stack, "-o", project, *quick).code == 0
    found = measured(fluogan("measure", project, "--json"))
    run = Project.open(project).run()
    assert found["kind"] == "run" and found["file"] == str(run.folder)
    assert found["measures"]["photon_balance_percent"] == run.record.measures["photon_balance_percent"]
    assert 0 < found["measures"]["rsp"] <= 1 and found["pixel_size_nm"] == 50.0
    assert 0 <= found["measures"]["residual_p_value"] <= 1
    assert measured(fluogan("measure", run.folder, "--json")) == found


def test_odd_and_even_frames_of_a_run_are_reconstructed_and_correlated(fluogan, make_stack, tmp_path, quick):
    stack, project = make_stack("s.tif", (12, 20, 24)), tmp_path / "p.fluogan"
    assert fluogan("reconstruct", stack, "-o", project, *quick).code == 0
    before = sorted(path.name for path in project.rglob("*"))
    found = measured(fluogan("measure", project, "--frc", "--json"))
    assert "frc_nm" in found["measures"]
    assert any("which detail repeats" in note for note in found["notes"])
    assert sorted(path.name for path in project.rglob("*")) == before
    stack.unlink()
    fluogan("measure", project, "--frc").refused("s.tif")


def test_stopping_between_the_halves_ends_with_the_code_for_it(fluogan, make_stack, tmp_path, quick, monkeypatch):
    from fluogan_app.core.project import halves

    stack, project = make_stack("s.tif", (12, 20, 24)), tmp_path / "p.fluogan"
    assert fluogan("reconstruct", stack, "-o", project, *quick).code == 0
    monkeypatch.setattr(halves, "half_reconstructions", lambda *given: None)
    said = fluogan("measure", project, "--frc", "--figure", tmp_path / "f.png")
    assert said.code == 130 and said.out == "" and not (tmp_path / "f.png").exists()


def test_help_waits_for_no_mathematics():
    code = "import fluogan_app.cli.commands.measure, sys; print('scipy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_a_figure_is_drawn(fluogan, write, points, tmp_path):
    x, mean, figure = write("x.tif", points), write("m.tif", seen(points), 100.0), tmp_path / "f.png"
    said = fluogan("measure", x, "--reference", mean, "--figure", figure)
    assert said.code == 0 and str(figure) in said.out
    picture = Image.open(figure)
    assert picture.info["Description"] == "x.tif · against m.tif" and min(picture.size) > 900
    fluogan("measure", x, "--figure", figure).refused("f.png", "--overwrite")
    fluogan("measure", x, "--figure", tmp_path / "f.jpg").refused("f.jpg", ".png")


def test_a_pixel_size_is_needed_and_can_be_given(fluogan, write, points):
    x = write("x.tif", points, None)
    fluogan("measure", x).refused("Pixel size", "--pixel-size-nm")
    assert measured(fluogan("measure", x, "--pixel-size-nm", 40, "--json"))["pixel_size_nm"] == 40
    fluogan("measure", x, "--pixel-size-nm", 0).refused("pixel_size_nm")


def test_pixel_sizes_that_contradict_each_other_are_told(fluogan, write, points):
    x, truth = write("x.tif", points), write("truth.tif", points, 80.0)
    said = fluogan("measure", x, "--reference", truth)
    assert said.code == 0 and "Check both pixel sizes" in said.out


def test_what_cannot_be_measured_is_refused_in_one_line(fluogan, write, points, tmp_path):
    x = write("x.tif", points)
    fluogan("measure", write("nan.tif", np.where(points > 15, np.nan, points))).refused("not numbers")
    fluogan("measure", write("empty.tif", np.zeros((40, 40)))).refused("value 0")
    fluogan("measure", write("small.tif", points[:8, :8])).refused("16 × 16")
    fluogan("measure", x, "--reference", write("cut.tif", points[:-1])).refused("96 × 120", "95 × 120")
    fluogan("measure", x, "--reference", write("black.tif", np.zeros((96, 120)))).refused("truth", "value 0")
    fluogan("measure", x, "--reference", tmp_path / "absent.tif").refused("absent.tif")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04")
    fluogan("measure", x, "--reference", tmp_path / "broken.npz").refused("broken.npz")
    fluogan("measure", x, "--frc").refused("--frc", "project")
    fluogan("measure", x, "--run", 2).refused("--run", "project")


def test_flags_for_files_are_refused_for_a_run(fluogan, reconstruct, project_path):
    assert reconstruct().code == 0
    fluogan("measure", project_path, "--pixel-size-nm", 50).refused("--pixel-size-nm")
    fluogan("measure", project_path, "--roi", "0,0,4,4").refused("--roi")
    fluogan("measure", project_path / "runs" / "0001-fluogan", "--run", 2).refused("run 1")
