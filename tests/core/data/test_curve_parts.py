"""What is read off curves."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.curve_parts import (
    nearest_step, part_of, phase_at, phase_words, value_at, with_balance,
)  # fmt: skip
from fluogan_app.core.data.result import Curves, Metric, PhaseMark


@pytest.fixture
def curves() -> Curves:
    """Sums that are measured at each step, and one that is at some."""
    names = ("photons_simulated", "photons_recorded", "rare")
    metrics = tuple(Metric(name, name, "photons", "photons") for name in names)
    steps = np.array([1, 2, 3, 5, 8])
    values = ([90.0, 101, 100, 100, 99], [100.0, 100, 100, 0, 100], [np.nan, 7, np.nan, np.nan, np.nan])
    marks = (PhaseMark(0, "Mean fit"), PhaseMark(3, "All together"))
    return Curves(metrics, steps, {name: np.array(column) for name, column in zip(names, values)}, marks)


def test_the_balance_is_the_difference_in_percent(curves):
    balance = with_balance(curves).columns["photon_balance_percent"]
    np.testing.assert_allclose(balance, [-10, 1, 0, np.nan, -1], equal_nan=True, atol=1e-12)
    assert with_balance(with_balance(curves)).metrics == with_balance(curves).metrics
    assert with_balance(Curves()).metrics == ()


def test_a_value_stays_until_it_is_measured_again(curves):
    assert value_at(curves, "rare", 1) is None
    assert value_at(curves, "rare", 8) == value_at(curves, "rare") == 7
    assert value_at(curves, "photons_simulated", 4) == 100 and value_at(curves, "nothing") is None


def test_steps_and_phases_are_found(curves):
    assert [nearest_step(curves, at) for at in (-5, 1.4, 3.9, 4.1, 6, 99)] == [1, 1, 3, 5, 5, 8]
    assert nearest_step(Curves(), 3) is None
    assert [phase_at(curves, at).name for at in (1, 3, 4)] == ["Mean fit", "Mean fit", "All together"]
    assert phase_at(curves, 0) is None and phase_words(curves, 0) == ""
    assert phase_words(curves, 3) == "Mean fit (losses of its own)" and phase_words(curves, 5) == "All together"


def test_a_part_has_the_steps_in_sight_only(curves):
    part = part_of(curves, {"rare"}, 2, 5.5)
    assert part.steps.tolist() == [2, 3, 5] and [metric.name for metric in part.metrics] == ["rare"]
    assert part.columns["rare"][0] == 7 and part.marks == curves.marks
