"""The parameters of plain proximal gradient fits of the mean, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param


class FistaParams(GridParams):
    """The grid, what the estimate is held to, and for how long it is fitted."""

    penalty: Literal["l1", "cel0", "tv"] = param(
        "l1", label="Penalty R", group="Weights",
        equation="½ Σ w (Ψx + b − ȳ)² + λ R(x) + λ2/2 ‖∇b‖²,  x ≥ 0, b ≥ 0",
        source="ℓ1: Beck and Teboulle 2009; CEL0: Soubies et al. 2015; TV: Rudin et al. 1992",
        help="“l1” asks for few bright places and dims them all a little; “cel0” counts bright places, whatever their "
        "brightness, and makes lines into dots; “tv” asks for even areas with short borders.",
    )  # fmt: skip
    sparsity: float | None = param(
        None, label="Strength λ / λ_max", gt=0, le=1, group="Weights", logarithmic=True,
        none_text="usual for the penalty", equation="λ = fraction · λ_max",
        help="The penalty's weight as a part of that from which on the estimate would be empty; for “tv” that of “l1”. "
        "Larger gives fewer and finer structures. Left empty: 0.001 for “l1”, 0.00001 for “cel0”, 0.00003 for “tv”, "
        "chosen on hundreds of frames: on dim or few frames it lies below the noise, and a larger one is safer.",
    )  # fmt: skip
    smoothness: float = param(
        1.0, label="Smooth background λ2", ge=0, le=1e6, group="Weights", logarithmic=True, equation="λ2/2 ‖∇b‖²",
        help="Keeps the background from following structures: larger is smoother. 1 lets it follow waves longer than "
        "five widths of the PSF.",
    )  # fmt: skip
    weighting: Literal["noise", "uniform"] = param(
        "noise", label="Weight of pixels", group="Weights", advanced=True, equation="w = 1 / var(ȳ)",
        help="“noise” lets each pixel count by its own noise, w = 1 / var(ȳ); “uniform” lets all count alike, as the "
        "papers write it.",
    )  # fmt: skip
    steps: int = param(
        500, label="Steps", ge=1, le=1_000_000, group="Reconstruction", logarithmic=True,
        help="Steps of the fit. Too few leave the picture blurred; from where nothing changes any more, more are of no "
        "use.",
    )  # fmt: skip
