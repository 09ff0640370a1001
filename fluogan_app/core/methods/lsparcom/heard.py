"""The image that the network looks at, on its own grid: what covariances, or variances, say of each place.

    pairs:    g_k = Σ_i≠j ψ_ik ψ_jk C_ij / m,   its noise √(2/T) Σ_ij ψ_ik ψ_jk C_ij / m
    variance: the variance image less the camera's own, drawn on the network's grid, as published

m is what an even sheet of sources of variance 1 would give, so that g is in photons² per pixel of that grid.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from fluogan_app.core.methods.lsparcom.grid import inner_pixels, interpolated_to, seen_sigma
from fluogan_app.core.optics.covariance import CovarianceOperator
from fluogan_app.core.optics.operators import separable_operator
from fluogan_app.core.optics.psf import banded_spots


@dataclass(frozen=True)
class Heard:
    """image: g, noise: its standard deviation, both (H, W) float32 on the network's grid, photons² per its pixel."""

    image: torch.Tensor
    noise: torch.Tensor


class Ear:
    """Gathers what frames (T, Y, X) of fluctuations say of a field with a Gaussian PSF, batch by batch."""

    def __init__(self, shape_yx: tuple[int, int], sigma_pixels: float, blurred: bool, device: str = "cpu") -> None:
        """blurred: whether the variance image is looked at, as published, instead of pairs."""
        self.blurred, self._device, self._camera_shape = blurred, device, shape_yx
        self.shape_yx = tuple(inner_pixels(side, sigma_pixels) for side in shape_yx)
        counts = zip(shape_yx, self.shape_yx)
        matrices = tuple(banded_spots(side, count, sigma_pixels) for side, count in counts)
        self._operator = None if blurred else CovarianceOperator(separable_operator(matrices, device))
        self._even = self._of_even_sheet(sigma_pixels)

    def _of_even_sheet(self, sigma_pixels: float) -> torch.Tensor:
        """m, (H, W) or 0-d: what sources of variance 1 in all of the network's pixels give."""
        if self._operator is None:
            # ∫ψ² over the plane is 1 / (4πσ²).
            density = math.prod(self.shape_yx) / math.prod(self._camera_shape)
            return torch.tensor(density / (4.0 * math.pi * seen_sigma(sigma_pixels) ** 2), device=self._device)
        sheet = self._operator.blur.ones()
        own = self._operator.of_pixel_variances(self._operator.pixel_variances(sheet))
        return (self._operator.gram(sheet) - own).clamp(min=1e-30)

    def begin(self) -> dict[str, torch.Tensor]:
        """Sums over no frame yet."""
        sums = {"squares": torch.zeros(self._camera_shape, dtype=torch.float64, device=self._device)}
        if not self.blurred:
            sums["heard"] = torch.zeros(self.shape_yx, dtype=torch.float64, device=self._device)
        return sums

    def add(self, sums: dict[str, torch.Tensor], frames: torch.Tensor) -> None:
        """Add some frames, in new tensors."""
        sums["squares"] = sums["squares"] + frames.square().sum(dim=0, dtype=torch.float64)
        if self._operator is not None:
            sums["heard"] = sums["heard"] + self._operator.of_frames(frames)

    def heard(
        self, sums: Mapping[str, torch.Tensor], degrees: int, correlation_frames: float, camera: np.ndarray | None
    ) -> Heard:
        """What all frames say.

        degrees: frames less the terms of time taken off. correlation_frames: frames worth one independent. camera:
        (Y, X) variance of the camera alone, of which pairs know without.
        """
        spread = math.sqrt(2.0 * max(1.0, correlation_frames) / degrees)
        variance = sums["squares"] / degrees
        if self._operator is None:
            known = variance.cpu().numpy()
            signal = known if camera is None else known - camera
            image, level = (interpolated_to(each, self.shape_yx) for each in (signal, known))
            return Heard(self._scaled(torch.from_numpy(image)), self._scaled(spread * torch.from_numpy(abs(level))))
        every = sums["heard"] / degrees
        own = self._operator.of_pixel_variances(variance.float()).double()
        return Heard(self._scaled(every - own), self._scaled(spread * every))

    def _scaled(self, image: torch.Tensor) -> torch.Tensor:
        return (image / self._even).float().to(self._device)
