"""Undecimated Haar wavelets as an analysis of images, and the smoothed sum of their absolute values.

    h_μ(c) = |c| − μ/2 for |c| > μ, c²/2μ below;   ∇ Σ h_μ(Wr) = Wᵀ clip(Wr / μ, −1, 1)

the Moreau envelope that Solomon et al. 2019 minimise by smoothed FISTA in place of Σ |Wr|.
"""

from __future__ import annotations

import torch

#: Wavelets of 2 and 4 pixels: coarser ones are as wide as the PSF.
LEVELS = 2
#: ‖W‖² is at most this: 1 inside, more where a border is mirrored.
NORM_SQUARED = 3.0


def coefficients(image: torch.Tensor) -> torch.Tensor:
    """Wr without the last averages: (3 · LEVELS, H, W), along y, along x and across, the finest first."""
    found = []
    for level in range(LEVELS):
        parts = {(down, right): _along(_along(image, level, 0, down), level, 1, right) for down, right in _SIGNS}
        found += [parts[signs] for signs in _SIGNS[1:]]
        image = parts[_SIGNS[0]]
    return torch.stack(found)


def adjoint(found: torch.Tensor) -> torch.Tensor:
    """Wᵀ of coefficients (3 · LEVELS, H, W)."""
    image = torch.zeros_like(found[0])
    for level in reversed(range(LEVELS)):
        parts = zip(_SIGNS, (image, *found[3 * level : 3 * level + 3]))
        image = sum(_back(_back(part, level, 1, right), level, 0, down) for (down, right), part in parts)
    return image


def smoothed_sum(image: torch.Tensor, width: torch.Tensor) -> torch.Tensor:
    """Σ h_μ(Wr), 0-d."""
    sizes = coefficients(image).abs()
    return torch.where(sizes > width, sizes - 0.5 * width, sizes.square() / (2.0 * width)).sum()


def smoothed_gradient(image: torch.Tensor, width: torch.Tensor) -> torch.Tensor:
    """Its gradient, (H, W), whose Lipschitz constant is at most NORM_SQUARED / μ."""
    return adjoint((coefficients(image) / width).clamp(-1.0, 1.0))


#: Average (+) or difference (−) along y and along x; the first is what the next level takes.
_SIGNS = ((1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0))


def _along(image: torch.Tensor, level: int, axis: int, sign: float) -> torch.Tensor:
    """Half of each pixel plus or minus the one 2^level further; beyond the end the image is mirrored."""
    places = _places(image.shape[axis], level, image.device)
    return 0.5 * (image + sign * image.index_select(axis, places))


def _back(image: torch.Tensor, level: int, axis: int, sign: float) -> torch.Tensor:
    """The transpose of `_along`."""
    places = _places(image.shape[axis], level, image.device)
    return 0.5 * (image + sign * torch.zeros_like(image).index_add_(axis, places, image))


def _places(length: int, level: int, device: torch.device) -> torch.Tensor:
    places = torch.arange(length, device=device) + 2**level
    return torch.where(places < length, places, 2 * length - 1 - places).clamp(min=0)
