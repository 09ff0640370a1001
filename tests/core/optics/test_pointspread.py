"""PSFs by their transfer functions: against integrals over the pattern itself, and widths that are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import j0, j1

from fluogan_app.core.optics.pointspread import AiryPsf, GaussianPsf, MeasuredPsf, PointSpread, half_maximum_width

WAVES = np.array([-0.4, 0.0, 0.11, 0.23, 0.3, 0.45])


def airy_light(radius: float, cutoff: float) -> float:
    """Intensity of the Airy pattern of unit light, from its Bessel function (Born and Wolf, § 8.5.2)."""
    v = np.pi * cutoff * radius
    return 0.25 * np.pi * cutoff**2 * (2 * j1(v) / v) ** 2


def sampled_gaussian(sigma_yx: tuple[float, float], spacing: float, side: int, shift=(0.0, 0.0)) -> np.ndarray:
    """A Gaussian summed over the squares of a grid, by its exact integral."""
    from scipy.special import ndtr

    edges = (np.arange(side + 1) - side / 2) * spacing
    rows, columns = (np.diff(ndtr((edges - at) / sigma)) for sigma, at in zip(sigma_yx, shift))
    return np.outer(rows, columns) / np.outer(rows, columns).sum()


def test_the_airy_transfer_is_the_hankel_transform_of_the_pattern() -> None:
    cutoff, psf = 0.32, AiryPsf(0.32)
    for frequency in (0.05, 0.15, 0.25):
        # ∫ 2π r h(r) J₀(2π f r) dr falls off as r^−2.5: what is left out weighs less than 1e-4.
        light = lambda r: 2 * np.pi * r * airy_light(r, cutoff) * j0(2 * np.pi * frequency * r)  # noqa: E731
        found = sum(quad(light, start, start + 10)[0] for start in np.arange(1e-9, 400, 10))
        wanted = psf.transfer(np.array([0.6 * frequency]), np.array([0.8 * frequency]))[0, 0]
        assert found == pytest.approx(wanted.real, abs=1e-4)
        assert found != pytest.approx(AiryPsf(0.33).transfer(np.array([frequency]), np.zeros(1))[0, 0].real, abs=1e-3)


def test_the_airy_pattern_is_half_as_bright_at_half_its_width() -> None:
    psf = AiryPsf(0.32)
    centre = airy_light(1e-9, psf.cutoff)
    assert airy_light(psf.fwhm_pixels / 2, psf.cutoff) == pytest.approx(centre / 2, rel=1e-5)
    # The width that the rest of the program takes from NA and wavelength: 0.51 λ/NA, and cutoff = 2 NA/λ.
    assert psf.fwhm_pixels == pytest.approx(0.51 * 2 / psf.cutoff, rel=0.01)


@pytest.mark.parametrize("psf", [GaussianPsf(1.4), AiryPsf(0.3), MeasuredPsf(sampled_gaussian((3, 2), 1, 31), 0.5)])
def test_every_psf_keeps_photons_and_is_real_in_space(psf: PointSpread) -> None:
    found = psf.transfer(WAVES, WAVES)
    assert psf.transfer(np.zeros(1), np.zeros(1))[0, 0] == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(psf.transfer(-WAVES, -WAVES), found.conj(), atol=1e-12)
    assert abs(found).max() <= 1 + 1e-12


@pytest.mark.parametrize(("spacing", "shift"), [(0.5, (0.0, 0.0)), (1.0, (0.3, -0.2)), (0.25, (0.1, 0.05))])
def test_a_measured_gaussian_blurs_as_a_gaussian_wherever_the_bead_lay(spacing: float, shift) -> None:
    sigma = 1.4
    measured = MeasuredPsf(sampled_gaussian((sigma, sigma), spacing, int(16 * sigma / spacing) | 1, shift), spacing)
    # Of a Gaussian sampled at its σ or finer, less than exp(−2π²σ²(1/p − f)²) folds back into f.
    np.testing.assert_allclose(measured.transfer(WAVES, WAVES), GaussianPsf(sigma).transfer(WAVES, WAVES), atol=2e-4)
    # The image of the spot is wider than the PSF by the square that each of its pixels sums over.
    wider = np.hypot(1.0, spacing / np.sqrt(12) / sigma)
    assert measured.fwhm_pixels == pytest.approx(GaussianPsf(sigma).fwhm_pixels * wider, rel=0.02)


def test_the_width_of_a_long_spot_is_that_of_a_round_one_of_its_area() -> None:
    spot = sampled_gaussian((5.0, 3.0), 1.0, 61)
    assert half_maximum_width(spot) == pytest.approx(2.3548 * np.sqrt(15.0), rel=0.02)


def test_a_psf_that_equals_its_mirror_images_is_told_from_one_that_does_not() -> None:
    round_spot = sampled_gaussian((3.0, 2.0), 1.0, 41)
    lopsided = round_spot + 0.3 * sampled_gaussian((3.0, 2.0), 1.0, 41, (2.0, 0.0))
    turned = np.roll(round_spot, 3, axis=(0, 1)) + np.roll(round_spot, -3, axis=(0, 1))
    assert MeasuredPsf(round_spot, 0.5).mirrored
    assert not MeasuredPsf(lopsided / lopsided.sum(), 0.5).mirrored
    assert not MeasuredPsf(turned / turned.sum(), 0.5).mirrored
