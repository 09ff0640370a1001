"""Profiles along lines: the same in nm on every grid and at every angle, photons kept, nothing made of nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.peaks import find_peaks
from fluogan_app.core.metrics.profile import Profile, distances_along, interpolated, profile_along
from fluogan_app.core.metrics.spline import spline_between

SIDE_NM = 3000.0
#: Bilinear interpolation smooths; on pixels of a fifth of the width it changes values by less than this.
SMOOTHED = 0.015


def ridge(pixel_nm: float, fwhm_nm: float, angle_degrees: float, shift_nm: float = 0.0) -> np.ndarray:
    """A straight Gaussian ridge through the middle of the field, its normal at an angle to the x axis."""
    y, x = (np.mgrid[: round(SIDE_NM / pixel_nm), : round(SIDE_NM / pixel_nm)] + 0.5) * pixel_nm - SIDE_NM / 2
    angle = np.radians(angle_degrees)
    across = x * np.cos(angle) + y * np.sin(angle) - shift_nm
    return 100.0 * np.exp(-4 * np.log(2) * (across / fwhm_nm) ** 2)


def line_at(angle_degrees: float, length_nm: float = 2000.0, width_nm: float = 0.0) -> Shape:
    """A line through the middle of the field."""
    middle, angle = SIDE_NM / 2, np.radians(angle_degrees)
    right, down = length_nm / 2 * np.cos(angle), length_nm / 2 * np.sin(angle)
    return Shape("line", ((middle - right, middle - down), (middle + right, middle + down)), width_nm)


@given(angle=st.floats(0, 360), width_nm=st.floats(0, 500), shift_nm=st.floats(-40, 40))
def test_across_a_ridge_every_angle_width_and_shift_give_its_gaussian(angle, width_nm, shift_nm):
    line = line_at(angle, width_nm=width_nm)
    at = distances_along(line, 40.0)
    profile = profile_along(ridge(40.0, 240.0, angle, shift_nm), Placement(40.0), line, at)
    expected = 100.0 * np.exp(-4 * np.log(2) * ((at - 1000.0 - shift_nm) / 240.0) ** 2)
    assert np.abs(profile.values - expected).max() < 100 * 2 * SMOOTHED


def test_grids_of_one_field_give_one_profile_in_nm():
    line, found = line_at(30.0, width_nm=200.0), {}
    at = distances_along(line, 25.0)
    for pixel_nm in (25.0, 50.0, 100.0 / 3):
        found[pixel_nm] = profile_along(ridge(pixel_nm, 300.0, 30.0), Placement(pixel_nm), line, at).values
    assert np.abs(found[50.0] - found[25.0]).max() < 100 * SMOOTHED
    assert np.abs(found[100.0 / 3] - found[25.0]).max() < 100 * SMOOTHED
    # The checker sees a wrong grid: half a pixel of shift is more than that.
    shifted = profile_along(ridge(50.0, 300.0, 30.0), Placement(50.0, (25.0, 25.0)), line, at).values
    assert np.abs(shifted - found[25.0]).max() > 100 * 4 * SMOOTHED


def test_an_image_of_a_region_lies_where_its_origin_says():
    whole, line = ridge(50.0, 300.0, 70.0), line_at(70.0, 800.0)
    at = distances_along(line, 50.0)
    part = profile_along(whole[10:50, 7:55], Placement(50.0, (500.0, 350.0)), line, at)
    np.testing.assert_allclose(part.values, profile_along(whole, Placement(50.0), line, at).values, rtol=1e-12)


@pytest.mark.parametrize("angle", [0.0, 90.0, 27.0, 45.0])
def test_photons_under_the_line_are_kept(angle):
    image = np.zeros((31, 31))
    image[14:17, 14:17] = np.arange(9.0).reshape(3, 3)
    middle = 15.5 * 80.0
    right, down = (900 * part for part in (np.cos(np.radians(angle)), np.sin(np.radians(angle))))
    line = Shape("line", ((middle - right, middle - down), (middle + right, middle + down)), 1200.0)
    profile = profile_along(image, Placement(80.0), line, distances_along(line, 80.0))
    photons = profile.values.sum() * profile.step_nm * line.width_nm / 80.0**2
    assert photons == pytest.approx(36.0, rel=0.01)


def test_linear_light_is_read_exactly_and_a_constant_stays_one():
    y, x = np.mgrid[:9, :12] + 0.5
    line = Shape("line", ((2.0, 2.5), (9.0, 6.0)), 1.5)
    at = distances_along(line, 1.0)
    profile = profile_along(3 * x - 2 * y, Placement(1.0), line, at)
    along = np.array([7.0, 3.5]) / line.length_nm
    np.testing.assert_allclose(profile.values, 3 * (2 + at * along[0]) - 2 * (2.5 + at * along[1]), atol=1e-9)
    flat = profile_along(np.full((9, 12), 1e6), Placement(1.0), line, at)
    assert np.allclose(flat.values, 1e6, rtol=1e-12) and np.all(flat.normalised == 0)


def test_outside_and_no_numbers_are_left_out():
    image = np.ones((5, 6))
    image[2, 3] = np.nan
    line = Shape("line", ((-2.0, 2.5), (8.0, 2.5)))
    profile = profile_along(image, Placement(1.0), line, np.linspace(0, 10, 41))
    inside = (profile.distance_nm >= 2) & (profile.distance_nm <= 8)
    assert np.array_equal(np.isfinite(profile.values), inside & (np.abs(profile.distance_nm - 5.5) > 1e-9))
    assert np.all(profile.values[np.isfinite(profile.values)] == 1)
    elsewhere = Shape("line", ((20.0, 20.0), (30.0, 20.0)))
    away = profile_along(image, Placement(1.0), elsewhere, np.linspace(0, 10, 5))
    assert np.all(np.isnan(away.values)) and np.all(np.isnan(away.normalised))


@given(row=st.floats(-3, 9), column=st.floats(-3, 11))
def test_interpolation_makes_no_new_extremes(row, column):
    image = np.random.default_rng(0).normal(size=(6, 8))
    (value,) = interpolated(image, np.array([row]), np.array([column]))
    outside = not (-0.5 <= row <= 5.5 and -0.5 <= column <= 7.5)
    assert np.isnan(value) if outside else image.min() <= value <= image.max()


def test_the_error_across_is_that_of_a_mean_over_rows():
    image = np.random.default_rng(3).normal(50, 4, (60, 400))
    line = Shape("line", ((5.0, 30.0), (395.0, 30.0)), 25.0)
    profile = profile_along(image, Placement(1.0), line, np.arange(0.5, 390.0, 1.0))
    assert np.median(profile.error) == pytest.approx(4 / 5, rel=0.1)
    assert np.std(profile.values) == pytest.approx(4 / 5, rel=0.15)
    thin = Shape("line", line.points_nm, 2.0)
    assert np.all(np.isnan(profile_along(image, Placement(1.0), thin, profile.distance_nm).error))


def test_a_line_without_length_is_refused():
    point = Shape("line", ((1.0, 1.0), (1.0, 1.0)))
    with pytest.raises(DataError, match="no length"):
        distances_along(point, 1.0)
    with pytest.raises(DataError, match="no length"):
        profile_along(np.ones((3, 3)), Placement(1.0), point, np.arange(3.0))


def test_samples_are_bounded():
    assert len(distances_along(Shape("line", ((0.0, 0.0), (1e9, 0.0))), 1.0)) == 20_000


@pytest.mark.parametrize("pixels", [2.2, 2.5, 3.0, 4.0, 6.0])
@pytest.mark.parametrize("angle", [0.0, 27.0, 45.0])
def test_a_peak_of_few_pixels_keeps_its_width_wherever_it_lies_between_them(pixels, angle):
    limit = {2.2: 0.05, 2.5: 0.022, 3.0: 0.011, 4.0: 0.005, 6.0: 0.002}[pixels]
    turn, generator = np.radians(angle), np.random.default_rng(1)
    y, x = np.mgrid[:41, :41]
    ends = tuple((20.5 + 14 * side * np.cos(turn), 20.7 + 14 * side * np.sin(turn)) for side in (-1, 1))
    line = Shape("line", ends, 3.0)
    for shift in np.linspace(0.0, 1.0, 5):
        across = (x - 20.0 - shift) * np.cos(turn) + (y - 20.0) * np.sin(turn)
        image = 10 + 100 * np.exp(-4 * np.log(2) * (across / pixels) ** 2)
        profile = profile_along(image, Placement(1.0), line, distances_along(line, 1.0))
        (peak,) = find_peaks(profile).peaks
        assert abs(peak.fwhm_nm / pixels - 1) <= limit * 1.01
        # The checker sees what straight lines between the pixels make of it.
        assert np.isfinite(profile.smooth).all() and profile.for_widths is profile.smooth
        noisy = profile_along(image + generator.normal(0, 0.01, image.shape), Placement(1.0), line, profile.distance_nm)
        (found,) = find_peaks(noisy).peaks
        assert not np.isfinite(found.fwhm_error_nm) or abs(found.fwhm_nm - pixels) < 2 * found.fwhm_error_nm
    if pixels == 3.0 and angle == 0.0:
        (straight,) = find_peaks(replace(profile_of_middle(pixels), smooth=None)).peaks
        assert straight.fwhm_nm / pixels - 1 > 4 * limit


def profile_of_middle(pixels: float) -> Profile:
    """A peak of so many pixels on the border between two."""
    image = np.tile(np.exp(-4 * np.log(2) * ((np.arange(40) - 19.5) / pixels) ** 2), (9, 1))
    line = Shape("line", ((5.0, 4.5), (35.0, 4.5)))
    return profile_along(image, Placement(1.0), line, distances_along(line, 1.0))


def test_the_spline_goes_through_the_pixels_keeps_a_level_and_misses_what_is_no_number():
    image = np.random.default_rng(2).normal(100, 20, (7, 9))
    y, x = (part.ravel().astype(float) for part in np.mgrid[:7, :9])
    # Cut at four pixels, it misses them by a part of what its ninth one would give.
    np.testing.assert_allclose(spline_between(image, y, x), image.ravel(), atol=0.02 * 20)
    level = spline_between(np.full((5, 6), 7.0), np.array([-0.4, 2.3]), np.array([5.4, 0.1]))
    np.testing.assert_allclose(level, 7.0, rtol=1e-9)
    image[3, 4] = np.nan
    assert np.isnan(spline_between(image, np.array([2.5]), np.array([4.5])))[0]
    line = Shape("line", ((0.0, 3.5), (9.0, 3.5)))
    profile = profile_along(image, Placement(1.0), line, distances_along(line, 1.0))
    assert np.array_equal(np.isfinite(profile.smooth), np.isfinite(profile.values))


def test_only_the_part_of_a_line_that_lies_on_images_is_measured():
    bounds = Placement(100.0).bounds_nm((40, 80))
    assert bounds == (0.0, 0.0, 8000.0, 4000.0)
    typed_wrong = Shape("line", ((1000.0, 2000.0), (99_999_999.0, 2000.0)), 100.0)
    at = distances_along(typed_wrong, 100.0, bounds)
    assert at[0] == 0 and at[-1] == pytest.approx(7050) and len(at) < 200
    crossing = distances_along(Shape("line", ((-1e6, -1e6), (1e6, 1e6))), 100.0, bounds)
    assert crossing[0] == pytest.approx(1e6 * 2**0.5) and crossing[-1] == pytest.approx(1.004e6 * 2**0.5)
    within = Shape("line", ((10.0, 10.0), (410.0, 310.0)), 50.0)
    assert np.array_equal(distances_along(within, 100.0, bounds), distances_along(within, 100.0))
    for beside in (((0.0, -500.0), (800.0, -500.0)), ((9000.0, 0.0), (9000.0, 50.0)), ((8001.0, 0.0), (9000.0, 9.0))):
        with pytest.raises(DataError, match="outside"):
            distances_along(Shape("line", beside), 100.0, bounds)
