"""Peaks of profiles: widths and distances of known Gaussians, two that are one, and noise that is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import find_peaks as find_scipy_peaks

from fluogan_app.core.metrics.gaussians import fit_gaussians
from fluogan_app.core.metrics.peaks import find_peaks, noise_of, prominent
from fluogan_app.core.metrics.profile import Profile

LENGTH_NM, PIXEL_NM = 2000.0, 25.0
AT = np.linspace(0.0, LENGTH_NM, 161)


def gaussians(*parts: tuple[float, float, float], base: float = 10.0) -> np.ndarray:
    """A base and Gaussians of (place, FWHM, height)."""
    return base + sum(height * np.exp(-4 * np.log(2) * ((AT - place) / fwhm) ** 2) for place, fwhm, height in parts)


def profile_of(values: np.ndarray, error: float = np.nan) -> Profile:
    return Profile(AT, values, np.full(len(values), error), PIXEL_NM)


@given(place=st.floats(600, 1400), fwhm=st.floats(80, 400), height=st.floats(1, 1e4), base=st.floats(0, 100))
def test_a_gaussian_has_its_place_and_width(place, fwhm, height, base):
    found = find_peaks(profile_of(gaussians((place, fwhm, height), base=base)))
    (peak,) = found.peaks
    assert peak.place_nm == pytest.approx(place, abs=1.0)
    # Linear between samples of 12.5 nm, and a base of which the Gaussian's tail is a part.
    assert peak.fwhm_nm == pytest.approx(fwhm, rel=0.03)
    fit = fit_gaussians(profile_of(gaussians((place, fwhm, height), base=base)), found)
    assert fit.gaussians[0].fwhm_nm == pytest.approx(fwhm, rel=1e-3)
    assert fit.gaussians[0].place_nm == pytest.approx(place, abs=0.1)


@given(distance=st.floats(260, 800), fwhm=st.floats(80, 200))
def test_two_peaks_have_their_distance(distance, fwhm):
    values = gaussians((1000 - distance / 2, fwhm, 100), (1000 + distance / 2, fwhm, 80), base=0.0)
    (pair,) = find_peaks(profile_of(values)).pairs
    assert pair.distance_nm == pytest.approx(distance, abs=6.0)
    lowest = values[(AT > 1000 - distance / 2) & (AT < 1000 + distance / 2)].min()
    assert pair.valley == pytest.approx(lowest / 80, rel=0.02)
    assert pair.resolved == (pair.valley < 0.8)


@pytest.mark.parametrize(("valley_share", "resolved"), [(0.6, True), (0.79, True), (0.82, False), (0.89, False)])
def test_the_dip_decides(valley_share, resolved):
    knots = np.interp(AT, [0, 600, 1000, 1400, 2000], [0.0, 100.0, 100.0 * valley_share, 100.0, 0.0])
    (pair,) = find_peaks(profile_of(knots)).pairs
    assert pair.valley == pytest.approx(valley_share, abs=0.01) and pair.resolved is resolved


def test_a_background_is_no_dip_and_an_offset_of_the_camera_is_none_of_light():
    values = gaussians((800, 150, 100), (1200, 150, 100), base=1000.0)
    (raw,), (lit,) = find_peaks(profile_of(values)).pairs, find_peaks(profile_of(values), zero=1000.0).pairs
    assert not raw.resolved and lit.resolved and lit.valley < 0.05


def test_a_blend_has_one_peak_and_touching_peaks_have_no_width():
    assert len(find_peaks(profile_of(gaussians((950, 200, 100), (1050, 200, 100)))).peaks) == 1
    touching = find_peaks(profile_of(gaussians((900, 200, 100), (1100, 200, 100), base=0.0)))
    assert len(touching.peaks) == 2 and all(np.isnan(peak.fwhm_nm) for peak in touching.peaks)
    fit = fit_gaussians(profile_of(gaussians((900, 200, 100), (1100, 200, 100), base=0.0)), touching)
    assert [one.fwhm_nm for one in fit.gaussians] == pytest.approx([200, 200], rel=1e-3)


def test_the_errors_are_those_of_repeated_noise():
    clean, noise = gaussians((700, 180, 100), (1250, 220, 80)), 3.0
    generator, found = np.random.default_rng(5), []
    for _ in range(150):
        # As noise of pixels looks after interpolation: independent at pixels, linear between them.
        pixels = generator.normal(0, noise, len(AT) // 2 + 1)
        found.append(find_peaks(profile_of(clean + np.interp(AT, AT[::2], pixels), noise)))
    good = [one for one in found if len(one.peaks) == 2]
    assert len(good) > 145
    for measured, stated in (
        ([one.pairs[0].distance_nm for one in good], [one.pairs[0].distance_error_nm for one in good]),
        ([one.peaks[0].fwhm_nm for one in good], [one.peaks[0].fwhm_error_nm for one in good]),
    ):
        assert 0.5 < np.median(stated) / np.std(measured) < 2.0


@pytest.mark.parametrize("error", [np.nan, 2.0])
def test_noise_alone_has_no_peaks(error):
    generator = np.random.default_rng(1)
    lines = (np.interp(AT, AT[::2], generator.normal(50, 2, 81)) for _ in range(100))
    assert np.mean([len(find_peaks(profile_of(values, error)).peaks) > 0 for values in lines]) < 0.1


@given(arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 6).map(float)), st.floats(0.1, 4))
def test_prominent_peaks_are_those_that_scipy_finds(values, least):
    expected, _ = find_scipy_peaks(values, prominence=least)
    assert prominent(values, least).tolist() == expected[:].tolist()


def test_noise_is_known_of_a_flat_line_and_not_of_a_short_one():
    generator = np.random.default_rng(2)
    pixels = generator.normal(0, 2, 81)
    # Between two pixels the noise of a mean of both, at the middles their own: on average √⅔ of it.
    assert noise_of(profile_of(np.interp(AT, AT[::2], pixels))) == pytest.approx(2.0 * (2 / 3) ** 0.5, rel=0.3)
    short = Profile(AT[:8], np.ones(8), np.full(8, np.nan), PIXEL_NM)
    assert np.isnan(noise_of(short))


@pytest.mark.parametrize("values", [np.full(161, 7.0), np.full(161, np.nan), np.linspace(0, 5, 161), np.zeros(161)])
def test_nothing_is_found_where_nothing_is(values):
    found = find_peaks(profile_of(values))
    assert found.peaks == () and found.pairs == ()
    assert fit_gaussians(profile_of(values), found) is None


def test_a_peak_of_the_grid_is_said_to_be_one():
    (narrow,) = find_peaks(profile_of(gaussians((1000, 40, 100)))).peaks
    (wide,) = find_peaks(profile_of(gaussians((1000, 90, 100)))).peaks
    assert narrow.is_of_the_grid and not wide.is_of_the_grid


def test_what_lies_outside_the_image_is_no_peak():
    values = gaussians((500, 150, 100), (1500, 150, 100))
    values[AT > 1100] = np.nan
    (peak,) = find_peaks(profile_of(values)).peaks
    assert peak.place_nm == pytest.approx(500, abs=1)


@pytest.mark.parametrize(("pixels", "wider"), [(3, 0.075), (6, 0.02)])
def test_linear_interpolation_widens_as_much_as_is_said(pixels, wider):
    for shift in np.linspace(0, 1, 9):
        at = np.arange(0, 60.5, 0.5)
        middles = np.arange(61) + 0.0
        seen = np.exp(-4 * np.log(2) * ((middles - 30 - shift) / pixels) ** 2)
        (peak,) = find_peaks(Profile(at, np.interp(at, middles, seen), np.full(len(at), np.nan), 1.0)).peaks
        assert -0.001 < peak.fwhm_nm / pixels - 1 < wider
