"""The parameters of SRRF, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param

GUSTAFSSON = "Gustafsson et al. 2016"


class SrrfParams(GridParams):
    """The ring on which gradients are looked at, what weighs their convergence, and what becomes of it over time."""

    group_help: ClassVar[Mapping[str, str]] = {
        "Reconstruction": "How fine the image is drawn, and how each frame is turned into a map of radiality: whether "
        "the brightness gradients on a ring around a fine pixel point to it.",
        "Over time": "What the maps of all frames come to in one image.",
    }
    ring_radius: float = param(
        0.5, label="Ring radius r", unit="camera pixels", ge=0.1, le=3.0, group="Reconstruction",
        equation="R = 1/N Σ_k ± (1 − d_k / r)²", source=GUSTAFSSON,
        help="The gradients are looked at this far from each fine pixel. Smaller shows finer detail and more noise; "
        "larger merges neighbours.",
    )  # fmt: skip
    ring_axes: int = param(
        6, label="Axes of the ring", ge=2, le=12, group="Reconstruction", advanced=True, source=GUSTAFSSON,
        help="Half the number of points on the ring. More are slower and hardly differ.",
    )  # fmt: skip
    temporal: Literal["AVG", "VAR", "MIP", "TRPPM", "TRAC2", "TRAC3", "TRAC4"] = param(
        "AVG", label="Temporal analysis", group="Over time", source=GUSTAFSSON,
        equation="AVG ⟨R⟩, MIP max R, TRPPM ⟨R_s R_t⟩, VAR and TRAC cumulants of R",
        help="AVG is the mean of all frames' maps, for steady light too. MIP is their maximum, for few molecules at a "
        "time. TRPPM is the mean product of pairs of frames. VAR and TRAC 2 to 4 show what blinks: TRAC correlates 2 "
        "to 4 frames that follow one another, higher ones finer, and with more noise.",
    )  # fmt: skip
    intensity_weighting: bool = param(
        True, label="Weight by brightness", group="Reconstruction", source=GUSTAFSSON,
        help="Multiplies by the frames' own brightness there. Without it noise in dark places is as bright as "
        "structures.",
    )  # fmt: skip
    gradient_weighting: bool = param(
        False, label="Weight by gradient", group="Reconstruction", advanced=True, source=GUSTAFSSON,
        help="Multiplies each map by how much steeper the brightness is at half the width of the blur around than in "
        "the middle, over that brightness: for dense samples on a high background.",
    )  # fmt: skip
    keep_negative: bool = param(
        False, label="Keep divergence", group="Reconstruction", advanced=True, source=GUSTAFSSON,
        help="Keeps radiality below zero, where gradients point away, instead of counting it as zero.",
    )  # fmt: skip
