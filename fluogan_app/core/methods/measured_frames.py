"""Frames made sound and their noise measured: once for all solvers that work on them at one time.

Both take as long as some hundred steps and depend on nothing but the frames and the camera's settings, so a solver for
the same frames with another λ1 takes over what one that is still there has measured.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.methods.frames import SoundFrames, blur_pixels, sound_frames
from fluogan_app.core.methods.weights import Noise, measure_noise, not_counting


@dataclass(frozen=True)
class _Asked:
    """All that the measuring looks at. `frames` is the array's own number, which no other has while it is held."""

    frames: int
    inner: Roi
    in_field: bool
    gain: float
    offset: float
    fwhm_nm: float
    pixel_size_nm: float


@dataclass(frozen=True, eq=False)
class MeasuredFrames:
    """found: the frames in photons, mended, with their defects. noise: of the mean, in which defects do not count.

    counts: the frames that both were made of.
    """

    found: SoundFrames
    noise: Noise
    counts: np.ndarray


#: Held for as long as a solver holds them.
_KNOWN: weakref.WeakValueDictionary[_Asked, MeasuredFrames] = weakref.WeakValueDictionary()


def measured_frames(problem: Problem) -> MeasuredFrames:
    """What is known of a problem's frames, or is measured now. Raises DataError."""
    asked = _asked(problem)
    # Frames that may still be written to are not known by their number.
    known = None if problem.frames.flags.writeable else _KNOWN.get(asked)
    if known is not None:
        return known
    found = sound_frames(problem)
    noise = not_counting(measure_noise(found.photons, blur_pixels(problem)), found.defects.mask)
    measured = MeasuredFrames(found, noise, problem.frames)
    _KNOWN[asked] = measured
    return measured


def _asked(problem: Problem) -> _Asked:
    camera = problem.acquisition
    in_field = problem.reference is not None
    size_nm, width_nm = float(camera.pixel_size_nm), float(camera.fwhm_nm)
    return _Asked(id(problem.frames), problem.inner, in_field, camera.gain, camera.offset, width_nm, size_nm)
