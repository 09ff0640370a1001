"""PnP-COL0RME as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.pnp_col0rme.params import PnpCol0rmeParams
from fluogan_app.core.methods.support_memory import support_memory_bytes

#: A block of the image in the network, with all its layers, and numbers per fine pixel of the descent.
_BLOCK_BYTES, _PER_FINE_PIXEL = 250_000_000, 12


class PnpCol0rmeMethod:
    """COL0RME whose support is held together by a learned denoiser."""

    name = "pnp_col0rme"
    title = "PnP-COL0RME"
    summary = (
        "COL0RME with a denoiser that was taught on simulated lines, rings and points in the place of a penalty: lines "
        "come out continuous, real gaps in them too."
    )
    citation = (
        "Stergiopoulou, Calatroni, Schaub, Blanc-Féraud: PnP-COL0RME (2023), with the denoiser of Hurault, Leclaire, "
        "Papadakis: Proximal denoiser for convergent plug-and-play optimization with nonconvex regularization (2022)."
    )
    params_type = PnpCol0rmeParams
    presets = (
        Preset("default", "Defaults", "The method's parameters as at first.", {}),
        Preset(
            "published", "As published", "Stergiopoulou 2023: no sparsity beside the denoiser, even noise, bleaching "
            "not taken off; but with the complete covariance and zoom 4, which the authors name as future work.",
            {"gamma": 0.0, "sigma": 10.0, "scale": 1.0, "noise_model": "even", "trend": "kept", "zoom": 4},
        ),
    )  # fmt: skip

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        return LIGHT

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.pnp_col0rme.solver import PnpCol0rmeSolver

        return PnpCol0rmeSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        _, height, width = shape_tyx
        own = _BLOCK_BYTES + 4 * _PER_FINE_PIXEL * height * width * params.zoom**2
        return support_memory_bytes(shape_tyx, params.zoom) + own
