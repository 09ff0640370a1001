"""Words for fields in which nothing stands out: a deconvolution makes structure of their noise all the same."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.units import sigma_from_fwhm

#: The largest of n normal numbers is near √(2 ln n); a structure is beyond it by so much.
BEYOND_CHANCE = 1.0


def empty_field_remarks(noise: Noise, fwhm_pixels: float) -> tuple[str, ...]:
    """What has to be said where no place of the mean frame, averaged over the PSF, is brighter than by chance."""
    known = np.isfinite(noise.mean_variance)
    middle = float(np.median(noise.mean[known]))
    relative = np.where(known, (noise.mean - middle) / np.sqrt(noise.mean_variance), 0.0)
    sigma = sigma_from_fwhm(fwhm_pixels)
    # White noise of variance 1 has 1 / 4πσ² after averaging over a Gaussian.
    strongest = float(gaussian_filter(relative, sigma, mode="reflect").max()) * max(1.0, 2.0 * np.pi**0.5 * sigma)
    if strongest > np.sqrt(2.0 * np.log(relative.size)) + BEYOND_CHANCE:
        return ()
    return (
        "No place of the mean frame is brighter than chance makes it: the field may be empty, and the structure shown "
        "is noise.",
    )
