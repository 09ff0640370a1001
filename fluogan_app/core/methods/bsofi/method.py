"""Balanced SOFI as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.bsofi.params import BsofiParams

_MAPS = {
    "on-time-ratio": Claims("On-time ratio", "no unit", "share of the time for which molecules are bright"),
    "brightness": Claims("Molecular brightness", "photons/frame", "photons per frame of a bright molecule"),
    "density": Claims("Density of molecules", "molecules/µm²", "blinking molecules per square micrometre"),
}


class BsofiMethod:
    """Cumulants deconvolved and made linear, and what they tell of the molecules (Geissbuehler et al. 2012)."""

    name = "bsofi"
    title = "Balanced SOFI"
    summary = (
        "Cumulants deconvolved and made linear in brightness, so that bright molecules do not outshine the others; or "
        "maps of on-time ratio, brightness and density."
    )
    citation = (
        "S. Geissbuehler, N. L. Bocchio, C. Dellagiacoma, C. Berclaz, M. Leutenegger, T. Lasser: Mapping molecular "
        "statistics with balanced super-resolution optical fluctuation imaging (bSOFI). Optical Nanoscopy 1, 4 (2012)."
    )
    params_type = BsofiParams
    presets = (
        Preset("default", "Order 2", "The method's parameters as at first, for some hundred frames.", {}),
        Preset("order-3", "Order 3", "Needs a thousand frames or more.", {"order": 3, "sharpening_steps": 30}),
        Preset("order-4", "Order 4", "Needs thousands of frames.", {"order": 4, "sharpening_steps": 30}),
        Preset("density", "Map of density", "Blinking molecules per µm².", {"quantity": "density"}),
    )

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        if params.quantity != "image":
            return _MAPS[params.quantity]
        words = f"root of order {params.order} of a cumulant per square pixel: linear in photons, no count of them"
        return Claims(f"Balanced cumulant of order {params.order}", "photons", words, signed=True)

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.bsofi.solver import BsofiSolver

        return BsofiSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        block = min(frames, 2 * params.window_frames)
        virtual = 8 * params.order**2 if params.quantity == "image" else 8 * (4 + 9 + 16 + 4)
        return 100_000_000 + 4 * height * width * (4 * frames + 6 * block + virtual + 24 * params.zoom**2)
