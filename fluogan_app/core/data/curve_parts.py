"""What is read off curves: the photon balance, the values at a step, and a part of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from fluogan_app.core.data.result import Curves, Metric, PhaseMark

#: How much more light the model holds than was recorded, from the sums that the curves have.
BALANCE = Metric("photon_balance_percent", "Difference", "%", "photons")


def with_balance(curves: Curves) -> Curves:
    """With the photon balance, 100 (Σ(Ψx + b) / Σȳ − 1), where both sums are known."""
    sums = [curves.columns.get(name) for name in ("photons_simulated", "photons_recorded")]
    if any(column is None for column in sums) or BALANCE.name in curves.columns:
        return curves
    simulated, recorded = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        balance = np.where(recorded > 0, 100.0 * (simulated / recorded - 1.0), np.nan)
    return replace(
        curves, metrics=(*curves.metrics, BALANCE), columns={**curves.columns, BALANCE.name: balance}
    )


def value_at(curves: Curves, name: str, step: float | None = None) -> float | None:
    """The last value of a metric up to a step (the end): what is not measured at each step stays until it is again."""
    values = curves.columns.get(name, np.empty(0))
    end = len(values) if step is None else int(np.searchsorted(curves.steps, step, "right"))
    # The newest are looked at first: as a rule one of them has a value.
    for begin in (max(end - 64, 0), 0):
        finite = np.flatnonzero(np.isfinite(values[begin:end]))
        if finite.size:
            return float(values[begin + finite[-1]])
    return None


def nearest_step(curves: Curves, step: float) -> int | None:
    """The step with a row that is nearest; None without rows."""
    if not len(curves.steps):
        return None
    after = int(np.clip(np.searchsorted(curves.steps, step), 1, len(curves.steps) - 1)) if len(curves.steps) > 1 else 0
    pair = curves.steps[max(after - 1, 0) : after + 1]
    return int(pair[np.argmin(np.abs(pair - step))])


def phase_at(curves: Curves, step: float) -> PhaseMark | None:
    """The phase that a step belongs to: it begins after its mark's step."""
    begun = [mark for mark in curves.marks if mark.step < step]
    return begun[-1] if begun else None


def phase_words(curves: Curves, step: float) -> str:
    """The phase of a step by its name; of a fit with the word that its losses are not those of what follows."""
    phase = phase_at(curves, step)
    if phase is None:
        return ""
    return f"{phase.name} (losses of its own)" if "fit" in phase.name.lower() else phase.name


def part_of(curves: Curves, names: Collection[str], first: float, last: float) -> Curves:
    """Some metrics at the steps from `first` to `last`."""
    rows = slice(*(int(np.searchsorted(curves.steps, at, side)) for at, side in ((first, "left"), (last, "right"))))
    metrics = tuple(metric for metric in curves.metrics if metric.name in names)
    columns = {metric.name: curves.columns[metric.name][rows] for metric in metrics}
    return Curves(metrics, curves.steps[rows], columns, curves.marks)
