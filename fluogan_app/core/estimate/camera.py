"""Gain, offset and read noise of the camera, from the camera's line."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.estimate.photon_transfer import PhotonTransfer, photon_transfer
from fluogan_app.core.estimate.result import Estimate, Evidence, Finding, Mark, Missing, Series
from fluogan_app.core.params import spec

NAMES = ("gain", "offset", "read_noise")
LEAST_FRAMES, LEAST_SIDE = 8, 16
#: A range of brightness so many times that of its noise flattens the line by no more than 5 %.
LEAST_CONTRAST = 20.0
#: A line less certain than this says nothing of a gain.
MOST_RELATIVE_UNCERTAINTY = 0.25
#: Read noise of most scientific cameras, in photons rms, and its limit where nothing is known of the camera.
USUAL_READ_NOISE, LARGE_READ_NOISE = 1.5, 3.0


def estimate_camera(frames: np.ndarray, known: Acquisition) -> tuple[Finding, ...]:
    """Gain, offset and read noise from frames (T, Y, X) in counts.

    What the file or the user states in `known` is kept for the others: the line alone gives the gain, and of offset and
    read noise the one if it knows the other.
    """
    reason = _why_not(frames)
    if reason:
        return _all_missing(reason)
    line = photon_transfer(frames)
    reason = _why_no_line(line)
    if reason:
        return _all_missing(reason)
    return _gain(line), _offset(line, known), _read_noise(line, known)


def _why_not(frames: np.ndarray) -> str:
    count, height, width = frames.shape
    if count < LEAST_FRAMES:
        return f"{count} frames are too few; the camera's noise shows from {LEAST_FRAMES} frames on."
    if min(height, width) < LEAST_SIDE:
        return f"A region of {height} × {width} pixels is too small; give at least {LEAST_SIDE} on each side."
    return ""


def _why_no_line(line: PhotonTransfer) -> str:
    if line.contrast < LEAST_CONTRAST:
        return "The frames are too even: the noise can only be followed from dark to bright pixels."
    if line.slope <= 0:
        return "The noise does not grow with the brightness, as the noise of counted photons does."
    spread = float(line.lines[:, 0].std()) / line.slope
    if spread > MOST_RELATIVE_UNCERTAINTY:
        return f"The gain would be uncertain by {100 * spread:.0f} %: too few frames, or too little light."
    return ""


def _all_missing(reason: str) -> tuple[Missing, ...]:
    return tuple(Missing(name, _label(name), reason) for name in NAMES)


def _gain(line: PhotonTransfer) -> Estimate:
    how = (
        "Slope of the noise against the brightness, from patterns finer than the PSF can make, so that blinking and "
        "bleaching do not enter. A camera with electron multiplication shows about twice its gain."
    )
    return _estimate("gain", line.slope, float(line.lines[:, 0].std()), how, _evidence(line))


def _offset(line: PhotonTransfer, known: Acquisition) -> Estimate:
    zeros = -line.lines[:, 1] / line.lines[:, 0]
    if _stated(known, "read_noise"):
        offset = line.zero + line.slope * known.read_noise**2
        how = f"Where the line comes down to the read noise of {known.read_noise:g} photons."
        return _estimate("offset", offset, float(zeros.std()), how, _evidence(line, offset))
    return _offset_between_limits(line, float(zeros.std()))


def _offset_between_limits(line: PhotonTransfer, spread: float) -> Estimate:
    """The line ends at the offset or below it, and no pixel is darker than the offset."""
    low, high = line.zero, max(line.zero, line.darkest)
    offset = min(low + line.slope * USUAL_READ_NOISE**2, (low + high) / 2)
    reach = min(low + line.slope * LARGE_READ_NOISE**2, high) - low
    how = (
        f"Between {low:.4g} counts, where the line comes down to no noise, and the darkest pixels, {high:.4g} counts. "
        f"A read noise of {USUAL_READ_NOISE:g} photons is assumed; a dark frame would tell better."
    )
    warnings = ("No pixel is darker than the line allows for light: the offset may be wrong.",)
    return _estimate(
        "offset", offset, float(np.hypot(spread, reach / 2)), how, _evidence(line, offset),
        warnings if line.darkest < line.zero - 3 * spread else (),
    )  # fmt: skip


def _read_noise(line: PhotonTransfer, known: Acquisition) -> Finding:
    if not _stated(known, "offset"):
        reason = "It can only be told apart from the offset where the offset is stated."
        return Missing("read_noise", _label("read_noise"), reason)
    squares = (line.lines[:, 1] + line.lines[:, 0] * known.offset) / line.lines[:, 0] ** 2
    square, spread = (line.intercept + line.slope * known.offset) / line.slope**2, float(squares.std())
    if square < -3.0 * spread:
        reason = f"The offset of {known.offset:g} counts leaves less than no noise in the dark; check the offset."
        return Missing("read_noise", _label("read_noise"), reason)
    value = float(np.sqrt(max(square, 0.0)))
    # Near zero the square is what has a normal error.
    uncertainty = spread / (2.0 * max(value, np.sqrt(spread) / 2.0)) if spread > 0 else 0.0
    how = f"Height of the line at the offset of {known.offset:g} counts."
    return _estimate("read_noise", value, uncertainty, how, _evidence(line, known.offset))


def _estimate(
    name: str, value: float, uncertainty: float, how: str, evidence: Evidence, warnings: tuple[str, ...] = ()
) -> Estimate:
    unit = spec(Acquisition, name).unit
    return Estimate(name, _label(name), float(value), float(uncertainty), unit, how, evidence, warnings=warnings)


def _evidence(line: PhotonTransfer, offset: float | None = None) -> Evidence:
    start = min(line.zero, line.class_mean[0]) if offset is None else min(line.zero, offset)
    means = np.linspace(start, line.class_mean[-1], 50)
    drawn = Series("camera's line", means, np.maximum(line.slope * means + line.intercept, 0.0), drawn_as="line")
    points = Series("pixels of like brightness", line.class_mean, line.class_variance, line.class_spread)
    marks = () if offset is None else (Mark("offset", offset),)
    return Evidence("Noise of the camera", "Mean in counts", "Variance in counts²", (points, drawn), marks)


def _stated(known: Acquisition, name: str) -> bool:
    return known.origin(name) in (Origin.USER, Origin.FILE)


def _label(name: str) -> str:
    return spec(Acquisition, name).label
