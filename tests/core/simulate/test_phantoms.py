"""The line pattern lies where it says, is as wide as it says, and fits the field."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.line_pattern import LinePattern, LineSet
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.simulate.background import smooth_background
from fluogan_app.core.simulate.params import BarParams, FlatParams, LinesParams
from fluogan_app.core.simulate.phantoms.bar import bar_phantom, flat_phantom
from fluogan_app.core.simulate.phantoms.lines import line_coverage, line_pattern
from fluogan_app.core.simulate.recording_params import LIGHT_LEVELS


def test_the_default_pattern_is_the_one_of_the_calibration_slide():
    pattern, columns = line_pattern(LinesParams())
    assert pattern.spacings_nm == tuple(float(d) for d in range(390, 29, -30))
    np.testing.assert_allclose(np.diff([line_set.centre_nm for line_set in pattern.sets]), 2730.0)
    for spacing, lines in zip(pattern.spacings_nm, pattern.lines_nm, strict=True):
        np.testing.assert_allclose(np.diff(lines), [660.0, spacing, 660.0])
    assert columns == 347


def test_ten_sets_down_to_120_nm_make_the_field_of_266_pixels():
    assert line_pattern(LinesParams(spacing_to_nm=120.0))[1] == 266


@pytest.mark.parametrize("pixel_size_nm", [65.0, 100.0, 103.0, 160.0])
def test_every_line_lies_in_the_field_with_its_margin_and_the_pattern_is_centred(pixel_size_nm):
    params = LinesParams(pixel_size_nm=pixel_size_nm)
    pattern, columns = line_pattern(params)
    left = pattern.lines_nm.min() - params.line_width_nm / 2
    right = columns * pixel_size_nm - pattern.lines_nm.max() - params.line_width_nm / 2
    assert left == pytest.approx(right, abs=1e-6)
    assert params.margin_nm <= left + 1e-9 and left < params.margin_nm + pixel_size_nm


def test_a_step_that_floats_badly_keeps_the_last_set():
    pattern, _ = line_pattern(LinesParams(spacing_from_nm=0.9, spacing_to_nm=0.3, spacing_step_nm=0.1))
    assert pattern.spacings_nm[-1] == pytest.approx(0.3)


def sampled_coverage(pattern: LinePattern, columns: int, fine_nm: float, samples: int) -> np.ndarray:
    """Share of points on lines, by looking at many points in each fine pixel; wrong by at most 2 points per edge."""
    points = (np.arange(columns * samples) + 0.5) * fine_nm / samples
    on_line = (np.abs(points[:, None] - pattern.lines_nm.ravel()) <= pattern.line_width_nm / 2).any(axis=1)
    return on_line.reshape(columns, samples).mean(axis=1)


@given(
    width=st.floats(3.0, 220.0),
    spacing=st.floats(5.0, 390.0),
    centre=st.floats(1000.0, 1100.0),
    fine=st.floats(7.0, 40.0),
)
def test_coverage_is_exact_for_any_width_and_position(width, spacing, centre, fine):
    pattern = LinePattern((LineSet(spacing, centre, 660.0),), width)
    columns, samples = int(np.ceil(2200 / fine)), 200
    coverage = line_coverage(pattern, columns, fine)
    # At most 4 line edges can fall into one fine pixel, each wrong by less than one sample.
    np.testing.assert_allclose(coverage, sampled_coverage(pattern, columns, fine, samples), atol=4 / samples)
    middle_nm = width + min(width, spacing)  # two lines that overlap cover no more than their union
    assert coverage.sum() * fine == pytest.approx(middle_nm + 2 * width, rel=1e-9)


def test_overlapping_lines_count_once():
    coverage = line_coverage(LinePattern((LineSet(30.0, 1000.0, 660.0),), 100.0), 120, 100 / 6)
    assert coverage.max() == pytest.approx(1.0)


@pytest.mark.parametrize("shape", [(50, 266), (7, 9), (300, 20)])
@pytest.mark.parametrize("pixel_size_nm", [65.0, 160.0])
def test_the_background_is_as_smooth_in_every_field_and_its_brightest_pixel_is_one(shape, pixel_size_nm):
    background = smooth_background(shape, pixel_size_nm)
    assert background.max() == 1.0 and background.min() > 0.5
    per_micrometre = [np.abs(np.diff(background, axis=axis)).max() / pixel_size_nm * 1000 for axis in (0, 1)]
    # Amplitude 0.15 at 12 µm and 0.1 at 20 µm, over a brightest pixel of at least 0.75: less than 0.15 per µm.
    assert max(per_micrometre) < 0.15


@pytest.mark.parametrize("variation", [0.0, 0.1, 0.9])
def test_the_background_varies_as_much_as_declared(variation):
    background = smooth_background((400, 400), 160.0, variation)
    contrast = (background.max() - background.min()) / (background.max() + background.min())
    # Both waves hardly ever peak at one place: between half of the declared variation and all of it.
    assert 0.5 * variation <= contrast <= variation + 1e-12 and background.max() == 1.0


@pytest.mark.parametrize(("angle", "shift"), [(0.0, 0.0), (0.0, 37.0), (30.0, -120.0), (-75.0, 10.0), (90.0, 0.0)])
def test_a_bar_lies_where_and_as_it_says(angle, shift):
    params = BarParams(rows=30, columns=40, bar_width_nm=220.0, angle_degrees=angle, shift_nm=shift)
    phantom = bar_phantom(params)
    light, fine = phantom.paint(), params.pixel_size_nm / params.zoom
    y, x = np.nonzero(light > 0.5)
    from_middle = np.stack([y + 0.5, x + 0.5]) * fine - phantom.positions["bar_middle_yx_nm"][:, None]
    np.testing.assert_allclose(phantom.positions["bar_middle_yx_nm"], [1500.0, 2000.0 + shift])
    across = np.deg2rad(angle)
    distance = np.cos(across) * from_middle[1] + np.sin(across) * from_middle[0]
    # More than half covered: no further from the middle than half the width.
    assert np.abs(distance).max() <= 110.0 + 1e-9 and np.ptp(distance) > 220.0 - 2 * fine
    if angle == 0.0:
        np.testing.assert_allclose(light.sum(axis=1) * fine, 220.0, rtol=1e-12)


def test_a_flat_field_has_no_light_of_its_own():
    params = FlatParams(rows=5, columns=7).complete()
    assert flat_phantom(params).paint().shape == (30, 42) and not flat_phantom(params).paint().any()
    assert (params.background_photons, params.background_variation, params.bleaching_frames) == (75.0, 0.0, 0.0)
    assert FlatParams(light="bright", background_photons=3.0).complete().background_photons == 3.0


@pytest.mark.parametrize("light", LIGHT_LEVELS)
def test_a_light_level_fills_in_what_is_not_given_and_no_more(light):
    complete = LinesParams(light=light, gain=3.5).complete()
    assert complete.gain == 3.5
    for name, value in LIGHT_LEVELS[light].items():
        assert getattr(complete, name) == (3.5 if name == "gain" else value)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"spacing_to_nm": 400.0}, "spacing_to_nm"),
        ({"set_pitch_nm": 1500.0}, "set_pitch_nm"),
        ({"spacing_step_nm": 1e-6}, "spacing_step_nm"),
    ],
)
def test_sets_that_do_not_fit_are_refused_by_name(values, field):
    with pytest.raises(ParameterError) as caught:
        LinesParams(**values).complete()
    assert list(caught.value.problems) == [field]
    assert "nm" in caught.value.problems[field]


@pytest.mark.parametrize(("psf", "share"), [("gaussian", 0.51), ("airy", 0.5144969850)])
def test_aperture_and_wavelength_set_the_width(psf, share):
    given = LinesParams(psf=psf, numerical_aperture=1.4, emission_nm=600.0)
    complete = given.complete()
    assert complete.fwhm_nm == pytest.approx(share * 600.0 / 1.4)
    assert complete.complete() == complete
    assert LinesParams().complete().fwhm_nm == 324.0 and LinesParams(fwhm_nm=250.0).complete().fwhm_nm == 250.0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"numerical_aperture": 1.4}, "emission_nm"),
        ({"emission_nm": 600.0}, "numerical_aperture"),
        ({"numerical_aperture": 1.4, "emission_nm": 600.0, "fwhm_nm": 300.0}, "fwhm_nm"),
        ({"bleaching": "molecules"}, "bleaching"),
        ({"bleaching": "molecules", "light": "blinking"}, "bleaching"),
    ],
)
def test_values_that_contradict_each_other_are_refused_by_name(values, field):
    with pytest.raises(ParameterError) as caught:
        LinesParams(**values).complete()
    assert list(caught.value.problems) == [field] and f"({field})" in caught.value.problems[field]
    assert LinesParams(light="slow-blinking", bleaching="molecules").complete().emission == "blinking"
