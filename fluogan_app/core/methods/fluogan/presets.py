"""The papers' settings by name, as far as their texts state them.

What they do not state keeps its default: γ, λ1 and λ2 (“chosen manually”), the penalty λ and Adam's rate. Batch size,
k̄ and the units of the fully connected layers for 2023 are those of the program that was published with the paper.
Step sizes follow from the model here: the published ones, set by hand, diverge or stall away from the light level that
they were set for.
"""

from __future__ import annotations

from fluogan_app.core.methods.base import Preset

#: Both papers fit fine pixels, let all camera pixels count alike, and have the critic from the first step on.
_PUBLISHED = {
    "delta": 1, "steps": 5000, "weighting": "uniform", "detail": 0.0, "warmup_steps": 0, "critic_channels": 32,
    "critic_steps": 1, "critic_head": "sigmoid",
}  # fmt: skip

PRESETS = (
    Preset("default", "Defaults", "The method's parameters as at first; optics and camera stay as they are.", {}),
    Preset(
        "paper-2023", "As published in 2023",
        "Cachia et al. 2023: zoom 6, 5000 steps, frames drawn by eq. 4, sampled data term of eq. 14, critic of three "
        "5 × 5 convolutions with max pooling and sigmoid on whole frames, 32 in a batch.",
        {**_PUBLISHED, "zoom": 6, "generator": "poisson", "data_term": "sampled", "critic": "paper-2023",
         "batch_size": 32},
    ),
    Preset(
        "paper-2024", "As published in 2024",
        "2024 (double Poisson): zoom 4, 5000 steps, frames drawn by eq. 1 with κ = 1, data term in closed form "
        "(eq. 11), critic of three 3 × 3 convolutions with max pooling and sigmoid on whole frames, 200 in a batch.",
        {**_PUBLISHED, "zoom": 4, "generator": "double-poisson", "kappa": 1.0, "data_term": "mean",
         "critic": "paper-2024", "batch_size": 200},
    ),
)  # fmt: skip
