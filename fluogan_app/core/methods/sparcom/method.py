"""SPARCOM as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.sparcom.params import SparcomParams

#: What the libraries take once they are at work.
_LOADED_BYTES = 100_000_000
#: Frames whose products are summed in one step.
BATCH = 16
VARIANCE = Claims("Variance", "photons²/fine px", "variance of the light of a fine pixel, photons² per frame")
DEVIATION = Claims("Deviation", "photons/fine px", "standard deviation of the light of a fine pixel, photons per frame")


class SparcomMethod:
    """Sparse sources whose independent blinking explains how pixels fluctuate together.

    Of use where molecules blink. Where light is steady it shows noise, and says so.
    """

    name = "sparcom"
    title = "SPARCOM"
    summary = (
        "Few blinking sources are sought that explain how the camera's pixels fluctuate together; of steady light it "
        "shows nothing but noise."
    )
    citation = (
        "O. Solomon, Y. C. Eldar, M. Mutzafi, M. Segev: SPARCOM: Sparsity based super-resolution correlation "
        "microscopy. SIAM Journal on Imaging Sciences 12, 392–419 (2019)."
    )
    params_type = SparcomParams
    presets = (
        Preset("default", "Defaults", "The method's parameters as at first.", {}),
        Preset(
            "paper-2019", "As published in 2019",
            "Solomon et al. 2019: all pairs at lag 0, camera noise included, ℓ1, plain λ.",
            {"pairs": "all", "penalty": "l1"},
        ),
        Preset(
            "slow", "Molecules that stay on",
            "Products of successive frames, for molecules that stay on for several frames: the camera's noise drops "
            "out although each pixel's own products count too.",
            {"pairs": "all", "lag": 1},
        ),
    )  # fmt: skip

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        return DEVIATION if params.shown == "deviation" else VARIANCE

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.sparcom.solver import SparcomSolver

        return SparcomSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        fine = height * width * params.zoom**2
        stack = 4 * frames * height * width
        passing = 0 if params.pairs == "own" else 4 * 3 * (BATCH + params.lag) * fine
        return _LOADED_BYTES + 5 * stack + passing + 4 * 16 * fine
