"""How the denoiser is trained, declared once."""

from __future__ import annotations

from fluogan_app.core.methods.learned.params import TrainingParams
from fluogan_app.core.params import param, redeclared


class DenoiserTraining(TrainingParams):
    """Images to learn from, their noise, and how far the regulariser's gradient is kept from stretching distances."""

    pairs: int = param(
        500, label="Training images", ge=1, le=100_000, group="Images", source="Stergiopoulou 2023",
        help="Simulated covariance images: filaments, lines, rings, curves, points, writing and filled spots.",
    )  # fmt: skip
    validation: int = param(
        100, label="Validation images", ge=1, le=10_000, group="Images",
        help="Images that are never learned from; the network that does best on them is kept.",
    )  # fmt: skip
    side: int = param(
        64, label="Side", unit="fine pixels", ge=24, le=256, group="Images", advanced=True, help="Side of an image."
    )
    patch: int = param(
        48, label="Patch side", unit="fine pixels", ge=16, le=256, group="Images", advanced=True,
        help="Side of the squares that one step cuts from its images; no more than the images' own.",
    )  # fmt: skip
    sigma_max: float = param(
        50 / 255, label="Strongest noise", gt=0, le=1.0, group="Images", source="Stergiopoulou 2023",
        equation="σ uniform from 0 to this", help="Noise is as strong as this part of the brightest value, or weaker.",
    )  # fmt: skip
    breaking: float = param(
        2.0, label="Breaking", ge=0, le=50, group="Images",
        equation="noisy = clean · exp(g w − g²/2) + σ n, g = breaking · σ",
        help="Beside white noise n, brightness that varies at random over some fine pixels, w, and breaks lines into "
        "dots, as sparse methods do: the denoiser learns to close them. 0: white noise alone, as published.",
    )  # fmt: skip
    stretch_weight: float = param(
        5e-3, label="Weight of stretching", ge=0, le=1e3, group="Training", advanced=True,
        equation="mean over images of max(‖∂∇R/∂z‖ − 0.9, 0)²", source="after Hurault et al. 2022",
        help="Holds the regulariser's gradient below stretching distances, so that the denoiser is a proximal map.",
    )  # fmt: skip
    learning_rate: float = redeclared(TrainingParams, "learning_rate", 3e-3)
    steps: int = redeclared(TrainingParams, "steps", 2500)
