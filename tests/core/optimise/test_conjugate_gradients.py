"""Conjugate gradients against a solved system."""

from __future__ import annotations

import numpy as np
import torch

from fluogan_app.core.optimise.conjugate_gradients import solved


def test_the_equations_hold_after_as_many_steps_as_unknowns() -> None:
    random = np.random.default_rng(3)
    part = random.normal(size=(9, 9))
    matrix, right = torch.from_numpy(part @ part.T + np.eye(9)), torch.from_numpy(random.normal(size=9))
    wanted = torch.linalg.solve(matrix, right)

    def found(steps: int, nearly: torch.Tensor) -> torch.Tensor:
        return solved(lambda u: matrix @ u, right, torch.zeros_like(right), lambda u: nearly * u, steps)

    ones = torch.ones(9, dtype=torch.float64)
    assert torch.allclose(found(9, ones), wanted, atol=1e-8)
    assert torch.allclose(found(9, 1.0 / matrix.diagonal()), wanted, atol=1e-8)
    assert float((found(2, ones) - wanted).abs().max()) > 1e-3


def test_a_good_guess_is_left_as_it_is() -> None:
    right = torch.tensor([2.0, 4.0], dtype=torch.float64)
    assert torch.equal(solved(lambda u: 2.0 * u, right, right / 2.0, lambda u: u, 5), right / 2.0)
