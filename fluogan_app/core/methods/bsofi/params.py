"""The parameters of balanced SOFI, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.methods.sofi.params import GEISSBUEHLER_2012, SofiParams
from fluogan_app.core.params import param, redeclared


class BsofiParams(GridParams):
    """The grid, what is shown, and how cumulants are taken."""

    quantity: Literal["image", "on-time-ratio", "brightness", "density"] = param(
        "image", label="What is shown", group="Image", source=GEISSBUEHLER_2012,
        equation="K₁ = κ₃/κ₂, K₂ = κ₄/κ₂:  ε² = 3 K₁² − 2 K₂,  ρ = (1 − K₁/ε)/2,  N = κ₂ / (ε² ρ (1 − ρ))",
        help="“image” is the sharpened cumulant made linear in brightness. The others are maps of what cumulants of "
        "orders 2, 3 and 4 together tell of the molecules: for which share of the time they are bright, how bright, "
        "and how many there are; empty where the noise is too large to tell. They need thousands of frames.",
    )  # fmt: skip
    order: Literal[2, 3, 4] = redeclared(SofiParams, "order", 2)
    window_frames: int = redeclared(SofiParams, "window_frames", 100)
    sharpening_steps: int = redeclared(SofiParams, "sharpening_steps", 100)
    smoothing: float = param(
        1.0, label="Smoothing of maps", unit="PSF widths", ge=0.2, le=10, group="Image", advanced=True,
        help="Cumulants are averaged over so many widths of the PSF before the maps are made of them: larger is less "
        "noisy, and less sharp.",
    )  # fmt: skip

    def without_effect(self) -> Mapping[str, str]:
        """See Params."""
        if self.quantity == "image":
            return {"smoothing": "Of no effect on the image: only maps are smoothed."}
        return {"order": "Of no effect on maps: they are made of orders 2, 3 and 4."}
