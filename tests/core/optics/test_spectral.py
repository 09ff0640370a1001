"""The operator for PSFs that do not separate: the Gaussian's own matrices, sums over images, and its dense matrix."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from fluogan_app.core.optics.blur import Optics, blur_operator, spot_operator
from fluogan_app.core.optics.operators import ForwardOperator
from fluogan_app.core.optics.pointspread import AiryPsf, GaussianPsf, MeasuredPsf, PointSpread
from fluogan_app.core.optics.psf import gaussian_axis_matrix
from fluogan_app.core.optics.spectral import Axis, SpectralOperator
from fluogan_app.core.optics.spectrum import camera_waves

SIGMA = 1.376  # camera pixels: FWHM 324 nm at 100 nm
AIRY = AiryPsf(2 * 0.5145 / 3.24)
BOUNDARIES = ("reflecting", "periodic")

#: Two Gaussians, σ 1.0 and 1.3, a third of the light beside the rest: (share, y, x, σ), centroid at 0.
SKEWED = ((0.7, -0.3, 0.15, 1.0), (0.3, 0.7, -0.35, 1.3))
SPACING = 0.25


def skewed_psf() -> MeasuredPsf:
    edges = (np.arange(82) - 40.5) * SPACING
    spots = (
        share * np.outer(*(np.diff(ndtr((edges - at) / sigma)) for at in (y, x))) for share, y, x, sigma in SKEWED
    )
    image = sum(spots)
    return MeasuredPsf(image / image.sum(), SPACING)


PSFS = {"gaussian": GaussianPsf(SIGMA), "airy": AIRY, "measured": skewed_psf()}


def spectral(psf: PointSpread, shape_yx=(7, 11), zoom=3, boundary="reflecting", per_pixel=1, spot=0.0):
    axes = tuple(Axis(pixels, zoom, boundary, per_pixel, spot) for pixels in shape_yx)
    return SpectralOperator(psf, axes, dtype=torch.float64)


def random_image(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def dense(operator) -> np.ndarray:
    """The operator's matrix, one unit image after the other: (Y·X, Sy·Sx)."""
    count = int(np.prod(operator.fine_shape))
    units = torch.eye(count, dtype=torch.float64).reshape(count, *operator.fine_shape)
    return operator.apply(units).reshape(count, -1).numpy().T


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize(("shape_yx", "zoom"), [((7, 11), 3), ((1, 5), 3), ((9, 4), 1), ((2, 3), 12), ((6, 6), 2)])
def test_a_gaussian_comes_out_as_by_its_own_matrices(shape_yx, zoom, boundary):
    rows, columns = (gaussian_axis_matrix(pixels, zoom, SIGMA, boundary) for pixels in shape_yx)
    found = dense(spectral(GaussianPsf(SIGMA), shape_yx, zoom, boundary))
    # The matrices leave out what lies beyond 5.5 σ, the waves what is weaker than 1e-7.
    np.testing.assert_allclose(found, np.kron(rows, columns), atol=5e-7 * rows.max() * columns.max())


def test_the_comparison_sees_another_width_zoom_and_boundary():
    matrix = gaussian_axis_matrix(7, 3, SIGMA)
    for wrong in (spectral(GaussianPsf(1.01 * SIGMA)), spectral(GaussianPsf(SIGMA), boundary="periodic")):
        difference = abs(dense(wrong) - np.kron(matrix, gaussian_axis_matrix(11, 3, SIGMA))).max()
        assert difference > 1e-3 * matrix.max() ** 2


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("kind", PSFS)
@pytest.mark.parametrize("shape_yx", [(7, 11), (1, 5), (2, 8)])
def test_adjoint(kind, shape_yx, boundary):
    operator = spectral(PSFS[kind], shape_yx, 3, boundary)
    fine, coarse = random_image(operator.fine_shape, 1), random_image(operator.coarse_shape, 2)
    image = operator.apply(fine)
    difference = float((image * coarse).sum() - (fine * operator.adjoint(coarse)).sum())
    assert abs(difference) < 1e-10 * float(image.norm() * coarse.norm())
    other = spectral(PSFS[kind], shape_yx, 3, "periodic" if boundary == "reflecting" else "reflecting")
    assert abs(float((image * coarse).sum() - (fine * other.adjoint(coarse)).sum())) > 1e-4 * float(image.norm())


def test_many_images_at_once_are_as_one_by_one():
    operator = spectral(skewed_psf(), (5, 8), 2)
    fine, coarse = random_image((3, *operator.fine_shape), 4), random_image((3, *operator.coarse_shape), 5)
    for together, alone in ((operator.apply(fine), map(operator.apply, fine)),
                            (operator.adjoint(coarse), map(operator.adjoint, coarse))):  # fmt: skip
        torch.testing.assert_close(together, torch.stack(list(alone)), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["gaussian", "measured"])
