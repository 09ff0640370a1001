"""The data check: one pass over the frames, and a finding on each matter that spoils reconstructions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluogan_app.core.check import brightness, light, odd_frames, pixels
from fluogan_app.core.check.frame_facts import FrameFacts, middle_of
from fluogan_app.core.check.result import CheckFinding, DataCheck
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.estimate.camera import estimate_camera
from fluogan_app.core.estimate.drift import drift_of
from fluogan_app.core.estimate.gathering import (
    Gathering, OnFrame, as_counts, frames_to_read, fwhm_in_pixels, most_detailed_part,
)  # fmt: skip
from fluogan_app.core.estimate.kappa import estimate_kappa
from fluogan_app.core.estimate.recording import with_estimates
from fluogan_app.core.estimate.result import Estimate, Finding
from fluogan_app.core.estimate.standing import standing, steady_twin

#: Asked now and then whether to stop.
Cancelled = Callable[[], bool]

#: Share of the pixels that are darker than where the dark is looked for, if nobody knows the camera's offset.
DARKEST = 0.5


def check_data(
    stack: Stack, acquisition: Acquisition, roi: Roi | None = None, frames: FrameRange | None = None,
    on_frame: OnFrame | None = None, cancelled: Cancelled | None = None,
) -> DataCheck | None:  # fmt: skip
    """Look at the frames of a region once, at evenly spread ones of a very long stack; None where it was cancelled.

    Of a stack whose drift is corrected, pixels and brightness are those that were recorded, and the drift is what is
    left. Memory holds a few frames, sums over them, and small parts. Raises ReadError, DataError (outside the stack).
    """
    region = (roi or Roi.whole(stack.shape[1:])).checked(stack.shape[1:])
    wanted = (frames or FrameRange.whole(stack.shape[0])).checked(stack.shape[0])
    stop = cancelled or (lambda: False)
    look = _Look(stack, region, frames_to_read(stack.raw, wanted))
    for done in range(len(look.indices)):
        if stop():
            return None
        look.take(done)
        if on_frame is not None:
            on_frame(done + 1, len(look.indices))
    return _told(look, acquisition, wanted, stop)


class _Look:
    """What is gathered during the pass."""

    def __init__(self, stack: Stack, roi: Roi, indices: np.ndarray) -> None:
        self.stack, self.roi, self.indices = stack, roi, indices
        part = most_detailed_part(stack, indices, roi)
        self.gathering = Gathering(stack.shape[1:], indices, part)
        self.facts = FrameFacts((roi.height, roi.width), len(indices))
        self._part = part
        self._kept: dict[int, np.ndarray | None] = dict.fromkeys(middle_of(range(len(indices))))

    def take(self, position: int) -> None:
        """Read and take in one frame."""
        index = int(self.indices[position])
        frame = self.stack.raw.frame(index)
        values = self.facts.add(frame[self.roi.slices])
        whole = values if values.shape == frame.shape else as_counts(frame)
        self.gathering.add(whole, None if self.stack.drift is None else as_counts(self.stack.frame(index)))
        if position in self._kept:
            self._kept[position] = whole[self._part.slices].copy()

    def kept(self, stretch: tuple[int, int], cancelled: Cancelled) -> tuple[np.ndarray, np.ndarray] | None:
        """Frames (T, y, x) of the part with most detail from the middle of the lit ones, and their numbers (T,).

        Where the light was on for a part of the recording only, its frames are read again. None where cancelled.
        """
        lit = [position for position in range(*stretch) if self.facts.spreads[position] > 0]
        positions, frames = middle_of(lit or range(*stretch)), []
        for position in positions:
            if cancelled():
                return None
            found = self._kept.get(position)
            again = self.stack.raw.frame(int(self.indices[position]))[self._part.slices] if found is None else found
            frames.append(as_counts(again))
        return np.stack(frames), self.indices[positions]


def _told(look: _Look, known: Acquisition, wanted: FrameRange, cancelled: Cancelled) -> DataCheck | None:
    """What was found, after the pass; None where it was cancelled between two stages of it."""
    facts, gathering, part = look.facts, look.gathering, look.roi.slices
    if cancelled():
        return None
    hot, dead = gathering.hot_and_dead(known)
    mean = gathering.mean[part]
    stretch = brightness.lit_stretch(facts, float(mean.mean() - np.percentile(mean, DARKEST)))
    kept = look.kept(stretch, cancelled)
    if kept is None or cancelled():
        return None
    drift = drift_of(gathering, hot | dead, look.stack.shape[0], known.pixel_size_nm, cancelled)
    if drift is None or cancelled():
        return None
    camera = _with_camera(kept[0], known)
    if cancelled():
        return None
    kappa = _fluctuation(*kept, look.stack.drift or drift.drift, camera)
    moved, lit = look.stack.drift is not None, facts.lit_mean(mean, stretch)
    findings = (
        light.frame_count(len(wanted)),
        light.drift_finding(drift, moved),
        *_of_pixels(facts, hot[part], dead[part]),
        *_of_frames(look, lit, stretch, camera),
        light.photons(light.Seen.of(lit, hot[part] | dead[part]), _lit_count(stretch, look, wanted), camera),
        light.fluctuation(kappa, drift.moves and not moved),
        light.sampling(known),
    )
    told = tuple(finding.of_numbers() for finding in findings)
    return DataCheck(told, _used(look, wanted), len(look.indices), mean.astype(np.float32), drift)


def _of_pixels(facts: FrameFacts, hot: np.ndarray, dead: np.ndarray) -> tuple[CheckFinding, ...]:
    return (
        pixels.wrong_numbers(facts), pixels.saturation(facts), pixels.hot_pixels(hot, dead, facts),
        pixels.negative_values(facts),
    )  # fmt: skip


def _of_frames(
    look: _Look, lit_mean: np.ndarray, stretch: tuple[int, int], camera: Acquisition
) -> tuple[CheckFinding, ...]:
    facts, frames, lit = look.facts, look.indices, slice(*stretch)
    offset_known = camera.origin("offset") is not Origin.ASSUMED
    above = facts.light - (camera.offset if offset_known else float(np.percentile(lit_mean, DARKEST)))
    return (
        odd_frames.constant_frames(facts, frames),
        odd_frames.repeated_frames(facts, frames),
        brightness.blank_frames(above, frames, stretch),
        brightness.bleaching(above[lit], frames[lit], offset_known),
        brightness.jumps(above[lit], facts.spreads[lit], frames[lit]),
        brightness.alternation(above[lit], frames[lit], lit_mean),
    )


def _with_camera(frames: np.ndarray, known: Acquisition) -> Acquisition:
    """The recording with gain and offset from the frames where nobody stated them."""
    if not np.ptp(frames) > 0:
        return known
    return with_estimates(known, [one for one in estimate_camera(frames, known) if isinstance(one, Estimate)])


def _fluctuation(frames: np.ndarray, numbers: np.ndarray, drift: Drift | None, camera: Acquisition) -> Finding:
    """κ of frames (T, Y, X) with these numbers in the stack; they are moved back before, as what moves fluctuates."""
    width = max(1.0, fwhm_in_pixels(camera))
    if drift is None or len(frames) < 2:
        return estimate_kappa(frames, width, camera.gain)
    positions = drift.positions[numbers]
    return estimate_kappa(standing(frames, positions), width, camera.gain, steady_twin(frames, positions))


def _lit_count(stretch: tuple[int, int], look: _Look, wanted: FrameRange) -> int:
    """In about how many of all frames that are wanted the light was on."""
    return max(1, round(len(wanted) * (stretch[1] - stretch[0]) / max(1, len(look.indices))))


def _used(look: _Look, wanted: FrameRange) -> str:
    count = len(look.indices)
    some = f"{wanted}" if count == len(wanted) else f"{count} evenly spread frames of {wanted}"
    return f"{some}, {look.roi}"
