"""Proximal maps against brute force, and accelerated descent against an independent solver."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import nnls

from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.power_iteration import operator_norm
from fluogan_app.core.optimise.prox import nonnegative, nonnegative_soft_threshold


@pytest.mark.parametrize("threshold", [0.0, 0.3, 1.1])
def test_prox_is_the_minimiser(threshold: float) -> None:
    grid = np.linspace(0.0, 4.0, 40_001)
    for point in (-1.3, 0.0, 0.2, 0.31, 2.7):
        wanted = grid[np.argmin(0.5 * (grid - point) ** 2 + threshold * grid)]
        found = nonnegative_soft_threshold(torch.tensor([point], dtype=torch.float64), threshold)
        assert float(found) == pytest.approx(wanted, abs=1e-4)


def test_nonnegative_is_the_nearest_point() -> None:
    assert nonnegative(torch.tensor([-2.0, 0.0, 3.0])).tolist() == [0.0, 0.0, 3.0]


def problem() -> tuple[torch.Tensor, torch.Tensor, float]:
    source = np.random.default_rng(7)
    return torch.tensor(source.random((23, 11))), torch.tensor(source.random(23) * 3), 0.7


def test_accelerated_descent_finds_the_sparse_nonnegative_least_squares() -> None:
    matrix, data, weight = problem()
    # λ Σx joins ½‖Kx − y‖² as a linear term: with KᵀK invertible it moves y, and Lawson and Hanson's NNLS solves it.
    moved = data - torch.linalg.pinv(matrix).T @ torch.full((11,), weight, dtype=torch.float64)
    wanted, _ = nnls(matrix.numpy(), moved.numpy())
    metric = matrix.T @ (matrix @ torch.ones(11, dtype=torch.float64))
    state = Accelerated.at(torch.ones(11, dtype=torch.float64))
    for _ in range(3000):
        gradient = matrix.T @ (matrix @ state.ahead[0] - data)
        arrived = nonnegative_soft_threshold(state.ahead[0], (gradient + weight) / metric)
        state = accelerate(state, (arrived,), (metric,))
    np.testing.assert_allclose(state.points[0].numpy(), wanted, atol=1e-7)
    assert np.count_nonzero(wanted == 0) > 0, "the test needs a sparse answer"


def test_momentum_is_dropped_uphill() -> None:
    state = Accelerated((torch.tensor([1.0]),), (torch.tensor([3.0]),), torch.tensor(8.0))
    restarted = accelerate(state, (torch.tensor([2.0]),), (torch.tensor([1.0]),))
    assert torch.equal(restarted.ahead[0], torch.tensor([2.0]))
    onward = accelerate(state, (torch.tensor([4.0]),), (torch.tensor([1.0]),))
    assert float(onward.ahead[0]) > 4.0


def test_power_iteration_from_below() -> None:
    matrix = problem()[0]
    found = operator_norm(lambda x: matrix @ x, lambda y: matrix.T @ y, torch.ones(11, dtype=torch.float64))
    assert found == pytest.approx(np.linalg.norm(matrix.numpy(), 2), rel=1e-7)
    zero = operator_norm(lambda x: 0 * x, lambda y: 0 * y, torch.ones(3))
    assert zero == 0.0