@given(zoom=st.integers(1, 12), row=st.integers(0, 11), column=st.integers(0, 11))
def test_a_bright_fine_pixel_keeps_photons_and_centroid_at_every_zoom(kind, zoom, row, column):
    shape = (32, 31)
    operator = blur_operator(Optics(PSFS[kind]), shape, zoom, dtype=torch.float64)
    fine = torch.zeros(operator.fine_shape, dtype=torch.float64)
    places = 15 * zoom + row % zoom, 16 * zoom + column % zoom
    fine[places] = 40.0
    light = operator.apply(fine).numpy()
    centroid = [(np.arange(n) + 0.5) @ light.sum(axis=1 - axis) / light.sum() for axis, n in enumerate(shape)]
    assert light.sum() == pytest.approx(40.0, rel=1e-6)
    # Pixels of one σ alias by exp(−2π²σ²)/π, and the samples of the measured PSF end at 10 pixels: 1e-5 of its light.
    np.testing.assert_allclose(centroid, [(place + 0.5) / zoom for place in places], atol=2e-4)


@given(zoom=st.integers(1, 12), row=st.integers(0, 32 * 12), column=st.integers(0, 32 * 12))
def test_the_place_of_an_airy_pattern_is_exact_in_a_field_without_ends(zoom, row, column):
    """Its far rings reach any border, so that its place is the phase of the longest wave, at every zoom."""
    operator = blur_operator(Optics(AIRY, "periodic"), (33, 32), zoom, dtype=torch.float64)
    places = row % (33 * zoom), column % (32 * zoom)
    fine = torch.zeros(operator.fine_shape, dtype=torch.float64)
    fine[places] = 1.0
    light = operator.apply(fine).numpy()
    for axis, pixels in enumerate((33, 32)):
        wave = np.exp(2j * np.pi * (np.arange(pixels) + 0.5) / pixels) @ light.sum(axis=1 - axis)
        turned = np.angle(wave * np.exp(-2j * np.pi * (places[axis] + 0.5) / zoom / pixels))
        assert turned == pytest.approx(0.0, abs=1e-9)


def airy_pixel(source: tuple[float, float], pixel: tuple[int, int], shape: tuple[int, int], boundary: str) -> float:
    """Airy light on one camera pixel by quadrature, the copies of the source beyond the border included."""
    from scipy.special import j1

    nodes, weights = np.polynomial.legendre.leggauss(6)
    places = [at + 0.5 + 0.5 * nodes for at in pixel]
    copies = []
    for place, length in zip(source, shape):
        turns = np.arange(-20, 21)
        if boundary == "periodic":
            copies.append(place + turns * length)
        else:
            copies.append(np.concatenate([sign * place + 2 * turns * length for sign in (1, -1)]))
    rows = places[0][:, None] - copies[0]
    columns = places[1][:, None] - copies[1]
    v = np.pi * AIRY.cutoff * np.hypot(rows[:, :, None, None], columns[None, None])
    light = 0.25 * np.pi * AIRY.cutoff**2 * (2 * j1(v) / v) ** 2
    return float(np.einsum("i,iajb,j->", weights, light, weights) / 4)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_airy_light_is_the_patterns_integral_over_each_pixel(boundary):
    shape, zoom = (9, 14), 3
    found = dense(spectral(AIRY, shape, zoom, boundary)).reshape(*shape, zoom * shape[0], zoom * shape[1])
    for pixel, spot in (((4, 6), (13, 20)), ((4, 6), (16, 22)), ((0, 2), (1, 9)), ((8, 13), (26, 41))):
        wanted = airy_pixel(tuple((k + 0.5) / zoom for k in spot), pixel, shape, boundary)
        # Beyond r the pattern holds 2/(π v) of its light, v = π cutoff r: 3.5e-3 beyond 180 pixels, spread evenly.
        assert found[(*pixel, *spot)] == pytest.approx(wanted, abs=3.6e-3 / np.prod(shape))


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_lopsided_measured_psf_blurs_a_sample_that_goes_on_beyond_the_border(boundary):
    """Against exact integrals of the two Gaussians of which the PSF was made, source and copies one by one."""
    shape, zoom = (10, 13), 3
    found = dense(spectral(skewed_psf(), shape, zoom, boundary)).reshape(*shape, 30, 39)
    for spot in ((14, 20), (1, 37), (29, 0), (0, 19)):
        wanted = np.zeros(shape)
        for share, y, x, sigma in SKEWED:
            axes = [
                _gaussian_axis((k + 0.5) / zoom, shift, sigma, length, boundary)
                for k, shift, length in zip(spot, (y, x), shape)
            ]
            wanted += share * np.outer(*axes)
        # What the samples miss of the Gaussians, 5 σ and more from their middle, and what folds back: 1e-5.
        np.testing.assert_allclose(found[:, :, spot[0], spot[1]], wanted, atol=3e-5)


def _gaussian_axis(source: float, shift: float, sigma: float, length: int, boundary: str) -> np.ndarray:
    turns = range(-3, 4)
    if boundary == "periodic":
        sources = [source + turn * length for turn in turns]
    else:
        sources = [sign * source + 2 * turn * length for turn in turns for sign in (1, -1)]
    return sum(np.diff(ndtr((np.arange(length + 1) - s - shift) / sigma)) for s in sources)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("kind", PSFS)
