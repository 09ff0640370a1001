"""Accelerated descent against an active-set solver, and its restart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy.optimize import nnls

from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.prox import nonnegative_soft_threshold


@dataclass(frozen=True)
class Sparse:
    """½ ‖Kx − y‖² + price · Σx over x ≥ 0, where x = (first, second) has two blocks."""

    matrix: torch.Tensor
    data: torch.Tensor
    price: float
    first: int

    def objective(self, x: torch.Tensor) -> float:
        return float(0.5 * (self.matrix @ x - self.data).square().sum() + self.price * x.sum())

    def solution(self) -> np.ndarray:
        """By an active-set method, after completing the square: Kᵀz = Kᵀy − price takes the ℓ1 norm into the data."""
        matrix, data = self.matrix.numpy(), self.data.numpy()
        shift = matrix @ np.linalg.solve(matrix.T @ matrix, np.full(matrix.shape[1], self.price))
        return nnls(matrix, data - shift)[0]

    @property
    def majorant(self) -> torch.Tensor:
        """Diagonal D ≥ KᵀK from the sums of |KᵀK|, which differs between the unknowns (Gershgorin)."""
        return (self.matrix.T @ self.matrix).abs().sum(dim=1)


def make_problem(price: float = 0.4, seed: int = 3, ill: float = 1.0) -> Sparse:
    generator = torch.Generator().manual_seed(seed)
    matrix = torch.randn(17, 9, generator=generator, dtype=torch.float64)
    matrix *= torch.logspace(0, -ill, 9, dtype=torch.float64)
    data = torch.randn(17, generator=generator, dtype=torch.float64) * 3
    return Sparse(matrix, data, price, first=5)


def descend(problem: Sparse, steps: int, momentum: bool = True, restart: bool = True) -> list[torch.Tensor]:
    """x after each step. The image Kx follows as a block of its own, as the solvers keep it."""
    metrics = problem.majorant.split([problem.first, 9 - problem.first])
    start = torch.zeros(9, dtype=torch.float64).split([problem.first, 9 - problem.first])
    state = Accelerated.at(*start, torch.zeros_like(problem.data))
    path = []
    for _ in range(steps):
        slope = problem.matrix.T @ (state.ahead[-1] - problem.data)
        slopes = slope.split([problem.first, 9 - problem.first])
        arrived = [
            nonnegative_soft_threshold(ahead - part / metric, problem.price / metric)
            for ahead, part, metric in zip(state.ahead, slopes, metrics)
        ]
        path.append(torch.cat(arrived))
        tested = (*metrics, None) if restart else (None, None, None)
        state = accelerate(state, (*arrived, problem.matrix @ path[-1]), tested)
        if not momentum:
            state = Accelerated.at(*state.points)
    return path


@pytest.mark.parametrize("price", [0.0, 0.4, 3.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_descent_ends_where_an_active_set_solver_does(price, seed):
    problem = make_problem(price, seed, ill=0.5)
    wanted = problem.solution()
    assert (wanted == 0).any() and (wanted > 0).any()
    np.testing.assert_allclose(descend(problem, 2500)[-1].numpy(), wanted, atol=1e-8)


def test_the_comparison_sees_a_price_that_is_left_out():
    found = descend(make_problem(0.0), 2500)[-1].numpy()
    assert np.abs(found - make_problem(0.4).solution()).max() > 1e-2


def steps_to(problem: Sparse, path: list[torch.Tensor], gap: float) -> int:
    lowest = problem.objective(torch.from_numpy(problem.solution()))
    return next((number for number, x in enumerate(path) if problem.objective(x) - lowest < gap), len(path))


def test_momentum_saves_steps_and_restart_saves_more():
    problem = make_problem(0.02, ill=1.0)
    plain, unchecked, checked = (
        steps_to(problem, descend(problem, 4000, *options), 1e-10)
        for options in ((False, True), (True, False), (True, True))
    )
    assert checked < plain / 3
    assert checked < unchecked


def test_accelerated_steps_keep_the_known_bound():
    # F(x_n) − F* ≤ 2 ‖x_0 − x*‖²_D / (n + 1)² (Beck and Teboulle 2009, theorem 4.4), here without restart.
    problem = make_problem(0.02, ill=1.0)
    solution = torch.from_numpy(problem.solution())
    bound = 2 * float(problem.majorant @ solution**2)
    lowest = problem.objective(solution)
    for number, x in enumerate(descend(problem, 400, restart=False), start=1):
        assert problem.objective(x) - lowest <= bound / (number + 1) ** 2 + 1e-12


def test_rest_has_no_momentum():
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    state = accelerate(Accelerated.at(x), [x + 1], [torch.ones(2, dtype=torch.float64)])
    assert torch.equal(state.ahead[0], x + 1)
    assert float(state.momentum) == pytest.approx((1 + 5**0.5) / 2)


def moving(ahead: float, arrived: float) -> Accelerated:
    """After a step from 0 to `arrived` that started at `ahead`, with momentum 3."""
    state = Accelerated((torch.zeros(1),), (torch.tensor([ahead]),), torch.tensor(3.0))
    return accelerate(state, [torch.tensor([arrived])], [torch.ones(1)])


def test_momentum_stays_downhill_and_is_dropped_uphill():
    following = (1 + (1 + 4 * 9) ** 0.5) / 2
    onward = moving(ahead=0.5, arrived=1.0)
    assert float(onward.ahead[0]) == pytest.approx(1.0 + 2.0 / following)
    # The step went back from where momentum had carried it.
    turned = moving(ahead=2.0, arrived=1.0)
    assert float(turned.ahead[0]) == 1.0
    assert float(turned.momentum) == pytest.approx((1 + 5**0.5) / 2)


def test_the_restart_test_weighs_each_unknown_by_its_majorant():
    # One unknown turns back by 1, the other goes on by 2: which wins depends on their steps' own inner product.
    state = Accelerated((torch.zeros(2),), (torch.tensor([2.0, 0.0]),), torch.tensor(3.0))
    arrived = [torch.tensor([1.0, 2.0])]
    assert not torch.equal(accelerate(state, arrived, [torch.tensor([1.0, 1.0])]).ahead[0], arrived[0])
    assert torch.equal(accelerate(state, arrived, [torch.tensor([9.0, 1.0])]).ahead[0], arrived[0])


def test_an_image_that_follows_stays_the_image_of_the_extrapolated_point():
    matrix = torch.randn(4, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    x = torch.ones(3, dtype=torch.float64)
    state = Accelerated((x, matrix @ x), (1.5 * x, matrix @ (1.5 * x)), torch.tensor(2.0, dtype=torch.float64))
    arrived = 1.2 * x + 0.4
    state = accelerate(state, [arrived, matrix @ arrived], [torch.ones(3, dtype=torch.float64), None])
    torch.testing.assert_close(state.ahead[1], matrix @ state.ahead[0], rtol=1e-13, atol=1e-13)


def turned_by(cosine: float) -> float:
    """Momentum after a step whose correction makes an angle of this cosine with the move before it."""
    old, move = torch.zeros(2, dtype=torch.float64), torch.tensor([1.0, 0.0], dtype=torch.float64)
    correction = torch.tensor([cosine, (1.0 - cosine**2) ** 0.5], dtype=torch.float64)
    new = old + move
    state = Accelerated((old,), (new + correction,), torch.tensor(50.0, dtype=torch.float64))
    return float(accelerate(state, (new,), (torch.ones(2, dtype=torch.float64),)).momentum)


def test_only_a_clearly_uphill_momentum_is_dropped() -> None:
    """Near convergence the cosine is a rounding error about 0: its sign must not decide."""
    assert turned_by(-0.5) > 50.0
    assert turned_by(-1e-9) == turned_by(1e-9) > 50.0
    assert turned_by(0.5) < 2.0
