"""Keeps the metrics of a run: on the device until the next progress report, then as columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.core.data.result import Curves, Metric, PhaseMark

if TYPE_CHECKING:
    import torch


class Recorder:
    """Collects one row per step. `add` keeps the tensors as they are; `flush` fetches them from the device at once.

    What was followed of the run before, but is not now, keeps its columns.
    """

    def __init__(self, metrics: tuple[Metric, ...], before: Curves | None = None) -> None:
        names = {metric.name for metric in metrics}
        others = before.metrics if before is not None else ()
        self._metrics = (*metrics, *(metric for metric in others if metric.name not in names))
        self._pending: list[tuple[int, Mapping[str, torch.Tensor]]] = []
        self._noted: dict[int, dict[str, float]] = {}
        self._marks: tuple[PhaseMark, ...] = ()
        self._count = 0
        self._steps = np.empty(1024, np.int64)
        self._table = np.empty((len(self._metrics), 1024))
        if before is not None:
            self._take_over(before)

    def add(self, step: int, values: Mapping[str, torch.Tensor]) -> None:
        """Keep one step's metrics without waiting for the device. A repeat's has none: it is no step of the image."""
        if values:
            self._pending.append((step, values))

    def note(self, step: int, values: Mapping[str, float]) -> None:
        """Keep what was seen from outside after a step; what is not finite was not seen."""
        found = {name: value for name, value in values.items() if np.isfinite(value)}
        if self._count and self._steps[self._count - 1] == step:
            for row, metric in enumerate(self._metrics):
                self._table[row, self._count - 1] = found.get(metric.name, self._table[row, self._count - 1])
        elif found:
            self._noted.setdefault(step, {}).update(found)

    def mark(self, step: int, name: str) -> None:
        """From here on the steps are of this phase."""
        if not self._marks or self._marks[-1].name != name:
            self._marks = (*(mark for mark in self._marks if mark.step < step), PhaseMark(step, name))

    def flush(self) -> str | None:
        """Fetch what is pending. Returns the name of the first metric that is not finite, or None."""
        pending, self._pending = self._pending, []
        self._reserve(self._count + len(pending))
        wrong: str | None = None
        for step, values in _fetched(pending):
            known = values | self._noted.pop(step, {})
            self._steps[self._count] = step
            self._table[:, self._count] = [known.get(metric.name, np.nan) for metric in self._metrics]
            self._count += 1
            wrong = wrong or next((name for name, value in values.items() if not np.isfinite(value)), None)
        return wrong

    def curves(self) -> Curves:
        """The curves of all flushed steps, as views: rows that were written never change, but for what is noted."""
        columns = {metric.name: self._table[index, : self._count] for index, metric in enumerate(self._metrics)}
        return Curves(self._metrics, self._steps[: self._count], columns, self._marks)

    def _reserve(self, count: int) -> None:
        if count <= len(self._steps):
            return
        capacity = max(count, 2 * len(self._steps))
        steps, table = np.empty(capacity, np.int64), np.empty((len(self._metrics), capacity))
        steps[: self._count], table[:, : self._count] = self._steps[: self._count], self._table[:, : self._count]
        self._steps, self._table = steps, table

    def _take_over(self, before: Curves) -> None:
        count = len(before.steps)
        self._reserve(count)
        self._steps[:count] = before.steps
        for row, metric in enumerate(self._metrics):
            self._table[row, :count] = before.columns.get(metric.name, np.nan)
        self._count, self._marks = count, before.marks


def _fetched(pending: list[tuple[int, Mapping[str, torch.Tensor]]]) -> list[tuple[int, dict[str, float]]]:
    """All pending tensors as floats, with one transfer from the device."""
    import torch

    flat = [value for _, values in pending for value in values.values()]
    if not flat:
        return [(step, {}) for step, _ in pending]
    numbers = iter(torch.stack([value.detach().reshape(()).to(torch.float64) for value in flat]).tolist())
    return [(step, {name: next(numbers) for name in values}) for step, values in pending]
