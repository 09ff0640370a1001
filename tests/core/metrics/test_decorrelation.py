"""Decorrelation analysis on band-limited noise, where d(r) is known: it rises up to the band's end and then falls."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.decorrelation import decorrelation
from fluogan_app.core.metrics.spectrum import window

PIXEL_NM = 50.0


def band(shaped_noise, shape, cutoff, seed=0, noise=0.05):
    """Structure up to `cutoff` times the Nyquist frequency, with some white noise."""
    structure = shaped_noise(shape, seed, lambda frequency: (frequency <= cutoff / 2).astype(float))
    return structure + noise * np.random.default_rng(100 + seed).standard_normal(shape)


@pytest.mark.parametrize("shape", [(256, 256), (255, 180), (101, 401)])
@pytest.mark.parametrize("cutoff", [0.2, 0.5, 0.8])
def test_the_end_of_the_band_is_the_resolution(shaped_noise, shape, cutoff):
    found = decorrelation(band(shaped_noise, shape, cutoff), PIXEL_NM)
    # The taper smears the edge by one coefficient of the shorter side; a radius step is 1/200.
    smear = 2.0 / (0.75 * min(shape) * cutoff) + 1 / 200 / cutoff
    assert found.resolution_nm == pytest.approx(2 * PIXEL_NM / cutoff, rel=smear)
    assert not found.at_nyquist


def test_the_curve_is_the_sum_that_defines_it(shaped_noise):
    image = band(shaped_noise, (33, 40), 0.6)
    found = decorrelation(image, PIXEL_NM)
    tapered = window(image.shape)
    modulus = np.abs(np.fft.fft2((image - np.sum(image * tapered) / tapered.sum()) * tapered))
    frequency = np.hypot(np.fft.fftfreq(33)[:, None], np.fft.fftfreq(40)[None, :])
    disc = (frequency > 0) & (frequency <= 0.5)
    for index in (40, 119, 199):
        inside = disc & (frequency <= 0.5 * found.radius[index] + 1e-9)
        direct = modulus[inside].sum() / np.sqrt((modulus[disc] ** 2).sum() * inside.sum())
        assert found.curves[0, index] == pytest.approx(direct)


def test_faint_fine_structure_shows_through_the_high_pass(shaped_noise):
    """Strong coarse structure, faint fine structure: the unfiltered peak is the coarse one, the answer the fine one."""
    coarse = shaped_noise((200, 200), 1, lambda frequency: 10.0 * (frequency <= 0.05))
    found = decorrelation(coarse + band(shaped_noise, (200, 200), 0.6, noise=0.02), PIXEL_NM)
    assert found.peaks[0, 0] < 0.2
    assert found.resolution_nm == pytest.approx(2 * PIXEL_NM / 0.6, rel=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_has_no_resolution(seed):
    found = decorrelation(np.random.default_rng(seed).standard_normal((60, 75)), PIXEL_NM)
    assert found.resolution_nm is None and found.signal == 0.0


def test_more_noise_lowers_the_signal_measure(shaped_noise):
    quiet, loud = (decorrelation(band(shaped_noise, (128, 128), 0.5, noise=level), PIXEL_NM) for level in (0.02, 0.4))
    assert quiet.signal > loud.signal > 0


def test_brightness_offset_and_pixel_size_do_not_change_what_is_found(shaped_noise):
    image = band(shaped_noise, (90, 110), 0.4)
    plain, other = decorrelation(image, PIXEL_NM), decorrelation(7 * image + 100, 2 * PIXEL_NM)
    assert other.resolution_nm == pytest.approx(2 * plain.resolution_nm)
    assert other.signal == pytest.approx(plain.signal)


def test_structure_up_to_the_sampling_is_told(shaped_noise):
    assert decorrelation(band(shaped_noise, (128, 128), 0.99, noise=0.0), PIXEL_NM).at_nyquist


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(DataError, match="nothing to measure"):
        decorrelation(np.zeros((40, 40)), PIXEL_NM)
    with pytest.raises(DataError, match="not numbers"):
        decorrelation(np.full((40, 40), np.nan), PIXEL_NM)
