"""Proximal maps against a search through all candidates."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.optimise.prox import (
    nonnegative,
    nonnegative_cel0,
    nonnegative_soft_threshold,
    soft_threshold,
)

GRID = np.linspace(0.0, 8.0, 160_001)
#: A minimum of ½u² + … found on a grid is at most half a step away.
HALF_STEP = 0.5 * (GRID[1] - GRID[0]) * (1 + 1e-9)


def searched(point: float, threshold: float) -> float:
    """The u ≥ 0 on a grid with the least ½ (u − point)² + threshold · u."""
    return float(GRID[np.argmin(0.5 * (GRID - point) ** 2 + threshold * GRID)])


def soft(point: float, threshold: float) -> float:
    tensor = torch.tensor([point], dtype=torch.float64)
    return float(nonnegative_soft_threshold(tensor, threshold)[0])


@given(point=st.floats(-6.0, 6.0), threshold=st.floats(0.0, 4.0))
def test_threshold_is_the_minimum_that_a_search_finds(point, threshold):
    assert abs(soft(point, threshold) - searched(point, threshold)) <= HALF_STEP


def test_the_search_sees_the_two_sided_threshold_and_a_forgotten_one():
    two_sided = np.sign(-3.0) * max(abs(-3.0) - 1.0, 0.0)
    assert abs(two_sided - searched(-3.0, 1.0)) > HALF_STEP
    assert abs(max(2.0, 0.0) - searched(2.0, 1.0)) > HALF_STEP


def test_each_element_has_its_own_threshold():
    points = torch.tensor([[2.0, -1.0, 0.5], [3.0, 1.0, 4.0]], dtype=torch.float64)
    thresholds = torch.tensor([[0.5, 0.0, 1.0], [0.0, 1.0, 5.0]], dtype=torch.float64)
    wanted = [[soft(float(p), float(t)) for p, t in zip(*rows)] for rows in zip(points, thresholds)]
    assert nonnegative_soft_threshold(points, thresholds).tolist() == wanted


@pytest.mark.parametrize("call", [lambda p: nonnegative_soft_threshold(p, 0.5), nonnegative])
def test_the_point_itself_is_left_as_it_was(call):
    point = torch.tensor([-1.0, 2.0])
    call(point)
    assert point.tolist() == [-1.0, 2.0]


@given(point=st.floats(-6.0, 6.0))
def test_the_nearest_nonnegative_point_is_the_one_without_threshold(point):
    assert float(nonnegative(torch.tensor(point, dtype=torch.float64))) == soft(point, 0.0)


@given(point=st.floats(-6.0, 6.0), threshold=st.floats(0.0, 4.0))
def test_the_two_sided_threshold_is_odd_and_the_one_sided_one_above_zero(point, threshold):
    found = float(soft_threshold(torch.tensor(point, dtype=torch.float64), threshold))
    assert found == np.sign(point) * soft(abs(point), threshold)


def relaxed(u: np.ndarray, norm: float, sparsity: float) -> np.ndarray:
    """Φ of CEL0 as it is defined."""
    edge = np.sqrt(2.0 * sparsity) / norm
    return sparsity - np.where(u <= edge, 0.5 * norm**2 * (u - edge) ** 2, 0.0)


@given(point=st.floats(-3.0, 6.0), norm=st.floats(0.2, 2.0), sparsity=st.floats(0.01, 2.0), step=st.floats(0.05, 1.5))
def test_the_relaxed_count_is_least_where_a_search_finds_it(point, norm, sparsity, step):
    def costs(u):
        return 0.5 * (u - point) ** 2 + step * relaxed(u, norm, sparsity)

    found = float(nonnegative_cel0(torch.tensor([point], dtype=torch.float64), norm, sparsity, step)[0])
    # Where two values are equally good either may be given: the cost is compared, to the search's own resolution.
    assert found >= 0.0 and costs(np.array(found)) <= costs(GRID).min() + 1e-12


def test_the_relaxed_count_leaves_bright_values_as_they_are():
    """Unlike ‖·‖₁, which dims them: ½ (u − 5)² + 0.5 Φ(u)."""
    point = torch.tensor([5.0, 0.3], dtype=torch.float64)
    assert nonnegative_cel0(point, 1.0, 1.0, 0.5).tolist() == [5.0, 0.0]
    assert float(nonnegative_soft_threshold(point, 0.5)[0]) == 4.5
