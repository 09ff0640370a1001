"""Simulated fields to learn from: what a recording of blinking molecules says, and where they really are.

Filaments, points, bars and writing at all scales of light, sampling, bleaching and blinking; the benchmark's line
pattern is not among them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from fluogan_app.core.methods.covariance_fit import fluctuations
from fluogan_app.core.methods.fluctuations import camera_variance
from fluogan_app.core.methods.lsparcom.grid import PIXELS_PER_FWHM
from fluogan_app.core.methods.lsparcom.heard import Ear, Heard
from fluogan_app.core.methods.weights import measure_noise
from fluogan_app.core.simulate.emission import molecules_in
from fluogan_app.core.simulate.params import BarParams, FilamentsParams, PointsParams, TextParams
from fluogan_app.core.simulate.recording_params import FieldParams, RecordingParams
from fluogan_app.core.simulate.scenarios import SimulatedStack, simulate
from fluogan_app.core.units import FWHM_PER_SIGMA, sigma_from_fwhm

PIXEL_NM = 100.0
#: Pixels of the network's grid along a side of a field.
SIDE = 144
#: Network's pixels per camera pixel; the PSF's width follows, from 6 to 1.9 camera pixels (FWHM).
ZOOMS = (2, 3, 4, 5, 6)
LETTERS = "ACEFGHKLMNOSTUXYZ238"


@dataclass(frozen=True)
class Field:
    """heard: what the recording says. truth: (H, W) float32, variance of the light of each pixel, photons²."""

    heard: Heard
    truth: torch.Tensor


def drawn_field(seed: int, blurred: bool, frames: tuple[int, int] = (100, 600)) -> Field:
    """One field, the same for the same seed. `frames`: the fewest and the most of a recording."""
    params = drawn_params(np.random.default_rng([seed, 11]), frames)
    return heard_field(simulate(params, seed), blurred)


def heard_field(stack: SimulatedStack, blurred: bool) -> Field:
    """What a recording on the network's grid says of its sample."""
    photons = (stack.frames.astype(np.float32) - np.float32(stack.offset)) / np.float32(stack.gain)
    fwhm_pixels = stack.fwhm_nm / stack.pixel_size_nm
    noise = measure_noise(photons, fwhm_pixels)
    found = fluctuations(photons, noise.level)
    ear = Ear(photons.shape[1:], sigma_from_fwhm(fwhm_pixels), blurred)
    sums = ear.begin()
    ear.add(sums, torch.from_numpy(found.frames))
    camera = camera_variance(photons, noise.mean) if blurred else None
    heard = ear.heard(sums, found.degrees, noise.correlation_frames, camera)
    return Field(heard, torch.from_numpy(variance_of_sources(stack)).float())


def variance_of_sources(stack: SimulatedStack) -> np.ndarray:
    """Variance over time of the light of each fine pixel, (zoom·Y, zoom·X) photons², as an average over the frames."""
    params, fading = stack.params, stack.fading
    rate = stack.truth / fading.mean()
    if params.emission == "poisson":
        return params.photons_per_event * rate * fading.mean()
    molecules, brightness = molecules_in(rate, params.photons_per_event, params.duty_cycle)
    return molecules * brightness**2 * params.duty_cycle * (1.0 - params.duty_cycle) * np.mean(fading**2)


def width_for(zoom: int) -> float:
    """FWHM in nm of the PSF for which the network's grid has `zoom` pixels per camera pixel."""
    seen = PIXELS_PER_FWHM / zoom
    return PIXEL_NM * float(np.sqrt(seen**2 - FWHM_PER_SIGMA**2 / 12.0))


def drawn_params(random: np.random.Generator, frames: tuple[int, int]) -> RecordingParams:
    """A sample, its light and its recording, all drawn at random."""
    zoom = int(random.choice(ZOOMS))
    signal = 10.0 ** random.uniform(1.3, 3.2)
    common = {
        "zoom": zoom, "fwhm_nm": width_for(zoom), "pixel_size_nm": PIXEL_NM,
        "light": str(random.choice(["blinking", "blinking", "slow-blinking"])),
        "frames": int(random.integers(*frames, endpoint=True)), "signal_photons": signal,
        "background_photons": signal * 10.0 ** random.uniform(-1.3, 0.3),
        "photons_per_event": 10.0 ** random.uniform(0.7, 2.3), "on_frames": random.uniform(1.0, 4.0),
        "read_noise": random.uniform(0.0, 2.0), "bleaching_frames": float(random.choice([0.0, 700.0, 3000.0])),
    }  # fmt: skip
    side = -(-SIDE // zoom)
    return _SAMPLES[int(random.choice(len(_SAMPLES), p=_SHARES))](random, side, PIXEL_NM / zoom, common)


def _filaments(random: np.random.Generator, side: int, inner_nm: float, common: dict) -> FieldParams:
    return FilamentsParams(
        rows=side, columns=side, count=int(random.integers(2, 15)), length_nm=inner_nm * random.uniform(60.0, 400.0),
        filament_width_nm=inner_nm * random.uniform(0.8, 4.0), persistence_nm=inner_nm * random.uniform(40.0, 2000.0),
        **common,
    )  # fmt: skip


def _points(random: np.random.Generator, side: int, inner_nm: float, common: dict) -> FieldParams:
    area_um2 = (SIDE * inner_nm / 1000.0) ** 2
    count = 10.0 ** random.uniform(0.8, 2.5)
    return PointsParams(
        rows=side, columns=side, arrangement="random", density_per_um2=count / area_um2,
        brightness_spread=random.uniform(0.0, 0.8), **common,
    )  # fmt: skip


def _bar(random: np.random.Generator, side: int, inner_nm: float, common: dict) -> FieldParams:
    return BarParams(
        rows=side, columns=side, bar_width_nm=inner_nm * random.uniform(3.0, 40.0),
        angle_degrees=random.uniform(-90.0, 90.0), shift_nm=inner_nm * random.uniform(-40.0, 40.0), **common,
    )  # fmt: skip


def _text(random: np.random.Generator, side: int, inner_nm: float, common: dict) -> RecordingParams:
    letters = "".join(random.choice(list(LETTERS), 4))
    return TextParams(
        text=letters, text_lines=3, letter_height_nm=inner_nm * random.uniform(20.0, 40.0),
        stroke_share=random.uniform(0.05, 0.12), margin_nm=inner_nm * SIDE / 2, **common,
    )  # fmt: skip


_SAMPLES, _SHARES = (_filaments, _points, _bar, _text), (0.6, 0.2, 0.1, 0.1)
