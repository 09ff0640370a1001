"""eSRRF as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.esrrf.params import EsrrfParams


class EsrrfMethod:
    """Radial gradient convergence of each frame, and its average, variance or autocorrelation over time."""

    name = "esrrf"
    title = "eSRRF"
    summary = "Enhanced super-resolution radial fluctuations: where brightness gradients converge, frame by frame."
    citation = (
        "Laine et al., High-fidelity 3D live-cell nanoscopy through data-driven enhanced super-resolution radial "
        "fluctuation, Nature Methods 20, 1949 (2023)."
    )
    params_type = EsrrfParams
    presets = (
        Preset("default", "Defaults", "The method's parameters as at first.", {}),
        Preset("blinking", "Blinking molecules", "Correlation of each frame with the next.", {"temporal": "TAC2"}),
    )

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        unit, words = "no unit", "convergence of gradients"
        if params.intensity_weighting:
            unit, words = "convergence × photons", "convergence × photons per frame per camera pixel"
        if params.temporal == "AVG":
            return Claims("eSRRF", unit, words if params.intensity_weighting else f"{words}, 0 to 1, no unit")
        squared = "(convergence × photons)²" if params.intensity_weighting else "no unit"
        what = "variance over time of" if params.temporal == "VAR" else "covariance of consecutive frames of"
        return Claims(f"eSRRF {params.temporal}", squared, f"{what} {words}", signed=params.temporal == "TAC2")

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.esrrf.solver import EsrrfSolver

        return EsrrfSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        from fluogan_app.core.methods.radial.memory import radial_memory

        return radial_memory(shape_tyx, params.zoom, {"AVG": 1, "VAR": 4, "TAC2": 8}[params.temporal])
