"""A region reconstructed with a margin: the solver works on the larger block, and only the region is seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.core.data.result import Result
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.methods.base import Phase, Preview, Solver, State

if TYPE_CHECKING:
    import torch


class CroppedSolver:
    """Any solver, with its images cut to a part of its frames."""

    def __init__(self, solver: Solver, inner: Roi) -> None:
        self._solver, self._inner = solver, inner
        self.total_steps, self.metrics, self.claims = solver.total_steps, solver.metrics, solver.claims

    def init(self) -> State:
        """See Solver.init."""
        return self._solver.init()

    def restore(self, state: State) -> State:
        """See Solver.restore."""
        return self._solver.restore(state)

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """See Solver.step."""
        return self._solver.step(state)

    def phase(self, state: State) -> Phase:
        """See Solver.phase."""
        return self._solver.phase(state)

    def inside(self, state: State) -> tuple[Solver, State]:
        """See at_work."""
        return self._solver, state

    def image(self, state: State) -> Preview:
        """See Solver.image."""
        preview = self._solver.image(state)
        zoom = preview.estimate.shape[0] // preview.background.shape[0]
        estimate, background = cut(preview.estimate, self._inner, zoom), cut(preview.background, self._inner)
        return replace(preview, estimate=estimate, background=background)

    def result(self, state: State) -> Result:
        """See Solver.result."""
        return cropped(self._solver.result(state), self._inner)


def cropped(result: Result, inner: Roi) -> Result:
    """The part of a result on a region's rows and columns."""
    fine = {"estimate": result.estimate, "deviation": result.deviation}
    images = {name: cut(image, inner, result.zoom) for name, image in fine.items() if image is not None}
    camera = {"background": result.background, "mean": result.mean, "mean_deviation": result.mean_deviation}
    images |= {name: cut(image, inner) for name, image in camera.items() if image is not None}
    return replace(result, **images)


def cut(image: np.ndarray, inner: Roi, zoom: int = 1) -> np.ndarray:
    """A copy of the part of an image with zoom² pixels per camera pixel."""
    rows, columns = (slice(zoom * side.start, zoom * side.stop) for side in inner.slices)
    return image[rows, columns].copy()
