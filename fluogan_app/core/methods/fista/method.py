"""Plain accelerated proximal gradient fits of the mean frame as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.fista.params import FistaParams


class FistaMethod:
    """The textbook way to a sparse or even estimate (Beck and Teboulle 2009)."""

    name = "fista"
    title = "FISTA on the mean"
    summary = (
        "The mean frame deconvolved under a penalty on bright places, on their number, or on borders: the textbook "
        "method, step by step."
    )
    citation = (
        "A. Beck, M. Teboulle: A fast iterative shrinkage-thresholding algorithm for linear inverse problems. SIAM J. "
        "Imaging Sci. 2, 183 (2009). CEL0: E. Soubies, L. Blanc-Féraud, G. Aubert: A continuous exact ℓ0 penalty "
        "(CEL0) for least squares regularized problem. SIAM J. Imaging Sci. 8, 1607 (2015)."
    )
    params_type = FistaParams
    presets = (
        Preset("default", "Sparse (ℓ1)", "The method's parameters as at first.", {}),
        Preset("cel0", "Few places (CEL0)", "Counts bright places instead of their light.", {"penalty": "cel0"}),
        Preset("tv", "Even areas (TV)", "Asks for even areas with short borders.", {"penalty": "tv"}),
    )  # fmt: skip

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        return LIGHT

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.fista.solver import FistaSolver

        return FistaSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        images = 24 if params.penalty == "tv" else 16
        return 100_000_000 + 4 * height * width * (4 * frames + images * params.zoom**2 + 30)
