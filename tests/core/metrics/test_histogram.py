"""Counting values: every finite pixel once, against NumPy's own histogram."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.metrics.histogram import histogram_of


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["float32", "uint16", "float64"]))
def test_counts_are_those_of_numpy(height, width, dtype):
    values = np.random.default_rng(height * 50 + width).gamma(0.3, 900, (height, width)).astype(dtype)
    found = histogram_of(values, bins=64)
    assert found.counts.sum() == values.size and found.empty == 0
    # A value that lies on the border of two bins may fall to either by rounding: cumulative sums agree but for those.
    expected, edges = np.histogram(values.astype(np.float64), bins=64, range=(found.low, found.high))
    on_border = np.isclose(values.astype(np.float64)[..., None], edges, rtol=1e-5, atol=1e-5 * found.width).sum()
    assert np.abs(np.cumsum(found.counts) - np.cumsum(expected)).max() <= on_border


def test_the_check_finds_a_shifted_count():
    values = np.random.default_rng(1).normal(size=(50, 50)).astype(np.float32)
    found = histogram_of(values, bins=64)
    expected, _ = np.histogram(values + 0.5, bins=64, range=(found.low, found.high))
    assert np.abs(np.cumsum(found.counts) - np.cumsum(expected)).max() > 100


def test_bright_pixels_among_a_million_are_counted():
    """No sampling: three lit pixels among a million stand in the last bins."""
    image = np.zeros((1000, 1000), np.float32)
    image.flat[[5, 70_000, 999_999]] = 100.0
    found = histogram_of(image)
    assert found.counts[0] == 1_000_000 - 3 and found.counts[-1] == 3


def test_what_is_not_finite_is_counted_apart():
    image = np.arange(100, dtype=np.float32).reshape(10, 10).copy()
    image[0, 0], image[3, 3], image[9, 9] = np.nan, np.inf, -np.inf
    found = histogram_of(image)
    assert (found.low, found.high, found.empty) == (1.0, 98.0, 3) and found.counts.sum() == 97


@pytest.mark.parametrize("value", [0.0, 7.0, -3.0, 1e-30])
def test_one_value_stands_in_the_middle(value):
    found = histogram_of(np.full((5, 6), value))
    assert found.low < value < found.high
    assert found.counts.sum() == 30 and found.counts[len(found.counts) // 2] == 30


@pytest.mark.parametrize("image", [np.full((3, 4), np.nan), np.zeros((0, 5))])
def test_nothing_to_count(image):
    found = histogram_of(image)
    assert (found.low, found.high) == (0.0, 1.0) or not image.size
    assert found.counts.sum() == 0


def test_values_beyond_single_precision():
    found = histogram_of(np.array([[-1e300, 0.0, 1e300]]))
    assert found.counts.sum() == 3 and found.counts[0] == found.counts[-1] == 1
