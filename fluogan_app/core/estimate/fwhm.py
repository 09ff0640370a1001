"""FWHM of the PSF: from the molecules' fluctuations where there are any, else the widest that the mean frame allows."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.estimate.result import Estimate, Evidence, Finding, Mark, Missing, Series
from fluogan_app.core.estimate.width_limit import WidthLimit, widest_fitting_psf
from fluogan_app.core.estimate.width_spectrum import LOWEST_FREQUENCIES, SpectrumWidth, width_from_fluctuations
from fluogan_app.core.params import spec
from fluogan_app.core.units import fwhm_from_aperture_nm

LEAST_FRAMES, LEAST_SIDE = 8, 24
#: Fluctuations of moving structures spread like the structures; those of molecules tell the width at least this well.
TRUSTED = 0.04
#: A width from the data and one from NA and wavelength that differ by more are said.
MOST_DIFFERENCE = 0.15


def estimate_fwhm(frames: np.ndarray, known: Acquisition) -> Finding:
    """FWHM in nm from frames (T, Y, X) in counts. The pixel size must be known; NA and wavelength are compared with."""
    label, count = spec(Acquisition, "fwhm_nm").label, len(frames)
    if known.pixel_size_nm is None:
        return Missing("fwhm_nm", label, "The pixel size is not known.")
    if count < LEAST_FRAMES or min(frames.shape[1:]) < LEAST_SIDE:
        size = f"{count} frames of {frames.shape[1]} × {frames.shape[2]} pixels"
        least = f"at least {LEAST_FRAMES} frames and {LEAST_SIDE} pixels on each side are needed"
        return Missing("fwhm_nm", label, f"{size} are too few; {least}.")
    spectrum = width_from_fluctuations(frames)
    if spectrum is not None and spectrum.uncertainty_pixels < TRUSTED * spectrum.fwhm_pixels:
        return _from_spectrum(spectrum, known)
    limit = widest_fitting_psf(frames)
    if limit is None:
        return Missing("fwhm_nm", label, "Nothing in the region is sharp and bright enough to tell the blur from.")
    return _from_limit(limit, known)


def _from_spectrum(width: SpectrumWidth, known: Acquisition) -> Estimate:
    # What the removed trend leaves at the lowest frequencies would only take the room of the rest.
    shown, per_um = width.frequency > LOWEST_FREQUENCIES[0] / 2, 1e3 / known.pixel_size_nm
    frequency = width.frequency[shown] * per_um
    evidence = Evidence(
        "Spectrum of the fluctuations", "Spatial frequency in 1/µm", "Power in counts² per pixel",
        (
            Series("fluctuations", frequency, width.power[shown]),
            Series("Gaussian PSF and camera noise", frequency, width.fitted[shown], drawn_as="line"),
        ),
        (Mark("fitted from here", LOWEST_FREQUENCIES[0] * per_um),), y_logarithmic=True,
    )  # fmt: skip
    how = (
        "How the molecules' fluctuations fall off with spatial frequency, which is by the PSF alone: a Gaussian and "
        "the camera's noise. Right as long as the sample does not move."
    )
    return _estimate(width.fwhm_pixels, width.uncertainty_pixels, how, evidence, known, upper_limit=False)


def _from_limit(limit: WidthLimit, known: Acquisition) -> Estimate:
    # A very narrow PSF follows even the noise: there is nothing to see where no misfit is left.
    shown = limit.expected > 0.01
    widths = limit.widths[shown] * known.pixel_size_nm
    evidence = Evidence(
        "Widest PSF that fits", "Assumed FWHM in nm", "Misfit per noise variance",
        (
            Series("recorded mean frame", widths, limit.misfit[shown]),
            Series("what noise alone leaves", widths, limit.expected[shown], drawn_as="line"),
        ),
        (Mark("estimate", limit.fwhm_pixels * known.pixel_size_nm),), y_logarithmic=True,
    )  # fmt: skip
    how = (
        "The widest Gaussian with which a sample without negative light can make the mean frame. It is the PSF's where "
        "something in the region is much finer than the PSF, else it is too wide."
    )
    return _estimate(limit.fwhm_pixels, limit.uncertainty_pixels, how, evidence, known, upper_limit=True)


def _estimate(
    pixels: float, spread: float, how: str, evidence: Evidence, known: Acquisition, upper_limit: bool
) -> Estimate:
    declared, side = spec(Acquisition, "fwhm_nm"), known.pixel_size_nm
    value, warnings = pixels * side, []
    if pixels < 2.0:
        warnings.append(f"That is {pixels:.1f} pixels: the PSF is under-sampled, and the estimate is rough.")
    if known.numerical_aperture is not None and known.emission_nm is not None:
        optics = fwhm_from_aperture_nm(known.numerical_aperture, known.emission_nm)
        if abs(value - optics) > MOST_DIFFERENCE * optics + 3.0 * spread * side:
            warnings.append(f"NA and wavelength give {optics:.0f} nm; out of focus or in motion, images are wider.")
    return Estimate(
        "fwhm_nm", declared.label, value, spread * side, declared.unit, how, evidence, upper_limit, tuple(warnings)
    )
