"""Analyses over time, summed up frame by frame, against their definitions on all frames at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.radial.temporal import (
    Analysis, LagCumulant, Maximum, Mean, PairProducts, Variance, symmetric_products,
)  # fmt: skip


def series(frames: int = 23) -> np.ndarray:
    """Maps (T, K, Y, X) that are correlated in time and lie far from zero beside how much they vary."""
    random = np.random.default_rng(7)
    noise = random.gamma(2.0, 1.0, (frames + 3, 2, 3, 4))
    return (1000.0 + noise[3:] + 0.7 * noise[2:-1] + 0.4 * noise[1:-2] + 0.2 * noise[:-3]).astype(np.float32)


def summed(analysis: Analysis, maps: np.ndarray) -> np.ndarray:
    sums = analysis.begin(torch.zeros(maps.shape[1:], dtype=torch.float64))
    for done, values in enumerate(maps):
        analysis.add(sums, torch.from_numpy(values), done)
    return analysis.image(sums, len(maps)).double().numpy()


def pairs(maps: np.ndarray) -> np.ndarray:
    products = [maps[s] * maps[t] for t in range(len(maps)) for s in range(t + 1)]
    return np.mean(products, axis=0)


def cumulant(maps: np.ndarray, order: int) -> np.ndarray:
    d = maps - maps.mean(axis=0)
    n = len(d) - order + 1
    windows = [d[k : k + n] for k in range(order)]
    found = np.prod(windows, axis=0).mean(axis=0)
    if order == 4:
        c1, c2, c3 = ((windows[0] * windows[lag]).mean(axis=0) for lag in (1, 2, 3))
        found = found - c1**2 - c2**2 - c1 * c3
    return found


@pytest.mark.parametrize(("analysis", "whole"), [
    (Mean(), lambda maps: maps.mean(axis=0)),
    (Maximum(), lambda maps: maps.max(axis=0)),
    (Variance(), lambda maps: maps.var(axis=0)),
    (PairProducts(), pairs),
    (LagCumulant(2, signed=True), lambda maps: cumulant(maps, 2)),
    (LagCumulant(2), lambda maps: abs(cumulant(maps, 2))),
    (LagCumulant(3), lambda maps: abs(cumulant(maps, 3))),
    (LagCumulant(4), lambda maps: abs(cumulant(maps, 4))),
], ids=["AVG", "MIP", "VAR", "TRPPM", "TAC2", "TRAC2", "TRAC3", "TRAC4"])  # fmt: skip
@pytest.mark.parametrize("frames", [4, 23])
def test_sums_come_to_what_all_frames_at_once_give(analysis: Analysis, whole, frames: int) -> None:
    maps = series(frames)
    np.testing.assert_allclose(summed(analysis, maps), whole(maps.astype(float)), rtol=1e-6, atol=1e-9)


def test_maxima_below_zero_are_kept() -> None:
    assert (summed(Maximum(), -series()) == -series().min(axis=0)).all()


def test_what_it_holds_is_no_more_than_it_says() -> None:
    for analysis in (Mean(), Maximum(), Variance(), PairProducts(), *(LagCumulant(order) for order in (2, 3, 4))):
        sums = analysis.begin(torch.zeros(2, 3, 4, dtype=torch.float64))
        maps = sum(len(tensor) if name == "recent" else 1 for name, tensor in sums.items())
        assert maps <= analysis.held, type(analysis).__name__


def test_symmetric_products_are_the_coefficients_of_the_product() -> None:
    values = [torch.tensor(value, dtype=torch.float64) for value in (2.0, -1.0, 3.0, 0.5)]
    wanted = np.poly([float(-value) for value in values])[1:]
    np.testing.assert_allclose([float(value) for value in symmetric_products(values)], wanted)
    assert not np.allclose([float(value) for value in symmetric_products(values[:3] + [values[0]])], wanted)
