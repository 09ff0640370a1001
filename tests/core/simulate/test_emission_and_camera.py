"""Moments of the drawn light and counts against their formulas, within bounds that follow from the sample size."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.simulate.camera import Camera
from fluogan_app.core.simulate.emission import (
    blinking_emission,
    fading_curve,
    mortal_emission,
    poisson_emission,
    state_memory,
    steady_emission,
)
from fluogan_app.core.simulate.imaging import Microscope
from fluogan_app.core.simulate.params import FlatParams

#: Six standard deviations: one draw in 5e8 lies outside, and the seeds are fixed.
SIGMAS = 6.0


def test_steady_light_only_fades():
    rate = np.array([[1.0, 2.0, 0.0]])
    frames = np.array(list(steady_emission(rate, fading_curve(5, 3.0))))
    np.testing.assert_allclose(frames, np.exp(-np.arange(5) / 3.0)[:, None, None] * rate)
    assert np.all(fading_curve(4, 0.0) == 1.0)


def test_poisson_events_have_kappa_times_the_variance():
    kappa, rate, frames = 20.0, 7.0, 40_000
    drawn = np.array(list(poisson_emission(np.full((1, 1), rate), np.ones(frames), kappa, np.random.default_rng(1))))
    variance = kappa * rate
    # var of a sample variance: (2 v² + fourth cumulant) / T; the fourth cumulant of κ·Poisson(rate/κ) is κ³·rate.
    spread = np.sqrt((2 * variance**2 + kappa**3 * rate) / frames)
    assert drawn.mean() == pytest.approx(rate, abs=SIGMAS * np.sqrt(variance / frames))
    assert drawn.var() == pytest.approx(variance, abs=SIGMAS * spread)


def test_blinking_molecules_keep_mean_and_kappa_and_remember_for_their_on_time():
    kappa, duty, on_frames, frames, pixels = 20.0, 0.2, 4.0, 4000, 50
    # Five molecules of brightness κ/(1 − D): no rounding, so that κ itself is exact.
    rate = np.full((1, pixels), 5 * kappa * duty / (1 - duty))
    light = np.array(list(blinking_emission(rate, np.ones(frames), kappa, duty, on_frames, np.random.default_rng(2))))
    series = light[:, 0, :] - rate[0]
    memory = np.exp(-1 / ((1 - duty) * on_frames))
    variance = kappa * rate[0, 0]
    effective = frames * pixels * (1 - memory) / (1 + memory)  # independent samples left by the correlation
    assert series.mean() == pytest.approx(0.0, abs=SIGMAS * np.sqrt(variance / effective))
    for lag in (0, 1, 3):
        covariance = np.mean(series[: frames - lag] * series[lag:])
        # A product of two nearly normal values varies by at most 2 v² plus the fourth cumulant, here below v².
        assert covariance == pytest.approx(variance * memory**lag, abs=SIGMAS * variance * np.sqrt(3 / effective))


def test_blinking_with_few_molecules_still_has_the_exact_mean():
    rate = np.array([[0.3, 0.0, 2.5]])
    light = blinking_emission(rate, np.ones(30_000), 20.0, 0.1, 1.0, np.random.default_rng(3))
    mean = np.mean(list(light), axis=0)
    memory = np.exp(-1 / 0.9)
    spread = np.sqrt(22.3 * rate / (30_000 * (1 - memory) / (1 + memory)))
    assert np.all(np.abs(mean - rate) <= SIGMAS * spread)


def test_poisson_events_of_different_frames_know_nothing_of_each_other():
    kappa, rate, frames = 5.0, 30.0, 40_000
    drawn = np.array(list(poisson_emission(np.full((1, 1), rate), np.ones(frames), kappa, np.random.default_rng(8))))
    series = drawn[:, 0, 0] - rate
    for lag in (1, 2, 7):
        assert abs(np.mean(series[:-lag] * series[lag:])) <= SIGMAS * kappa * rate / np.sqrt(frames - lag)


def test_a_molecule_stays_on_and_off_as_long_as_its_times_say():
    duty, on_frames, frames = 0.2, 6.0, 60_000
    # One molecule, as its light of κ/(1 − D) asks for no more.
    rate = np.full((1, 1), 10.0 * duty / (1 - duty))
    light = np.array(list(blinking_emission(rate, np.ones(frames), 10.0, duty, on_frames, np.random.default_rng(9))))
    state = light[:, 0, 0] > 0
    memory = state_memory(duty, on_frames)
    # Seen once a frame, it stays on with the chance D + (1 − D) m and off with 1 − D (1 − m): geometric runs.
    leaving = {True: (1 - duty) * (1 - memory), False: duty * (1 - memory)}
    changes = np.flatnonzero(np.diff(state)) + 1
    runs, kinds = np.diff(changes), state[changes[:-1]]
    for kind, chance in leaving.items():
        lengths = runs[kinds == kind]
        spread = np.sqrt((1 - chance) / lengths.size) / chance
        assert lengths.mean() == pytest.approx(1 / chance, abs=SIGMAS * spread)
    # In continuous time those are the declared times: the state changes with 1/on + 1/off.
    assert -1 / np.log(memory) == pytest.approx(1 / (1 / on_frames + duty / (on_frames * (1 - duty))))


def test_molecules_that_bleach_one_by_one_have_the_mean_of_the_common_fading_and_their_own_covariance():
    kappa, duty, on_frames, fading = 10.0, 0.3, 3.0, fading_curve(25, 12.0)
    molecules, pixels = 4, 60_000
    rate = np.full((pixels,), molecules * kappa * duty / (1 - duty))
    frames = np.array(list(mortal_emission(rate, fading, kappa, duty, on_frames, np.random.default_rng(10))))
    brightness, memory = kappa / (1 - duty), state_memory(duty, on_frames)

    def covariance(t: int, lag: int) -> float:
        later = fading[t + lag]
        return molecules * brightness**2 * later * duty * (duty + (1 - duty) * memory**lag - fading[t] * duty)

    for t, lag in [(0, 0), (0, 2), (5, 0), (5, 4), (20, 0), (20, 3)]:
        mean, spread = rate[0] * fading[t], np.sqrt(covariance(t, 0) / pixels)
        assert frames[t].mean() == pytest.approx(mean, abs=SIGMAS * spread)
        sampled = np.mean((frames[t] - mean) * (frames[t + lag] - rate[0] * fading[t + lag]))
        # var of a product of two nearly normal values: C_tt C_ss + C_ts², and a fourth cumulant below C_tt C_ss.
        bound = np.sqrt((2 * covariance(t, 0) * covariance(t + lag, 0) + covariance(t, lag) ** 2) / pixels)
        assert sampled == pytest.approx(covariance(t, lag), abs=SIGMAS * bound)
    common = molecules * brightness**2 * fading[20] ** 2 * duty * (1 - duty)
    late = np.var(frames[20])
    assert abs(late - common) > SIGMAS * np.sqrt(3 / pixels) * covariance(20, 0)  # evenly fading light varies less


def test_light_that_has_faded_to_nothing_stays_dark():
    fading = fading_curve(60, 0.05)
    light = list(mortal_emission(np.full((5,), 40.0), fading, 5.0, 0.2, 3.0, np.random.default_rng(11)))
    assert light[0].sum() > 0 and all(frame.sum() == 0 for frame in light[2:])


def largest_deviation(frames: np.ndarray, covariance: np.ndarray, fourth: float) -> float:
    """Largest |sample − true| covariance over all pixel pairs, in its own standard deviations.

    var of a sample covariance: (C_ii C_jj + C_ij² + fourth cumulant) / T, the last bounded by `fourth` · C_ii C_jj.
    """
    flat = frames.reshape(len(frames), -1).astype(float)
    sampled = np.cov(flat, rowvar=False)
    scale = np.outer(np.diag(covariance), np.diag(covariance))
    spread = np.sqrt(((1 + fourth) * scale + covariance**2) / len(frames))
    return float(np.max(np.abs(sampled - covariance) / spread))


def recorded(
    kappa: float, camera: Camera, frames: int = 12_000
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Frames of a small odd-shaped scene, with Ψ as a full matrix, x and b."""
    shape, zoom = (3, 5), 2
    rng = np.random.default_rng(4)
    microscope = Microscope.gaussian(shape, zoom, 100.0, 240.0)
    rate = rng.uniform(20.0, 80.0, (zoom * shape[0], zoom * shape[1]))
    background = rng.uniform(10.0, 30.0, shape)
    drawn = [
        camera.record(microscope.image(light) + background, rng, rng)
        for light in poisson_emission(rate, np.ones(frames), kappa, rng)
    ]
    psi = np.kron(microscope.along_y, microscope.along_x)
    return np.array(drawn), psi, rate.ravel(), background.ravel()


