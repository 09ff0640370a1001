"""All that the frames tell of how they were recorded, in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import DataError
from fluogan_app.core.estimate.camera import estimate_camera
from fluogan_app.core.estimate.fwhm import estimate_fwhm
from fluogan_app.core.estimate.kappa import LABEL, estimate_kappa
from fluogan_app.core.estimate.result import Estimate, Finding, Missing
from fluogan_app.core.estimate.standing import standing, steady_twin

#: Enough to tell every value to a percent or two, in seconds.
MOST_SIDE, MOST_FRAMES = 192, 600
#: Only these belong to the recording; the others are the method's.
RECORDING = ("gain", "offset", "read_noise", "fwhm_nm")


@dataclass(frozen=True)
class Findings:
    """What was found and what was not; `used` says which part of the stack it was found in."""

    findings: tuple[Finding, ...]
    used: str

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """What was found."""
        return tuple(finding for finding in self.findings if isinstance(finding, Estimate))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What was not."""
        return tuple(finding for finding in self.findings if isinstance(finding, Missing))

    def estimate(self, name: str) -> Estimate | None:
        """One estimate by its name."""
        return next((finding for finding in self.estimates if finding.name == name), None)


def estimate_recording(
    stack: Stack, known: Acquisition, roi: Roi | None = None, frames: FrameRange | None = None
) -> Findings:
    """Estimate camera, PSF and fluctuation from a part of the stack.

    Of a stack whose drift is corrected, the camera is seen in the frames that it recorded: moving a frame spreads each
    pixel's noise over its neighbours.
    Raises ReadError, DataError (outside, NaN or infinite pixels, all equal).
    """
    region, some = part_to_read(stack, roi, frames)
    frames = _checked(stack.read(some, region))
    recorded = frames if stack.drift is None else _checked(stack.raw.read(some, region))
    positions = None if stack.drift is None else stack.drift.positions[some.start : some.stop]
    return Findings(estimate_frames(frames, known, recorded, positions), f"{some}, {region}")


def part_to_read(stack: Stack, roi: Roi | None = None, frames: FrameRange | None = None) -> tuple[Roi, FrameRange]:
    """The middle of the region and the first frames of the range, as many as estimates need."""
    wanted = frames or FrameRange.whole(stack.shape[0])
    some = FrameRange(wanted.start, min(wanted.stop, wanted.start + MOST_FRAMES))
    return _middle(roi or Roi.whole(stack.shape[1:])), some


def estimate_frames(
    frames: np.ndarray, known: Acquisition, recorded: np.ndarray | None = None, positions: np.ndarray | None = None
) -> tuple[Finding, ...]:
    """Estimate everything from frames (T, Y, X) in counts, the camera from those that it `recorded`.

    positions: (T, 2) y, x of the sample in the recorded frames in camera pixels, where they were moved back.
    """
    camera = estimate_camera(frames if recorded is None else recorded, known)
    width = estimate_fwhm(frames, known)
    if recorded is None or positions is None:
        return *camera, width, _kappa(frames, known, camera[0], width)
    still, steady = standing(recorded, positions), steady_twin(recorded, positions)
    return *camera, width, _kappa(still, known, camera[0], width, steady)


def with_estimates(known: Acquisition, estimates: Iterable[Estimate]) -> Acquisition:
    """The recording with estimates in the place of what nobody stated; not with upper limits. Raises ParameterError."""
    values = {
        estimate.name: estimate.value
        for estimate in estimates
        if estimate.name in RECORDING and not estimate.upper_limit and _open(known, estimate.name)
    }
    return known.with_values(Origin.ESTIMATED, **values) if values else known


def _open(known: Acquisition, name: str) -> bool:
    """Whether nobody stated a value: a measured PSF states its width."""
    if name == "fwhm_nm" and known.psf == "measured":
        return False
    origin = known.psf_origin if name == "fwhm_nm" else known.origin(name)
    return origin in (Origin.ASSUMED, Origin.MISSING, Origin.ESTIMATED)


def _kappa(
    frames: np.ndarray, known: Acquisition, gain: Finding, width: Finding, steady: np.ndarray | None = None
) -> Finding:
    """κ with the width and the gain that are stated, else estimated."""
    fwhm_nm = width.value if _open(known, "fwhm_nm") and isinstance(width, Estimate) else known.psf_fwhm_nm
    counts = gain.value if _open(known, "gain") and isinstance(gain, Estimate) else known.gain
    if known.pixel_size_nm is None or fwhm_nm is None:
        return Missing("kappa", LABEL, "The pixel size is not known.")
    return estimate_kappa(frames, fwhm_nm / known.pixel_size_nm, counts, steady)


def _middle(roi: Roi) -> Roi:
    height, width = min(roi.height, MOST_SIDE), min(roi.width, MOST_SIDE)
    return Roi(roi.y0 + (roi.height - height) // 2, roi.x0 + (roi.width - width) // 2, height, width)


def _checked(frames: np.ndarray) -> np.ndarray:
    bad = int(frames.size - np.count_nonzero(np.isfinite(frames)))
    if bad:
        raise DataError(
            f"{bad} pixels of the region are not numbers (NaN or infinite).",
            "Choose a region or a frame range without them.",
        )
    if float(frames.min()) == float(frames.max()):
        raise DataError(
            f"Every pixel of the region has the same value, {float(frames.min()):g}; nothing can be estimated.",
            "Choose another region, channel or frame range.",
        )
    return frames
