"""A run ends early where nothing changes any more, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.result import Curves, Metric, PhaseMark
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.jobs.rest import EVERY, WINDOW, RestRule
from fluogan_app.core.jobs.runner import Job

PIXELS = 5000
METRICS = (Metric("relative_change", "", "", "convergence"), Metric("discrepancy", "", "", "convergence"))


def _curves(change: np.ndarray, discrepancy: np.ndarray) -> Curves:
    steps = np.arange(1, len(change) + 1)
    return Curves(METRICS, steps, {"relative_change": change, "discrepancy": discrepancy}, (PhaseMark(0, "All"),))


def _first_rest(change, discrepancy, pixels: int = PIXELS) -> int | None:
    """The step at which a run with these curves would end."""
    for end in range(EVERY, len(change) + 1, EVERY):
        if RestRule(pixels).why(_curves(change[:end], discrepancy[:end]), 0):
            return end
    return None


STEPS = np.arange(1, 4001)


def test_a_fit_that_settles_ends_where_both_quantities_have():
    change, discrepancy = 1e-3 * np.exp(-STEPS / 150.0), 1.2 + 0.3 * np.exp(-STEPS / 150.0)
    end = _first_rest(change, discrepancy)
    window = WINDOW
    assert end is not None
    assert change[end - window : end].sum() < 1e-3 and abs(discrepancy[end - 1] - 1.2) < 1e-2 * np.sqrt(2 / PIXELS)
    # A window earlier it had not.
    before = slice(end - EVERY - window, end - EVERY)
    halves = np.array_split(discrepancy[before], 2)
    drift = abs(halves[0].mean() - halves[1].mean())
    assert change[before].sum() >= 1e-3 or drift >= 1e-2 * np.sqrt(2 / PIXELS)


@pytest.mark.parametrize("kind", ["creeps", "jitters", "begins slowly", "drifts"])
def test_what_only_looks_still_goes_on(kind):
    change, discrepancy = np.full(4000, 1e-7), np.full(4000, 1.2)
    if kind == "creeps":  # small steps in one direction add up
        change[:] = 6e-6
    elif kind == "jitters":  # the critic's noise
        change = 2e-5 * (1 + 0.3 * np.random.default_rng(1).standard_normal(4000))
    elif kind == "begins slowly":
        change[300:], discrepancy[300:] = 1e-4, 1.0 + 0.2 * np.exp(-STEPS[300:] / 500.0)
        assert _first_rest(change[:395], discrepancy[:395]) is None
        change = np.full(4000, 1e-4)
    else:
        discrepancy = 1.3 - 1e-5 * STEPS
    assert _first_rest(change, discrepancy) is None


def test_on_a_larger_field_the_discrepancy_is_known_better_and_must_be_stiller():
    change, discrepancy = np.full(4000, 1e-7), 1.2 + 0.3 * np.exp(-STEPS / 300.0)
    assert _first_rest(change, discrepancy, 100) < _first_rest(change, discrepancy, 1_000_000)


def test_other_methods_have_no_such_curves():
    rule = RestRule(PIXELS)
    assert rule.why(Curves((), np.arange(1000)), 0) == ""


@pytest.fixture
def settling(make_walk):
    """A walk that is said to settle over 2000 steps."""
    import torch

    def make(**options):
        solver = make_walk(total_steps=2000, **options)
        solver.metrics = METRICS
        solver._metrics = lambda number, x: {
            "relative_change": torch.tensor(1e-2 * np.exp(-number / 60.0)),
            "discrepancy": torch.tensor(1.2 + 0.3 * np.exp(-number / 60.0)),
        }
        return solver

    return make


def test_a_run_ends_there_with_its_reason_and_the_same_however_interrupted(settling):
    ended = Job(settling(), Control(), rest=RestRule(PIXELS)).run()
    assert ended.outcome is Outcome.FINISHED and WINDOW <= ended.steps < 2000 and ended.steps % EVERY == 0
    assert ended.result.notes[0].startswith(f"Ended at step {ended.steps}, as nothing changed any more")
    assert len(ended.curves.steps) == ended.steps

    whole = Job(settling(), Control()).run()
    assert whole.steps == 2000 and "nothing changed" not in " ".join(whole.result.notes)


def test_an_interrupted_run_ends_at_the_same_step(settling, tmp_path):
    from fluogan_app.core.jobs.checkpoint import CheckpointFolder

    expected = Job(settling(), Control(), rest=RestRule(PIXELS)).run()
    control, folder = Control(), CheckpointFolder(tmp_path / "checkpoint")
    cancelled = settling(during=lambda step: control.cancel() if step == 333 else None)
    assert Job(cancelled, control, None, folder, rest=RestRule(PIXELS)).run().outcome is Outcome.CANCELLED
    ended = Job(settling(), Control(), rest=RestRule(PIXELS)).run(folder.load())
    assert ended.steps == expected.steps
    np.testing.assert_array_equal(ended.result.estimate, expected.result.estimate)


def test_an_earlier_phase_never_ends_a_run(settling):
    ended = Job(settling(running_from=1500), Control(), rest=RestRule(PIXELS)).run()
    assert ended.steps >= 1500 + 2 * WINDOW
