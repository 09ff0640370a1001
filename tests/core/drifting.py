"""Recordings of a sample that moves over the camera along a known path, by the simulator's own exact integrals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.simulate.camera import Camera
from fluogan_app.core.simulate.emission import emission, fading_curve
from fluogan_app.core.simulate.imaging import pixel_response
from fluogan_app.core.simulate.params import FilamentsParams
from fluogan_app.core.simulate.phantoms.filaments import filaments_phantom
from fluogan_app.core.simulate.recording_params import RecordingParams
from fluogan_app.core.units import sigma_from_fwhm

#: Pixels beyond the frame in which there is sample too, so that what moves in is not a mirror image.
MARGIN = 10


@dataclass(frozen=True)
class Recorded:
    """frames: (T, Y, X) uint16. path: (T, 2) y, x in camera pixels. params: complete."""

    frames: np.ndarray
    path: np.ndarray
    params: RecordingParams

    @property
    def acquisition(self) -> Acquisition:
        """What the simulated camera and optics are."""
        known = {name: getattr(self.params, name) for name in ("pixel_size_nm", "fwhm_nm", "gain", "offset")}
        return Acquisition().with_values(Origin.USER, read_noise=self.params.read_noise, **known)

    @property
    def stack(self) -> Stack:
        """The frames in memory."""
        return Stack("drifting.tif", "memory", ArraySource(self.frames), acquisition=self.acquisition)


def filaments(path: np.ndarray, side: int = 64, seed: int = 0, **values: object) -> Recorded:
    """Filaments along a path (T, 2); keyword arguments as for FilamentsParams."""
    whole = side + 2 * MARGIN
    layout = {"rows": whole, "columns": whole, "zoom": 4, "count": round(whole**2 / 600), "offset": 100.0}
    params = FilamentsParams(**{**layout, **values, "frames": len(path)}).complete()
    rate = filaments_phantom(params, np.random.default_rng(seed)).paint()
    return recorded(rate, path, params, seed)


def recorded(rate: np.ndarray, path: np.ndarray, params: RecordingParams, seed: int, margin: int = MARGIN) -> Recorded:
    """Light (zoom·Y, zoom·X) recorded along a path, without a margin."""
    photon_rng, noise_rng, molecule_rng = (np.random.default_rng(key) for key in np.random.SeedSequence(seed).spawn(3))
    zoom, sigma = params.zoom, sigma_from_fwhm(params.fwhm_nm) / params.pixel_size_nm
    shape = tuple(side // zoom for side in rate.shape)
    still = _image(rate, shape, zoom, sigma, (0.0, 0.0))
    rate = rate * (params.signal_photons / still.max())
    fading, lit = fading_curve(params.frames, params.bleaching_frames), np.nonzero(rate)
    camera = Camera.from_params(params, tuple(side - 2 * margin for side in shape), np.random.default_rng(seed))
    now, frames = np.zeros_like(rate), []
    cut = (slice(margin, shape[0] - margin), slice(margin, shape[1] - margin))
    for light, left, moved in zip(emission(rate[lit], fading, params, molecule_rng), fading, path, strict=True):
        now[lit] = light
        photons = _image(now, shape, zoom, sigma, moved)[cut] + left * params.background_photons
        frames.append(camera.record(photons, photon_rng, noise_rng))
    return Recorded(np.stack(frames), np.asarray(path, float), params)


def smooth_path(frames: int, pixels: float, seed: int = 0) -> np.ndarray:
    """A bent path (T, 2) from the origin to a point so many pixels away, in steps of a twentieth of a pixel."""
    time, turn = np.linspace(0.0, 1.0, frames), 0.7 + seed
    ahead = np.stack([np.sin(turn), np.cos(turn)])
    aside = np.stack([ahead[1], -ahead[0]])
    path = pixels * (np.outer(time**1.5, ahead) + 0.3 * np.outer(np.sin(np.pi * time), aside))
    return np.round(20.0 * path) / 20.0


def jumping_path(frames: int, pixels: float) -> np.ndarray:
    """Still, then at another place from two fifths of the frames on, then half way back from four fifths on."""
    jumps = np.zeros((frames, 2))
    jumps[2 * frames // 5 :] = pixels * np.array([0.6, -0.8])
    jumps[4 * frames // 5 :] *= 0.5
    return jumps


def _image(
    rate: np.ndarray, shape: tuple[int, ...], zoom: int, sigma: float, moved: tuple[float, float] | np.ndarray
) -> np.ndarray:
    rows, columns = (_response(side, zoom, sigma, float(by)) for side, by in zip(shape, moved, strict=True))
    return rows @ rate @ columns.T


@lru_cache(maxsize=128)
def _response(side: int, zoom: int, sigma: float, moved: float) -> np.ndarray:
    """A sample that rests asks for the same one in every frame, and one in whole steps for few."""
    return pixel_response(side, zoom, sigma, None, moved)
