"""The forward operator Ψ: adjoint, norm, photons, and blocks that equal the dense matrix."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.optics.operators import ForwardOperator, gaussian_operator, separable_operator
from fluogan_app.core.optics.psf import gaussian_axis_matrix

SIGMA = 1.376  # camera pixels: FWHM 324 nm at 100 nm
BOUNDARIES = ("reflecting", "periodic")


def make_operator(shape_yx=(7, 11), zoom=3, sigma=SIGMA, boundary="reflecting") -> ForwardOperator:
    return gaussian_operator(shape_yx, zoom, sigma, boundary, dtype=torch.float64)


def random_image(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def dense(operator: ForwardOperator) -> np.ndarray:
    """The operator's matrix, one unit image after the other: (Y·X, LY·LX)."""
    count = int(np.prod(operator.fine_shape))
    units = torch.eye(count, dtype=torch.float64).reshape(count, *operator.fine_shape)
    return operator.apply(units).reshape(count, -1).numpy().T


def adjoint_gap(apply, adjoint, fine: torch.Tensor, coarse: torch.Tensor) -> float:
    """|⟨Ψx, r⟩ − ⟨x, Ψᵀr⟩| relative to ‖Ψx‖ ‖r‖."""
    image = apply(fine)
    difference = float((image * coarse).sum() - (fine * adjoint(coarse)).sum())
    return abs(difference) / float(image.norm() * coarse.norm())


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize(("shape_yx", "zoom"), [((7, 11), 3), ((1, 5), 4), ((9, 131), 2), ((149, 7), 3)])
def test_adjoint(shape_yx, zoom, boundary):
    operator = make_operator(shape_yx, zoom, boundary=boundary)
    fine, coarse = random_image(operator.fine_shape, 1), random_image(operator.coarse_shape, 2)
    assert operator.fine_shape == (zoom * shape_yx[0], zoom * shape_yx[1])
    assert adjoint_gap(operator.apply, operator.adjoint, fine, coarse) < 1e-10


def test_the_adjoint_check_sees_a_transpose_at_the_other_boundary_and_one_that_is_shifted():
    operator, other = make_operator(), make_operator(boundary="periodic")
    fine, coarse = random_image(operator.fine_shape, 1), random_image(operator.coarse_shape, 2)
    assert adjoint_gap(operator.apply, other.adjoint, fine, coarse) > 1e-3
    shifted = lambda image: operator.adjoint(image).roll(1, -1)  # noqa: E731
    assert adjoint_gap(operator.apply, shifted, fine, coarse) > 1e-3


