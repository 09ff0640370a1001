"""Norms by power iteration against singular values."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.optics.operators import gaussian_operator
from fluogan_app.core.optimise.power_iteration import operator_norm


def random_tensor(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def norm_of(matrix: torch.Tensor, iterations: int = 2000) -> float:
    start = random_tensor((matrix.shape[1],), 9)
    return operator_norm(lambda x: matrix @ x, lambda r: matrix.T @ r, start, iterations, tolerance=1e-13)


@pytest.mark.parametrize("shape", [(5, 9), (9, 5), (1, 7), (7, 1)])
def test_norm_is_the_largest_singular_value(shape):
    matrix = random_tensor(shape, sum(shape))
    largest = np.linalg.svd(matrix.numpy(), compute_uv=False)[0]
    assert norm_of(matrix) == pytest.approx(largest, rel=1e-9)


def test_the_estimate_comes_from_below():
    matrix = random_tensor((11, 13), 2)
    largest = np.linalg.svd(matrix.numpy(), compute_uv=False)[0]
    estimates = [norm_of(matrix, iterations) for iterations in (1, 3, 10, 100)]
    assert estimates == sorted(estimates)
    assert estimates[0] < 0.99 * largest
    assert estimates[-1] <= largest * (1 + 1e-12)


def test_an_adjoint_that_is_none_gives_another_norm():
    matrix, other = random_tensor((9, 5), 4), random_tensor((9, 5), 5)
    start = random_tensor((5,), 9)
    wrong = operator_norm(lambda x: matrix @ x, lambda r: other.T @ r, start, 500)
    assert wrong != pytest.approx(np.linalg.norm(matrix.numpy(), 2), rel=1e-2)


def test_nothing_has_no_norm():
    assert norm_of(torch.zeros(3, 4, dtype=torch.float64)) == 0.0


def test_the_forward_operator_is_as_its_factors_say():
    operator = gaussian_operator((7, 5), 3, 1.376, dtype=torch.float64)
    start = random_tensor(operator.fine_shape, 1)
    found = operator_norm(operator.apply, operator.adjoint, start, 5000, tolerance=1e-14)
    assert found == pytest.approx(operator.norm, rel=1e-7)
