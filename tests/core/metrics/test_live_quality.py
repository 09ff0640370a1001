"""What is measured of an estimate as it forms, and which step is called the best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.result import Curves
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.snapshot import Snapshot
from fluogan_app.core.metrics.decorrelation import decorrelation
from fluogan_app.core.metrics.live_quality import (
    DISCREPANCY, PEARSON, QUALITY_METRICS, RESOLUTION, best_step, live_quality,
)  # fmt: skip


@pytest.fixture
def snapshot() -> Snapshot:
    """A field of 40 × 44 with a margin of 4, whose model is right but for the noise of the mean."""
    source = np.random.default_rng(0)
    y, x = np.mgrid[:40, :44]
    simulated = 50 + 30 * np.sin(x / 3.0) * np.cos(y / 4.0)
    recorded = simulated + 2.0 * source.normal(size=simulated.shape)
    estimate = np.kron(simulated, np.ones((3, 3))) + source.normal(size=(120, 132))
    deviation = np.full(simulated.shape, 2.0)
    return Snapshot(7, estimate, simulated, recorded, deviation, Roi(4, 4, 32, 36), Roi(10, 20, 40, 44), 100.0)


def curves(finest, misfit) -> Curves:
    columns = {RESOLUTION: np.array(finest, float), DISCREPANCY: np.array(misfit, float)}
    return Curves(QUALITY_METRICS, 10 * np.arange(1, len(finest) + 1), columns)


def test_a_model_that_is_right_has_the_discrepancy_of_noise(snapshot):
    found = live_quality(snapshot)
    assert found[DISCREPANCY] == pytest.approx(1.0, abs=5 * np.sqrt(2 / (32 * 36)))
    assert 0.95 < found[PEARSON] < 1.0
    inner = snapshot.estimate[12:108, 12:120]
    assert found[RESOLUTION] == decorrelation(inner, 100.0 / 3).resolution_nm


def test_the_margin_and_pixels_that_do_not_count_change_nothing(snapshot):
    wrong, blind = snapshot.recorded.copy(), snapshot.deviation.copy()
    wrong[:3], wrong[20, 20] = 1e6, 1e6
    blind[20, 20] = np.inf
    found = live_quality(replace(snapshot, recorded=wrong, deviation=blind))
    assert found[DISCREPANCY] == pytest.approx(live_quality(snapshot)[DISCREPANCY], rel=0.02)
    counted = live_quality(replace(snapshot, recorded=wrong))
    assert counted[DISCREPANCY] > 1e6  # without the mask the check would not have noticed


def test_a_dark_estimate_has_no_resolution(snapshot):
    assert RESOLUTION not in live_quality(replace(snapshot, estimate=np.zeros((120, 132))))
    even = replace(snapshot, simulated=np.ones((40, 44)))
    assert PEARSON not in live_quality(even)


def test_the_best_step_is_the_finest_that_still_explains_the_recording():
    best = best_step(curves([300, 150, 120, 60], [2.0, 1.00, 1.05, 1.5]))
    assert (best.step, best.resolution_nm, best.discrepancy) == (30, 120.0, 1.05)
    assert "120 nm" in best.words
    # Without the rule on the discrepancy the sharpest would win, however wrong it is.
    assert best_step(curves([300, 150, 120, 60], [2.0, 1.0, 1.05, 1.05])).step == 40


def test_of_equally_fine_steps_the_first_is_the_best():
    assert best_step(curves([200, 120, 120.5, 120], [1, 1, 1, 1])).step == 20


def test_steps_without_measures_do_not_count():
    nan = float("nan")
    assert best_step(curves([nan, nan], [1.0, nan])) is None
    assert best_step(Curves()) is None
    assert best_step(curves([nan, 90, 80], [0.1, 1.0, nan])).step == 20
