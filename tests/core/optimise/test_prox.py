"""Proximal maps against a search through all candidates."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.optimise.prox import nonnegative, nonnegative_soft_threshold

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
