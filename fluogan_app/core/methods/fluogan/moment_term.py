"""The second moments as a term of what is minimised: ½ Σ (κRx − g)² / var(g), beside the data term of the mean.

g and R are the image of the fluctuations and its response (moments.py). κ, the photons per event, is what fits best.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from scipy.sparse import csr_array

from fluogan_app.core.methods.fluogan.moments import Fluctuations
from fluogan_app.core.methods.fluogan.texture import Texture
from fluogan_app.core.optics.blur import Optics
from fluogan_app.core.optics.operators import ForwardOperator, separable_operator
from fluogan_app.core.optics.psf import banded_spots

#: Hold of a splitting in multiples of the median weight: bright places, which matter, have far smaller weights.
HOLD = 0.1
#: κ is taken for real from so many of its standard deviations on.
SIGNIFICANT_SIGMAS = 5.0


class MomentTerm:
    """The fixed part; κ is held by the solver. Spots are in units of `unit`, in the frames' unit, as in the model."""

    def __init__(
        self, found: Fluctuations, textures: Sequence[Texture], optics: Optics, zoom: int, unit: float, gamma: float
    ) -> None:
        like = textures[0].blur.apply(textures[0].blur.ones())
        self._image = like.new_tensor(found.image / unit)
        self._weights = like.new_tensor(gamma * unit**2 * found.weights)
        seen = self._weights > 0
        self._usual_weight = HOLD * self._weights[seen].median() if seen.any() else self._weights.new_zeros(())
        self._shares = [texture.kind.share for texture in textures]
        self._operators, self._absolutes = [], []
        for texture in textures:
            matrices = _responses(found, texture, zoom, optics)
            place = (str(like.device), like.dtype, optics.boundary)
            self._operators.append(separable_operator(matrices, *place))
            self._absolutes.append(separable_operator((abs(matrices[0]), abs(matrices[1])), *place))

    @property
    def operators(self) -> tuple[ForwardOperator, ...]:
        """RK of each kind of spots."""
        return tuple(self._operators)

    @property
    def image(self) -> torch.Tensor:
        """g, (PLACES·Y, PLACES·X), in the spots' unit."""
        return self._image

    def light(self, spots: Sequence[torch.Tensor]) -> torch.Tensor:
        """Rx."""
        first, *rest = (operator.apply(part) for operator, part in zip(self._operators, spots))
        return sum(rest, start=first)

    def strength(self, light: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """κ ≥ 0 in the frames' unit that fits the image best, given Rx, and its standard deviation; 0-d both."""
        power = (self._weights * light * light).sum().clamp(min=1e-30)
        return ((self._weights * light * self._image).sum() / power).clamp(min=0.0), power.rsqrt()

    def adjoint(self, image: torch.Tensor) -> list[torch.Tensor]:
        """(RK)ᵀ of an image like g, for the spots of each kind."""
        return [operator.adjoint(image) for operator in self._operators]

    def hold(self, kappa: torch.Tensor) -> torch.Tensor:
        """How strongly a splitting is to hold its z′ at Rx, 0-d."""
        return kappa**2 * self._usual_weight

    def nearest(self, held: torch.Tensor, kappa: torch.Tensor) -> torch.Tensor:
        """argmin over z′ of the term at z′ and hold/2 ‖z′ − held‖²; `held` itself where nothing is known or κ = 0."""
        pull, hold = kappa * self._weights, self.hold(kappa)
        stiff = hold + kappa * pull
        return torch.where(stiff > 0, (hold * held + pull * self._image) / stiff.clamp(min=1e-30), held)

    def slopes(self, light: torch.Tensor, kappa: torch.Tensor) -> list[torch.Tensor]:
        """The gradient for the spots of each kind."""
        residual = (kappa * light).sub_(self._image).mul_(self._weights).mul_(kappa)
        return self.adjoint(residual)

    def value(self, light: torch.Tensor, kappa: torch.Tensor) -> torch.Tensor:
        """½ Σ (κRx − g)² / var(g), 0-d."""
        return 0.5 * (kappa * light).sub_(self._image).square_().mul_(self._weights).sum()

    def majorants(self) -> list[torch.Tensor]:
        """Per kind a diagonal D ≥ |RK|ᵀW|RK| ≥ the Hessian at κ = 1, by Jensen's inequality: |RK|ᵀW|RK|v / v, v > 0."""
        even = [share * operator.ones() for share, operator in zip(self._shares, self._absolutes)]
        heard = [operator.apply(part) for operator, part in zip(self._absolutes, even)]
        pull = self._weights * sum(heard[1:], start=heard[0])
        return [operator.adjoint(pull) / share for operator, share in zip(self._absolutes, self._shares)]


def _responses(found: Fluctuations, texture: Texture, zoom: int, optics: Optics) -> tuple[csr_array, csr_array]:
    """RK along y and x; K is the identity where spots are the fine pixels themselves."""
    per_pixel, width = texture.kind.per_pixel, zoom * texture.kind.width * optics.sigma_pixels
    responses = []
    for matrix in (found.rows, found.columns):
        pixels = matrix.shape[1] // zoom
        spots = banded_spots(zoom * pixels, per_pixel * pixels, width, optics.boundary) if width > 0 else None
        responses.append(matrix if spots is None else csr_array(matrix @ spots))
    return responses[0], responses[1]
