"""COL0RME as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.col0rme.params import Col0rmeParams
from fluogan_app.core.methods.support_memory import support_memory_bytes

#: Of the published program: all pixels count alike, noise is even, and bleaching stays in.
_PUBLISHED = {"noise_model": "even", "trend": "kept", "weighting": "uniform", "zoom": 4}


class Col0rmeMethod:
    """Covariance-based ℓ0 super-resolution microscopy with intensity estimation."""

    name = "col0rme"
    title = "COL0RME"
    summary = (
        "Finds where molecules blink from how camera pixels fluctuate together, then how bright it is there from the "
        "mean. Needs molecules that blink by themselves, in a sample that stays in its place."
    )
    citation = (
        "Stergiopoulou, Calatroni, de Morais Goulart, Schaub, Blanc-Féraud: COL0RME: Super-resolution microscopy based "
        "on sparse blinking fluorophore localization and intensity estimation. Biological Imaging 2 (2022)."
    )
    params_type = Col0rmeParams
    presets = (
        Preset("default", "Defaults", "The method's parameters as at first.", {}),
        Preset(
            "cel0", "Dots (CEL0)", "The fewest places that explain the covariances, found nine times from different "
            "beginnings and laid over each other: sharp, but lines come out dotted.",
            {"penalty": "cel0", "gamma": 3e-5, "restarts": 8},
        ),
        Preset(
            "tv", "Bands (total variation)", "Few edges instead of few places: bands as wide as the recording can "
            "tell, nearest to the truth in brightness, but two lines closer than about half the PSF stay one.",
            {"penalty": "tv", "gamma": 5e-3},
        ),
        Preset(
            "published-l1", "As published, ℓ1", "Stergiopoulou et al. 2022 with the program that was published with "
            "it: zoom 4, ℓ1 with γ = 0.0005, 400 steps, even noise, bleaching not taken off.",
            {**_PUBLISHED, "penalty": "l1", "gamma": 5e-4, "support_steps": 400, "beta": 40.0},
        ),
        Preset(
            "published-cel0", "As published, CEL0", "The same with CEL0 and up to ten restarts. Its γ = 0.0005 refers "
            "to another λ_max; for a sample of usual size it is about 0.0001 here.",
            {**_PUBLISHED, "penalty": "cel0", "gamma": 1e-4, "support_steps": 400, "restarts": 9, "beta": 40.0},
        ),
    )  # fmt: skip

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        return LIGHT

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.col0rme.solver import Col0rmeSolver

        return Col0rmeSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        return support_memory_bytes(shape_tyx, params.zoom)
