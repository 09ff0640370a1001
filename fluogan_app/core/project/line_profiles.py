"""Profiles of several images along one line, with their peaks, and the words for what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.metrics.gaussians import Gaussian, GaussianFit, fit_gaussians
from fluogan_app.core.metrics.lines import VALLEY_LIMIT
from fluogan_app.core.metrics.peaks import GRID_PIXELS, Pair, Peak, Peaks, find_peaks
from fluogan_app.core.metrics.profile import Profile, distances_along, profile_along
from fluogan_app.core.project.run import CAMERA_UNIT, Run
from fluogan_app.core.units import measured_text


@dataclass(frozen=True)
class PlacedPicture:
    """An image [y, x] with its name, its unit and its place. zero: the value of no light.

    reconstructed: its pixels were not measured each by itself, so what they scatter says nothing of their error.
    """

    title: str
    unit: str
    image: np.ndarray
    placement: Placement
    zero: float = 0.0
    reconstructed: bool = False


@dataclass(frozen=True)
class MeasuredProfile:
    """What was found of one image along a line. fit: None where none was wanted, or none came of it.

    Of a reconstructed image no errors of places and widths are known.
    """

    title: str
    unit: str
    profile: Profile
    found: Peaks
    fit: GaussianFit | None = None
    reconstructed: bool = False


def measured_profiles(
    line: Shape, pictures: Sequence[PlacedPicture], with_fit: bool = False
) -> tuple[MeasuredProfile, ...]:
    """The profiles of all images at the same distances, as close as the finest of them asks. Raises DataError."""
    if not pictures:
        return ()
    bounds = [picture.placement.bounds_nm(picture.image.shape) for picture in pictures]
    left, top, right, bottom = (
        choose(sides) for choose, sides in zip((min, min, max, max), zip(*bounds, strict=True), strict=True)
    )
    finest = min(picture.placement.pixel_nm for picture in pictures)
    at = distances_along(line, finest, (left, top, right, bottom))
    return tuple(_measured(line, picture, at, with_fit) for picture in pictures)


def pictures_of_run(run: Run, result: Result) -> tuple[PlacedPicture, ...]:
    """Mean, estimate and, where there is one, background of a run where they lie in the whole frame."""
    camera, fine = result.pixel_size_nm, result.fine_pixel_size_nm
    corner = (run.record.roi.y0 * camera, run.record.roi.x0 * camera)
    claims = result.claims
    pictures = (
        PlacedPicture("Mean", CAMERA_UNIT, result.mean, Placement(camera, corner)),
        PlacedPicture(claims.title, claims.unit_words, result.estimate, Placement(fine, corner), reconstructed=True),
    )
    if not claims.background:
        return pictures
    background = PlacedPicture("Background", CAMERA_UNIT, result.background, Placement(camera, corner), True)
    return (*pictures, background)


def peak_text(peak: Peak, length_unit: str) -> str:
    """Where a peak is and how wide: "at 412.0 ± 1.1 nm, FWHM 96 ± 4 nm"."""
    return f"{place_text(peak, length_unit)}, FWHM {width_text(peak, length_unit)}"


def place_text(peak: Peak, length_unit: str) -> str:
    """Where a peak is on the line."""
    return f"at {measured_text(peak.place_nm, peak.place_error_nm)} {length_unit}"


def width_text(peak: Peak, length_unit: str) -> str:
    """A peak's full width at half maximum; not resolved where it does not fall to half on both sides."""
    if not np.isfinite(peak.fwhm_nm):
        return "not resolved"
    if peak.is_of_the_grid:
        return f"at most {GRID_PIXELS * peak.pixel_nm:.4g} {length_unit} ({GRID_PIXELS:g} pixels)"
    return f"{measured_text(peak.fwhm_nm, peak.fwhm_error_nm)} {length_unit}"


def pair_text(pair: Pair, length_unit: str) -> str:
    """How far two neighbouring peaks are apart, and whether they are two."""
    apart = f"{measured_text(pair.distance_nm, pair.distance_error_nm)} {length_unit} apart"
    valley = f"valley {_valley_text(pair)} %"
    if pair.resolved:
        return f"{apart}, resolved ({valley})"
    return f"{apart}, not resolved ({valley}; below {100 * VALLEY_LIMIT:g} % is asked for)"


