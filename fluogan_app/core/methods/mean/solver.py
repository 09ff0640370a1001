"""One step: the mean frame, or the standard deviation over time, on the fine grid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.fine_grid import continued, interpolated
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.mean.params import MeanParams


class MeanSolver(ImageSolver):
    """Light per frame, shared out evenly over the fine pixels of a camera pixel; or the deviation at their middles."""

    def __init__(self, problem: Problem, params: MeanParams, claims: Claims, device: str) -> None:
        super().__init__(problem, params.zoom, claims, 1, device)
        self._params = params
        if params.statistic == "deviation" and len(self.frames) < 2:
            raise DataError(
                "A standard deviation over time needs two frames, and there is one.",
                "Choose a longer frame range, or the mean (--statistic mean).",
            )

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        return {"image": torch.zeros(self.fine_shape_yx, device=self.device)}

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        draw = continued if self._params.interpolation == "fourier" else interpolated
        fine = draw(self._statistic(), self.zoom)
        if self._params.statistic == "mean":
            fine = fine / self.zoom**2
        else:
            fine = np.maximum(fine, 0.0)
        tensors["image"] = torch.from_numpy(fine).to(self.device, torch.float32)
        return {}

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images."""
        if not self.claims.photons:
            return Images(tensors["image"])
        height, width = self.shape_yx
        blocks = tensors["image"].reshape(height, self.zoom, width, self.zoom)
        return Images(tensors["image"], simulated=blocks.sum(dim=(1, 3)))

    def _statistic(self) -> np.ndarray:
        """(Y, X) photons."""
        if self._params.statistic == "mean":
            return self.noise.mean
        return self.frames.std(axis=0, ddof=1, dtype=np.float64)
