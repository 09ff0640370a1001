"""The parameters of FluoGAN, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.params import Params, param


class FluoganParams(Params):
    """Weights, sizes and steps of the method. All weights are dimensionless and mean the same at every light level."""

    zoom: int = param(
        6, label="Zoom L", unit="fine pixels per pixel", ge=1, le=12, group="Reconstruction",
        help="Fine pixels per camera pixel along an axis. The estimate has zoom² times as many pixels as a frame.",
    )  # fmt: skip
    steps: int = param(
        2000, label="Steps", ge=1, le=1_000_000, group="Reconstruction", logarithmic=True,
        help="Steps of the whole run, those of the mean fit included. More steps sharpen further; "
        "a finished run can be continued with more.",
    )  # fmt: skip
    gamma: float = param(
        1.0, label="Data weight γ", gt=0, le=1e6, group="Weights", logarithmic=True,
        equation="γ/2 Σ w (Ψx + b − ȳ)²",
        help="How strongly the simulated mean must agree with the recorded one. Each pixel counts by its own noise, "
        "w = 1 / var(ȳ), measured on the frames.",
    )  # fmt: skip
    lambda1: float = param(
        1.0, label="Sparsity λ1", ge=0, le=1e6, group="Weights", logarithmic=True, equation="λ1 ‖x‖₁",
        help="Pulls empty pixels of the estimate to zero: larger gives finer and fewer structures, and dims them. "
        "In units that make 1 serve dim and bright stacks alike.",
    )  # fmt: skip
    lambda2: float = param(
        1.0, label="Smooth background λ2", ge=0, le=1e6, group="Weights", logarithmic=True,
        equation="λ2/2 ‖∇b‖²",
        help="Keeps the background from following structures: larger is smoother. At 1 it can follow changes over "
        "more than about eight widths of the PSF.",
    )  # fmt: skip
    delta: Literal[0, 1] = param(
        1, label="Adversarial term δ", group="Weights", equation="− δ Σ D(y_sim)",
        help="1 lets a critic network compare simulated with recorded frames after the mean fit; 0 fits the mean alone "
        "and is much faster.",
    )  # fmt: skip
    warmup_steps: int = param(
        1500, label="Mean-fit steps before the critic", ge=0, le=1_000_000, group="Critic", advanced=True,
        help="With δ = 1 the first steps fit the mean alone. At most three quarters of all steps are taken for it.",
    )  # fmt: skip


def warmup_length(params: FluoganParams) -> int:
    """Steps of the mean fit before the critic comes in; all of them with δ = 0."""
    if params.delta == 0:
        return params.steps
    return min(params.warmup_steps, (3 * params.steps) // 4)
