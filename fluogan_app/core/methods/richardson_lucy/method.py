"""Richardson–Lucy deconvolution of the mean frame as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.richardson_lucy.params import RichardsonLucyParams
from fluogan_app.core.units import FINE_UNIT


class RichardsonLucyMethod:
    """The likeliest light for photons counted one by one (Richardson 1972, Lucy 1974)."""

    name = "richardson_lucy"
    title = "Richardson–Lucy"
    summary = (
        "The mean frame deconvolved step by step towards the light that makes it likeliest, with or without total "
        "variation."
    )
    citation = (
        "W. H. Richardson: Bayesian-based iterative method of image restoration. J. Opt. Soc. Am. 62, 55 (1972). "
        "L. B. Lucy: An iterative technique for the rectification of observed distributions. Astron. J. 79, 745 "
        "(1974). With total variation: N. Dey et al., Microsc. Res. Tech. 69, 260 (2006)."
    )
    params_type = RichardsonLucyParams
    presets = (
        Preset("default", "Defaults", "The method's parameters as at first.", {}),
        Preset(
            "total-variation", "With total variation", "Dey et al. 2006: λ = 0.002, without acceleration.",
            {"total_variation": 0.002, "acceleration": False},
        ),
    )  # fmt: skip

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        background = params.background == "smooth"
        return Claims("Estimate", FINE_UNIT, "photons per frame per fine pixel", photons=True, background=background)

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.richardson_lucy.solver import RichardsonLucySolver

        return RichardsonLucySolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        return 100_000_000 + 4 * height * width * (4 * frames + 12 * params.zoom**2 + 24)
