"""Whole recordings with known truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.line_pattern import LinePattern
from fluogan_app.core.errors import OutOfMemoryError
from fluogan_app.core.simulate.airy import AiryMicroscope
from fluogan_app.core.simulate.background import smooth_background
from fluogan_app.core.simulate.camera import Camera
from fluogan_app.core.simulate.emission import emission, fading_curve
from fluogan_app.core.simulate.imaging import Microscope
from fluogan_app.core.simulate.params import (
    BarParams,
    FilamentsParams,
    FlatParams,
    LinesParams,
    PointsParams,
    TextParams,
)
from fluogan_app.core.simulate.phantoms.bar import bar_phantom, flat_phantom
from fluogan_app.core.simulate.phantoms.filaments import filaments_phantom
from fluogan_app.core.simulate.phantoms.lines import lines_phantom
from fluogan_app.core.simulate.phantoms.phantom import Phantom
from fluogan_app.core.simulate.phantoms.points import points_phantom
from fluogan_app.core.simulate.phantoms.writing import text_phantom
from fluogan_app.core.simulate.recording_params import RecordingParams, ScatteredParams
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
    positions: where things lie, as arrays in nm from the upper left corner, [y, x]; pattern: the line sets, where there
    are any. hot_pixels_yx: (n, 2) camera pixels.
    """

    frames: np.ndarray
    truth: np.ndarray
    emitted: np.ndarray
    background: np.ndarray
    fading: np.ndarray
    params: RecordingParams
    seed: int
    positions: Mapping[str, np.ndarray] = field(default_factory=dict)
    pattern: LinePattern | None = None
    hot_pixels_yx: np.ndarray = field(default_factory=lambda: np.empty((0, 2), int))

    @property
    def pixel_size_nm(self) -> float:
        """Side of a camera pixel in the sample."""
        return self.params.pixel_size_nm

    @property
    def fwhm_nm(self) -> float:
        """Width of the blur."""
        return float(self.params.fwhm_nm)

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
    def acquisition(self) -> Acquisition:
        """The true sampling, optics and camera."""
        return Acquisition().with_values(
            Origin.USER,
            pixel_size_nm=self.pixel_size_nm,
            psf=self.params.psf,
            fwhm_nm=self.fwhm_nm,
            gain=self.gain,
            offset=self.offset,
            read_noise=self.read_noise,
        )


def simulate_lines(
    params: LinesParams = LinesParams(), seed: int = 0, on_frame: OnFrame | None = None
) -> SimulatedStack:
    """A recording of a line pattern; see `simulate`."""
    return simulate(params, seed, on_frame)


def simulate(params: RecordingParams, seed: int = 0, on_frame: OnFrame | None = None) -> SimulatedStack:
    """A recording of the sample that `params` are for; the same parameters and seed give the same counts.

    Raises ParameterError (values that contradict each other), ReadError (a file of positions), OutOfMemoryError.
    """
    complete = params.complete()
    streams = _Streams.of(seed)
    phantom = _phantom(complete, streams.layout)
    shape = (complete.frames, *phantom.shape_yx)
    _check_memory(shape, complete.zoom)
    frames = np.empty(shape, np.uint16)
    return _recorded(frames, phantom, complete, seed, streams, on_frame or (lambda done, total: None))


@dataclass(frozen=True)
class _Streams:
    """Random numbers of their own for each part, so that changing one part leaves the others as they were."""

    molecules: np.random.Generator
    photons: np.random.Generator
    noise: np.random.Generator
    layout: np.random.Generator
    defects: np.random.Generator

    @classmethod
    def of(cls, seed: int) -> _Streams:
        return cls(*(np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(5)))


_PHANTOMS: Mapping[type[RecordingParams], Callable[..., Phantom]] = {
    LinesParams: lines_phantom,
    TextParams: text_phantom,
    BarParams: bar_phantom,
    FlatParams: flat_phantom,
    FilamentsParams: filaments_phantom,
    PointsParams: points_phantom,
}


def _phantom(params: RecordingParams, rng: np.random.Generator) -> Phantom:
    make = _PHANTOMS[type(params)]
    if not isinstance(params, ScatteredParams):
        return make(params)
    return make(params, rng if params.layout_seed is None else np.random.default_rng(params.layout_seed))


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
            "Simulate fewer frames, a smaller field, or larger pixels.",
        )


def _recorded(
    frames: np.ndarray, phantom: Phantom, params: RecordingParams, seed: int, streams: _Streams, on_frame: OnFrame
) -> SimulatedStack:
    shape, scene = phantom.shape_yx, _Scene.of(phantom, params)
    background = params.background_photons * smooth_background(
        shape, params.pixel_size_nm, params.background_variation
    )
    fading = fading_curve(params.frames, params.bleaching_frames)
    camera = Camera.from_params(params, shape, streams.defects)
    emitted = np.zeros_like(scene.rate)
    for index, (light, image) in enumerate(scene.frames(fading, params, streams.molecules)):
        emitted[scene.lit] += light / params.frames
        photons = image + fading[index] * background
        frames[index] = camera.record(photons, streams.photons, streams.noise)
        on_frame(index + 1, params.frames)
    frames.setflags(write=False)
    mean_light = fading.mean()
    return SimulatedStack(
        frames, mean_light * scene.rate, emitted, mean_light * background, fading, params, seed,
        phantom.positions, phantom.pattern, camera.hot_pixels_yx,
    )  # fmt: skip


@dataclass(frozen=True)
class _Scene:
    """The sample before the microscope.

    rate: (zoom·Y, zoom·X) photons per frame per fine pixel before bleaching. lit: the fine pixels with light. columns:
    those of the grid that hold any, which are all that the microscope knows.
    """

    rate: np.ndarray
    lit: tuple[np.ndarray, np.ndarray]
    columns: np.ndarray
    microscope: Microscope | AiryMicroscope

    @classmethod
    def of(cls, phantom: Phantom, params: RecordingParams) -> _Scene:
        """The phantom at the light that `params` (complete) ask for."""
        light = phantom.paint()
        columns = np.flatnonzero(light.any(axis=0))
        make = AiryMicroscope.of_width if params.psf == "airy" else Microscope.gaussian
        microscope = make(phantom.shape_yx, params.zoom, params.pixel_size_nm, params.fwhm_nm, columns)
        brightest = microscope.image(light[:, columns]).max()
        rate = light * (params.signal_photons / brightest if brightest > 0 else 0.0)
        return cls(rate, np.nonzero(rate), columns, microscope)

    def frames(
        self, fading: np.ndarray, params: RecordingParams, rng: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Frame after frame, the light of the lit fine pixels and its image (Y, X) on the camera, in photons."""
        rate = self.rate[self.lit]
        drawn = emission(rate, fading, params, rng)
        if params.emission == "steady":
            # All frames are one image that fades: blurring each would take nearly all of the time.
            still = self.microscope.image(self.rate[:, self.columns])
            yield from zip(drawn, (light * still for light in fading), strict=True)
            return
        now = np.zeros((self.rate.shape[0], len(self.columns)))
        places = (self.lit[0], np.searchsorted(self.columns, self.lit[1]))
        for light in drawn:
            now[places] = light
            yield light, self.microscope.image(now)
