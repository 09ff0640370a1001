"""Units and the few conversions between them: lengths in nm, widths of the point-spread function, words for numbers."""

from __future__ import annotations

import math

#: FWHM = 2 √(2 ln 2) σ for a Gaussian.
FWHM_PER_SIGMA = 2.0 * math.sqrt(2.0 * math.log(2.0))

#: Units of the images as they stand beside them: the images of a run are means of a frame, not sums of all.
CAMERA_UNIT, FINE_UNIT = "photons/frame/px", "photons/frame/fine px"
#: Of values that count nothing.
NO_UNIT = "no unit"


def sigma_from_fwhm(fwhm: float) -> float:
    """Standard deviation of a Gaussian from its full width at half maximum, in the same unit."""
    return fwhm / FWHM_PER_SIGMA


def fwhm_from_aperture_nm(numerical_aperture: float, emission_nm: float) -> float:
    """FWHM in nm of a widefield PSF in focus: 0.51 λ / NA, the width of the Airy pattern."""
    return 0.51 * emission_nm / numerical_aperture


def length_text(length_nm: float) -> str:
    """A length with its unit as a person writes it: "80 nm", "1.5 µm", "2.4 mm"."""
    for unit, size in (("mm", 1e6), ("µm", 1e3)):
        if abs(length_nm) >= size:
            return f"{length_nm / size:.4g} {unit}"
    return f"{length_nm:.4g} nm"


def measured_text(value: float, uncertainty: float) -> str:
    """A value with its uncertainty, both to the second digit of the uncertainty: "2.141 ± 0.031"."""
    if not (uncertainty > 0 and math.isfinite(uncertainty)):
        return (f"{value:.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}").replace("-", "−")
    digits = max(0, 1 - math.floor(math.log10(uncertainty)))
    return f"{value:.{digits}f} ± {uncertainty:.{digits}f}".replace("-", "−")


def unit_of_sum(unit: str) -> str:
    """The unit of a sum over pixels: "photons/frame/px" becomes "photons/frame", "counts" stays counts."""
    return unit.removesuffix("/fine px").removesuffix("/px")


def scale_group(unit: str, pixel_size_nm: float | None) -> str:
    """Images of one group can share a scale of colours: of one unit, on pixels of one size; "" where none can."""
    size = "any" if pixel_size_nm is None else f"{pixel_size_nm:.4g} nm"
    return "" if unit in ("", NO_UNIT) else f"{unit} on {size} pixels"


def seconds_text(seconds: float) -> str:
    """A duration as a person says it: "8 s", "2 min 05 s", "1 h 10 min"."""
    whole = int(round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def milliseconds_text(duration_ms: float) -> str:
    """A short time with its unit: "24.07 ms", "5 s", "2.5 min"."""
    for unit, size in (("min", 60_000), ("s", 1000)):
        if duration_ms >= size:
            return f"{duration_ms / size:.4g} {unit}"
    return f"{duration_ms:.4g} ms"


def bytes_text(count: float) -> str:
    """A size in memory or on disk: "512 kB", "1.4 GB"."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} B"