def frame_covariance(psi, rate, background, kappa: float, camera: Camera) -> np.ndarray:
    """gain² [Ψ diag(κx) Ψᵀ + diag(Ψx + b + read_noise²)], with 1/12 for the rounding to whole counts."""
    noise = np.diag(psi @ rate + background + camera.read_noise**2 + 1 / (12 * camera.gain**2))
    return camera.gain**2 * (psi @ np.diag(kappa * rate) @ psi.T + noise)


@pytest.mark.parametrize("kappa", [1.0, 20.0])
def test_mean_and_covariance_of_the_frames_follow_the_formula(kappa):
    camera = Camera(gain=3.0, offset=100.0, read_noise=1.5)
    frames, psi, rate, background = recorded(kappa, camera)
    covariance = frame_covariance(psi, rate, background, kappa, camera)
    mean = camera.gain * (psi @ rate + background) + camera.offset
    error = np.abs(frames.mean(axis=0).ravel() - mean)
    assert np.all(error <= SIGMAS * np.sqrt(np.diag(covariance) / len(frames)))
    # Sums of many Poisson draws: relative fourth cumulant ≈ κ / (events per pixel), below 0.3 here.
    assert largest_deviation(frames, covariance, fourth=0.3) < SIGMAS


def test_the_covariance_check_sees_wrong_emission_and_missing_read_noise():
    camera = Camera(gain=3.0, offset=100.0, read_noise=1.5)
    frames, psi, rate, background = recorded(20.0, camera)
    for wrong_kappa in (0.0, 1.0, 15.0):
        wrong = frame_covariance(psi, rate, background, wrong_kappa, camera)
        assert largest_deviation(frames, wrong, fourth=0.3) > SIGMAS
    frames, psi, rate, background = recorded(1.0, camera)
    noiseless = frame_covariance(psi, rate, background, 1.0, Camera(gain=3.0, offset=100.0, read_noise=20.0))
    assert largest_deviation(frames, noiseless, fourth=0.3) > SIGMAS


