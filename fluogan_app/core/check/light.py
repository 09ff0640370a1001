"""Findings on what the recording can tell: photons, fluctuation, number of frames, sampling, and drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.check.frame_facts import LEAST_DETAIL, shared_by_neighbours
from fluogan_app.core.check.result import CheckFinding, Severity
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import VISIBLE_PIXELS
from fluogan_app.core.data.mending import mended
from fluogan_app.core.estimate.defects import LEAST_FWHM_PIXELS
from fluogan_app.core.estimate.result import DriftEstimate, Estimate, Finding, Missing
from fluogan_app.core.units import length_text

#: Photons that a bright pixel needs over the whole stack: simulated lines of 100 nm are split at 120 nm with the first
#: of these, at 150 nm with a third of it, and hardly at all with a tenth of the second.
ENOUGH_PHOTONS, FEW_PHOTONS = 10_000.0, 1_000.0
ENOUGH_FRAMES, FEW_FRAMES = 50, 10
#: A smaller field is too small to tell light from noise by what neighbouring pixels share.
LEAST_SIDE = 16
#: Finer pixels than this part of the FWHM only share the light out among more read noise.
MOST_FWHM_PIXELS = 8.0
#: Drift in pixels that is as large as the detail which is looked for.
LARGE_DRIFT = 1.0

APART = "Moving whole frames cannot correct that: choose fewer frames, or a region that moves as one."
HIDDEN = "Parts of the field do not agree: there is little light or detail, or the sample itself moves."

_ORIGINS = {
    Origin.FILE: "as the file states", Origin.USER: "as given", Origin.ESTIMATED: "as estimated from the frames",
    Origin.ASSUMED: "which is only assumed",
}  # fmt: skip


def frame_count(count: int) -> CheckFinding:
    """Whether there are frames enough."""
    label, values = "Frames", {"frames": count}
    if count == 1:
        advice = "A reconstruction needs a stack of many: open the whole series, or choose another axis as time."
        return CheckFinding("frames", label, Severity.SERIOUS, "There is one frame only.", advice, values)
    words = f"There are {count} frames."
    if count >= ENOUGH_FRAMES:
        return CheckFinding("frames", label, Severity.FINE, words, values=values)
    advice = "A few hundred frames are usual; so few leave much noise, and can hardly be compared half against half."
    severity = Severity.WARNING if count < FEW_FRAMES else Severity.NOTE
    return CheckFinding("frames", label, severity, words, advice, values)


@dataclass(frozen=True)
class Seen:
    """What the mean of the lit frames shows: counts of its brightest hundredth of pixels and of the median one, and
    whether there is anything but noise."""

    bright: float
    median: float
    sample: bool

    @classmethod
    def of(cls, mean: np.ndarray, unsound: np.ndarray) -> Seen:
        """From the mean frame (Y, X); unsound pixels say nothing. What the objective passed is alike in neighbours."""
        sound = mended(mean[None], unsound)[0]
        told = min(sound.shape) >= LEAST_SIDE
        shared = shared_by_neighbours(sound - sound.mean()) / max(float(sound.var()), 1e-300)
        sample = not told or shared * np.sqrt(sound.size) > LEAST_DETAIL
        return cls(float(np.percentile(mean, 99.0)), float(np.median(mean)), bool(sample))


def photons(seen: Seen, frames: int, camera: Acquisition) -> CheckFinding:
    """Photons of bright pixels in so many lit frames; `camera` has gain and offset with their origins."""
    bright, usual = ((counts - camera.offset) / camera.gain for counts in (seen.bright, seen.median))
    values = {
        "bright_photons": bright, "median_photons": usual, "stack_photons": bright * frames,
        "gain": camera.gain, "offset": camera.offset,
    }  # fmt: skip
    words = f"Bright pixels detect {bright:.3g} photons in each frame, the median pixel {usual:.3g}."
    rests = _rests_on(camera)
    if not seen.sample:
        words = "No light of a sample is seen: the mean of the frames is as even as noise."
        advice = "There is nothing to reconstruct: check the light, the shutter, and the choice of channel and frames."
        return CheckFinding("photons", "Photons", Severity.SERIOUS, words, advice, values)
    if bright <= 0:
        advice = f"There is no light above the offset of {camera.offset:g} counts: check the offset. {rests}"
        return CheckFinding("photons", "Photons", Severity.WARNING, words, advice, values)
    total = bright * frames
    if total >= ENOUGH_PHOTONS:
        assumed = Origin.ASSUMED in (camera.origin("gain"), camera.origin("offset"))
        severity = Severity.NOTE if assumed else Severity.FINE
        advice = f"{rests} State the camera's, or the photons may be far fewer." if assumed else rests
        return CheckFinding("photons", "Photons", severity, words, advice, values)
    advice = (
        f"That is {total:.2g} photons in all {frames} frames: finer detail than about half the PSF's width will not be "
        f"certain. More light or frames would tell more. {rests}"
    )
    severity = Severity.WARNING if total < FEW_PHOTONS else Severity.NOTE
    return CheckFinding("photons", "Photons", severity, words, advice, values)


def fluctuation(found: Finding, moves: bool = False) -> CheckFinding:
    """Whether the light varies beyond the photons' chance, from the photons per event κ; moves: the sample does."""
    label = "Fluctuation"
    if isinstance(found, Estimate) and moves:
        words = "Fluctuation cannot be told: what moves seems to fluctuate, too."
        advice = "Correct the drift first, where it is one; then look again."
        return CheckFinding("fluctuation", label, Severity.NOTE, words, advice)
    if isinstance(found, Estimate):
        words = f"The molecules fluctuate: {found.value:.3g} ± {found.uncertainty:.2g} photons per event beyond chance."
        advice = "Beside the mean, the fluctuations tell where the light comes from."
        pictures = (found.evidence,) if found.evidence is not None else ()
        values = {"kappa_photons": found.value, "kappa_uncertainty_photons": found.uncertainty}
        return CheckFinding("fluctuation", label, Severity.FINE, words, advice, values, pictures)
    assert isinstance(found, Missing)
    steady = "does not fluctuate" in found.reason
    advice = "The mean of the frames then tells all that they hold; more frames only lower its noise." if steady else ""
    return CheckFinding("fluctuation", label, Severity.NOTE, found.reason, advice)


