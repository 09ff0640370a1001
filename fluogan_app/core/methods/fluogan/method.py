"""FluoGAN as a method of the house."""

from __future__ import annotations

from typing import Any

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Solver
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.presets import PRESETS

#: What the libraries take once they are at work.
_LOADED_BYTES = 100_000_000


class FluoganMethod:
    """A simulator of the microscope competes with a critic (Cachia et al. 2023)."""

    name = "fluogan"
    title = "FluoGAN"
    summary = (
        "A physical simulator of the microscope is fitted until a critic cannot tell its frames from the recorded ones."
    )
    citation = (
        "M. Cachia, V. Stergiopoulou, L. Calatroni, S. Schaub, L. Blanc-Féraud: Fluorescence image deconvolution "
        "microscopy via generative adversarial learning (FluoGAN). Inverse Problems 39, 054006 (2023)."
    )
    params_type = FluoganParams
    presets = PRESETS
    draws_lots = True

    def claims(self, params: Any) -> Claims:
        """See Method.claims."""
        return LIGHT

    def prepare(self, problem: Problem, params: Any, device: str, seed: int) -> Solver:
        """See Method.prepare."""
        from fluogan_app.core.methods.fluogan.solver import FluoganSolver

        return FluoganSolver(problem, params, device, seed)

    def memory_bytes(self, shape_tyx: tuple[int, int, int], params: Any) -> int:
        """See Method.memory_bytes."""
        frames, height, width = shape_tyx
        # While the noise is measured, the frames four times over; later twice, and what the fits hold on the fine grid,
        # measured as multiples of its images; wide spots lie at most 4 to a pixel.
        stack = 4 * frames * height * width
        images = 4 * height * width * (params.zoom**2 + 4)
        passing, held = 4, 46 if params.delta else 40
        if params.moments == "covariance":
            passing, held = passing + 2, held + 12
        fits = max(passing * stack, 2 * stack + held * images)
        return _LOADED_BYTES + fits + (_critic_bytes(height, width, params) if params.delta else 0)


def _critic_bytes(height: int, width: int, params: FluoganParams) -> int:
    """What a step of the critic needs in passing: some twenty numbers a pixel of the batch, and one piece's layers."""
    side = params.patch_size if params.critic == "patch" else max(height, width)
    pixels = min(side, height) * min(side, width)
    layers = 40 * 4 * pixels * params.critic_channels
    emission = 100_000_000 if params.generator == "double-poisson" else 0
    return 20 * 4 * params.batch_size * pixels + max(layers, 24_000_000) + emission
