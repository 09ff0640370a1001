"""The camera of the simulator: photons to 16-bit counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from fluogan_app.core.simulate.recording_params import RecordingParams


@dataclass(frozen=True)
class Camera:
    """gain in counts per photon, offset in counts, read_noise in photons rms, saturation in counts.

    dark_photons: (Y, X) mean dark light of every pixel per frame, where hot pixels have any. em_register: whether
    photons are multiplied at random before they are read.
    """

    gain: float = 1.0
    offset: float = 0.0
    read_noise: float = 0.0
    saturation_counts: int = 65_535
    em_register: bool = False
    dark_photons: np.ndarray | None = None

    @classmethod
    def from_params(cls, params: RecordingParams, shape_yx: tuple[int, int], rng: np.random.Generator) -> Self:
        """The camera that `params` (complete) describe; `rng` chooses its hot pixels."""
        dark = None
        if params.hot_pixel_share > 0:
            dark = params.hot_pixel_photons * (rng.random(shape_yx) < params.hot_pixel_share)
        return cls(
            params.gain, params.offset, params.read_noise, params.saturation_counts, params.em_register, dark
        )

    @property
    def hot_pixels_yx(self) -> np.ndarray:
        """The pixels with dark light (n, 2), [y, x]."""
        return np.empty((0, 2), int) if self.dark_photons is None else np.argwhere(self.dark_photons > 0)

    def record(
        self, photons: np.ndarray, photon_rng: np.random.Generator, noise_rng: np.random.Generator
    ) -> np.ndarray:
        """One exposure (Y, X) uint16 of a mean number of photons: y = gain · n + e + offset, n ~ Poisson(photons).

        e ~ N(0, (gain · read_noise)²) (Cachia et al. 2023, eq. 4). An EM register makes Gamma(n, 1) of n, which
        doubles the variance (the continuous law of many stages). Counts are rounded, then clipped to 0 … saturation.
        Photons and noise have their own generators, so that a noisier camera sees the same photons.
        """
        mean = photons if self.dark_photons is None else photons + self.dark_photons
        detected = photon_rng.poisson(mean)
        if self.em_register:
            detected = noise_rng.standard_gamma(detected)
        counts = self.gain * detected + self.offset
        if self.read_noise > 0:
            counts = counts + self.gain * self.read_noise * noise_rng.standard_normal(photons.shape)
        return np.clip(np.rint(counts), 0, self.saturation_counts).astype(np.uint16)