def test_blinking_correlates_pixels_and_frames_as_the_formula_says():
    """Cov(y_t, y_t+k) = gain² Ψ diag(κx) Ψᵀ m^k: the camera's own noise is gone after one frame."""
    camera, kappa, duty, on_frames, frames, zoom = Camera(gain=2.0), 8.0, 0.25, 2.0, 20_000, 2
    shape, rng = (2, 3), np.random.default_rng(12)
    microscope = Microscope.gaussian(shape, zoom, 100.0, 240.0)
    molecules = rng.integers(2, 6, (zoom * shape[0], zoom * shape[1]))
    rate = molecules * kappa * duty / (1 - duty)
    light = blinking_emission(rate, np.ones(frames), kappa, duty, on_frames, rng)
    counts = np.array([camera.record(microscope.image(now), rng, rng) for now in light], float).reshape(frames, -1)
    psi = np.kron(microscope.along_y, microscope.along_x)
    own = camera.gain**2 * psi @ np.diag(kappa * rate.ravel()) @ psi.T
    total = own + np.diag(camera.gain**2 * (psi @ rate.ravel()))
    memory = state_memory(duty, on_frames)
    series = counts - camera.gain * psi @ rate.ravel()
    effective = frames * (1 - memory) / (1 + memory)
    # Twice the variance of a normal product; sums over many molecules have a small fourth cumulant.
    spread = np.sqrt(2 * np.outer(np.diag(total), np.diag(total)) / effective)
    for lag in (1, 3):
        sampled = series[:-lag].T @ series[lag:] / (frames - lag)
        assert np.max(np.abs(sampled - own * memory**lag) / spread) < SIGMAS
        assert np.max(np.abs(sampled - total) / spread) > SIGMAS


