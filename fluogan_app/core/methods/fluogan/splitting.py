"""One fit of the mean: the alternating direction method of multipliers (Boyd et al. 2011) for

    min γ/2 Σ w (z − ȳ)² + Σ_j ⟨pull_j, u_j⟩ + β/2 ‖∇c‖²   with  z = Σ_j ΨK_j s_j + b,  u_j = s_j ≥ 0,  c = b ≥ 0.

Spots s and background b follow from the rest in one stroke: what couples them, Σ_j ρ/ρ_j ΨK_j(ΨK_j)ᵀ, lives on the
camera's grid and is diagonal in its waves (Woodbury's identity). So a step costs one ΨK and one (ΨK)ᵀ for each kind of
spots, as a gradient step does, and gets to the optimum in a few hundred of them. Spots and their multipliers are held
as their sum, "governing", from which u and the multiplier are read off (Eckstein and Bertsekas 1992).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.optics.waves import Waves

#: The background's own multiplier, beside that of the data: small, it only has to keep b from falling below 0.
HELD_BACKGROUND = 1e-3
#: By how much the spots are held stiffer once prices stay: what is left to do then is to agree, not to move.
SETTLING = 10.0
#: Conjugate gradient steps where the coupling is not diagonal in the camera's waves.
INNER_STEPS = 4


class Splitting:
    """The fixed part of a fit of some kinds of spots; what changes is in `tensors`."""

    def __init__(self, model: Model, waves: Waves) -> None:
        self._model, self._waves = model, waves
        self._kinds = [texture.kind.name for texture in model.textures]
        self._hold = model.gamma * float(model.weights[model.weights > 0].median())
        self._pulled = model.gamma * model.weights * model.mean
        self._buffers = [torch.empty(texture.blur.fine_shape).to(model.mean) for texture in model.textures]
        self._exact = all(texture.diagonal for texture in model.textures)
        self._smooth = model.smoothness * waves.laplacian() + HELD_BACKGROUND * self._hold
        self._couplings: dict[bool, torch.Tensor] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The tensors that a step goes on from."""
        spots = (f"{part}.{kind}" for kind in self._kinds for part in ("governing", "price"))
        return ("data", "data.dual", "b", "b.dual", *spots)

    def start(self) -> dict[str, torch.Tensor]:
        """Everything dark; the data as they are."""
        model = self._model
        floor = torch.full_like(model.mean, float(model.mean.min().clamp(min=0.0)))
        tensors = {"data": model.mean.clone(), "data.dual": torch.zeros_like(model.mean)}
        tensors |= {"b": floor, "b.dual": torch.zeros_like(floor)}
        for kind, pull in zip(self._kinds, model.sparsity):
            tensors[f"governing.{kind}"] = torch.zeros_like(pull)
            tensors[f"price.{kind}"] = torch.ones_like(pull)
        return tensors

    def spots(self, tensors: Mapping[str, torch.Tensor], settled: bool) -> list[torch.Tensor]:
        """u, the non-negative spots of each kind."""
        return [
            torch.addcmul(tensors[f"governing.{kind}"], tensors[f"price.{kind}"], pull, value=-1.0 / stiff).clamp_(0.0)
            for kind, pull, stiff in zip(self._kinds, self._model.sparsity, self._stiffness(settled))
        ]

    def settle(self, tensors: dict[str, torch.Tensor]) -> None:
        """Go over to the stiffer hold, in place: the multipliers themselves stay what they are."""
        for kind, spots in zip(self._kinds, self.spots(tensors, settled=False)):
            governing = tensors[f"governing.{kind}"]
            tensors[f"governing.{kind}"] = torch.lerp(spots, governing, 1.0 / SETTLING)

    def reprice(self, tensors: dict[str, torch.Tensor], prices: Sequence[torch.Tensor]) -> None:
        """Let λ1 pull by these factors on the spots of each kind from now on."""
        tensors.update({f"price.{kind}": price for kind, price in zip(self._kinds, prices)})

    def step(self, tensors: dict[str, torch.Tensor], settled: bool) -> torch.Tensor:
        """One step, in place. Returns the simulated mean, (Y, X)."""
        model, hold, stiffness = self._model, self._hold, self._stiffness(settled)
        spots = self.spots(tensors, settled)
        light = torch.zeros_like(model.mean)
        for texture, kind, part, buffer in zip(model.textures, self._kinds, spots, self._buffers):
            light += texture.blur.apply(torch.lerp(tensors[f"governing.{kind}"], part, 2.0, out=buffer))
        residual, b, simulated = self._solve(light, tensors, settled)
        for texture, kind, part, buffer, stiff in zip(
            model.textures, self._kinds, spots, self._buffers, stiffness
        ):
            heard = texture.blur.adjoint(residual * (hold / stiff), out=buffer)
            torch.add(part, heard, out=tensors[f"governing.{kind}"])
        held = simulated + tensors["data.dual"]
        tensors["data"] = (hold * held + self._pulled) / (hold + model.gamma * model.weights)
        tensors["data.dual"] = held - tensors["data"]
        held = b + tensors["b.dual"]
        tensors["b"] = held.clamp(min=0.0)
        tensors["b.dual"] = held - tensors["b"]
        return simulated

    def _solve(
        self, light: torch.Tensor, tensors: Mapping[str, torch.Tensor], settled: bool
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What z wants beyond s and b, then b and Ψs + b, each (Y, X), from the light of the spots as they lean."""
        waves, hold = self._waves, self._hold
        held = tensors["data"] - tensors["data.dual"]
        wanted = waves.forward(held - light)
        held_b = HELD_BACKGROUND * hold * waves.forward(tensors["b"] - tensors["b.dual"])
        coupling = self._coupling(settled)
        amplitudes = (wanted - held_b / self._smooth) / (1.0 + coupling + hold / self._smooth)
        residual = waves.inverse(amplitudes)
        if not self._exact:
            residual = self._refined(residual, waves.inverse(wanted - held_b / self._smooth), settled)
            amplitudes = waves.forward(residual)
        b = waves.inverse((hold * amplitudes + held_b) / self._smooth)
        # What z wants beyond Ψs + b is the residual itself, where it solves the system; else it is worked out.
        simulated = held - residual if self._exact else light + self._coupled(residual, settled) + b
        return residual, b, simulated

    def _stiffness(self, settled: bool) -> list[float]:
        """ρ_j: the pull on a spot divided by how far it may move it in one step."""
        return [stiff * (SETTLING if settled else 1.0) for stiff in self._model.stiffness]

    def _coupling(self, settled: bool) -> torch.Tensor:
        """Σ_j ρ/ρ_j times the spectrum of ΨK_j(ΨK_j)ᵀ, or nearly so where that is not diagonal."""
        if settled not in self._couplings:
            parts = zip(self._model.textures, self._stiffness(settled))
            start = torch.zeros_like(self._model.mean)
            self._couplings[settled] = sum(
                (self._hold / stiff * texture.spectrum for texture, stiff in parts), start=start
            )
        return self._couplings[settled]

    def _coupled(self, residual: torch.Tensor, settled: bool) -> torch.Tensor:
        """Σ_j ρ/ρ_j ΨK_j(ΨK_j)ᵀ of an image, by the operators themselves."""
        parts = zip(self._model.textures, self._stiffness(settled))
        return sum(
            (self._hold / stiff * texture.blur.apply(texture.blur.adjoint(residual)) for texture, stiff in parts),
            start=torch.zeros_like(residual),
        )

    def _refined(self, residual: torch.Tensor, wanted: torch.Tensor, settled: bool) -> torch.Tensor:
        """The solution of (1 + coupling + smoothing) q = wanted by preconditioned conjugate gradients from a guess."""
        waves, hold = self._waves, self._hold

        def whole(image: torch.Tensor) -> torch.Tensor:
            smoothed = waves.inverse(hold / self._smooth * waves.forward(image))
            return image + self._coupled(image, settled) + smoothed

        left = wanted - whole(residual)
        direction, before = None, None
        for _ in range(INNER_STEPS):
            conditioned = waves.inverse(waves.forward(left) / (1.0 + self._coupling(settled) + hold / self._smooth))
            size = (left * conditioned).sum()
            direction = conditioned if direction is None else conditioned + (size / before) * direction
            moved = whole(direction)
            length = size / (direction * moved).sum().clamp(min=1e-30)
            residual, left, before = residual + length * direction, left - length * moved, size.clamp(min=1e-30)
        return residual