def peak_heads(length_unit: str, with_fit: bool) -> list[str]:
    """The columns of `peak_rows`."""
    gaussian = [f"Gaussian, {length_unit}"] if with_fit else []
    return ["Image", f"Peak at, {length_unit}", f"FWHM, {length_unit}", *gaussian, f"Apart, {length_unit}", "Valley"]


def peak_rows(profiles: Sequence[MeasuredProfile], with_fit: bool) -> list[list[str]]:
    """Of each peak: the image, its place, its width, the distance to the next one, and whether the two are two."""
    rows = []
    for one in profiles:
        fitted = one.fit.gaussians if one.fit is not None else ()
        alike = len(fitted) == len(one.found.peaks)
        for index, peak in enumerate(one.found.peaks):
            row = [one.title, measured_text(peak.place_nm, peak.place_error_nm), _width_number(peak)]
            if with_fit:
                row.append(_gaussian_number(fitted[index], one.reconstructed) if alike else "no fit")
            pair = one.found.pairs[index] if index < len(one.found.pairs) else None
            rows.append([*row, *(("", "") if pair is None else _pair_words(pair))])
    return rows


def _gaussian_number(fitted: Gaussian, reconstructed: bool) -> str:
    """A width that is as uncertain as itself is none."""
    if not 0 < fitted.fwhm_error_nm < fitted.fwhm_nm:
        return "no fit"
    return measured_text(fitted.fwhm_nm, float("nan") if reconstructed else fitted.fwhm_error_nm)


def _width_number(peak: Peak) -> str:
    if not np.isfinite(peak.fwhm_nm):
        return "not resolved"
    if peak.is_of_the_grid:
        return f"≤ {GRID_PIXELS * peak.pixel_nm:.4g} ({GRID_PIXELS:g} pixels)"
    return measured_text(peak.fwhm_nm, peak.fwhm_error_nm)


def _pair_words(pair: Pair) -> tuple[str, str]:
    word = "resolved" if pair.resolved else "not resolved"
    share = _valley_text(pair)
    return measured_text(pair.distance_nm, pair.distance_error_nm), f"{share} %, {word}"


def _valley_text(pair: Pair) -> str:
    """In per cent; with an error where the distance has one."""
    if not np.isfinite(pair.distance_error_nm):
        return f"{100 * pair.valley:.3g}".replace("-", "−")
    return measured_text(100 * pair.valley, 100 * pair.valley_error)


def caution(profiles: Sequence[MeasuredProfile]) -> str:
    """What is to be known of the peaks of one or more images, and of their uncertainties."""
    if not any(one.found.peaks for one in profiles):
        return "No peak stands out of the noise on this line."
    made = any(one.reconstructed and one.found.peaks for one in profiles)
    if any(np.isfinite(one.found.noise) for one in profiles if one.found.peaks and not one.reconstructed):
        words = "± is the noise on this line alone, and what the pixels leave open."
        return f"{words} {_OF_RECONSTRUCTIONS}" if made else f"{words} How well it repeats is another matter."
    if made:
        return _OF_RECONSTRUCTIONS
    return "No uncertainty can be stated: this line shows no noise. Make it longer or wider."


_OF_RECONSTRUCTIONS = "A reconstruction has no ± here: only runs of other frames tell how well it repeats (Quality)."


def _measured(line: Shape, picture: PlacedPicture, at: np.ndarray, with_fit: bool) -> MeasuredProfile:
    profile = profile_along(picture.image, picture.placement, line, at)
    found = find_peaks(profile, picture.zero)
    fit = fit_gaussians(profile, found) if with_fit else None
    if picture.reconstructed:
        found = _without_errors(found)
    return MeasuredProfile(picture.title, picture.unit, profile, found, fit, picture.reconstructed)


def _without_errors(found: Peaks) -> Peaks:
    """The noise along the line still says whether two peaks are two; it is no error of their places and widths."""
    unknown = float("nan")
    peaks = tuple(replace(peak, place_error_nm=unknown, fwhm_error_nm=unknown) for peak in found.peaks)
    return replace(found, peaks=peaks, pairs=tuple(replace(pair, distance_error_nm=unknown) for pair in found.pairs))
