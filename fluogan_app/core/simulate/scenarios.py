"""Whole recordings with known truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.line_pattern import LinePattern
from fluogan_app.core.errors import OutOfMemoryError
from fluogan_app.core.simulate.camera import Camera
from fluogan_app.core.simulate.emission import emission, fading_curve
from fluogan_app.core.simulate.imaging import Microscope
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.phantoms import line_coverage, line_pattern, smooth_background
from fluogan_app.core.units import bytes_text

MEMORY_LIMIT_BYTES = 6e9
#: Told after every frame: how many are done, and of how many.
OnFrame = Callable[[int, int], None]


@dataclass(frozen=True)
class SimulatedStack:
    """A recording and the truth behind it.

    frames: (T, Y, X) uint16 counts. truth: (zoom·Y, zoom·X) photons per frame per fine pixel, expected, as the mean
    over the frames with bleaching. emitted: the same as it really came out. background: (Y, X) photons per frame,
    likewise. fading: (T,) light left in every frame. params is complete: no value is left to the light level.
    """

    frames: np.ndarray
    truth: np.ndarray
    emitted: np.ndarray
    background: np.ndarray
    fading: np.ndarray
    pattern: LinePattern
    params: LinesParams
    seed: int

    @property
    def pixel_size_nm(self) -> float:
        """Side of a camera pixel in the sample."""
        return self.params.pixel_size_nm

    @property
    def fwhm_nm(self) -> float:
        """Width of the blur."""
        return self.params.fwhm_nm

    @property
    def zoom(self) -> int:
        """Fine pixels of the truth per camera pixel."""
        return self.params.zoom

    @property
    def fine_pixel_size_nm(self) -> float:
        """Side of a fine pixel of the truth."""
        return self.params.pixel_size_nm / self.params.zoom

    @property
    def gain(self) -> float:
        """Counts per photon."""
        return float(self.params.gain)

    @property
    def offset(self) -> float:
        """Counts in the dark."""
        return self.params.offset

    @property
    def read_noise(self) -> float:
        """Photons rms."""
        return float(self.params.read_noise)

    @property
    def positions(self) -> dict[str, np.ndarray]:
        """Where the lines lie, as arrays in nm."""
        return self.pattern.positions()

    @property
    def acquisition(self) -> Acquisition:
        """The true sampling, optics and camera."""
        return Acquisition().with_values(
            Origin.USER,
            pixel_size_nm=self.pixel_size_nm,
            fwhm_nm=self.fwhm_nm,
            gain=self.gain,
            offset=self.offset,
            read_noise=self.read_noise,
        )


def simulate_lines(
    params: LinesParams = LinesParams(), seed: int = 0, on_frame: OnFrame | None = None
) -> SimulatedStack:
    """A recording of a line pattern; the same parameters and seed give the same counts.

    Raises ParameterError (sets that do not fit), OutOfMemoryError.
    """
    complete = params.complete()
    pattern, columns = line_pattern(complete)
    shape = (complete.frames, complete.rows, columns)
    _check_memory(shape, complete.zoom)
    frames = np.empty(shape, np.uint16)
    return _recorded(frames, pattern, complete, seed, on_frame or (lambda done, total: None))


def _check_memory(shape_tyx: tuple[int, int, int], zoom: int) -> None:
    frames, height, width = shape_tyx
    fine_images = 5 * 8.0 * zoom**2 * height * width
    matrices = 3 * 8.0 * zoom * (height**2 + width**2)
    total = 2.0 * frames * height * width + fine_images + matrices
    # The system would hand out more than it has and end the program later, so the limit is asked here.
    if total > MEMORY_LIMIT_BYTES:
        raise OutOfMemoryError(
            f"Simulating {frames} frames of {height} × {width} pixels takes {bytes_text(total)} of memory; "
            f"allowed are {bytes_text(MEMORY_LIMIT_BYTES)}.",
            "Simulate fewer frames, rows or line sets, or larger pixels.",
        )


def _recorded(
    frames: np.ndarray, pattern: LinePattern, params: LinesParams, seed: int, on_frame: OnFrame
) -> SimulatedStack:
    rate, lit, microscope = _scene(pattern, params, frames.shape[1:])
    background = params.background_photons * smooth_background(frames.shape[1:], params.pixel_size_nm)
    fading = fading_curve(params.frames, params.bleaching_frames)
    camera = Camera(params.gain, params.offset, params.read_noise, params.saturation_counts)
    emission_rng, photon_rng, noise_rng = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3))
    emitted = np.zeros_like(rate)
    for index, light in enumerate(emission(rate[:, lit], fading, params, emission_rng)):
        emitted[:, lit] += light / params.frames
        photons = microscope.image(light) + fading[index] * background
        frames[index] = camera.record(photons, photon_rng, noise_rng)
        on_frame(index + 1, params.frames)
    mean_light = fading.mean()
    frames.setflags(write=False)
    return SimulatedStack(frames, mean_light * rate, emitted, mean_light * background, fading, pattern, params, seed)


def _scene(
    pattern: LinePattern, params: LinesParams, shape_yx: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, Microscope]:
    """Emission (zoom·Y, zoom·X) before bleaching, the fine columns with light, and the microscope for those alone."""
    fine_columns = params.zoom * shape_yx[1]
    coverage = line_coverage(pattern, fine_columns, params.pixel_size_nm / params.zoom)
    lit = np.flatnonzero(coverage)
    microscope = Microscope.gaussian(shape_yx, params.zoom, params.pixel_size_nm, params.fwhm_nm, lit)
    lines = np.tile(coverage, (params.zoom * shape_yx[0], 1))
    brightest = microscope.image(lines[:, lit]).max()
    return lines * (params.signal_photons / brightest), lit, microscope
