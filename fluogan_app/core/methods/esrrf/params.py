"""The parameters of eSRRF, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param

LAINE = "Laine et al. 2023"


class EsrrfParams(GridParams):
    """How far gradients are looked for, how sharply their convergence counts, and what becomes of it over time."""

    group_help: ClassVar[Mapping[str, str]] = {
        "Reconstruction": "How fine the image is drawn, and how each frame is turned into a map of where its "
        "brightness gradients converge.",
        "Over time": "What the maps of all frames come to in one image.",
    }
    radius: float = param(
        1.5, label="Radius R", unit="camera pixels", ge=0.5, le=6.0, group="Reconstruction",
        equation="W(d) = [d exp(−d² / 2σ²)]⁴, σ = R / 2.355", source=LAINE,
        help="How far from a fine pixel the gradients count: about half the width of the blur is usual. Smaller shows "
        "finer detail and more noise; larger merges neighbours.",
    )  # fmt: skip
    sensitivity: float = param(
        1.0, label="Sensitivity S", ge=1, le=10, group="Reconstruction", equation="RGC → RGCˢ", source=LAINE,
        help="How strongly places where gradients converge well are preferred. Higher is sharper, and makes faint "
        "structures fainter and lines dotted.",
    )  # fmt: skip
    temporal: Literal["AVG", "VAR", "TAC2"] = param(
        "AVG", label="Temporal analysis", group="Over time",
        equation="AVG ⟨r⟩, VAR ⟨d²⟩, TAC2 ⟨d_t d_t+1⟩, d = r − ⟨r⟩", source=LAINE,
        help="AVG is the mean of all frames' maps and serves steady light too. VAR, the variance, and TAC2, the "
        "correlation of each frame with the next, show what blinks: TAC2 leaves out noise, but needs molecules that "
        "stay bright longer than a frame.",
    )  # fmt: skip
    intensity_weighting: bool = param(
        True, label="Weight by brightness", group="Reconstruction", source=LAINE,
        help="Multiplies each map by the frame's own brightness there. Without it noise in dark places is as bright as "
        "structures.",
    )  # fmt: skip
    between_pixels: Literal["cubic", "cosines"] = param(
        "cubic", label="Between the pixels", group="Reconstruction", advanced=True, source=LAINE,
        help="How the frames are continued between their pixels: by a cubic through four of them (Catmull and Rom), "
        "or by cosines through all (Fourier interpolation), which follows fine noise and rings beside what is sharper "
        "than a pixel.",
    )  # fmt: skip
    pattern_correction: bool = param(
        False, label="Even out the pixels' pattern", group="Reconstruction", advanced=True, source=LAINE,
        help="Divides the fine pixels by the mean of all that lie at the same place in their camera pixel, over the "
        "mean of all: small radii and high sensitivities leave a pattern of the camera's pixels. It holds for "
        "structures that lie at all places alike, and weakens a line that runs along the camera's rows.",
    )  # fmt: skip
