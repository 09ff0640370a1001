"""The blur of a recording, and the operators that it makes, whatever the kind of PSF."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.optics.measured import read_psf
from fluogan_app.core.optics.operators import ForwardOperator, separable_operator
from fluogan_app.core.optics.pointspread import AIRY_FWHM, AiryPsf, GaussianPsf, PointSpread
from fluogan_app.core.optics.psf import Boundary, banded_spots
from fluogan_app.core.optics.spectral import Axis, SpectralOperator
from fluogan_app.core.units import fwhm_from_aperture_nm, sigma_from_fwhm


@dataclass(frozen=True)
class Optics:
    """What stands between the sample and the camera, in camera pixels, and what is beyond the field's border."""

    psf: PointSpread
    boundary: Boundary = "reflecting"

    @property
    def sigma_pixels(self) -> float:
        """σ of the Gaussian with the PSF's FWHM, in camera pixels."""
        return sigma_from_fwhm(self.psf.fwhm_pixels)


def optics_of(acquisition: Acquisition, boundary: Boundary = "reflecting") -> Optics:
    """The optics of a complete acquisition. Reads the file of a measured PSF: raises ReadError, DataError."""
    pixel_nm = acquisition.pixel_size_nm
    if acquisition.psf == "measured":
        return Optics(read_psf(acquisition.psf_file, acquisition.psf_pixel_size_nm, pixel_nm), boundary)
    if acquisition.psf == "airy":
        return Optics(AiryPsf(_cutoff_per_nm(acquisition) * pixel_nm), boundary)
    return Optics(GaussianPsf(sigma_from_fwhm(acquisition.fwhm_nm / pixel_nm)), boundary)


def _cutoff_per_nm(acquisition: Acquisition) -> float:
    """2 NA / λ, from both where the width was taken from them, else from the width."""
    aperture, emission_nm, fwhm_nm = acquisition.numerical_aperture, acquisition.emission_nm, acquisition.fwhm_nm
    if aperture is not None and emission_nm is not None:
        if math.isclose(fwhm_nm, fwhm_from_aperture_nm(aperture, emission_nm), rel_tol=1e-9):
            return 2.0 * aperture / emission_nm
    return 2.0 * AIRY_FWHM / fwhm_nm


def blur_operator(
    optics: Optics,
    shape_yx: tuple[int, int],
    zoom: int,
    spot_sigma_pixels: float = 0.0,
    spots_per_pixel: int = 1,
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> ForwardOperator | SpectralOperator:
    """ΨK, from spots to the camera pixels of a field (Y, X).

    spot_sigma_pixels: σ of the Gaussian spots in camera pixels, of which spots_per_pixel lie along a camera pixel; 0
    for Ψ itself, whose spots are points in the middle of the fine pixels, zoom of them along a camera pixel.
    """
    if not isinstance(optics.psf, GaussianPsf):
        settings = (zoom, optics.boundary, spots_per_pixel, spot_sigma_pixels)
        axes = tuple(Axis(pixels, *settings) for pixels in shape_yx)
        return SpectralOperator(optics.psf, axes, device, dtype)
    matrices = [banded_spots(n, zoom * n, optics.psf.sigma_pixels, optics.boundary) for n in shape_yx]
    if spot_sigma_pixels > 0:
        sigma_fine = zoom * spot_sigma_pixels
        spots = (banded_spots(zoom * n, spots_per_pixel * n, sigma_fine, optics.boundary) for n in shape_yx)
        matrices = [matrix @ spot for matrix, spot in zip(matrices, spots)]
    return separable_operator(tuple(matrices), device, dtype, optics.boundary)


def spot_operator(
    optics: Optics,
    shape_yx: tuple[int, int],
    zoom: int,
    spot_sigma_pixels: float,
    spots_per_pixel: int,
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> ForwardOperator:
    """K, from spots to the fine grid of a field of (Y, X) camera pixels, so that ΨK is what `blur_operator` makes."""
    sigma_fine = zoom * spot_sigma_pixels
    spots = (banded_spots(zoom * n, spots_per_pixel * n, sigma_fine, optics.boundary) for n in shape_yx)
    return separable_operator(tuple(spots), device, dtype, optics.boundary)
