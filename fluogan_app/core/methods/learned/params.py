"""How a network is trained, as far as all kinds share it, declared once."""

from __future__ import annotations

from fluogan_app.core.params import Params, param


class TrainingParams(Params):
    """Steps, batches and the optimiser's rate."""

    steps: int = param(
        6000, label="Steps", ge=1, le=1_000_000, group="Training",
        help="Batches that the network sees. Each lowers the loss a little; the best network by validation is kept.",
    )  # fmt: skip
    batch: int = param(
        8, label="Batch", unit="images", ge=1, le=256, group="Training", help="Images of one step."
    )
    learning_rate: float = param(
        2e-3, label="Learning rate", gt=0, le=1.0, group="Training", logarithmic=True, advanced=True,
        equation="η_k = η/2 (1 + cos(π k / steps))", source="Loshchilov and Hutter 2017",
        help="Length of Adam's first steps; it falls to zero along half a cosine.",
    )  # fmt: skip
    validate_every: int = param(
        250, label="Validation after every", unit="steps", ge=1, le=1_000_000, group="Training", advanced=True,
        help="How often the network is tried on images that it never learns from, and a checkpoint is written.",
    )  # fmt: skip
    seed: int = param(
        0, label="Seed", ge=0, le=2**31 - 1, group="Training",
        help="Start of the random numbers: of the images, their noise, the first weights and the batches.",
    )  # fmt: skip
