"""The frames as they can be used: in photons, checked, with defects mended, and with words on what was found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import DataError
from fluogan_app.core.estimate.defects import Defects, pixel_mask
from fluogan_app.core.methods.region_size import check_region

#: Of a region of which more than this part is saturated or defective, no image can be made.
MOST_MASKED = 0.5
#: A pixel whose mean is below zero by more than so many of its standard deviations is no dark one with noise.
NEGATIVE_DEVIATIONS = 5.0
#: Such pixels mean an offset that is too large: said from this part of the region on, refused from that.
NEGATIVE_SAID, NEGATIVE_REFUSED = 0.01, 0.5
#: In a dark field noise brings half of the pixels below zero; more than this part means the same.
MOST_BELOW_ZERO = 0.65


@dataclass(frozen=True)
class SoundFrames:
    """photons: (T, Y, X) float32, hot and dead pixels mended. defects: which pixels must not count.

    notes: sentences on what was found and done.
    """

    photons: np.ndarray
    defects: Defects
    notes: tuple[str, ...]


def sound_frames(problem: Problem) -> SoundFrames:
    """Check, mask and mend the frames of a problem. Raises DataError where nothing can be reconstructed from them.

    A tile of a larger field may be empty: it is not refused for what the field as a whole has.
    """
    fwhm_pixels = blur_pixels(problem)
    check_region(problem.inner.height, problem.inner.width, problem.acquisition)
    defects = pixel_mask(problem.frames, fwhm_pixels, problem.acquisition.offset)
    photons = defects.mended(problem.photons)
    negative = _negative_share(photons)
    if problem.reference is None:
        _check_light(problem, negative)
        _check_masked(defects)
        _check_varied(photons)
    return SoundFrames(photons, defects, (*_defect_notes(defects), *_frame_notes(problem, negative)))


def blur_pixels(problem: Problem) -> float:
    """FWHM of the PSF in camera pixels."""
    return problem.acquisition.fwhm_nm / problem.acquisition.pixel_size_nm


def _check_light(problem: Problem, negative: float) -> None:
    offset = problem.acquisition.offset
    mean, least = float(problem.frames.mean(dtype=np.float64)), float(problem.frames.min())
    if mean <= offset and least < 0 and offset == 0:
        raise DataError(
            f"The frames hold negative counts, {least:g} at the least and {mean:g} on average, "
            "and no offset is stated.",
            f"State the counts that the camera reports in the dark (--offset, {least:g} or less).",
        )
    if mean <= offset:
        raise DataError(
            f"After taking off the camera offset of {offset:g} counts no light is left: "
            f"the frames' mean is {mean:g} counts.",
            "Check the camera offset.",
        )
    if negative > NEGATIVE_REFUSED:
        raise DataError(
            f"After taking off the camera offset of {offset:g} counts, {100 * negative:.0f} % of the pixels have less "
            "than no light on average.",
            "State a smaller camera offset (--offset).",
        )


def _check_masked(defects: Defects) -> None:
    masked = float(defects.mask.mean())
    if masked > MOST_MASKED:
        raise DataError(
            f"{100 * masked:.0f} % of the region's pixels are saturated or defective: "
            "how bright the sample is there is not known.",
            "Choose another region, or record with less light or a shorter exposure.",
        )


def _check_varied(photons: np.ndarray) -> None:
    if float(photons.min()) == float(photons.max()):
        raise DataError(
            "Beside single defect pixels, every pixel of the region has the same value; there is nothing to "
            "reconstruct.",
            "Choose another region, channel or frame range.",
        )


def _negative_share(photons: np.ndarray) -> float:
    """The part of the pixels whose mean over time is below zero by more than their noise."""
    mean = photons.mean(axis=0, dtype=np.float64)
    deviation = photons.std(axis=0, dtype=np.float64) / np.sqrt(len(photons))
    if len(photons) == 1:
        deviation = np.full(mean.shape, 1.4826 * float(np.median(abs(mean - np.median(mean)))))
    return float(np.mean(mean < -NEGATIVE_DEVIATIONS * deviation))


def _defect_notes(defects: Defects) -> list[str]:
    said = []
    mended = int(np.count_nonzero(defects.hot | defects.dead))
    often, seldom = (int(np.count_nonzero(each)) for each in (defects.saturated, defects.seldom_saturated))
    if mended:
        said.append(
            f"{mended} hot or dead camera pixel{'s were' if mended > 1 else ' was'} replaced by the median of the "
            "neighbours, and not counted."
        )
    if often:
        said.append(
            f"{often} pixel{'s are' if often > 1 else ' is'} saturated in more than 1 of 200 frames, and not counted: "
            "how bright the sample is there is told by what surrounds it."
        )
    if seldom:
        said.append(
            f"{seldom} pixel{'s are' if seldom > 1 else ' is'} saturated in a few frames: a little too dark there."
        )
    return said


def _frame_notes(problem: Problem, negative: float) -> list[str]:
    frames, offset, said = problem.frames, problem.acquisition.offset, []
    below = float(np.mean(frames.mean(axis=0, dtype=np.float64) < offset))
    if negative > NEGATIVE_SAID or below > MOST_BELOW_ZERO:
        said.append(
            f"In {100 * below:.0f} % of the pixels the mean is below the camera offset of {offset:g} counts: "
            "it seems too large, and faint structures are missing."
        )
    empty = int(np.count_nonzero(frames.min(axis=(1, 2)) == frames.max(axis=(1, 2))))
    if empty:
        said.append(f"{empty} frame{'s are' if empty > 1 else ' is'} empty (one value in all pixels).")
    repeated = sum(bool(np.array_equal(one, other)) for one, other in zip(frames[1:], frames[:-1]))
    if repeated > empty:
        said.append(f"{repeated} frames repeat the one before: they add nothing, and noise is taken from the others.")
    return said
