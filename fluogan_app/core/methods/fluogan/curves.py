"""What is followed over the steps: the terms of the generator's and the critic's loss, photons, and convergence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import torch

from fluogan_app.core.data.result import Metric
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.methods.fluogan.model import Model, gradient_energy

METRICS = (
    Metric("loss_data", "Data term", "", "generator"),
    Metric("loss_sparsity", "Sparsity term", "", "generator"),
    Metric("loss_smoothness", "Background term", "", "generator"),
    Metric("loss_adversarial", "Adversarial term", "", "generator"),
    Metric("loss_generator", "Generator loss", "", "generator"),
    Metric("loss_critic", "Critic loss", "", "critic"),
    Metric("critic_real", "Score, recorded", "", "critic"),
    Metric("critic_simulated", "Score, simulated", "", "critic"),
    Metric("gradient_penalty", "Gradient penalty", "", "critic"),
    Metric("photons_estimate", "Estimate Σx", "photons", "photons"),
    Metric("photons_background", "Background Σb", "photons", "photons"),
    Metric("photons_simulated", "Simulated Σy", "photons", "photons"),
    Metric("photons_recorded", "Recorded Σy", "photons", "photons"),
    Metric("relative_change", "Relative change of Ψx + b", "", "convergence"),
    Metric("discrepancy", "Discrepancy, fitted", "", "convergence"),
)


class PhotonSums:
    """Sums over the wanted part of the field, without its margin."""

    def __init__(self, inner: Roi, model: Model) -> None:
        self._inner, self._unit = inner, model.unit_photons
        self._whole = (inner.height, inner.width) == tuple(model.mean.shape)

    def of_spots(self, spots: Sequence[torch.Tensor], model: Model) -> torch.Tensor:
        """Σx in photons, 0-d; spots count where their centre lies."""
        parts = zip(spots, model.textures)
        return self._unit * sum(self._cut(part, texture.kind.per_pixel).sum() for part, texture in parts)

    def of_image(self, image: torch.Tensor) -> torch.Tensor:
        """Sum of a camera image (Y, X) in photons, 0-d."""
        return self._unit * self._cut(image, 1).sum()

    def _cut(self, image: torch.Tensor, per_pixel: int) -> torch.Tensor:
        if self._whole:
            return image
        rows, columns = (slice(part.start * per_pixel, part.stop * per_pixel) for part in self._inner.slices)
        return image[rows, columns]


def generator_metrics(
    model: Model,
    sums: PhotonSums,
    spots: Sequence[torch.Tensor],
    background: torch.Tensor,
    simulated: torch.Tensor,
    before: torch.Tensor,
    judged: Mapping[str, torch.Tensor] = MappingProxyType({}),
) -> dict[str, torch.Tensor]:
    """The metrics of one step from the simulated mean Ψx + b after and before it, and from what the critic said."""
    discrepancy = model.misfit(simulated).mean()
    data = 0.5 * model.gamma * discrepancy * simulated.numel()
    sparsity = model.sparsity_term(spots)
    smoothness = model.smoothness * gradient_energy(background, model.boundary)
    return {
        "loss_data": data,
        "loss_sparsity": sparsity,
        "loss_smoothness": smoothness,
        "loss_generator": data + sparsity + smoothness + judged.get("loss_adversarial", 0.0),
        "photons_estimate": sums.of_spots(spots, model),
        "photons_background": sums.of_image(background),
        "photons_simulated": sums.of_image(simulated),
        "photons_recorded": sums.of_image(model.mean),
        "relative_change": (simulated - before).norm() / before.norm().clamp(min=1e-30),
        "discrepancy": discrepancy,
        **judged,
    }