def test_even_light_stays_even(kind, boundary):
    operator = spectral(PSFS[kind], (7, 5), 4, boundary)
    light = operator.apply(operator.ones())
    torch.testing.assert_close(light, torch.full_like(light, 16.0), rtol=1e-9, atol=0)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("kind", PSFS)
@pytest.mark.parametrize(("per_pixel", "spot"), [(4, 0.34), (2, 1.376)])
def test_spots_are_blurred_as_the_fine_pixels_of_which_they_are_made(kind, per_pixel, spot, boundary):
    optics, shape, zoom = Optics(PSFS[kind], boundary), (6, 9), 4
    whole = blur_operator(optics, shape, zoom, spot, per_pixel, dtype=torch.float64)
    shown = spot_operator(optics, shape, zoom, spot, per_pixel, dtype=torch.float64)
    points = blur_operator(optics, shape, zoom, dtype=torch.float64)
    spots = random_image(whole.fine_shape, 3)
    assert whole.fine_shape == tuple(per_pixel * n for n in shape)
    torch.testing.assert_close(whole.apply(spots), points.apply(shown.apply(spots)), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("kind", ["gaussian", "airy"])
@pytest.mark.parametrize(
    ("shape_yx", "zoom", "per_pixel", "spot"), [((7, 6), 3, 1, 0), ((5, 8), 4, 2, 1.2), ((1, 5), 1, 1, 0)]
)
def test_the_spectrum_belongs_to_the_cameras_waves(kind, shape_yx, zoom, per_pixel, spot, boundary):
    for operator in (
        spectral(PSFS[kind], shape_yx, zoom, boundary, per_pixel, spot),
        blur_operator(Optics(PSFS[kind], boundary), shape_yx, zoom, spot, per_pixel, dtype=torch.float64),
    ):
        waves = np.kron(*(camera_waves(pixels, boundary) for pixels in shape_yx))
        matrix = dense(operator)
        energies = waves.T @ matrix @ matrix.T @ waves
        found = operator.camera_spectrum().numpy()
        np.testing.assert_allclose(energies, np.diag(found.ravel()), atol=1e-7 * found.max())
        assert operator.norm == pytest.approx(np.linalg.norm(matrix, 2), rel=1e-6)


def test_the_periodic_spectrum_is_in_the_order_of_the_dft():
    shape = (6, 7)
    operator = blur_operator(Optics(GaussianPsf(0.8), "periodic"), shape, 3, dtype=torch.float64)
    matrix = dense(operator)
    waves = np.kron(*(np.fft.fft(np.eye(pixels), norm="ortho") for pixels in shape))
    energies = (waves @ matrix @ matrix.T @ waves.conj().T).diagonal().real.reshape(shape)
    np.testing.assert_allclose(operator.camera_spectrum().numpy(), energies, atol=1e-12)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_lopsided_psf_has_a_norm_but_no_spectrum(boundary):
    operator = spectral(skewed_psf(), (6, 9), 3, boundary)
    assert operator.camera_spectrum() is None
    assert operator.norm == pytest.approx(np.linalg.norm(dense(operator), 2), rel=1e-6)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize(("kind", "spot", "per_pixel"), [("airy", 0, 1), ("measured", 0, 1), ("measured", 1.2, 2)])
def test_squared_is_the_operator_of_squared_elements(kind, spot, per_pixel, boundary):
    operator = spectral(PSFS[kind], (17, 12), 2, boundary, per_pixel, spot)
    wanted = dense(operator) ** 2
    # Products of less than 1e-4 of the largest element are left out, a dozen of them; so are an Airy pattern's copies.
    np.testing.assert_allclose(dense(operator.squared()), wanted, atol=3e-3 * wanted.max())
    weights = 0.5 + random_image(operator.coarse_shape, 9).abs()
    expected = wanted.T @ weights.numpy().ravel()
    np.testing.assert_allclose(operator.squared().adjoint(weights).numpy().ravel(), expected, rtol=0.015)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kind", PSFS)
def test_the_operator_keeps_to_its_own_kind_of_numbers(kind, dtype):
    operator = blur_operator(Optics(PSFS[kind]), (5, 7), 2, dtype=dtype)
    assert operator.ones().dtype == operator.apply(operator.ones()).dtype == dtype
    assert operator.squared().adjoint(torch.ones(operator.coarse_shape, dtype=dtype)).dtype == dtype


def test_a_gaussian_keeps_its_fast_operator():
    assert isinstance(blur_operator(Optics(GaussianPsf(SIGMA)), (5, 7), 2), ForwardOperator)


@pytest.mark.parametrize("kind", PSFS)
def test_a_field_smaller_than_the_psf_holds_its_light_mirrored_more_than_once(kind):
    operator = spectral(PSFS[kind], (2, 1), 5)
    light = operator.apply(random_image(operator.fine_shape, 6).abs())
    assert torch.isfinite(light).all()
    matrix = dense(operator)
    assert matrix.min() > 0
    np.testing.assert_allclose(matrix.sum(axis=1), 25.0, rtol=1e-6)
