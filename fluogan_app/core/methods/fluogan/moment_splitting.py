"""The fit of the mean and of the second moments together: `Splitting` with one more image that the spots have to make,

    … + γ/2 Σ v (κ z′ − g)²  with  z′ = Σ_j RK_j s_j

R and Ψ are diagonal in the same waves of a mirrored field, on grids of different fineness: what couples the spots is a
2 × 2 block for each wave of the camera, and a number for each finer one.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.methods.fluogan.moment_term import SIGNIFICANT_SIGMAS, MomentTerm
from fluogan_app.core.methods.fluogan.splitting import HELD_BACKGROUND, Splitting
from fluogan_app.core.optics.waves import Cosines

Tensors = dict[str, torch.Tensor]


class MomentSplitting(Splitting):
    """A state holds besides "moments" (z′) with its multiplier, and "kappa", 0 until blinking is found.

    For fields with mirrors at their borders.
    """

    def __init__(self, model: Model, waves: Cosines, term: MomentTerm) -> None:
        super().__init__(model, waves)
        self._term, self._places = term, Cosines(term.image)
        self._finer = [operator.camera_spectrum().clamp(min=0.0) for operator in term.operators]
        height, width = model.mean.shape
        self._low = (slice(0, height), slice(0, width))
        self._crosses = [
            (texture.spectrum * spectrum[self._low]).sqrt() for texture, spectrum in zip(model.textures, self._finer)
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """See Splitting.names."""
        return (*super().names, "moments", "moments.dual", "kappa")

    def start(self) -> Tensors:
        """See Splitting.start."""
        blank = torch.zeros_like(self._term.image)
        return super().start() | {"moments": blank, "moments.dual": blank.clone(), "kappa": blank.new_zeros(())}

    def reprice(self, tensors: Tensors, prices: Sequence[torch.Tensor]) -> None:
        """See Splitting.reprice; κ is fitted anew too, and is 0 where it cannot be told from 0."""
        super().reprice(tensors, prices)
        light = self._term.light(self.spots(tensors, settled=False))
        fitted, sigma = self._term.strength(light)
        kappa = torch.where(fitted > SIGNIFICANT_SIGMAS * sigma, fitted, torch.zeros_like(fitted))
        before = tensors["kappa"]
        found_now = (before == 0) | (kappa == 0)
        # The multiplier itself stays what it is, and is held as its share of the hold, which goes with κ².
        share = torch.where(found_now, torch.zeros_like(kappa), (before / kappa.clamp(min=1e-30)) ** 2)
        tensors["moments"] = torch.where(found_now, light, tensors["moments"])
        tensors["moments.dual"] = share * tensors["moments.dual"]
        tensors["kappa"] = kappa

    def step(self, tensors: Tensors, settled: bool) -> torch.Tensor:
        """See Splitting.step."""
        model, hold, stiffness = self._model, self._hold, self._stiffness(settled)
        spots, hold_finer = self.spots(tensors, settled), self._term.hold(tensors["kappa"])
        leaning = [torch.lerp(tensors[f"governing.{kind}"], part, 2.0) for kind, part in zip(self._kinds, spots)]
        lights = model.light(leaning), self._term.light(leaning)
        residual, finer, b, simulated, simulated_finer = self._solve_both(lights, hold_finer, tensors, settled)
        heard = self._term.adjoint(finer * hold_finer)
        for texture, kind, part, more, stiff in zip(model.textures, self._kinds, spots, heard, stiffness):
            governing = texture.blur.adjoint(residual * hold).add_(more).div_(stiff).add_(part)
            tensors[f"governing.{kind}"] = governing
        held = simulated + tensors["data.dual"]
        tensors["data"] = (hold * held + self._pulled) / (hold + model.gamma * model.weights)
        tensors["data.dual"] = held - tensors["data"]
        held = b + tensors["b.dual"]
        tensors["b"] = held.clamp(min=0.0)
        tensors["b.dual"] = held - tensors["b"]
        held = simulated_finer + tensors["moments.dual"]
        tensors["moments"] = self._term.nearest(held, tensors["kappa"])
        tensors["moments.dual"] = held - tensors["moments"]
        return simulated

    def _solve_both(
        self, lights: tuple[torch.Tensor, torch.Tensor], hold_finer: torch.Tensor, tensors: Tensors, settled: bool
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """What z and z′ want beyond s and b, then b, Ψs + b and Rs, from the light of the spots as they lean.

        By elimination in each 2 × 2 block: 1 + own and 1 + own_finer on the diagonal, hold · cross and
        hold_finer · cross beside it.
        """
        waves, places, hold, smooth, low = self._waves, self._places, self._hold, self._smooth, self._low
        held_b = HELD_BACKGROUND * hold * waves.forward(tensors["b"] - tensors["b.dual"])
        wanted = waves.forward(tensors["data"] - tensors["data.dual"] - lights[0]) - held_b / smooth
        finer = places.forward(tensors["moments"] - tensors["moments.dual"] - lights[1])
        stiffness, own = self._stiffness(settled), self._coupling(settled)
        own_finer = hold_finer * sum(part / stiff for part, stiff in zip(self._finer, stiffness))
        cross = sum(part / stiff for part, stiff in zip(self._crosses, stiffness))
        share = hold_finer * cross / (1.0 + own_finer[low])
        amplitudes = (wanted - share * finer[low]) / (1.0 + own + hold / smooth - share * hold * cross)
        finer[low] -= hold * cross * amplitudes
        finer /= 1.0 + own_finer
        b = waves.inverse((hold * amplitudes + held_b) / smooth)
        brought = waves.inverse(own * amplitudes + hold_finer * cross * finer[low])
        brought_finer = own_finer * finer
        brought_finer[low] += hold * cross * amplitudes
        return (
            waves.inverse(amplitudes), places.inverse(finer), b,
            lights[0] + brought + b, lights[1] + places.inverse(brought_finer),
        )  # fmt: skip
