"""λ1 by the discrepancy principle: the strongest sparsity with which the image still explains the mean frame.

With Morozov's principle the mean of w (Ψx + b − ȳ)² is what the noise allows: 1 for a fit that is complete. Short fits
of a part of the field, one for each λ1, give the curve, and their target is a quarter higher. On dim simulated lines
this finds what gives the smallest error; a target of 2 doubled the error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.estimate.result import Estimate, Evidence, Finding, Mark, Missing, Series
from fluogan_app.core.params import Params, spec

if TYPE_CHECKING:
    from fluogan_app.core.methods.base import Method

#: Told after every step: how many are done, and of how many.
OnStep = Callable[[int, int], None]
TARGET = 1.25
STEPS, ZOOM, SIDE = 300, 4, 56
TRIED = (0.1, 0.4, 1.6, 6.4, 25.6)
#: How well a short fit of a part of the field tells the discrepancy.
RELATIVE_SPREAD = 0.15


def estimate_sparsity(
    method: Method,
    problem: Problem,
    params: Params,
    on_step: OnStep | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Finding | None:
    """λ1 for the method's other parameters; None where it was cancelled.

    on_step: told how many steps are done, and of how many. Raises FluoganError where the problem cannot be
    reconstructed at all.
    """
    try:
        return _estimated(method, _middle(problem), params, _Watch(on_step, cancelled))
    except _Cancelled:
        return None


class _Cancelled(Exception):
    """Nobody wants the estimate any more."""


class _Watch:
    """Counts the steps of all fits."""

    def __init__(self, on_step: OnStep | None, cancelled: Callable[[], bool] | None) -> None:
        self._on_step, self._cancelled, self._done = on_step, cancelled, 0

    def step(self) -> None:
        """One step is done. Raises _Cancelled."""
        self._done += 1
        if self._cancelled is not None and self._cancelled():
            raise _Cancelled
        if self._on_step is not None:
            self._on_step(self._done, (len(TRIED) + 1) * STEPS)


def _estimated(method: Method, part: Problem, params: Params, watch: _Watch) -> Finding:
    label = spec(type(params), "lambda1").label
    curve = {value: _discrepancy(method, part, params, value, watch) for value in TRIED}
    value = _crossing(curve)
    if value is None:
        lowest, highest = min(curve.values()), max(curve.values())
        side = "above" if lowest > TARGET else "below"
        reason = (
            f"Short fits leave {lowest:.2g} to {highest:.2g} times the noise for every λ1, all {side} the target of "
            f"{TARGET:g}; the default stays."
        )
        return Missing("lambda1", label, reason)
    curve[value] = _discrepancy(method, part, params, value, watch)
    refined = _crossing(curve) or value
    return _estimate(curve, refined, label)


def _estimate(curve: dict[float, float], value: float, label: str) -> Estimate:
    tried = np.array(sorted(curve))
    evidence = Evidence(
        "Discrepancy", "Sparsity λ1", "Squared misfit per noise variance",
        (
            Series("short fits", tried, np.array([curve[each] for each in tried])),
            Series("target", tried[[0, -1]], np.full(2, TARGET), drawn_as="line"),
        ),
        (Mark("estimate", value),), x_logarithmic=True, y_logarithmic=True,
    )  # fmt: skip
    how = (
        f"The strongest sparsity with which short fits of a part of the field stay within {TARGET:g} times the noise's "
        "variance. It serves agreement with the mean frame; the finest resolution may want more or less."
    )
    return Estimate("lambda1", label, value, _uncertainty(curve, value), "", how, evidence)


def _discrepancy(method: Method, problem: Problem, params: Params, lambda1: float, watch: _Watch) -> float:
    solver: Any = method.prepare(
        problem, params.replace(lambda1=lambda1, delta=0, steps=STEPS, zoom=ZOOM), "cpu", seed=0
    )
    state = solver.init()
    for _ in range(solver.total_steps):
        state, _ = solver.step(state)
        watch.step()
    return float(solver.result(state).measures["discrepancy"])


def _crossing(curve: dict[float, float], target: float = TARGET) -> float | None:
    """The largest λ1 at which the curve, straight between its points on logarithmic axes, rises through the target."""
    values = sorted(curve)
    for below, above in reversed(list(zip(values[:-1], values[1:]))):
        low, high = curve[below], curve[above]
        if low <= target < high:
            share = np.log(target / low) / np.log(high / low)
            return float(below * (above / below) ** share)
    return None


def _uncertainty(curve: dict[float, float], value: float) -> float:
    ends = [_crossing(curve, TARGET * factor) for factor in (1 - RELATIVE_SPREAD, 1 + RELATIVE_SPREAD)]
    known = [abs(end - value) for end in ends if end is not None]
    return float(np.mean(known)) if known else value


def _middle(problem: Problem) -> Problem:
    """The problem cut to the part with most light, so that a fit takes about a second."""
    height, width = problem.frames.shape[1:]
    size = tuple(min(SIDE, length) for length in (height, width))
    sums = np.pad(problem.frames.mean(axis=0, dtype=np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    boxes = sums[size[0] :, size[1] :] - sums[: -size[0], size[1] :] - sums[size[0] :, : -size[1]]
    row, column = np.unravel_index(np.argmax(boxes + sums[: -size[0], : -size[1]]), boxes.shape)
    frames = problem.frames[:, row : row + size[0], column : column + size[1]]
    roi = Roi(problem.roi.y0 + int(row), problem.roi.x0 + int(column), *size)
    return replace(problem, frames=frames, roi=roi, inner=Roi.whole(size), reference=None)
