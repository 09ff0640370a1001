"""What the estimate is made of: spots of a finest width, and wide ones for what is solid, x = K₁s₁ + K₂s₂ with s ≥ 0.

Of all non-negative images that explain a blurred mean equally well, those of single fine pixels fit its noise best and
look like a night sky. Spots of a finest width keep structures continuous; wide spots, a little cheaper per photon,
take over where nothing finer is called for, and leave lines to the fine ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from scipy.sparse import csr_array

from fluogan_app.core.optics.operators import ForwardOperator, separable_operator
from fluogan_app.core.optics.psf import banded_spots


@dataclass(frozen=True)
class Kind:
    """One kind of spots: their width in widths of the PSF, and how many lie along a camera pixel.

    discount_sigmas: by how many standard deviations of the noise λ1 pulls less on them than on the fine ones: wide
    spots are taken where the noise cannot tell. share: of the common majorant (see model.py); there are few wide
    spots, and the fine ones need the larger steps.
    """

    name: str
    width: float
    per_pixel: int
    discount_sigmas: float
    share: float


#: What is solid is made of these.
WIDE = Kind("wide", width=1.0, per_pixel=2, discount_sigmas=0.15, share=0.3)


@dataclass(frozen=True)
class Texture:
    """Spots of one kind on one field: `blur` is ΨK, from spots to camera pixels; `show` is K, to the fine grid."""

    kind: Kind
    blur: ForwardOperator
    show: ForwardOperator | None

    def image(self, spots: torch.Tensor) -> torch.Tensor:
        """Photons per fine pixel."""
        return spots if self.show is None else self.show.apply(spots)


def make_textures(
    shape_yx: tuple[int, int], zoom: int, sigma_pixels: float, detail: float, device: str, dtype: torch.dtype
) -> tuple[Texture, ...]:
    """Fine and wide spots; with detail 0 the fine pixels themselves, as eq. (14) has them. The widest come last."""
    psf = [banded_spots(pixels, zoom * pixels, sigma_pixels) for pixels in shape_yx]
    fine = Kind("fine", detail, zoom, 0.0, 1.0)
    if detail == 0:
        return (Texture(fine, separable_operator(tuple(psf), device, dtype), None),)
    wide = replace(WIDE, width=max(WIDE.width, detail), per_pixel=min(zoom, WIDE.per_pixel))
    return tuple(_texture(kind, shape_yx, zoom, sigma_pixels, psf, device, dtype) for kind in (fine, wide))


def _texture(
    kind: Kind, shape_yx: tuple[int, int], zoom: int, sigma_pixels: float, psf: list[csr_array],
    device: str, dtype: torch.dtype,
) -> Texture:  # fmt: skip
    sigma_fine = zoom * kind.width * sigma_pixels
    spots = [banded_spots(zoom * pixels, kind.per_pixel * pixels, sigma_fine) for pixels in shape_yx]
    blur = [matrix @ spot for matrix, spot in zip(psf, spots)]
    blurred, shown = (separable_operator(tuple(pair), device, dtype) for pair in (blur, spots))
    return Texture(kind, blurred, shown)
