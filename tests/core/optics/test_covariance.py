"""Products with Ψ⊙Ψ against the matrix itself, written out pair by pair of camera pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.covariance import CovarianceOperator
from fluogan_app.core.optics.pointspread import AiryPsf, GaussianPsf

SHAPE_YX, ZOOM = (5, 7), 2
GAUSSIAN = Optics(GaussianPsf(1.3))
#: Two camera pixels to a width: where pixels are as fine as the optics asks for.
AIRY = Optics(AiryPsf(0.45))


def operator_of(optics: Optics = GAUSSIAN, shape_yx: tuple[int, int] = SHAPE_YX) -> CovarianceOperator:
    return CovarianceOperator(blur_operator(optics, shape_yx, ZOOM, dtype=torch.float64))


def blur_matrix(operator: CovarianceOperator) -> np.ndarray:
    """Ψ, (pixels, fine pixels)."""
    fine = int(np.prod(operator.fine_shape))
    units = torch.eye(fine, dtype=torch.float64).reshape(fine, *operator.fine_shape)
    return operator.blur.apply(units).reshape(fine, -1).numpy().T


def pair_matrix(operator: CovarianceOperator) -> np.ndarray:
    """Ψ⊙Ψ (Khatri–Rao): column k is vec(ψ_k ψ_kᵀ), (pixels², fine pixels)."""
    psi = blur_matrix(operator)
    return np.einsum("ik,jk->ijk", psi, psi).reshape(-1, psi.shape[1])


def image(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
def test_the_gram_matrix_is_that_of_the_pairs(boundary) -> None:
    operator = operator_of(Optics(GaussianPsf(1.3), boundary))
    pairs, variances = pair_matrix(operator), image(operator.fine_shape, 1)
    wanted = pairs.T @ (pairs @ variances.numpy().ravel())
    np.testing.assert_allclose(operator.gram(variances).numpy().ravel(), wanted, rtol=1e-10)
    # The square of the Gram matrix as a product, the easy mistake, is another one.
    psi = blur_matrix(operator)
    assert not np.allclose(psi.T @ (psi @ variances.numpy().ravel()), wanted, rtol=0.1)


def test_long_fields_in_blocks_are_the_same() -> None:
    operator = operator_of(shape_yx=(3, 83))
    psi, variances = blur_matrix(operator), image(operator.fine_shape, 2)
    wanted = (psi.T @ psi) ** 2 @ variances.numpy().ravel()
    np.testing.assert_allclose(operator.gram(variances).numpy().ravel(), wanted, rtol=1e-9)


def test_steps_are_safe_and_not_much_shorter_than_they_need_to_be() -> None:
    operator = operator_of(shape_yx=(9, 11))
    gram = (blur_matrix(operator).T @ blur_matrix(operator)) ** 2
    largest = np.linalg.eigvalsh(gram)[-1]
    assert largest <= operator.gram_norm < 1.02 * largest
    left = np.diag(operator.majorant.numpy().ravel()) - gram
    assert np.linalg.eigvalsh(left)[0] >= 0.0
    # In the middle a step may be twice as long as the corners allow.
    assert float(operator.majorant[9, 11]) < 0.5 * operator.gram_norm


def test_what_frames_say_is_the_adjoint_of_all_their_products() -> None:
    operator, frames = operator_of(), image((4, *SHAPE_YX), 3) - 0.5
    flat = frames.reshape(4, -1).numpy()
    wanted = pair_matrix(operator).T @ (flat.T @ flat).ravel()
    np.testing.assert_allclose(operator.of_frames(frames).numpy().ravel(), wanted, rtol=1e-10)


def test_pixel_variances_are_the_diagonal_and_their_adjoint_puts_noise_there() -> None:
    operator = operator_of()
    pairs, count = pair_matrix(operator), int(np.prod(SHAPE_YX))
    variances, noise = image(operator.fine_shape, 4), image(SHAPE_YX, 5)
    diagonal = np.diag((pairs @ variances.numpy().ravel()).reshape(count, count))
    np.testing.assert_allclose(operator.pixel_variances(variances).numpy().ravel(), diagonal, rtol=1e-10)
    wanted = pairs.T @ np.diag(noise.numpy().ravel()).ravel()
    np.testing.assert_allclose(operator.of_pixel_variances(noise).numpy().ravel(), wanted, rtol=1e-10)
    lengths = np.linalg.norm(pairs, axis=0)
    np.testing.assert_allclose(operator.column_norms().numpy().ravel(), lengths, rtol=1e-10)


def test_a_psf_that_does_not_separate_is_the_same_within_a_hundredth_away_from_the_border() -> None:
    operator = operator_of(AIRY, (20, 21))
    psi = blur_matrix(operator)
    gram = ((psi.T @ psi) ** 2).reshape(*operator.fine_shape, -1)
    middle = torch.zeros(operator.fine_shape, dtype=torch.float64)
    middle[20, 21] = 1.0
    row = gram[20, 21]
    np.testing.assert_allclose(operator.gram(middle).numpy().ravel(), row, atol=0.01 * row.max())
    np.testing.assert_allclose(operator.column_norms().numpy()[20, 21], np.sqrt(row.max()), rtol=0.01)


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
def test_a_psf_that_does_not_separate_is_right_at_the_border_and_its_steps_are_safe(boundary) -> None:
    operator = operator_of(Optics(AIRY.psf, boundary), (8, 7))
    psi = blur_matrix(operator)
    gram, every = (psi.T @ psi) ** 2, torch.eye(psi.shape[1], dtype=torch.float64)
    made = operator.gram(every.reshape(-1, *operator.fine_shape)).reshape(gram.shape).numpy()
    np.testing.assert_allclose(made, gram, atol=0.01 * gram.max())
    assert operator.gram_norm >= np.linalg.eigvalsh(gram)[-1]
    assert np.linalg.eigvalsh(np.diag(operator.majorant.numpy().ravel()) - gram)[0] >= 0.0
    # Less the own pairs of pixels it stays positive, so that sources at a border need no hold.
    own = operator.of_pixel_variances(operator.pixel_variances(every.reshape(-1, *operator.fine_shape)))
    least = np.linalg.eigvalsh(made - own.reshape(gram.shape).numpy())[0]
    assert least > -2e-3 * operator.gram_norm
