"""The mean of the frames, or their deviation, as a method of the house: what every other one must do better than."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.mean.params import MeanParams
from fluogan_app.core.units import FINE_UNIT

_DEVIATION = Claims(
    "Standard deviation", "photons/px", "photons per camera pixel, standard deviation from frame to frame",
    blurred=True,
)


class MeanMethod:
    """What a microscope shows without any method: the mean over time."""

    name = "mean"
    title = "Mean"
    summary = "The mean of the frames, drawn on the fine grid: what the microscope shows without any method."
    citation = "No publication: the diffraction-limited picture that all others are compared with."
    params_type = MeanParams
    presets = (
        Preset("default", "Defaults", "The method's parameters as at first.", {}),
        Preset("deviation", "Standard deviation", "How much each pixel changes over time.", {"statistic": "deviation"}),
    )

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        if params.statistic == "deviation":
            return _DEVIATION
        words = "photons per frame per fine pixel, background included"
        return Claims("Mean", FINE_UNIT, words, photons=True, blurred=True)

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.mean.solver import MeanSolver

        return MeanSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        return 100_000_000 + 4 * height * width * (4 * frames + 8 * params.zoom**2)
