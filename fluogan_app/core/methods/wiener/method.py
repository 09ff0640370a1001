"""Wiener deconvolution of the mean frame as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.wiener.params import WienerParams
from fluogan_app.core.units import FINE_UNIT


class WienerMethod:
    """The linear estimate with the least mean square error (Wiener 1949)."""

    name = "wiener"
    title = "Wiener deconvolution"
    summary = (
        "The mean frame sharpened wave by wave, as far as the measured noise allows: linear, quick, and with rings "
        "below zero beside bright structures."
    )
    citation = "N. Wiener: Extrapolation, Interpolation, and Smoothing of Stationary Time Series. MIT Press (1949)."
    params_type = WienerParams
    presets = (Preset("default", "Defaults", "The method's parameters as at first.", {}),)

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        return Claims(
            "Estimate", FINE_UNIT, "photons per frame per fine pixel, below zero where the filter rings",
            photons=True, background=params.background == "smooth", signed=True,
        )  # fmt: skip

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.wiener.solver import WienerSolver

        return WienerSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        return 100_000_000 + 4 * height * width * (4 * frames + 4 * params.zoom**2 + 24)
