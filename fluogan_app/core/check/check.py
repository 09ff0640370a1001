"""The data check: one pass over the frames, and a finding on each matter that spoils reconstructions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluogan_app.core.check import brightness, light, pixels
from fluogan_app.core.check.frame_facts import FrameFacts, kept_frames
from fluogan_app.core.check.result import DataCheck
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import moved_back
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.estimate.camera import estimate_camera
from fluogan_app.core.estimate.drift import drift_of
from fluogan_app.core.estimate.gathering import (
    Gathering, OnFrame, frames_to_read, fwhm_in_pixels, most_detailed_part,
)  # fmt: skip
from fluogan_app.core.estimate.kappa import estimate_kappa
from fluogan_app.core.estimate.recording import with_estimates
from fluogan_app.core.estimate.result import Estimate, Finding

#: Share of the pixels that are darker than where the dark is looked for, if nobody knows the camera's offset.
DARKEST = 0.5


def check_data(
    stack: Stack, acquisition: Acquisition, roi: Roi | None = None, frames: FrameRange | None = None,
    on_frame: OnFrame | None = None, cancelled: Callable[[], bool] | None = None,
) -> DataCheck | None:  # fmt: skip
    """Look at the frames of a region once, at evenly spread ones of a very long stack; None where it was cancelled.

    Of a stack whose drift is corrected, pixels and brightness are those that were recorded, and the drift is what is
    left. Memory holds a few frames, sums over them, and small parts. Raises ReadError, DataError (outside the stack).
    """
    region = (roi or Roi.whole(stack.shape[1:])).checked(stack.shape[1:])
    wanted = (frames or FrameRange.whole(stack.shape[0])).checked(stack.shape[0])
    look = _Look(stack, region, frames_to_read(stack.raw, wanted))
    for done in range(len(look.indices)):
        if cancelled is not None and cancelled():
            return None
        look.take(done)
        if on_frame is not None:
            on_frame(done + 1, len(look.indices))
    return _told(look, acquisition, wanted)


class _Look:
    """What is gathered during the pass."""

    def __init__(self, stack: Stack, roi: Roi, indices: np.ndarray) -> None:
        self.stack, self.roi, self.indices = stack, roi, indices
        part = most_detailed_part(stack, indices, roi)
        self.gathering = Gathering(stack.shape[1:], indices, part)
        self.facts = FrameFacts((roi.height, roi.width), len(indices))
        self._kept_positions = kept_frames(indices)
        self._part = part.inside(roi).slices
        self._kept: list[np.ndarray] = []

    def take(self, position: int) -> None:
        """Read and take in one frame."""
        index = int(self.indices[position])
        frame = self.stack.raw.frame(index)
        values = self.facts.add(frame[self.roi.slices])
        whole = values if values.shape == frame.shape else _finite(frame)
        self.gathering.add(whole, None if self.stack.drift is None else _finite(self.stack.frame(index)))
        if position in self._kept_positions:
            self._kept.append(values[self._part].copy())

    @property
    def kept_indices(self) -> np.ndarray:
        """Their numbers in the stack."""
        return self.indices[sorted(self._kept_positions)]

    @property
    def kept(self) -> np.ndarray:
        """Successive frames (T, y, x) of the part with most detail."""
        return np.stack(self._kept)


def _finite(frame: np.ndarray) -> np.ndarray:
    return np.nan_to_num(frame.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def _told(look: _Look, acquisition: Acquisition, wanted: FrameRange) -> DataCheck:
    facts, gathering, rows_columns = look.facts, look.gathering, look.roi.slices
    hot, dead = gathering.hot_and_dead(acquisition)
    mean = gathering.mean[rows_columns]
    drift = drift_of(gathering, hot | dead, look.stack.shape[0], acquisition.pixel_size_nm)
    camera, kappa = _of_the_camera(look, acquisition, look.stack.drift or drift.drift)
    offset_known = camera.origin("offset") is not Origin.ASSUMED
    dark = camera.offset if offset_known else float(np.percentile(mean, DARKEST))
    above, contrast = facts.means - dark, float(mean.mean() - np.percentile(mean, DARKEST))
    stretch, shown = brightness.lit_stretch(above, facts.spreads, contrast), look.indices
    lit = slice(*stretch)
    findings = (
        light.frame_count(len(wanted)),
        light.drift_finding(drift, look.stack.drift is not None),
        pixels.wrong_numbers(facts),
        pixels.saturation(facts),
        pixels.hot_pixels(hot[rows_columns], dead[rows_columns], facts.stuck, facts.count),
        pixels.negative_values(facts),
        *brightness.odd_frames_out(facts, shown),
        brightness.blank_frames(above, shown, stretch),
        brightness.bleaching(above[lit], shown[lit], offset_known),
        brightness.jumps(above[lit], shown[lit]),
        brightness.alternation(above[lit], shown[lit], mean),
        light.photons(mean, len(wanted), camera),
        light.fluctuation(kappa),
        light.sampling(acquisition),
    )
    return DataCheck(findings, _used(look, wanted), len(look.indices), mean.astype(np.float32), drift)


def _of_the_camera(look: _Look, acquisition: Acquisition, drift: Drift | None) -> tuple[Acquisition, Finding]:
    """The recording with gain and offset from the frames where nobody stated them, and the fluctuation."""
    frames = look.kept
    if np.ptp(frames) > 0:
        found = [one for one in estimate_camera(frames, acquisition) if isinstance(one, Estimate)]
        acquisition = with_estimates(acquisition, found)
    if drift is not None:
        frames = _standing(frames, drift.positions[look.kept_indices])
    return acquisition, estimate_kappa(frames, max(1.0, fwhm_in_pixels(acquisition)), acquisition.gain)


def _standing(frames: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """What all frames (T, Y, X) saw of a sample, moved back: what moves seems to fluctuate."""
    still = np.stack([moved_back(frame, *place) for frame, place in zip(frames, positions - positions.mean(axis=0))])
    rim = np.minimum(np.ceil(np.ptp(positions, axis=0)).astype(int), np.array(frames.shape[1:]) // 3)
    return still[:, rim[0] : still.shape[1] - rim[0], rim[1] : still.shape[2] - rim[1]]


def _used(look: _Look, wanted: FrameRange) -> str:
    count = len(look.indices)
    some = f"{wanted}" if count == len(wanted) else f"{count} evenly spread frames of {wanted}"
    return f"{some}, {look.roi}"