def test_adjoint_works_on_many_images_at_once():
    operator = make_operator((5, 61), 2)
    frames = random_image((3, *operator.coarse_shape), 4)
    one_by_one = torch.stack([operator.adjoint(frame) for frame in frames])
    torch.testing.assert_close(operator.adjoint(frames), one_by_one, rtol=1e-12, atol=1e-12)
    fine = random_image((3, *operator.fine_shape), 5)
    one_by_one = torch.stack([operator.apply(image) for image in fine])
    torch.testing.assert_close(operator.apply(fine), one_by_one, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_rows_are_y_and_columns_x(boundary):
    rows, columns = (gaussian_axis_matrix(pixels, 3, SIGMA, boundary) for pixels in (5, 8))
    operator = make_operator((5, 8), 3, boundary=boundary)
    fine = random_image((15, 24), 3)
    np.testing.assert_allclose(operator.apply(fine).numpy(), rows @ fine.numpy() @ columns.T, atol=1e-13)


@pytest.mark.parametrize("shape_yx", [(5, 8), (97, 101)])
def test_products_into_given_memory_are_the_same(shape_yx):
    operator = make_operator(shape_yx)
    fine, coarse = random_image(operator.fine_shape, 6), random_image(operator.coarse_shape, 7)
    for product, given in ((operator.apply, fine), (operator.adjoint, coarse)):
        expected = product(given)
        memory = torch.full_like(expected, float("nan"))
        assert product(given, out=memory) is memory
        torch.testing.assert_close(memory, expected, rtol=0, atol=0)


@pytest.mark.parametrize(("shape_yx", "zoom", "sigma"), [((5, 7), 2, SIGMA), ((3, 4), 3, 0.4), ((4, 3), 1, 1e-3)])
def test_norm_is_the_largest_singular_value(shape_yx, zoom, sigma):
    operator = make_operator(shape_yx, zoom, sigma)
    largest = np.linalg.svd(dense(operator), compute_uv=False)[0]
    assert operator.norm == pytest.approx(largest, rel=1e-12)
    # Columns sum to 1 and rows to zoom on each axis: ‖A‖² ≤ ‖A‖₁ ‖A‖_∞.
    assert operator.norm <= zoom * (1 + 1e-5)


def test_the_norm_without_blur_is_the_zoom():
    assert make_operator(zoom=5, sigma=1e-3).norm == pytest.approx(5.0, rel=1e-12)


def test_the_norm_check_sees_an_operator_that_averages_instead_of_summing():
    rows, columns = (gaussian_axis_matrix(pixels, 2, SIGMA) / 2 for pixels in (5, 7))
    averaging = separable_operator((rows, columns), dtype=torch.float64)
    largest = np.linalg.svd(dense(make_operator((5, 7), 2)), compute_uv=False)[0]
    assert averaging.norm == pytest.approx(largest / 4, rel=1e-12)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_photons_are_kept_up_to_the_border(boundary):
    operator = make_operator(boundary=boundary)
    image = random_image(operator.fine_shape, 8).abs()
    assert float(operator.apply(image).sum()) == pytest.approx(float(image.sum()), rel=1e-12)


@given(row=st.integers(0, 53), column=st.integers(0, 68))
def test_a_bright_fine_pixel_away_from_the_border_keeps_photons_and_centroid(row, column):
    zoom, sigma = 3, 0.9
    operator = make_operator((18 + 14, 23 + 14), zoom, sigma)
    fine = torch.zeros(operator.fine_shape, dtype=torch.float64)
    row, column = row + 7 * zoom, column + 7 * zoom
    fine[row, column] = 40.0
    light = operator.apply(fine).numpy()
    centroid = [(np.arange(n) + 0.5) @ light.sum(axis=1 - axis) / light.sum() for axis, n in enumerate(light.shape)]
    assert light.sum() == pytest.approx(40.0, rel=1e-12)
    # Pixels of one σ alias by exp(−2π²σ²)/π = 4e-8, and what is cut lies within 6σ and weighs 3e-7.
    np.testing.assert_allclose(centroid, [(row + 0.5) / zoom, (column + 0.5) / zoom], atol=2e-6)


def test_squared_is_the_operator_of_squared_elements():
    operator = make_operator((5, 7), 2)
    np.testing.assert_allclose(dense(operator.squared()), dense(operator) ** 2, atol=1e-15)


def test_squared_gives_the_variance_of_the_adjoint_of_noise():
    operator, count = make_operator((5, 7), 2), 20_000
    weights = 0.5 + random_image(operator.coarse_shape, 9).abs()
    noise = random_image((count, *operator.coarse_shape), 10) / weights.sqrt()
    measured = operator.adjoint(weights * noise).var(dim=0)
    expected = operator.squared().adjoint(weights)
    # A variance of normal numbers has the relative spread √(2/n); 5 spreads over 140 pixels fail in 1 of 12,000 cases.
    assert float((measured / expected - 1).abs().max()) < 5 * np.sqrt(2 / count)
    wrong = operator.adjoint(weights)
    assert float((measured / wrong - 1).abs().max()) > 0.3


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_ones_is_an_even_image_of_the_operators_own_kind(dtype):
    operator = gaussian_operator((5, 7), 2, SIGMA, dtype=dtype)
    assert operator.ones().dtype == dtype
    light = operator.apply(operator.ones())
    # zoom² photons per camera pixel, up to what is cut of the Gaussian's tails.
    torch.testing.assert_close(light, torch.full_like(light, 4.0), rtol=1e-5, atol=0)
