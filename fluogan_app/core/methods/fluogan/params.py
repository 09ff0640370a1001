"""The parameters of FluoGAN, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.params import Params, param


class FluoganParams(Params):
    """Weights, sizes and steps of the method. All weights are dimensionless and serve every light level."""

    zoom: int = param(
        6, label="Zoom L", ge=1, le=12, group="Reconstruction",
        help="Fine pixels per camera pixel along an axis.",
    )  # fmt: skip
    gamma: float = param(
        1.0, label="Data weight γ", ge=0, le=1e6, group="Weights", logarithmic=True,
        help="How strongly the simulated frames must agree with the recorded ones.",
    )  # fmt: skip
    lambda1: float = param(
        1.0, label="Sparsity λ1", ge=0, le=1e6, group="Weights", logarithmic=True,
        help="Pulls empty pixels of the estimate to zero: larger gives finer and fewer structures.",
    )  # fmt: skip
    lambda2: float = param(
        1.0, label="Smooth background λ2", ge=0, le=1e6, group="Weights", logarithmic=True,
        help="Keeps the background from following fine structures: larger is smoother.",
    )  # fmt: skip
    delta: Literal[0, 1] = param(
        1, label="Adversarial term δ", group="Weights",
        help="1 lets the critic compare simulated and recorded frames; 0 fits the mean alone and is much faster.",
    )  # fmt: skip
    steps: int = param(
        1000, label="Steps", ge=1, le=1_000_000, group="Reconstruction", logarithmic=True,
        help="Steps of the whole run.",
    )  # fmt: skip
