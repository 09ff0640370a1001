"""What is left of an image when a recording was stopped early, or its file was cut short."""

from __future__ import annotations

import numpy as np

_WORDS = {"T": "time points", "Z": "planes in depth", "C": "channels", "M": "tiles"}


def recorded_part(planes: np.ndarray, axes: str, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The planes up to where they are complete, and a sentence on what is missing.

    planes: addresses (leading axes…, n), first entry −1 where a plane is missing. The axis is cut that keeps most;
    unchanged, without a sentence, where nothing is missing or nothing complete is left.
    """
    present = planes[..., 0] >= 0
    if present.all() or not axes:
        return planes, ()
    complete = [_complete(present, axis) for axis in range(len(axes))]
    kept = [count / present.shape[axis] for axis, count in enumerate(complete)]
    axis = max(range(len(axes)), key=lambda each: (kept[each], axes[each] == "T"))
    if complete[axis] == 0:
        return planes, ()
    words = _WORDS.get(axes[axis], f"planes along axis {axes[axis]}")
    sentence = f"“{name}” should have {present.shape[axis]} {words}; the file holds the first {complete[axis]} complete"
    return planes.take(range(complete[axis]), axis=axis), (f"{sentence}, and these are used.",)


def _complete(present: np.ndarray, axis: int) -> int:
    """How many places of an axis, from its first, have all their planes."""
    whole = present.all(axis=tuple(each for each in range(present.ndim) if each != axis))
    return present.shape[axis] if whole.all() else int(np.argmin(whole))
