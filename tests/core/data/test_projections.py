"""Projections taken frame by frame against numpy on the whole stack."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fluogan_app.core.data.projections import Projections


def _streamed(frames: np.ndarray) -> Projections:
    projections = Projections(frames.shape[1:])
    for frame in frames:
        projections.add(frame)
    return projections


@given(arrays(np.uint16, st.tuples(st.integers(1, 7), st.integers(1, 5), st.integers(1, 4))))
def test_equals_numpy_on_the_whole_stack(frames: np.ndarray) -> None:
    projections = _streamed(frames)
    exact = frames.astype(np.float64)
    # float32 keeps 24 bits; the spread of equal values is the root of a rounding error of the squares.
    np.testing.assert_allclose(projections.image("mean"), exact.mean(0), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(projections.image("sum"), exact.sum(0), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(projections.image("max"), exact.max(0), rtol=1e-6)
    np.testing.assert_allclose(projections.image("std"), exact.std(0), rtol=1e-5, atol=2e-3)


def test_a_large_offset_costs_no_precision() -> None:
    noise = np.random.default_rng(1).normal(0.0, 1e-3, (50, 3, 5))
    spread = _streamed(noise + 1e7).image("std")
    # 1e7 in float64 is known to 2e-9, a millionth of the spread.
    np.testing.assert_allclose(spread, (noise + 1e7).std(0), rtol=1e-4)
    naive = np.sqrt(np.maximum(((noise + 1e7) ** 2).mean(0) - (noise + 1e7).mean(0) ** 2, 0))
    assert not np.allclose(naive, noise.std(0), rtol=1e-2), "the plain formula would have passed: the case is too easy"


def test_frames_must_have_come() -> None:
    with pytest.raises(ValueError):
        Projections((2, 2)).image("mean")
