"""Widths of the PSF as FWHM and σ, in nm and in pixels, and whether camera pixel and zoom are fine enough for them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.optics.measured import read_psf
from fluogan_app.core.params import Params, param
from fluogan_app.core.units import FWHM_PER_SIGMA, fwhm_from_aperture_nm, length_text, sigma_from_fwhm

#: A pixel may be larger than the Nyquist limit by this part before it is said: both rest on rounded values.
_TOLERANCE = 0.05
#: λ / 4 NA as a part of the FWHM 0.51 λ / NA.
_NYQUIST_PER_FWHM = 0.25 / 0.51
#: Fine pixels that detail of a third of the FWHM, the finest that simulated lines were resolved to, needs at least.
FINE_PER_FWHM, _FINEST_PART = 6.0, "a third of the PSF width"
_FWHM_LIMITS = (10.0, 100_000.0)


class GaussianWidth(Params):
    """The same width as `Acquisition.fwhm_nm`, as who thinks in σ types it. It is never kept: it follows from it."""

    sigma_nm: float | None = param(
        None, label="PSF width σ", unit="nm", group="Optics", none_text="follows",
        ge=math.ceil(1e4 * _FWHM_LIMITS[0] / FWHM_PER_SIGMA) / 1e4, le=math.floor(_FWHM_LIMITS[1] / FWHM_PER_SIGMA),
        equation="σ = FWHM / 2.3548",
        help="The same width as the FWHM, as the standard deviation of a Gaussian: what is typed here sets the FWHM.",
    )  # fmt: skip


@dataclass(frozen=True)
class Sampling:
    """What follows from pixel size, zoom and the width of the PSF.

    stated_nm, aperture_nm: the width as it is stated, and as it follows from NA and wavelength; None where it is not
    known. fwhm_nm: the one in use, and `origin` where it comes from. nyquist_nm: the largest camera pixel that loses
    nothing.
    """

    pixel_size_nm: float
    zoom: int
    fwhm_nm: float
    origin: Origin
    stated_nm: float | None
    aperture_nm: float | None

    @property
    def from_aperture(self) -> bool:
        """Whether the width in use follows from NA and wavelength."""
        return self.stated_nm is None and self.aperture_nm is not None

    @property
    def fine_pixel_nm(self) -> float:
        """Side of a pixel of the estimate."""
        return self.pixel_size_nm / self.zoom

    @property
    def sigma_nm(self) -> float:
        """σ of a Gaussian of that FWHM."""
        return sigma_from_fwhm(self.fwhm_nm)

    @property
    def nyquist_nm(self) -> float:
        """λ / (4 NA), which is the FWHM / 2.04: the objective passes nothing finer than two such pixels."""
        return (self.aperture_nm or self.fwhm_nm) * _NYQUIST_PER_FWHM

    @property
    def least_zoom(self) -> int:
        """The zoom from which on the finest detail that can be hoped for has two fine pixels."""
        return math.ceil(FINE_PER_FWHM * self.pixel_size_nm / self.fwhm_nm - 1e-9)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Each value that follows, with its label and unit."""
        return (
            ("PSF width in use", f"{_width_text(self.fwhm_nm)} ({self.source})"),
            ("FWHM in pixels", self._in_pixels(self.fwhm_nm)),
            ("σ", f"{_width_text(self.sigma_nm)} = {self._in_pixels(self.sigma_nm)}"),
            ("Fine pixel", f"{length_text(self.fine_pixel_nm)}, so detail from {length_text(2 * self.fine_pixel_nm)}"),
            ("Nyquist limit", f"camera pixels up to {length_text(self.nyquist_nm)}"),
        )

    @property
    def source(self) -> str:
        """Where the width in use comes from, in words."""
        if self.from_aperture:
            return "from NA and wavelength"
        return {Origin.FILE: "stated by the file", Origin.USER: "as you set it"}.get(self.origin, self.origin.value)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is too coarse, and what to do."""
        found = []
        if self.pixel_size_nm > self.nyquist_nm * (1 + _TOLERANCE):
            found.append(
                f"The camera pixel of {length_text(self.pixel_size_nm)} is larger than the Nyquist limit of "
                f"{length_text(self.nyquist_nm)}: the recording does not hold all that the objective passes."
            )
        if self.zoom < self.least_zoom:
            found.append(
                f"Zoom {self.zoom} is too small for detail of {_FINEST_PART}: take at least {self.least_zoom}."
            )
        return tuple(found)

    def _in_pixels(self, length_nm: float) -> str:
        camera, fine = length_nm / self.pixel_size_nm, length_nm / self.fine_pixel_nm
        return f"{camera:.3g} camera, {fine:.3g} fine"


@dataclass(frozen=True)
class PsfImage:
    """The measured PSF as it is used: (height, width) freed of its background, its pixel's side and its width in nm."""

    image: np.ndarray
    pixel_nm: float
    fwhm_nm: float


def sampling_of(acquisition: Acquisition, zoom: int, measured_nm: float | None = None) -> Sampling | None:
    """What follows from the recording and the zoom; None without a pixel size, or without the width of a measured PSF.

    measured_nm: the width of the PSF in the file, where its shape is “measured”.
    """
    measured = acquisition.psf == "measured"
    width = measured_nm if measured else acquisition.psf_fwhm_nm
    if acquisition.pixel_size_nm is None or width is None:
        return None
    stated = width if measured else acquisition.fwhm_nm
    origin = Origin.FILE if measured else acquisition.psf_origin
    return Sampling(acquisition.pixel_size_nm, zoom, width, origin, stated, aperture_width_nm(acquisition))


def aperture_width_nm(acquisition: Acquisition) -> float | None:
    """The FWHM that follows from NA and wavelength, whether or not it is in use; None where one is not known."""
    if acquisition.numerical_aperture is None or acquisition.emission_nm is None:
        return None
    return fwhm_from_aperture_nm(acquisition.numerical_aperture, acquisition.emission_nm)


def fwhm_from_sigma(sigma_nm: float | None) -> float | None:
    """The FWHM of a Gaussian in nm, within what `Acquisition.fwhm_nm` may be; None stays None."""
    if sigma_nm is None:
        return None
    low, high = _FWHM_LIMITS
    return min(max(sigma_nm * FWHM_PER_SIGMA, low), high)


def sigma_of(fwhm_nm: float | None) -> float | None:
    """σ in nm to six digits, so that one which was typed comes back as it was."""
    return None if fwhm_nm is None else float(f"{sigma_from_fwhm(fwhm_nm):.6g}")


def measured_psf(acquisition: Acquisition) -> PsfImage:
    """The measured PSF in its file. Raises ReadError, ParameterError, DataError as `read_psf`."""
    pixel_nm = acquisition.pixel_size_nm or 1.0
    psf = read_psf(acquisition.psf_file or "", acquisition.psf_pixel_size_nm, pixel_nm)
    return PsfImage(psf.samples, psf.spacing_pixels * pixel_nm, psf.fwhm_pixels * pixel_nm)


def _width_text(width_nm: float) -> str:
    return f"{width_nm:.4g} nm"
