"""What a run's images say on disk: the residual is that of the model that made them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.methods.cropped import cropped
from fluogan_app.core.metrics.findings import detail
from fluogan_app.core.metrics.resolution_scaled import binned
from fluogan_app.core.project.mean_noise import mean_noise
from fluogan_app.core.project.measure import _residual, measure_run, simulated_mean
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import start_run

ZOOM, SIGMA = 5, 1.3


@pytest.fixture
def run(project, stack, walk, request_for):
    start_run(project, stack, request_for(steps=2))
    found = Project.open(project.folder).run()
    camera = found.record.acquisition.replace(pixel_size_nm=100.0, fwhm_nm=SIGMA * 235.482, psf="gaussian")
    found.record = found.record.replace(acquisition=camera, link=None)
    return found


@pytest.fixture
def truth() -> tuple[np.ndarray, np.ndarray]:
    """A smooth fine image and an uneven background of 24 × 30 camera pixels."""
    fine = gaussian_filter(np.random.default_rng(0).uniform(size=(24 * ZOOM, 30 * ZOOM)), 4.0) * 40
    return fine, 10 + np.add.outer(np.arange(24.0), np.arange(30.0)) / 10


def result_of(truth, noise: float) -> Result:
    fine, background = truth
    light = binned(gaussian_filter(fine, SIGMA * ZOOM, mode="reflect", truncate=6.0), ZOOM) + background
    draws = np.random.default_rng(1).standard_normal(light.shape)
    mean = light + noise * np.sqrt(light) * draws
    return Result(*(part.astype(np.float32) for part in (fine, background, mean)), ZOOM, 100.0, 1)


def test_the_true_images_leave_the_noise(run, truth):
    residual = _residual(run, result_of(truth, noise=0.1))
    # In units of the noise of so many frames.
    noise = 0.1 * np.sqrt(len(run.record.frames))
    expected = noise * np.random.default_rng(1).standard_normal((24, 30))
    # This blur is sampled, the model's integrated over pixels: 1/12 of a fine pixel in σ², 0.2 % of it, near a border.
    np.testing.assert_allclose(residual, expected, atol=0.03 * noise)
    seen = result_of(truth, noise=0.1)
    found = measure_run(run, seen).values()
    assert found["residual_p_value"] > 0.01 and abs(found["residual_neighbour_correlation"]) < 0.1
    # What the run told of its residual is told again, and not a second number under the same name.
    told = measure_run(run, replace(seen, measures={"residual_flatness": 0.91})).values()
    assert told["residual_flatness"] == 0.91 and told["residual_p_value"] == found["residual_p_value"]


def test_a_missing_structure_is_left_over(run, truth):
    fine, background = truth
    fine = fine.copy()
    seen = result_of((fine, background), noise=0.05)
    fine[40:70, 60:90] *= 0.8
    wrong = Result(fine.astype(np.float32), seen.background, seen.mean, ZOOM, 100.0, 1)
    found = measure_run(run, wrong).values()
    assert found["residual_p_value"] < 1e-6 and found["residual_passed_power"] > 3


def test_a_fixed_pattern_of_the_camera_counts_as_noise_and_is_named(run, truth):
    """One of four times the noise that the frames leave in their mean."""
    clean, seen = result_of(truth, 0.0), result_of(truth, 0.01)
    simulated, camera_noise = simulated_mean(run, clean), run.record.acquisition.read_noise**2
    in_time = mean_noise(run, clean, simulated)
    assert not in_time.has_pattern
    np.testing.assert_allclose(in_time.variance, (simulated + camera_noise) / len(run.record.frames))
    size = 4.0 * np.sqrt(in_time.in_time)
    pattern = size * np.random.default_rng(2).standard_normal(seen.mean.shape)
    found = mean_noise(run, replace(seen, mean=(seen.mean + pattern).astype(np.float32)), simulated)
    assert found.has_pattern and "fixed pattern" in found.words
    assert np.sqrt(found.fixed_pattern) == pytest.approx(size, rel=0.3)
    np.testing.assert_allclose(found.variance, in_time.variance + found.fixed_pattern)


def test_what_a_run_told_of_its_noise_is_its_noise(run, truth):
    clean = result_of(truth, 0.0)
    simulated = simulated_mean(run, clean)
    told = np.sqrt(simulated / 20 + 9.0).astype(np.float32)
    told[3, 4] = np.inf
    found = mean_noise(run, replace(clean, mean_deviation=told), simulated)
    assert found.is_told and not found.has_pattern
    run.record = run.record.replace(measures={"fixed_pattern_photons": 3.0})
    assert mean_noise(run, replace(clean, mean_deviation=told), simulated).fixed_pattern == 9.0
    np.testing.assert_allclose(found.variance, np.square(told.astype(float)))


def test_the_noise_of_a_run_is_kept_and_cut_with_its_images(run):
    result = run.result()
    told = np.random.default_rng(0).uniform(1.0, 2.0, result.mean.shape).astype(np.float32)
    run.write_result(replace(result, mean_deviation=told), 2)
    again = Project.open(run.folder.parent.parent).run().result()
    np.testing.assert_array_equal(again.mean_deviation, told)
    part = cropped(again, Roi(1, 2, 3, 4))
    np.testing.assert_array_equal(part.mean_deviation, told[1:4, 2:6])
    assert part.deviation is None and cropped(result, Roi(1, 2, 3, 4)).mean_deviation is None


def test_of_a_region_the_border_is_left_out(run, truth, project, stack, walk, request_for):
    run.record = run.record.replace(link=Project.open(project.folder).run().record.link, roi=Roi(1, 1, 24, 30))
    border = int(np.ceil(2 * SIGMA * 2.35482))
    large = tuple(np.pad(part, (0, factor * 40), mode="edge") for part, factor in zip(truth, (ZOOM, 1)))
    assert _residual(run, result_of(large, 0.1)).shape == (64 - 2 * border, 70 - 2 * border)
    # Light from beyond a small region is not taken for structure: there nothing is told, and that is said.
    found = measure_run(run, result_of(truth, 0.1))
    assert "residual_flatness" not in found.values() and any("without the border" in note for note in found.notes)


def test_a_run_on_few_camera_pixels_is_measured_by_its_estimate(run, truth):
    fine, background = truth
    seen = result_of((fine[: 12 * ZOOM], background[:12]), noise=0.05)
    found = measure_run(run, seen)
    assert set(found.values()) == {measure.name for measure in detail(seen.estimate, 100.0 / ZOOM).measures}
    assert any("RSE" in note and "12 × 30" in note for note in found.notes)


def test_of_an_image_in_other_units_no_residual_is_told(run, truth):
    """It is compared with the mean as it is, scaled and shifted: in photons of the mean, whatever its own unit."""
    seen = result_of(truth, noise=0.05)
    other = Claims("Variance", "photons²", "photons squared")
    image = replace(seen, estimate=7.0 * seen.estimate, background=np.zeros_like(seen.background), claims=other)
    found = measure_run(run, image)
    values = found.values()
    assert "residual_p_value" not in values and any("as it is" in note for note in found.notes)
    plain = measure_run(run, replace(image, estimate=seen.estimate)).values()
    assert values["rse_photons"] == pytest.approx(plain["rse_photons"], rel=1e-3)
    assert values["rsp"] == pytest.approx(plain["rsp"], abs=1e-4) and values["rsp"] > 0.9


def test_a_picture_that_is_blurred_already_is_not_blurred_again(run, truth):
    seen = result_of(truth, noise=0.0)
    spread = np.kron(seen.mean, np.ones((ZOOM, ZOOM), np.float32)) / ZOOM**2
    mean = Claims("Mean", "photons", "photons", photons=True, blurred=True)
    shown = replace(seen, estimate=spread, background=np.zeros_like(seen.background), claims=mean)
    np.testing.assert_allclose(simulated_mean(run, shown), seen.mean, rtol=1e-5)
    assert np.abs(simulated_mean(run, replace(shown, claims=replace(mean, blurred=False))) - seen.mean).max() > 0.1
