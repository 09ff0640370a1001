"""LSPARCOM as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.lsparcom.params import LsparcomParams
from fluogan_app.core.methods.sparcom.method import DEVIATION, VARIANCE

#: What the libraries take once they are at work.
_LOADED_BYTES = 150_000_000
#: Frames whose products are summed in one step.
BATCH = 16
#: The network's grid has at most so many pixels along a camera pixel (a PSF of FWHM 1 pixel).
_MOST_INNER = 10


class LsparcomMethod:
    """SPARCOM's iterations as ten folds of a network that was trained on simulated recordings."""

    name = "lsparcom"
    title = "LSPARCOM"
    summary = (
        "A network that stands for ten learned iterations of SPARCOM sharpens what the pixels' common fluctuations "
        "show; of steady light it shows nothing but noise."
    )
    citation = (
        "G. Dardikman-Yoffe, Y. C. Eldar: Learned SPARCOM: unfolded deep super-resolution microscopy. "
        "Optics Express 28, 27736–27763 (2020)."
    )
    params_type = LsparcomParams
    presets = (Preset("default", "Defaults", "The method's parameters as at first.", {}),)

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        return DEVIATION if params.shown == "deviation" else VARIANCE

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.lsparcom.solver import LsparcomSolver

        return LsparcomSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        inner = height * width * _MOST_INNER**2
        return _LOADED_BYTES + 4 * height * width * (5 * frames + 4 * params.zoom**2) + 4 * 24 * inner
