"""The parameters of the mean image, declared once."""

from __future__ import annotations

from typing import Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param


class MeanParams(GridParams):
    """The grid, what is taken over time, and how it is drawn between the pixels."""

    statistic: Literal["mean", "deviation"] = param(
        "mean", label="Statistic over time", group="Reconstruction",
        equation="ȳ = Σ_t y_t / T;  s² = Σ_t (y_t − ȳ)² / (T − 1)",
        help="“mean” is the ordinary image of the microscope. “deviation” shows by how much each pixel changes from "
        "frame to frame, the simplest picture of what blinks; the noise of light and camera and any fading are in "
        "it, nothing is taken off.",
    )  # fmt: skip
    interpolation: Literal["bicubic", "fourier"] = param(
        "bicubic", label="Between the pixels", group="Reconstruction",
        help="How the fine pixels are filled in. “bicubic” draws cubic splines through the camera's pixels; “fourier” "
        "goes on with the field's own waves and adds none, which is exact for a well sampled image, and rings around "
        "single bright pixels.",
    )  # fmt: skip
