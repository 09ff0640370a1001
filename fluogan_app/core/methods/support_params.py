"""Parameters of methods that first find where molecules blink, and then how bright it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from fluogan_app.core.methods.grid_params import GridParams
from fluogan_app.core.params import param

_PAPER = "Stergiopoulou et al. 2022"


class SupportParams(GridParams):
    """The grid, what is taken for noise in the covariances, and the second stage."""

    group_help: ClassVar[Mapping[str, str]] = {
        "Reconstruction": "How fine the estimate is drawn.",
        "Support": "First stage: where molecules blink, from how camera pixels fluctuate together.",
        "Intensity": "Second stage: how bright each place of the support is, and the light out of focus, from the mean "
        "of the frames.",
    }
    noise_model: Literal["even", "photons", "free"] = param(
        "even", label="Noise of a pixel", group="Support", equation="R_y = Ψ diag(r_x) Ψᵀ + diag(n)",
        source=_PAPER, advanced=True,
        help="What the noise adds to the variance of a camera pixel. “even”: the same in all, as published. “photons”: "
        "a part that grows with the light, as counted light does. “free”: each pixel its own, so that only what "
        "different pixels do together counts as blinking. On simulated lines that blink by 4 or 20 photons the last "
        "two come up to a sixth nearer to the truth, and part fewer of the closest lines.",
    )  # fmt: skip
    trend: Literal["removed", "kept"] = param(
        "removed", label="Slow trend", group="Support", advanced=True,
        help="Bleaching makes all pixels fade together, which is no blinking: “removed” takes each pixel's slow trend "
        "off first; “kept” takes off the mean alone, as published: on simulated lines that fade to 78 % it left those "
        "150 nm apart unresolved in two rows of three.",
    )  # fmt: skip
    light_steps: int = param(
        400, label="Steps for intensities", ge=1, le=100_000, group="Intensity", advanced=True, logarithmic=True,
        help="Steps of the second stage; μ is corrected every 40 of them, with fewer than 140 perhaps not at all: it "
        "stays at 0.1 then.",
    )  # fmt: skip
    mu: float | None = param(
        None, label="Smooth intensities μ", ge=0, le=1e4, group="Intensity", advanced=True, logarithmic=True,
        none_text="by the noise", equation="μ/2 ‖∇_Ω x‖²", source=_PAPER,
        help="Evens out the intensities of neighbours on the support. Left empty, it is as large as the noise of the "
        "mean frame allows (discrepancy principle).",
    )  # fmt: skip
    beta: float = param(
        10.0, label="Smooth background β", ge=0, le=1e6, group="Intensity", logarithmic=True,
        equation="β/2 ‖∇b‖²", source=_PAPER,
        help="Keeps the background from following structures: larger is smoother. Its finest changes are about √β "
        "camera pixels wide.",
    )  # fmt: skip
    discrepancy: float = param(
        1.0, label="Discrepancy ν²", gt=0, le=100, group="Intensity", advanced=True, logarithmic=True,
        equation="Σ w (Ψx + b − ȳ)² = ν² Σ w n / T", source=_PAPER,
        help="How large the residual of the mean frame is to be, in multiples of its noise: μ is found so that it is. "
        "More than 1 gives smoother intensities.",
    )  # fmt: skip
    weighting: Literal["uniform", "noise"] = param(
        "uniform", label="Weight of pixels", group="Intensity", advanced=True, equation="w = 1, or n̄ / n",
        help="“uniform” lets all camera pixels count alike in the second stage, as published; “noise” lets each count "
        "by its own noise.",
    )  # fmt: skip

    def without_effect(self) -> Mapping[str, str]:
        """See Params: the discrepancy where μ is given."""
        if self.mu is None:
            return {}
        return {"discrepancy": "Of no effect while μ is given: it only says how μ is found."}
