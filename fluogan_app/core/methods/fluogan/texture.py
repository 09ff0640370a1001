"""What the estimate is made of: spots of a finest width, and wide ones for what is solid, x = K₁s₁ + K₂s₂ with s ≥ 0.

Of all non-negative images that explain a blurred mean equally well, those of single fine pixels fit its noise best and
look like a night sky. Spots of a finest width keep structures continuous; wide spots, a little cheaper per photon,
take over where nothing finer is called for, and leave lines to the fine ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from scipy.sparse import csr_array

from fluogan_app.core.optics.operators import ForwardOperator, separable_operator
from fluogan_app.core.optics.psf import banded_spots

#: Width of the wide spots in widths of the PSF, and how many lie along a camera pixel.
WIDE, WIDE_PER_PIXEL = 1.0, 2


@dataclass(frozen=True)
class Texture:
    """One kind of spots: `blur` is ΨK, from spots to camera pixels; `show` is K, from spots to the fine grid."""

    name: str
    blur: ForwardOperator
    show: ForwardOperator | None

    def image(self, spots: torch.Tensor) -> torch.Tensor:
        """Photons per fine pixel."""
        return spots if self.show is None else self.show.apply(spots)


def make_textures(
    shape_yx: tuple[int, int], zoom: int, sigma_pixels: float, detail: float, device: str, dtype: torch.dtype
) -> tuple[Texture, ...]:
    """Fine and wide spots; with detail 0 the fine pixels themselves, as eq. (14) has them."""
    psf = [banded_spots(pixels, zoom * pixels, sigma_pixels) for pixels in shape_yx]
    if detail == 0:
        return (Texture("fine", separable_operator(tuple(psf), device, dtype), None),)
    kinds = (
        ("fine", zoom, detail),
        ("wide", min(zoom, WIDE_PER_PIXEL), max(WIDE, detail)),
    )
    return tuple(_texture(kind, shape_yx, zoom, sigma_pixels, psf, device, dtype) for kind in kinds)


def _texture(kind, shape_yx, zoom: int, sigma_pixels: float, psf: list[csr_array], device: str, dtype) -> Texture:
    name, per_pixel, width = kind
    sigma_fine = zoom * width * sigma_pixels
    spots = [banded_spots(zoom * pixels, per_pixel * pixels, sigma_fine) for pixels in shape_yx]
    blur = [matrix @ spot for matrix, spot in zip(psf, spots)]
    blurred, shown = (separable_operator(tuple(pair), device, dtype) for pair in (blur, spots))
    return Texture(name, blurred, shown)