def test_an_em_register_doubles_the_variance_and_keeps_the_mean():
    photons, shape = 40.0, (300, 400)
    rng = np.random.default_rng(13)
    camera = Camera(gain=10.0, offset=50.0, em_register=True)
    counts = camera.record(np.full(shape, photons), rng, rng).astype(float)
    pixels = counts.size
    variance = 2 * photons * camera.gain**2 + 1 / 12
    assert counts.mean() == pytest.approx(camera.gain * photons + 50.0, abs=SIGMAS * np.sqrt(variance / pixels))
    # Relative spread of a sample variance √((2 + excess) / n); the excess kurtosis here is about 6 / photons.
    spread = variance * np.sqrt((2 + 6 / photons) / pixels)
    assert counts.var() == pytest.approx(variance, abs=SIGMAS * spread)
    assert abs(counts.var() - variance / 2) > SIGMAS * spread
    assert Camera(em_register=True).record(np.zeros((4, 4)), rng, rng).max() == 0


def test_hot_pixels_are_as_many_and_as_bright_as_declared():
    params = FlatParams(hot_pixel_share=0.1, hot_pixel_photons=50.0).complete()
    camera = Camera.from_params(params, (100, 120), np.random.default_rng(14))
    hot = camera.hot_pixels_yx
    assert abs(len(hot) - 1200) <= SIGMAS * np.sqrt(12_000 * 0.1 * 0.9)
    rng = np.random.default_rng(15)
    counts = camera.record(np.full((100, 120), 20.0), rng, rng).astype(float)
    mask = np.zeros(counts.shape, bool)
    mask[tuple(hot.T)] = True
    for pixels, mean in ((counts[mask], 70.0), (counts[~mask], 20.0)):
        # gain 1, read noise 1: variance is photons + 1 + rounding
        assert pixels.mean() == pytest.approx(mean, abs=SIGMAS * np.sqrt((mean + 1.1) / pixels.size))
    assert Camera.from_params(FlatParams().complete(), (9, 9), rng).hot_pixels_yx.shape == (0, 2)


def test_counts_are_whole_and_stop_at_zero_and_at_saturation():
    rng = np.random.default_rng(5)
    noisy = Camera(gain=2.0, offset=1.0, read_noise=10.0).record(np.zeros((40, 40)), rng, rng)
    assert noisy.dtype == np.uint16 and noisy.min() == 0 and noisy.max() < 200
    full = Camera(gain=100.0).record(np.full((3, 3), 5000.0), rng, rng)
    assert np.all(full == 65_535)
    assert np.all(Camera(gain=7.0, saturation_counts=4095).record(np.full((3, 3), 2000.0), rng, rng) == 4095)


def test_a_noisier_camera_sees_the_same_photons():
    photons = np.full((20, 20), 50.0)
    quiet = Camera().record(photons, np.random.default_rng(6), np.random.default_rng(7)).astype(float)
    noisy = Camera(read_noise=0.1).record(photons, np.random.default_rng(6), np.random.default_rng(7))
    assert np.abs(noisy - quiet).max() <= 1
