"""How the unfolded network is trained, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.methods.learned.params import TrainingParams
from fluogan_app.core.params import param, redeclared


class UnfoldingTraining(TrainingParams):
    """What the network looks at, the fields it learns from, and how its loss weighs empty places."""

    looks_at: Literal["pairs", "variance"] = param(
        "pairs", label="Looks at", group="Images", source="“variance”: Dardikman-Yoffe and Eldar 2020",
        help="“pairs”: the covariances of every two different camera pixels, as SPARCOM does, without the camera's "
        "noise. “variance”: the variance image drawn on the network's grid, as published; what neighbouring pixels "
        "share is not in it.",
    )  # fmt: skip
    fields: int = param(
        120, label="Training fields", ge=1, le=100_000, group="Images",
        help="Simulated recordings of filaments, points, bars and letters at many light levels, widths of the PSF and "
        "ways of blinking.",
    )  # fmt: skip
    validation: int = param(
        24, label="Validation fields", ge=1, le=10_000, group="Images",
        help="Recordings that are never learned from; the network that does best on them is kept.",
    )  # fmt: skip
    fewest_frames: int = param(
        100, label="Fewest frames", ge=12, le=10_000, group="Images", advanced=True,
        help="Length of the shortest recordings.",
    )  # fmt: skip
    most_frames: int = param(
        400, label="Most frames", ge=12, le=10_000, group="Images", advanced=True,
        help="Length of the longest recordings.",
    )  # fmt: skip
    folds: int = param(
        10, label="Folds", ge=1, le=30, group="Network", advanced=True, source="Dardikman-Yoffe and Eldar 2020",
        help="Iterations that the network stands for.",
    )  # fmt: skip
    outside: float = param(
        0.1, label="Weight of empty places", ge=0, le=1000, group="Training", advanced=True, logarithmic=True,
        equation="(mean (x − x̂)² + weight · mean of |x̂| where there are no sources) / mean x²",
        source="after Dardikman-Yoffe and Eldar 2020",
        help="How much light where there is none costs, beside the error. With 1, as published for samples of few "
        "bright molecules, the network learns to show nothing where it is not sure.",
    )  # fmt: skip
    patch: int = param(
        96, label="Patch side", unit="network's pixels", ge=48, le=144, group="Training", advanced=True,
        help="Side of the squares that one step cuts from its fields.",
    )  # fmt: skip
    learning_rate: float = redeclared(TrainingParams, "learning_rate", 2e-2)
    steps: int = redeclared(TrainingParams, "steps", 700)
    validate_every: int = redeclared(TrainingParams, "validate_every", 50)
