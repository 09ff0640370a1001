"""What the estimate is made of: spots of a finest width, and wide ones for what is solid, x = K₁s₁ + K₂s₂ with s ≥ 0.

Of all non-negative images that explain a blurred mean equally well, those of single fine pixels fit its noise best and
look like a night sky. Spots of a finest width keep structures continuous; wide spots, a little cheaper per photon,
take over where nothing finer is called for, and leave lines to the fine ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from fluogan_app.core.optics.operators import ForwardOperator, separable_operator
from fluogan_app.core.optics.psf import gaussian_axis_matrix, spot_matrix

#: Width of the wide spots in widths of the PSF, how many lie along a camera pixel, and their λ1 relative to fine ones.
WIDE, WIDE_PER_PIXEL, WIDE_PRICE = 1.0, 2, 0.95


@dataclass(frozen=True)
class Texture:
    """One kind of spots: `blur` is ΨK, from spots to camera pixels; `show` is K, from spots to the fine grid."""

    name: str
    blur: ForwardOperator
    show: ForwardOperator | None
    price: float

    def image(self, spots: torch.Tensor) -> torch.Tensor:
        """Photons per fine pixel."""
        return spots if self.show is None else self.show.apply(spots)


def make_textures(
    shape_yx: tuple[int, int], zoom: int, sigma_pixels: float, detail: float, device: str, dtype: torch.dtype
) -> tuple[Texture, ...]:
    """Fine and wide spots; with detail 0 the fine pixels themselves, as eq. (14) has them."""
    psf = [gaussian_axis_matrix(pixels, zoom, sigma_pixels) for pixels in shape_yx]
    if detail == 0:
        return (Texture("fine", separable_operator(tuple(psf), device, dtype), None, 1.0),)
    kinds = (
        ("fine", zoom, detail, 1.0),
        ("wide", min(zoom, WIDE_PER_PIXEL), max(WIDE, detail), WIDE_PRICE),
    )
    return tuple(_texture(kind, shape_yx, zoom, sigma_pixels, psf, device, dtype) for kind in kinds)


def _texture(kind, shape_yx, zoom: int, sigma_pixels: float, psf: list[np.ndarray], device: str, dtype) -> Texture:
    name, per_pixel, width, price = kind
    sigma_fine = zoom * width * sigma_pixels
    spots = [spot_matrix(zoom * pixels, per_pixel * pixels, sigma_fine) for pixels in shape_yx]
    blur = [matrix @ spot for matrix, spot in zip(psf, spots)]
    return Texture(
        name, separable_operator(tuple(blur), device, dtype), separable_operator(tuple(spots), device, dtype), price
    )
