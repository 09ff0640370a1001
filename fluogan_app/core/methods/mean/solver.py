"""One step: the mean frame by cubic splines on the fine grid."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.fine_grid import interpolated
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.mean.params import MeanParams


class MeanSolver(ImageSolver):
    """Light per frame, shared out evenly over the fine pixels of a camera pixel."""

    def __init__(self, problem: Problem, params: MeanParams, claims: Claims, device: str) -> None:
        super().__init__(problem, params.zoom, claims, 1, device)

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        return {"mean": torch.zeros(self.fine_shape_yx, device=self.device)}

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        fine = interpolated(self.noise.mean, self.zoom) / self.zoom**2
        tensors["mean"] = torch.from_numpy(fine).to(self.device, torch.float32)
        return {}

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images."""
        height, width = self.shape_yx
        blocks = tensors["mean"].reshape(height, self.zoom, width, self.zoom)
        return Images(tensors["mean"], simulated=blocks.sum(dim=(1, 3)))
