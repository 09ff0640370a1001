"""Widths of the point-spread function against their definitions; numbers as a person writes them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import j1

from fluogan_app.core.units import (
    NO_UNIT, bytes_text, fwhm_from_aperture_nm, length_text, measured_text, milliseconds_text, scale_group,
    seconds_text, sigma_from_fwhm, unit_of_sum,
)  # fmt: skip


@pytest.mark.parametrize("fwhm", [0.3, 250.0])
def test_a_gaussian_falls_to_half_at_half_the_width(fwhm: float) -> None:
    sigma = sigma_from_fwhm(fwhm)
    assert np.exp(-((fwhm / 2) ** 2) / (2 * sigma**2)) == pytest.approx(0.5, rel=1e-12)


def test_the_width_from_aperture_and_wavelength_is_that_of_the_airy_pattern() -> None:
    """[2 J₁(v)/v]² = 1/2 with v = 2π NA r/λ gives FWHM = 0.5145 λ/NA; the rounded factor is 0.51."""
    v = brentq(lambda v: (2 * j1(v) / v) ** 2 - 0.5, 0.1, 3.0)
    exact_nm = 2 * v / (2 * np.pi) * 608 / 1.4
    assert fwhm_from_aperture_nm(1.4, 608) == pytest.approx(exact_nm, rel=0.01)


@pytest.mark.parametrize(
    ("length_nm", "text"),
    [(80, "80 nm"), (13.3333, "13.33 nm"), (999, "999 nm"), (1000, "1 µm"), (5360, "5.36 µm"), (2.4e6, "2.4 mm")],
)
def test_a_length_has_the_unit_that_suits_it(length_nm: float, text: str) -> None:
    assert length_text(length_nm) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(8.2, "8 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (4200, "1 h 10 min")],
)
def test_a_duration_is_said_as_a_person_says_it(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(512, "512 B"), (512_000, "512 kB"), (1.4e9, "1.4 GB")])
def test_a_size_has_the_unit_that_suits_it(count: float, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("value", "uncertainty", "text"),
    [(2.1409, 0.0312, "2.141 ± 0.031"), (347.6, 18.3, "348 ± 18"), (-3.0, 0.5, "−3.00 ± 0.50"), (7.0, 0.0, "7"),
     (12345.6, float("nan"), "12346")],
)
def test_a_value_has_the_digits_that_its_uncertainty_leaves(value: float, uncertainty: float, text: str) -> None:
    assert measured_text(value, uncertainty) == text


@pytest.mark.parametrize(
    ("unit", "of_sum"),
    [("counts", "counts"), ("photons/px", "photons"), ("photons/frame/px", "photons/frame"), ("", ""),
     ("photons/frame/fine px", "photons/frame")],
)  # fmt: skip
def test_a_sum_over_pixels_is_not_per_pixel(unit: str, of_sum: str) -> None:
    assert unit_of_sum(unit) == of_sum


@pytest.mark.parametrize(
    ("duration_ms", "text"), [(0.5, "0.5 ms"), (24.074, "24.07 ms"), (5000.0, "5 s"), (150_000.0, "2.5 min")]
)
def test_a_short_time_has_the_unit_that_suits_it(duration_ms: float, text: str) -> None:
    assert milliseconds_text(duration_ms) == text


def test_a_scale_is_shared_by_values_of_one_unit_on_pixels_of_one_size() -> None:
    light = scale_group("photons/frame/fine px", 100.0 / 6)
    assert light and light == scale_group("photons/frame/fine px", 16.6666667)
    # A smaller pixel holds less of the same light.
    assert light != scale_group("photons/frame/fine px", 25.0) and light != scale_group("photons²", 100.0 / 6)
    assert scale_group(NO_UNIT, 25.0) == scale_group("", 25.0) == ""
    assert scale_group("photons", None) == scale_group("photons", None) != scale_group("photons", 25.0)
