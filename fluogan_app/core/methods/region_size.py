"""How large a region must be so that something can be reconstructed from it."""

from __future__ import annotations

import math

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.errors import DataError
from fluogan_app.core.units import length_text

#: A region must be as large as the blur, and have this many pixels on each side.
LEAST_SIDE = 4


def check_region(height: int, width: int, acquisition: Acquisition) -> None:
    """Raises DataError where a region, in camera pixels, is smaller than the blur. What is not known is not judged."""
    fwhm_nm, pixel_size_nm = acquisition.psf_fwhm_nm, acquisition.pixel_size_nm
    fwhm_pixels = fwhm_nm / pixel_size_nm if fwhm_nm and pixel_size_nm else 0.0
    if min(height, width) >= max(LEAST_SIDE, fwhm_pixels):
        return
    blur = f"the blur (FWHM {length_text(fwhm_nm)}, {fwhm_pixels:.1f} pixels)" if fwhm_pixels else "any blur"
    least, good = (max(LEAST_SIDE, math.ceil(times * fwhm_pixels)) for times in (1, 3))
    why = f" (three times the blur; below {least} no run begins)" if good > least else ""
    raise DataError(
        f"The region of {height} × {width} pixels is smaller than {blur}.",
        f"Choose a region of at least {good} pixels on each side{why}, or check pixel size and FWHM.",
    )
