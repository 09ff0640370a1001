"""Whole simulated recordings: light levels, seeds, bleaching, and what stands on disk."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.errors import OutOfMemoryError, ProjectError, ReadError, UsageError
from fluogan_app.core.readers.open import open_stack
from fluogan_app.core.samples import sample, samples
from fluogan_app.core.simulate import recording
from fluogan_app.core.simulate.airy import AiryMicroscope
from fluogan_app.core.simulate.imaging import Microscope
from fluogan_app.core.simulate.params import (
    BarParams,
    FilamentsParams,
    FlatParams,
    LinesParams,
    PointsParams,
    TextParams,
)
from fluogan_app.core.simulate.recording import read_truth, write_stack, write_truth
from fluogan_app.core.simulate.recording_params import LIGHT_LEVELS, RecordingParams
from fluogan_app.core.simulate.registry import SCENARIOS, scenario_of
from fluogan_app.core.simulate.scenarios import SimulatedStack, simulate, simulate_lines

SMALL = LinesParams(frames=30, rows=7, spacing_from_nm=240.0, spacing_to_nm=180.0, spacing_step_nm=60.0, zoom=3)

FIELD = {"frames": 30, "rows": 14, "columns": 17, "zoom": 3}
#: One small recording of every kind of sample.
EVERY = (
    SMALL,
    FilamentsParams(**FIELD, light="slow-blinking", bleaching="molecules", layout_seed=4),
    PointsParams(**FIELD, density_per_um2=5.0, psf="airy", hot_pixel_share=0.05),
    TextParams(text="HI", letter_height_nm=700.0, text_lines=2, frames=30, zoom=3, em_register=True),
    BarParams(**FIELD, angle_degrees=20.0, light="blinking"),
    FlatParams(**FIELD),
)


def kind(params: RecordingParams) -> str:
    return scenario_of(params).name


def expected_mean(stack: SimulatedStack) -> np.ndarray:
    """Mean counts (Y, X) of the whole recording."""
    make = AiryMicroscope.of_width if stack.params.psf == "airy" else Microscope.gaussian
    microscope = make(stack.frames.shape[1:], stack.zoom, stack.pixel_size_nm, stack.fwhm_nm)
    return stack.gain * (microscope.image(stack.truth) + stack.background) + stack.offset


@pytest.mark.parametrize("light", LIGHT_LEVELS)
def test_the_brightest_pixel_has_the_photons_of_its_light_level(light):
    stack = simulate_lines(SMALL.replace(light=light), seed=3)
    level = LIGHT_LEVELS[light]
    microscope = Microscope.gaussian(stack.frames.shape[1:], stack.zoom, stack.pixel_size_nm, stack.fwhm_nm)
    first = stack.fading.mean()
    assert microscope.image(stack.truth).max() / first == pytest.approx(level["signal_photons"], rel=1e-9)
    assert stack.background.max() / first == pytest.approx(level["background_photons"], rel=1e-9)
    assert (stack.gain, stack.read_noise) == (level["gain"], level["read_noise"])


def test_frames_and_truth_tell_the_same_mean():
    stack = simulate_lines(SMALL.replace(frames=400, offset=100.0), seed=3)
    mean = expected_mean(stack)
    # Steady light: variance of a frame is photons + read noise² + rounding, all in counts as the gain is 1.
    spread = np.sqrt((mean - stack.offset + stack.read_noise**2 + 1 / 12) / len(stack.frames))
    assert np.abs((stack.frames.mean(axis=0) - mean) / spread).max() < 5
    wrong = np.roll(mean, 1, axis=1)
    assert np.abs((stack.frames.mean(axis=0) - wrong) / spread).max() > 5


def test_there_is_a_recording_of_every_kind():
    assert [kind(params) for params in EVERY] == list(SCENARIOS)


@pytest.mark.parametrize("params", EVERY, ids=kind)
def test_every_sample_is_recorded_as_its_truth_and_its_light_level_say(params):
    steady = params.replace(
        emission="steady", bleaching="common", hot_pixel_share=0.0, em_register=False, frames=200, offset=20.0
    )
    stack = simulate(steady, seed=3)
    mean = expected_mean(stack)
    spread = np.sqrt((mean - stack.offset + stack.read_noise**2 + 1 / 12) / len(stack.frames))
    deviations = (stack.frames.mean(axis=0) - mean) / spread
    assert np.abs(deviations).max() < 5
    light = mean - stack.offset - stack.background
    wanted = 0.0 if kind(params) == "flat" else stack.params.signal_photons * stack.fading.mean()
    assert light.max() == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    if wanted:
        assert np.abs((stack.frames.mean(axis=0) - mean + light) / spread).max() > 5


@pytest.mark.parametrize("params", EVERY, ids=kind)
def test_one_seed_gives_one_recording_of_every_sample(params):
    first, again, other = simulate(params, 5), simulate(params, 5), simulate(params, 6)
    np.testing.assert_array_equal(first.frames, again.frames)
    assert np.mean(first.frames != other.frames) > 0.5


def test_places_follow_the_seed_unless_they_have_their_own():
    places = [simulate(PointsParams(**FIELD, density_per_um2=5.0), seed).positions["points_yx_nm"] for seed in (1, 2)]
    assert places[0].shape != places[1].shape or not np.allclose(*places)
    fixed = PointsParams(**FIELD, density_per_um2=5.0, layout_seed=8)
    kept = [simulate(fixed, seed) for seed in (1, 2)]
    np.testing.assert_array_equal(kept[0].truth, kept[1].truth)
    assert not np.array_equal(kept[0].frames, kept[1].frames)


def test_what_the_camera_adds_leaves_molecules_and_photons_as_they_were():
    plain = simulate(PointsParams(**FIELD, light="blinking"), 3)
    hot = simulate(PointsParams(**FIELD, light="blinking", hot_pixel_share=0.1), 3)
    np.testing.assert_array_equal(plain.truth, hot.truth)
    np.testing.assert_array_equal(plain.emitted, hot.emitted)
    assert len(hot.hot_pixels_yx) > 0 and len(plain.hot_pixels_yx) == 0


def test_light_bleaches_as_the_curve_says():
    stack = simulate_lines(SMALL.replace(light="bright", bleaching_frames=10.0), seed=1)
    totals = stack.frames.sum(axis=(1, 2)) / stack.gain
    expected = np.exp(-np.arange(30) / 10.0) * totals[0]
    # Poisson: a total varies by its own square root, and so does the first that the curve is hung on.
    spread = np.sqrt(expected + expected**2 / totals[0])
    assert np.all(np.abs(totals - expected) <= 5 * spread)
    np.testing.assert_allclose(stack.truth.sum(), stack.emitted.sum(), rtol=1e-9)


def test_blinking_light_averages_to_the_truth_over_all_molecules():
    stack = simulate_lines(SMALL.replace(light="slow-blinking", frames=300), seed=2)
    params = stack.params
    memory = np.exp(-1 / ((1 - params.duty_cycle) * params.on_frames))
    frames = len(stack.frames) * (1 - memory) / (1 + memory)  # independent ones
    spread = np.sqrt(params.photons_per_event / (1 - params.duty_cycle) * stack.truth.sum() / frames)
    assert abs(stack.emitted.sum() - stack.truth.sum()) < 5 * spread
    assert not np.allclose(stack.emitted, stack.truth)


def test_one_seed_gives_one_stack_and_another_seed_another():
    first, again, other = simulate_lines(SMALL, 5), simulate_lines(SMALL, 5), simulate_lines(SMALL, 6)
    np.testing.assert_array_equal(first.frames, again.frames)
    np.testing.assert_array_equal(first.truth, other.truth)
    assert np.mean(first.frames != other.frames) > 0.5


@pytest.mark.parametrize("values", [{"frames": 100_000, "rows": 1024}, {"pixel_size_nm": 1.0}, {"set_pitch_nm": 1e6}])
def test_more_than_fits_into_memory_is_refused_at_once(values):
    with pytest.raises(OutOfMemoryError, match="GB"):
        simulate_lines(LinesParams(**values))


def test_progress_tells_every_frame():
    told: list[tuple[int, int]] = []
    simulate_lines(SMALL, on_frame=lambda done, total: told.append((done, total)))
    assert told == [(done, 30) for done in range(1, 31)]


@pytest.mark.parametrize("compress", [False, True])
def test_a_written_stack_reads_back_with_pixel_size_and_time_step(tmp_path, compress):
    stack = simulate_lines(SMALL.replace(pixel_size_nm=103.0, time_step_ms=24.5), seed=1)
    path = tmp_path / "lines.tif"
    write_stack(path, stack, compress)
    with tifffile.TiffFile(path) as file:
        assert file.series[0].axes == "TYX"
        np.testing.assert_array_equal(file.asarray(), stack.frames)
        across, count = file.pages[0].tags["XResolution"].value
        assert 1000 * count / across == pytest.approx(103.0, rel=1e-6)
        assert file.imagej_metadata["finterval"] == pytest.approx(0.0245)
        assert "photons_per_event: 1.0 photons" in file.imagej_metadata["Info"]


def test_the_program_reads_its_own_simulation(tmp_path):
    stack = simulate_lines(SMALL.replace(pixel_size_nm=103.0), seed=1)
    write_stack(tmp_path / "lines.tif", stack)
    opened = open_stack(tmp_path / "lines.tif")
    try:
        assert opened.shape == stack.frames.shape
        np.testing.assert_array_equal(opened.frame(29), stack.frames[29])
        assert opened.acquisition.pixel_size_nm == pytest.approx(103.0, rel=1e-6)
        assert opened.acquisition.origin("pixel_size_nm") is Origin.FILE
        assert opened.time_step_ms == pytest.approx(10.0)
    finally:
        opened.close()


def test_a_stack_beyond_the_format_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "IMAGEJ_BYTES", 1000)
    with pytest.raises(UsageError, match="does not fit"):
        write_stack(tmp_path / "lines.tif", simulate_lines(SMALL))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ProjectError):
        write_truth(tmp_path / "file" / "truth.npz", simulate_lines(SMALL))


@pytest.mark.parametrize("name", ["truth.npz", "truth"])
def test_truth_comes_back_with_pattern_and_parameters(tmp_path, name):
    stack = simulate_lines(SMALL.replace(light="blinking"), seed=9)
    write_truth(tmp_path / name, stack)
    back = read_truth(tmp_path / name)
    np.testing.assert_array_equal(back.truth, stack.truth.astype(np.float32))
    np.testing.assert_array_equal(back.background, stack.background.astype(np.float32))
    assert (back.pattern, back.params, back.seed) == (stack.pattern, stack.params, 9)
    with np.load(tmp_path / name, allow_pickle=False) as archive:
        assert '"fwhm_nm": {"value": 324.0, "unit": "nm"}' in str(archive["params"])


@pytest.mark.parametrize("params", EVERY, ids=kind)
def test_the_truth_of_every_sample_comes_back(tmp_path, params):
    stack = simulate(params, seed=9)
    write_truth(tmp_path / "truth.npz", stack)
    back = read_truth(tmp_path / "truth.npz")
    assert (back.params, back.seed, back.pattern) == (stack.params, 9, stack.pattern)
    np.testing.assert_array_equal(back.truth, stack.truth.astype(np.float32))
    np.testing.assert_array_equal(back.hot_pixels_yx, stack.hot_pixels_yx)
    assert back.positions.keys() == stack.positions.keys()
    for name, places in stack.positions.items():
        np.testing.assert_array_equal(back.positions[name], places)
    again = simulate(back.params, back.seed)
    np.testing.assert_array_equal(again.frames, stack.frames)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
def test_a_damaged_truth_file_is_a_clear_error(tmp_path, content):
    (tmp_path / "truth.npz").write_bytes(content)
    with pytest.raises(ReadError, match="truth"):
        read_truth(tmp_path / "truth.npz")


def test_an_archive_of_something_else_is_a_clear_error(tmp_path):
    np.savez(tmp_path / "other.npz", image=np.zeros(3))
    with pytest.raises(ReadError, match="truth"):
        read_truth(tmp_path / "other.npz")


def test_the_samples_are_there_small_and_described():
    for entry in samples():
        with tifffile.TiffFile(entry.path) as file:
            assert file.series[0].axes == "TYX"
        assert entry.acquisition.psf_origin is Origin.USER or entry.acquisition.psf_fwhm_nm
        assert entry.licence and entry.title and entry.description
    folder = sample("mitochondria").path.parent
    assert sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) <= 2_000_000
    assert "Redistribution" in sample("mitochondria").licence_path.read_text(encoding="utf-8")


def test_the_simulated_sample_is_what_its_recipe_makes():
    entry = sample("line-pattern")
    truth = read_truth(entry.truth_path)
    made = simulate_lines(truth.params, truth.seed)
    np.testing.assert_array_equal(tifffile.imread(entry.path), made.frames)
    np.testing.assert_array_equal(truth.truth, made.truth.astype(np.float32))


def test_an_unknown_sample_is_refused_by_name():
    with pytest.raises(ReadError, match="mitochondria"):
        sample("mitochondrion")
