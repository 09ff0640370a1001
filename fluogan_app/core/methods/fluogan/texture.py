"""What the estimate is made of: spots of a finest width, and wide ones for what is solid, x = Σ_j K_j s_j with s_j ≥ 0.

Of all non-negative images that explain a blurred mean equally well, those of single fine pixels fit its noise best and
look like a night sky. Spots of a finest width keep structures continuous; wide spots, a little cheaper per photon,
take over where nothing finer is called for, and leave lines to the fine ones. How fine the finest spots should be the
data say themselves (choice.py): "coarse" ones make every structure as wide as they are, and show nothing narrower
apart; "fine" ones are for what proves to be thinner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from fluogan_app.core.optics.blur import Optics, blur_operator, spot_operator
from fluogan_app.core.optics.operators import ForwardOperator
from fluogan_app.core.optics.pointspread import GaussianPsf
from fluogan_app.core.optics.spectral import SpectralOperator


@dataclass(frozen=True)
class Kind:
    """One kind of spots: their width in widths of the PSF, and how many lie along a camera pixel.

    discount_sigmas: by how many standard deviations of the noise λ1 pulls less on them than on others: wide spots are
    taken where the noise cannot tell. share: of the common majorant (see model.py). reach: how far a step of the
    splitting may move the spots of one camera pixel, all together, in multiples of the strongest light.
    """

    name: str
    width: float
    per_pixel: int
    discount_sigmas: float
    share: float
    reach: float


#: What is solid is made of these.
WIDE = Kind("wide", width=1.0, per_pixel=2, discount_sigmas=0.25, share=0.3, reach=0.09)
#: Everything narrower than two thirds of the PSF (220 nm at FWHM 324 nm) is shown as one.
COARSE_WIDTH = 0.25
#: As thin as the noise of a few hundred frames can prove.
FINE_WIDTH = 0.1
#: Large reaches find more, small ones do not part what is one.
FINE_REACH, COARSE_REACH = 0.8, 0.5


@dataclass(frozen=True)
class Texture:
    """Spots of one kind on one field: `blur` is ΨK, from spots to camera pixels; `show` is K, to the fine grid.

    spectrum: of ΨK(ΨK)ᵀ in the camera grid's waves, exact where it is `diagonal` in them.
    """

    kind: Kind
    blur: ForwardOperator | SpectralOperator
    show: ForwardOperator | None
    spectrum: torch.Tensor
    diagonal: bool

    def image(self, spots: torch.Tensor) -> torch.Tensor:
        """Photons per fine pixel."""
        return spots if self.show is None else self.show.apply(spots)


def make_textures(
    shape_yx: tuple[int, int],
    zoom: int,
    optics: Optics,
    detail: float | None,
    device: str,
    dtype: torch.dtype,
) -> tuple[Texture, ...]:
    """Fine, coarse and wide spots; with `detail` given, fine ones of that width and wide ones; the widest come last.

    With detail 0 the fine pixels themselves, as eq. (14) of the 2023 paper has them, and no wide spots.
    """
    kinds = _kinds(zoom, optics.sigma_pixels, detail)
    return tuple(_texture(kind, shape_yx, zoom, optics, device, dtype) for kind in kinds)


def coarse_shows(zoom: int, sigma_pixels: float) -> bool:
    """Whether the fine grid is fine enough to tell fine spots from coarse ones."""
    return zoom * sigma_pixels * COARSE_WIDTH >= 0.6


def _kinds(zoom: int, sigma_pixels: float, detail: float | None) -> list[Kind]:
    def fine(name: str, width: float) -> Kind:
        return Kind(name, width, zoom, 0.0, 1.0, FINE_REACH if width < COARSE_WIDTH else COARSE_REACH)

    wide = replace(WIDE, width=max(WIDE.width, detail or 0.0), per_pixel=min(zoom, WIDE.per_pixel))
    if detail == 0:
        return [fine("fine", 0.0)]
    if detail is not None:
        return [fine("fine", detail), wide]
    if not coarse_shows(zoom, sigma_pixels):
        return [fine("fine", COARSE_WIDTH), wide]
    return [fine("fine", FINE_WIDTH), fine("coarse", COARSE_WIDTH), wide]


def _texture(
    kind: Kind, shape_yx: tuple[int, int], zoom: int, optics: Optics, device: str, dtype: torch.dtype
) -> Texture:
    where = (shape_yx, zoom, kind.width * optics.sigma_pixels, kind.per_pixel, device, dtype)
    blur = blur_operator(optics, *where)
    show = spot_operator(optics, *where) if kind.width > 0 else None
    spectrum = blur.camera_spectrum()
    diagonal = spectrum is not None
    if spectrum is None:
        alike = Optics(GaussianPsf(optics.sigma_pixels), optics.boundary)
        spectrum = blur_operator(alike, *where).camera_spectrum()
    return Texture(kind, blur, show, spectrum.clamp(min=0.0), diagonal)
