"""The PSF's width and the molecules' fluctuation against recordings whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.estimate.fwhm import estimate_fwhm
from fluogan_app.core.estimate.kappa import estimate_kappa, shared_fluctuation
from fluogan_app.core.estimate.recording import estimate_frames, with_estimates
from fluogan_app.core.estimate.result import Estimate, Missing
from fluogan_app.core.optics.psf import gaussian_axis_matrix

KNOWN = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0)
FWHM_NM, FWHM_PIXELS = 324.0, 3.24


def molecules(seed: int, kappa: float, frames: int = 150, fwhm_pixels: float = 3.0) -> np.ndarray:
    """Lines of molecules whose light comes in independent events of κ photons, over a background of 8 photons."""
    source, shape, zoom = np.random.default_rng(seed), (40, 44), 3
    rows, columns = (gaussian_axis_matrix(n, zoom, fwhm_pixels / 2.3548) for n in shape)
    fine = np.zeros((zoom * shape[0], zoom * shape[1]))
    fine[:, 20::33] = 12.0
    fine[30::41, :] = 8.0
    light = kappa * source.poisson(fine / kappa, (frames, *fine.shape)) if kappa else np.tile(fine, (frames, 1, 1))
    return source.poisson(rows @ light @ columns.T + 8.0).astype(np.float32)


def test_fluctuations_tell_the_width_within_3_percent(steady) -> None:
    found = estimate_fwhm(steady["blinking"], KNOWN)
    assert isinstance(found, Estimate) and not found.upper_limit
    assert found.value == pytest.approx(FWHM_NM, rel=0.03)
    assert abs(found.value - FWHM_NM) < 3 * found.uncertainty


@pytest.mark.parametrize("light", ["bright", "dim"])
def test_a_steady_sample_bounds_the_width(steady, light: str) -> None:
    """Lines of 40 nm widen 324 nm by less than 1 nm; 10 % is what 200 frames allow."""
    found = estimate_fwhm(steady[light], KNOWN)
    assert isinstance(found, Estimate) and found.upper_limit
    assert found.value == pytest.approx(FWHM_NM, rel=0.1)
    assert found.value > FWHM_NM - 2 * found.uncertainty, "it is an upper limit"


def test_the_width_follows_the_blur() -> None:
    """The check sees a wrong width: that of another PSF is found as such."""
    narrow, wide = (estimate_fwhm(molecules(0, 15.0, fwhm_pixels=width), KNOWN).value for width in (2.5, 4.0))
    assert narrow == pytest.approx(250.0, rel=0.05)
    assert wide == pytest.approx(400.0, rel=0.05)


def test_kappa_is_right_within_20_percent_on_the_blinking_pattern(steady) -> None:
    found = estimate_kappa(steady["blinking"], FWHM_PIXELS, gain=1.0)
    assert found.value == pytest.approx(20.0, rel=0.2)
    assert not found.warnings


def test_three_standard_deviations_hold_kappa_and_the_width() -> None:
    recordings = [molecules(seed, 15.0, frames=100) for seed in range(10)]
    kappas = [estimate_kappa(frames, 3.0, gain=1.0) for frames in recordings]
    widths = [estimate_fwhm(frames, KNOWN) for frames in recordings]
    assert np.mean([abs(found.value - 15.0) < 3 * found.uncertainty for found in kappas]) >= 0.9
    assert np.mean([abs(found.value - 300.0) < 3 * found.uncertainty for found in widths]) >= 0.9
    # A width taken 30 % too large is not passed over: the PSF's area enters.
    wrong = estimate_kappa(recordings[0], 3.9, gain=1.0)
    assert abs(wrong.value - 15.0) > 3 * wrong.uncertainty


def test_kappa_counts_photons_whatever_the_gain() -> None:
    frames = molecules(1, 15.0)
    one, other = estimate_kappa(frames, 3.0, 1.0), estimate_kappa(7.0 * frames + 90.0, 3.0, 7.0)
    assert other.value == pytest.approx(one.value, rel=1e-3)


def test_a_steady_sample_has_no_kappa() -> None:
    found = estimate_kappa(molecules(2, 0.0), 3.0, 1.0)
    assert isinstance(found, Missing) and "does not fluctuate" in found.reason


def test_bleaching_and_a_flickering_lamp_are_not_fluctuation() -> None:
    frames = molecules(3, 0.0)
    lamp = np.exp(-np.arange(len(frames)) / 100.0) * np.random.default_rng(0).uniform(0.9, 1.1, len(frames))
    dimmed = np.random.default_rng(1).poisson(lamp[:, None, None] * frames.mean(axis=0)).astype(np.float32)
    assert isinstance(estimate_kappa(dimmed, 3.0, 1.0), Missing)


def test_slow_blinking_is_said(lines) -> None:
    frames = lines(1, light="slow-blinking").frames.astype(np.float32)
    found = estimate_kappa(frames, FWHM_PIXELS, 1.0)
    assert any("blink slowly" in sentence for sentence in found.warnings)
    # On-times of 5 frames at a duty cycle of 0.1: correlation exp(−1/4.5) from frame to frame.
    assert shared_fluctuation(frames, FWHM_PIXELS).memory == pytest.approx(np.exp(-1 / 4.5), abs=0.08)


def test_estimates_take_the_place_of_what_nobody_stated(steady) -> None:
    known = KNOWN.with_values(Origin.USER, gain=3.0)
    taken = with_estimates(known, [f for f in estimate_frames(steady["blinking"], known) if isinstance(f, Estimate)])
    assert (taken.gain, taken.origin("gain")) == (3.0, Origin.USER)
    assert taken.origin("offset") is taken.origin("fwhm_nm") is Origin.ESTIMATED
    assert taken.fwhm_nm == pytest.approx(FWHM_NM, rel=0.03)


def test_an_upper_limit_is_not_taken_by_itself(steady) -> None:
    found = [finding for finding in estimate_frames(steady["dim"], KNOWN) if isinstance(finding, Estimate)]
    assert with_estimates(KNOWN, found).fwhm_nm is None


@pytest.mark.parametrize("shape", [(4, 30, 30), (40, 12, 30), (1, 40, 40), (2, 3, 3)])
def test_few_frames_or_pixels_are_refused_with_the_reason(shape: tuple[int, int, int]) -> None:
    frames = np.random.default_rng(0).poisson(9.0, shape).astype(np.float32)
    found = estimate_frames(frames, KNOWN)
    assert [finding.name for finding in found] == ["gain", "offset", "read_noise", "fwhm_nm", "kappa"]
    assert all(isinstance(finding, Missing) and finding.reason for finding in found)


def test_without_a_pixel_size_only_the_camera_is_told(steady) -> None:
    found = {finding.name: finding for finding in estimate_frames(steady["dim"], Acquisition())}
    assert isinstance(found["gain"], Estimate)
    assert "pixel size" in found["fwhm_nm"].reason and "pixel size" in found["kappa"].reason


@pytest.mark.parametrize("shape", [(9, 24, 24), (30, 16, 17)])
@pytest.mark.parametrize("kind", ["even", "ramp", "spot", "negative", "saturated", "noiseless"])
def test_small_and_strange_frames_end_in_an_answer(shape: tuple[int, int, int], kind: str) -> None:
    source, (y, x) = np.random.default_rng(5), np.mgrid[: shape[1], : shape[2]]
    light = {
        "ramp": 5.0 + 3.0 * x, "spot": 4.0 + 300.0 * np.exp(-((y - 8.0) ** 2 + (x - 8.0) ** 2) / 5.0),
    }.get(kind, 20.0 + 10.0 * np.sin(x) + 0.0 * y if kind != "even" else np.full(shape[1:], 30.0))  # fmt: skip
    frames = source.poisson(np.broadcast_to(light, shape)).astype(np.float32)
    frames = {
        "negative": frames - 100.0, "saturated": np.minimum(frames * 12.0, 255.0),
        "noiseless": np.broadcast_to(light, shape).astype(np.float32),
    }.get(kind, frames)  # fmt: skip
    for found in estimate_frames(frames, KNOWN):
        if isinstance(found, Estimate):
            assert np.isfinite([found.value, found.uncertainty]).all() and found.uncertainty > 0
        else:
            assert found.reason
