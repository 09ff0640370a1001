"""The parameters of Richardson–Lucy deconvolution, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param


class RichardsonLucyParams(GridParams):
    """The grid, for how long it goes on, and what keeps noise from growing."""

    steps: int = param(
        200, label="Steps", ge=1, le=1_000_000, group="Reconstruction", logarithmic=True,
        equation="x ← x · Ψᵀ(ȳ / (Ψx + b)) / Ψᵀ1", source="Richardson 1972; Lucy 1974",
        help="Each step sharpens a little more. With too many, noise is taken for structure: the number of steps is "
        "what holds it back. 200 suit hundreds of frames; on 50 dim frames of simulated lines 100 came nearer to "
        "the truth (NRMSE 0.36, not 0.53), and stopping at the noise too (0.43).",
    )  # fmt: skip
    stop: Literal["steps", "noise"] = param(
        "steps", label="Stop", group="Reconstruction",
        equation="mean of (Ψx + b − ȳ)² / var(ȳ) ≤ 1", source="Morozov 1966",
        help="“noise” leaves the image as it is once it explains the mean frame within the measured noise (the "
        "discrepancy principle); it is the smoother picture. “steps” goes on to the last step.",
    )  # fmt: skip
    total_variation: float = param(
        0.0, label="Total variation λ", ge=0, le=0.2, group="Reconstruction",
        equation="x ← x / (1 − λ div(∇x / |∇x|)) · Ψᵀ(ȳ / (Ψx + b)) / Ψᵀ1", source="Dey et al. 2006, eq. (11)",
        help="Makes even areas with sharp borders, which keeps noise down; 0 is the plain method. The authors take "
        "0.002 for single images; on a mean of hundreds of frames, which has little noise, that blurs, and 0.00001 "
        "is enough.",
    )  # fmt: skip
    acceleration: bool = param(
        True, label="Acceleration", group="Reconstruction", advanced=True,
        equation="x ← x + α (x − x_before)", source="Biggs and Andrews 1997",
        help="Goes ahead along the last change before each step: as far in some tens of steps as the plain method in "
        "some hundreds.",
    )  # fmt: skip
    background: Literal["smooth", "none"] = param(
        "smooth", label="Background", group="Reconstruction",
        help="“smooth” fits a smooth light under all structures together with the estimate; "
        "“none” leaves all light in the estimate, which is not as sharp then.",
    )  # fmt: skip
    camera_noise: bool = param(
        True, label="Camera's noise", group="Reconstruction", advanced=True,
        equation="ȳ + c over Ψx + b + c, c = constant variance / variance per photon", source="Snyder et al. 1993",
        help="Takes the part of the noise that does not come from light for light that is always there. Off, dark "
        "pixels are trusted as if they had no noise.",
    )  # fmt: skip
