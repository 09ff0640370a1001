"""SRRF as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Preset, Solver
from fluogan_app.core.methods.srrf.params import SrrfParams

#: Maps that are held for each analysis over time, that of the brightness and what is made on the way included.
_HELD = {"AVG": 1, "VAR": 5, "MIP": 1, "TRPPM": 4, "TRAC2": 9, "TRAC3": 14, "TRAC4": 27}


class SrrfMethod:
    """Radiality of each frame, and its average, maximum or correlation over time."""

    name = "srrf"
    title = "SRRF"
    summary = "Super-resolution radial fluctuations: the radial symmetry of brightness gradients, frame by frame."
    citation = (
        "Gustafsson et al., Fast live-cell conventional fluorophore nanoscopy with ImageJ through super-resolution "
        "radial fluctuations, Nature Communications 7, 12471 (2016)."
    )
    params_type = SrrfParams
    presets = (
        Preset("default", "Defaults", "The method's parameters as at first.", {}),
        Preset("blinking", "Blinking molecules", "Correlation of each frame with the next.", {"temporal": "TRAC2"}),
    )

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        signed = params.keep_negative and params.temporal in ("AVG", "MIP")
        title = "SRRF" if params.temporal == "AVG" else f"SRRF {params.temporal}"
        if params.intensity_weighting:
            signed = signed or (params.keep_negative and params.temporal != "TRPPM")
            return Claims(title, "radiality × photons", "radiality × photons per frame per camera pixel", signed=signed)
        return Claims(title, "no unit", "radiality, no unit", signed=signed)

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.srrf.solver import SrrfSolver

        return SrrfSolver(problem, params, self.claims(params), device)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        from fluogan_app.core.methods.radial.memory import radial_memory

        return radial_memory(shape_tyx, params.zoom, _HELD[params.temporal])
