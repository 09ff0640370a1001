"""The light of a place over the frames of a stack: does it blink, does it bleach?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.metrics.inside import coverage

#: Correlations within so many standard errors of none end the sum: 1/√T each.
_ERRORS = 2.0
_FEWEST_FRAMES = 8


@dataclass(frozen=True)
class Trace:
    """Sum of the counts (T,) in a region of so many pixels, in frames that begin with number `first`."""

    first: int
    counts: np.ndarray
    pixels: float

    def photons(self, gain: float, offset: float) -> np.ndarray:
        """The light (T,) in photons: (counts − offset of each pixel) / gain."""
        return (self.counts - offset * self.pixels) / gain


@dataclass(frozen=True)
class TraceFacts:
    """Of a trace: its mean, variance over mean (1 photon for steady light), and how long it stays as it is.

    correlation_frames: integrated autocorrelation time, 1 where each frame is by itself; NaN where it is not known.
    """

    mean: float
    variance_over_mean: float
    correlation_frames: float


def traces_of(
    stack: Stack,
    shapes: Sequence[Shape],
    placement: Placement,
    frames: FrameRange | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Trace, ...] | None:
    """One trace for each region, read frame by frame; None where it was cancelled. Raises DataError, ReadError."""
    wanted = (frames or FrameRange.whole(stack.shape[0])).checked(stack.shape[0])
    parts = [coverage(shape, placement, stack.shape[1:]) for shape in shapes]
    whole = _around([box for box, _ in parts])
    counts = np.empty((len(parts), len(wanted)))
    for done, index in enumerate(wanted.indices):
        if cancelled():
            return None
        frame = stack.read(FrameRange(index, index + 1), whole)[0]
        for number, (box, weight) in enumerate(parts):
            counts[number, done] = np.sum(frame[box.inside(whole).slices] * weight, dtype=float)
        progress(done + 1, len(wanted))
    return tuple(
        Trace(wanted.start, row, float(weight.sum())) for row, (_, weight) in zip(counts, parts, strict=True)
    )


def _around(boxes: Sequence[Roi]) -> Roi:
    """The smallest rectangle that holds all of them: each frame is read once."""
    y0, x0 = min(box.y0 for box in boxes), min(box.x0 for box in boxes)
    bottom, right = max(box.y0 + box.height for box in boxes), max(box.x0 + box.width for box in boxes)
    return Roi(y0, x0, bottom - y0, right - x0)


def trace_facts(light: np.ndarray) -> TraceFacts:
    """What a trace (T,) of light, without the camera's offset, tells."""
    mean = float(light.mean())
    over = float(light.var() / mean) if mean > 0 else float("nan")
    return TraceFacts(mean, over, correlation_frames(light))


def correlation_frames(light: np.ndarray) -> float:
    """Integrated autocorrelation time of a trace (T,) in frames, 1 + 2 Σ ρ(k), summed while ρ(k) stands out of noise.

    1 for frames that know nothing of each other, (1 + φ)/(1 − φ) for a correlation that falls as φᵏ. A slow fall, as by
    bleaching, makes it long. NaN for fewer than eight frames and for steady values. (Sokal, Monte Carlo methods in
    statistical mechanics, 1997.)
    """
    count = len(light)
    rest = light - light.mean()
    power = float(rest @ rest)
    if count < _FEWEST_FRAMES or power <= 1e-12 * float(light @ light):
        return float("nan")
    spectrum = np.abs(np.fft.rfft(rest, 2 * count)) ** 2
    correlation = np.fft.irfft(spectrum)[: count // 2] / power
    low = np.flatnonzero(correlation < _ERRORS / np.sqrt(count))
    end = int(low[0]) if len(low) else len(correlation)
    return float(1.0 + 2.0 * correlation[1:end].sum())
