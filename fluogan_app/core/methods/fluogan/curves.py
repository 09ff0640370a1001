"""What is followed over the steps: the terms of the generator's and the critic's loss, photons, and convergence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from fluogan_app.core.data.result import Metric
from fluogan_app.core.methods.fluogan.model import Model, gradient_energy

METRICS = (
    Metric("loss_data", "Data term", "", "generator"),
    Metric("loss_sparsity", "Sparsity term", "", "generator"),
    Metric("loss_smoothness", "Background term", "", "generator"),
    Metric("loss_adversarial", "Adversarial term", "", "generator"),
    Metric("loss_generator", "Generator loss", "", "generator"),
    Metric("loss_critic", "Critic loss", "", "critic"),
    Metric("critic_real", "Score of recorded frames", "", "critic"),
    Metric("critic_simulated", "Score of simulated frames", "", "critic"),
    Metric("gradient_penalty", "Gradient penalty", "", "critic"),
    Metric("photons_estimate", "Estimate Σx", "photons", "photons"),
    Metric("photons_background", "Background Σb", "photons", "photons"),
    Metric("photons_simulated", "Simulated Σy", "photons", "photons"),
    Metric("photons_recorded", "Recorded Σy", "photons", "photons"),
    Metric("relative_change", "Relative change of Ψx", "", "convergence"),
    Metric("discrepancy", "Discrepancy", "", "convergence"),
)


def generator_metrics(
    model: Model, points: Sequence[torch.Tensor], before: Sequence[torch.Tensor], judged: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The metrics of one step from the points (spots …, b, Ψx) after and before it, and from what the critic said."""
    *spots, b, light = points
    discrepancy = model.discrepancy(light, b)
    data = 0.5 * model.gamma * discrepancy * light.numel()
    sparsity, smoothness = model.sparsity_term(spots), model.smoothness * gradient_energy(b)
    estimate, background = sum(part.sum() for part in spots), b.sum()
    unit = model.unit_photons
    return {
        "loss_data": data,
        "loss_sparsity": sparsity,
        "loss_smoothness": smoothness,
        "loss_generator": data + sparsity + smoothness + judged.get("loss_adversarial", 0.0),
        "photons_estimate": estimate * unit,
        "photons_background": background * unit,
        "photons_simulated": (light.sum() + background) * unit,
        "photons_recorded": model.mean.sum() * unit,
        "relative_change": (light - before[-1]).norm() / before[-1].norm().clamp(min=1e-30),
        "discrepancy": discrepancy,
        **judged,
    }