def sampling(known: Acquisition) -> CheckFinding:
    """Pixel against PSF."""
    label = "Sampling"
    if known.pixel_size_nm is None:
        advice = "State it (--pixel-size-nm): blur and scale bars follow from it."
        return CheckFinding("sampling", label, Severity.WARNING, "The pixel size is not known.", advice)
    width = float(known.psf_fwhm_nm or 0.0)
    pixels = width / known.pixel_size_nm
    origin = " (assumed)" if known.psf_origin is Origin.ASSUMED else ""
    each = length_text(known.pixel_size_nm)
    words = f"The PSF of {length_text(width)}{origin} is {pixels:.2g} pixels of {each} wide."
    values = {"fwhm_pixels": pixels, "fwhm_nm": width, "pixel_size_nm": known.pixel_size_nm}
    if pixels < LEAST_FWHM_PIXELS * (1 - 1e-9):
        advice = (
            f"From {LEAST_FWHM_PIXELS:g} pixels on an image holds all that the objective passes: use more "
            "magnification or smaller pixels, or check both values."
        )
        return CheckFinding("sampling", label, Severity.WARNING, words, advice, values)
    if pixels > MOST_FWHM_PIXELS:
        advice = "So fine pixels add nothing but read noise and time: bin them on the camera, or check both values."
        return CheckFinding("sampling", label, Severity.NOTE, words, advice, values)
    return CheckFinding("sampling", label, Severity.FINE, words, values=values)


def drift_finding(found: DriftEstimate, is_corrected: bool) -> CheckFinding:
    """What drift there is, or is left after its correction."""
    label = "Drift left after correction" if is_corrected else "Drift"
    pictures = (found.evidence,) if found.evidence is not None else ()
    apart = found.parts_pixels
    values = {"parts_pixels": apart} if apart else {}
    if not found.found or found.drift is None:
        severity = Severity.NOTE if apart or found.hides else Severity.FINE
        severity = Severity.WARNING if apart >= LARGE_DRIFT else severity
        advice = APART if apart else HIDDEN if found.told and found.hides else ""
        return CheckFinding("drift", label, severity, found.words, advice, values, pictures)
    span = found.drift.span_pixels
    values |= {"drift_pixels": span, "uncertainty_pixels": float(found.uncertainty_pixels or 0.0)}
    if span < VISIBLE_PIXELS and not apart:
        advice = "That blurs nothing that can be seen; it may be corrected (--drift correct)."
        return CheckFinding("drift", label, Severity.NOTE, found.words, advice, values, pictures)
    severity = Severity.SERIOUS if span >= LARGE_DRIFT else Severity.WARNING
    advice = "It blurs the image and the fit takes it for structure: correct the drift first (--drift correct)."
    advice += f" {APART}" if apart else ""
    return CheckFinding("drift", label, severity, found.words, advice, values, pictures)


def _rests_on(camera: Acquisition) -> str:
    """Where gain and offset come from; numbers of photons rest on them."""
    told = [
        f"{name} {getattr(camera, name):.4g}{unit}, {_ORIGINS[camera.origin(name)]}"
        for name, unit in (("gain", " counts per photon"), ("offset", " counts"))
    ]
    return f"The numbers rest on {' and '.join(told)}."
