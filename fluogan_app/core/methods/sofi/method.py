"""SOFI as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.sofi.params import SofiParams

_POWERS = {2: "²", 3: "³", 4: "⁴"}


class SofiMethod:
    """Cumulants of blinking (Dertinger et al. 2009)."""

    name = "sofi"
    title = "SOFI"
    summary = (
        "Cross-cumulants of the fluctuations of neighbouring pixels: what blinks by itself becomes sharper, and what "
        "is steady disappears."
    )
    citation = (
        "T. Dertinger, R. Colyer, G. Iyer, S. Weiss, J. Enderlein: Fast, background-free, 3D super-resolution optical "
        "fluctuation imaging (SOFI). PNAS 106, 22287 (2009); cross-cumulants: Opt. Express 18, 18875 (2010)."
    )
    params_type = SofiParams
    presets = (
        Preset("default", "Order 2, sharpened", "The method's parameters as at first.", {}),
        Preset(
            "plain-2", "Order 2, plain", "The cumulant itself, as in 2009, without sharpening.",
            {"sharpening": False},
        ),
        Preset(
            "order-3", "Order 3, linear", "Sharpened, and the third root; needs a thousand frames or more.",
            {"order": 3, "linear": True, "sharpening_steps": 30},
        ),
        Preset(
            "order-4", "Order 4, linear", "Sharpened, and the fourth root; needs thousands of frames.",
            {"order": 4, "linear": True, "sharpening_steps": 30},
        ),
    )  # fmt: skip

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        title = f"Cumulant of order {params.order}"
        if params.linear:
            words = f"photons per camera pixel, the root of order {params.order} of a cumulant"
            return Claims(f"{title}, linear", "photons", words, signed=True)
        power = _POWERS[params.order]
        return Claims(title, f"photons{power}", f"photons{power} per camera pixel, a cumulant", signed=True)

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.sofi.solver import SofiSolver

        return SofiSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        block = min(frames, 2 * params.window_frames)
        numbers = 4 * frames + 6 * block + 8 * params.order**2 + 16 * params.zoom**2
        return 100_000_000 + 4 * height * width * numbers
