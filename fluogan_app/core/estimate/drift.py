"""The sample's drift, from the frames themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluogan_app.core.data.drift import VISIBLE_PIXELS, Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.estimate.drift_path import Path, path_of
from fluogan_app.core.estimate.gathering import Gathering, OnFrame, as_counts, frames_to_read, most_detailed_part
from fluogan_app.core.estimate.result import HIDDEN_PIXELS, DriftEstimate, Evidence, Series
from fluogan_app.core.units import length_text

__all__ = ["DriftEstimate", "drift_of", "estimate_drift", "find_defects", "glance_at_drift"]

LEAST_GROUPS, LEAST_SIDE = 4, 24
#: What a glance reads.
GLANCE_FRAMES, GLANCE_BYTES = 32, 100_000_000
#: Less than this, in pixels, is less than any fine pixel, and is not looked for.
LEAST_DRIFT = 0.1
#: A path along an axis is believed where it strays so many times as far as its uncertainty: by chance, about one in a
#: thousand does. Of a sample that moves along one axis, less is needed along the other.
LEAST_TIMES, LEAST_TIMES_BESIDE = 4.0, 2.0
#: A drift shorter than so many times the uncertainty of the whole path is none.
LEAST_CERTAIN = 3.0
#: A path that is less certain than this, in pixels, is none.
MOST_UNCERTAINTY = 0.5
#: The two ends of a steady movement are so many times as far apart as it strays.
STEADY = 2.0 * 3.0**0.5


def estimate_drift(
    stack: Stack, frames: FrameRange | None = None, on_frame: OnFrame | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DriftEstimate | None:  # fmt: skip
    """The drift of a stack as it was recorded, from reading it once; None where it was cancelled.

    Raises ReadError, DataError (frames outside).
    """
    raw = stack.raw
    wanted = (frames or FrameRange.whole(raw.shape[0])).checked(raw.shape[0])
    indices = frames_to_read(raw, wanted)
    gathering = Gathering(raw.shape[1:], indices, most_detailed_part(raw, indices, Roi.whole(raw.shape[1:])))
    for done, index in enumerate(indices.tolist(), 1):
        if cancelled is not None and cancelled():
            return None
        gathering.add(as_counts(raw.frame(index)))
        if on_frame is not None:
            on_frame(done, len(indices))
    unsound = np.logical_or(*gathering.hot_and_dead(raw.acquisition))
    return drift_of(gathering, unsound, raw.shape[0], raw.acquisition.pixel_size_nm, cancelled)


def glance_at_drift(stack: Stack, frames: FrameRange) -> DriftEstimate:
    """The drift in a few evenly spread frames, in less than a second. Raises ReadError."""
    raw = stack.raw
    indices = frames_to_read(raw, frames, GLANCE_BYTES)
    indices = indices[np.unique(np.linspace(0, len(indices) - 1, min(len(indices), GLANCE_FRAMES)).round().astype(int))]
    part = most_detailed_part(raw, indices, Roi.whole(raw.shape[1:]))
    gathering = Gathering((part.height, part.width), indices, Roi(0, 0, part.height, part.width))
    for index in indices.tolist():
        gathering.add(as_counts(raw.frame(index)[part.slices]))
    unsound = np.logical_or(*gathering.hot_and_dead(raw.acquisition))
    found = drift_of(gathering, unsound, raw.shape[0], raw.acquisition.pixel_size_nm)
    assert found is not None, "nobody cancels a glance"
    return found


def find_defects(stack: Stack, frames: FrameRange | None = None) -> tuple[tuple[int, int], ...]:
    """The camera's hot and dead pixels (y, x), which do not move with the sample. Raises ReadError, DataError."""
    raw = stack.raw
    wanted = (frames or FrameRange.whole(raw.shape[0])).checked(raw.shape[0])
    indices = frames_to_read(raw, wanted)
    gathering = Gathering(raw.shape[1:], indices, Roi(0, 0, 1, 1))
    for index in indices.tolist():
        gathering.add(as_counts(raw.frame(index)))
    return _places(np.logical_or(*gathering.hot_and_dead(raw.acquisition)))


def drift_of(
    gathering: Gathering, unsound: np.ndarray, frame_count: int, pixel_size_nm: float | None,
    cancelled: Callable[[], bool] | None = None,
) -> DriftEstimate | None:  # fmt: skip
    """The drift from gathered frames; `unsound` pixels (Y, X) of the camera stand still and are left out.

    None where it was cancelled.
    """
    centres = gathering.group_frames
    if len(centres) < LEAST_GROUPS or min(gathering.part.height, gathering.part.width) < LEAST_SIDE:
        part = f"{gathering.count} frames of {gathering.part.height} × {gathering.part.width} pixels"
        least = f"at least {LEAST_GROUPS} frames and {LEAST_SIDE} pixels on each side are needed"
        return DriftEstimate(False, None, f"Drift cannot be told: {part} are too few; {least}.")
    groups = gathering.groups(unsound)
    if not np.ptp(groups) > 0:
        return DriftEstimate(False, None, "Drift cannot be told: all frames are even and equal.")
    path = path_of(groups, cancelled)
    if path is None:
        return None
    if not path.told.any():
        return DriftEstimate(False, None, "Drift cannot be told: there is too little light or detail.")
    frames = int(gathering.indices[-1] - gathering.indices[0]) + 1
    return _estimate(path, centres, gathering.count, frames, frame_count, pixel_size_nm, unsound)


