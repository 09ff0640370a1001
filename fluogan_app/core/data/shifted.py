"""A stack whose sample stands still: each frame moved back by what the sample had drifted.

A frame is moved by whole pixels first, and by what is left in the Fourier domain: every frequency keeps its strength,
so that the camera's noise stays white and as strong as it was; interpolating between neighbours would weaken it in some
frames and not in others. The frame is mirrored at its borders, so that nothing comes in from the opposite side. Hot and
dead pixels stay where they are while the sample moves, and a single sharp pixel rings when it is moved by a fraction:
they are filled from their neighbours before. Saturated pixels are moved like all others, at the value that they have.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.mending import mended
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import FrameSource, Stack


def corrected(stack: Stack, drift: Drift | None) -> Stack:
    """The stack with its sample where it was in the first frame, as float32 counts; without a drift, as recorded.

    What lies outside the part that was seen in all frames (`seen_in_all`) is mirrored in some. Raises DataError where
    the drift is one of another stack.
    """
    raw = stack.raw
    if drift is None:
        return raw
    drift.checked(raw.shape)
    return replace(raw, source=ShiftedFrames(raw.source, drift), drift=drift, uncorrected=raw.source)


def seen_in_all(stack: Stack, frames: FrameRange | None = None) -> Roi:
    """The part of a stack's frames that the camera saw in all of a range: the whole of it where nothing is corrected.

    Raises DataError where there is none.
    """
    return Roi.whole(stack.shape[1:]) if stack.drift is None else stack.drift.seen(stack.shape[1:], frames)


class ShiftedFrames:
    """The frames of another source, each moved back by the drift when it is asked for."""

    def __init__(self, source: FrameSource, drift: Drift) -> None:
        self._source, self._positions = source, drift.positions
        self.shape: tuple[int, int, int] = source.shape
        self.dtype = np.dtype(np.float32)
        self._defects = np.zeros(self.shape[1:], bool)
        if drift.defects_yx:
            self._defects[tuple(np.transpose(drift.defects_yx))] = True

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) float32. Raises ReadError."""
        return self.rows(index, 0, self.shape[1])

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Rows `start` to `stop` − 1 of one frame; along y the whole frame is needed, along x these rows alone."""
        frame = np.asarray(self._source.frame(index), np.float32)
        frame = mended(frame[None], self._defects)[0]
        y_pixels, x_pixels = self._positions[index].tolist()
        return np.ascontiguousarray(_moved(_moved(frame, 0, y_pixels)[start:stop], 1, x_pixels))

    def close(self) -> None:
        """Let go of the other source."""
        self._source.close()


def moved_back(frame: np.ndarray, y_pixels: float, x_pixels: float) -> np.ndarray:
    """A frame (Y, X) whose sample had moved by so many pixels, as it would be without; float32."""
    return np.ascontiguousarray(_moved(_moved(np.asarray(frame, np.float32), 0, y_pixels), 1, x_pixels))


def _moved(frame: np.ndarray, axis: int, pixels: float) -> np.ndarray:
    whole = round(pixels)
    return _moved_by_a_fraction(_moved_by_whole(frame, axis, whole), axis, pixels - whole)


def _moved_by_whole(frame: np.ndarray, axis: int, pixels: int) -> np.ndarray:
    """Pixel p of the result is pixel p + pixels, mirrored at the borders."""
    if pixels == 0:
        return frame
    length = frame.shape[axis]
    places = (np.arange(length) + pixels) % (2 * length)
    return np.take(frame, np.minimum(places, 2 * length - 1 - places), axis)


def _moved_by_a_fraction(frame: np.ndarray, axis: int, pixels: float) -> np.ndarray:
    """f(p + pixels) = F⁻¹[exp(2πi ν pixels) F f] along one axis, of the frame continued by its mirror image."""
    if abs(pixels) < 1e-6:
        return frame
    from scipy.fft import irfft, rfft

    length = frame.shape[axis]
    padding = [(0, length if side == axis else 0) for side in range(2)]
    spectrum = rfft(np.pad(frame, padding, mode="symmetric"), axis=axis)
    turns = np.exp(2j * np.pi * np.fft.rfftfreq(2 * length) * pixels).astype(np.complex64)
    # The highest frequency has no phase of its own: half of it each way keeps the result real.
    turns[-1] = turns[-1].real
    spectrum *= np.expand_dims(turns, 1 - axis)
    return irfft(spectrum, 2 * length, axis=axis).take(range(length), axis)
