"""The data term of methods that look for blinking molecules in the covariances of the recorded frames.

    F(r, n) = ½ ‖R_y − Ψ diag(r) Ψᵀ − diag(n)‖²,   r ≥ 0, n ≥ 0

n, the noise's own variance of each camera pixel, is always the best one for r: F(r) = min_n F(r, n) is convex, and its
gradient is that of F(r, n) at the best n (Stergiopoulou et al. 2022 alternate; eliminating is exact and lets momentum
in).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from fluogan_app.core.estimate.trend import FRAMES_FOR_TREND, lamp_flicker, without_common_light, without_trend
from fluogan_app.core.optics.covariance import CovarianceOperator

#: What the noise's variance is taken to be: the same in all pixels, rising with the light, or each pixel's own.
NoiseModel = Literal["even", "photons", "free"]


@dataclass(frozen=True)
class Fluctuations:
    """Frames without what does not fluctuate: (T, Y, X) float32, and the frames that they are worth (T − terms).

    flicker: by which part the whole field brightened and dimmed from frame to frame, which is taken off; 0 if not.
    """

    frames: np.ndarray
    degrees: int
    flicker: float = 0.0


def fluctuations(frames: np.ndarray, level: np.ndarray, trend: bool = True) -> Fluctuations:
    """Photons (T, Y, X) without their mean, the slow trend that bleaching makes, and a lamp's flicker if there is any.

    level: (T,) brightness of each frame (Noise.level). `trend` False: without the mean alone, as published.
    """
    if trend and len(frames) >= FRAMES_FOR_TREND:
        rest, lost = without_trend(frames, level)
        mean, degrees = frames.mean(axis=0, dtype=np.float64), len(frames) - lost
        flicker = lamp_flicker(rest, mean, degrees)
        return Fluctuations(without_common_light(rest, mean) if flicker else rest, degrees, flicker)
    return Fluctuations(frames - frames.mean(axis=0, dtype=np.float64).astype(np.float32), max(1, len(frames) - 1))


def gather_begin(operator: CovarianceOperator, device: str) -> dict[str, torch.Tensor]:
    """Sums over no frame yet: tensors of a state that `gather` adds to."""
    shapes = {"heard": operator.fine_shape, "squares": operator.coarse_shape, "energy": ()}
    return {name: torch.zeros(shape, dtype=torch.float64, device=device) for name, shape in shapes.items()}


def gather(
    sums: dict[str, torch.Tensor], operator: CovarianceOperator, frames: torch.Tensor, start: int, stop: int
) -> None:
    """Add frames start … stop − 1 of the fluctuations (T, Y, X) to the sums, in new tensors.

    ‖R_y‖² needs only the frames' products with each other, ‖Y Yᵀ‖² with Y (T, P), not the P × P covariances.
    """
    part = frames[start:stop]
    sums["heard"] = sums["heard"] + operator.of_frames(part)
    sums["squares"] = sums["squares"] + part.square().sum(dim=0, dtype=torch.float64)
    flat = frames.reshape(len(frames), -1)
    products = (flat[start:stop] @ flat[:stop].T).double().square_()
    # Each pair of a frame before and one of these counts twice.
    sums["energy"] = sums["energy"] + 2.0 * products[:, :start].sum() + products[:, start:].sum()


@dataclass(frozen=True)
class Covariances:
    """All of R_y that the data term needs.

    heard: (LY, LX), diag(Ψᵀ R_y Ψ). variance: (Y, X), R_y's diagonal, photons². energy: ‖R_y‖², photons⁴.
    degrees: independent frames that it was made of.
    """

    heard: torch.Tensor
    variance: torch.Tensor
    energy: float
    degrees: int


def gathered(sums: Mapping[str, torch.Tensor], degrees: int, dtype: torch.dtype = torch.float32) -> Covariances:
    """The sums over all frames as unbiased covariances."""
    return Covariances(
        (sums["heard"] / degrees).to(dtype),
        (sums["squares"] / degrees).to(dtype),
        float(sums["energy"]) / degrees**2,
        degrees,
    )


def measure_covariances(found: Fluctuations, operator: CovarianceOperator, device: str = "cpu") -> Covariances:
    """The covariances of all pairs of camera pixels, as far as the data term needs them, in one go."""
    frames, sums = torch.from_numpy(found.frames).to(device), gather_begin(operator, device)
    gather(sums, operator, frames, 0, len(frames))
    return gathered(sums, found.degrees, operator.blur.ones().dtype)


@dataclass(frozen=True)
class FitPoint:
    """F at one r. value: 0-d float64, photons⁴. gradient: like r. noise: (Y, X), the best n for r, photons²."""

    value: torch.Tensor
    gradient: torch.Tensor
    noise: torch.Tensor


class CovarianceFit:
    """F(r) = min_n ½ ‖R_y − Ψ diag(r) Ψᵀ − diag(n)‖² for one kind of n:

    even: n = s, as published. photons: n = s + p ȳ, as of counted light. free: each pixel's own, so that variances
    say no more than that molecules cannot exceed them, and covariances decide.
    """

    def __init__(
        self, operator: CovarianceOperator, found: Covariances, noise: NoiseModel, mean: torch.Tensor
    ) -> None:
        self.operator, self.found, self._model = operator, found, noise
        self._mean = mean.to(found.variance).clamp(min=0.0)

    def at(self, variances: torch.Tensor) -> FitPoint:
        """Value, gradient and noise at r (LY, LX)."""
        found, own = self.found, self.operator.pixel_variances(variances)
        left = found.variance - own
        noise = self._noise(left)
        product = self.operator.gram(variances)
        gradient = product - found.heard + self.operator.of_pixel_variances(noise)
        value = 0.5 * found.energy + _dot(variances, 0.5 * product - found.heard) - _dot(noise, left - 0.5 * noise)
        return FitPoint(value, gradient, noise)

    def _noise(self, left: torch.Tensor) -> torch.Tensor:
        """The best n for the variances (Y, X) that molecules leave over."""
        if self._model == "free":
            return left.clamp(min=0.0)
        if self._model == "even":
            return left.mean().clamp(min=0.0).expand_as(left)
        return _line(self._mean, left)

    def evidence(self) -> torch.Tensor:
        """(Ψ⊙Ψ)ᵀ of what an empty image leaves unexplained, (LY, LX): minus the gradient at r = 0.

        Its largest value is the λ from which on λ Σ r keeps the image empty.
        """
        return -self.at(torch.zeros_like(self.found.heard)).gradient


def _dot(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.dot(one.flatten().double(), other.flatten().double())


def _line(light: torch.Tensor, left: torch.Tensor) -> torch.Tensor:
    """s + p · light nearest to `left` with s ≥ 0 and p ≥ 0; no host synchronisation."""
    light, wanted = light.double(), left.double()
    centred = light - light.mean()
    slope = (centred * wanted).sum() / centred.square().sum().clamp(min=1e-30)
    level = wanted.mean() - slope * light.mean()
    through_zero = (light * wanted).sum() / light.square().sum().clamp(min=1e-30)
    # Where the free line has a negative part, the best one has one part only.
    slope, level = (
        torch.where(slope < 0, 0.0 * slope, torch.where(level < 0, through_zero.clamp(min=0.0), slope)),
        torch.where(slope < 0, wanted.mean().clamp(min=0.0), level.clamp(min=0.0)),
    )
    return (level + slope * light).to(left.dtype)