def _estimate(
    path: Path, centres: np.ndarray, read: int, frames: int, frame_count: int, pixel_size_nm: float | None,
    unsound: np.ndarray,
) -> DriftEstimate:  # fmt: skip
    """What a path through so many frames of the stack's says, from those that were read; `centres` (G,) are the frames
    in the middle of its groups."""
    uncertainty = float(np.hypot(*path.uncertainty_pixels))
    evidence = _evidence(centres, path, pixel_size_nm)
    apart = path.parts_pixels if path.parts_pixels >= VISIBLE_PIXELS else 0.0
    if uncertainty > MOST_UNCERTAINTY:
        words = "Drift cannot be told: " + (
            _moved_apart(apart, pixel_size_nm) if apart else f"it would be uncertain by {uncertainty:.1f} pixels. "
            "There is too little light or detail, or the sample itself moves."
        )
        return DriftEstimate(False, None, words, evidence, None, apart)
    times = path.positions.std(axis=0) / np.maximum(path.uncertainty_pixels, 1e-6)
    believed = path.positions * (times > LEAST_TIMES_BESIDE if times.max() > LEAST_TIMES else False)
    if not _is_sure(path, believed):
        least = max(LEAST_DRIFT, _span(path.positions) + STEADY * uncertainty)
        words = _no_drift(path, least, pixel_size_nm)
        words = f"No common drift was found, but {_moved_apart(apart, pixel_size_nm)}" if apart else words
        return DriftEstimate(False, None, words, evidence, uncertainty, apart, least)
    groups = f"{len(centres)} {'frames' if len(centres) == read else 'groups of frames'}"
    drift = _drift(believed, centres, frame_count, f"estimated from {groups}", uncertainty, unsound)
    length = f"{drift.span_pixels:.2g} pixels{_in_nm(drift.span_pixels, pixel_size_nm)}"
    words = f"The sample moved {length} in {frames} frames ({_within(uncertainty)}){_untold(path)}."
    words += f" Beside that, {_moved_apart(apart, pixel_size_nm)}" if apart else ""
    evidence = _evidence(centres, path, pixel_size_nm, believed)
    return DriftEstimate(True, drift, words, evidence, uncertainty, apart)


def _is_sure(path: Path, believed: np.ndarray) -> bool:
    """Whether the part (G, 2) of a path that is believed is longer than what is uncertain, and than what is left out.

    Where what was measured along the other axis strays further, parts of the field move, or what they show changes.
    """
    span, uncertainty = _span(believed), float(np.hypot(*path.uncertainty_pixels))
    return span >= max(LEAST_DRIFT, LEAST_CERTAIN * uncertainty, _span(path.positions - believed))


def _no_drift(path: Path, limit: float, pixel_size_nm: float | None) -> str:
    if limit >= HIDDEN_PIXELS:
        return f"Drift cannot be told below {limit:.2g} pixels{_in_nm(limit, pixel_size_nm)}{_untold(path)}."
    return f"No drift was found (less than {limit:.2g} pixels{_in_nm(limit, pixel_size_nm)}){_untold(path)}."


def _moved_apart(pixels: float, pixel_size_nm: float | None) -> str:
    return f"parts of the field moved apart by {pixels:.2g} pixels{_in_nm(pixels, pixel_size_nm)}."


def _span(positions: np.ndarray) -> float:
    return float(np.hypot(*np.ptp(positions, axis=0)))


def _drift(
    positions: np.ndarray, centres: np.ndarray, frame_count: int, how: str, uncertainty: float, unsound: np.ndarray
) -> Drift:
    """The path at every frame of the stack; before the first and after the last group it rests."""
    frames = np.arange(frame_count)
    path = np.stack([np.interp(frames, centres, positions[:, axis]) for axis in range(2)], axis=1)
    return Drift.of(path, f"{how}, {_within(uncertainty)}", round(uncertainty, 4), _places(unsound))


def _places(pixels: np.ndarray) -> tuple[tuple[int, int], ...]:
    return tuple((int(y), int(x)) for y, x in np.argwhere(pixels))


def _evidence(
    centres: np.ndarray, path: Path, pixel_size_nm: float | None, believed: np.ndarray | None = None
) -> Evidence:
    """What was measured in each group, and the path that is believed, where there is one."""
    start, series = (path.positions if believed is None else believed)[0], []
    for axis, name in ((0, "y (rows)"), (1, "x (columns)")):
        series.append(Series(f"{name}, measured", centres, path.measured[:, axis] - start[axis], colour=axis))
        if believed is not None:
            line = believed[:, axis] - believed[0, axis]
            spread = np.full(len(centres), path.uncertainty_pixels[axis])
            series.append(Series(name, centres, line, spread, "line", axis))
    per_pixel = "" if pixel_size_nm is None else f" (1 pixel is {length_text(pixel_size_nm)})"
    return Evidence("Drift", "Frame", f"Position in camera pixels{per_pixel}", tuple(series))


def _untold(path: Path) -> str:
    """What the sentence leaves open: a sample of parallel lines does not tell its movement along them."""
    axes = [name for name, told in zip(("rows", "columns"), path.told) if not told]
    return f"; across the {axes[0]} the sample does not tell it" if axes else ""


def _within(uncertainty: float) -> str:
    return f"± {uncertainty:.2f} pixels" if uncertainty >= 0.005 else "to less than 0.01 pixels"


def _in_nm(pixels: float, pixel_size_nm: float | None) -> str:
    return "" if pixel_size_nm is None else f", {pixels * pixel_size_nm:.0f} nm"
