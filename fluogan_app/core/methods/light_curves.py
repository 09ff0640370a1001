"""What is followed over the steps by methods that fit light to the mean frame: misfit, photons, and convergence."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fluogan_app.core.data.result import Metric
from fluogan_app.core.methods.weights import Noise

PHOTONS = (
    Metric("photons_estimate", "Estimate Σx", "photons", "photons"),
    Metric("photons_background", "Background Σb", "photons", "photons"),
    Metric("photons_simulated", "Simulated Σy", "photons", "photons"),
    Metric("photons_recorded", "Recorded Σy", "photons", "photons"),
)
CONVERGENCE = (
    Metric("relative_change", "Relative change of Ψx + b", "", "convergence"),
    Metric("discrepancy", "Discrepancy, fitted", "", "convergence"),
)


class LightCurves:
    """Photons of the wanted part of a field, without its margin, and how the simulated mean agrees and moves.

    mean, weights: (Y, X) recorded mean in photons, and 1 / its variance, 0 where a pixel does not count.
    """

    def __init__(self, noise: Noise, wanted_yx: tuple[slice, slice], zoom: int, like: torch.Tensor) -> None:
        self.mean = torch.from_numpy(noise.mean).to(like)
        self.weights = torch.from_numpy(1.0 / noise.mean_variance).to(like)
        self._rows, self._columns = wanted_yx
        self._fine_rows, self._fine_columns = (slice(zoom * part.start, zoom * part.stop) for part in wanted_yx)

    def metrics(
        self, estimate: torch.Tensor, background: torch.Tensor, simulated: torch.Tensor, before: torch.Tensor
    ) -> Mapping[str, torch.Tensor]:
        """Those of PHOTONS and CONVERGENCE for x, b and Ψx + b; `before` is Ψx + b one step earlier."""
        return {
            "photons_estimate": estimate[self._fine_rows, self._fine_columns].sum(),
            "photons_background": self._sum(background),
            "photons_simulated": self._sum(simulated),
            "photons_recorded": self._sum(self.mean),
            "relative_change": (simulated - before).norm() / before.norm().clamp(min=1e-30),
            "discrepancy": self.discrepancy(simulated),
        }

    def discrepancy(self, simulated: torch.Tensor) -> torch.Tensor:
        """Mean of (Ψx + b − ȳ)² / var(ȳ), 0-d: 1 where only noise is left."""
        return ((simulated - self.mean).square() * self.weights).mean()

    def _sum(self, image: torch.Tensor) -> torch.Tensor:
        return image[self._rows, self._columns].sum()
